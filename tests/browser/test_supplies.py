"""The supplies ledger in a real browser: taken in, counted short, booked; an order tried."""

from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

import pytest
from playwright.sync_api import Page, expect

from tests.integration import api_world as w
from tests.serving import Running

OPENING_MS = 60_000


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


def test_goods_are_taken_in_counted_and_supposed(running: Running, page: Page) -> None:
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
    page.locator("#lots-form .btn", has_text="入新批次").click()
    expect(page.locator("#lots-book")).to_contain_text("+120")
    expect(page.locator("#lots-detail")).to_contain_text("120 床")
    with running.client("duty") as client:
        lots = w.get(client, "/lots", limit=1000)["items"]
    lot = next(x["id"] for x in lots if x["item_name"] == "棉被" and x["on_hand"] == 120)

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
    confirm.click()
    confirm.click()
    expect(page.locator("#takes-view")).to_contain_text("已确认入账")

    page.keyboard.press("Alt+1")
    expect(page.locator("#lots-book")).to_contain_text("盘点调整")
    page.goto(f"{running.base}/supplies?order={quote('棉被 130')}#3")  # as the draft sends it here
    expect(page.locator("#alerts-left")).to_contain_text("-30 床", timeout=OPENING_MS)
    expect(page.locator("#alerts-order")).to_have_value("棉被 130")
    page.locator("#alerts-order").fill("棉被 140")
    expect(page.locator("#alerts-left")).to_contain_text("-40 床")
    expect(page.locator("#alerts-left")).to_contain_text("没有登记产能或采购来源")
