"""Monitoring in a real browser: a value arrives, a level is set, an alarm is taken by key."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from data.domain.messages import StoreRows
from data.domain.org import SYSTEM
from data.domain.sensor import Sensor, Threshold
from data.domain.source import RiskSource
from tests.serving import Running

OPENING_MS = 60_000
LEVELS = tuple(
    Threshold(level=w, value=v, source="测试") for w, v in (("设防", 25.0), ("警戒", 27.3))
)


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """A real center with two stations of one river and a plant with a tank measured twice."""
    with Running(var=Path(tmp_path_factory.mktemp("var"))) as server:
        stations = (
            Sensor(id=k, name=n, river="长江", area_code="420102", thresholds=LEVELS)
            for k, n in (("S-1", "汉口"), ("S-2", "黄石港"))
        )
        source = RiskSource(
            id="RS-1", name="甲储罐区", kind="危险化学品", area_code="421127", person="李某",
            phone="0713-1",
        )  # fmt: skip
        tank = Sensor(
            id="T-1", name="1号罐", quantity="液位", kind="液位", source_id="RS-1",
            area_code="421127",
        )  # fmt: skip
        pressure = Sensor(
            id="T-2", name="1号罐", quantity="压力", unit="MPa", kind="压力", source_id="RS-1",
            area_code="421127",
        )  # fmt: skip
        rows = (source, *stations, tank, pressure)
        server.center.handle(StoreRows(what="测试", things=rows), SYSTEM)
        server.center.pulse.start()
        yield server


def tell(running: Running, sensor: str, value: float, minutes_ago: float = 0.0) -> None:
    """One reading through the door."""
    at = datetime.now(UTC) - timedelta(minutes=minutes_ago)
    with running.client("duty") as client:
        row = {"sensor": sensor, "at": at.isoformat(), "value": value}
        answer = client.post("/api/v1/telemetry", json=[row])
        assert answer.json()["accepted"] == 1


def opened(running: Running, context: BrowserContext, path: str) -> Page:
    """A page as the duty officer sees it."""
    client = running.client("duty")
    context.add_cookies(
        [{"name": c.name, "value": c.value or "", "url": running.base} for c in client.cookies.jar]
    )
    page = context.new_page()
    page.goto(running.base + path)
    expect(page.locator("#live-who")).to_have_attribute("data-account", "duty", timeout=OPENING_MS)
    return page


def test_a_source_shows_its_people_and_a_new_value_by_itself(
    running: Running, context: BrowserContext
) -> None:
    """The address opens the source; a later value appears by itself; any sensor has its course."""
    tell(running, "T-1", 5.0, minutes_ago=5)
    page = opened(running, context, "/monitor?source=RS-1")
    detail = page.locator("#monitor-detail")
    expect(detail).to_contain_text("李某", timeout=OPENING_MS)
    expect(detail.locator("[data-live-value='T-1']")).to_have_text("5.00 m")
    tell(running, "T-1", 6.25)
    expect(detail.locator("[data-live-value='T-1']")).to_have_text("6.25 m", timeout=OPENING_MS)
    expect(page.locator("#monitor-chart .main-svg").first).to_be_visible(timeout=OPENING_MS)
    axis = page.locator("#monitor-chart .ytitle")
    expect(axis).to_have_text("液位 m")
    pills = page.locator("#monitor-of label")
    expect(pills).to_have_text(["1号罐 压力", "1号罐 液位"])
    tell(running, "T-2", 0.8)
    pills.first.click()
    expect(axis).to_have_text("压力 MPa", timeout=OPENING_MS)
    # first heard now: it stands in the table by itself
    expect(detail.locator("[data-live-value='T-2']")).to_have_text("0.8 MPa", timeout=OPENING_MS)
    page.locator("#monitor-detail button", has_text="1号罐").first.click()
    expect(pills).to_have_count(0)  # one sensor at hand: nothing to choose


def test_a_level_is_set_with_its_reason_and_the_alarm_follows(
    running: Running, context: BrowserContext
) -> None:
    """Without a reason it is refused beside the field; with one the state changes at once."""
    tell(running, "S-2", 26.0)
    page = opened(running, context, "/monitor?sensor=S-2")
    expect(page.locator("#monitor-detail .newest")).to_contain_text("设防", timeout=OPENING_MS)
    page.locator("#level-level label", has_text="警戒").first.click()
    page.locator("#level-value").fill("25.8")
    page.keyboard.press("Control+Enter")
    expect(page.locator("#level-reason-error")).to_contain_text("调整理由")
    page.locator("#level-reason").fill("省水利厅通知")
    page.keyboard.press("Control+Enter")
    expect(page.locator("#monitor-below")).to_contain_text("省水利厅通知", timeout=OPENING_MS)
    expect(page.locator("#monitor-detail .newest")).to_contain_text("警戒", timeout=OPENING_MS)


def test_a_surge_is_taken_by_key(running: Running, context: BrowserContext) -> None:
    """Two stations are one row; the rule's source is shown, and K takes both."""
    tell(running, "S-1", 27.4)
    page = opened(running, context, "/duty")
    row = page.locator("#queue-list .is-alarm", has_text="长江 洪水过程")
    expect(row).to_have_count(1, timeout=OPENING_MS)
    expect(row).to_contain_text("2 条报警")
    row.locator("button").click()
    view = page.locator("#alarm-view")
    expect(view).to_contain_text("依据：测试")
    page.keyboard.press("k")
    expect(row).to_have_count(0, timeout=OPENING_MS)
    with running.client("duty") as client:
        held = client.get("/api/v1/alarms").json()["items"]
    assert {a["state"] for a in held if a["cleared_at"] is None} == {"acknowledged"}
