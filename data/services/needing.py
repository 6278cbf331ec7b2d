"""What an incident needs, as somebody states it: read strictly, and shown with its template."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime
from math import isfinite
from typing import Any

from data.domain.capabilities import CAPABILITIES
from data.domain.clock import aware
from data.domain.depot import Item
from data.domain.incident import Incident
from data.domain.needs import needs_of, supplies_of, weight_of
from data.domain.situation import Situation
from data.errors import Invalid

MOST_ROWS = 60
MOST = 1e9
_NEED = frozenset({"capability", "amount", "unit", "by", "people_equivalent", "assumption"})
_SUPPLY = frozenset({"item", "amount", "unit", "by", "name", "assumption"})


def checked_needs(rows: Any) -> list[dict[str, Any]]:
    """Capabilities wanted: {capability, amount, by?, people_equivalent?}, each one sound.

    Raises
    ------
    Invalid
        Naming what is wrong: an unknown capability, an amount that is none, a time gone wrong.
    """
    found = []
    for row in _rows(rows, "needs", _NEED):
        name = row.get("capability")
        if name not in CAPABILITIES:
            words = "、".join(CAPABILITIES)
            raise Invalid.field("needs", f"没有专业能力“{name}”", f"可选：{words}")
        unit = row.get("unit")
        if unit and unit != CAPABILITIES[name].unit:
            raise Invalid.field(
                "needs", f"{name}的单位不是“{unit}”", f"请按{CAPABILITIES[name].unit}填写"
            )
        worth = row.get("people_equivalent")
        if worth is not None and not (_number(worth) and 0 <= worth <= MOST):
            raise Invalid.field("needs", f"{name}的折合人数 {worth} 有误", "请填不小于 0 的数")
        found.append(_sound(row, "needs", str(name)))
    return found


def checked_supplies(rows: Any) -> list[dict[str, Any]]:
    """Items wanted, by id or name: {item, amount, by?}, each one sound but for the catalogue.

    Raises
    ------
    Invalid
        Naming what is wrong.
    """
    found = []
    for row in _rows(rows, "supplies", _SUPPLY):
        name = row.get("item")
        if not isinstance(name, str) or not name.strip():
            raise Invalid.field("supplies", "未填物资品类", "请从品类表中选择")
        found.append(_sound(row, "supplies", name))
    return found


def known_items(rows: Iterable[Mapping[str, Any]], items: Mapping[str, Item]) -> None:
    """Refuse an item that is not in the catalogue, by id or by name.

    Raises
    ------
    Invalid
        Naming the first unknown one.
    """
    names = {item.name for item in items.values()}
    for row in rows:
        if row["item"] not in items and row["item"] not in names:
            raise Invalid.field("supplies", f"没有物资品类“{row['item']}”", "请从品类表中选择")


def stated(situation: Situation, incident: Incident) -> dict[str, Any]:
    """An incident's needs as they stand, beside what its template says, for a form.

    `stated` says whether somebody stated them; storing empty lists goes back to the template.
    """
    bare = replace(incident, needs=(), supply_needs=())
    units = {item.name: item.unit for item in situation.items.values()}
    units |= {item.id: item.unit for item in situation.items.values()}
    return {
        "incident": incident.id, "version": incident.version, "weight": weight_of(incident),
        "stated": {"needs": bool(incident.needs), "supplies": bool(incident.supply_needs)},
        "needs": [_with_unit(n) for n in needs_of(incident)],
        "supplies": [{**s, "unit": units.get(s["item"])} for s in supplies_of(incident)],
        "template": {
            "needs": [_with_unit(n) for n in needs_of(bare)], "supplies": supplies_of(bare),
        },
        "capabilities": [
            {"id": c.id, "unit": c.unit, "people": c.people} for c in CAPABILITIES.values()
        ],
        "items": [
            {"id": i.id, "name": i.name, "unit": i.unit} for i in situation.items.values()
        ],
    }  # fmt: skip


def _with_unit(need: Mapping[str, Any]) -> dict[str, Any]:
    return {**need, "unit": CAPABILITIES[need["capability"]].unit}


def _rows(rows: Any, field: str, known: frozenset[str]) -> list[dict[str, Any]]:
    """A list of objects with known fields."""
    if not isinstance(rows, list | tuple):
        raise Invalid.field(field, "应为列表", "请按接口说明填写")
    if len(rows) > MOST_ROWS:
        raise Invalid.field(field, f"超过 {MOST_ROWS} 项", "请合并后填写")
    for row in rows:
        if not isinstance(row, Mapping):
            raise Invalid.field(field, "每项应为对象", "请按接口说明填写")
        for name in row.keys() - known:
            raise Invalid.field(field, f"没有字段“{name}”", f"可填：{'、'.join(sorted(known))}")
    return [dict(row) for row in rows]


def _sound(row: dict[str, Any], field: str, label: str) -> dict[str, Any]:
    """The row when its amount and its time make sense."""
    amount = row.get("amount")
    if not (_number(amount) and 0 < float(amount or 0) <= MOST):
        raise Invalid.field(field, f"{label}的数量 {amount} 有误", "请填大于 0 的数")
    by = row.get("by")
    if _number(by) and by is not None and by < 0:
        raise Invalid.field(field, f"{label}的期限 {by:g} 分钟为负", "请填不小于 0 的分钟数或时刻")
    if by is not None and not _number(by):
        _instant(by, field, label)
    return row


def _number(value: Any) -> bool:
    plain = isinstance(value, int | float) and not isinstance(value, bool)
    return plain and isfinite(value)


def _instant(value: Any, field: str, label: str) -> datetime:
    """A point in time with its offset."""
    try:
        return aware(value if isinstance(value, datetime) else datetime.fromisoformat(value))
    except (TypeError, ValueError) as error:
        raise Invalid.field(
            field, f"{label}的期限“{value}”有误", "请填分钟数，或带时区的时刻"
        ) from error
