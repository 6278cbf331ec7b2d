"""The cover layer in a real browser: off and free of cost at first, then legend, choice, plan."""

from dataclasses import replace

import pytest

from tests.map_app import READY, make_app, served, wait_for
from tests.map_world import WorldCenter

SHOWN = "!document.querySelector('.map-cover')?.hidden && !!document.querySelector('.map-cover b')"
COUNTIES = "hubeiMap.maps.m.base.coverage?.getLayers().length"


@pytest.fixture
def center():
    """A center of the test's own."""
    return WorldCenter()


@pytest.fixture
def desk(center, page, tmp_path_factory):
    """The duty desk's map, drawn; errors of the page fail the test."""
    faults = []
    page.on("pageerror", lambda error: faults.append(str(error)))
    with served(make_app(center, "duty", tmp_path_factory.getbasetemp() / "fonts")) as address:
        page.goto(address)
        wait_for(page, READY)
        yield page
        page.goto("about:blank")
    assert faults == []


def texts(page):
    """The legend's lines."""
    return page.locator(".map-cover__rows > span:not(.map-cover__people)").all_inner_texts()


def test_nothing_is_worked_out_until_it_is_switched_on(desk, center):
    """At first paint no cover is asked for; the switch colours every county and says how."""
    assert center.covers_asked == 0
    assert not desk.locator(".map-cover:not(.map-gaps)").is_visible()
    desk.locator("input[data-layer=coverage]").check()
    wait_for(desk, SHOWN)
    assert desk.evaluate(COUNTIES) == 103
    assert texts(desk) == ["≤ 30 分", "≤ 60 分", "≤ 90 分", "> 90 分", "无队可达"]
    counts = desk.locator(".map-cover__rows > b").all_inner_texts()
    assert sum(int(text.split()[0]) for text in counts) == 103
    desk.locator("input[data-layer=coverage]").uncheck()
    wait_for(desk, "document.querySelector('.map-cover').hidden")
    assert desk.evaluate("hubeiMap.maps.m.map.hasLayer(hubeiMap.maps.m.base.coverage)") is False


def test_the_capability_is_chosen_in_the_legend_and_kept(desk):
    """Nobody here fights floods: chosen, no county is reached, also after a reload."""
    desk.locator("input[data-layer=coverage]").check()
    wait_for(desk, SHOWN)
    desk.locator(".map-cover__choice").select_option("排涝")
    last = "document.querySelectorAll('.map-cover__rows b')[4].textContent"
    wait_for(desk, f"{last} === '103 县'")
    desk.reload()
    wait_for(desk, SHOWN)
    wait_for(desk, f"{last} === '103 县'")
    assert desk.locator(".map-cover__choice").input_value() == "排涝"


def test_positions_alone_ask_for_nothing_a_new_number_does(desk, center):
    """Cover follows the journal number, not every position."""
    desk.locator("input[data-layer=coverage]").check()
    wait_for(desk, SHOWN)
    asked = center.covers_asked
    desk.evaluate("window.dispatchEvent(new CustomEvent('hubei:positions', {detail: "
                  "[{team: 'TM-0002', lon: 115.6, lat: 30.2, at: ''}]}))")  # fmt: skip
    fact = "window.dispatchEvent(new CustomEvent('hubei:fact', {detail: {kinds: ['team']}}))"
    before = desk.evaluate("hubeiMap.maps.m.asked")
    desk.evaluate(fact)
    wait_for(desk, f"hubeiMap.maps.m.asked > {before}")
    assert center.covers_asked == asked
    center.now = replace(center.now, revision=8)
    desk.evaluate(fact)
    wait_for(desk, "hubeiMap.maps.m.cover.body.revision === 8")
    assert center.covers_asked == asked + 1


def test_the_polygons_are_those_of_the_boundaries_under_them(desk, center):
    """Coarse far off and detailed close by, without asking for the cover again."""
    desk.locator("input[data-layer=coverage]").check()
    wait_for(desk, SHOWN)
    asked = center.covers_asked
    for zoom, points in ((8, (5_000, 9_000)), (9.5, (9_001, 20_000))):
        desk.evaluate(
            "(z) => { hubeiMap.maps.m.map.setView([30.3, 115.2], z, {animate: false}); }", zoom
        )
        count = """hubeiMap.maps.m.base.coverage.getLayers().flatMap((one) =>
          one.getLatLngs().flat(9)).length"""
        wait_for(desk, f"{points[0]} < {count} && {count} < {points[1]}")
    assert center.covers_asked == asked


def test_a_plan_at_hand_marks_what_it_takes(desk, center):
    """With the desk's draft holding a plan, counties that lose cover are outlined and named."""
    center.plans["P-1"] = tuple(t for t in center.now.teams if t.startswith("TM-1"))[:28]
    desk.locator("input[data-layer=coverage]").check()
    wait_for(desk, SHOWN)
    assert "失去最后一支" not in texts(desk)
    desk.evaluate("window.dash_clientside.hubei_map.plan({plan_id: 'P-1'})")
    wait_for(desk, "hubeiMap.maps.m.cover.body.plan === 'P-1'")
    assert "失去最后一支" in texts(desk)
    lost = """hubeiMap.maps.m.base.coverage.getLayers().filter((one) =>
      one.feature.properties.lost === 'last' && one.options.color === '#ffb3b4').length"""
    assert desk.evaluate(lost) > 0
    desk.locator(".map-cover .map-switch input").uncheck()
    wait_for(desk, "hubeiMap.maps.m.cover.body.plan === null")
    assert "失去最后一支" not in texts(desk)
    desk.evaluate("window.dash_clientside.hubei_map.plan({plan_id: 'P-gone'})")
    desk.locator(".map-cover .map-switch input").check()
    wait_for(desk, "hubeiMap.maps.m.cover.asked.includes('P-gone')")
    assert desk.evaluate("hubeiMap.maps.m.cover.body.plan") is None


def test_a_county_is_read_by_the_pointer_but_a_click_is_open_ground(desk):
    """The pointer over a county says who reaches it; a click there still gives a place."""
    desk.locator("input[data-layer=coverage]").check()
    wait_for(desk, SHOWN)
    spot = desk.evaluate("""() => {
      const p = hubeiMap.maps.m.map.latLngToContainerPoint([31.3, 114.0]); return [p.x, p.y]; }""")
    desk.mouse.move(*spot)
    wait_for(desk, "document.querySelector('.map-tip').textContent.includes('最近队伍')")
    desk.evaluate("""() => { window.told = {};
      const tell = window.dash_clientside.set_props;
      window.dash_clientside.set_props = (id, props) => {
        told[id] = props.data; tell(id, props); }; }""")
    desk.mouse.click(*spot)
    assert wait_for(desk, "told['m-clicked']") == pytest.approx(
        {"lon": 114.0, "lat": 31.3}, abs=0.02
    )


def test_the_wall_takes_it_from_its_address_and_by_key(center, page, tmp_path_factory):
    """A wall has no hands: its address switches cover on, V off and on, and it is kept."""
    with served(make_app(center, "wall", tmp_path_factory.getbasetemp() / "fonts")) as address:
        page.goto(address)
        wait_for(page, READY)
        assert center.covers_asked == 0
        page.goto(f"{address}?cover=搜救")
        wait_for(page, READY)
        wait_for(page, SHOWN)
        assert "搜救" in page.locator(".map-cover__head").inner_text()
        page.goto(address)
        wait_for(page, READY)
        wait_for(page, SHOWN)
        page.keyboard.press("v")
        wait_for(page, "document.querySelector('.map-cover').hidden")
        page.keyboard.press("v")
        wait_for(page, SHOWN)
        page.keyboard.press("Shift+V")
        wait_for(page, "document.querySelector('.map-cover__head').innerText.includes('搜救犬')")
        page.goto("about:blank")
