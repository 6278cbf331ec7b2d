"""A grid worker's phone without a link, and what the duty room makes of what it told."""

from __future__ import annotations

from collections.abc import Iterator
from io import BytesIO

import pytest
from PIL import Image
from playwright.sync_api import Browser, BrowserContext, Page, expect

from data.domain.org import SYSTEM, Actor
from tests.browser.hands import TYPED_AND_GONE
from tests.serving import PASSWORD, Running

PHONE = {"width": 390, "height": 844}
OPENING_MS = 60_000
ADMIN = Actor.of("admin", "admin", "420000")


@pytest.fixture(scope="module")
def running(tmp_path_factory) -> Iterator[Running]:
    """A center with a grid worker and a leader on duty in 黄梅."""
    with Running(tmp_path_factory.mktemp("var")) as made:
        for name, role in (("grid.li", "grid"), ("chief.421127", "chief")):
            made.center.accounts.create(ADMIN, name, name, role, "421127", PASSWORD)
        yield made


@pytest.fixture
def phone(browser: Browser) -> Iterator[Page]:
    """A phone in Huangmei that may tell where it is."""
    context = browser.new_context(
        viewport=PHONE, locale="zh-CN", timezone_id="Asia/Shanghai", has_touch=True,
        geolocation={"longitude": 115.94, "latitude": 30.07}, permissions=["geolocation"],
    )  # fmt: skip
    context.set_default_timeout(15_000)
    yield context.new_page()
    context.close()


def entered(running: Running, page: Page) -> None:
    """Signed in on the phone's own page."""
    page.goto(f"{running.base}/hazard")
    page.get_by_label("用户名").fill("grid.li")
    page.get_by_label("密码").fill(PASSWORD)
    page.get_by_role("button", name="登录").click()
    expect(page.locator("#kinds .pick").first).to_be_visible()


def desk_of(running: Running, context: BrowserContext, username: str) -> Page:
    """The page of hazards as an account sees it."""
    client = running.client(username)
    context.add_cookies(
        [{"name": c.name, "value": c.value or "", "url": running.base} for c in client.cookies.jar]
    )
    page = context.new_page()
    page.goto(running.base + "/hazards")
    expect(page.locator("#live-who")).to_have_attribute(
        "data-account", username, timeout=OPENING_MS
    )
    expect(page.locator("#hazards-board .columns")).to_be_attached()
    return page


def photo() -> dict:
    """A photo from a camera."""
    out = BytesIO()
    Image.new("RGB", (3000, 1500), "brown").save(out, "JPEG")
    return {"name": "a.jpg", "mimeType": "image/jpeg", "buffer": out.getvalue()}


def tell(page: Page, words: str, kind: str = "山体裂缝、滑坡、落石") -> None:
    """The form filled in and handed in."""
    page.get_by_label(kind).check()
    page.get_by_label("可能恶化").check()
    page.locator("#words").fill(words)
    page.get_by_role("button", name="用手机位置").click()
    expect(page.locator("#position")).to_contain_text("手机位置 115.94")
    page.locator("#shoot").click()
    page.locator("#camera").set_input_files(photo())
    expect(page.locator("#photos img")).to_have_count(1)
    page.locator("#send").click()


def hazards(running: Running):
    """The hazards as the center has them."""
    return list(running.center.queries.situation(SYSTEM).hazards.values())


def test_from_a_phone_without_a_link_to_the_acceptance(running, phone, context) -> None:
    """Told offline it arrives once; verified, put right by a deadline, accepted by another."""
    said: list[str] = []
    phone.on("pageerror", lambda error: said.append(str(error)))
    phone.on("console", lambda m: "Content Security" in m.text and said.append(m.text))
    entered(running, phone)
    phone.wait_for_function("() => navigator.serviceWorker.controller !== null")
    phone.context.set_offline(True)
    phone.reload()
    with phone.expect_event("load"):
        phone.locator("#words").evaluate(TYPED_AND_GONE, "屋后山体裂缝")
    expect(phone.locator("#words")).to_have_value("屋后山体裂缝")  # nothing typed is lost
    tell(phone, "屋后山体裂缝 20 米，三户人家")
    expect(phone.locator("#outbox .is-waiting")).to_have_count(2)
    assert hazards(running) == []
    phone.reload()
    expect(phone.locator("#outbox .is-waiting")).to_have_count(2)
    phone.context.set_offline(False)
    expect(phone.locator("#outbox .is-waiting")).to_have_count(0)
    assert said == []
    _arrived_once(running)
    desk = desk_of(running, context, "duty.421127")
    _given_from_the_desk(desk)
    _progress_from_the_phone(phone)
    _accepted_by_another(running, desk)
    phone.get_by_role("button", name="我的上报").click()
    expect(phone.locator("#told article")).to_contain_text("已销号")
    assert said == []


def _arrived_once(running: Running) -> None:
    [told] = hazards(running)
    assert (told.words, told.area_code) == ("屋后山体裂缝 20 米，三户人家", "421127")
    assert [(p.width, p.height) for p in told.photos] == [(1600, 800)]
    assert told.at < told.received_at


def _given_from_the_desk(desk: Page) -> None:
    desk.locator("#hazards-board .tk").click()
    expect(desk.locator("#hazards-detail .shots img")).to_be_visible()
    desk.keyboard.press("y")
    expect(desk.locator("#hazards-detail .of em")).to_have_text("属实待处置")
    desk.keyboard.press("z")
    desk.locator("#rectify-owner-body").fill("黄梅县自然资源局")
    desk.get_by_label("县级挂牌督办").first.check()
    desk.locator("#rectify-due-at").fill("5天")
    desk.keyboard.press("Control+Enter")
    expect(desk.locator("#rectify-due-reason-error")).to_contain_text("时限")
    desk.locator("#rectify-due-reason").fill("县安委会会议纪要")
    desk.keyboard.press("Control+Enter")
    expect(desk.locator("#hazards-detail .of em")).to_have_text("整改中")
    desk.locator("#hazards-detail dd a").first.click()
    # nothing has been told yet, and all of it can be told here
    expect(desk.locator("#rectify-detail .empty")).to_be_visible()
    expect(desk.locator("#rectify-actions").get_by_text("记进展")).to_be_visible()


def _progress_from_the_phone(phone: Page) -> None:
    phone.get_by_role("button", name="整改", exact=True).click()
    phone.get_by_role("button", name="报进展").click()
    phone.get_by_label("整改进展").fill("削坡完成")
    phone.get_by_role("button", name="发送", exact=True).click()
    expect(phone.locator("#mend li")).to_contain_text("削坡完成")


def _accepted_by_another(running: Running, desk: Page) -> None:
    expect(desk.locator("#rectify-detail .progress li")).to_contain_text("削坡完成")
    desk.locator("#rectify-words").fill("已削坡并排水")
    desk.locator("#rectify-actions").get_by_text("申请验收").click()
    expect(desk.locator("#rectify-detail .of em")).to_have_text("待验收")
    expect(desk.locator("#rectify-actions")).to_contain_text("请由另一人验收")
    expect(desk.locator("#rectify-actions").get_by_text("验收通过")).to_have_count(0)
    with running.client("chief.421127") as chief:
        done = chief.post("/api/v1/rectifications/ZG-0001/accept", json={"words": "现场核验合格"})
        assert done.status_code == 200, done.text
    expect(desk.locator("#rectify-detail .of em")).to_have_text("已销号")


def test_from_a_call_to_an_incident(running, context) -> None:
    """A call is taken, stands in the queue, and becomes an incident with what it told."""
    desk = desk_of(running, context, "duty.421127")
    desk.keyboard.press("Alt+3")
    desk.locator("#call-caller").fill("王女士")
    desk.locator("#call-caller-phone").fill("13900000000")
    desk.get_by_label("燃气泄漏、异味").check()
    desk.locator("#call-words").fill("小区闻到燃气味")
    desk.locator("#call-place").fill("黄梅镇")
    desk.keyboard.press("Control+Enter")
    expect(desk.locator(".toast.good")).to_contain_text("已登记来电")
    desk.goto(running.base + "/duty")
    row = desk.locator("#queue-list a", has_text="小区闻到燃气味")
    expect(row).to_be_visible(timeout=OPENING_MS)
    row.click()
    expect(desk.locator("#hazards-detail h2")).to_contain_text("燃气味", timeout=OPENING_MS)
    desk.keyboard.press("i")
    expect(desk.locator("#hazard-incident-lead-body")).to_have_value("黄梅县人民政府")
    desk.locator("#hazard-incident-commander").fill("县长 某")
    desk.keyboard.press("Control+Enter")
    expect(desk.locator("#hazards-detail .of em")).to_have_text("已转事件")
    seen = running.center.queries.situation(SYSTEM)
    [incident] = seen.incidents.values()
    [held] = [h for h in seen.hazards.values() if h.way == "public"]
    assert (held.incident_id, incident.type) == (incident.id, "gas_explosion")
    assert "王女士" in seen.reports[held.report_id].source


def test_the_phone_is_for_thumbs_and_for_nothing_else(running, phone) -> None:
    """A tap on the small map picks a place; targets are 48 px; other pages lead back here."""
    entered(running, phone)
    phone.get_by_role("button", name="在图上点选").click()
    phone.locator("#map canvas").scroll_into_view_if_needed()
    phone.locator("#map canvas").click(position={"x": 150, "y": 150})
    expect(phone.locator("#position")).to_contain_text("图上点选 11")
    small = phone.evaluate(
        "() => [...document.querySelectorAll('button, a, input, select')]"
        ".filter((e) => e.checkVisibility() && e.getBoundingClientRect().height < 48)"
        ".map((e) => e.outerHTML)"
    )
    assert small == []
    assert phone.evaluate("() => document.documentElement.scrollWidth") <= PHONE["width"]
    phone.goto(running.base + "/duty")
    assert phone.url.endswith("/hazard")
    assert phone.request.get(running.base + "/api/v1/incidents").status == 403
