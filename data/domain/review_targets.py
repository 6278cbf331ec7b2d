"""The table of what a review measures steps against: minutes, for what incidents, by what."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from math import isfinite
from typing import Any

from data.domain.incident import Incident
from data.domain.incident_types import INCIDENT_TYPES

STEPS = (
    "发生→接报", "接报→定级", "接报→启动响应", "接报→首次调派", "首次调派→首队出动",
    "首次调派→首队到场", "接报→报出首报",
)  # fmt: skip
REGULATIONS = frozenset(r for kind in INCIDENT_TYPES.values() for r in kind.regulations)
LEVELS = frozenset({"I", "II", "III", "IV"})
FIELDS = ("step", "minutes", "basis", "source")
MAY = frozenset({*FIELDS, "regulation", "levels"})


@dataclass(frozen=True, kw_only=True)
class Target:
    """One line: the minutes a step may take for some incidents, what they rest on, found where."""

    step: str
    minutes: float
    basis: str
    source: str
    regulation: str = ""
    levels: frozenset[str] = LEVELS | {""}

    def fits(self, incident: Incident) -> bool:
        """Whether the line speaks of an incident."""
        kind = INCIDENT_TYPES.get(incident.type)
        under = kind is not None and self.regulation in kind.regulations
        return (not self.regulation or under) and (incident.grading.level or "") in self.levels


def target_of(targets: Iterable[Target], step: str, incident: Incident) -> Target | None:
    """The first line that fits a step of an incident; None where nothing is asked of it."""
    return next((t for t in targets if t.step == step and t.fits(incident)), None)


def read_targets(content: Mapping[str, Any]) -> tuple[Target, ...]:
    """The lines of `data/reference/review.yaml`.

    Raises
    ------
    ValueError
        Naming the line, what is wrong with it, and what belongs there.
    """
    rows = content.get("targets")
    if not isinstance(rows, list):
        raise ValueError("没有 targets；请写 targets 列表")  # noqa: TRY004
    return tuple(_target(row, n) for n, row in enumerate(rows, 1))


def _target(row: object, number: int) -> Target:
    where = f"targets 第 {number} 行"
    if not isinstance(row, Mapping):
        raise ValueError(f"{where}不是一组键值；请写 {'、'.join(FIELDS)}")  # noqa: TRY004
    wrong = _fault(row)
    if wrong:
        raise ValueError(f"{where}：{wrong}")
    levels = frozenset(row["levels"]) if "levels" in row else Target.levels
    return Target(
        step=row["step"], minutes=float(row["minutes"]), basis=str(row["basis"]).strip(),
        source=str(row["source"]).strip(), regulation=row.get("regulation", ""), levels=levels,
    )  # fmt: skip


def _fault(row: Mapping[str, Any]) -> str:
    """What is wrong with a line; blank when it can be read."""
    strange = sorted(str(k) for k in set(row) - MAY)
    if strange:
        return f"看不懂 {'、'.join(strange)}；可写 {'、'.join(sorted(MAY))}"
    lacks = [f for f in FIELDS if row.get(f) is None or not str(row[f]).strip()]
    if lacks:
        return f"缺 {'、'.join(lacks)}；没有来源的写“假定”"
    if row["step"] not in STEPS:
        return f"step 是“{row['step']}”，应为 {'、'.join(STEPS)}"
    minutes = row["minutes"]
    number = isinstance(minutes, int | float) and not isinstance(minutes, bool)
    if not number or not isfinite(minutes) or minutes <= 0:
        return f"minutes 是“{minutes}”，应为大于 0 的分钟数"
    if row.get("regulation", "") not in {"", *REGULATIONS}:
        return f"regulation 是“{row['regulation']}”，应为 {'、'.join(sorted(REGULATIONS))}"
    levels = row.get("levels", ["I"])
    if not isinstance(levels, list) or not levels or not set(map(str, levels)) <= LEVELS:
        return "levels 只能含 I、II、III、IV"
    return ""
