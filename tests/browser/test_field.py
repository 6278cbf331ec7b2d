"""A team leader's phone loses its link in the middle of the mission; nothing is lost or doubled."""

from __future__ import annotations

import re
from collections.abc import Iterator
from io import BytesIO

import pytest
from PIL import Image
from playwright.sync_api import Page, expect

from data.domain.messages import StoreRows
from data.domain.org import SYSTEM
from data.domain.team import Team, TeamState
from tests.browser.hands import TYPED_AND_GONE
from tests.integration import api_world as w
from tests.serving import Running

PHONE = {"width": 390, "height": 844}


@pytest.fixture
def running(tmp_path) -> Iterator[Running]:
    """A center with one team ordered to one incident."""
    with Running(tmp_path, pages={}) as made:
        team = Team(
            id="TM-1", name="黄梅搜救一队", area_code="421127", lon=115.7, lat=30.0, people=20,
            provides={"搜救": 20.0}, state=TeamState.STANDBY,
        )  # fmt: skip
        made.center.handle(StoreRows(what="测试队伍", things=(team,)), SYSTEM)
        with made.client("duty") as duty:
            w.incident(duty, "黄梅滑坡")
            assert w.send(duty, "TM-1", "I-0001").status_code == 201
        yield made


@pytest.fixture
def phone(browser) -> Iterator[Page]:
    """A phone in Huangmei that may tell where it is."""
    context = browser.new_context(
        viewport=PHONE, locale="zh-CN", timezone_id="Asia/Shanghai", has_touch=True,
        geolocation={"longitude": 115.75, "latitude": 30.02}, permissions=["geolocation"],
    )  # fmt: skip
    context.set_default_timeout(15_000)
    yield context.new_page()
    context.close()


def code_of(running: Running) -> str:
    """A fresh code of the one order."""
    with running.client("duty") as duty:
        return str(w.post(duty, "/assignments/A-00001/code")["code"])


def press(page: Page, word: str) -> None:
    """The big button, twice."""
    button = page.locator("#next")
    expect(button).to_have_text(word)
    button.click()
    expect(button).to_have_text(f"再按一次确认：{word}")
    button.click()


def order(running: Running):
    """The order as the center has it."""
    return running.center.queries.situation(SYSTEM).assignments["A-00001"]


def test_a_phone_without_a_link_in_the_middle(running, phone) -> None:
    """Signed in by code; offline it opens, acts and keeps; back online all arrives once."""
    page, said = phone, []
    page.on("pageerror", lambda error: said.append(str(error)))
    page.on("console", lambda m: "Content Security" in m.text and said.append(m.text))
    page.goto(f"{running.base}/field#{code_of(running).replace(' ', '')}")
    page.locator("#enter button").click()
    expect(page.locator("#card h1")).to_have_text("黄梅滑坡")
    press(page, "已接令")
    expect(page.locator("#outbox .is-sent")).to_have_count(1)
    page.evaluate("() => navigator.serviceWorker.ready.then(() => true)")
    page.wait_for_function("() => navigator.serviceWorker.controller !== null")

    page.context.set_offline(True)
    page.reload()
    expect(page.locator("#card h1")).to_have_text("黄梅滑坡")
    expect(page.locator("#link")).to_contain_text("无网络")
    press(page, "已出动")
    press(page, "已到场")
    page.get_by_role("button", name="报情况").click()
    with page.expect_event("load"):
        page.get_by_label("现场情况").evaluate(TYPED_AND_GONE, "进村道路中断")
    page.get_by_role("button", name="报情况").click()
    expect(page.get_by_label("现场情况")).to_have_value("进村道路中断")  # nothing typed is lost
    page.get_by_role("button", name="发送", exact=True).click()
    out = BytesIO()
    Image.new("RGB", (3000, 1500), "brown").save(out, "JPEG")
    page.locator("#camera").set_input_files(
        {"name": "a.jpg", "mimeType": "image/jpeg", "buffer": out.getvalue()}
    )
    page.get_by_role("button", name="发送", exact=True).click()
    expect(page.locator("#outbox .is-waiting")).to_have_count(4)
    assert order(running).state.value == "accepted"

    page.reload()
    expect(page.locator("#outbox .is-waiting")).to_have_count(4)
    page.context.set_offline(False)
    expect(page.locator("#outbox .is-waiting")).to_have_count(0)
    expect(page.locator("#outbox h2")).to_have_text("全部已送达")
    held, seen = order(running), running.center.queries.situation(SYSTEM)
    assert held.state.value == "arrived"
    assert held.times["accepted"] < held.times["departed"] < held.times["arrived"]
    assert [n.words for n in seen.field_needs.values()] == ["进村道路中断"]
    [photo] = seen.photos.values()
    assert (photo.width, photo.height) == (1600, 800)
    assert photo.at < photo.received_at
    with running.client("duty") as duty:
        rows = w.get(duty, "/journal", limit=1000)["items"]
    mine = [r["command"] for r in rows if r["actor"] == "field.A-00001"]
    assert mine == ["FieldState", "FieldState", "FieldState", "SayFromField", "SendPhoto"]
    assert said == []


def test_answers_consent_and_targets(running, phone) -> None:
    """A need is answered on the phone, a position goes by consent, every target is 48 px."""
    page = phone
    page.goto(f"{running.base}/field#{code_of(running).replace(' ', '')}")
    page.locator("#enter button").click()
    press(page, "已接令")
    page.get_by_role("button", name="提需求").click()
    page.get_by_label("需要什么").fill("搜救犬")
    page.get_by_label("数量").fill("2")
    page.get_by_role("button", name="发送", exact=True).click()
    expect(page.locator("#answers")).to_contain_text("待处理")
    with running.client("duty") as duty:
        [need] = w.get(duty, "/needs", open=True)["items"]
        w.post(duty, f"/needs/{need['id']}/answer", {"to": "met", "words": "10 时到"}, status=200)
    page.evaluate("() => window.dispatchEvent(new Event('online'))")
    expect(page.locator("#answers")).to_contain_text("10 时到")
    page.get_by_role("button", name="共享位置").click()
    with page.expect_response("**/field/positions") as stored:
        page.get_by_role("button", name="同意并共享").click()
    assert stored.value.json()["accepted"] == 1
    expect(page.locator(".share b")).to_have_text("位置共享中")
    where = running.center.queries.situation(SYSTEM).positions["TM-1"]
    assert (round(where.lon, 2), round(where.lat, 2)) == (115.75, 30.02)
    small = page.evaluate(
        "() => [...document.querySelectorAll('button, a, input, select')]"
        ".filter((e) => e.checkVisibility() && e.getBoundingClientRect().height < 48)"
        ".map((e) => e.outerHTML)"
    )
    assert small == []
    assert page.evaluate("() => document.documentElement.scrollWidth") <= PHONE["width"]


def test_a_code_taken_back_keeps_what_was_not_sent(running, phone) -> None:
    """The phone is shown the door with its unsent line kept; a new code sends it."""
    page = phone
    page.goto(f"{running.base}/field#{code_of(running).replace(' ', '')}")
    page.locator("#enter button").click()
    expect(page.locator("#next")).to_have_text("已接令")
    page.context.set_offline(True)
    press(page, "已接令")
    expect(page.locator("#outbox .is-waiting")).to_have_count(1)
    fresh = code_of(running)
    running.center.accounts._cache.clear()  # instead of waiting two seconds
    page.context.set_offline(False)
    expect(page.locator("#kept-words")).to_contain_text("还有 1 条未发送")
    page.get_by_label("现场码").fill(fresh)
    page.locator("#enter button").click()
    expect(page.locator("#outbox .is-sent")).to_have_count(1)
    assert order(running).state.value == "accepted"
    expect(page.locator("#link")).to_have_text(re.compile("已连接"))
