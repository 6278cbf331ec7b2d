"""One whole response for both incidents of 8 July 2020, from two typed reports to the last paper.

Whatever a person does goes through the pages, each person in an account of their own; the API is
only asked what came of it. The tests are the chapters of one night and go in order.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import pytest
from docx import Document
from playwright.sync_api import Browser, BrowserContext, Page, expect
from pypdf import PdfReader

from tests.browser.hands import twice
from tests.serving import PASSWORD, Running

LIMIT_MS = 60_000
SLIDE, FLOOD = "甲", "乙"
REPORTS: dict[str, tuple[str, dict[str, str]]] = {
    SLIDE: ("滑坡", {
        "place": "黄梅县大河镇袁山村3组", "lon": "115.83174", "lat": "30.09415",
        "occurred-at": "07-08 04:10", "source": "大河镇值班室 电话", "missing": "9",
        "text": "山体滑坡，约3万立方米，5户9人被埋；大河镇至袁山村道路中断。",
    }),
    FLOOD: ("洪水", {
        "place": "湖北省长江干流及沿江各地", "lon": "115.98", "lat": "29.785",
        "occurred-at": "07-05 18:00", "source": "省防汛抗旱指挥部",
        "text": "省防指7月5日18时将防汛应急响应由Ⅳ级提升至Ⅲ级。",
    }),
}  # fmt: skip


def wait_until(true: Callable[[], Any], limit_s: float = 60.0) -> Any:
    """Wait for a condition of the server; the last value is handed back."""
    end = time.monotonic() + limit_s
    while not (found := true()):
        if time.monotonic() > end:
            raise AssertionError("the condition never came true")
        time.sleep(0.1)
    return found


@dataclass
class Night:
    """The exercise without its director: everybody signed in at a screen of their own."""

    running: Running
    browser: Browser
    duty: httpx.Client  # asks, never tells
    pages: dict[str, Page] = field(default_factory=dict)

    def at(self, who: str, path: str) -> Page:
        """The screen of an account, on a page; its session stays the same all night."""
        page = self.pages.get(who)
        if page is None:
            context = self.browser.new_context(
                viewport={"width": 1920, "height": 1080}, locale="zh-CN",
                timezone_id="Asia/Shanghai",
            )  # fmt: skip
            context.set_default_timeout(LIMIT_MS)
            page = self.pages[who] = context.new_page()
            page.goto(self.running.base + path)
            page.locator("input[name=username]").fill(who)
            page.locator("input[name=password]").fill(PASSWORD)
            page.keyboard.press("Enter")
            page.wait_for_url(self.running.base + path)
        else:
            page.goto(self.running.base + path)
        expect(page.locator("#live-who")).to_have_attribute("data-account", who, timeout=LIMIT_MS)
        return page

    def ask(self, path: str, **query: Any) -> list[dict[str, Any]]:
        """What the center holds."""
        rows: list[dict[str, Any]] = self.duty.get(f"/api/v1/{path}", params=query).json()["items"]
        return rows

    def incident(self, letter: str) -> dict[str, Any]:
        """One of both incidents."""
        return next(i for i in self.ask("incidents") if i["letter"] == letter)

    def jump(self, to: str) -> None:
        """The exercise's clock moved on, at the desk."""
        page = self.at("duty", "/duty")
        page.locator("#exercise-jump").fill(to)
        page.locator("#exercise-bar .btn", has_text="跳转").click()
        expect(page.locator("#exercise-jump")).to_have_value("", timeout=LIMIT_MS)

    def desk(self, letter: str, tab: str, who: str = "duty") -> Page:
        """The desk with an incident at hand and a tab of the work column open."""
        page = self.at(who, "/duty")
        card = page.locator("#incident-strip button", has_text=letter).first
        card.click()
        expect(card).to_have_class(re.compile(r"\bon\b"), timeout=LIMIT_MS)
        page.locator(f".stab-{tab}").click()
        return page


@pytest.fixture(scope="module")
def night(tmp_path_factory: pytest.TempPathFactory, browser: Browser) -> Iterator[Night]:
    """The exercise's forces, stock and people; no incident, the clock standing still."""
    running = Running(var=tmp_path_factory.mktemp("response"), scenario="2020-07-08").start()
    running.center.seed()
    with running.client("duty") as duty:
        made = Night(running=running, browser=browser, duty=duty)
        yield made
        for page in made.pages.values():
            page.context.close()
    running.stop()


@pytest.fixture(autouse=True)
def _screens_left(night: Night) -> Iterator[None]:
    """Between chapters nobody looks: ten open desks would draw every line of the journal anew.

    Each chapter opens its pages again, with the sessions of before.
    """
    yield
    for page in night.pages.values():
        page.goto("about:blank")


def pick(page: Page, field_: str, word: str) -> None:
    """One of a form's choices, by its word."""
    page.locator(f"[data-field='{field_}'] label", has_text=re.compile(f"^{word}$")).click()


def report(page: Page, letter: str, lead: dict[str, str]) -> None:
    """A report typed at a desk and made an incident there."""
    kind, typed = REPORTS[letter]
    page.keyboard.press("n")
    expect(page.locator("#report-form")).to_be_visible()
    pick(page, "report-type", kind)
    for name, words in typed.items():
        page.locator(f"#report-{name}").fill(words)
    page.keyboard.press("Control+Enter")
    expect(page.locator("#open-name")).not_to_have_value("", timeout=LIMIT_MS)
    for name, words in lead.items():
        page.locator(f"#open-{name}").fill(words)
    page.keyboard.press("Control+Enter")
    expect(page.locator("#incident-strip")).to_contain_text(letter, timeout=LIMIT_MS)


def test_two_reports_are_typed_and_become_graded_incidents(night: Night) -> None:
    """The slide by the county's officer, the flood by the province's; each confirms a grade."""
    night.jump("07-08 07:18")
    county = night.at("duty.421127", "/duty")
    report(county, SLIDE, {
        "short-name": "大河滑坡", "commander": "黄梅县人民政府 现场指挥部（演练假定）",
        "lead-body": "黄冈市人民政府（演练假定）",
    })  # fmt: skip
    expect(county.locator("#overview-view")).to_contain_text("失联 9 人按遇难计")
    county.keyboard.press("g")
    expect(county.locator("#overview-view")).not_to_contain_text("待确认", timeout=LIMIT_MS)

    duty = night.at("duty", "/duty")
    expect(duty.locator("#incident-strip")).to_contain_text("大河滑坡", timeout=LIMIT_MS)
    report(duty, FLOOD, {
        "short-name": "长江洪水", "commander": "省防汛抗旱指挥部（演练假定）",
        "lead-body": "湖北省防汛抗旱指挥部（演练假定）",
    })  # fmt: skip
    duty.locator("#grade-form summary").click()
    pick(duty, "grade-level", "Ⅲ级")
    duty.locator("#grade-basis").fill("会商研判（演练假定）")
    duty.locator("#grade-form .btn", has_text="改定等级").click()
    expect(duty.locator("#overview-view .grading")).to_contain_text("会商研判", timeout=LIMIT_MS)
    graded = {i["letter"]: i["grading"] for i in night.ask("incidents")}
    assert {k: (g["level"], g["provisional"]) for k, g in graded.items()} == {
        SLIDE: ("III", False), FLOOD: ("III", False),
    }  # fmt: skip
    assert graded[SLIDE]["confirmed_by"] != graded[FLOOD]["confirmed_by"]
    assert {r["source"] for r in night.ask("reports")} == {
        typed["source"] for _, typed in REPORTS.values()
    }


def test_responses_put_the_contingencies_tasks_on_the_board(night: Night) -> None:
    """Started on each incident; its tasks stand side by side, each with its deadline."""
    for letter, plan in ((SLIDE, "湖北省突发地质灾害"), (FLOOD, "湖北省防汛抗旱")):
        desk = night.desk(letter, "overview")
        desk.keyboard.press("r")
        fits = desk.locator("#respond-view li", has_text=plan)
        twice(fits.locator(".btn.pri"))
        expect(fits.locator("button", has_text="终止")).to_be_visible(timeout=LIMIT_MS)
    board = night.at("duty", "/tasks")
    for side in ("jia", "yi"):
        card = board.locator(f"#tasks-board .col.{side} .tk").first
        expect(card.locator("time")).to_contain_text("剩", timeout=LIMIT_MS)


def drafted(night: Night, desk: Page, letter: str, team: str) -> None:
    """A team found in the roster and put into the draft."""
    name = next(t["name"] for t in night.ask("teams", limit=1000) if t["id"] == team)
    desk.locator("#roster-text").fill(name)
    row = desk.locator(".roster [data-row]", has_text=name)
    row.locator("button", has_text=f"＋{letter}").first.click()
    expect(row.locator("button", has_text=f"已入{letter}")).to_be_visible(timeout=LIMIT_MS)


def issued(desk: Page) -> None:
    """The draft ordered; it is empty again."""
    desk.locator(".stab-dispatch").click()
    expect(desk.locator("#dispatch-count")).to_contain_text("下达调派", timeout=LIMIT_MS)
    desk.locator("#dispatch-issue").click()
    expect(desk.locator("#dispatch-count")).to_have_text("草案是空的", timeout=LIMIT_MS)


def free(night: Night, level: str, home: str | None = None) -> str:
    """A free team of a level, of a county where that is asked."""
    return next(
        t["id"] for t in night.ask("teams", limit=1000)
        if t["level"].startswith(level) and t["state"] == "standby" and t["plannable"]
        and home in (None, t["area_code"])
    )  # fmt: skip


def orders(night: Night) -> dict[str, dict[str, Any]]:
    """Every order by its team."""
    return {a["team_id"]: a for a in night.ask("assignments")}


def test_an_order_goes_but_for_the_team_that_waits_for_the_leader(night: Night) -> None:
    """Both incidents in one order: the national team waits until the leader has granted it."""
    own, national = free(night, "县级", "421127"), free(night, "国家")
    other = next(
        t["id"] for t in night.ask("teams", limit=1000)
        if t["level"].startswith("县级") and t["state"] == "standby" and t["plannable"]
        and t["id"] != own
    )  # fmt: skip
    desk = night.desk(SLIDE, "dispatch")
    for letter, team in ((SLIDE, own), (SLIDE, national), (FLOOD, other)):
        drafted(night, desk, letter, team)
    issued(desk)
    held = orders(night)
    assert {team: held[team]["held"] for team in (own, national, other)} == {
        own: False, national: True, other: False,
    }  # fmt: skip
    chain = desk.locator(f"#follow-list [data-row='{held[national]['id']}']")
    expect(chain).to_contain_text("待批", timeout=LIMIT_MS)

    leader = night.at("leader", "/review")
    leader.locator("#live-called a", has_text="待您批").click()
    card = leader.locator("#clearance-list .tk").first
    card.click()
    expect(leader.locator("#clearance-actions .btn", has_text="批准")).to_be_visible()
    leader.keyboard.press("a")
    expect(leader.locator("#clearance-detail .of em")).to_have_text("批准", timeout=LIMIT_MS)
    expect(leader.locator("#live-called")).not_to_contain_text("待您批", timeout=LIMIT_MS)
    expect(chain).not_to_contain_text("待批", timeout=LIMIT_MS)
    chain.locator("button", has_text="接令").click()
    expect(chain.locator("ol li.done")).to_have_count(2, timeout=LIMIT_MS)


def phone_of(night: Night, code: str) -> tuple[BrowserContext, Page]:
    """A team leader's phone, let in by the code the desk has told."""
    context = night.browser.new_context(
        viewport={"width": 390, "height": 844}, locale="zh-CN", has_touch=True
    )
    context.set_default_timeout(LIMIT_MS)
    phone = context.new_page()
    phone.goto(f"{night.running.base}/field#{code.replace(' ', '')}")
    phone.locator("#enter button").click()
    return context, phone


def press(phone: Page, word: str) -> None:
    """The big button, once and again."""
    expect(phone.locator("#next")).to_have_text(word, timeout=LIMIT_MS)
    twice(phone.locator("#next"))


def test_a_phone_loses_its_link_for_the_middle_of_the_mission(night: Night) -> None:
    """Departed, arrived, working without a link: kept, sent in order, each once, on the desk."""
    own = next(a for t, a in orders(night).items() if a["state"] == "ordered")
    desk = night.desk(SLIDE, "dispatch")
    chain = desk.locator(f"#follow-list [data-row='{own['id']}']")
    chain.locator("button", has_text="现场码").click()
    code = desk.locator(".field-code code").inner_text()
    context, phone = phone_of(night, code)
    press(phone, "已接令")
    expect(phone.locator("#outbox .is-sent")).to_have_count(1, timeout=LIMIT_MS)
    context.set_offline(True)
    for word in ("已出动", "已到场", "已展开"):
        press(phone, word)
    expect(phone.locator("#outbox .is-waiting")).to_have_count(3, timeout=LIMIT_MS)
    expect(chain.locator("ol li.done")).to_have_count(2, timeout=LIMIT_MS)
    context.set_offline(False)
    expect(phone.locator("#outbox .is-waiting")).to_have_count(0, timeout=LIMIT_MS)
    expect(chain.locator("ol li.done")).to_have_count(5, timeout=LIMIT_MS)
    press(phone, "任务结束，返程")
    expect(chain.locator("ol li.done")).to_have_count(6, timeout=LIMIT_MS)
    held = next(a for a in night.ask("assignments") if a["id"] == own["id"])
    steps = [held["times"][s] for s in ("ordered", "accepted", "departed", "arrived", "working")]
    assert steps == sorted(steps)
    rows = night.ask("journal", limit=1000)
    assert sum(r["actor"] == f"field.{own['id']}" for r in rows) == 5
    context.close()


def test_a_county_reports_early_and_the_city_signs_for_it(night: Night) -> None:
    """What one level sends stands in the next level's queue, and its receipt comes back."""
    county = night.at("duty.421127", "/filing")
    county.locator("#filings-board .btn", has_text="拟首报").first.click()
    expect(county.locator("#filings-side")).to_have_class("side writing", timeout=LIMIT_MS)
    expect(county.locator("#draft-missing")).to_have_value("9")
    county.locator("#draft-course").fill("山体滑坡，正在搜救")
    county.locator("#draft-trend").focus()
    expect(county.locator("#draft-kept")).to_have_text("已自动保存", timeout=LIMIT_MS)
    county.locator("#filings-words").fill("情况紧急")
    twice(county.locator("#filings-actions .btn", has_text="先报后签"))
    expect(county.locator("#filings-after")).to_contain_text("黄冈市", timeout=LIMIT_MS)
    city = night.at("duty.421100", "/duty")
    city.locator("#queue-list .row", has_text="待签收").first.click()
    expect(city).to_have_url(night.running.base + "/filing")
    city.locator("#filings-board .tk").first.click()
    city.locator("#filings-after .btn", has_text="签收").first.click()
    expect(county.locator("#filings-after")).to_contain_text("系统签收", timeout=LIMIT_MS)


def test_the_province_reports_to_the_ministry_through_three_hands(night: Night) -> None:
    """Drafted by the officer, reviewed and signed by the 带班领导, sent by the officer."""
    duty = night.at("duty", "/filing")
    duty.locator("#filings-board .col.jia .btn", has_text="拟首报").click()
    expect(duty.locator("#filings-side")).to_have_class("side writing", timeout=LIMIT_MS)
    duty.locator("#draft-course").fill("山体滑坡，省市县三级力量正在搜救")
    duty.locator("#draft-trend").focus()
    expect(duty.locator("#draft-kept")).to_have_text("已自动保存", timeout=LIMIT_MS)
    duty.locator("#filings-actions .btn", has_text="送审").click()
    chief = night.at("chief", "/filing")
    chief.locator("#filings-board .tk", has_text="待审核").first.click()
    chief.locator("#filings-actions .btn", has_text="审核通过").click()
    chief.locator("#filings-actions .btn", has_text="签发").click()
    duty.locator("#filings-actions .btn", has_text="报出").click()
    expect(duty.locator("#filings-after")).to_contain_text("应急管理部", timeout=LIMIT_MS)
    sent = next(f for f in night.ask("filings") if f["org"] == "420000")
    assert (sent["state"], sent["casualties"]["missing"]) == ("sent", 9)
    assert len({sent["author"], sent["signer"]}) == 2


def test_a_leaders_words_answered_late_are_accepted_as_late(night: Night) -> None:
    """Wall and board say it is overdue; it is answered late, and accepted by who gave it."""
    leader = night.at("leader", "/tasks#2")
    leader.locator(".panel-2 .btn", has_text="录入批示").click()
    leader.locator("#instruction-text").fill("核清失联人数，半小时内报告。")
    leader.locator("#instruction-incident-id label", has_text="大河滑坡").click()
    leader.locator("#instruction-due-at").fill("30分")
    leader.locator("#instruct-form .btn", has_text="下达批示").click()
    card = leader.locator("#instruct-list .tk", has_text="核清失联人数")
    expect(card).to_be_visible(timeout=LIMIT_MS)
    night.jump("07-08 08:10")
    wall = night.at("wall", "/wall")
    expect(wall.locator(".inc-card.jia")).to_contain_text("批示逾期 1", timeout=LIMIT_MS)
    board = night.at("duty", "/tasks#2")
    mine = board.locator("#instruct-list .tk", has_text="核清失联人数")
    expect(mine.locator("time")).to_contain_text("超", timeout=LIMIT_MS)
    mine.click()
    board.locator("#instruct-words").fill("失联 9 人，名单已核")
    board.locator("#instruct-actions .btn", has_text="反馈").first.click()
    expect(board.locator("#instruct-detail")).to_contain_text("（逾期）", timeout=LIMIT_MS)
    card.click()
    leader.locator("#instruct-actions .btn", has_text="认可办结").click()
    expect(card).to_contain_text("办结", timeout=LIMIT_MS)


def test_a_county_asks_for_support_and_the_city_answers(night: Night) -> None:
    """Asked upward, signed for, granted in part with words; the asking side ends it."""
    county = night.at("duty.421127", "/links")
    county.locator(".btn", has_text="请求支援").first.click()
    county.locator("#support-wants").fill("装备：冲锋舟 20 艘")
    county.locator("#support-incident-id label", has_text="大河滑坡").click()
    county.locator("#support-reason").fill("袁山村道路中断，须水路进出")
    county.locator("#support-form .btn.pri").click()
    asked = county.locator("#support-list .tk", has_text="冲锋舟")
    expect(asked).to_be_visible(timeout=LIMIT_MS)
    city = night.at("duty.421100", "/links")
    city.locator("#support-list .tk", has_text="冲锋舟").click()
    city.locator("#support-actions .btn", has_text="签收").click()
    expect(city.locator("#support-detail .of em")).to_have_text("待答复", timeout=LIMIT_MS)
    city.locator("#support-words").fill("先给 8 艘")
    city.locator("#support-granted").fill("装备：冲锋舟 8 艘")
    city.locator("#support-actions .btn", has_text="部分同意").click()
    asked.click()
    expect(county.locator("#support-detail")).to_contain_text("先给 8 艘", timeout=LIMIT_MS)


def test_supplies_that_arrive_short_say_so(night: Night) -> None:
    """Ordered, picked, shipped, signed for short with the reason, used, the rest brought back."""
    desk = night.desk(FLOOD, "supplies")
    lot = max(night.ask("lots", limit=1000), key=lambda row: row["on_hand"])
    desk.locator("#supplies-text").fill(f"{lot['item_name']} {lot['depot_name']}")
    desk.locator(f"#supplies-body [data-row='{lot['id']}'] button", has_text="入草案").click()
    desk.locator("#supplies-amount").fill("10")
    desk.locator("#supplies-put button", has_text=f"加入{FLOOD}").click()
    issued(desk)
    transfer = next(t for t in night.ask("transfers"))
    store = night.at("duty", "/supplies#2")
    store.locator(f'#transfers-list [data-sets*="{transfer["id"]}"]').first.click()
    side = store.locator(".panel-2 .side")
    side.locator(".btn", has_text="备货完毕").click()
    expect(side).to_contain_text("已备货", timeout=LIMIT_MS)
    for name, words in (
        ("plate", "鄂J·演0001"), ("driver", "（演练）"), ("route", "大河路"), ("eta", "1小时"),
    ):  # fmt: skip
        store.locator(f"#transfer-{name}").fill(words)
    side.locator(".btn", has_text="发运").click()
    expect(side).to_contain_text("鄂J·演0001", timeout=LIMIT_MS)
    store.locator("#transfer-amount").fill("8")
    receive = side.locator(".btn", has_text="签收")
    receive.click()
    expect(store.locator("#transfer-reason-error")).to_contain_text("差异原因", timeout=LIMIT_MS)
    expect(store.locator("#transfer-amount")).to_have_value("8")
    store.locator("#transfer-reason").fill("途中淋湿 2 件")
    receive.click()
    expect(side).to_contain_text("途中淋湿 2 件", timeout=LIMIT_MS)
    held = next(t for t in night.ask("transfers") if t["id"] == transfer["id"])
    assert (held["amount"], held["received"], held["state"]) == (10, 8, "received")
    for number, word in (("5", "登记消耗"), ("3", "退回入库")):
        store.locator("#transfer-amount").fill(number)
        side.locator(".btn", has_text=word).click()
        expect(store.locator("#transfers-steps")).to_contain_text(number, timeout=LIMIT_MS)
        expect(store.locator("#transfer-amount")).to_have_value("", timeout=LIMIT_MS)
    with store.expect_download() as paper:
        side.locator("a", has_text="PDF").click()
    assert paper.value.path().stat().st_size > 2000
    held = next(t for t in night.ask("transfers") if t["id"] == transfer["id"])
    left = next(x for x in night.ask("lots", limit=1000) if x["id"] == lot["id"])
    assert (held["state"], left["on_hand"]) == ("settled", lot["on_hand"] - 7)


def test_the_shift_is_handed_over_item_by_item(night: Night) -> None:
    """The night shift of the exercise hands over what is open; the day shift takes each by name."""
    page = night.at("duty", "/shift")
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


def test_nothing_is_closed_over_what_is_open_and_both_are_closed_in_the_end(night: Night) -> None:
    """The page says what binds; teams are sent home, tasks carried over, the rest is known."""
    for letter in (SLIDE, FLOOD):
        desk = night.desk(letter, "dispatch")
        here = night.incident(letter)["id"]
        desk.keyboard.press("Alt+1")
        expect(desk.locator("[data-key='q']")).to_be_visible(timeout=LIMIT_MS)
        desk.keyboard.press("q")
        view = desk.locator("#close-view")
        expect(view).to_be_visible(timeout=LIMIT_MS)
        expect(view).to_contain_text("须先办结", timeout=LIMIT_MS)
        expect(view.locator(".btn.danger")).to_be_disabled()
        expect(view.locator(".ends")).to_have_count(2 if "结束后仍留办" in view.inner_text() else 1)
        for order in night.ask("assignments", incident=here):
            if order["active"]:
                home(desk, order["id"])
        desk.keyboard.press("Alt+1")
        desk.locator("#close-reason").fill("转值班室续办")
        twice(view.locator(".btn", has_text="转值班室续办"))
        expect(view).not_to_contain_text("须先办结", timeout=LIMIT_MS)
        expect(view).to_contain_text("响应 1")
        desk.locator("#close-reason").fill("处置结束")
        twice(view.locator(".btn.danger"))
        wait_until(lambda key=here: here_is_closed(night, key))
    carried = {t["carried_from"] for t in night.ask("tasks") if t["carried_from"]}
    assert len(carried) == 2
    told = [r["summary"] for r in night.ask("journal", limit=1000) if "结束事件" in r["summary"]]
    assert len(told) == 2
    assert all("留办：" in line and "响应 1" in line for line in told)


def home(desk: Page, order: str) -> None:
    """A team called off before it left, or told that its work is done."""
    desk.locator(".stab-dispatch").click()
    row = desk.locator(f"#follow-list [data-row='{order}']")
    off = row.locator("button", has_text="撤销")
    if off.count():
        twice(off)
    else:
        row.locator("button", has_text="结束").click()
    expect(row.locator("button", has_text="撤销")).to_have_count(0, timeout=LIMIT_MS)


def here_is_closed(night: Night, key: str) -> bool:
    """Whether an incident has come to its end."""
    held: dict[str, Any] = night.duty.get(f"/api/v1/incidents/{key}").json()
    return bool((held.get("incident") or held)["status"] == "closed")


def test_a_leader_takes_the_papers_of_both(night: Night) -> None:
    """After the end: the briefing, its page opened without a network, and a report of each."""
    page = night.at("leader", "/review")
    briefing = page.locator(".papers li", has_text="汇报材料")
    expect(briefing).to_have_count(1, timeout=LIMIT_MS)
    saved = {}
    for kind in ("Word", "PDF", "网页"):
        with page.expect_download() as taken:
            briefing.get_by_role("link", name=kind).click()
        saved[kind] = taken.value.path()
    words = "".join(cell.text for cell in Document(str(saved["Word"])).tables[0].rows[0].cells)
    pdf = PdfReader(saved["PDF"]).pages[0].extract_text()
    opened_without_a_network(night, saved["网页"])
    for letter in (SLIDE, FLOOD):
        assert letter in words
        assert letter in pdf
    papers = page.locator(".papers li", has_text="复盘报告")
    expect(papers).to_have_count(2, timeout=LIMIT_MS)
    for paper in papers.all():
        for kind in ("Word", "PDF", "网页"):
            with page.expect_download() as taken:
                paper.get_by_role("link", name=kind).click()
            assert taken.value.path().stat().st_size > 2000


def opened_without_a_network(night: Night, saved: Path) -> None:
    """The page of the briefing on another machine: both incidents, and the map with their discs."""
    page_file = saved.with_suffix(".html")
    page_file.write_bytes(saved.read_bytes())
    context = night.browser.new_context(viewport={"width": 1920, "height": 1080}, offline=True)
    page = context.new_page()
    failed: list[str] = []
    page.on("requestfailed", lambda request: failed.append(request.url))
    page.on("pageerror", lambda error: failed.append(str(error)))
    page.goto(page_file.as_uri())
    for side, letter in zip(page.locator(".brief").all(), (SLIDE, FLOOD), strict=True):
        expect(side.locator("h1")).to_contain_text(f"{letter} ")
        expect(side).to_contain_text("结束")
    expect(page.locator(".leaflet-container")).to_be_visible()
    shown = page.locator(".leaflet-marker-icon.glyph")
    for letter in (SLIDE, FLOOD):
        expect(shown.filter(has_text=letter).first).to_be_visible()
    assert failed == []
    context.close()


def test_the_night_is_played_back(night: Night) -> None:
    """From its beginning, by itself, faster on demand, halted by the same key; then the present."""
    page = night.at("leader", "/review")
    last = page.locator(".ev li[data-seq]").last
    expect(last).to_be_attached(timeout=LIMIT_MS)
    page.keyboard.press("x")
    expect(page.locator("[data-review=speed]")).to_contain_text("×2")
    page.keyboard.press("p")
    expect(page.locator("#review-stamp")).to_contain_text("当时所知", timeout=LIMIT_MS)
    first = page.locator("#review-stamp").inner_text()
    expect(page.locator("#review-stamp")).not_to_have_text(first, timeout=LIMIT_MS)
    page.keyboard.press("p")
    expect(page.locator("[data-review=play]")).not_to_have_class(re.compile("on"))
    expect(page.locator(".ev .fut").first).to_be_visible()
    page.keyboard.press("l")
    expect(page.locator("#review-stamp")).to_contain_text("实时", timeout=LIMIT_MS)
