"""Contingencies in a real browser: revised in the form, started from the incident, raised."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from data.domain.contingency import Contingency
from data.domain.contingency_file import read
from data.domain.depot import Item
from data.domain.messages import StoreRows
from data.domain.org import SYSTEM
from data.ingest import reference
from tests.integration import api_world as w
from tests.serving import Running

OPENING_MS = 60_000
SHIPPED = [row for row in reference.read_contingencies() if row[0] in ("landslide", "flood")]


def thing_of(row: dict[str, Any]) -> Item:
    """A material of the catalogue."""
    return Item(id=row["id"], name=row["name"], unit=row["unit"])


def plan_of(row: tuple[str, str]) -> Contingency:
    """A shipped contingency."""
    return Contingency(id=f"CP-{row[0]}", **read(row[1], row[0]))


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """A center with the shipped plans and materials, and one landslide graded Ⅲ."""
    with Running(var=Path(tmp_path_factory.mktemp("var"))) as server:
        things = (*map(thing_of, reference.read_items()), *map(plan_of, SHIPPED))
        server.center.handle(StoreRows(what="预案", things=things), SYSTEM)
        client = server.client("duty")
        key = w.incident(client, casualties={"dead": 4})
        w.post(client, f"/incidents/{key}/grade", {}, status=200)
        yield server


def opened(running: Running, context: BrowserContext, path: str) -> Page:
    """A page as the duty officer sees it."""
    client = running.client("duty")
    context.add_cookies(
        [{"name": c.name, "value": c.value or "", "url": running.base} for c in client.cookies.jar]
    )
    page = context.new_page()
    page.goto(running.base + path)
    expect(page.locator("#live-who")).to_have_attribute("data-account", "duty", timeout=OPENING_MS)
    return page


def test_a_plan_is_revised_and_a_wrong_line_is_named(running: Running, page: Page) -> None:
    """What is typed stays while it is wrong; put right, it is the second edition."""
    page = opened(running, page.context, "/contingencies")
    page.locator("#contingencies-list .cp", has_text="地质灾害").click()
    expect(page.locator("#contingencies-detail h2")).to_contain_text("地质灾害")
    page.keyboard.press("e")
    expect(page.locator("#contingency-which")).to_contain_text("修订《湖北省突发地质灾害")
    items = page.locator("#contingency-items")
    items.fill("Ⅲ｜魔毯｜3｜60")
    page.locator("#contingency-reason").fill("补充物资")
    page.keyboard.press("Control+Enter")
    expect(page.locator("#contingency-items-error")).to_contain_text("没有物资品类“魔毯”")
    expect(items).to_have_value("Ⅲ｜魔毯｜3｜60")
    items.fill("Ⅲ｜棉被｜300｜360｜演练")
    page.keyboard.press("Control+Enter")
    expect(page.locator("#contingencies-body")).to_have_class("at-1")
    expect(page.locator("#contingencies-detail")).to_contain_text("补充物资")
    expect(page.locator("#contingencies-list .cp.on")).to_contain_text("第 2 版")


def test_a_response_is_started_and_raised_from_the_incident(
    running: Running, browser: Browser
) -> None:
    """The suggested level is one key and two clicks away; raising without a reason is refused."""
    context = browser.new_context(viewport={"width": 1920, "height": 1080})
    page = opened(running, context, "/duty")
    expect(page.locator("#respond-view .lead")).to_contain_text("省级指导", timeout=OPENING_MS)
    page.keyboard.press("r")
    plan = page.locator("#respond-view li", has_text="地质灾害")
    expect(plan).to_contain_text("建议Ⅲ级")
    level = plan.locator(".btn.pri")
    level.click()
    level.click()
    expect(page.locator(".toast").first).to_contain_text("下达任务")
    held = page.locator("#respond-view li.running")
    expect(held).to_contain_text("Ⅲ级")
    for _ in range(2):
        held.locator("button", has_text="提升为Ⅱ级").click()
    expect(page.locator(".toast.bad")).to_contain_text("调整理由")
    page.locator("#startup-basis").fill("又有两人失联")
    for _ in range(2):
        held.locator("button", has_text="提升为Ⅱ级").click()
    expect(held).to_contain_text("Ⅱ级")
    tasks = w.get(running.client("duty"), "/tasks", limit=100)["items"]
    assert "召开指挥部会商并明确前后方分工" in {t["title"] for t in tasks}
    context.close()
