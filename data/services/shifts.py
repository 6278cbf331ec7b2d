"""Keeps the roster: who sits when, and who takes over first."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from data.domain.clock import aware
from data.domain.messages import Command
from data.domain.messages import shifts as m
from data.domain.org import Permission
from data.domain.people import Person, phone_ok
from data.domain.shift import Shift, ShiftState, on_duty
from data.errors import CenterError, Conflict, Invalid, NotFound
from data.services import checks, handing_over, wording
from data.services.bus import Handler
from data.services.tools import Tools
from data.store.unit_of_work import Unit

LONGEST_SHIFT = timedelta(hours=72)
MOST_ROWS = 400


def add_shift(unit: Unit, command: m.AddShift, _tools: Tools) -> dict[str, Any]:
    """Put a shift into one's own duty room's roster."""
    unit.actor.require(Permission.SHIFT)
    row = m.RosterRow(
        starts_at=command.starts_at, ends_at=command.ends_at, chief=command.chief,
        officers=command.officers, note=command.note,
    )  # fmt: skip
    kept = unit.put(_shift(unit, row, unit.find(Shift, org=unit.actor.org)))
    unit.tell(f"排班 {_span(kept)}：{_people(kept)}", area=kept.org)
    return {"shift": kept}


def edit_shift(unit: Unit, command: m.EditShift, _tools: Tools) -> dict[str, Any]:
    """Change a shift; who is on duty may be changed (换班) with the reason."""
    unit.actor.require(Permission.SHIFT)
    shift = own_shift(unit, command.shift_id)
    if shift.state in (ShiftState.OFF, ShiftState.CANCELLED):
        shift.moved(ShiftState.ON)  # says why not
    if shift.state == ShiftState.ON:
        checks.required(command.reason, "reason", "换班理由", "在岗班次换人换时要写明理由")
    row = m.RosterRow(
        starts_at=command.starts_at or shift.starts_at or unit.now,
        ends_at=command.ends_at or shift.ends_at or unit.now,
        chief=shift.chief if command.chief is None else command.chief,
        officers=shift.officers if command.officers is None else command.officers,
        note=shift.note if command.note is None else command.note,
    )  # fmt: skip
    others = [s for s in unit.find(Shift, org=shift.org) if s.id != shift.id]
    new = _shift(unit, row, others, known=shift)
    kept = unit.put(new, expect=command.expect_version)
    reason = f"（{command.reason.strip()}）" if command.reason.strip() else ""
    unit.tell(f"调班 {_span(kept)}：{_people(kept)}{reason}", area=kept.org)
    return {"shift": kept}


def cancel_shift(unit: Unit, command: m.CancelShift, _tools: Tools) -> dict[str, Any]:
    """Strike a planned shift, with the reason."""
    unit.actor.require(Permission.SHIFT)
    shift = own_shift(unit, command.shift_id)
    reason = checks.required(command.reason, "reason", "撤销理由", "请写明为何撤销此班次")
    kept = unit.put(replace(shift.moved(ShiftState.CANCELLED), note=reason))
    unit.tell(f"撤销班次 {_span(kept)}：{reason}", area=kept.org)
    return {"shift": kept}


def store_roster(unit: Unit, command: m.StoreRoster, _tools: Tools) -> dict[str, Any]:
    """Take a whole roster over, all or nothing."""
    unit.actor.require(Permission.SHIFT)
    if not 0 < len(command.rows) <= MOST_ROWS:
        raise Invalid.field("rows", f"排班表有 {len(command.rows)} 行", f"请填 1 到 {MOST_ROWS} 行")
    held = {s.id: s for s in unit.find(Shift, org=unit.actor.org)}
    made: list[Shift] = []
    for number, row in enumerate(command.rows):
        known = next(
            (s for s in held.values()
             if s.starts_at == row.starts_at and s.state == ShiftState.PLANNED), None,
        )  # fmt: skip
        others = [s for s in held.values() if known is None or s.id != known.id]
        try:
            kept = unit.put(_shift(unit, row, others, known=known))
        except Invalid as error:
            raise _row_of(error, number) from error
        held[kept.id] = kept
        made.append(kept)
    unit.tell(f"导入排班表 {len(made)} 个班次", area=unit.actor.org)
    return {"shifts": made}


def start_shift(unit: Unit, command: m.StartShift, _tools: Tools) -> dict[str, Any]:
    """Take over where no shift is on; otherwise a handover is needed."""
    unit.actor.require(Permission.SHIFT)
    shift = own_shift(unit, command.shift_id)
    now_on = on_duty(unit.find(Shift, org=shift.org), shift.org)
    if now_on is not None:
        raise Conflict(f"{_people(now_on)}班正在岗，请办理交接班，逐项接收后接班")
    by = handing_over.one_of(shift, command.by)
    kept = unit.put(replace(shift.moved(ShiftState.ON), took_at=unit.now))
    unit.tell(f"{by}接班（此前无在岗班次）：{_people(kept)}", area=kept.org)
    return {"shift": kept}


def own_shift(unit: Unit, shift_id: str) -> Shift:
    """A shift of the actor's own duty room.

    Raises
    ------
    NotFound
        Another room's roster is its own.
    """
    shift = unit.get(Shift, shift_id)
    if shift.org != unit.actor.org:
        raise NotFound("不是本值班室的班次")
    return shift


def _shift(
    unit: Unit, row: m.RosterRow, others: Iterable[Shift], known: Shift | None = None
) -> Shift:
    """A shift of a row, checked against the others of the room."""
    starts, ends = _instant(row.starts_at, "starts_at"), _instant(row.ends_at, "ends_at")
    if ends <= starts:
        raise Invalid.field("ends_at", "下班时间不晚于上班时间", "跨日的班次请写次日日期")
    if ends - starts > LONGEST_SHIFT:
        raise Invalid.field("ends_at", "班次超过 72 小时", "请分成几个班次")
    if known is None and ends <= unit.now:
        raise Invalid.field("ends_at", "班次已经过去", "请填写现在或将来的班次")
    hit = next((s for s in others if s.meets(starts, ends)), None)
    if hit is not None:
        raise Invalid.field("starts_at", f"与班次 {_span(hit)} 重叠", "请调整时间，或先改那一班")
    if row.chief is None or not row.chief.name.strip():
        raise Invalid.field("chief", "未填写带班领导", "请填写带班领导姓名")
    if not row.officers:
        raise Invalid.field("officers", "未填写值班员", "请至少填一名值班员，多人用顿号隔开")
    for field, people in (("chief", (row.chief,)), ("officers", row.officers)):
        for person in people:
            _phone(person, field)
    base = known or Shift(id=unit.next_id("shift"), org=unit.actor.org)
    return replace(
        base, starts_at=starts, ends_at=ends, chief=row.chief, officers=row.officers, note=row.note
    )


def _instant(at: datetime, field: str) -> datetime:
    try:
        return aware(at)
    except ValueError as error:
        raise Invalid.field(field, "时间有误", str(error)) from error


def _phone(person: Person, field: str) -> None:
    if person.phone and not phone_ok(person.phone):
        raise Invalid.field(field, f"电话“{person.phone}”不能拨打", "只填数字、区号和分机")


def _row_of(error: CenterError, number: int) -> Invalid:
    """The same refusal, naming the row (counted from 1) of the roster."""
    first = error.errors[0]
    return Invalid.field(
        f"rows.{number}.{first['field']}", f"第 {number + 1} 班：{first['message']}",
        first["remedy"],
    )  # fmt: skip


def _span(shift: Shift) -> str:
    if shift.starts_at is None or shift.ends_at is None:
        return shift.id
    return f"{wording.clock_time(shift.starts_at)}—{wording.clock_time(shift.ends_at)}"


def _people(shift: Shift) -> str:
    led = f"带班 {shift.chief.name}" if shift.chief else ""
    sits = "、".join(p.name for p in shift.officers)
    return "，".join(x for x in (led, f"值班 {sits}" if sits else "") if x)


HANDLERS: Mapping[type[Command], Handler] = {
    m.AddShift: add_shift,
    m.EditShift: edit_shift,
    m.CancelShift: cancel_shift,
    m.StoreRoster: store_roster,
    m.StartShift: start_shift,
    **handing_over.HANDLERS,
}
