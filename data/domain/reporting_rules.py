"""The table of reporting deadlines, read strictly: a rule that cannot be read is named."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from data.domain.incident_types import INCIDENT_TYPES

ANY = "any"  # every type that has a regulation at all
REGULATIONS = frozenset({"production_safety", "natural_disaster", "geohazard", ANY})
TIERS = frozenset({"county", "prefecture", "province"})
LEVELS = frozenset({"I", "II", "III", "IV"})
TEXTS = ("label", "actor_body", "recipient", "basis", "source")
CONFIDENCE = frozenset({"verified", "memory", "assumed"})
HOURS_A_DAY = 24
# What each kind of clock must say besides, and what any clock may say.
NEEDS: Mapping[str, tuple[str, ...]] = {
    "once": ("start", "limit_min", "done"), "daily": ("tier", "hour"), "every": ("per_day",),
    "change": ("days",),
}  # fmt: skip
# What a clock may start with, and what may end it: a tier that hears of it, a tier that reports
# on, a tier's 核报, or a report sent to a body of that name.
STARTS = TIERS | {"occurred_at", "departed", "ended"}
MAY = frozenset(
    {"id", "regulation", "kind", "confidence", "tier", "levels", "near_miss", "direct",
     "dead_missing_from", "types", "except_types", "unknown_types", "off", *TEXTS}
)  # fmt: skip
ESCALATION = ("repeat_min", "rounds", "instruction_min", "basis")


def read_reporting(rules: Mapping[str, Any], file: str) -> Mapping[str, Any]:
    """The rules as they are, once every line of them can be read.

    Parameters
    ----------
    rules
        `{"clocks": [...], "escalation": {...}, ...}` as in `data/reference/reporting.json`.
    file
        Where they were read from, for the refusal.

    Raises
    ------
    ValueError
        Naming the file, the rule, the field and the remedy.
    """
    clocks = rules.get("clocks")
    if not isinstance(clocks, list) or not clocks:
        raise ValueError(f"{file} 没有时限规则：请写 clocks 列表")
    known: set[str] = set()
    for n, clock in enumerate(clocks, 1):
        name = clock.get("id") if isinstance(clock, Mapping) else None
        fault = "没有 id" if not name else "id 重复" if name in known else _fault(clock)
        if fault:
            raise ValueError(f"{file} 第 {n} 条时限规则（{name or '无名'}）：{fault}")
        known.add(str(name))
    _escalation(rules.get("escalation"), file)
    return rules


def _escalation(rules: Any, file: str) -> None:
    if not isinstance(rules, Mapping) or any(key not in rules for key in ESCALATION):
        raise ValueError(f"{file} 没有 escalation：请写 {'、'.join(ESCALATION)}")
    minutes = min(rules["repeat_min"], rules["instruction_min"])
    if not minutes > 0 or not rules["rounds"] >= 1:
        said = "repeat_min、instruction_min 应大于 0，rounds 不小于 1"
        raise ValueError(f"{file} 的 escalation：{said}")


def _fault(clock: Mapping[str, Any]) -> str:
    """What is wrong with a rule; blank when nothing is."""
    kind = str(clock.get("kind") or "")
    if kind not in NEEDS:
        return f"kind 是“{kind}”，应为 {'、'.join(NEEDS)}"
    missing = [k for k in (*TEXTS, *NEEDS[kind]) if clock.get(k) in (None, "")]
    if missing:
        return f"缺 {'、'.join(missing)}；时限、法律依据和来源都要写明"
    unknown = set(clock) - MAY - set(NEEDS[kind])
    if unknown:
        return f"看不懂 {'、'.join(sorted(unknown))}"
    choices = (
        ("regulation", REGULATIONS), ("confidence", CONFIDENCE),
        *((("tier", TIERS),) if "tier" in clock else ()),
    )  # fmt: skip
    for field, allowed in choices:
        if clock.get(field) not in allowed:
            return f"{field} 是“{clock.get(field)}”，应为 {'、'.join(sorted(allowed))}"
    if not set(clock.get("levels", ())) <= LEVELS:
        return "levels 只能含 I、II、III、IV"
    for field in ("types", "except_types", "unknown_types"):
        strange = sorted({str(t) for t in clock.get(field, ())} - set(INCIDENT_TYPES))
        if strange:
            return f"{field} 里的“{strange[0]}”不是事件类型"
    if not isinstance(clock.get("off", False), bool):
        return "off 应为 true（不启用）或 false"
    return _numbers(kind, clock)


def _ends(done: str) -> bool:
    """Whether what ends a clock can be read."""
    way, _, whom = done.rpartition(":")
    if way == "sent":
        return bool(whom.strip())
    return way in ("", "filed", "verified") and whom in TIERS


def _numbers(kind: str, clock: Mapping[str, Any]) -> str:
    """What is wrong with the times of a rule."""
    if kind == "once":
        if not isinstance(clock["limit_min"], int | float) or clock["limit_min"] <= 0:
            return "limit_min 应是大于 0 的分钟数"
        if clock["start"] not in STARTS:
            return "start 应为 occurred_at、departed（队伍出动）、ended（终报或结束）或接报的一级"
        if not _ends(str(clock["done"])):
            return "done 应为接报的一级、filed: 或 verified: 加报出的一级、sent: 加收文单位"
    if kind == "change" and (not isinstance(clock["days"], int | float) or clock["days"] <= 0):
        return "days 应是大于 0 的天数"
    if kind == "daily" and clock["hour"] not in range(HOURS_A_DAY):
        return "hour 应是 0 到 23 的整数"
    if kind == "every" and (
        clock["per_day"] not in range(1, HOURS_A_DAY + 1) or HOURS_A_DAY % clock["per_day"]
    ):
        return "per_day 应能整除 24"
    return ""
