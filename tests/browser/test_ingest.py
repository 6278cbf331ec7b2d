"""接入 in a browser: figures move by themselves, and a refused row is replayed from the page."""

from datetime import timedelta

import pytest
from playwright.sync_api import expect

from data.domain.messages import StoreRows
from data.domain.org import SYSTEM, Actor
from data.domain.sensor import Sensor
from tests.serving import PASSWORD, Running

WAIT_MS = 60_000
FEEDER = Actor.of("gauge", "runner", "420000")


@pytest.fixture(scope="module")
def running(tmp_path_factory):
    """A real center with the one page."""
    pages = {"/ingest": "dashboard.pages.ingest"}
    with Running(tmp_path_factory.mktemp("ingest"), pages=pages) as made:
        yield made


def test_a_refused_row_is_seen_and_replayed(running, browser):
    """A sensor that nobody registered: the row waits, and is stored once the sensor is there."""
    center = running.center
    at = (center.clock.now() - timedelta(minutes=1)).isoformat()
    center.feed.take(FEEDER, [{"sensor": "G-1", "at": at, "value": 4.5}], via="mqtt", source="g")
    context = browser.new_context(viewport={"width": 1920, "height": 1080})
    context.set_default_timeout(WAIT_MS)
    page = context.new_page()
    signing = {"username": "duty", "password": PASSWORD}
    page.request.post(f"{running.base}/api/v1/session", data=signing)
    page.goto(f"{running.base}/ingest")
    expect(page.locator("#ingest-senders")).to_contain_text("监测点未登记", timeout=WAIT_MS)
    thing = Sensor(id="G-1", name="新测点", area_code="421127")
    center.handle(StoreRows(what="测点", things=(thing,)), SYSTEM)
    page.keyboard.press("Alt+2")
    row = page.locator("#quarantine-rows tbody tr")
    expect(row).to_contain_text("G-1", timeout=WAIT_MS)
    row.get_by_text("重放").click()
    expect(page.locator("#quarantine-rows")).to_contain_text("没有符合的行", timeout=WAIT_MS)
    assert center.telemetry.readings()["G-1"].value == 4.5
    page.keyboard.press("Alt+1")
    expect(page.locator("#ingest-senders")).to_contain_text("隔离区重放", timeout=WAIT_MS)
    context.close()
