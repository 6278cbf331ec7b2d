"""Names that are markup: every page shows them as letters, on maps and in popups too."""

from collections.abc import Iterator
from dataclasses import fields, is_dataclass, replace
from datetime import UTC, datetime
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from dashboard.app import PAGES
from data.domain.messages import StoreRows
from data.domain.org import SYSTEM
from data.domain.sensor import Sensor, Threshold
from data.domain.source import RiskSource
from tests.integration import api_world as w
from tests.serving import Running

OPENING_MS = 90_000
SHOWING = ("/wall", "/duty", "/review", "/tasks", "/supplies", "/filing", "/directory", "/monitor")
MARKUP = "<b class=hostile>‘'&amp;{{7*7}}</b>"
# written by people or machines from outside; what programs write (ids, states, codes) stays
WRITTEN = frozenset({
    "name", "short_name", "place", "text", "note", "source", "title", "headline", "reason", "words",
    "commander", "lead_body", "person", "organisation", "contact", "description", "instruction",
    "receiver", "body", "conclusion", "batch", "equipment", "river", "basis", "post", "label",
})  # fmt: skip
KINDS = (
    "incidents", "reports", "entries", "zones", "forces", "teams", "depots", "items", "lots",
    "sensors", "alarms", "sources", "tasks", "instructions", "contacts", "calls", "suppliers",
    "warnings",
    "deliveries", "watches", "hazards", "connectors", "shifts", "assignments", "dispatches",
)  # fmt: skip


def hostile(thing: Any) -> Any:
    """The thing with markup before every text that people write."""
    changed = {
        f.name: MARKUP + value
        for f in fields(thing)
        if f.name in WRITTEN and isinstance(value := getattr(thing, f.name), str) and value
    }
    return replace(thing, **changed)


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """A center where every name anybody wrote is markup."""
    with Running(tmp_path_factory.mktemp("hostile"), scenario="2020-07-08") as made:
        center = made.center
        center.seed()
        level = (Threshold(level="警戒", value=27.3, source="测试"),)
        things = (
            RiskSource(id="RS-1", name="甲储罐区", kind="危险化学品", area_code="421127", lon=115.9,
                       lat=30.1, person="李某"),
            Sensor(id="S-1", name="汉口", river="长江", area_code="420102", thresholds=level),
        )  # fmt: skip
        center.handle(StoreRows(what="测试", things=things), SYSTEM)
        with made.client("duty") as duty:
            _filled(made, duty)
        seen = center.queries.situation(SYSTEM)
        with center.database.units.unit("Test", SYSTEM, center.clock, None) as unit:
            for kind in KINDS:
                for thing in list(getattr(seen, kind).values())[:40]:
                    assert is_dataclass(thing)
                    if (bent := hostile(thing)) != thing:
                        unit.put(bent)
            unit.tell(f"{MARKUP}更名")
        yield made


def _filled(made: Running, duty: Any) -> None:
    """Two incidents with an order, a draft, a task, a line, a zone, a warning, an alarm, a call."""
    ids = [w.incident(duty, name) for name in ("袁山村滑坡", "龙坪溃口")]
    w.send(duty, w.free_teams(duty, 1)[0]["id"], ids[0])
    w.post(duty, "/entries", {"text": "堤防渗水", "incident_id": ids[0]})
    ring = [[115.8, 30.0], [115.9, 30.0], [115.9, 30.1], [115.8, 30.0]]
    area = {"type": "Polygon", "coordinates": [ring]}
    w.post(duty, "/zones", {"kind": "closure", "geometry": area, "label": "大河路"})
    w.post(duty, f"/incidents/{ids[0]}/filings", {"kind": "首报"})
    row = {"sensor": "S-1", "at": datetime.now(UTC).isoformat(), "value": 29.0}
    duty.post("/api/v1/telemetry", json=[{**row, "at": made.center.clock.now().isoformat()}])


def opened(running: Running, context: BrowserContext, path: str, wrong: list[str]) -> Page:
    """A page as the chief on duty sees it, once it is connected; its errors go to `wrong`."""
    client = running.client("admin" if path == "/admin" else "chief")
    context.add_cookies(
        [{"name": c.name, "value": c.value or "", "url": running.base} for c in client.cookies.jar]
    )
    page = context.new_page()
    page.on("pageerror", lambda error: wrong.append(str(error)))
    page.goto(running.base + path)
    expect(page.locator("#live-link")).to_have_text("已连接", timeout=OPENING_MS)
    page.wait_for_function("() => !document.querySelector('[data-dash-is-loading=true]')")
    return page


@pytest.fixture(scope="module")
def profile(browser: Browser) -> Iterator[BrowserContext]:
    """One profile for every page, as a desk has: what was fetched once is not fetched again."""
    made = browser.new_context(
        viewport={"width": 1920, "height": 1080}, locale="zh-CN", timezone_id="Asia/Shanghai"
    )
    yield made
    made.close()


@pytest.mark.parametrize("path", PAGES)
def test_a_page_shows_markup_as_letters(
    running: Running, profile: BrowserContext, path: str
) -> None:
    """No element is made of a name: in no part of a page, and in no popup of a map."""
    wrong: list[str] = []
    page = opened(running, profile, path, wrong)
    for sign in page.locator(".leaflet-marker-icon:visible").all()[:6]:
        sign.dispatch_event("mouseover")
        sign.dispatch_event("click")
    assert page.locator("b.hostile").count() == 0
    if path in SHOWING:
        expect(page.get_by_text("<b class=hostile>").first).to_be_attached()
        assert page.locator("b.hostile").count() == 0
    page.close()
    assert wrong == []
