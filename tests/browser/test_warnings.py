"""One warning in real browsers: from an alarm to the county's receipt; a foreign one watched."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from data.domain.alarm import Alarm
from data.domain.messages import warnings as m
from data.domain.org import SYSTEM
from data.domain.sensor import Sensor
from data.ingest.cap import read_cap
from tests.browser.hands import twice
from tests.integration import warning_world as w
from tests.integration.test_warnings_api import SIGNED
from tests.serving import Running

OPENING_MS = 60_000


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """A center with one alarm in 黄梅."""
    with Running(var=Path(tmp_path_factory.mktemp("var"))) as server:
        sensor = Sensor(id="S-T", name="龙坪", kind="河道", area_code="421127", lon=115.9, lat=30.0)
        alarm = Alarm(
            id="AL-T", sensor_id="S-T", sensor_name="龙坪", level="保证", value=24.61,
            threshold=24.5, raised_at=datetime.now(UTC), area_code="421127",
        )  # fmt: skip
        with server.center.database.units.unit("Test", SYSTEM, server.center.clock) as unit:
            unit.put(sensor)
            unit.put(alarm)
            unit.tell("报警：龙坪")
        yield server


def opened(running: Running, context: BrowserContext, username: str, path: str) -> Page:
    """A page as an account sees it."""
    client = running.client(username)
    context.add_cookies(
        [{"name": c.name, "value": c.value or "", "url": running.base} for c in client.cookies.jar]
    )
    page = context.new_page()
    page.goto(running.base + path)
    return page


def warnings_of(running: Running, browser: Browser, username: str) -> Page:
    """The page of warnings in a profile of its own."""
    context = browser.new_context(viewport={"width": 1920, "height": 1080}, locale="zh-CN")
    page = opened(running, context, username, "/warnings")
    expect(page.locator("#warnings-board .col").first).to_be_attached(timeout=OPENING_MS)
    return page


def test_one_warning_from_an_alarm_to_the_county_that_signs_for_it(
    running: Running, browser: Browser, page: Page
) -> None:
    """Drafted by a key, changed, signed by a leader, issued, signed for, followed live."""
    duty = opened(running, page.context, "duty", "/duty")
    duty.locator(".queue .row", has_text="龙坪").first.click(timeout=OPENING_MS)
    expect(duty.locator(".pane-alarm")).to_contain_text("龙坪")
    duty.keyboard.press("y")
    duty.wait_for_url("**/warnings?id=*", timeout=OPENING_MS)
    expect(duty.locator("#warnings-head")).to_contain_text("洪水预警", timeout=OPENING_MS)
    expect(duty.locator("#warnings-head .sample")).to_contain_text("示例文本")
    duty.keyboard.press("e")
    expect(duty.locator("#warning-areas")).to_have_value("黄梅县")
    said = re.compile("^龙坪.*实测 24.61 m，达到保证 24.5 m。$")
    expect(duty.locator("#warning-description")).to_have_value(said)
    duty.locator("#warning-areas").fill("黄梅县、仙女县")
    duty.keyboard.press("Control+Enter")
    expect(duty.locator("#warning-areas-error")).to_contain_text("没有“仙女县”")
    duty.locator("#warning-areas").fill("黄梅县、武穴市")
    duty.locator("#warning-instruction").fill("堤外群众立即转移")
    duty.keyboard.press("Control+Enter")
    expect(duty.locator("#warnings-head h2")).to_contain_text("武穴市洪水橙色预警")
    expect(duty.locator("#warnings-head .sample")).to_have_count(0)
    expect(duty.locator("#warnings-texts")).to_contain_text("请注意，现在播发洪水橙色预警")
    duty.locator("#warnings-actions .btn", has_text="送签").click()
    leader = warnings_of(running, browser, "leader")
    leader.locator("#warnings-board .tk", has_text="洪水橙色").click()
    leader.locator("#warnings-actions .btn", has_text="签发").click()
    twice(duty.locator("#warnings-actions .btn", has_text="发布"))
    expect(duty.locator("#warnings-head .of")).to_contain_text("生效中")
    expect(duty.locator("#warnings-receipts")).to_contain_text("签收 0/3")
    county = warnings_of(running, browser, "duty.421127")
    county.locator("#warnings-board .tk", has_text="洪水橙色").click()
    expect(duty.locator("#warnings-receipts tr", has_text="黄梅县值班室")).to_contain_text("已阅")
    expect(county.locator("#warnings-actions .btn")).to_have_count(0)
    county.locator("#warnings-receipts .btn", has_text="签收").click()
    expect(duty.locator("#warnings-receipts")).to_contain_text("签收 1/3")
    expect(duty.locator("#warnings-receipts tr", has_text="黄梅县值班室")).to_contain_text(
        "系统签收"
    )
    duty.locator("#warnings-words").fill("赵某 电话")
    duty.locator("#warnings-receipts tr", has_text="武穴市值班室").locator(".btn").click()
    expect(duty.locator("#warnings-receipts")).to_contain_text("赵某（电话）")
    duty.locator("#warnings-words").fill("水位已退")
    twice(duty.locator("#warnings-actions .btn", has_text="解除"))
    expect(county.locator("#warnings-head .of")).to_contain_text("已解除")
    for one in (leader, county):
        one.context.close()


def test_a_drawn_area_is_kept_and_shown_again(running: Running, browser: Browser) -> None:
    """Drawn with the map's own tool inside the form; the draft holds the polygon."""
    page = warnings_of(running, browser, "duty")
    page.keyboard.press("n")
    page.locator("#warning-colour label", has_text="蓝").click()
    page.locator("#warning-event").fill("暴雨")
    page.locator("#warning-description").fill("短时强降雨")
    box = page.locator("#warnings-map .leaflet-container")
    expect(page.locator("#warnings-map .map-tool--warning")).to_be_visible(timeout=OPENING_MS)
    page.locator("#warnings-map .map-tool--warning").click()
    for x, y in ((200, 150), (260, 150), (260, 190)):
        box.click(position={"x": x, "y": y})
    page.keyboard.press("Enter")
    expect(page.locator("#warning-shape")).to_contain_text("已画出范围（3 个点）")
    page.locator("#warning-form .btn", has_text="存稿").click()
    expect(page.locator("#warnings-head h2")).to_contain_text("暴雨蓝色预警")
    held = next(
        x for x in w.seen(running.center).warnings.values() if x.description == "短时强降雨"
    )
    assert held.geometry is not None
    assert held.areas == ()
    page.context.close()


def test_a_foreign_warning_is_watched_until_closed_with_words(
    running: Running, browser: Browser
) -> None:
    """What lies inside is named; nobody keeps it until somebody does."""
    page = warnings_of(running, browser, "duty")
    raw = SIGNED.format(number="b1").encode()
    running.center.handle(m.TakeForeignWarning(raw=raw, read=read_cap(raw)), w.DUTY)
    expect(page.locator("#warnings-board .col", has_text="外来")).to_contain_text("洪水橙色预警")
    page.keyboard.press("Alt+2")
    watch = page.locator("#watches-list .watch")
    expect(watch).to_contain_text("无人在盯")
    expect(watch).to_contain_text("龙坪")
    watch.locator(".btn", has_text="我来盯").click()
    expect(watch).to_contain_text("在盯")
    page.locator("#watches-words").fill("水位平稳，无险情")
    twice(watch.locator(".btn", has_text="结束关注"))
    expect(page.locator("#watches-list .closed")).to_contain_text("水位平稳，无险情")
    page.context.close()
