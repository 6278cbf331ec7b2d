"""数据共享 in a browser: a mapping tried out and saved, a connector paused, a token given."""

import re

import pytest
from playwright.sync_api import expect

from data.domain.org import SYSTEM
from tests.serving import Running
from tests.unit.test_mapping_files import WATER

SAMPLE = '{"data":[{"STCD":"1","TM":"2020-07-08 08:00","Z":1.5},{"STCD":"2","TM":"昨天","Z":1}]}'


@pytest.fixture(scope="module")
def running(tmp_path_factory):
    """A real center with nothing shared yet."""
    with Running(var=tmp_path_factory.mktemp("sharing")) as made:
        yield made


@pytest.fixture
def opened(running, context):
    """The page as an account sees it."""

    def open_page(username):
        with running.client(username) as client:
            cookies = [
                {"name": c.name, "value": c.value or "", "url": running.base}
                for c in client.cookies.jar
            ]
        context.add_cookies(cookies)
        page = context.new_page()
        page.set_default_timeout(60_000)
        page.goto(running.base + "/sharing")
        return page

    return open_page


def test_from_a_sample_to_a_connector_and_back(running, opened):
    """Sample, try-out, save; pause with a reason; a token shown once and taken back."""
    page = opened("admin")
    page.get_by_text("还没有共享接口").wait_for()
    page.keyboard.press("Alt+2")
    page.get_by_role("button", name="湖北水情").click()
    expect(page.locator("#mapping-text")).to_have_value(re.compile("STCD"))
    page.locator("#mapping-sample").fill(SAMPLE)
    page.keyboard.press("Control+e")
    page.get_by_text("共 2 条：可收 1 条，拒收 1 条").wait_for()
    assert page.get_by_text("stcd:1/Z").is_visible()
    assert page.get_by_text("时间“昨天”看不懂").is_visible()
    assert running.center.queries.revision() == 0

    page.keyboard.press("Control+Enter")
    page.get_by_text("修改 GX-001").wait_for()
    page.keyboard.press("Alt+1")
    page.locator(".connectors button").first.click()
    page.get_by_text("POST /api/v1/share/GX-001").wait_for()

    page.get_by_role("button", name="暂停").click()
    page.get_by_text("请写明为何暂停").first.wait_for()
    page.locator("#sharing-reason").fill("对方更换系统")
    page.get_by_role("button", name="暂停").click()
    page.locator(".connectors .state.paused").wait_for()

    for _ in range(2):
        page.get_by_role("button", name="发推送令牌").click()
    page.locator("#sharing-secret code").wait_for()
    assert page.locator("#sharing-secret code").inner_text().startswith("hb_")
    assert len(running.center.accounts.tokens(SYSTEM)) == 1


def test_a_file_that_is_wrong_says_where(opened):
    """The field and the remedy stand beside the form; what was typed stays."""
    page = opened("admin")
    page.locator("#mapping-samples button").first.wait_for(state="attached")
    page.keyboard.press("Alt+2")
    page.locator("#mapping-text").fill(WATER.replace("  at: TM\n", ""))
    page.keyboard.press("Control+Enter")
    page.get_by_text("fields.at：未填写").wait_for()
    assert "STCD" in page.locator("#mapping-text").input_value()


def test_who_may_not_share_is_told_who_may(opened):
    """The duty officer sees no connector and learns who does this."""
    page = opened("duty")
    page.get_by_text("由系统管理员办理").wait_for()
