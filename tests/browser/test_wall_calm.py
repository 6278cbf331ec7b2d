"""The wall in peaceful times: risk, rivers, alarms; large and clear; gone when it matters."""

from datetime import timedelta

import pytest

from data.domain.org import SYSTEM, Actor
from data.domain.rectification import Rectification
from tests.integration.api_world import incident, post
from tests.map_app import wait_for
from tests.serving import PASSWORD, Running

DUTY = Actor.of("duty", "duty", "420000")
# The highest of July 2020 at three stations, as reported then; the rest a little below 设防.
LEVELS = {"S07": 28.77, "S05": 34.34, "S10": 22.81, "S01": 48.6, "S24": 64.75, "S28": 36.2}
# Every text of the wall outside the map: its size in pixels of 1080p, and its contrast.
TEXTS = """() => {
  const light = (c) => { const [r, g, b] = c.match(/[\\d.]+/g).map(Number).slice(0, 3).map((v) => {
    v /= 255; return v <= 0.03928 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4; });
    return 0.2126 * r + 0.7152 * g + 0.0722 * b; };
  const ground = (node) => { for (let n = node; n; n = n.parentElement) {
    const c = getComputedStyle(n).backgroundColor, part = c.match(/[\\d.]+/g).map(Number);
    if (part.length < 4 || part[3] > 0.9) return c; } return 'rgb(10,15,26)'; };
  const found = [];
  const parts = '.wall .side *, .wall > header *, .wall > footer *, .rivers *';
  for (const node of document.querySelectorAll(parts)) {
    const own = [...node.childNodes].some((n) => n.nodeType === 3 && n.textContent.trim());
    const box = node.getBoundingClientRect();
    if (!own || !box.width || node.closest('.mark, .chip, defs')) continue;
    const style = getComputedStyle(node), svg = node instanceof SVGElement;
    const a = light(svg ? style.fill : style.color);
    const b = light(ground(svg ? node.closest('div') : node));
    found.push([node.textContent.trim().slice(0, 20), parseFloat(style.fontSize),
      (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05)]);
  }
  return found; }"""


@pytest.fixture(scope="module")
def center(tmp_path_factory):
    """The real center, seeded, with some stations over their levels and nobody hurt."""
    with Running(var=tmp_path_factory.mktemp("calm")) as running:
        running.center.seed()
        at = running.center.clock.now() - timedelta(minutes=3)
        rows = [{"sensor": k, "at": at.isoformat(), "value": v} for k, v in LEVELS.items()]
        done = running.center.feed.readings(DUTY, rows)
        assert done["accepted"] == len(rows)
        yield running


@pytest.fixture(scope="module")
def screen(browser, center):
    """The wall's page, which stands for all of them as it would for weeks, and its errors."""
    context = browser.new_context(
        viewport={"width": 1920, "height": 1080}, locale="zh-CN", timezone_id="Asia/Shanghai"
    )
    signing = {"username": "wall", "password": PASSWORD}
    assert context.request.post(f"{center.base}/api/v1/session", data=signing).ok
    page, faults = context.new_page(), []
    page.on("pageerror", lambda error: faults.append(str(error)))
    page.goto(f"{center.base}/wall")
    yield page, faults
    context.close()


@pytest.fixture
def wall(screen):
    """The wall, drawn; errors of the page fail the test."""
    page, faults = screen
    wait_for(page, "document.querySelectorAll('.river-graph .main-svg').length >= 2", seconds=40)
    yield page
    page.evaluate("0")  # what the page had to say has been heard
    assert faults == []


def test_it_says_what_is_up_where(wall):
    """The gravest counties, the stations over a level, the newest alarms with their age."""
    left = wall.inner_text("#wall-left")
    right = wall.inner_text("#wall-right")
    assert "县域风险" in left
    assert "江汉" in left
    assert "无生效预警" in left
    assert "汉口" in right
    assert "分前" in right
    assert "在岗" in right
    assert "共享力量池" not in wall.inner_text(".wall")


def test_rivers_stand_in_order_against_their_levels(wall):
    """Stations downstream from the left, each with its height over 警戒; order is not distance."""
    names = wall.evaluate(
        "[...document.querySelectorAll('.rivers figure:first-child .xtick text')]"
        ".map((t) => t.querySelector('tspan').textContent)"
    )
    assert [n.split()[0] for n in names][:3] == ["宜昌", "枝城", "沙市"]
    assert names[6] == "汉口 黄"
    assert "站序自上而下，非里程" in wall.inner_text(".rivers")
    drawn = wall.evaluate(
        "[...document.querySelectorAll('.rivers figure:first-child .annotation-text')]"
        ".map((t) => t.textContent)"
    )
    assert "+1.47" in drawn  # 28.77 over 27.30
    assert wall.evaluate(
        "[...document.querySelectorAll('.xtick text')]"
        ".some((t) => t.textContent.includes('无数据'))"
    )


def test_it_is_read_from_six_metres(wall):
    """Nothing is smaller than 20 pixels at 1080p, nothing fainter than 7 to 1."""
    texts = wall.evaluate(TEXTS)
    assert len(texts) > 60
    assert [t for t in texts if t[1] < 19.9] == []
    assert [t for t in texts if t[2] < 7] == []


def test_counties_are_coloured_on_the_map_with_their_character(wall):
    """The county of a station over its level wears the colour; calm ones wear none."""
    held = "hubeiMap.maps['wall-map'].risk"
    wait_for(wall, f"{held}.features.length > 0")
    marks = wall.evaluate(f"{held}.features.map((one) => one.f.properties.label)")
    assert set(marks) <= {"蓝", "黄", "橙", "红", "断", "滞"}
    assert len(marks) < 103


def test_a_warning_and_a_watch_are_drawn_until_they_end(wall, center):
    """The warning with its colour and its end, its area on the map; who keeps the watch."""
    left = "document.querySelector('#wall-left').innerText"
    right = "document.querySelector('#wall-right').innerText"
    areas = "(hubeiMap.maps['wall-map'].scene.layers.warning_areas || [])"
    with center.client("duty") as duty:
        signed = {"name": "张某", "post": "副省长", "way": "电话"}
        words = {"colour": "橙", "event": "洪水", "description": "水位上涨", "areas": ["421127"]}
        made = post(duty, "/warnings", {**words, "authorised_by": signed})["warning"]
        watch = post(duty, "/watches", {"title": "华阳河水位", "warning_id": made["id"]})["watch"]
        wait_for(wall, f"{left}.includes('1 条 · 关注 1') && {right}.includes('华阳河水位')")
        assert "洪水 黄梅" in wall.inner_text("#wall-left")
        assert "洪水预警 黄梅" in wall.inner_text("#wall-ticker")
        assert "无生效预警" not in wall.inner_text("#wall-left")
        kept = wall.inner_text("#wall-right")
        assert "关注清单" in kept
        assert watch["keeper"] in kept
        wait_for(wall, f"{areas}.some((f) => f.properties.id === '{made['id']}')")
        texts = wall.evaluate(TEXTS)
        assert [t for t in texts if t[1] < 19.9 or t[2] < 7] == []
        closed = {"do": "close", "words": "平稳"}
        post(duty, f"/watches/{watch['id']}", closed, status=200)
        post(duty, f"/warnings/{made['id']}/cancel", {"reason": "水位已退"}, status=200)
    wait_for(wall, f"{left}.includes('无生效预警') && !{right}.includes('关注清单')")
    wait_for(wall, f"{areas}.length === 0")


# Of the overdue list: titles shown, how many more it says there are, what its card cannot hold.
LATE = """() => {
  const list = document.querySelector('#wall-right .late'), card = list.closest('.inc-card');
  const rows = [...list.querySelectorAll('li:not(.more)')].filter((row) => row.checkVisibility());
  return { shown: rows.map((row) => row.querySelector('span').lastChild.textContent),
    more: Number(list.querySelector('.more').dataset.more || 0),
    over: card.scrollHeight - card.clientHeight,
    lines: Math.max(...rows.map((row) => Math.round(row.querySelector('span').clientHeight
      / parseFloat(getComputedStyle(row).lineHeight)))) }; }"""


def overdue(center, titles):
    """Put these up as 挂牌督办, the first the longest past its deadline."""
    held = center.center.queries.situation(SYSTEM).rectifications
    now = center.center.clock.now()
    with center.center.database.units.unit("Test", SYSTEM, center.center.clock) as unit:
        for n, title in enumerate(titles):
            if (key := f"ZG-{n}") not in held:
                due = now - timedelta(days=9 - n)
                unit.put(Rectification(id=key, title=title, supervision="province", due_at=due))
        unit.tell("挂牌督办")


def test_what_is_overdue_takes_the_room_and_says_what_it_leaves_out(wall, center):
    """Three stand whole; of eight as many as fit, the longest first, and the number of the rest."""
    told = "号尾矿库 排洪井未按期封堵，雨后渗水量加大，下游三户人家未搬离"
    titles = [n + told for n in "一二三四五六七八"]
    listed = "document.querySelectorAll('#wall-right .late li:not(.more)').length"
    overdue(center, titles[:3])
    wait_for(wall, f"{listed} === 3")
    held = wall.evaluate(LATE)
    assert (held["shown"], held["more"], held["lines"]) == (titles[:3], 0, 2)
    assert held["over"] <= 0
    overdue(center, titles)
    wait_for(wall, f"{listed} === 8")
    held = wall.evaluate(LATE)
    assert held["shown"] == titles[: len(held["shown"])]
    assert len(held["shown"]) + held["more"] == 8
    assert 2 <= len(held["shown"]) < 8
    assert held["over"] <= 0
    at_hand = len(held["shown"])
    wall.set_viewport_size({"width": 1920, "height": 1400})
    wait_for(wall, f"({LATE})().shown.length > {at_hand}")
    wall.set_viewport_size({"width": 1920, "height": 1080})
    wait_for(wall, f"({LATE})().shown.length === {at_hand}")


def test_an_incident_takes_the_room(wall, center):
    """The rivers give way to the pool as soon as there is an incident, and the risk to the map."""
    with center.client("duty") as client:
        key = incident(client)
        wait_for(wall, "!document.querySelector('.wall').classList.contains('is-calm')")
        wait_for(wall, "document.querySelectorAll('.rivers figure').length === 0")
        assert "共享力量池" in wall.inner_text(".wall")
        assert "无并发事件" in wall.inner_text("#wall-right")
        wait_for(wall, "!hubeiMap.maps['wall-map'].risk.on()")
        closed = client.post(f"/api/v1/incidents/{key}/close", json={"reason": "演示完毕"})
        assert closed.is_success, closed.text
    wait_for(wall, "document.querySelector('.wall').classList.contains('is-calm')")
