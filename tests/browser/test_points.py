"""20,000 monitored points on the map: one table, small changes, clusters, kinds, what one says."""

from dataclasses import replace

import pytest

from data.domain.alarm import AlarmState
from tests.map_app import READY, make_app, served, wait_for
from tests.point_world import alarm, crowded, moved

POINTS = 20_000
DRAWN = "hubeiMap.maps.m.points.order?.length"
MAP = "hubeiMap.maps.m"


@pytest.fixture(scope="module")
def crowd():
    """A center with 20,000 points, shared: a test changes only points of its own."""
    return crowded(POINTS)


@pytest.fixture(scope="module")
def address(crowd, tmp_path_factory):
    """The desk's map of that center, served."""
    with served(make_app(crowd, "duty", tmp_path_factory.getbasetemp() / "fonts")) as base:
        yield base


@pytest.fixture
def desk(page, address):
    """The map with all points known; errors of the page fail the test."""
    faults, asked = [], []
    page.on("pageerror", lambda error: faults.append(str(error)))
    page.on("response", lambda answer: asked.append(answer))  # noqa: PLW0108 - no built-in
    page.asked = asked
    page.goto(address)
    wait_for(page, READY)
    wait_for(page, f"{DRAWN} === {POINTS}")
    yield page
    page.goto("about:blank")
    assert faults == []


def look(page, lon, lat, zoom):
    """Look somewhere, and wait until it is drawn."""
    page.evaluate(
        f"([lon, lat, zoom]) => {{ {MAP}.setLock(true); "
        f"{MAP}.map.setView([lat, lon], zoom, {{animate: false}}); }}",
        [lon, lat, zoom],
    )
    page.evaluate("new Promise((d) => requestAnimationFrame(() => requestAnimationFrame(d)))")


def poll(page):
    """Ask for changes now, as a pushed fact does, and wait for the answer."""
    before = page.evaluate(f"{MAP}.points.number")
    page.evaluate(f"{MAP}.points.ask(0)")
    wait_for(page, f"{MAP}.points.number !== '{before}'")


def on_screen(page, key):
    """Where a point is drawn, in pixels of the page."""
    return page.evaluate(
        f"""(key) => {{ const {{points, map, scene}} = {MAP}; const i = points.index.get(key);
        const v = scene.view(); const p = map.layerPointToContainerPoint(
        [points.wx[i] * v.world - v.ox, points.wy[i] * v.world - v.oy]); return [p.x, p.y]; }}""",
        key,
    )


def test_only_what_changed_is_sent_again(desk, crowd):
    """The table travels once; three new values and one alarm come as four numbers each."""
    moved(crowd, {"P10": 1.5, "P20": 2.5, "P30": 3.5})
    crowd.now = replace(crowd.now, alarms={**crowd.now.alarms, "AL-P40": alarm("P40", "red")})
    desk.evaluate(f"{MAP}.points.changes = 0")
    desk.asked.clear()
    poll(desk)
    assert desk.evaluate(f"{MAP}.points.changes") == 4
    value = "(k) => hubeiMap.maps.m.points.value[hubeiMap.maps.m.points.index.get(k)]"
    assert [desk.evaluate(value, k) for k in ("P10", "P20", "P30")] == [1.5, 2.5, 3.5]
    assert desk.evaluate(f"{MAP}.points.tip({MAP}.points.index.get('P40'))").count("红") == 1
    sent = [a for a in desk.asked if "/map/points" in a.url]
    assert sent
    assert all("/points/now" in a.url for a in sent)
    assert all(len(a.body()) < 1000 for a in sent)


def test_units_stand_for_their_points_until_the_map_is_close(desk):
    """Prefectures at province zoom, counties closer, points closest; every count adds up."""
    for zoom, level in ((7.5, "city"), (8.5, "county")):
        look(desk, 112.3, 31, zoom)
        units = desk.evaluate(f"{MAP}.points.units('{level}').map((u) => [u.name, u.total])")
        assert sum(total for _, total in units) == POINTS
        drawn = desk.evaluate(
            f"{MAP}.scene.placed.filter((o) => o.sign.shape === 'unit').length"
        )
        assert drawn == len(units)
    look(desk, 114.3, 30.6, 10)
    assert desk.evaluate(f"{MAP}.scene.placed.every((o) => o.sign.shape !== 'unit')")
    assert desk.evaluate(f"{MAP}.scene.points.drawn") > 1000


def test_a_units_sign_wears_its_worst_state_and_a_click_comes_closer(desk):
    """A prefecture with a red alarm is ringed red; clicking its sign shows its counties."""
    look(desk, 112.3, 31, 7.5)
    worst = desk.evaluate(
        f"{MAP}.scene.placed.filter((o) => o.sign.shape === 'unit')"
        ".map((o) => [o.feature.properties.unit.worst, o.sign.colour])"
    )
    assert {colour for state, colour in worst if state == 7} == {"#ff5a5f"}
    sign = desk.evaluate(
        f"""(() => {{ const {{scene, map}} = {MAP};
        const o = scene.placed.find((one) => one.sign.shape === 'unit');
        const p = map.layerPointToContainerPoint([o.px, o.py]); return [p.x, p.y]; }})()"""
    )
    desk.mouse.click(*sign)
    wait_for(desk, f"{MAP}.map.getZoom() >= 8.25")


def test_a_point_says_value_age_and_state_and_leads_on(desk, crowd):
    """Hovering shows the value with its age; a click opens the card with the way to its page."""
    where = crowd.now.sensors["P77"]
    look(desk, where.lon, where.lat, 14)
    desk.mouse.move(*on_screen(desk, "P77"))
    wait_for(desk, "!document.querySelector('.map-tip').hidden")
    said = desk.locator(".map-tip").inner_text()
    assert where.name in said
    assert "前" in said
    assert "状态 正常" in said
    desk.mouse.click(*on_screen(desk, "P77"))
    way = desk.locator(".map-card__way").first
    assert way.get_attribute("href") == "/monitor?sensor=P77"
    desk.locator(".map-card__close").click()
    assert desk.locator(".map-card").count() == 0


def test_kinds_that_are_switched_off_stay_off(desk):
    """A kind switched off is neither drawn nor counted, and stays so after a reload."""
    desk.locator("input[data-kind=雨量]").uncheck()
    wait_for(desk, f"{DRAWN} === {POINTS * 4 // 5}")
    desk.reload()
    wait_for(desk, READY)
    wait_for(desk, f"{DRAWN} === {POINTS * 4 // 5}")
    assert not desk.locator("input[data-kind=雨量]").is_checked()


def test_a_taken_alarm_is_no_longer_ringed(desk, crowd):
    """What waits for a person is ringed; once it is taken only the colour stays."""
    key = next(a.sensor_id for a in crowd.now.alarms.values() if a.id.startswith("AL-P1"))
    ringed = f"{MAP}.points.waiting({MAP}.points.index.get('{key}'))"
    assert desk.evaluate(ringed)
    taken = {
        k: replace(a, state=AlarmState.ACKNOWLEDGED) if a.sensor_id == key else a
        for k, a in crowd.now.alarms.items()
    }
    crowd.now = replace(crowd.now, alarms=taken)
    poll(desk)
    assert not desk.evaluate(ringed)


def test_rain_colours_the_land_near_gauges(desk):
    """Switched on, rain is drawn where gauges have values; switched off, nothing is."""
    look(desk, 112.3, 31, 7.5)
    assert not desk.evaluate(f"Boolean({MAP}.rain.on())")
    desk.locator("input[data-layer=rain]").check()
    wait_for(desk, f"{MAP}.rain.key !== ''")
    painted = desk.evaluate(
        f"""(() => {{ const t = {MAP}.rain.tile;
        const px = t.getContext('2d').getImageData(0, 0, t.width, t.height).data;
        let n = 0; for (let i = 3; i < px.length; i += 4) n += px[i] > 0; return n; }})()"""
    )
    assert painted > 1000
