"""The night of 2020-07-08, played: two incidents, one plan, a restart in the middle, a replay."""

import time
from datetime import datetime

import pytest
from playwright.sync_api import expect

from data.exercise.runner import start_runner
from tests.serving import PASSWORD, Running

LIMIT_MS = 60_000


def wait_until(true, limit_s=60.0):
    """Wait for a condition of the server; the last value is handed back."""
    end = time.monotonic() + limit_s
    while not (found := true()):
        if time.monotonic() > end:
            raise AssertionError("the condition never came true")
        time.sleep(0.1)
    return found


@pytest.fixture(scope="module")
def night(tmp_path_factory):
    """The exercise as `make run` opens it: seeded, its opening played, the clock going."""
    running = Running(var=tmp_path_factory.mktemp("night"), scenario="2020-07-08").start()
    running.center.seed()
    runner = start_runner(running.base, PASSWORD)
    with running.client("duty") as api:
        wait_until(lambda: api.get("/api/v1/exercise").json()["opened"])
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


def test_the_night(browser, night):
    """Both incidents stand face to face, one plan serves both, nothing is lost over a restart."""
    api = night.client("duty")
    wall = screen(browser, night, "wall", "/wall")
    expect(wall.locator(".inc-card.jia")).to_contain_text("袁山村", timeout=LIMIT_MS)
    expect(wall.locator(".inc-card.yi")).to_contain_text("长江流域")
    expect(wall.locator(".inc-card.jia .chip")).to_have_text("Ⅲ 中型")
    expect(wall.locator(".inc-card.yi")).not_to_contain_text("1.2万")

    incidents = [i["id"] for i in api.get("/api/v1/incidents").json()["items"]]
    plan = api.post(
        "/api/v1/plans", json={"incidents": [{"id": i} for i in incidents]}, timeout=60
    ).json()
    issued = api.post("/api/v1/dispatches", json={"plan_id": plan["id"]}, timeout=60)
    assert issued.status_code == 201, issued.text
    sent = {row["team"] for row in plan["assignments"]}
    assert {row["incident"] for row in plan["assignments"]} == set(incidents)
    expect(wall.locator(".inc-card.jia .teams .st").first).to_be_visible()
    before = api.get("/api/v1/journal/verify").json()["rows"]

    night.stop()
    expect(wall.locator("html[data-link=down]")).to_have_count(1, timeout=6_000)
    night.start()
    expect(wall.locator("html[data-link=up]")).to_have_count(1, timeout=LIMIT_MS)
    expect(wall.locator(".inc-card.jia")).to_contain_text("袁山村", timeout=LIMIT_MS)

    again = night.client("duty")
    proof = again.get("/api/v1/journal/verify").json()
    assert proof["ok"]
    assert proof["rows"] >= before
    held = again.get("/api/v1/assignments").json()["items"]
    assert {row["team_id"] for row in held} == sent
    assert len(held) == len(sent)


def test_the_replay(browser, night):
    """At 07:45 nobody knew of the reservoir; after 08:00 everybody did."""
    api = night.client("duty")
    moved = api.post("/api/v1/exercise", json={"jump_to": "2020-07-08T08:15:00+08:00"})
    assert moved.status_code == 200, moved.text
    expected = datetime.fromisoformat("2020-07-08T08:00:00+08:00")

    def known():
        reports = api.get("/api/v1/reports").json()["items"]
        return any(
            datetime.fromisoformat(r["received_at"]) >= expected
            and "永安水库" in r["place"] and r["incident_id"]
            for r in reports
        )  # fmt: skip

    wait_until(known)
    api.post("/api/v1/exercise", json={"paused": True}).raise_for_status()  # nothing more is pushed
    review = screen(browser, night, "leader", "/review")
    cards = review.locator("#review-cards")
    expect(cards).to_contain_text("转移 1.2万", timeout=LIMIT_MS)
    review.locator("#review-jump").fill("07-08 07:45")
    review.keyboard.press("Enter")
    expect(review.locator("#review-stamp")).to_contain_text("当时所知")
    expect(cards).not_to_contain_text("1.2万")
    expect(cards).to_contain_text("大河滑坡")
    expect(review.locator(".ev .fut").first).to_be_visible()
    review.locator("#review-live").click()
    expect(cards).to_contain_text("转移 1.2万")
