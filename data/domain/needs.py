"""What an incident is taken to need until somebody states it: templates by type and grade.

Every amount here is 假定: a planning figure for a Ⅲ incident, shaped after the forces that were
really sent to comparable incidents in Hubei; none is a norm. EditIncident replaces them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from math import ceil
from typing import Any

from data.domain.incident import Incident

ASSUMPTION = "假定：按事件类型和级别的需求模板估列，请核对后修改"

# How a Ⅲ template grows or shrinks with the grade; ungraded counts as Ⅲ.
SCALE: Mapping[str | None, float] = {"I": 3.0, "II": 2.0, "III": 1.0, "IV": 0.5, None: 1.0}
# What an incident weighs beside another, by grade; people still to be saved double it.
WEIGHT: Mapping[str | None, float] = {"I": 8.0, "II": 4.0, "III": 2.0, "IV": 1.0, None: 1.0}


@dataclass(frozen=True, kw_only=True)
class Template:
    """Capabilities and items for a Ⅲ incident: (name, amount, minutes it is wanted within)."""

    capabilities: tuple[tuple[str, float, float], ...]
    items: tuple[tuple[str, float, float], ...] = ()


_RESCUE = Template(
    capabilities=(
        ("搜救", 80, 120), ("搜救犬", 4, 150), ("破拆", 60, 120), ("工程机械", 8, 150),
        ("医疗救护", 20, 90), ("通信保障", 10, 120), ("无人机侦察", 2, 90),
    ),
    items=(("生命探测仪", 4, 180), ("应急照明设备", 10, 240), ("救灾帐篷(12㎡单)", 50, 360)),
)  # fmt: skip
_FLOOD = Template(
    capabilities=(
        ("抢险救援", 200, 180), ("水域救援", 60, 120), ("冲锋舟", 12, 120), ("排涝", 6000, 240),
        ("工程机械", 10, 240), ("医疗救护", 15, 180), ("通信保障", 10, 180), ("无人机侦察", 2, 120),
    ),
    items=(
        ("编织袋", 20000, 240), ("土工布", 5000, 300), ("彩条布", 5000, 300), ("救生衣", 500, 180),
        ("应急照明设备", 20, 240), ("救灾帐篷(12㎡单)", 100, 360),
    ),
)  # fmt: skip
_RESERVOIR = Template(
    capabilities=(
        ("抢险救援", 150, 120), ("工程机械", 10, 150), ("水域救援", 30, 120), ("冲锋舟", 6, 120),
        ("排涝", 3000, 180), ("医疗救护", 10, 150), ("通信保障", 10, 120), ("无人机侦察", 2, 90),
    ),
    items=(
        ("编织袋", 30000, 180), ("土工布", 5000, 240), ("便携式打桩机", 2, 240),
        ("救生衣", 300, 150), ("应急照明设备", 20, 180),
    ),
)  # fmt: skip
_HAZCHEM = Template(
    capabilities=(
        ("危化处置", 60, 90), ("灭火", 100, 60), ("搜救", 40, 90), ("医疗救护", 30, 60),
        ("通信保障", 10, 120), ("无人机侦察", 2, 90),
    ),
    items=(("泡沫灭火剂(泡沫液)", 20, 180), ("正压式空气呼吸器", 60, 150),
           ("重型/轻型防化服", 30, 150)),
)  # fmt: skip
_FIRE = Template(
    capabilities=(("灭火", 80, 60), ("搜救", 30, 60), ("医疗救护", 15, 60), ("通信保障", 5, 120)),
    items=(("正压式空气呼吸器", 40, 120),),
)
_FOREST = Template(
    capabilities=(
        ("灭火", 150, 120), ("航空救援", 2, 90), ("工程机械", 6, 180), ("通信保障", 10, 150),
        ("医疗救护", 8, 150), ("无人机侦察", 3, 120),
    ),
    items=(("风力灭火机", 60, 180),),
)  # fmt: skip
_WATER = Template(
    capabilities=(("水域救援", 40, 90), ("冲锋舟", 8, 90), ("搜救", 20, 90), ("医疗救护", 15, 90),
                  ("航空救援", 1, 120), ("通信保障", 5, 120)),
    items=(("救生衣", 100, 120),),
)  # fmt: skip
_CRASH = Template(
    capabilities=(("破拆", 30, 60), ("医疗救护", 20, 60), ("搜救", 20, 60), ("工程机械", 2, 120)),
)
_MINE = Template(
    capabilities=(("搜救", 60, 120), ("破拆", 40, 120), ("排涝", 1500, 180), ("工程机械", 4, 180),
                  ("医疗救护", 15, 90), ("通信保障", 8, 120)),
    items=(("生命探测仪", 4, 180),),
)  # fmt: skip
_POLLUTION = Template(
    capabilities=(("危化处置", 30, 120), ("医疗救护", 10, 120), ("无人机侦察", 2, 120)),
    items=(("重型/轻型防化服", 20, 180),),
)
_OTHER = Template(
    capabilities=(("抢险救援", 40, 120), ("医疗救护", 10, 90), ("通信保障", 5, 120)),
)

TEMPLATES: Mapping[str, Template] = {
    "landslide": _RESCUE, "debris_flow": _RESCUE, "rockfall": _RESCUE, "earthquake": _RESCUE,
    "construction": _RESCUE, "flood": _FLOOD, "flash_flood": _FLOOD, "rainstorm": _FLOOD,
    "reservoir_danger": _RESERVOIR, "tailings": _RESERVOIR, "hazchem": _HAZCHEM,
    "gas_explosion": _HAZCHEM, "fire": _FIRE, "forest_fire": _FOREST, "mine": _MINE,
    "water_traffic": _WATER, "road_traffic": _CRASH, "environment": _POLLUTION, "other": _OTHER,
}  # fmt: skip


def needs_of(incident: Incident) -> list[dict[str, Any]]:
    """Capabilities needed as stated, else by template: {capability, amount, by, assumption}.

    `by` is minutes from the moment of planning, or an instant where somebody stated one.
    """
    if incident.needs:
        return [dict(need) for need in incident.needs]
    scale = SCALE[incident.grading.level]
    template = TEMPLATES.get(incident.type, _OTHER)
    return [
        {"capability": name, "amount": float(ceil(amount * scale)), "by": by,
         "assumption": ASSUMPTION}
        for name, amount, by in template.capabilities
    ]  # fmt: skip


def supplies_of(incident: Incident) -> list[dict[str, Any]]:
    """Items needed as stated, else by template, by name: {item, amount, by, assumption}."""
    if incident.supply_needs:
        return [dict(need) for need in incident.supply_needs]
    scale = SCALE[incident.grading.level]
    template = TEMPLATES.get(incident.type, _OTHER)
    return [
        {"item": name, "amount": float(ceil(amount * scale)), "by": by, "assumption": ASSUMPTION}
        for name, amount, by in template.items
    ]


def weight_of(incident: Incident) -> float:
    """What an incident weighs beside another: its grade, doubled while people are to be saved."""
    people = (incident.casualties.trapped or 0) + (incident.casualties.missing or 0)
    return WEIGHT[incident.grading.level] * (2.0 if people else 1.0)
