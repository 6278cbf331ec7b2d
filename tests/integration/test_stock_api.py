"""The ledger over HTTP: a transfer end to end, its paper, alerts, gaps and what an order leaves."""

from __future__ import annotations

import io

import pytest
from docx import Document

from data.domain.depot import Item, Lot
from data.domain.dispatch import Plan
from data.errors import Invalid
from data.ingest.count_sheet import count_sheet, read_counts
from tests.integration import api_world as w


@pytest.fixture(scope="module")
def running(exercise_server):
    """An exercise with its invented stock."""
    return exercise_server


@pytest.fixture
def duty(running):
    """The province's duty officer."""
    with running.client("duty") as client:
        yield client


def test_a_transfer_over_http_and_its_paper(running, duty):
    """Shipped with a driver, signed for short, used and settled; the 调拨单 says all of it."""
    place = w.incident(duty, "调拨演示")
    depots = [d for d in w.get(duty, "/depots", limit=1000)["items"] if d["live"]]
    made = w.post(
        duty, "/stock/intake",
        {"depot_id": depots[0]["id"], "item_id": "M01", "amount": 50, "reason": "演练补库",
         "expires": "2020-07-20"},
    )  # fmt: skip
    order = {"transfers": [{"lot": made["lot"]["id"], "incident": place, "amount": 30}],
             "authorised_by": {"name": "张某", "post": "副厅长", "way": "电话"}}  # fmt: skip
    key = w.post(duty, "/dispatches", order)["transfers"][0]["id"]
    shipped = {"plate": "鄂A12345", "driver": "演练司机", "phone": "000"}
    w.post(duty, f"/transfers/{key}/ship", shipped, status=200)
    short = duty.post(f"/api/v1/transfers/{key}/receive", json={"amount": 28})
    assert w.problem(short, 422)["errors"][0]["field"] == "reason"
    got = {"amount": 28, "reason": "浸水", "by": "黄梅县民政局"}
    w.post(duty, f"/transfers/{key}/receive", got, status=200)
    again = {"amount": 28, "words": "已发放"}
    once = {"Idempotency-Key": w.fresh_key()}
    first = w.post(duty, f"/transfers/{key}/use", again, status=200, headers=once)
    assert w.post(duty, f"/transfers/{key}/use", again, status=200, headers=once) == first
    assert first["state"] == "settled"
    lines = w.get(duty, "/stock/movements", lot=made["lot"]["id"])["items"]
    assert sum(x["amount"] for x in lines) == 20
    answer = duty.get(f"/api/v1/transfers/{key}/document", params={"format": "docx"})
    paper = Document(io.BytesIO(answer.content))
    cells = [c.text for t in paper.tables for r in t.rows for c in r.cells]
    said = "\n".join([p.text for p in paper.paragraphs] + cells)
    for words in ("应急物资调拨单", "鄂A12345", "30顶", "28顶", "浸水", "黄梅县民政局", "张某"):
        assert words in said
    assert duty.get(f"/api/v1/transfers/{key}/document?format=pdf").content[:5] == b"%PDF-"
    assert duty.get(f"/api/v1/transfers/{key}/document?format=exe").status_code == 422
    ends = w.get(duty, "/stock/alerts", days=30)["expiring"]
    assert [e["days"] for e in ends if e["lot"]["id"] == made["lot"]["id"]] == [15]  # on 2020-07-05


def test_lists_gaps_and_what_an_order_leaves(running, duty):
    """A county short of its list is named; an order below the province's list says so."""
    sums = {h["item"]["name"]: h for h in w.get(duty, "/stock/totals")["items"]}
    held = max(sums.values(), key=lambda h: h["free"])
    item, free = held["item"]["id"], held["free"]
    w.post(duty, "/stock/norms", {"item_id": item, "least": free, "basis": "假定"}, status=200)
    county = {"item_id": item, "least": 1e9, "basis": "假定", "area_code": "421127"}
    w.post(duty, "/stock/norms", county, status=200)
    gaps = {g["area_code"]: g for g in w.get(duty, "/stock/gaps")["items"]}
    assert gaps["421127"]["short"][0]["gap"] == 1e9 - gaps["421127"]["short"][0]["have"]
    (left,) = w.get(duty, "/stock/what-if", order=f"{item}:5")["items"]
    assert (left["after"], left["below_list"]) == (free - 5, True)
    w.get(duty, "/stock/what-if", order="没有:1", status=422)
    w.get(duty, "/stock/what-if", status=422)
    lot = next(x["id"] for x in w.get(duty, "/lots", limit=1000)["items"] if x["item_id"] == item)
    plan = Plan(
        id="P-0000", created_at=running.center.clock.now(), created_by="duty", org="420000",
        request={}, seen={}, answer={"transfers": [{"lot": lot, "amount": 3.0}]},
    )  # fmt: skip
    running.center.database.save_plan(plan)
    (left,) = w.get(duty, "/stock/what-if", plan=plan.id, order=f"{item}:5")["items"]
    assert (left["asked"], left["after"]) == (8, free - 8)
    with running.client("duty.421127") as there:
        assert set(w.get(there, "/stock/alerts")) == {"expiring", "short"}
        assert {s["area_code"] for s in w.get(there, "/stock/alerts")["short"]} == {"421127"}
        refused = there.post("/api/v1/stock/norms", json=county | {"area_code": "420100"})
        assert refused.status_code == 403
    named = {"name": "示例纺织（假定）", "item_id": item, "source": "演练假定", "per_day": 200}
    made = w.post(duty, "/stock/suppliers", named, status=200)["supplier"]
    assert made["stock"] is None
    fixed = named | {"supplier_id": made["id"], "lead_hours": 6}
    assert w.post(duty, "/stock/suppliers", fixed, status=200)["supplier"]["id"] == made["id"]


def test_a_stock_taking_table_goes_out_and_comes_back(tmp_path):
    """The table given out is read back; what cannot be a count is refused by line."""
    lots = {k: Lot(id=k, depot_id="D", item_id="M", on_hand=9) for k in ("L-1", "L-2", "L-3")}
    items = {"M": Item(id="M", name="=帐篷", unit="顶")}
    text = count_sheet(lots.values(), items).decode("utf-8-sig")
    assert "'=帐篷" in text
    lines = text.splitlines()
    file = tmp_path / "盘点.csv"
    filled = [lines[0], lines[1].removesuffix(",,") + ",7,破损", lines[2].removesuffix(",,")
              + ",许多,", lines[3], "L-9,,,,,1,", "L-1,,,,,1,"]  # fmt: skip
    file.write_text("\n".join(filled), encoding="utf-8")
    table = read_counts(file, lots)
    assert [(c.lot, c.counted, c.reason) for c in table.counts] == [("L-1", 7.0, "破损")]
    assert [(r["line"], r["field"]) for r in table.refused] == [
        (3, "盘点数"), (5, "批次编号"), (6, "批次编号"),
    ]  # fmt: skip
    file.write_text("甲,乙\n1,2\n", encoding="utf-8")
    with pytest.raises(Invalid, match="批次编号"):
        read_counts(file, lots)
