"""Tasks and instructions in a real browser: given, ticked, done; a leader's words answered late."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.serving import Running

OPENING_MS = 60_000


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """A center without incidents."""
    with Running(var=Path(tmp_path_factory.mktemp("var"))) as server:
        yield server


def tasks_of(running: Running, context: BrowserContext, username: str) -> Page:
    """The page of tasks as an account sees it."""
    client = running.client(username)
    context.add_cookies(
        [{"name": c.name, "value": c.value or "", "url": running.base} for c in client.cookies.jar]
    )
    page = context.new_page()
    page.goto(running.base + "/tasks")
    expect(page.locator("#live-who")).to_have_attribute(
        "data-account", username, timeout=OPENING_MS
    )
    expect(page.locator("#tasks-board .empty, #tasks-board .columns").first).to_be_attached()
    return page


def test_a_task_is_given_ticked_and_done_by_keyboard(running: Running, page: Page) -> None:
    """A draft survives a reload, a wrong deadline is named, an unticked line holds the end back."""
    page = tasks_of(running, page.context, "duty")
    page.keyboard.press("n")
    expect(page.locator("#tasks-form")).to_be_visible()
    page.locator("#task-title").fill("核实转移群众人数")
    page.locator("#task-checklist").fill("核对名册\n电话核实")
    page.locator("#task-due-at").fill("马上")
    page.keyboard.press("Control+Enter")
    expect(page.locator("#task-due-at-error")).to_contain_text("不是时限")
    page.reload()
    expect(page.locator("#task-title")).to_have_value("核实转移群众人数", timeout=OPENING_MS)
    page.keyboard.press("n")
    page.locator("#task-due-at").fill("2小时")
    kept = "() => localStorage.getItem(Object.keys(localStorage).find(k => k.includes('draft')))"
    assert "2小时" in page.evaluate(kept)  # in the same moment, not a turn later
    expect(page.locator("#task-due-at")).to_have_value("2小时")
    page.keyboard.press("Control+Enter")
    card = page.locator("#tasks-board .tk")
    expect(card).to_contain_text("核实转移群众人数")
    expect(card.locator("time")).to_contain_text("剩 01:5")
    expect(page.locator("#tasks-detail h2")).to_have_text("核实转移群众人数")
    page.locator("#tasks-detail h2").click()
    page.keyboard.press("d")
    expect(page.locator(".toast.bad")).to_contain_text("检查项尚未完成")
    page.keyboard.press("Escape")
    page.locator("#tasks-detail .tick").nth(0).click()
    expect(page.locator("#tasks-detail .tick.done")).to_have_count(1)
    page.locator("#tasks-detail .tick").nth(1).click()
    expect(page.locator("#tasks-detail .tick.done")).to_have_count(2)
    page.locator("#tasks-words").fill("共 41 人，与名册一致")
    page.locator("#tasks-detail h2").click()
    page.keyboard.press("d")
    expect(page.locator("#tasks-steps")).to_contain_text("共 41 人，与名册一致")
    expect(page.locator("#tasks-board")).to_contain_text("没有符合的任务")


def test_an_instruction_is_signed_for_reminded_answered_returned_and_accepted(
    running: Running, browser: Browser, page: Page
) -> None:
    """The leader and the officer see each other's steps; nothing ends before it is accepted."""
    leads = tasks_of(running, page.context, "leader")
    other = browser.new_context(viewport={"width": 1920, "height": 1080}, locale="zh-CN")
    works = tasks_of(running, other, "duty")
    for mine in (leads, works):
        mine.keyboard.press("Alt+2")
        expect(mine.locator(".panel-2")).to_be_visible()
    leads.keyboard.press("n")
    leads.locator("#instruction-text").fill("核清失联人数，一小时内报告。")
    leads.locator("#instruction-due-at").fill("60分")
    leads.keyboard.press("Control+Enter")
    works.locator("#instruct-list .tk").click()
    expect(works.locator("#instruct-actions")).to_contain_text("签收")
    works.keyboard.press("s")
    expect(leads.locator("#instruct-steps")).to_contain_text("签收")
    leads.locator("#instruct-detail blockquote").click()
    leads.keyboard.press("r")
    expect(works.locator("#instruct-list .tk")).to_contain_text("催办 1 次")
    works.keyboard.press("f")
    expect(works.locator(".toast.bad")).to_contain_text("反馈内容")
    works.keyboard.press("Escape")
    works.locator("#instruct-words").fill("失联 9 人，名单已核")
    works.locator("#instruct-detail blockquote").click()
    works.keyboard.press("f")
    expect(leads.locator("#instruct-actions")).to_contain_text("认可办结")
    expect(works.locator("#instruct-actions .btn", has_text="认可办结")).to_have_count(0)
    leads.keyboard.press("a")
    expect(leads.locator("#instruct-list .tk.accepted")).to_be_visible()
    other.close()
