"""盘点: counts are entered against the book, and differences are booked once confirmed."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from data.domain.depot import Depot, Lot
from data.domain.messages import stock as m
from data.domain.org import Permission
from data.domain.stock import PRECISION, Count, MovementKind, Stocktake, TakeState
from data.errors import Conflict, Forbidden, IllegalMove, Invalid
from data.services import checks
from data.services.tools import Tools
from data.store.stock_book import Why, book
from data.store.unit_of_work import Unit


def _own(unit: Unit, tools: Tools, depot_id: str) -> Depot:
    unit.actor.require(Permission.SUPPLY)
    depot = unit.get(Depot, depot_id)
    if not tools.areas.covers(unit.actor.org, depot.area_code):
        raise Forbidden(f"{depot.name} 不属本辖区，由其主管单位盘点")
    return depot


def open_stocktake(unit: Unit, command: m.OpenStocktake, tools: Tools) -> dict[str, Any]:
    """Begin a stock-taking of a depot; one at a time.

    Raises
    ------
    Conflict
        When one is under way; it names who began it.
    Invalid, NotFound, Forbidden
    """
    depot = _own(unit, tools, command.depot_id)
    under_way = unit.find(Stocktake, depot_id=depot.id, state=TakeState.OPEN.value)
    if under_way:
        raise Conflict(
            f"{depot.name} 正在盘点（{under_way[0].id}，{under_way[0].opened_by} 开始），"
            "请先确认或作废"
        )
    take = unit.put(
        Stocktake(
            id=unit.next_id("stocktake"), depot_id=depot.id, opened_at=unit.now,
            opened_by=unit.actor.name, note=command.note.strip(), origin=depot.origin,
            counts=_counted(unit, depot, (), command.counts),
        )
    )  # fmt: skip
    unit.tell(f"开始盘点：{depot.name}（{take.id}）", area=depot.area_code)
    return {"stocktake": take, "differing": take.differing}


def count_lots(unit: Unit, command: m.CountLots, tools: Tools) -> dict[str, Any]:
    """Enter or correct counts; nothing is booked yet."""
    unit.actor.require(Permission.SUPPLY)
    take = _open(unit, command.stocktake_id)
    depot = _own(unit, tools, take.depot_id)
    counts = _counted(unit, depot, take.counts, command.counts)
    kept = unit.put(replace(take, counts=counts), expect=command.expect_version)
    unit.tell(
        f"盘点录入：{depot.name} {len(command.counts)} 批，差异 {len(kept.differing)} 批",
        area=depot.area_code,
    )
    return {"stocktake": kept, "differing": kept.differing}


def close_stocktake(unit: Unit, command: m.CloseStocktake, tools: Tools) -> dict[str, Any]:
    """Book the differences of a stock-taking, or cancel it.

    Raises
    ------
    Conflict
        When a lot has moved since it was counted, or less was found than is promised.
    Invalid, IllegalMove, NotFound, Forbidden
        A difference without a reason; not under way.
    """
    unit.actor.require(Permission.SUPPLY)
    take = _open(unit, command.stocktake_id)
    depot = _own(unit, tools, take.depot_id)
    if command.how == TakeState.CONFIRMED.value:
        if not take.counts:
            raise Invalid.field("counts", "还没有录入盘点数", "请先录入，或作废本次盘点")
        for count in take.differing:
            _book(unit, take, count, command.reason.strip())
    else:
        checks.required(command.reason, "reason", "作废理由", "请写明为何作废")
    kept = unit.put(
        replace(
            take, state=TakeState(command.how).value, closed_at=unit.now,
            closed_by=unit.actor.name, note=command.reason.strip() or take.note,
        )
    )  # fmt: skip
    unit.tell(
        f"盘点{TakeState(command.how).word}：{depot.name}（{take.id}），"
        f"盘 {len(take.counts)} 批，差异 {len(take.differing)} 批",
        area=depot.area_code,
    )
    return {"stocktake": kept}


def _open(unit: Unit, stocktake_id: str) -> Stocktake:
    take = unit.get(Stocktake, stocktake_id)
    if take.state != TakeState.OPEN.value:
        raise IllegalMove(f"盘点 {take.id} {TakeState(take.state).word}，不能再改")
    return take


def _counted(
    unit: Unit, depot: Depot, before: Iterable[Count], entered: Iterable[m.Counted]
) -> tuple[Count, ...]:
    """The counts with the entered ones added or replaced, against the book as it stands."""
    kept = {c.lot_id: c for c in before}
    for n, row in enumerate(entered):
        lot = unit.get(Lot, row.lot)
        if lot.depot_id != depot.id:
            raise Invalid.field(f"counts.{n}.lot", f"批次 {row.lot} 不在{depot.name}", "请核对批次")
        checks.amount(row.counted, f"counts.{n}.counted", f"批次 {row.lot} 盘点数")
        kept[lot.id] = Count(
            lot_id=lot.id, booked=lot.on_hand, counted=round(row.counted, PRECISION),
            reason=row.reason.strip(),
        )  # fmt: skip
    return tuple(kept[key] for key in sorted(kept))


def _book(unit: Unit, take: Stocktake, count: Count, reason: str) -> None:
    """Book one difference, provided the book still says what it said at the count."""
    lot = unit.get(Lot, count.lot_id)
    if lot.on_hand != count.booked:
        raise Conflict(
            f"批次 {lot.id} 盘点后有出入库（盘点时账面 {count.booked:g}，现为 {lot.on_hand:g}），"
            "请重新盘点该批次"
        )
    said = checks.required(
        count.reason or reason, "reason", "差异原因", f"批次 {lot.id} 有差异，请写明原因"
    )
    why = Why(kind=MovementKind.COUNT, reason=f"{take.id} {said}")
    book(unit, lot.id, why, amount=count.difference)
