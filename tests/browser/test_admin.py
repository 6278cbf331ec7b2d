"""The administration in Chromium: accounts, tables tried and written, a template changed."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import expect

from data.domain.org import Actor
from tests.browser.hands import twice
from tests.serving import PASSWORD, Running

pytestmark = pytest.mark.browser
ADMIN = Actor.of("admin", "admin", "420000")
TEAMS = """名称,类型,行政区划,经度,纬度,人数,搜救
黄梅县测试救援队,应急救援,黄梅县,115.93,30.08,36,30
蕲春县测试救援队,应急救援,蕲春县,115.43,30.23,三十六,30
"""


@pytest.fixture(scope="module")
def running(tmp_path_factory) -> Iterator[Running]:
    """A real center with its administration, behind a real server."""
    var = tmp_path_factory.mktemp("admin")
    with Running(var, pages={"/admin": "dashboard.pages.admin"}) as made:
        yield made


@pytest.fixture
def complaints(page) -> list[str]:
    """What the console said of the content policy, and errors of scripts."""
    said: list[str] = []
    page.on("console", lambda m: "Content Security" in m.text and said.append(m.text))
    page.on("pageerror", lambda error: said.append(str(error)))
    return said


def enter(page, running, username: str, password: str = PASSWORD) -> None:
    """Through the form, to the administration."""
    page.goto(running.base + "/admin")
    page.fill("[name=username]", username)
    page.fill("[name=password]", password)
    page.click("[type=submit]")
    page.wait_for_selector("#admin-body")


def test_an_administrator_makes_an_account_and_imports_a_table(
    page, running, tmp_path, complaints
) -> None:
    """The drawn password opens the new account; wrong lines are named, good ones count."""
    enter(page, running, "admin")
    page.fill("#new-account-username", "duty.421127.2")
    page.fill("#new-account-org", "黄梅县")
    page.get_by_role("button", name="新建账号").click()
    drawn = page.locator("#admin-accounts-secret code").inner_text()
    page.locator("#admin-accounts b", has_text="duty.421127.2").wait_for()
    running.client("duty.421127.2", drawn).get("/api/v1/session").raise_for_status()

    table = tmp_path / "队伍.csv"
    table.write_bytes(TEAMS.encode("gb18030"))
    page.get_by_role("button", name="数据导入").click()
    page.set_input_files("#admin-import-file input[type=file]", table)
    page.get_by_text("试读：合格 1 行，未通过 1 行").wait_for()
    wrong = page.locator("#admin-import-report tbody tr")
    assert wrong.count() == 1
    told = wrong.inner_text()
    assert all(word in told for word in ("第 3 行", "人数", "三十六", "不是数字"))
    assert "黄梅县测试救援队" not in names(running)

    with page.expect_download() as handed:
        page.get_by_role("button", name="下载未通过的行").click()
    assert handed.value.suggested_filename == "队伍未通过的行.xlsx"
    page.get_by_role("button", name="写入合格的行").click()
    page.get_by_text("已写入 1 行：新增 1").wait_for()
    assert "黄梅县测试救援队" in names(running)
    assert "蕲春县测试救援队" not in names(running)
    change_a_template(page, running)
    assert complaints == []


def change_a_template(page, running) -> None:
    """A fault is named by its line and stays typed; mended it counts, and is given back."""
    page.get_by_role("button", name="规则表").click()
    card = page.locator(".ncards article", has_text="滑坡").first
    card.wait_for()
    page.get_by_role("button", name="修改模板").click()
    field = page.locator("#needs-table-text")
    expect(field).to_have_value(re.compile(r"\[搜救, 80, 120\]"))
    text = field.input_value()
    field.fill(text.replace("[搜救, 80, 120]", "[搜求, 80, 120]", 1))
    page.get_by_role("button", name="保存并启用").click()
    expect(page.locator("#needs-table-text-error")).to_contain_text("没有“搜求”")
    expect(page.locator("#needs-table-text-error")).to_contain_text("第 16 行起")
    field.fill(text.replace("[搜救, 80, 120]", "[搜救, 95, 120]", 1))
    page.get_by_role("button", name="保存并启用").click()
    expect(page.locator("#admin-needs-box")).to_be_hidden()
    expect(card).to_contain_text("95 人")
    expect(page.locator("#admin-rules")).to_contain_text("在系统管理页保存的一份")
    lines = [x["summary"] for x in running.center.queries.situation(ADMIN).lines]
    assert any("修改规则表“需求模板”：改动 " in line for line in lines)
    page.get_by_role("button", name="修改模板").click()
    twice(page.get_by_role("button", name="恢复规则文件"))
    expect(card).to_contain_text("80 人")


def names(running) -> set[str]:
    """The names of the teams kept."""
    return {t.name for t in running.center.queries.situation(ADMIN).teams.values()}


@pytest.mark.parametrize(
    ("username", "tabs"),
    [
        ("security", ["会话与登录记录", "角色与锁定", "我的账号", "动态口令"]),
        ("auditor", ["审计", "我的账号", "动态口令"]),
        ("leader", ["我的账号", "动态口令"]),
    ],
)
def test_a_role_finds_its_own_tabs_and_no_other(page, running, username, tabs) -> None:
    """Nothing of the others is in the page at all."""
    enter(page, running, username)
    keyed = [f"{word}Alt+{n}" for n, word in enumerate(tabs, 1)]
    assert [t.replace("\n", "") for t in page.locator("nav .tab").all_inner_texts()] == keyed
    assert page.locator(".panel").count() == len(tabs)
