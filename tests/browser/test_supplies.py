"""The supplies ledger in a real browser: taken in, counted short, booked; an order tried."""

from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

import pytest
from playwright.sync_api import Page, expect

from tests.browser.hands import twice
from tests.integration import api_world as w
from tests.serving import Running

OPENING_MS = 60_000
MAKER = "示例棉纺厂（假定）"


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """A center of the reference data, without incidents."""
    with Running(var=Path(tmp_path_factory.mktemp("var"))) as server:
        server.center.seed()
        yield server


def opened(running: Running, page: Page, username: str = "duty") -> Page:
    """The page as an account sees it."""
    client = running.client(username)
    page.context.add_cookies(
        [{"name": c.name, "value": c.value or "", "url": running.base} for c in client.cookies.jar]
    )
    page.goto(running.base + "/supplies")
    expect(page.locator("#live-who")).to_have_attribute(
        "data-account", username, timeout=OPENING_MS
    )
    expect(page.locator("#lots-list .stock")).to_be_attached(timeout=OPENING_MS)
    return page


def test_goods_are_taken_in_and_counted(running: Running, page: Page) -> None:
    """What is wrong is said beside its field, what was typed stays, each step is in the ledger."""
    opened(running, page)
    page.locator("#lot-item-id").fill("棉被")
    page.locator("#lot-depot-id").fill("中央救灾物资武汉储备库(武汉库)")
    page.locator("#lot-amount").fill("许多")
    page.locator("#lot-reason").fill("采购入库")
    page.locator("#lots-form .btn", has_text="入新批次").click()
    expect(page.locator("#lot-amount-error")).to_contain_text("不是数量")
    expect(page.locator("#lot-reason")).to_have_value("采购入库")
    page.locator("#lot-amount").fill("120")
    page.locator("#lot-supplier").fill(MAKER)
    page.locator("#lots-form .btn", has_text="入新批次").click()
    expect(page.locator("#lots-book")).to_contain_text("+120")
    expect(page.locator("#lots-book")).to_contain_text(f"采购入库，供应单位：{MAKER}")
    expect(page.locator("#lots-detail")).to_contain_text("120 床")
    with running.client("duty") as client:
        lots = w.get(client, "/lots", limit=1000)["items"]
    lot = next(x["id"] for x in lots if x["item_name"] == "棉被" and x["on_hand"] == 120)
    counted_twice(page, lot)


def counted_twice(page: Page, lot: str) -> None:
    """By file 20 short, then line by line on the page 3 short; each booked when confirmed."""
    page.keyboard.press("Alt+4")
    page.locator("#take-depot-id").fill("中央救灾物资武汉储备库(武汉库)")
    page.locator("#takes-form .btn", has_text="开始盘点").click()
    expect(page.locator("#takes-view")).to_contain_text("还没有录入盘点数")
    sheet = f"批次编号,盘点数,差异原因\n{lot},100,\n没有的,1,\n"
    upload = page.locator("#takes-file input[type=file]")
    upload.set_input_files({"name": "盘点.csv", "mimeType": "text/csv", "buffer": sheet.encode()})
    expect(page.locator("#takes-read")).to_contain_text("已录入 1 批，未通过 1 行")
    expect(page.locator("#takes-view")).to_contain_text("-20")
    page.locator("#take-reason").fill("出库漏登")
    confirm = page.locator("#takes-form .btn.pri").nth(1)
    twice(confirm)
    states = page.locator("#takes-view .take em")
    expect(states).to_have_text(["已确认入账"])
    page.locator("#takes-form .btn", has_text="开始盘点").click()
    expect(states).to_have_text(["盘点中", "已确认入账"])
    expect(page.locator(f"#takes-lots option[value='{lot}']")).to_contain_text("账面 100 床")
    page.locator("#take-lot-id").fill("没有的")
    page.locator("#take-counted").fill("97")
    page.locator("#take-reason").fill("受潮 3 床")
    page.locator("#takes-form .btn", has_text="录入此批").click()
    expect(page.locator("#take-lot-id-error")).to_contain_text("没有批次")
    expect(page.locator("#take-counted")).to_have_value("97")
    page.locator("#take-lot-id").fill(lot)
    page.locator("#takes-form .btn", has_text="录入此批").click()
    found = page.locator("#takes-view .take").first
    expect(found.locator("tbody td")).to_have_text(["棉被", lot, "100", "97", "-3", "受潮 3 床"])
    expect(page.locator("#take-counted")).to_have_value("")
    page.locator("#take-reason").fill("复核无误")
    twice(confirm)
    expect(states).to_have_text(["已确认入账", "已确认入账"])

    page.keyboard.press("Alt+1")
    expect(page.locator("#lots-book li", has_text="盘点调整")).to_have_count(2)
    expect(page.locator("#lots-detail")).to_contain_text("97 床")


def test_an_order_is_supposed_and_the_last_resort_asked(running: Running, page: Page) -> None:
    """The order stands as it was brought; what lacks becomes a task that names the supplier."""
    with running.client("duty") as client:
        sums = [h for h in w.get(client, "/stock/totals")["items"] if h["free"] > 0]
    held = min(sums, key=lambda h: h["free"])
    item, free = held["item"]["id"], held["free"]
    name, unit = held["item"]["name"], held["item"]["unit"]
    opened(running, page)
    order = quote(f"{name} {free + 33:g}")
    page.goto(f"{running.base}/supplies?order={order}#3")  # as the draft sends it here
    expect(page.locator("#alerts-left")).to_contain_text(f"-33 {unit}", timeout=OPENING_MS)
    expect(page.locator("#alerts-order")).to_have_value(f"{name} {free + 33:g}")
    page.locator("#alerts-order").fill(f"{name} {free + 43:g}")
    expect(page.locator("#alerts-left")).to_contain_text(f"-43 {unit}")
    expect(page.locator("#alerts-left")).to_contain_text("没有登记产能或采购来源")

    with running.client("duty") as client:
        known = {"name": MAKER, "item_id": item, "source": "演练假定", "lead_hours": 6, "stock": 90}
        w.post(client, "/stock/suppliers", known, status=200)
        norm = {"item_id": item, "least": free + 53, "basis": "假定"}
        w.post(client, "/stock/norms", norm, status=200)
        gap = f"{w.get(client, '/stock/alerts')['short'][0]['gap']:g}"
    expect(page.locator("#alerts-left")).to_contain_text(f"产能 {MAKER}")
    page.locator("#alerts-order").blur()
    expect(page.locator("#alerts-short .btn")).to_contain_text("P")
    page.keyboard.press("p")
    expect(page.locator("#purchase-title")).to_contain_text(name)
    expect(page.locator("#purchase-due-at")).to_have_value("6小时")
    expect(page.locator("#purchase-amount")).to_have_value(gap)
    page.locator("#purchase-owner").fill("后勤保障组")
    page.keyboard.press("Control+Enter")
    expect(page.locator("#purchase-box")).to_be_hidden()
    with running.client("duty") as client:
        (task,) = (x for x in w.get(client, "/tasks")["items"] if x["source"] == "物资缺口")
    assert task["title"] == f"组织生产 {name} {gap} {unit}：{MAKER}"
    assert "最后手段" in task["detail"]
