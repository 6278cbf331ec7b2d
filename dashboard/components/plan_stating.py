"""What an officer types into the needs box: read strictly, and turned into one command."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from math import isfinite
from typing import Any

from dashboard.components.due_field import read_due, read_minutes
from data.domain.clock import SHANGHAI
from data.domain.incident import Incident
from data.domain.messages import EditIncident
from data.domain.needs import needs_of, supplies_of
from data.errors import Invalid

BY_HINT = "如：90分、2小时、18:30"
Row = dict[str, Any]


def by_text(by: Any, now: datetime) -> str:
    """A time as it may be typed again: 120分, 18:30, 11-29 06:00."""
    if by is None:
        return ""
    if isinstance(by, int | float):
        return f"{by:g}分"
    at = by if isinstance(by, datetime) else datetime.fromisoformat(by)
    at, here = at.astimezone(SHANGHAI), now.astimezone(SHANGHAI)
    # a bare time that has passed would be read as tomorrow's
    bare = at.date() == here.date() and at > here
    return at.strftime("%H:%M" if bare else "%Y-%m-%d %H:%M")


def stated_text(row: Mapping[str, Any], part: str, now: datetime) -> str:
    """One field of a need as it is drawn: empty where nothing was said."""
    if part == "by":
        return by_text(row.get("by"), now)
    value = row.get(part)
    return "" if value is None else f"{float(value):.10g}"


def edit(incident: Incident, act: Mapping[str, Any], now: datetime) -> EditIncident | None:
    """The command for one field typed: the whole list with that row stated; None when equal.

    `act` is {kind: need or supply, key, part: amount, by or people_equivalent, text}. What was
    taken from a template stays marked as assumed but for the row that was typed; an amount of 0
    takes the row out.

    Raises
    ------
    Invalid
        When the text is no such thing, or no row would be left.
    """
    is_supply, name, rows = _rows(incident, act)
    key, part = str(act.get("key") or ""), str(act.get("part") or "amount")
    before = next((r for r in rows if str(r[name]) == key), None)
    value = _read(part, str(act.get("text") or ""), now)
    if before is None:
        raise Invalid.field(part, f"“{key}”已不在需求中", "请按现在的列表重填")
    if before.get(part) == value and not before.get("assumption"):
        return None
    stated = {k: v for k, v in {**before, part: value}.items() if k != "assumption"}
    if part == "amount" and value == 0:
        return _command(incident, is_supply, [r for r in rows if r is not before])
    told = {k: v for k, v in stated.items() if v is not None}
    return _command(incident, is_supply, [told if r is before else r for r in rows])


def add(incident: Incident, act: Mapping[str, Any], now: datetime) -> EditIncident:
    """The command for one need nobody asked for yet: {kind, key, amount, by}.

    Raises
    ------
    Invalid
        When nothing is chosen, it stands there already, or amount or time are no such thing.
    """
    is_supply, name, rows = _rows(incident, act)
    key = str(act.get("key") or "")
    if not key:
        said = "物资品类" if is_supply else "专业能力"
        raise Invalid.field("key", f"未选{said}", "请从列表中选择")
    if any(str(r[name]) == key for r in rows):
        raise Invalid.field("key", f"“{key}”已在需求中", "请直接改它的数量")
    amount = _read("amount", str(act.get("amount") or ""), now)
    if not amount:
        raise Invalid.field("amount", "数量为 0", "请填大于 0 的数")
    by = _read("by", str(act.get("by") or ""), now)
    row = {name: key, "amount": amount} | ({} if by is None else {"by": by})
    return _command(incident, is_supply, [*rows, row])


def restore(incident: Incident) -> EditIncident:
    """The command that goes back to the template of the incident's type and grade."""
    return EditIncident(
        incident_id=incident.id, expect_version=incident.version, needs=(), supply_needs=()
    )


def _rows(incident: Incident, act: Mapping[str, Any]) -> tuple[bool, str, list[Row]]:
    if act.get("kind") == "supply":
        return True, "item", supplies_of(incident)
    return False, "capability", needs_of(incident)


def _command(incident: Incident, is_supply: bool, rows: list[Row]) -> EditIncident:
    """The whole list written back.

    Raises
    ------
    Invalid
        When the list is empty: that would silently bring the template back.
    """
    if not rows:
        raise Invalid.field("amount", "这是最后一项，不能删去", "请改数量，或按“恢复模板”")
    field = "supply_needs" if is_supply else "needs"
    return EditIncident(
        incident_id=incident.id, expect_version=incident.version, **{field: tuple(rows)}
    )


def _read(part: str, text: str, now: datetime) -> float | str | None:
    """A field as typed: an amount, minutes from the planning or an instant, or people."""
    said = text.strip()
    if part == "by":
        if (minutes := read_minutes(said)) is not None:
            return minutes
        at = read_due(said, now, "by")
        return None if at is None else at.isoformat()
    if part == "people_equivalent" and not said:
        return None
    word = "折合人数" if part == "people_equivalent" else "数量"
    try:
        value = float(said.replace(",", "").replace("，", ""))
    except ValueError:
        value = -1.0
    if not (isfinite(value) and value >= 0):
        remedy = "请填不小于 0 的数" + ("；0 即删去此项" if part == "amount" else "")
        raise Invalid.field(part, f"{word}“{said}”有误" if said else f"未填{word}", remedy)
    return value
