"""The live map in a real browser: lock, choice, drawing, names, layer switch, moving, replay."""

from dataclasses import replace

import pytest

from tests.map_app import READY, make_app, served, wait_for
from tests.map_world import B, WorldCenter
from tests.unit.test_takeaway import make

SPY = """() => {
  window.told = {};
  const tell = window.dash_clientside.set_props;
  window.dash_clientside.set_props = (id, props) => { told[id] = props.data; tell(id, props); };
}"""
AT = """([lon, lat]) => {
  const p = hubeiMap.maps.m.map.latLngToContainerPoint([lat, lon]); return [p.x, p.y]; }"""
SIGN = """(id) => { const {scene, map} = hubeiMap.maps.m;
  const one = scene.placed.find((o) => o.members.some((f) => f.properties.id === id));
  const p = map.layerPointToContainerPoint([one.px, one.py]); return [p.x, p.y]; }"""


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
        page.evaluate(SPY)
        yield page
        page.goto("about:blank")
    assert faults == []


def view(page):
    """Where the map looks."""
    return page.evaluate("(() => {const m = hubeiMap.maps.m.map; const c = m.getCenter(); "
                         "return [c.lat, c.lng, m.getZoom()]})()")  # fmt: skip


def refetched(page, revision):
    """Wait until the map shows a revision."""
    wait_for(page, f"hubeiMap.maps.m.revision === {revision}")


def test_gesture_locks_the_view_until_the_star(desk, center):
    """A closed incident refits a free view, never a locked one; ★ frees and fits it."""
    desk.mouse.move(900, 500)
    desk.mouse.down()
    desk.mouse.move(700, 400, steps=4)
    desk.mouse.up()
    wait_for(desk, "hubeiMap.maps.m.locked")
    assert desk.locator(".map-lock").is_visible()
    wait_for(desk, "!hubeiMap.maps.m.map._panAnim?._inProgress")
    before = view(desk)
    gone = {
        k: replace(i, status="closed") if k == B else i for k, i in center.now.incidents.items()
    }
    center.now = replace(center.now, revision=8, incidents=gone)
    desk.evaluate(
        "window.dispatchEvent(new CustomEvent('hubei:fact', {detail: {kinds: ['incident']}}))"
    )
    refetched(desk, 8)
    assert view(desk) == before
    desk.locator(".map-tool--fit").click()
    assert not desk.locator(".map-lock").is_visible()
    assert view(desk) != before


def test_click_chooses_a_team_or_gives_a_place(desk):
    """A click on a sign tells the page its kind and id; on open ground, its coordinates."""
    desk.mouse.click(*desk.evaluate(SIGN, "TM-0002"))
    assert wait_for(desk, "told['m-selected']") == {"kind": "team", "id": "TM-0002"}
    desk.mouse.click(*desk.evaluate(AT, [114.0, 31.3]))
    place = wait_for(desk, "told['m-clicked']")
    assert place == pytest.approx({"lon": 114.0, "lat": 31.3}, abs=0.02)


def test_drawing_ends_with_enter_and_is_cancelled_by_escape(desk):
    """Enter hands over a closed polygon; Escape hands over nothing."""
    for end in ("Escape", "Enter"):
        desk.locator(".map-tool--affected").click()
        for where in ([114.2, 30.9], [114.6, 30.9], [114.6, 31.1]):
            desk.mouse.click(*desk.evaluate(AT, where))
        desk.keyboard.press(end)
        assert desk.evaluate("hubeiMap.maps.m.scene.sketch") is None
        if end == "Escape":
            assert desk.evaluate("told['m-drawn'] || null") is None
    drawn = wait_for(desk, "told['m-drawn']")
    ring = drawn["geometry"]["coordinates"][0]
    assert drawn["kind"] == "affected"
    assert len(ring) == 4
    assert ring[0] == ring[-1]


def test_measuring_is_geodesic(desk):
    """A degree of longitude at 30°N is 96.486 km on the ellipsoid, 96.297 km on a sphere."""
    metres = desk.evaluate("hubeiMap.distance([114, 30], [115, 30])")
    assert metres == pytest.approx(96486.3, abs=1)


def test_names_are_chinese_and_come_with_the_zoom(desk):
    """Prefectures at province zoom, counties from 9; nothing in another script."""

    def names(zoom):
        desk.evaluate(
            "(z) => { hubeiMap.maps.m.map.setView([30.3, 115.2], z, {animate: false}); }", zoom
        )
        desk.evaluate("new Promise((d) => requestAnimationFrame(() => requestAnimationFrame(d)))")
        return desk.evaluate("hubeiMap.maps.m.scene.written")

    far, near = names(8), names(9.5)
    assert "黄冈" in far
    assert "蕲春" not in far
    assert "蕲春" in near
    assert all(not name.isascii() for name in far + near)


def test_layer_switch_is_kept(desk):
    """A layer switched off is gone and stays off after a reload."""
    wait_for(desk, "hubeiMap.maps.m.scene.placed.some((o) => o.layer === 'depots')")
    desk.locator("input[data-layer=depots]").uncheck()
    wait_for(desk, "!hubeiMap.maps.m.scene.placed.some((o) => o.layer === 'depots')")
    desk.reload()
    wait_for(desk, READY)
    assert not desk.locator("input[data-layer=depots]").is_checked()
    assert desk.evaluate("!hubeiMap.maps.m.scene.placed.some((o) => o.layer === 'depots')")


def test_pushed_position_moves_the_team(desk):
    """A pushed position becomes the team's place without asking the server."""
    desk.evaluate("hubeiMap.maps.m.asked = 99")
    desk.evaluate("window.dispatchEvent(new CustomEvent('hubei:positions', {detail: "
                  "[{team: 'TM-0002', lon: 115.6, lat: 30.2, at: ''}]}))")  # fmt: skip
    wait_for(desk, "hubeiMap.maps.m.teams.get('TM-0002').shown?.[0] === 115.6")
    assert desk.evaluate("hubeiMap.maps.m.asked") == 99


def test_cursor_shows_the_moment(desk):
    """A cursor brings back what was known then, and live positions no longer move it."""
    desk.evaluate("window.dash_clientside.set_props('m-cursor', {data: 1})")
    refetched(desk, 1)
    assert desk.evaluate("hubeiMap.maps.m.scene.layers.routes.length") == 0
    desk.evaluate("window.dispatchEvent(new CustomEvent('hubei:positions', {detail: "
                  "[{team: 'TM-0002', lon: 110.0, lat: 30.2, at: ''}]}))")  # fmt: skip
    assert desk.evaluate("!hubeiMap.maps.m.teams.get('TM-0002').shown")


def test_takeaway_asks_the_network_for_nothing(context, center, tmp_path):
    """The page opens offline from a file, asks for nothing, and draws its areas and signs."""
    file = tmp_path / "map.html"
    file.write_text(make(center.now), "utf-8")
    context.set_offline(True)
    page = context.new_page()
    asked, faults = [], []
    page.on("request", lambda request: asked.append(request.url))
    page.on("pageerror", lambda error: faults.append(str(error)))
    page.goto(file.as_uri())
    assert asked == [file.as_uri()]
    assert faults == []
    assert page.locator(".glyph-incidents svg").count() == 2
    assert page.locator(".head").is_visible()
    painted = page.evaluate("""() => [...document.querySelectorAll('canvas')].some((c) => {
      const px = c.getContext('2d').getImageData(0, 0, c.width, c.height).data;
      return px.some((v, i) => i % 4 === 3 && v); })""")
    assert painted
