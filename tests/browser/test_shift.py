"""The duty room in a real browser: a roster pasted, a shift handed over, a call noted."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.serving import Running

OPENING_MS = 60_000


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """A center without incidents."""
    with Running(var=Path(tmp_path_factory.mktemp("var"))) as server:
        yield server


def opened(running: Running, page: Page, path: str) -> Page:
    """A page as the duty officer sees it."""
    client = running.client("duty")
    page.context.add_cookies(
        [{"name": c.name, "value": c.value or "", "url": running.base} for c in client.cookies.jar]
    )
    page.goto(running.base + path)
    expect(page.locator("#live-who")).to_have_attribute("data-account", "duty", timeout=OPENING_MS)
    return page


def test_a_roster_is_pasted_and_the_shift_handed_over_item_by_item(
    running: Running, page: Page
) -> None:
    """A wrong line is named and kept; the handover waits for the one task that is open."""
    opened(running, page, "/shift")
    page.keyboard.press("Alt+2")
    paste = page.locator("#rosterpaste-roster")
    # far ahead of any clock: the first is taken over early, the second follows it
    first = "2099-07-08\t08:00\t20:00\t主任 演练甲 027-12345678\t演练乙"
    paste.fill(f"{first}\n2099-07-08\t晚八点\t08:00\t演练甲\t演练丙")
    page.get_by_role("button", name="导入排班表").click()
    expect(page.locator("#rosterpaste-roster-error")).to_contain_text("第 2 行：时间“晚八点”看不懂")
    paste.fill(f"{first}\n2099-07-08\t20:00\t08:00\t演练甲\t演练丙")
    page.get_by_role("button", name="导入排班表").click()
    expect(page.locator("#roster-list tbody tr")).to_have_count(2)
    expect(paste).to_have_value("")
    page.keyboard.press("Alt+1")
    expect(page.locator("#handover-actions")).to_contain_text("接班")
    page.locator("#handover-by label", has_text="演练乙").click()
    page.keyboard.press("g")
    expect(page.locator("#handover-now")).to_contain_text("在岗")
    made = running.client("duty").post("/api/v1/tasks", json={"title": "盯守水位"})
    assert made.status_code == 201
    page.locator("#handover-now").click()
    # the key belongs to the button that stands there: the next one first
    expect(page.locator("#handover-actions")).to_contain_text("开始交接班")
    page.keyboard.press("g")
    expect(page.locator("#handover-actions")).to_contain_text("还有 1 项")
    page.locator("#handover-by label", has_text="演练丙").click()
    page.keyboard.press("g")
    expect(page.locator(".toast.bad")).to_contain_text("“盯守水位”")
    page.keyboard.press("Escape")
    page.keyboard.press("j")
    expect(page.locator("#handover-items")).to_contain_text("✓ 演练丙")
    page.keyboard.press("g")
    expect(page.locator("#handover-past tbody tr")).to_contain_text("交接完成")
    page.keyboard.press("Alt+3")
    expect(page.locator("#dutylog-list")).to_contain_text("交接班完成，演练丙接班；接收 1 项")
    page.locator("#dutylog-list tr", has_text="交接班完成").get_by_role("button").click()
    expect(page.locator("#logline-ref")).to_have_value(re.compile(r"#\d+"))
    expect(page.locator("#logline-text")).to_be_focused()
    page.locator("#logline-text").fill("演练丙 20:05 接班")
    page.locator("#logline-reason").fill("时间")
    page.keyboard.press("Control+Enter")
    expect(page.locator("#dutylog-list s")).to_contain_text("交接班完成")


def test_a_contact_is_found_and_a_call_noted(running: Running, page: Page) -> None:
    """From the entry to the call form; an answered call without words is refused in words."""
    opened(running, page, "/directory")
    page.locator("#contact-name").fill("演练专家")
    page.locator("#contact-specialty").fill("滑坡")
    page.locator("#contact-phone").fill("待查")
    page.keyboard.press("Control+Enter")
    expect(page.locator("#contact-phone-error")).to_contain_text("不能拨打")
    page.locator("#contact-phone").fill("027-00000001")
    page.keyboard.press("Control+Enter")
    page.locator("#contacts-text").fill("滑坡 专家")
    row = page.locator("#contacts-list tbody tr")
    expect(row).to_have_count(1)
    expect(row.locator("a.tel")).to_have_attribute("href", "tel:027-00000001")
    expect(row.get_by_role("button", name="记通话 1")).to_be_visible()
    page.locator("#contacts-text").blur()
    page.keyboard.press("1")
    expect(page.locator(".panel-2")).to_be_visible()
    expect(page.locator("#call-number")).to_have_value("027-00000001")
    page.locator("#call-number").press("Control+Enter")
    expect(page.locator("#call-words-error")).to_contain_text("通话内容")
    page.locator("#call-words").fill("下午到场")
    page.keyboard.press("Control+Enter")
    expect(page.locator("#calls-list tbody tr")).to_contain_text("下午到场")
