"""A contingency as a YAML file people can read: read strictly, written back the same."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import yaml

from data.domain import contingency as c
from data.domain.capabilities import CAPABILITIES
from data.domain.incident import ROMAN
from data.domain.incident_types import INCIDENT_TYPES
from data.domain.strict_yaml import At, known, parsed

MOST = 200  # lines of one list
MOST_MINUTES = 30 * 24 * 60
_ARABIC = {"Ⅰ": "I", "Ⅱ": "II", "Ⅲ": "III", "Ⅳ": "IV", "1": "I", "2": "II", "3": "III", "4": "IV"}
_TIERS = {w: k for k, w in c.TIER_WORDS.items()} | {k: k for k in c.TIER_WORDS}
_KINDS = {w: k for k, w in c.KIND_WORDS.items()} | {k: k for k in c.KIND_WORDS}
_TYPES = {t.name: k for k, t in INCIDENT_TYPES.items()} | {k: k for k in INCIDENT_TYPES}

Reader = Callable[[At, Any], Any]


def read(text: str, file: str = "预案文件") -> dict[str, Any]:
    """The fields of a contingency, ready for ``Contingency(id=…, **fields)``.

    Raises
    ------
    Invalid
        Naming the file, the field (or the line where YAML itself is broken) and the remedy.
    """
    whole = parsed(text, file, "请先下载一份预案作模板")
    at = At(file)
    known(at, whole, _FIELDS, ("name", "area_code", "tier"))
    fields = {name: _FIELDS[name](at.of(name), value) for name, value in whole.items()}
    _whole(at, fields)
    return fields


def _whole(at: At, fields: Mapping[str, Any]) -> None:
    """What must hold between the parts: levels known, titles and group names once."""
    levels = [t.level for t in fields.get("triggers", ())]
    if not levels:
        raise at.of("triggers").wrong("没有任何响应级别", "至少写一级：level、words")
    _once(at.of("triggers"), [f"{ROMAN[lv]}级" for lv in levels])
    _once(at.of("groups"), [g.name for g in fields.get("groups", ())])
    _once(at.of("tasks"), [t.title for t in fields.get("tasks", ())])
    for n, task in enumerate(fields.get("tasks", ()), 1):
        missing = [lv for lv in task.levels if lv not in levels]
        if missing:
            words = "、".join(ROMAN[lv] for lv in missing)
            raise (
                at.of("tasks")
                .nth(n)
                .of("levels")
                .wrong(
                    f"任务“{task.title}”列在{words}级，但预案没有这一级的启动条件",
                    "请在 triggers 中补写该级，或改任务的级别",
                )
            )


def _once(at: At, names: list[str]) -> None:
    twice = next((n for n in names if names.count(n) > 1), None)
    if twice:
        raise at.wrong(f"“{twice}”写了两次", "请合并或改名")


def _text(limit: int = 2000) -> Reader:
    def reader(at: At, value: Any) -> str:
        if value is None:
            return ""
        if isinstance(value, bool) or not isinstance(value, str | int | float):
            raise at.wrong("应为文字", "请填一句话；含冒号时用引号括起来")
        said = str(value).strip()
        if len(said) > limit:
            raise at.wrong(f"超过 {limit} 字", "请精简")
        return said

    return reader


def _flag(at: At, value: Any) -> bool:
    if not isinstance(value, bool):
        raise at.wrong(f"“{value}”不是是或否", "请填 true 或 false")
    return value


def _number(at: At, value: Any) -> float:
    good = isinstance(value, int | float) and not isinstance(value, bool)
    if not good or not 0 < value <= 1e9:  # noqa: PLR2004
        raise at.wrong(f"“{value}”不是数量", "请填大于 0 的数")
    return float(value)


def _minutes(at: At, value: Any) -> int | None:
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= MOST_MINUTES:
        raise at.wrong(f"“{value}”不是分钟数", f"请填 0 到 {MOST_MINUTES} 的整数，或留空")
    return value


def _one_of(table: Mapping[str, str], what: str) -> Reader:
    def reader(at: At, value: Any) -> str:
        found = table.get(str(value))
        if found is None:
            raise at.wrong(f"没有{what}“{value}”", f"可填：{'、'.join(table)}")
        return found

    return reader


def _level(at: At, value: Any) -> str:
    said = str(value).removesuffix("级")
    found = _ARABIC.get(said, said)
    if found not in ROMAN:
        raise at.wrong(f"“{value}”不是响应级别", "可填：I、II、III、IV（或 Ⅰ、Ⅱ、Ⅲ、Ⅳ）")
    return found


def _many(each: Reader) -> Reader:
    def reader(at: At, value: Any) -> tuple[Any, ...]:
        if value is None:
            return ()
        if not isinstance(value, list):
            raise at.wrong("应为列表", "每项一行，行首用“- ”")
        if len(value) > MOST:
            raise at.wrong(f"超过 {MOST} 项", "请合并")
        return tuple(each(at.nth(n), row) for n, row in enumerate(value, 1))

    return reader


def _row(cls: type[Any], fields: Mapping[str, Reader], *needed: str) -> Reader:
    def reader(at: At, value: Any) -> Any:
        if not isinstance(value, dict):
            raise at.wrong("应为“字段: 内容”", f"可填：{'、'.join(fields)}")
        known(at, value, fields, needed)
        return cls(**{name: fields[name](at.of(name), held) for name, held in value.items()})

    return reader


_SAID = _text()
_NAME = _text(60)
_LEVELS = _many(_level)
_CAPABILITY = _one_of({name: name for name in CAPABILITIES}, "专业能力")
_FIELDS: dict[str, Reader] = {
    "name": _text(80), "area_code": _text(6), "tier": _one_of(_TIERS, "层级"),
    "kind": _one_of(_KINDS, "类别"), "types": _many(_one_of(_TYPES, "事件类型")),
    "overlay": _flag, "body": _NAME, "office": _SAID, "basis": _SAID, "source": _SAID,
    "note": _SAID, "commander": _SAID, "deputies": _many(_SAID),
    "triggers": _many(_row(
        c.Trigger,
        {"level": _level, "words": _SAID, "grades": _LEVELS, "commander": _SAID,
         "source": _SAID}, "level", "words",
    )),
    "groups": _many(_row(
        c.Group,
        {"name": _NAME, "lead_body": _SAID, "bodies": _many(_SAID), "duties": _many(_SAID),
         "source": _SAID}, "name",
    )),
    "tasks": _many(_row(
        c.PlannedTask,
        {"title": _text(120), "levels": _LEVELS, "owner": _SAID, "minutes": _minutes,
         "checklist": _many(_text(200)), "detail": _SAID, "source": _SAID}, "title", "levels",
    )),
    "needs": _many(_row(
        c.PlannedNeed,
        {"capability": _CAPABILITY, "amount": _number, "levels": _LEVELS, "by": _minutes,
         "source": _SAID}, "capability", "amount",
    )),
    "items": _many(_row(
        c.PlannedItem,
        {"item": _NAME, "amount": _number, "levels": _LEVELS, "by": _minutes, "source": _SAID},
        "item", "amount",
    )),
}  # fmt: skip


def write(plan: c.Contingency) -> str:
    """The file of a contingency; reading it gives the same contingency again."""
    fields: dict[str, Any] = {}
    for name in _FIELDS:
        value = getattr(plan, name)
        if name == "tier":
            value = c.TIER_WORDS[value]
        elif name == "kind":
            value = c.KIND_WORDS[value]
        elif name == "types":
            value = [INCIDENT_TYPES[t].name for t in value]
        elif name in _LISTS:
            value = [_plain(row) for row in value]
        elif isinstance(value, tuple):
            value = list(value)
        if value not in ("", [], False) or name == "source":
            fields[name] = value
    head = f"# {plan.name}（第 {plan.edition} 版）；来源不明的行标“{c.SAMPLE}”\n"
    return head + yaml.safe_dump(fields, allow_unicode=True, sort_keys=False, width=100)


_LISTS = ("triggers", "groups", "tasks", "needs", "items")


def _plain(row: Any) -> dict[str, Any]:
    """One line of a list without what stands at its default."""
    found = {}
    for name, held in row.__dataclass_fields__.items():
        value = getattr(row, name)
        if value == held.default and name != "source":
            continue
        found[name] = list(value) if isinstance(value, tuple) else value
    return found
