"""The 专业能力 teams provide and incidents need, each with its unit."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Capability:
    """One 专业能力: its name, its unit, and whether it is counted in people."""

    id: str
    unit: str
    people: bool


CAPABILITIES: dict[str, Capability] = {
    name: Capability(id=name, unit=unit, people=unit == "人")
    for name, unit in (
        ("搜救", "人"), ("搜救犬", "只"), ("破拆", "人"), ("水域救援", "人"), ("冲锋舟", "艘"),
        ("排涝", "m³/h"), ("抢险救援", "人"), ("工程机械", "台"), ("医疗救护", "人"),
        ("通信保障", "人"), ("危化处置", "人"), ("灭火", "人"), ("航空救援", "架"),
        ("无人机侦察", "架"),
    )
}  # fmt: skip
