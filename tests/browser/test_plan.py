"""The plan view on the night of the exercise: proposed, closed off, solved again, issued."""

import os
import time
from contextlib import suppress

import pytest
from playwright.sync_api import Error, expect

from data.exercise.runner import start_runner
from tests.browser.hands import twice
from tests.serving import PASSWORD, Running

LIMIT_MS = 90_000
DRAGS = 4
GRIP = {"x": 30, "y": 12}
# Over the road from 黄梅 to 大河镇; town and county seat lie outside.
DAHE_ROAD = [
    [115.875, 30.05], [115.895, 30.05], [115.895, 30.12], [115.875, 30.12], [115.875, 30.05],
]  # fmt: skip
PLAN = ".plan-view.open"


@pytest.fixture(scope="module")
def night(tmp_path_factory):
    """The exercise with both incidents open, its clock stopped."""
    running = Running(var=tmp_path_factory.mktemp("plan"), scenario="2020-07-08").start()
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


def enter(browser, night, username):
    """An account's own desk in a browser of its own, at the dispatch."""
    context = browser.new_context(viewport={"width": 1920, "height": 1080}, locale="zh-CN")
    context.set_default_timeout(LIMIT_MS)
    signed = context.request.post(
        f"{night.base}/api/v1/session", data={"username": username, "password": PASSWORD}
    )
    assert signed.ok, signed.text()
    page = context.new_page()
    page.goto(f"{night.base}/duty")
    page.locator(".roster [data-row]").first.wait_for()
    page.keyboard.press("Alt+2")
    return page


@pytest.fixture
def desk(browser, night):
    """The duty officer's desk with the plan view open and the draft of before thrown away."""
    page = enter(browser, night, "duty")
    page.keyboard.press("p")
    expect(page.locator(f"{PLAN} .pcol.jia")).to_be_visible(timeout=LIMIT_MS)
    yield page
    page.context.close()


def solved(page):
    """Wait until no plan is being worked out any more."""
    page.wait_for_function(
        "() => !document.documentElement.hasAttribute('data-solving')", timeout=LIMIT_MS
    )


def propose(page):
    """Ask for a plan by key; returns when both columns hold teams."""
    page.keyboard.press("F8")
    for side in ("jia", "yi"):
        expect(page.locator(f"{PLAN} .pcol.{side} [data-team]").first).to_be_visible(
            timeout=LIMIT_MS
        )
    solved(page)


def picture(page, name):
    """The screen kept as a picture where ``HUBEI_PICTURES`` names a folder."""
    if folder := os.environ.get("HUBEI_PICTURES"):
        page.screenshot(path=f"{folder}/{name}.png")


def row(page, team, incident=""):
    """A team's row in the columns or the pool."""
    return page.locator(f"{PLAN} [data-row='{team}@{incident}']")


def dragged_to(one, column, landed):
    """Drag a row; once more, as a hand would, when a redraw came between press and move."""
    for _ in range(DRAGS):
        with suppress(AssertionError, Error):  # it may have landed late, and so be gone from here
            # by its left end, away from its buttons, to the head of the column, always in view
            one.drag_to(column, source_position=GRIP, target_position=GRIP)
            expect(landed).to_be_visible(timeout=LIMIT_MS / DRAGS)
            return
    expect(landed).to_be_visible()


def first(page, side, index=0):
    """The team and incident of a row of a column, that stands there by the plan alone."""
    found = page.locator(f"{PLAN} .pcol.{side} [data-team]:not([data-standing])").nth(index)
    return found.get_attribute("data-team"), found.get_attribute("data-in")


def test_columns_stand_side_by_side_with_the_pool_between(desk):
    """甲, the pool, 乙 from left to right, of one height, inside the screen, with reasons."""
    propose(desk)
    boxes = [
        desk.locator(f"{PLAN} {one}").bounding_box() for one in (".pcol.jia", ".ppool", ".pcol.yi")
    ]
    assert [b["x"] for b in boxes] == sorted(b["x"] for b in boxes)
    assert len({round(b["height"]) for b in boxes}) == 1
    assert boxes[-1]["x"] + boxes[-1]["width"] <= 1921
    expect(desk.locator(f"{PLAN} .pobjective")).to_contain_text("最优")
    expect(desk.locator(f"{PLAN} .pcol.jia .l3").first).to_contain_text("分钟")
    expect(desk.locator(f"{PLAN} .pop").filter(has_text="校验")).to_be_visible()


def test_a_key_and_a_drag_move_a_team_and_the_rest_is_solved_again(desk):
    """→ sends the focused team to 乙, locked and still focused; a drag does the same."""
    propose(desk)
    team, jia = first(desk, "jia", 1)
    _, yi = first(desk, "yi")
    row(desk, team, jia).focus()
    desk.keyboard.press("ArrowRight")
    expect(row(desk, team, yi)).to_be_visible(timeout=LIMIT_MS)
    expect(row(desk, team, yi).locator(".st").first).to_have_text("锁")
    expect(row(desk, team, yi)).to_be_focused()
    solved(desk)
    expect(desk.locator(f"{PLAN} .pchange")).to_contain_text("改派 ", timeout=LIMIT_MS)
    dragged = desk.locator(f"{PLAN} .ppool [data-team]").first.get_attribute("data-team")
    dragged_to(row(desk, dragged), desk.locator(f"{PLAN} .pcol.yi"), row(desk, dragged, yi))
    solved(desk)
    other, jia = first(desk, "jia", 0)
    dragged_to(row(desk, other, jia), desk.locator(f"{PLAN} .pcol.yi"), row(desk, other, yi))
    expect(row(desk, other, yi).locator(".st").first).to_have_text("锁", timeout=LIMIT_MS)
    solved(desk)
    desk.keyboard.press("Control+z")
    expect(row(desk, other, yi)).to_have_count(0, timeout=LIMIT_MS)
    expect(row(desk, dragged, yi)).to_be_visible()
    expect(row(desk, team, yi)).to_be_visible()


def test_edits_made_while_a_plan_is_worked_out_are_not_lost(desk):
    """Three presses without waiting: all three stand in the end."""
    propose(desk)
    (one, jia), (two, _), (three, _) = (first(desk, "jia", n) for n in (0, 1, 2))
    for team, press in ((one, "l"), (two, "x"), (three, "l")):
        row(desk, team, jia).focus()
        desk.keyboard.press(press)
    limits = desk.locator(f"{PLAN} .plimit")
    expect(limits).to_have_count(3, timeout=LIMIT_MS)
    solved(desk)
    expect(row(desk, two, jia)).to_have_count(0, timeout=LIMIT_MS)
    for team in (one, three):
        expect(row(desk, team, jia).locator(".st").first).to_have_text("锁")
    limits.filter(has_text="不派甲").get_by_role("button").click()
    expect(limits).to_have_count(2, timeout=LIMIT_MS)
    expect(row(desk, two, jia)).to_be_visible(timeout=LIMIT_MS)


def needs_box(page, side="jia"):
    """The unfolded needs of a column."""
    box = page.locator(f"{PLAN} .pcol.{side} .pneeds-box")
    if box.get_attribute("open") is None:
        box.locator("> summary").click()
    return box


def answered(page, press):
    """Until the center has answered what a press did, however it is drawn meanwhile."""
    return page.expect_response(
        lambda r: "plan-needs-told" in (r.request.post_data or "")
        and f'"do":"{press}"' in r.request.post_data,
        timeout=LIMIT_MS,
    )


def needs_of(night, incident):
    """What an incident needs as the API tells it."""
    return night.client("duty").get(f"/api/v1/incidents/{incident}/needs").json()


def test_every_field_of_a_need_is_typed_kept_and_solved(desk, night):
    """Amount, time and people are stored; what is refused stays typed, its reason beside it."""
    propose(desk)
    jia = first(desk, "jia")[1]
    box = needs_box(desk)
    field = box.locator("input[data-need='医疗救护']")
    field.fill("很多")
    field.press("Enter")
    wrong = box.locator(".pneed:has(input[data-need='医疗救护']) .pwrong").first
    expect(wrong).to_contain_text("“很多”有误", timeout=LIMIT_MS)
    expect(field).to_have_value("很多")
    field.fill("28")
    field.press("Enter")
    expect(field).to_have_attribute("value", "28", timeout=LIMIT_MS)
    expect(wrong).to_be_empty(timeout=LIMIT_MS)
    by = box.get_by_label("医疗救护要求到位的时间")
    by.fill("2小时")
    by.press("Tab")
    expect(by).to_have_attribute("value", "120分", timeout=LIMIT_MS)
    worth = box.get_by_label("医疗救护折合人数")
    worth.fill("60")
    worth.press("Enter")
    expect(worth).to_have_attribute("value", "60", timeout=LIMIT_MS)
    solved(desk)
    needs = {n["capability"]: n for n in needs_of(night, jia)["needs"]}
    said = needs["医疗救护"]
    assert (said["amount"], said["by"], said["people_equivalent"]) == (28, 120, 60)
    assert not said.get("assumption")
    assert needs["搜救"].get("assumption")
    picture(desk, "needs")


def test_a_supply_is_added_and_the_template_given_back(desk, night):
    """An item of the catalogue with its amount; without one nothing is lost; then all is undone."""
    propose(desk)
    jia = first(desk, "jia")[1]
    box = needs_box(desk)
    add = box.locator(".padd").nth(1)
    expect(box.locator(".ptemplate summary")).to_contain_text("模板：滑坡", timeout=LIMIT_MS)
    amount = add.get_by_label("增加的数量")
    amount.fill("30")
    amount.press("Enter")
    expect(add.locator(".pwrong").first).to_contain_text("未选物资品类", timeout=LIMIT_MS)
    expect(amount).to_have_value("30")
    item = add.locator("option").nth(1).get_attribute("value")
    add.locator("select").select_option(item)
    with answered(desk, "add_need"):
        add.get_by_role("button").click()
    expect(amount).to_have_value("", timeout=LIMIT_MS)
    solved(desk)
    assert needs_of(night, jia)["supplies"][-1]["item"] == item
    with answered(desk, "restore"):
        twice(box.get_by_role("button", name="恢复模板"))
    expect(box.get_by_role("button", name="恢复模板")).to_have_count(0, timeout=LIMIT_MS)
    solved(desk)
    assert needs_of(night, jia)["stated"] == {"needs": False, "supplies": False}


def test_flights_stop_by_the_weather_and_the_plan_follows_by_itself(desk, night):
    """Who stopped them and why stands in the head; the plan is solved again; it stays so."""
    propose(desk)
    flights, rests = desk.locator("#condition-flights"), desk.locator(f"{PLAN} .pobjective")
    expect(rests).to_contain_text("气象未作限制", timeout=LIMIT_MS)
    desk.locator("#condition-reason").fill("大雾")
    flights.get_by_role("button", name="停飞").click()
    expect(flights).to_contain_text("省级值班员", timeout=LIMIT_MS)
    expect(flights).to_contain_text("大雾", timeout=LIMIT_MS)
    expect(rests).to_contain_text("值班员已停飞", timeout=LIMIT_MS)
    solved(desk)
    told = night.client("duty").get("/api/v1/flying").json()["flight"]
    assert (told["flying"], told["reason"]) == (False, "大雾")
    flights.get_by_role("button", name="按昼夜").click()
    expect(rests).to_contain_text("气象未作限制", timeout=LIMIT_MS)
    solved(desk)


def test_the_night_is_planned_closed_off_planned_again_and_issued(browser, desk, night):
    """Propose, lock one, close the 大河镇 road by its name, lose a team to a colleague, issue."""
    propose(desk)
    locked, jia = first(desk, "jia", 0)
    before = row(desk, locked, jia).locator(".arrives").inner_text()
    row(desk, locked, jia).focus()
    desk.keyboard.press("l")
    expect(row(desk, locked, jia).locator(".st").first).to_have_text("锁", timeout=LIMIT_MS)
    solved(desk)
    costs = desk.locator(f"{PLAN} .pobjective").inner_text()
    desk.keyboard.press("F6")
    desk.locator("#closing-text").fill("大河镇")
    desk.locator("#closing-found button", has_text="黄梅—大河镇").first.click()
    expect(desk.locator("#closing-held")).to_contain_text("黄梅—大河镇 道路中断", timeout=LIMIT_MS)
    # nobody asks: the rest is solved again by itself
    expect(desk.locator(f"{PLAN} .pobjective")).not_to_have_text(costs, timeout=LIMIT_MS)
    expect(desk.locator(f"{PLAN} .psince")).to_have_count(0, timeout=LIMIT_MS)
    solved(desk)
    expect(row(desk, locked, jia)).to_be_visible()
    assert row(desk, locked, jia).locator(".arrives").inner_text() > before

    taken, yi = first(desk, "yi", 0)
    name = row(desk, taken, yi).locator("strong").inner_text()
    # the desk does not hear of the colleague's order before it presses
    desk.evaluate("() => { window.dash_clientside.set_props = ((tell) => (id, props) => "
                  "id === 'live-revision' ? null : tell(id, props))"
                  "(window.dash_clientside.set_props); }")  # fmt: skip
    colleague_takes(browser, night, taken, name)
    refused = desk.locator(".refused")
    issue(desk, refused)
    expect(refused).to_contain_text(f"{name} 已由 省级带班领导", timeout=LIMIT_MS)
    expect(refused).to_contain_text("整单未下达")
    assert row(desk, locked, jia).is_visible()
    picture(desk, "refused")
    refused.get_by_role("button", name="去掉 1 项并重新求解").click()
    expect(refused).to_have_count(0, timeout=LIMIT_MS)
    solved(desk)
    expect(row(desk, taken, yi)).to_have_count(0, timeout=LIMIT_MS)
    issue(desk, row(desk, locked, "standing"))
    held = night.client("duty").get("/api/v1/assignments").json()["items"]
    assert {locked, taken} <= {a["team_id"] for a in held}


def issue(page, answer):
    """Issue by key until it is answered: while the draft is drawn anew the button is shut."""
    end = time.monotonic() + LIMIT_MS / 1000
    while True:
        page.keyboard.press("Control+Enter")
        try:
            expect(answer).to_be_visible(timeout=10_000)
        except AssertionError:
            assert time.monotonic() < end, "the order was never answered"
        else:
            return


def colleague_takes(browser, night, team, name):
    """The chief, at a desk of their own, orders a team to 甲 by the roster."""
    theirs = enter(browser, night, "chief")
    theirs.locator("#roster-text").fill(name)
    line = theirs.locator(f".roster [data-row='{team}']")
    line.locator("button", has_text="＋甲").click()
    expect(line.locator("button", has_text="已入甲")).to_be_visible(timeout=LIMIT_MS)
    theirs.locator("#dispatch-issue").click()
    expect(theirs.locator("#dispatch-count")).to_have_text("草案是空的", timeout=LIMIT_MS)
    theirs.context.close()
