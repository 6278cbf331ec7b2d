"""A county cut off from the province, both ordering one team: shown, decided, and equal again."""

import os
from pathlib import Path

import pytest

from dashboard.app import PAGES
from dashboard.fonts import ensure_fonts
from data.domain.org import SYSTEM
from tests.integration.node_world import COUNTY
from tests.node_pair import pair, until

SHOTS = os.environ.get("HUBEI_SHOTS")
SHOWN = {path: PAGES[path] for path in ("/links", "/duty", "/wall")}


@pytest.fixture(scope="module")
def both(tmp_path_factory):
    """A province and a county's machine, level with one another."""
    fonts = ensure_fonts(Path(SHOTS)) if SHOTS else None
    with pair(tmp_path_factory.mktemp("pair"), pages=SHOWN, fonts=fonts) as made:
        yield made


@pytest.fixture
def opened(browser):
    """A page of one of the servers; cookies know no ports, so each has a profile of its own."""
    held = []

    def open_page(server, username, path):
        context = browser.new_context(
            viewport={"width": 1920, "height": 1080}, locale="zh-CN", timezone_id="Asia/Shanghai"
        )
        held.append(context)
        with server.client(username) as client:
            context.add_cookies(
                [
                    {"name": c.name, "value": c.value or "", "url": server.base}
                    for c in client.cookies.jar
                ]
            )
        page = context.new_page()
        page.set_default_timeout(60_000)
        page.goto(server.base + path)
        return page

    yield open_page
    for context in held:
        context.close()


def shot(page, name):
    """A picture, when somebody wants to look."""
    if SHOTS:
        page.screenshot(path=f"{SHOTS}/{name}.png")


def incident(client, kind, name):
    """An open incident in the county."""
    told = {"type": kind, "place": name, "lon": 115.94, "lat": 30.07}
    report = client.post("/api/v1/reports", json=told).json()["report"]["id"]
    body = {
        "report_id": report, "name": name, "short_name": name, "commander": "甲某",
        "lead_body": "县应急局", "desk": "席位一",
    }  # fmt: skip
    return client.post("/api/v1/incidents", json=body).json()["incident"]["id"]


def order(client, team, to):
    """One team ordered."""
    body = {"assignments": [{"team": team, "incident": to}]}
    answer = client.post("/api/v1/dispatches", json=body)
    assert answer.is_success, answer.text
    return answer.json()


def test_a_team_both_ordered_is_decided_on_the_page(both, opened):
    """Link lost, both order the team, link back: the conflict is shown, decided, both are equal."""
    county = opened(both.node, f"duty.{COUNTY}", "/links")
    province = opened(both.province, "duty", "/links")
    county.get_by_text("与省连接").wait_for()
    with both.province.client("duty") as client:
        flood = incident(client, "flood", "龙感湖漫堤")
    both.settled()

    both.link.cut()
    county.locator(".to-province.apart").wait_for()
    with both.node.client(f"duty.{COUNTY}") as client:
        fire = incident(client, "forest_fire", "四祖寺山火")
        made = order(client, "TM-D1", fire)
    orders = both.node.center.queries.situation(SYSTEM).dispatches
    assert orders[made["id"]].note == "脱网下达"
    county.get_by_text("3 条待上报").wait_for()
    shot(county, "node-apart")
    with both.province.client("duty") as client:
        order(client, "TM-D1", flood)

    both.link.mend()
    county.locator(".to-province.joined").wait_for()
    province.get_by_role("link", name="两级冲突 1 件待裁定").wait_for()
    county.get_by_role("link", name="两级冲突 1 件待省裁定").wait_for()
    province.keyboard.press("Alt+3")
    province.locator(".panel-3 .tk").first.click()
    sides = province.locator(".both section")
    sides.nth(1).wait_for()
    assert "县值班员" in sides.nth(0).inner_text()
    assert "龙感湖漫堤" in sides.nth(1).inner_text()
    shot(province, "clash")
    county.keyboard.press("Alt+3")
    county.locator(".panel-3 .tk").first.click()
    county.get_by_text("由省值班员裁定；请先电话商定").wait_for()
    shot(county, "clash-county")

    province.locator("#clash-reason").fill("与县值班室电话商定，山火先救")
    stands = province.get_by_role("button", name="以县令为准")
    stands.click()
    province.get_by_role("button", name="再按一次").click()
    province.get_by_text("以县令为准。与县值班室电话商定").wait_for()
    county.get_by_text("以县令为准。与县值班室电话商定").wait_for()
    both.settled()
    assert both.faults() == []
    seen = both.province.center.queries.situation(SYSTEM)
    assert seen.assignment_of_team("TM-D1").incident_id == fire
    look_round(both, opened, province)


def look_round(both, opened, province):
    """The machines' list, and the other pages, with the county's incident on them."""
    province.keyboard.press("Alt+4")
    province.locator(".machines td", has_text="421127-1").first.wait_for()
    shot(province, "nodes")
    for path, who in (("/duty", "duty"), ("/wall", "wall")):
        page = opened(both.province, who, path)
        page.get_by_text("四祖寺山火").first.wait_for()
        shot(page, path.strip("/"))


def test_the_header_says_nothing_of_a_link_at_the_province(both, opened):
    """What concerns a county's own machine is shown there alone."""
    page = opened(both.province, "duty", "/links")
    until(lambda: page.locator("#live-clock").inner_text() != "", "the clock never came")
    assert page.locator("#live-province").inner_text() == ""
