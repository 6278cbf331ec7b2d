"""Taking a report at the duty desk by keyboard, and what the colleague next door then sees."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.serving import Running

OPENING_MS = 60_000  # the first page of a cold server on a busy machine


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """The real center, empty of incidents."""
    with Running(var=Path(tmp_path_factory.mktemp("var"))) as server:
        yield server


def desk_of(running: Running, context: BrowserContext) -> Page:
    """The desk of the province's duty officer."""
    client = running.client("duty")
    context.add_cookies(
        [{"name": c.name, "value": c.value or "", "url": running.base} for c in client.cookies.jar]
    )
    page = context.new_page()
    page.goto(running.base + "/duty")
    expect(page.locator("#queue-list li").first).to_be_attached(timeout=OPENING_MS)
    expect(page.locator("#duty-account")).to_have_attribute(
        "data-account", "duty", timeout=OPENING_MS
    )
    return page


def fill_report(page: Page, place: str) -> None:
    """Open the form and type a landslide, by keyboard only."""
    page.keyboard.press("n")
    expect(page.locator("#report-form")).to_be_visible()
    page.locator("#report-type input").first.focus()
    page.keyboard.press("Space")
    page.locator("#report-place").focus()
    page.keyboard.type(place)
    page.locator("#report-source").focus()
    page.keyboard.type("黄梅县应急局 电话")
    page.locator("#report-missing").focus()
    page.keyboard.type("9")


def test_a_report_becomes_an_incident_by_keyboard_and_the_colleague_sees_it(
    running: Running, browser: Browser, page: Page, context: BrowserContext
) -> None:
    """Report, grade with its article, incident opened: the second browser shows the incident."""
    page.close()
    mine = desk_of(running, context)
    other = browser.new_context(viewport={"width": 1920, "height": 1080}, locale="zh-CN")
    theirs = desk_of(running, other)
    fill_report(mine, "黄梅县大河镇袁山村")
    mine.locator("#report-lon").fill("115.93")
    mine.locator("#report-lat").fill("30.15")
    mine.keyboard.press("Control+Enter")
    view = mine.locator("#thing-view")
    expect(view).to_contain_text("中型", timeout=OPENING_MS)
    expect(view).to_contain_text("条")
    expect(view).to_contain_text("失联 9 人按遇难计")
    expect(mine.locator("#open-name")).to_have_value("黄梅县大河镇袁山村滑坡")
    mine.locator("#open-commander").focus()
    mine.keyboard.type("张三 副市长")
    mine.keyboard.press("Control+Enter")
    expect(mine.locator("#incident-strip")).to_contain_text("甲", timeout=OPENING_MS)
    expect(theirs.locator("#incident-strip")).to_contain_text("甲")
    other.close()


def test_typed_text_survives_a_reload(running: Running, context: BrowserContext) -> None:
    """What was typed and not yet handed in is there again."""
    desk = desk_of(running, context)
    fill_report(desk, "蕲春县檀林镇")
    desk.reload()
    expect(desk.locator("#duty-account")).to_have_attribute(
        "data-account", "duty", timeout=OPENING_MS
    )
    expect(desk.locator("#report-place")).to_have_value("蕲春县檀林镇")
    expect(desk.locator("#report-missing")).to_have_value("9")


def test_wrong_fields_are_named_beside_the_field(running: Running, context: BrowserContext) -> None:
    """A refused report keeps what was typed and says what to do, where it is wrong."""
    desk = desk_of(running, context)
    desk.keyboard.press("n")
    desk.locator("#report-dead").fill("几个")
    desk.keyboard.press("Control+Enter")
    expect(desk.locator("#report-dead-error")).to_contain_text("请填整数")
    expect(desk.locator("#report-type-error")).to_contain_text("请选一项")
    expect(desk.locator("#report-dead")).to_have_value("几个")
