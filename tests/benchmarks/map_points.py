"""How the map bears 20,000 and 50,000 points and 100 moving teams, against GeoJSON; by hand.

Run ``python -m tests.benchmarks.map_points``. One process, one browser; the ratios matter, the
milliseconds belong to the machine.
"""

import gzip
import json
import sys
import tempfile
from dataclasses import replace
from pathlib import Path
from random import Random
from time import monotonic

from playwright.sync_api import CDPSession, Page, Playwright, Response, sync_playwright

from dashboard.geo_points import Board
from data.domain.team import TeamState
from tests.browser.conftest import _FLAGS, find_chromium
from tests.map_app import READY, make_app, served, wait_for
from tests.map_world import WorldCenter, _team
from tests.point_world import crowded, moved

POINTS, TEAMS, ROUNDS = 20_000, 100, 5
_PAN = """() => new Promise((done) => {
  const {map} = hubeiMap.maps.m; const stamps = []; const start = performance.now();
  const step = (now) => { stamps.push(now);
    map.panBy([Math.sin(now / 300) * 9, 4 * Math.cos(now / 300)], {animate: false});
    if (now - start < 3000) requestAnimationFrame(step);
    else done(stamps.length / ((stamps.at(-1) - stamps[0]) / 1000)); };
  requestAnimationFrame(step); })"""
_LOOK = """(zoom) => new Promise((done) => { const {map} = hubeiMap.maps.m;
  hubeiMap.maps.m.setLock(true); map.setView([30.9, 112.6], zoom, {animate: false});
  requestAnimationFrame(() => requestAnimationFrame(done)); })"""
_DRAG = """() => { window.frames_ = []; const step = (now) => { frames_.push(now);
  if (!window.stop_) requestAnimationFrame(step); }; window.stop_ = false;
  requestAnimationFrame(step); }"""
_MOVE = """(list) => new Promise((done) => {
  window.dispatchEvent(new CustomEvent('hubei:positions', {detail: list}));
  const wait = () => hubeiMap.maps.m.gliding.size ? requestAnimationFrame(wait) : done();
  wait(); })"""
_IDLE = """() => new Promise((done) => { let n = 0;
  const wait = () => (n += 1) > 60 ? done() : requestAnimationFrame(wait); wait(); })"""
_RESEND = """(shift) => new Promise((done) => {
  for (const f of bench.data.features) if (f.properties.id[0] === 'M')
    f.geometry.coordinates = [f.geometry.coordinates[0] + shift, f.geometry.coordinates[1]];
  window.dash_clientside.set_props('plain', {data: {...bench.data}});
  let n = 0; const wait = () => (n += 1) > 60 ? done() : requestAnimationFrame(wait);
  requestAnimationFrame(wait); })"""
_DOT = """window.bench = {
  dot: (feature, at) => L.circleMarker(at, {radius: 3, weight: 0, fillOpacity: 1})};"""


def crowd(points: int = POINTS) -> WorldCenter:
    """The small world with made points and 100 teams out."""
    dice, center = Random(7), crowded(points)
    teams = {}
    for n in range(TEAMS):
        team = _team(f"M{n}", "武汉", TeamState.DEPARTED, n)
        where = {"lon": dice.uniform(109, 116), "lat": dice.uniform(29.3, 33)}
        teams[team.id] = replace(team, **where)
    center.now = replace(center.now, teams=teams, assignments={}, positions={})
    return center


def collection(center: WorldCenter) -> dict[str, object]:
    """The same points and teams as plain GeoJSON."""
    things = [*center.now.sensors.values(), *center.now.teams.values()]
    features = [
        {"type": "Feature", "properties": {"id": t.id},
         "geometry": {"type": "Point", "coordinates": [t.lon, t.lat]}}
        for t in things
    ]  # fmt: skip
    return {"type": "FeatureCollection", "features": features}


def cpu_ms(session: CDPSession) -> float:
    """The page's task time so far, in milliseconds."""
    metrics = session.send("Performance.getMetrics")["metrics"]
    return next(m["value"] for m in metrics if m["name"] == "TaskDuration") * 1000


def drag_rate(page: Page) -> float:
    """Frames a second while the mouse drags the map."""
    page.evaluate(_DRAG)
    page.mouse.move(900, 500)
    page.mouse.down()
    for n in range(120):
        page.mouse.move(900 + (n % 40) * 6, 500 + (n % 30) * 5)
    page.mouse.up()
    stamps = page.evaluate("(() => { window.stop_ = true; return frames_; })()")
    return len(stamps) / ((stamps[-1] - stamps[0]) / 1000)


def moving_cost(page: Page, session: CDPSession, center: WorldCenter | None) -> float:
    """CPU of one update of 100 teams beyond idling; GeoJSON without a center."""
    idle = cpu_ms(session), monotonic()
    for _ in range(ROUNDS):
        page.evaluate(_IDLE)
    rate = (cpu_ms(session) - idle[0]) / (monotonic() - idle[1])
    before = cpu_ms(session), monotonic()
    for n in range(1, ROUNDS + 1):
        if center is None:
            page.evaluate(_RESEND, 0.01)
        else:
            out = [
                {"team": t.id, "lon": t.lon + 0.01 * n, "lat": t.lat, "at": ""}
                for t in center.now.teams.values()
            ]
            page.evaluate(_MOVE, out)
    return (cpu_ms(session) - before[0] - rate * (monotonic() - before[1])) / ROUNDS


def changes(page: Page, session: CDPSession, center: WorldCenter, share: float) -> None:
    """What an update of a share of the points costs on the wire and in the browser."""
    names, dice = list(center.now.sensors), Random(3)
    sent: list[int] = []

    def arrived(answer: Response) -> None:
        if "/points/now" in answer.url:
            sent.append(int(answer.headers.get("content-length", 0)))

    page.on("response", arrived)
    before = cpu_ms(session)
    for _ in range(ROUNDS):
        known = page.evaluate("hubeiMap.maps.m.points.number")
        moved(center, {k: dice.random() for k in dice.sample(names, int(len(names) * share))})
        page.wait_for_timeout(1100)  # the server compares once a second
        page.evaluate("hubeiMap.maps.m.points.ask(0)")
        wait_for(page, f"hubeiMap.maps.m.points.number !== '{known}'")
    spent = (cpu_ms(session) - before) / ROUNDS
    page.remove_listener("response", arrived)
    bytes_ = sum(sent) / max(1, len([n for n in sent if n > 200]))
    sys.stdout.write(
        f"  {share:.0%} of the points changed: {bytes_ / 1000:.1f} kB on the wire, "
        f"{spent:.0f} ms CPU with redrawing and {ROUNDS} seconds idle shared out\n"
    )


def pans(page: Page) -> None:
    """Frames a second while panning, with units' signs, with every point, and dragging."""
    for zoom, what in ((7.5, "prefectures"), (8.5, "counties"), (9.5, "points at 9.5"),
                       (11, "points at 11")):  # fmt: skip
        page.evaluate(_LOOK, zoom)
        drawn = page.evaluate("hubeiMap.maps.m.scene.points.drawn || 0")
        sys.stdout.write(
            f"  pan, redrawn every frame, {what} ({drawn} drawn): "
            f"{page.evaluate(_PAN):.0f} frames/s; dragged {drag_rate(page):.0f}\n"
        )
    page.evaluate(_LOOK, 7.5)
    page.evaluate("hubeiMap.maps.m.scene.points.level = () => null")
    page.evaluate("new Promise((d) => requestAnimationFrame(() => requestAnimationFrame(d)))")
    page.evaluate("hubeiMap.maps.m.groundLayer.paint()")
    drawn = page.evaluate("hubeiMap.maps.m.scene.points.drawn")
    rate, dragged = page.evaluate(_PAN), drag_rate(page)
    sys.stdout.write(
        f"  pan, redrawn every frame, every point at once ({drawn} drawn): {rate:.0f} frames/s; "
        f"dragged {dragged:.0f}\n"
    )


def measured(points: int, playwright: Playwright, var: Path, *, plain: bool) -> None:
    """One crowd: the first sending, the pans, the updates; the teams against GeoJSON once."""
    say, center = sys.stdout.write, crowd(points)
    table = Board(center.now.sensors, center.areas)
    table.advance(center.now)
    first = table.since(-1)
    geojson = gzip.compress(json.dumps(collection(center)).encode(), 6)
    say(f"{points} points: table {len(table.table.gzip) / 1000:.0f} kB once, first values "
        f"{len(first.gzip) / 1000:.0f} kB; bare GeoJSON without values {len(geojson) / 1000:.0f} kB"
        " at every sending\n")  # fmt: skip
    with served(make_app(center, "duty", var, plain=plain)) as address:
        browser = playwright.chromium.launch(executable_path=find_chromium(), args=list(_FLAGS))
        page = browser.new_page(viewport={"width": 1280, "height": 800})
        page.add_init_script(_DOT)
        page.goto(address)
        wait_for(page, READY, seconds=60)
        wait_for(page, f"hubeiMap.maps.m.points.order?.length === {points}", seconds=60)
        session = page.context.new_cdp_session(page)
        session.send("Performance.enable")
        changes(page, session, center, 0.01)
        changes(page, session, center, 0.2)
        pans(page)
        if plain:
            ours = moving_cost(page, session, center)
            page.evaluate("(data) => { bench.data = data; }", collection(center))
            page.evaluate(_RESEND, 0)
            again = moving_cost(page, session, None)
            say(f"  move {TEAMS} teams: ours {ours:.0f} ms CPU (gliding included), "
                f"GeoJSON re-sent {again:.0f} ms, ratio {again / ours:.1f}\n")  # fmt: skip
        browser.close()


def main() -> None:
    """Print the numbers and their ratios, for 20,000 and for 50,000 points."""
    with tempfile.TemporaryDirectory() as var, sync_playwright() as playwright:
        measured(POINTS, playwright, Path(var), plain=True)
        measured(50_000, playwright, Path(var), plain=False)


if __name__ == "__main__":
    main()
