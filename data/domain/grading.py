"""Grading 定级: which level the known consequences reach, by which sourced rule, assuming what."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from data.domain.incident import ROMAN, Casualties, Grading, Incident, Level, Report
from data.domain.incident_types import IncidentType, incident_type

LEVELS: tuple[Level, ...] = ("I", "II", "III", "IV")
CROSS_WORDS: Mapping[Level, str] = {"I": "特别重大", "II": "重大", "III": "较大", "IV": "一般"}

# Every measure a table may use: its words and its unit.
MEASURES: Mapping[str, tuple[str, str]] = {
    "dead": ("死亡", "人"),
    "dead_missing": ("死亡（含失踪）", "人"),
    "injured_serious": ("重伤", "人"),
    "poisoned_or_serious": ("中毒或重伤", "人"),
    "evacuated": ("疏散转移", "人"),
    "threatened": ("险情：受威胁", "人"),
    "loss_wan_yuan": ("直接经济损失", "万元"),
    "potential_loss_wan_yuan": ("险情：潜在经济损失", "万元"),
    "area_ha": ("受害森林面积", "公顷"),
    "magnitude_populated": ("震级", "级"),
    "magnitude_dense": ("震级", "级"),
    "water_supply_cut": ("水源地取水中断", ""),
}
_COUNTED_IN_PEOPLE = frozenset(k for k, (_, unit) in MEASURES.items() if unit == "人")


@dataclass(frozen=True, kw_only=True)
class Consequences:
    """What is known to have happened; unknown stays None."""

    casualties: Casualties
    loss_wan_yuan: float | None = None
    potential_loss_wan_yuan: float | None = None
    area_ha: float | None = None
    magnitude: float | None = None
    water_supply_cut: str | None = None


@dataclass(frozen=True, kw_only=True)
class _Measured:
    """One measure's value with what it takes for granted."""

    value: float | str
    assumes: tuple[str, ...] = ()


def suggest(
    *,
    type: str,  # noqa: A002 (the field's own name)
    casualties: Casualties,
    loss_wan_yuan: float | None = None,
    potential_loss_wan_yuan: float | None = None,
    area_ha: float | None = None,
    magnitude: float | None = None,
    water_supply_cut: str | None = None,
    tables: Mapping[str, Any],
) -> Grading:
    """The provisional grade: the highest level that any known measure reaches.

    Parameters
    ----------
    type
        A key of `INCIDENT_TYPES`.
    tables
        The grading tables of `data/reference/grading.json`, each with its law and source.
        A band `[low, high]` holds `low` and not `high` (“以上”含本数，“以下”不含本数).

    Raises
    ------
    Invalid
        When the type is unknown.
    """
    kind = incident_type(type)
    known = Consequences(
        casualties=casualties,
        loss_wan_yuan=loss_wan_yuan,
        potential_loss_wan_yuan=potential_loss_wan_yuan,
        area_ha=area_ha,
        magnitude=magnitude,
        water_supply_cut=water_supply_cut,
    )
    held = tables.get("tables", tables)
    if kind.table is None or kind.table not in held:
        return _ungraded(f"{kind.name}没有已查证的按后果定级标准，由值班员研判并说明依据")
    return _by_table(kind, held[kind.table], known)


def suggest_for(thing: Report | Incident, tables: Mapping[str, Any]) -> Grading:
    """The provisional grade of a report or an incident as it is known now."""
    return suggest(
        type=thing.type,
        casualties=thing.casualties,
        loss_wan_yuan=thing.loss_wan_yuan,
        potential_loss_wan_yuan=thing.potential_loss_wan_yuan,
        area_ha=thing.area_ha,
        magnitude=thing.magnitude,
        water_supply_cut=thing.water_supply_cut,
        tables=tables,
    )


def word_of(type_key: str, level: Level | None, tables: Mapping[str, Any]) -> str:
    """The word a type's own table uses for a level; the general one where it has no table."""
    if level is None:
        return "未定级"
    table = tables.get("tables", tables).get(incident_type(type_key).table or "")
    return str(table["words"][level]) if table else CROSS_WORDS[level]


def _ungraded(basis: str, table: str = "", assumptions: tuple[str, ...] = ()) -> Grading:
    """未定级 with its stated basis."""
    return Grading(level=None, word="未定级", rule=table, basis=basis, assumptions=assumptions)


def _by_table(kind: IncidentType, table: Mapping[str, Any], known: Consequences) -> Grading:
    """The grade by one table."""
    caveat = (kind.caveat,) if kind.caveat else ()
    measured = _measure(kind, known)
    bands = {level: table["levels"].get(level, {}) for level in LEVELS}
    used = {m for band in bands.values() for m in band if m in measured}
    if not used:
        return _ungraded("伤亡、损失等定级指标尚无数据，接到后即可定级", kind.table or "", caveat)
    for level in LEVELS:
        hits = [m for m in MEASURES if m in used and _reaches(measured[m].value, bands[level], m)]
        if hits:
            return _graded(kind, table, level, hits, measured, caveat)
    lowest = next(level for level in reversed(LEVELS) if bands[level])
    words = table["words"]
    basis = f"已知后果未达到{words[lowest]}（{ROMAN[lowest]}）标准"
    return _ungraded(basis, kind.table or "", caveat)


def _graded(
    kind: IncidentType,
    table: Mapping[str, Any],
    level: Level,
    hits: list[str],
    measured: Mapping[str, _Measured],
    caveat: tuple[str, ...],
) -> Grading:
    """The grade at a level, with the measures that reached it."""
    word = str(table["words"][level])
    assumed = [a for m in hits for a in measured[m].assumes]
    if "magnitude_populated" in hits and level != "I":
        higher = LEVELS[LEVELS.index(level) - 1]
        assumed = [
            f"{a}；如属人口密集地区为{ROMAN[higher]} {table['words'][higher]}"
            if a.startswith("震中") else a
            for a in assumed
        ]  # fmt: skip
    return Grading(
        level=level,
        word=word,
        rule=kind.table or "",
        law=str(table.get("law", "")),
        article=str(table.get("article", "") or ""),
        source=str(table.get("source", "")),
        measures=tuple(_says(m, measured[m].value, table["levels"][level][m]) for m in hits),
        assumptions=tuple(dict.fromkeys((*assumed, *caveat))),
        equivalent=CROSS_WORDS[level] if word != CROSS_WORDS[level] else None,
        basis=str(table.get("combine", "") or ""),
    )


def _reaches(value: float | str, band: Mapping[str, Any], measure: str) -> bool:
    """Whether a value stands in a level's band of a measure."""
    if measure not in band:
        return False
    wanted = band[measure]
    if isinstance(wanted, str) or isinstance(value, str):
        return _waterworks(str(wanted)) == _waterworks(str(value))
    low, high = wanted
    return bool(value >= low and (high is None or value < high))


def _waterworks(text: str) -> str:
    """Which rank of water source a text speaks of; the words differ, the three ranks do not."""
    for rank, words in (
        ("township", ("乡", "镇", "township")),
        ("county", ("县", "county")),
        ("prefecture", ("市", "省", "prefecture", "city", "province")),
    ):
        if any(word in text for word in words):
            return rank
    return text


def _says(measure: str, value: float | str, band: str | tuple[float, float | None]) -> str:
    """One deciding measure as a person reads it: 死亡 9 人（3–9 人档）."""
    words, unit = MEASURES[measure]
    if isinstance(value, str) or isinstance(band, str):
        return f"{words}：{value}"
    low, high = band
    if high is None:
        span = f"{low:g} {unit}以上"
    elif measure in _COUNTED_IN_PEOPLE:
        span = f"{low:g}–{high - 1:g} {unit}"
    else:
        span = f"{low:g} {unit}以上 {high:g} {unit}以下"
    return f"{words} {value:g} {unit}（{span}）"


def _measure(kind: IncidentType, known: Consequences) -> dict[str, _Measured]:
    """Every measure that is known, with what it takes for granted."""
    c = known.casualties
    found = {
        "dead": _dead(kind, c),
        "dead_missing": _sum(c.dead, c.missing, c.trapped, _as_dead("被困", c.trapped)),
        "injured_serious": _injured(kind, c),
        "poisoned_or_serious": _sum(c.injured_serious, c.poisoned, None, ()),
        "evacuated": _plain(c.evacuated),
        "threatened": _threatened(c),
        "loss_wan_yuan": _plain(known.loss_wan_yuan),
        "potential_loss_wan_yuan": _plain(known.potential_loss_wan_yuan),
        "area_ha": _plain(known.area_ha),
        "water_supply_cut": _Measured(value=known.water_supply_cut)
        if known.water_supply_cut
        else None,
        "magnitude_populated": _Measured(value=known.magnitude, assumes=("震中按人口较密集地区计",))
        if known.magnitude is not None
        else None,
    }
    return {name: value for name, value in found.items() if value is not None}


def _plain(value: float | None) -> _Measured | None:
    """A figure taken as it is."""
    return None if value is None else _Measured(value=value)


def _sum(
    one: int | None, two: int | None, three: int | None, assumes: tuple[str, ...]
) -> _Measured | None:
    """The known ones of three counts together; None when none is known."""
    counts = [n for n in (one, two, three) if n is not None]
    return _Measured(value=sum(counts), assumes=assumes) if counts else None


def _as_dead(word: str, people: int | None, why: str = "") -> tuple[str, ...]:
    """The assumption that people whose fate is unknown are counted as dead."""
    return (f"{word} {people} 人按遇难计{why}",) if people else ()


def _dead(kind: IncidentType, c: Casualties) -> _Measured | None:
    """Deaths, the missing and the trapped counted in until their fate is known."""
    law = "（条例：下落不明计入伤亡报告）" if kind.table == "production_accident" else ""
    return _sum(
        c.dead, c.missing, c.trapped,
        (*_as_dead("失联", c.missing, law), *_as_dead("被困", c.trapped)),
    )  # fmt: skip


def _injured(kind: IncidentType, c: Casualties) -> _Measured | None:
    """Serious injuries; 急性工业中毒 counts as one in a production accident."""
    if kind.table != "production_accident":
        return _plain(c.injured_serious)
    assumes = (f"中毒 {c.poisoned} 人按急性工业中毒计入重伤",) if c.poisoned else ()
    return _sum(c.injured_serious, c.poisoned, None, assumes)


def _threatened(c: Casualties) -> _Measured | None:
    """People a geohazard threatens; those already moved away count where they are more."""
    if c.evacuated is not None and c.evacuated > (c.threatened or 0):
        return _Measured(
            value=c.evacuated, assumes=(f"已转移 {c.evacuated} 人按受威胁、需转移人数计",)
        )
    return _plain(c.threatened)


# 较大涉险事故: 国家安全监管总局令第21号 第26条; only what can be counted is tested here.
NEAR_MISS_LAW = "生产安全事故信息报告和处置办法（总局令第21号）第26条"
NEAR_MISS: tuple[tuple[tuple[str, ...], int, str], ...] = (
    (("threatened",), 10, "涉险 10 人以上"),
    (("trapped", "missing"), 3, "被困或下落不明 3 人以上"),
    (("evacuated",), 500, "紧急疏散 500 人以上"),
)


def serious_near_miss(type_key: str, casualties: Casualties) -> tuple[str, ...]:
    """Why a production accident is a 较大涉险事故; empty when nothing known makes it one."""
    if incident_type(type_key).table != "production_accident":
        return ()
    return tuple(
        f"{words}（{NEAR_MISS_LAW}）"
        for measures, least, words in NEAR_MISS
        if sum(getattr(casualties, m) or 0 for m in measures) >= least
    )
