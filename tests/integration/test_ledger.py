"""The supplies ledger on both engines: every step booked, never below zero, by one's own depot."""

from __future__ import annotations

from dataclasses import replace
from typing import NamedTuple

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from data.domain.dispatch import TransferState
from data.domain.messages import AdvanceTransfer, IssueDispatch, StoreRows, WantedLot
from data.domain.messages import stock as m
from data.domain.org import SYSTEM, Actor
from data.domain.stock import MovementKind, summed
from data.errors import CenterError, Conflict, Forbidden, IllegalMove, Invalid, NotFound
from tests.integration.plan_world import DUTY, LEADER, incidents, opened, seen

KEEPER = Actor.of("keeper", "keeper", "420100", "周保管")
ELSEWHERE = Actor.of("keeper.4208", "keeper", "420800", "郑保管")


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def world(request, tmp_path_factory):
    """A center with two incidents, on either engine."""
    server = request.getfixturevalue("postgres_url") if request.param == "postgresql" else None
    with opened(tmp_path_factory.mktemp("ledger"), server) as center:
        yield center


def _lot(world, area="420100"):
    """A lot of a depot of an area that has much to give."""
    held = seen(world)
    lots = (x for x in held.lots.values() if held.depots[x.depot_id].area_code == area)
    return max(lots, key=lambda x: (x.free, x.id))


def _order(world, lot, amount):
    wanted = (WantedLot(lot=lot.id, incident=incidents(world)[0], amount=amount),)
    made = world.handle(IssueDispatch(transfers=wanted), DUTY)
    return made.body["transfers"][0]["id"]


def _agrees(world, lot_id):
    """The sum of a lot's movements is its stock, and what is out is what transfers say."""
    held = seen(world)
    lot = held.lots[lot_id]
    lines = [x for x in held.movements.values() if x.lot_id == lot_id]
    sums = summed(lines)
    if lines:
        assert (sums.amount, sums.held) == (
            pytest.approx(lot.on_hand, abs=1e-5), pytest.approx(lot.reserved, abs=1e-5),
        )  # fmt: skip
    out = sum(
        t.amount if t.state == TransferState.SHIPPED else t.at_scene
        for t in held.transfers.values()
        if t.lot_id == lot_id
    )
    assert sums.out == pytest.approx(out, abs=1e-5)
    assert 0 <= lot.reserved <= lot.on_hand
    balance = held_back = 0.0
    for line in sorted(lines, key=lambda x: x.id):
        balance, held_back = balance + line.amount, held_back + line.held
        assert line.balance == pytest.approx(balance, abs=1e-5)
        assert line.balance_held == pytest.approx(held_back, abs=1e-5)
        assert balance >= -1e-6
    return sums


def test_a_transfer_is_booked_from_order_to_settlement(world):
    """Reserve, approve, pick, ship, receive short with a reason, use, return: each a line."""
    lot = _lot(world)
    key = _order(world, lot, 10)
    world.handle(m.ApproveTransfer(transfer_id=key, words="同意"), LEADER)
    world.handle(m.PickTransfer(transfer_id=key), KEEPER)
    world.handle(
        m.ShipTransfer(transfer_id=key, plate="鄂a00001", driver="演练司机", route="沪渝高速"),
        KEEPER,
    )
    with pytest.raises(Invalid, match="差异原因"):
        world.handle(m.ReceiveTransfer(transfer_id=key, amount=8), DUTY)
    world.handle(m.ReceiveTransfer(transfer_id=key, amount=8, reason="途中破损"), DUTY)
    with pytest.raises(Invalid, match="只剩 8"):
        world.handle(m.UseTransfer(transfer_id=key, amount=9), DUTY)
    world.handle(m.UseTransfer(transfer_id=key, amount=5), DUTY)
    with pytest.raises(Forbidden, match="不属本辖区"):
        world.handle(
            m.ReturnTransfer(transfer_id=key, amount=3), Actor.of("duty.421127", "duty", "421127")
        )
    done = world.handle(m.ReturnTransfer(transfer_id=key, amount=3, words="完好"), KEEPER)
    assert done.body["state"] == "settled"
    now = seen(world)
    lines = [x for x in now.movements.values() if x.transfer_id == key]
    kinds = [x.kind.value for x in sorted(lines, key=lambda x: x.id)]
    assert kinds == ["reserve", "approve", "pick", "ship", "receive", "consume", "return"]
    assert now.transfers[key].carriage.plate == "鄂A00001"
    assert [s.what for s in now.transfers[key].steps][:4] == ["下达", "审批", "备货", "发运"]
    assert now.lots[lot.id].on_hand == lot.on_hand - 7
    assert _agrees(world, lot.id).out == 0
    with pytest.raises(IllegalMove):
        world.handle(AdvanceTransfer(transfer_id=key, to="cancelled"), DUTY)


def test_a_keeper_works_only_the_depots_of_its_area(world):
    """Another prefecture's keeper neither sees nor moves it; a keeper never cancels an order."""
    lot = _lot(world)
    key = _order(world, lot, 1)
    for command in (
        m.ShipTransfer(transfer_id=key), m.PickTransfer(transfer_id=key),
        m.WriteOff(lot_id=lot.id, amount=1, reason="过期"),
        m.OpenStocktake(depot_id=lot.depot_id),
        m.TakeIn(lot_id=lot.id, amount=1, reason="采购"),
    ):  # fmt: skip
        with pytest.raises((Forbidden, NotFound)):
            world.handle(command, ELSEWHERE)
    with pytest.raises(Forbidden):
        world.handle(AdvanceTransfer(transfer_id=key, to="cancelled"), KEEPER)
    world.handle(AdvanceTransfer(transfer_id=key, to="cancelled"), DUTY)
    assert _agrees(world, lot.id).held == lot.reserved


def test_what_is_promised_is_not_written_off(world):
    """A write-off or a count below what is promised is refused and books nothing."""
    lot = _lot(world)
    key = _order(world, lot, lot.free)
    before = seen(world)
    with pytest.raises(Conflict, match="预留"):
        world.handle(m.WriteOff(lot_id=lot.id, amount=lot.on_hand, reason="受潮"), KEEPER)
    after = seen(world)
    assert (after.lots, after.movements) == (before.lots, before.movements)
    world.handle(AdvanceTransfer(transfer_id=key, to="cancelled"), DUTY)


def test_stock_taking_books_only_what_is_confirmed(world):
    """Differences are listed first; a lot that moved since is counted again; then it is booked."""
    lot = _lot(world)
    found = (m.Counted(lot=lot.id, counted=lot.on_hand - 4),)
    take = world.handle(m.OpenStocktake(depot_id=lot.depot_id, counts=found), KEEPER).body
    key = take["stocktake"]["id"]
    assert take["differing"][0]["counted"] == lot.on_hand - 4
    assert seen(world).lots[lot.id].on_hand == lot.on_hand
    with pytest.raises(Conflict, match="正在盘点"):
        world.handle(m.OpenStocktake(depot_id=lot.depot_id), KEEPER)
    world.handle(m.TakeIn(lot_id=lot.id, amount=2, reason="演练补库"), KEEPER)
    with pytest.raises(Conflict, match="重新盘点"):
        world.handle(m.CloseStocktake(stocktake_id=key, reason="短少"), KEEPER)
    world.handle(m.CountLots(stocktake_id=key, counts=found), KEEPER)
    with pytest.raises(Invalid, match="差异原因"):
        world.handle(m.CloseStocktake(stocktake_id=key), KEEPER)
    world.handle(m.CloseStocktake(stocktake_id=key, reason="出库漏登"), KEEPER)
    assert seen(world).lots[lot.id].on_hand == lot.on_hand - 4
    _agrees(world, lot.id)
    with pytest.raises(IllegalMove):
        world.handle(m.CloseStocktake(stocktake_id=key), KEEPER)


def test_an_import_that_changes_stock_is_a_movement(world):
    """A table read in again does not change stock behind the ledger's back."""
    lot = _lot(world, "420500")
    again = replace(lot, on_hand=lot.on_hand + 9, version=0)
    world.handle(StoreRows(what="批次表", things=(again,)), DUTY)
    held = seen(world).movements.values()
    lines = sorted((x for x in held if x.lot_id == lot.id), key=lambda x: x.id)
    assert [x.kind for x in lines] == [MovementKind.OPENING, MovementKind.IMPORT]
    assert _agrees(world, lot.id).amount == lot.on_hand + 9


STEPS = st.lists(
    st.tuples(
        st.sampled_from(
            ["order", "order", "pair", "approve", "pick", "ship", "receive", "use", "return",
             "cancel", "in", "loss", "count"]
        ),
        st.integers(0, 1), st.integers(0, 3), st.integers(1, 60),
    ),
    min_size=4, max_size=16,
)  # fmt: skip


@settings(
    max_examples=24, deadline=None, derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)  # fmt: skip
@given(steps=STEPS)
def test_any_interleaving_keeps_the_sum_of_movements(world, steps):
    """Two lots of one item in two depots, asked for in any order, refused or not.

    Of each lot and of both together Σ movements = stock and what is out is what transfers say;
    neither is ever negative, and an order of both that one cannot fill takes nothing of the other.
    """
    item = next(iter(seen(world).items))
    lots = [_made(world, item, area) for area in ("420100", "420500")]
    keys: list[str] = []
    for what, lot, which, amount in steps:
        before = _taken(world, lots)
        try:
            _step(world, lots, keys, _Asked(what, lots[lot], which, amount))
        except CenterError:
            assert what == "count" or _taken(world, lots) == before
    sums = [_agrees(world, lot) for lot in lots]
    held = seen(world).lots
    assert sum(x.amount for x in sums) == pytest.approx(sum(held[k].on_hand for k in lots))
    assert sum(x.held for x in sums) == pytest.approx(sum(held[k].reserved for k in lots))


def _made(world, item, area):
    """A new lot of an item in a depot of an area."""
    made = world.handle(
        m.TakeIn(depot_id=_lot(world, area).depot_id, item_id=item, amount=100, reason="演练补库"),
        SYSTEM,
    )
    return made.body["lot"]["id"]


def _taken(world, lots):
    """What lies in the lots and what of it is promised."""
    held = seen(world).lots
    return [(held[k].on_hand, held[k].reserved) for k in lots]


class _Asked(NamedTuple):
    """One step: what, of which lot or which of the transfers made so far, how much."""

    what: str
    lot: str
    which: int
    amount: int


def _step(world, lots, keys, asked):
    """One step of an interleaving."""
    what, lot, which, amount = asked
    if what in ("order", "pair") or not keys:
        wanted = lots if what == "pair" else [lot]
        order = IssueDispatch(transfers=tuple(
            WantedLot(lot=k, incident=incidents(world)[0], amount=amount) for k in wanted
        ))  # fmt: skip
        keys += [t["id"] for t in world.handle(order, DUTY).body["transfers"]]
        return
    if what == "count":
        _count(world, lot, amount)
        return
    key, have = keys[which % len(keys)], seen(world).lots[lot].on_hand
    commands = {
        "approve": m.ApproveTransfer(transfer_id=key), "pick": m.PickTransfer(transfer_id=key),
        "ship": m.ShipTransfer(transfer_id=key),
        "receive": m.ReceiveTransfer(transfer_id=key, amount=amount, reason="短少"),
        "use": m.UseTransfer(transfer_id=key, amount=amount),
        "return": m.ReturnTransfer(transfer_id=key, amount=amount),
        "cancel": AdvanceTransfer(transfer_id=key, to="cancelled"),
        "in": m.TakeIn(lot_id=lot, amount=amount, reason="调入"),
        "loss": m.WriteOff(lot_id=lot, amount=min(amount, have + 1), reason="破损"),
    }  # fmt: skip
    world.handle(commands[what], SYSTEM)


def _count(world, lot, amount):
    """A stock-taking of one lot, confirmed, or given up where it cannot be."""
    counted = (m.Counted(lot=lot, counted=amount, reason="清点"),)
    depot = seen(world).lots[lot].depot_id
    take = world.handle(m.OpenStocktake(depot_id=depot, counts=counted), SYSTEM)
    number = take.body["stocktake"]["id"]
    try:
        world.handle(m.CloseStocktake(stocktake_id=number), SYSTEM)
    except CenterError:
        world.handle(
            m.CloseStocktake(stocktake_id=number, how="cancelled", reason="不成立"), SYSTEM
        )
        raise
