"""多点排程 on the duty desk: a table pasted by key becomes an order of stops for each team."""

import pytest
from playwright.sync_api import expect

from tests.browser.test_fork import LIMIT_MS, night, picture, screen  # noqa: F401 (a fixture)

VIEW = ".sites-view.open"
TABLE = (
    "名称\t经度\t纬度\t权重\t能力\t作业分钟\n"
    "苦竹乡\t115.86\t30.20\t5\t搜救\t40\n停前镇\t115.97\t30.21\t3\t搜救\t30\n"
    "孔垄镇\t115.90\t29.92\t2\t\t25\n小池镇\t115.98\t29.78\t1\t医疗救护\t30\n"
    "分路镇\t115.86\t30.02\t4\t搜救\t\n无名处\t\t\t2\t搜救\t20\n坏行\t115.8\t30.1\t2\t飞行\t20\n"
)  # fmt: skip


@pytest.fixture
def view(browser, night):  # noqa: F811
    """The desk with the view opened by key."""
    page = screen(browser, night, "duty", "/duty")
    page.locator(".roster [data-row]").first.wait_for()
    page.keyboard.press("Alt+2")
    page.keyboard.press("F7")
    expect(page.locator(VIEW)).to_be_visible()
    yield page
    page.context.close()


def test_a_pasted_table_becomes_a_queue_with_reasons(view):
    """Good lines are queued, faulty ones named; each stop has its times and its reason."""
    expect(view.locator("#sites-text")).to_be_focused()
    view.keyboard.insert_text(TABLE)
    expect(view.locator(".sites-lines .lack")).to_have_count(2, timeout=LIMIT_MS)
    expect(view.locator(".sites-lines")).to_contain_text("没有专业能力“飞行”")
    expect(view.locator(".sites-lines")).to_contain_text("没有坐标，也没有这个地名")
    view.keyboard.press("F8")
    expect(view.locator(".sites-routes li")).to_have_count(5, timeout=LIMIT_MS)
    picture(view, "sites")
    expect(view.locator(".sites-figures")).to_contain_text("5 处")
    expect(view.locator(".sites-map")).to_be_visible()
    expect(view.locator(".sites-routes li p").first).to_contain_text("第 1 站")
    assert "苦竹乡" in view.locator("#sites-words").input_value()
    view.keyboard.press("Escape")
    expect(view.locator(VIEW)).to_have_count(0)


def test_what_cannot_be_queued_is_refused_and_nothing_typed_is_lost(view):
    """No site at all, minutes that are none: the words say what to do, the table stays."""
    view.locator("#sites-text").fill("")
    view.keyboard.press("F8")
    expect(view.locator("#sites-problem")).to_contain_text("没有点位", timeout=LIMIT_MS)
    view.locator("#sites-text").fill("苦竹乡 5 搜救")
    view.locator("#sites-minutes").fill("很久")
    view.keyboard.press("F8")
    expect(view.locator("#sites-problem")).to_contain_text("不是分钟数", timeout=LIMIT_MS)
    assert view.locator("#sites-text").input_value() == "苦竹乡 5 搜救"
    view.reload()
    view.locator(".roster [data-row]").first.wait_for()
    assert view.locator("#sites-text").input_value() == "苦竹乡 5 搜救"
