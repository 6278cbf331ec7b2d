"""A proof asked for beside the work, and a second factor set up where people sign in."""

from __future__ import annotations

from collections.abc import Iterator

import pyotp
import pytest
from playwright.sync_api import BrowserContext, Page, expect

from data.domain.access_policy import AccessPolicy
from data.domain.org import SYSTEM
from tests.integration import api_world as w
from tests.serving import PASSWORD, Running

OPENING_MS = 60_000


@pytest.fixture(scope="module")
def running(tmp_path_factory) -> Iterator[Running]:
    """A center with one incident."""
    with Running(tmp_path_factory.mktemp("var")) as made:
        with made.client("duty") as duty:
            w.incident(duty, "黄梅滑坡")
        yield made


def age(running: Running) -> None:
    """Every proof given so far is years old."""
    with running.center.database.units.transaction() as db:
        db.exec_driver_sql("UPDATE session SET proved_at = '2020-01-01 00:00:00'")
    running.center.accounts._cache.clear()


def desk_of(running: Running, context: BrowserContext) -> Page:
    """The duty desk of the province."""
    client = running.client("duty")
    context.add_cookies(
        [{"name": c.name, "value": c.value or "", "url": running.base} for c in client.cookies.jar]
    )
    page = context.new_page()
    page.goto(running.base + "/duty")
    expect(page.locator("#duty-account")).to_have_attribute(
        "data-account", "duty", timeout=OPENING_MS
    )
    return page


def grading(running: Running):
    """How the incident is graded."""
    return running.center.queries.situation(SYSTEM).incidents["I-0001"].grading


def test_a_grave_grade_asks_for_the_password_and_keeps_what_was_typed(running, context) -> None:
    """Cancelled nothing happens and the words stand; proved the same press goes through."""
    page = desk_of(running, context)
    page.get_by_text("不按建议定级").click()
    page.locator("#grade-level input[value=II]").check()
    page.locator("#grade-basis").fill("省厅会商认定")
    age(running)
    page.get_by_role("button", name="改定等级").click()
    box = page.locator(".step-up")
    expect(box).to_contain_text("再次输入密码")
    page.keyboard.press("Escape")
    expect(page.locator("#live-notice")).to_contain_text("操作没有执行")
    expect(page.locator("#grade-basis")).to_have_value("省厅会商认定")
    assert grading(running).confirmed_by is None
    page.get_by_role("button", name="改定等级").click()
    box.locator("input").fill("wrong-one")
    page.keyboard.press("Enter")
    expect(box.locator(".error")).to_contain_text("不正确")
    box.locator("input").fill(PASSWORD)
    page.keyboard.press("Enter")
    expect(box).to_have_count(0)
    expect(page.locator("#toasts")).to_contain_text("改定等级")
    assert (grading(running).level, grading(running).basis) == ("II", "省厅会商认定")


def test_a_second_factor_is_set_up_at_the_door(running, page, monkeypatch) -> None:
    """QR and secret, a code, backup codes once; the next sign-in asks for a code."""
    monkeypatch.setattr(
        running.center.accounts, "policy", AccessPolicy(totp_roles=frozenset({"admin"}))
    )
    page.goto(running.base + "/signin")
    page.fill("[name=username]", "admin")
    page.fill("[name=password]", PASSWORD)
    page.click("[type=submit]")
    expect(page.locator(".qr svg")).to_be_visible()
    one = pyotp.TOTP(page.locator(".by-enrol code").inner_text())
    page.fill("[name=first]", one.now())
    page.click("[type=submit]")
    expect(page.locator(".by-codes li")).to_have_count(10)
    backup = page.locator(".by-codes li").first.inner_text()
    page.click("[type=submit]")
    page.wait_for_url(running.base + "/admin", timeout=OPENING_MS)
    page.context.clear_cookies()
    page.goto(running.base + "/signin")
    page.fill("[name=username]", "admin")
    page.fill("[name=password]", PASSWORD)
    page.click("[type=submit]")
    page.fill("[name=code]", backup)
    page.click("[type=submit]")
    page.wait_for_url(running.base + "/admin", timeout=OPENING_MS)
