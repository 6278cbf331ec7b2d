"""How the map bears 20,000 points and 100 moving teams, against re-sending GeoJSON; by hand.

Run ``python -m tests.benchmarks.map_points``. One process, one browser; the ratios matter, the
milliseconds belong to the machine.
"""

import sys
import tempfile
from dataclasses import replace
from pathlib import Path
from random import Random

from playwright.sync_api import CDPSession, Page, sync_playwright

from data.domain.sensor import Sensor
from data.domain.team import TeamState
from tests.browser.conftest import _FLAGS, find_chromium
from tests.map_app import READY, make_app, served, wait_for
from tests.map_world import WorldCenter, _team

POINTS, TEAMS, ROUNDS = 20_000, 100, 5
_PAN = """() => new Promise((done) => {
  const {map} = hubeiMap.maps.m; const stamps = []; const start = performance.now();
  const step = (now) => { stamps.push(now);
    map.panBy([Math.sin(now / 300) * 9, 4 * Math.cos(now / 300)], {animate: false});
    if (now - start < 3000) requestAnimationFrame(step);
    else done(stamps.length / ((stamps.at(-1) - stamps[0]) / 1000)); };
  requestAnimationFrame(step); })"""
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


def crowd() -> WorldCenter:
    """The small world with 20,000 stations and 100 teams out."""
    dice = Random(7)
    center = WorldCenter()

    def somewhere() -> dict[str, float]:
        return {"lon": dice.uniform(109, 116), "lat": dice.uniform(29.3, 33)}

    sensors = {f"P{n}": Sensor(id=f"P{n}", name=f"点{n}", **somewhere()) for n in range(POINTS)}
    teams = {}
    for n in range(TEAMS):
        team = _team(f"M{n}", "武汉", TeamState.DEPARTED, n)
        teams[team.id] = replace(team, **somewhere())
    center.now = replace(center.now, sensors=sensors, teams=teams, assignments={}, positions={})
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
    """CPU of one update of 100 teams, gliding included; GeoJSON without a center."""
    before = cpu_ms(session)
    for n in range(1, ROUNDS + 1):
        if center is None:
            page.evaluate(_RESEND, 0.01)
        else:
            moved = [
                {"team": t.id, "lon": t.lon + 0.01 * n, "lat": t.lat, "at": ""}
                for t in center.now.teams.values()
            ]
            page.evaluate(_MOVE, moved)
    spent = cpu_ms(session) - before
    before = cpu_ms(session)
    for _ in range(ROUNDS):
        page.evaluate(_IDLE)
    return (spent - (cpu_ms(session) - before)) / ROUNDS


def main() -> None:
    """Print the numbers and their ratio."""
    say = sys.stdout.write
    center = crowd()
    with (
        tempfile.TemporaryDirectory() as var,
        served(make_app(center, "duty", Path(var), plain=True)) as address,
        sync_playwright() as playwright,
    ):
        browser = playwright.chromium.launch(executable_path=find_chromium(), args=list(_FLAGS))
        page = browser.new_page(viewport={"width": 1280, "height": 800})
        page.add_init_script(_DOT)
        page.goto(address)
        wait_for(page, READY, seconds=60)
        session = page.context.new_cdp_session(page)
        session.send("Performance.enable")
        say(f"drag with {POINTS} points: {drag_rate(page):.0f} frames/s\n")
        say(f"worst-case pan (redraw each frame): {page.evaluate(_PAN):.0f} frames/s\n")
        ours = moving_cost(page, session, center)
        page.evaluate("(data) => { bench.data = data; }", collection(center))
        page.evaluate(_RESEND, 0)
        plain = moving_cost(page, session, None)
        say(f"move {TEAMS} teams: ours {ours:.0f} ms CPU (gliding included), "
            f"GeoJSON re-sent {plain:.0f} ms, ratio {plain / ours:.1f}\n")  # fmt: skip
        browser.close()


if __name__ == "__main__":
    main()
