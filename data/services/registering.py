"""Registering: teams completed by hand, and imported or reference things kept up to date."""

from __future__ import annotations

from collections import Counter
from dataclasses import fields, replace
from typing import Any, cast

from data.domain.capabilities import CAPABILITIES
from data.domain.contingency import Contingency
from data.domain.depot import Depot, Lot
from data.domain.directory import Contact
from data.domain.dispatch import Assignment
from data.domain.messages import CompleteTeam, StoreRows
from data.domain.org import PROVINCE, Permission
from data.domain.registry import KIND_OF
from data.domain.sensor import Sensor
from data.domain.shift import Shift
from data.domain.source import RiskSource
from data.domain.stock import MovementKind, Supplier
from data.domain.team import Team, TeamState
from data.errors import Conflict, Invalid, NotFound
from data.services import checks
from data.services.tools import Tools
from data.store.stock_book import Why, book
from data.store.unit_of_work import Unit

_IDLE = (TeamState.STANDBY, TeamState.OFF_DUTY, TeamState.UNPLANNABLE)
_UNATTENDED = ("system", "connector")  # who brings things without a person looking at them
KIND_WORDS = {
    "force": "上级力量", "team": "队伍", "depot": "储备库", "item": "物资品类", "lot": "批次",
    "sensor": "监测点", "source": "风险源", "contingency": "应急预案",
    "contact": "通讯录", "shift": "班次", "supplier": "产能和供应单位",
}  # fmt: skip
# What reference and import may keep; what happened is never imported.
KEPT = frozenset(KIND_WORDS)


def complete_team(unit: Unit, command: CompleteTeam, tools: Tools) -> dict[str, Any]:
    """Fill in or correct a team; while it is bound only its contact may change."""
    unit.actor.require(Permission.IMPORT)
    team = unit.get(Team, command.team_id)
    tools.areas.require(unit.actor.org, [team.area_code] if team.area_code else [])
    changed = _asked(command, team, tools)
    bound = [a for a in unit.find(Assignment, team_id=team.id) if a.active]
    if bound and (set(changed) - {"contact"} or command.off_duty is not None):
        raise Conflict(
            f"{team.name}正在执行任务（{bound[0].id} {bound[0].state.word}），"
            "现在只能修改联系方式；归队后再改人数、位置和能力"
        )
    updated = replace(team, **changed)
    if not bound:
        updated = replace(updated, state=_state(updated, command.off_duty))
    if updated == team:
        return {"team": team}
    updated = unit.put(updated, expect=command.expect_version)
    gaps = "、".join(updated.missing_fields)
    unit.tell(
        f"队伍资料：{team.name} 更新，{updated.state.word}{f'（还缺{gaps}）' if gaps else ''}",
        area=team.area_code,
    )
    return {"team": updated, "missing": updated.missing_fields}


def _asked(command: CompleteTeam, team: Team, tools: Tools) -> dict[str, Any]:
    """The fields a command changes, checked."""
    checks.amount(command.people, "people", "人数")
    if command.lon is not None or command.lat is not None:
        checks.place_area(tools, command.lon, command.lat, None)
    for name, amount in (command.provides or {}).items():
        if name not in CAPABILITIES:
            known = "、".join(CAPABILITIES)
            raise Invalid.field("provides", f"没有“{name}”这项专业能力", f"请从中选择：{known}")
        checks.amount(amount, "provides", name)
    names = ("people", "lon", "lat", "provides", "contact")
    asked = {n: v for n in names if (v := getattr(command, n)) is not None}
    changed = {n: v for n, v in asked.items() if getattr(team, n) != v}
    if {"lon", "lat"} & set(changed):
        changed |= {"coord_is_stand_in": False, "coord_source": command.source or "人工填报"}
    if changed and command.source and command.source not in team.source:
        changed["source"] = "；".join(x for x in (team.source, command.source) if x)
    return changed


def _state(team: Team, off_duty: bool | None) -> TeamState:
    """Where a team that is bound to nothing stands."""
    if not team.plannable:
        return TeamState.UNPLANNABLE
    if off_duty is not None:
        return TeamState.OFF_DUTY if off_duty else TeamState.STANDBY
    return TeamState.STANDBY if team.state == TeamState.UNPLANNABLE else team.state


def store_rows(unit: Unit, command: StoreRows, tools: Tools) -> dict[str, Any]:
    """Make things or bring them up to date; what is unchanged is not written again."""
    unit.actor.require(Permission.IMPORT)
    counted: Counter[str] = Counter()
    made = changed = same = 0
    for thing in command.things:
        kind = KIND_OF.get(type(thing), "")
        if kind not in KEPT:
            raise Invalid.field(
                "things", "这类记录不能导入", "只能导入队伍、储备库、批次和风险源等"
            )
        _require_area(unit, thing, tools)
        held = _held(unit, thing)
        kept = _reconciled(unit, thing, held)
        if held is not None and kept == held:
            same += 1
            continue
        unit.put(_booked(unit, kept, held, command.what))
        counted[kind] += 1
        made, changed = (made + 1, changed) if held is None else (made, changed + 1)
    if counted and not command.quiet:
        said = "、".join(f"{KIND_WORDS[k]} {n}" for k, n in counted.items())
        unit.tell(f"载入{command.what}：{said}（新增 {made}，更新 {changed}）")
    return {"made": made, "changed": changed, "unchanged": same}


def _booked(unit: Unit, kept: Any, held: Any, what: str) -> Any:
    """The thing to keep, a lot's changed stock booked as a movement first."""
    if not isinstance(kept, Lot) or held is None or kept.on_hand == held.on_hand:
        return kept
    if (kept.item_id, kept.depot_id) != (held.item_id, held.depot_id):
        raise Invalid.field("lot", f"批次 {kept.id} 已属另一品类或储备库", "请换一个批次编号")
    why = Why(kind=MovementKind.IMPORT, reason=what)
    return replace(
        kept, version=book(unit, kept.id, why, amount=kept.on_hand - held.on_hand).version
    )


def _require_area(unit: Unit, thing: Any, tools: Tools) -> None:
    """A thing outside the actor's area is not his to import."""
    if unit.actor.org == PROVINCE:
        return
    code = getattr(thing, "area_code", None)
    if isinstance(thing, Lot):
        code = unit.get(Depot, thing.depot_id).area_code
    tools.areas.require(unit.actor.org, [code] if code else [])


def _held(unit: Unit, thing: Any) -> Any:
    """The thing as it is kept now, None when it is new."""
    try:
        return unit.get(type(thing), thing.id)
    except NotFound:
        return None


def _reconciled(unit: Unit, thing: Any, held: Any) -> Any:
    """The thing to keep: what the center knows better than a file is not lost.

    A blank in the file leaves what people filled in; a team keeps the state it is in; a lot keeps
    what is promised of it, and the shipped reference never resets stock that has moved.
    """
    if held is None:
        return thing
    if isinstance(held, Contingency) and held.editions:
        return held  # people have revised it; the shipped sample never takes its place
    if isinstance(held, Shift | Contact | Supplier):
        return held  # what people did with it since stands
    merged = replace(thing, version=held.version)
    if isinstance(merged, Team):
        return _team(merged, held, seeded=unit.actor.role == "system")
    if isinstance(merged, Sensor | RiskSource):
        return _watched(merged, held, by=unit.actor.role)
    if isinstance(merged, Lot):
        seeded = unit.actor.role == "system"
        on_hand = held.on_hand if seeded else merged.on_hand
        if on_hand < held.reserved:
            raise Invalid.field(
                "on_hand", f"批次 {held.id} 已预留 {held.reserved:g}，库存不能少于此数",
                "请先办结相关调拨单",
            )  # fmt: skip
        if seeded:  # what keepers corrected stays corrected
            merged = replace(merged, batch=held.batch, expires=held.expires, keep=held.keep)
        return replace(
            merged, on_hand=on_hand, reserved=held.reserved,
            condition=merged.condition or held.condition,
        )  # fmt: skip
    return merged


def _watched(new: Sensor | RiskSource, held: Any, *, by: str) -> Any:
    """A sensor or source of a file over the one kept: a blank leaves what people filled in.

    Neither the shipped reference nor another body's push takes back a level that people set.
    """
    merged = _filled(new, held)
    if new.lon is None:  # the place kept is as good as it was
        merged = replace(merged, coord_is_stand_in=held.coord_is_stand_in)
    if isinstance(new, RiskSource):
        return replace(merged, neighbours=_filled(new.neighbours, held.neighbours))
    named = {t.level for t in new.thresholds}
    keep = {t.level for t in held.thresholds if t.set_by} if by in _UNATTENDED else set()
    if by != "system":
        keep |= {t.level for t in held.thresholds} - named
    kept = (t for t in held.thresholds if t.level in keep)
    levels = (*(t for t in new.thresholds if t.level not in keep), *kept)
    return replace(merged, thresholds=levels)


def _filled(new: Any, held: Any) -> Any:
    """The new with what it leaves blank as it is held."""
    blank = [f.name for f in fields(new) if getattr(new, f.name) in (None, "", ())]
    return replace(new, **{name: getattr(held, name) for name in blank})


def _team(new: Team, held: Team, *, seeded: bool) -> Team:
    """A team of a file over the one kept: the shipped reference only fills blanks."""
    first, second = (held, new) if seeded else (new, held)
    values = {
        f.name: _or(getattr(first, f.name), getattr(second, f.name))
        for f in fields(Team)
        if f.name not in {"state", "version", "coord_is_stand_in", "provides"}
    }
    stand_in = first.coord_is_stand_in if first.lon is not None else second.coord_is_stand_in
    merged = replace(
        held, **cast("dict[str, Any]", values), coord_is_stand_in=stand_in,
        provides=first.provides or second.provides,
    )  # fmt: skip
    if held.state in _IDLE:
        return replace(merged, state=_state(merged, None))
    return merged


def _or(first: object, second: object) -> object:
    """The first when it says anything, else the second."""
    return second if first is None or first == "" else first
