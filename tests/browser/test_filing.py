"""An information report in a real browser: drafted, kept on leaving a field, signed, sent."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.integration import api_world as w
from tests.serving import Running

OPENING_MS = 60_000


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """A center with one landslide."""
    with Running(var=Path(tmp_path_factory.mktemp("var"))) as server:
        with server.client("duty") as client:
            w.incident(client)
        yield server


def filing_of(running: Running, context: BrowserContext, username: str) -> Page:
    """The page of reports as an account sees it."""
    client = running.client(username)
    context.add_cookies(
        [{"name": c.name, "value": c.value or "", "url": running.base} for c in client.cookies.jar]
    )
    page = context.new_page()
    page.goto(running.base + "/filing")
    expect(page.locator("#filings-board .col").first).to_be_attached(timeout=OPENING_MS)
    return page


def test_a_report_from_draft_to_receipt(running: Running, browser: Browser, page: Page) -> None:
    """Kept without a button, returned with words, signed by others, its figures carried on."""
    duty = filing_of(running, page.context, "duty")
    other = browser.new_context(viewport={"width": 1920, "height": 1080}, locale="zh-CN")
    chief = filing_of(running, other, "chief")
    duty.get_by_role("button", name="拟首报").click()
    expect(duty.locator("#draft-place")).not_to_have_value("")
    duty.locator("#filings-actions .btn", has_text="送审").click()
    expect(duty.locator(".toast.bad")).to_contain_text("信息来源")
    duty.locator("#draft-source").fill("黄梅县应急局 电话")
    duty.locator("#draft-course").fill("山体滑坡，正在搜救")
    duty.locator("#draft-dead").fill("两")
    duty.locator("#draft-trend").focus()
    expect(duty.locator("#draft-dead-error")).to_contain_text("不是人数")
    duty.locator("#draft-dead").fill("2")
    duty.locator("#draft-trend").focus()
    expect(duty.locator("#draft-kept")).to_have_text("已自动保存")
    duty.reload()
    expect(duty.locator("#draft-course")).to_have_value("山体滑坡，正在搜救", timeout=OPENING_MS)
    duty.locator("#filings-actions .btn", has_text="送审").click()
    chief.locator("#filings-board .tk").click()
    expect(chief.locator("#filings-paper .paper")).to_contain_text("山体滑坡，正在搜救")
    chief.locator("#filings-words").fill("补写下一步措施")
    chief.locator("#filings-actions .btn", has_text="退回修改").click()
    expect(duty.locator("#filings-side")).to_have_class("side writing")
    expect(duty.locator("#filings-after")).to_contain_text("补写下一步措施")
    duty.locator("#draft-measures").fill("调派救援队伍，转移下游群众")
    duty.locator("#filings-actions .btn", has_text="送审").click()
    chief.locator("#filings-actions .btn", has_text="审核通过").click()
    chief.locator("#filings-actions .btn", has_text="签发").click()
    duty.locator("#filings-actions .btn", has_text="报出").click()
    expect(duty.locator("#filings-after")).to_contain_text("应急管理部")
    with duty.expect_download() as loading:
        duty.locator("#filings-after a", has_text="Word").click()
    assert loading.value.suggested_filename.endswith(".docx")
    duty.locator("#filings-words").fill("部值班室张某 电话")
    duty.locator("#filings-after .btn", has_text="登记对方已收到").click()
    expect(duty.locator("#filings-after")).to_contain_text("部值班室张某 电话（电话确认）")
    duty.get_by_role("button", name="拟续报").click()
    expect(duty.locator("#draft-title")).to_have_value(re.compile("续报"))
    expect(duty.locator("#draft-dead")).to_have_value("2")
    duty.locator("#draft-dead").fill("6")
    duty.locator("#draft-trend").focus()
    expect(duty.locator("#filings-head .change")).to_contain_text("→ 6死")
    other.close()
