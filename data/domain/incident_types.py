"""The types of incident the center knows: names, families, grading table and reporting rules."""

from __future__ import annotations

from dataclasses import dataclass

from data.errors import Invalid

# Regulations whose clocks a type runs on; the clocks themselves are in `reporting.json`.
PRODUCTION = "production_safety"
NATURAL = "natural_disaster"
GEOHAZARD = "geohazard"

_WORK_ONLY = "按生产安全事故分级；如非生产经营活动造成，由主管部门另行认定"


@dataclass(frozen=True, kw_only=True)
class IncidentType:
    """One type: `table` is its grading table, None where no sourced rule exists.

    `caveat` is an assumption that every grading of the type carries.
    """

    key: str
    name: str
    category: str
    family: str
    table: str | None
    regulations: tuple[str, ...] = ()
    caveat: str = ""


def _natural(key: str, name: str, family: str, table: str | None, *more: str) -> IncidentType:
    """A 自然灾害 type."""
    return IncidentType(
        key=key, name=name, category="自然灾害", family=family, table=table,
        regulations=(NATURAL, *more),
    )  # fmt: skip


def _accident(key: str, name: str, family: str, caveat: str = "") -> IncidentType:
    """A 事故灾难 type graded as a production accident."""
    return IncidentType(
        key=key, name=name, category="事故灾难", family=family, table="production_accident",
        regulations=(PRODUCTION,), caveat=caveat,
    )  # fmt: skip


INCIDENT_TYPES: dict[str, IncidentType] = {
    each.key: each
    for each in (
        _natural("landslide", "滑坡", "地质灾害", "geohazard", GEOHAZARD),
        _natural("debris_flow", "泥石流", "地质灾害", "geohazard", GEOHAZARD),
        _natural("rockfall", "崩塌", "地质灾害", "geohazard", GEOHAZARD),
        _natural("flood", "洪水", "水旱灾害", None),
        _natural("flash_flood", "山洪", "水旱灾害", None),
        _natural("reservoir_danger", "水库险情", "水旱灾害", None),
        _natural("rainstorm", "暴雨", "水旱灾害", None),
        _natural("tornado", "龙卷风/风雹", "气象灾害", None),
        _natural("forest_fire", "森林火灾", "森林火灾", "forest_fire"),
        _natural("earthquake", "地震", "地震灾害", "earthquake"),
        _accident("hazchem", "危险化学品事故", "危化火灾爆炸"),
        _accident("fire", "火灾", "危化火灾爆炸", _WORK_ONLY),
        _accident("gas_explosion", "爆炸（燃气）", "危化火灾爆炸", _WORK_ONLY),
        _accident("mine", "矿山事故", "矿山事故"),
        _accident("tailings", "尾矿库事故", "矿山事故"),
        _accident("construction", "建筑施工事故", "建筑施工事故"),
        _accident("road_traffic", "道路交通事故", "交通事故", _WORK_ONLY),
        _accident("water_traffic", "水上事故", "交通事故", _WORK_ONLY),
        IncidentType(
            key="environment", name="突发环境事件", category="事故灾难", family="突发环境事件",
            table="environment",
        ),
        IncidentType(key="other", name="其他", category="其他", family="其他", table=None),
    )
}  # fmt: skip

_BY_NAME = {each.name: each for each in INCIDENT_TYPES.values()} | {
    "风雹": INCIDENT_TYPES["tornado"],
    "龙卷风": INCIDENT_TYPES["tornado"],
    "爆炸": INCIDENT_TYPES["gas_explosion"],
    "燃气爆炸": INCIDENT_TYPES["gas_explosion"],
    "危险化学品": INCIDENT_TYPES["hazchem"],
}


def incident_type(key: str) -> IncidentType:
    """The type of a key, or of a Chinese name.

    Raises
    ------
    Invalid
        When the center does not know the type.
    """
    found = INCIDENT_TYPES.get(key) or _BY_NAME.get(key)
    if found is None:
        names = "、".join(t.name for t in INCIDENT_TYPES.values())
        raise Invalid.field("type", f"不认识的事件类型“{key}”", f"请从下列类型中选择：{names}")
    return found


def type_name(key: str) -> str:
    """The Chinese name of a type, the key itself when unknown."""
    return INCIDENT_TYPES[key].name if key in INCIDENT_TYPES else key
