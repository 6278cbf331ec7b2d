"""What an order would leave: of the whole province, and of the province's own basic list."""

from datetime import UTC, datetime

import pytest

from data.domain.depot import Depot, Item, Lot
from data.domain.situation import Situation
from data.domain.stock import StockNorm
from data.domain.stock_left import asked_of, what_if


def seen() -> Situation:
    """40 tents of the province, 60 of 黄梅; the province's own list asks for 30."""
    depots = [
        Depot(id="P", name="省库", owner_level="省级", area_code="420100"),
        Depot(id="C", name="县库", owner_level="县级", area_code="421127"),
    ]
    lots = [
        Lot(id="LP", depot_id="P", item_id="M1", on_hand=40),
        Lot(id="LC", depot_id="C", item_id="M1", on_hand=60),
    ]
    return Situation(
        revision=1, at=datetime(2020, 7, 8, tzinfo=UTC),
        items={"M1": Item(id="M1", name="帐篷", unit="顶")},
        depots={d.id: d for d in depots}, lots={x.id: x for x in lots},
        norms={"N": StockNorm(id="N", area_code=None, item_id="M1", least=30)},
    )  # fmt: skip


@pytest.mark.parametrize(
    ("rows", "below"),
    [
        ([("LP", 10)], False),  # exactly the list is left
        ([("LP", 11)], True),
        ([("LC", 60)], False),  # a county's depot fills no list of the province's
        ([("LC", 60), ("LP", 20)], True),
    ],
)
def test_lots_count_against_the_list_of_their_owner(rows, below):
    """Known lots: only what leaves the province's own depots breaks its list."""
    order = [{"lot": lot, "amount": amount} for lot, amount in rows]
    asked = asked_of(seen(), order)
    (left,) = what_if(seen(), asked, asked_of(seen(), order, own=True))
    assert left.after == 100 - sum(amount for _, amount in rows)
    assert left.below_list is below


@pytest.mark.parametrize(("amount", "below"), [(60, False), (70, False), (71, True), (101, True)])
def test_an_order_without_lots_takes_the_province_s_own_last(amount, below):
    """Nothing known of where it comes from: the others give first."""
    (left,) = what_if(seen(), {"M1": amount})
    assert left.below_list is below
    assert left.after == 100 - amount
