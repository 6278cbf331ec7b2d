"""One whole response, both incidents: from the reports and orders to the after-action papers."""

from __future__ import annotations

import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import Any

import httpx
import pytest
from playwright.sync_api import Browser, Page, expect

from data.exercise.runner import start_runner
from tests.serving import PASSWORD, Running

LIMIT_MS = 60_000


def wait_until(true: Callable[[], Any], limit_s: float = 60.0) -> Any:
    """Wait for a condition of the server; the last value is handed back."""
    end = time.monotonic() + limit_s
    while not (found := true()):
        if time.monotonic() > end:
            raise AssertionError("the condition never came true")
        time.sleep(0.1)
    return found


@pytest.fixture
def signed(night: Running) -> Iterator[Callable[[str], httpx.Client]]:
    """Clients by account, closed after the test."""
    with ExitStack() as held:
        yield lambda username: held.enter_context(night.client(username))


@pytest.fixture(scope="module")
def night(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """The exercise of 8 July 2020 with both incidents open, its clock halted at 08:30."""
    running = Running(var=tmp_path_factory.mktemp("response"), scenario="2020-07-08").start()
    running.center.seed()
    runner = start_runner(running.base, PASSWORD)
    with running.client("duty") as api:
        wait_until(lambda: api.get("/api/v1/exercise").json()["opened"])
        halt(api, "08:30")
    yield running
    runner.stop()
    running.stop()


def halt(api: httpx.Client, clock: str) -> None:
    """The exercise's clock at a time of the day, halted."""
    to = {"jump_to": f"2020-07-08T{clock}:00+08:00", "paused": True}
    moved = api.post("/api/v1/exercise", json=to, timeout=60)
    assert moved.status_code == 200, moved.text


def done(api: httpx.Client, path: str, status: int = 200, **body: Any) -> Any:
    """A write that must be taken."""
    key = {"Idempotency-Key": str(uuid.uuid4())}
    answer = api.post(f"/api/v1/{path}", json=body, headers=key, timeout=60)
    assert answer.status_code == status, f"{path}: {answer.text}"
    return answer.json()


def screen(browser: Browser, running: Running, username: str, path: str) -> Page:
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


def move(api: httpx.Client, assignment: str, to: str) -> httpx.Response:
    """One step of an order, as it is phoned in."""
    return api.post(f"/api/v1/assignments/{assignment}/status", json={"status": to}, timeout=60)


def sides_of(api: httpx.Client) -> list[str]:
    """Both incidents of the night."""
    found = [i["id"] for i in api.get("/api/v1/incidents").json()["items"]]
    assert len(found) == 2
    return found


Signed = Callable[[str], httpx.Client]


def test_responses_put_the_contingencies_tasks_on_the_board(
    browser: Browser, night: Running, signed: Signed
) -> None:
    """Both incidents' tasks stand side by side, each with its deadline."""
    duty = signed("duty")
    for incident in sides_of(duty):
        fit = duty.get(f"/api/v1/incidents/{incident}/contingencies").json()["items"]
        done(
            duty, f"incidents/{incident}/responses/start", 201, contingency_id=fit[0]["id"],
            level="III",
        )  # fmt: skip
    board = screen(browser, night, "duty", "/tasks")
    for side in ("jia", "yi"):
        card = board.locator(f"#tasks-board .col.{side} .tk").first
        expect(card.locator("time")).to_contain_text("剩", timeout=LIMIT_MS)
    board.context.close()


def free(api: httpx.Client, level: str, incident: str) -> str:
    """A free team of a level that its incident's area does not own."""
    rows = api.get("/api/v1/teams", params={"limit": 1000}).json()["items"]
    home = api.get(f"/api/v1/incidents/{incident}").json()["area_code"]
    fits = (
        t["id"] for t in rows
        if t["level"].startswith(level) and t["state"] == "standby" and t["plannable"]
        and (t["area_code"] == home) == (level == "县级")
    )  # fmt: skip
    return str(next(fits))


def slide_of(api: httpx.Client) -> str:
    """The landslide of the night."""
    rows = api.get("/api/v1/incidents").json()["items"]
    return str(next(i["id"] for i in rows if i["type"] == "landslide"))


def test_an_order_goes_but_for_the_team_that_waits_for_the_leader(
    browser: Browser, night: Running, signed: Signed
) -> None:
    """The county's own team accepts at once; the national one when the leader has granted it."""
    duty = signed("duty")
    here = slide_of(duty)
    teams = [free(duty, level, here) for level in ("县级", "国家")]
    wanted = [{"team": t, "incident": here} for t in teams]
    made = done(duty, "dispatches", 201, assignments=wanted)
    own, national = (a["id"] for a in made["assignments"])
    assert move(duty, own, "accepted").status_code == 200
    assert "待批" in move(duty, national, "accepted").text
    board = screen(browser, night, "leader", "/review")
    board.locator("#live-called a", has_text="待您批").click()
    expect(board.locator("#clearance-list .tk", has_text=made["number"])).to_be_visible()
    board.locator("#clearance-list .tk", has_text=made["number"]).first.click()
    grant = board.locator("#clearance-actions .btn", has_text="批准")
    expect(grant).to_be_visible(timeout=LIMIT_MS)
    board.keyboard.press("a")
    expect(board.locator("#clearance-detail .of em")).to_have_text("批准", timeout=LIMIT_MS)
    expect(board.locator("#live-called")).not_to_contain_text("待您批", timeout=LIMIT_MS)
    assert move(duty, national, "accepted").status_code == 200
    board.context.close()


def test_a_phone_loses_its_link_for_the_middle_of_the_mission(
    browser: Browser, night: Running, signed: Signed
) -> None:
    """Departed and arrived without a link: kept, sent in order, each once, seen on the desk."""
    duty = signed("duty")
    here = slide_of(duty)
    wanted = [{"team": free(duty, "县级", here), "incident": here}]
    key = done(duty, "dispatches", 201, assignments=wanted)["assignments"][0]["id"]
    code = done(duty, f"assignments/{key}/code", 201)["code"].replace(" ", "")
    context = browser.new_context(
        viewport={"width": 390, "height": 844}, locale="zh-CN", has_touch=True
    )
    context.set_default_timeout(LIMIT_MS)
    phone = context.new_page()
    phone.goto(f"{night.base}/field#{code}")
    phone.locator("#enter button").click()

    def press(word: str) -> None:
        expect(phone.locator("#next")).to_have_text(word, timeout=LIMIT_MS)
        phone.locator("#next").click()
        phone.locator("#next").click()

    press("已接令")
    expect(phone.locator("#outbox .is-sent")).to_have_count(1, timeout=LIMIT_MS)
    context.set_offline(True)
    press("已出动")
    press("已到场")
    expect(phone.locator("#outbox .is-waiting")).to_have_count(2, timeout=LIMIT_MS)
    state = {a["id"]: a["state"] for a in duty.get("/api/v1/assignments").json()["items"]}
    assert state[key] == "accepted"
    context.set_offline(False)
    expect(phone.locator("#outbox .is-waiting")).to_have_count(0, timeout=LIMIT_MS)
    held = {a["id"]: a for a in duty.get("/api/v1/assignments").json()["items"]}[key]
    assert held["state"] == "arrived"
    steps = [held["times"][s] for s in ("ordered", "accepted", "departed", "arrived")]
    assert steps == sorted(steps)
    rows = duty.get("/api/v1/journal", params={"limit": 1000}).json()["items"]
    assert sum(r["actor"] == f"field.{key}" for r in rows) == 3
    context.close()


def test_a_county_reports_early_and_the_city_signs_for_it(browser: Browser, night: Running) -> None:
    """What one level sends stands in the next level's queue, and its receipt comes back."""
    county = screen(browser, night, "duty.421127", "/filing")
    county.locator("#filings-board .btn", has_text="拟首报").first.click()
    expect(county.locator("#filings-side")).to_have_class("side writing", timeout=LIMIT_MS)
    county.locator("#draft-source").fill("大河镇值班室 电话")
    county.locator("#draft-course").fill("山体滑坡，正在搜救")
    county.locator("#draft-trend").focus()
    expect(county.locator("#draft-kept")).to_have_text("已自动保存", timeout=LIMIT_MS)
    county.locator("#filings-words").fill("情况紧急")
    early = county.locator("#filings-actions .btn", has_text="先报后签")
    early.click()
    early.click()
    expect(county.locator("#filings-after")).to_contain_text("黄冈市", timeout=LIMIT_MS)
    city = screen(browser, night, "duty.421100", "/duty")
    city.locator("#queue-list .row", has_text="待签收").first.click()
    expect(city).to_have_url(night.base + "/filing")
    city.locator("#filings-board .tk").first.click()
    city.locator("#filings-after .btn", has_text="签收").first.click()
    expect(county.locator("#filings-after")).to_contain_text("系统签收", timeout=LIMIT_MS)
    county.context.close()
    city.context.close()


def test_a_leaders_words_answered_late_are_accepted_as_late(
    browser: Browser, night: Running, signed: Signed
) -> None:
    """Wall and board say it is overdue; the incident is not closed over it."""
    duty, leader = signed("duty"), signed("leader")
    here = sides_of(duty)[0]
    asked = done(
        leader, "instructions", 201, text="核清失联人数，半小时内报告。", incident_id=here,
        due_at="2020-07-08T09:00:00+08:00",
    )["instruction"]["id"]  # fmt: skip
    halt(duty, "09:20")
    board = screen(browser, night, "duty", "/tasks")
    expect(board.locator("#instruct-list .columns")).to_be_attached(timeout=LIMIT_MS)
    board.keyboard.press("Alt+2")
    card = board.locator("#instruct-list .tk", has_text="核清失联人数")
    expect(card.locator("time")).to_contain_text("超", timeout=LIMIT_MS)
    wall = screen(browser, night, "wall", "/wall")
    expect(wall.locator(".inc-card.jia")).to_contain_text("批示逾期 1", timeout=LIMIT_MS)
    card.click()
    board.locator("#instruct-words").fill("失联 9 人，名单已核")
    board.locator("#instruct-actions .btn", has_text="反馈").first.click()
    expect(board.locator("#instruct-detail")).to_contain_text("（逾期）", timeout=LIMIT_MS)
    refused = duty.post(f"/api/v1/incidents/{here}/close", json={"reason": "结束"})
    assert refused.status_code == 409, refused.text
    assert "批示" in refused.text
    done(leader, f"instructions/{asked}/accept", words="同意")
    expect(card).to_contain_text("办结")
    board.context.close()
    wall.context.close()


def test_supplies_that_arrive_short_say_so(
    browser: Browser, night: Running, signed: Signed
) -> None:
    """Signed for on the page: no shortage without its reason; then everybody reads both."""
    duty, chief = signed("duty"), signed("chief")
    lots = duty.get("/api/v1/lots").json()["items"]
    lot = max(lots, key=lambda row: row["on_hand"])
    wanted = {"lot": lot["id"], "amount": 10, "incident": sides_of(duty)[0]}
    transfer = done(duty, "dispatches", 201, transfers=[wanted])["transfers"][0]["id"]
    done(chief, f"transfers/{transfer}/approve")
    for step in ("pick", "ship"):
        done(duty, f"transfers/{transfer}/{step}")
    supplies = screen(browser, night, "duty", "/supplies")
    expect(supplies.locator("#transfers-show input")).to_have_count(4, timeout=LIMIT_MS)
    supplies.keyboard.press("Alt+2")
    supplies.locator(f'#transfers-list [data-sets*="{transfer}"]').click()
    receive = supplies.locator(".panel-2 .side .btn", has_text="签收")
    supplies.locator("#transfer-amount").fill("8")
    receive.click()
    expect(supplies.locator("#transfer-reason-error")).to_contain_text("差异原因", timeout=LIMIT_MS)
    expect(supplies.locator("#transfer-amount")).to_have_value("8")
    supplies.locator("#transfer-reason").fill("途中淋湿 2 件")
    receive.click()
    expect(supplies.locator(".panel-2 .side")).to_contain_text("途中淋湿 2 件", timeout=LIMIT_MS)
    held = {t["id"]: t for t in duty.get("/api/v1/transfers").json()["items"]}[transfer]
    assert (held["received"], held["state"]) == (8, "received")
    supplies.context.close()


def test_the_shift_is_handed_over_item_by_item(browser: Browser, night: Running) -> None:
    """The night shift of the exercise hands over what is open; the day shift takes each by name."""
    page = screen(browser, night, "duty", "/shift")
    expect(page.locator("#handover-now")).to_contain_text("尚未交接", timeout=LIMIT_MS)
    page.locator("#handover-now").click()
    page.keyboard.press("g")
    expect(page.locator("#handover-actions")).to_contain_text("还有", timeout=LIMIT_MS)
    page.locator("#handover-by label", has_text="林晓岚（演练）").click()
    page.locator("#handover-now").click()
    taken = page.locator("#handover-items").get_by_text("✓ 林晓岚（演练）")
    waiting = page.locator("#handover-items .btn", has_text="接收")
    number = waiting.count()
    assert number > 3
    for n in range(1, number + 1):
        page.keyboard.press("j")
        expect(taken).to_have_count(n, timeout=LIMIT_MS)
    page.keyboard.press("g")
    expect(page.locator("#handover-past")).to_contain_text("交接完成", timeout=LIMIT_MS)
    expect(page.locator("#handover-now")).to_contain_text("周启明（演练）")
    page.context.close()


def test_the_end_owes_nothing_and_leaves_its_papers(
    browser: Browser, night: Running, signed: Signed
) -> None:
    """Open tasks are carried over with the reason; both close; a leader takes the papers."""
    duty = signed("duty")
    for incident in sides_of(duty):
        refused = duty.post(f"/api/v1/incidents/{incident}/close", json={"reason": "结束"})
        assert "任务" in refused.text
        for order in duty.get("/api/v1/assignments", params={"incident": incident}).json()["items"]:
            if order["active"]:
                early = order["state"] in {"ordered", "accepted"}
                move(duty, order["id"], "cancelled" if early else "released")
        done(duty, f"incidents/{incident}/tasks/carry", reason="转值班室续办")
        done(duty, f"incidents/{incident}/close", reason="处置结束")
        for way in ("docx", "pdf", "html"):
            path = f"/api/v1/incidents/{incident}/after-action"
            paper = duty.get(path, params={"format": way}, timeout=60)
            assert paper.status_code == 200, paper.text
            assert len(paper.content) > 2000
    carried = [t for t in duty.get("/api/v1/tasks").json()["items"] if t["carried_from"]]
    assert {t["carried_from"] for t in carried} == set(sides_of(duty))
    page = screen(browser, night, "leader", "/review")
    papers = page.locator(".papers li", has_text="复盘报告")
    expect(papers).to_have_count(2)
    for paper in papers.all():
        for kind in ("Word", "PDF"):
            with page.expect_download() as taken:
                paper.get_by_role("link", name=kind).click()
            assert taken.value.path().stat().st_size > 2000
    page.context.close()
