"""Two officers at two desks reach for the same team: one gets it, the other is told and helped."""

import pytest
from playwright.sync_api import expect

from data.domain.messages import StoreRows
from data.domain.org import SYSTEM
from data.domain.team import Team, TeamState
from tests.serving import PASSWORD, Running

TEAMS = (
    ("EX-A", "黄石轻型地震搜救队", 115.04, 30.20),
    ("EX-B", "武汉轻型地震搜救队", 114.30, 30.60),
)
LIMIT_MS = 30_000


@pytest.fixture
def center(tmp_path):
    """A center with one open incident and two teams that could go."""
    with Running(var=tmp_path / "var") as running:
        api = running.client("duty")
        made = api.post("/api/v1/reports", json={
            "type": "landslide", "place": "黄梅县大河镇袁山村", "area_code": "421127",
            "lon": 115.94, "lat": 30.15, "text": "山体滑坡",
        })  # fmt: skip
        made.raise_for_status()
        answer = made.json()
        opened = api.post("/api/v1/incidents", json={
            "report_id": answer.get("id") or answer["report"]["id"], "short_name": "黄梅滑坡",
            "commander": "王一", "lead_body": "黄冈市人民政府", "desk": "值班一席",
        })  # fmt: skip
        opened.raise_for_status()
        store_teams(running)
        yield running


def store_teams(running):
    """The two teams, kept as an import would keep them."""
    things = tuple(
        Team(
            id=key, name=name, area_code="421127", lon=lon, lat=lat, people=28,
            provides={"搜救": 28.0}, state=TeamState.STANDBY,
        )
        for key, name, lon, lat in TEAMS
    )  # fmt: skip
    running.center.handle(StoreRows(what="测试队伍", things=things), SYSTEM)


def desk(browser, running, username):
    """A signed-in officer's duty desk at the dispatch tab."""
    context = browser.new_context(viewport={"width": 1920, "height": 1080}, locale="zh-CN")
    context.set_default_timeout(LIMIT_MS)
    signed = context.request.post(
        f"{running.base}/api/v1/session", data={"username": username, "password": PASSWORD}
    )
    assert signed.ok, signed.text()
    page = context.new_page()
    page.goto(f"{running.base}/duty")
    page.locator("[data-row='EX-A']").wait_for(timeout=LIMIT_MS)
    page.locator(".stab-dispatch").click()
    return page


def add(page, team):
    """Put a team into the draft from its row in the roster, by key."""
    row = page.locator(f".roster [data-row='{team}']")
    row.focus()
    page.keyboard.press("Enter")
    page.locator(f".draft [data-row^='{team}@']").wait_for(timeout=LIMIT_MS)


def test_two_officers_cannot_commit_the_same_team(browser, center):
    """The second is told who holds it, offered the next best, and commits that one instead."""
    first, second = desk(browser, center, "duty"), desk(browser, center, "duty.421100")
    for page in (first, second):
        add(page, "EX-A")
    # the second desk does not hear of the first's order before it presses
    second.evaluate("() => { window.dash_clientside.set_props = ((tell) => (id, props) => "
                    "id === 'live-revision' ? null : tell(id, props))"
                    "(window.dash_clientside.set_props); }")  # fmt: skip
    first.keyboard.press("Control+Enter")
    expect(first.locator(".follow")).to_contain_text("黄石轻型地震搜救队", timeout=LIMIT_MS)
    second.keyboard.press("Control+Enter")
    refused = second.locator(".refused")
    expect(refused).to_contain_text("黄石轻型地震搜救队 已由", timeout=LIMIT_MS)
    expect(refused).to_contain_text("整单未下达")
    refused.get_by_text("改用 武汉轻型地震搜救队").click()
    second.locator(".draft [data-row^='EX-B@']").wait_for(timeout=LIMIT_MS)
    second.keyboard.press("Control+Enter")
    second.locator(".draft [data-row^='EX-B@']").wait_for(state="detached", timeout=LIMIT_MS)
    kept = center.client("duty").get("/api/v1/assignments").json()["items"]
    assert sorted(a["team_id"] for a in kept) == ["EX-A", "EX-B"]
    for page in (first, second):
        page.context.close()


def test_the_other_desk_sees_at_once_that_a_team_is_taken(browser, center):
    """What one orders stands in the other's draft as taken, with the way out, before any press."""
    first, second = desk(browser, center, "duty"), desk(browser, center, "duty.421100")
    add(second, "EX-A")
    add(first, "EX-A")
    first.keyboard.press("Control+Enter")
    row = second.locator(".draft [data-row^='EX-A@']")
    expect(row).to_contain_text("已由", timeout=LIMIT_MS)
    expect(row).to_contain_text("改用 武汉轻型地震搜救队")
    for page in (first, second):
        page.context.close()
