"""假设推演 on the duty desk, and the plan as leaders read it, on the night of the exercise."""

import os
import re
import time

import pytest
from playwright.sync_api import expect

from data.exercise.runner import start_runner
from tests.browser.hands import twice
from tests.serving import PASSWORD, Running

LIMIT_MS = 90_000
FORK = ".fork-view.open"


@pytest.fixture(scope="module")
def night(tmp_path_factory):
    """The exercise with both incidents open, its clock stopped."""
    running = Running(var=tmp_path_factory.mktemp("fork"), scenario="2020-07-08").start()
    running.center.seed()
    runner = start_runner(running.base, PASSWORD)
    end = time.monotonic() + 90
    with running.client("duty") as api:
        while not api.get("/api/v1/exercise").json()["opened"]:
            assert time.monotonic() < end, "the opening was never played"
            time.sleep(0.1)
        api.post("/api/v1/exercise", json={"paused": True}).raise_for_status()
    yield running
    runner.stop()
    running.stop()


def screen(browser, running, username, path):
    """A signed-in page."""
    context = browser.new_context(viewport={"width": 1920, "height": 1080}, locale="zh-CN")
    context.set_default_timeout(LIMIT_MS)
    signed = context.request.post(
        f"{running.base}/api/v1/session", data={"username": username, "password": PASSWORD}
    )
    assert signed.ok, signed.text()
    page = context.new_page()
    page.goto(running.base + path)
    return page


@pytest.fixture
def fork(browser, night):
    """The officer's desk with a proposed plan and the fork open, opened by key."""
    page = screen(browser, night, "duty", "/duty")
    page.locator(".roster [data-row]").first.wait_for()
    page.keyboard.press("Alt+2")
    page.keyboard.press("F8")
    expect(page.locator("#draft-view [data-row]").first).to_be_visible(timeout=LIMIT_MS)
    page.keyboard.press("F9")
    expect(page.locator(FORK)).to_be_visible()
    yield page
    page.context.close()


def picture(page, name):
    """The screen kept as a picture where ``HUBEI_PICTURES`` names a folder."""
    if folder := os.environ.get("HUBEI_PICTURES"):
        page.screenshot(path=f"{folder}/{name}.png")


def solve(page):
    """Ask for the fork's plan by key; returns when the comparison stands."""
    page.keyboard.press("F8")
    expect(page.locator(f"{FORK} .ffigures")).to_be_visible(timeout=LIMIT_MS)


def test_a_third_incident_and_a_closed_road_are_compared_and_thrown_away(fork, night):
    """What is only supposed shows beside the plan at hand and leaves nothing behind."""
    fork.locator("#fork-place").fill("英山")
    fork.locator("#fork-places button").first.click()
    expect(fork.locator("#fork-at")).to_contain_text("英山", timeout=LIMIT_MS)
    fork.get_by_role("button", name="加入假设事件").click()
    expect(fork.locator(".fchanges li")).to_have_count(1, timeout=LIMIT_MS)
    fork.locator("#fork-road").fill("黄梅 武穴")
    fork.locator("#fork-roads button").first.click()
    expect(fork.locator(".fchanges li")).to_have_count(2, timeout=LIMIT_MS)
    solve(fork)
    picture(fork, "fork")
    expect(fork.locator(".fork-right .pcol")).to_have_count(3)
    expect(fork.locator(".fdiff")).to_contain_text("队伍变化")
    expect(fork.locator("#fork-keeping")).to_contain_text("假设事件、假设断路不能下达")
    expect(fork.locator("#dispatch-issue")).to_be_hidden()
    fork.locator(".fchanges .x").last.click()
    expect(fork.locator(".fstale")).to_be_visible(timeout=LIMIT_MS)
    expect(fork.locator("#fork-adopt")).to_be_disabled()
    discard = fork.locator(".fork-bar button", has_text="丢弃")
    discard.click()
    discard.click()
    expect(fork.locator(".fchanges li")).to_have_count(0, timeout=LIMIT_MS)
    expect(fork.locator(".ffigures")).to_have_count(0, timeout=LIMIT_MS)
    names = [i["name"] for i in night.client("duty").get("/api/v1/incidents").json()["items"]]
    assert len(names) == 2


def test_a_doubled_need_is_kept_and_solved_into_the_draft(fork, night):
    """Keeping writes the need to the incident and solves the draft again."""
    row = fork.locator(".fneeds li").first
    what = row.locator("span").inner_text()
    amount = float(row.locator("input").input_value())
    key = row.locator("input").get_attribute("data-of")
    row.get_by_role("button", name="×2").click()
    expect(fork.locator(".fchanges li")).to_have_count(1, timeout=LIMIT_MS)
    solve(fork)
    picture(fork, "need")
    fork.locator("#fork-adopt").click()
    expect(fork.locator(FORK)).to_have_count(0, timeout=LIMIT_MS)
    fork.wait_for_function(
        "() => !document.documentElement.hasAttribute('data-solving')", timeout=LIMIT_MS
    )
    stated = night.client("duty").get(f"/api/v1/incidents/{key}/needs").json()
    now = {n["capability"]: n for n in stated["needs"]}
    assert now[what]["amount"] == amount * 2
    assert not now[what].get("assumption")
    expect(fork.locator("#draft-view [data-row]").first).to_be_visible(timeout=LIMIT_MS)


def test_a_leader_reads_the_plan_beside_its_alternatives_and_cannot_issue_it(browser, night, fork):
    """Columns with reasons, the four ways with figures, cover and contests; no issue button."""
    fork.keyboard.press("Escape")
    page = screen(browser, night, "leader", "/review")
    page.locator("#review-cards .line").first.wait_for()
    page.keyboard.press("F8")
    view = page.locator(".plan-review.open")
    expect(view.locator(".rplans button").first).to_be_visible(timeout=LIMIT_MS)
    expect(view.locator(".pcol.jia .l3").first).to_contain_text("分钟", timeout=LIMIT_MS)
    expect(view.locator(".pcompare thead")).to_have_text("本方案就近派遣灾情优先灾情优先并精简")
    expect(view.locator(".pcompare tbody tr").first).to_contain_text("总代价")
    expect(view.locator(".js-plotly-plot .bartext").first).to_be_visible()
    sizes = view.locator(".js-plotly-plot text").evaluate_all(
        "(all) => all.map((t) => parseFloat(getComputedStyle(t).fontSize))"
    )
    assert min(sizes) >= 13
    expect(view.locator(".cover-view")).to_contain_text("留守覆盖")
    picture(page, "leader")
    for words in ("下达", "锁定", "不派此处", "采用"):
        expect(view.get_by_role("button", name=words)).to_have_count(0)
    assert view.locator("[draggable=true], input, select").count() == 0
    told = night.client("leader").get("/api/v1/plans?limit=3").json()["items"]
    assert told[0]["objective"]["value"] > 0
    assert [t["id"] for t in told] == sorted((t["id"] for t in told), reverse=True)
    page.context.close()


def test_a_team_let_go_is_compared_thrown_away_and_kept(fork, night):
    """An ordered team is supposed free; discarded it stays bound, kept the draft may take it."""
    api = night.client("duty")
    jia = next(i for i in api.get("/api/v1/incidents").json()["items"] if i["letter"] == "甲")
    team = fork.locator("#draft-view [data-row]").first.get_attribute("data-row").split("@")[0]
    api.post("/api/v1/dispatches", json={
        "assignments": [{"team": team, "incident": jia["id"]}],
    }).raise_for_status()  # fmt: skip
    name = next(t["name"] for t in api.get("/api/v1/teams?limit=1000").json()["items"]
                if t["id"] == team)  # fmt: skip
    bound = fork.locator("#fork-teams button", has_text=name)
    for kept in (False, True):
        bound.click(timeout=LIMIT_MS)
        expect(fork.locator(".fchanges li")).to_have_text(re.compile(f"放出 {name}"))
        solve(fork)
        expect(fork.locator(".fdiff")).to_contain_text("队伍变化")
        if not kept:
            twice(fork.locator(".fork-bar button", has_text="丢弃"))
            expect(fork.locator(".fchanges li")).to_have_count(0, timeout=LIMIT_MS)
            expect(fork.locator(".ffigures")).to_have_count(0, timeout=LIMIT_MS)
    picture(fork, "release")
    fork.locator("#fork-adopt").click()
    expect(fork.locator(FORK)).to_have_count(0, timeout=LIMIT_MS)
    fork.keyboard.press("p")
    expect(fork.locator(".plan-view.open .plimit", has_text=f"放 {name} 可改派")).to_be_visible(
        timeout=LIMIT_MS
    )
    fork.wait_for_function(
        "() => !document.documentElement.hasAttribute('data-solving')", timeout=LIMIT_MS
    )
    held = {a["team_id"] for a in api.get("/api/v1/assignments").json()["items"]}
    assert team in held  # nothing was ordered by keeping
