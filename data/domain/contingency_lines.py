"""A contingency as the lines of a form: one thing a line, its parts divided by ｜."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import yaml

from data.domain import contingency as c
from data.domain.incident import ROMAN
from data.domain.incident_types import INCIDENT_TYPES
from data.errors import Invalid

BAR = "｜"
PLAIN = ("name", "area_code", "tier", "kind", "body", "office", "basis", "source", "note",
         "commander")  # fmt: skip
# What stands between the bars of each list's lines, in order.
COLUMNS: Mapping[str, tuple[str, ...]] = {
    "triggers": ("level", "words", "grades", "commander", "source"),
    "groups": ("name", "lead_body", "bodies", "duties", "source"),
    "tasks": ("levels", "title", "owner", "minutes", "checklist", "detail", "source"),
    "needs": ("levels", "capability", "amount", "by", "source"),
    "items": ("levels", "item", "amount", "by", "source"),
}
HINTS: Mapping[str, str] = {
    "triggers": "级别｜启动条件｜对应事件等级｜指挥或批准人｜来源",
    "groups": "组名｜牵头单位｜参加单位；…｜职责；…｜来源",
    "tasks": "级别｜任务｜承办组｜启动后多少分钟｜检查项；…｜说明｜来源",
    "needs": "级别｜专业能力｜数量｜多少分钟内｜来源",
    "items": "级别｜物资｜数量｜多少分钟内｜来源",
}
_MANY = frozenset({"levels", "grades", "bodies", "duties", "checklist"})
_LEVELS = frozenset({"levels", "grades"})
_NUMBERS = frozenset({"minutes", "amount", "by"})


def lines_of(plan: c.Contingency) -> dict[str, str]:
    """What a form shows of a contingency, by field."""
    found = {name: str(getattr(plan, name)) for name in PLAIN}
    found["tier"], found["kind"] = plan.tier, plan.kind
    found["types"] = "、".join(INCIDENT_TYPES[t].name for t in plan.types)
    found["deputies"] = "；".join(plan.deputies)
    found["overlay"] = "yes" if plan.overlay else "no"
    for name, columns in COLUMNS.items():
        rows = [BAR.join(_shown(column, getattr(row, column)) for column in columns)
                for row in getattr(plan, name)]  # fmt: skip
        found[name] = "\n".join(rows)
    return found


def _shown(column: str, value: Any) -> str:
    if column == "level":
        return ROMAN[value]
    if column in _LEVELS:
        return " ".join(ROMAN[level] for level in value)
    if column in _MANY:
        return "；".join(value)
    if column in _NUMBERS:
        return "" if value is None else f"{value:g}"
    return " ".join(str(value).replace(BAR, "/").split("\n"))


def text_of(typed: Mapping[str, str]) -> str:
    """The YAML text of what was typed into the form; its reader judges the rest.

    Raises
    ------
    Invalid
        Naming the list and the line that has too many parts.
    """
    fields: dict[str, Any] = {n: typed[n].strip() for n in PLAIN if typed.get(n, "").strip()}
    types = [t.strip() for t in typed.get("types", "").replace("，", "、").split("、")]
    if any(types):
        fields["types"] = [t for t in types if t]
    deputies = _split(typed.get("deputies", ""))
    if deputies:
        fields["deputies"] = deputies
    if typed.get("overlay") == "yes":
        fields["overlay"] = True
    for name, columns in COLUMNS.items():
        lines = [line.strip() for line in typed.get(name, "").splitlines()]
        rows = [_row(name, n, line, columns) for n, line in enumerate(filter(None, lines), 1)]
        if rows:
            fields[name] = rows
    return str(yaml.safe_dump(fields, allow_unicode=True, sort_keys=False, width=100))


def _row(name: str, number: int, line: str, columns: tuple[str, ...]) -> dict[str, Any]:
    parts = [part.strip() for part in line.replace("|", BAR).split(BAR)]
    if len(parts) > len(columns):
        raise Invalid.field(
            f"{name}[{number}]", f"第 {number} 行多出 {len(parts) - len(columns)} 段",
            f"每行：{HINTS[name]}",
        )  # fmt: skip
    pairs = zip(columns, parts, strict=False)
    return {column: _typed(column, part) for column, part in pairs if part}


def _typed(column: str, part: str) -> Any:
    if column in _LEVELS:
        return part.replace("、", " ").replace("，", " ").replace(",", " ").split()
    if column in _MANY:
        return _split(part)
    if column in _NUMBERS:
        return _number(part)
    return part


def _split(text: str) -> list[str]:
    parts = text.replace(";", "；").split("；")
    return [part.strip() for part in parts if part.strip()]


def _number(part: str) -> Any:
    """A number where it is one; what it is not, the reader refuses by name."""
    readers: tuple[Callable[[str], float], ...] = (int, float)
    for reader in readers:
        try:
            return reader(part)
        except ValueError:
            continue
    return part
