"""三委三部: which committee or headquarters leads which type, which level commands which grade."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Any

from dash import Dash, Input, Output, html

from dashboard.components.admin_parts import hole, table
from dashboard.components.flat import FLAT, flat
from data.center import Center
from data.domain.command_structure import TIER_WORDS
from data.domain.incident import ROMAN


class Ids(StrEnum):
    """The ids of the table."""

    VIEW = "contingencies-structure"


def layout() -> list[Any]:
    """The skeleton."""
    return [hole(Ids.VIEW)]


def structure_view(structure: Mapping[str, Any]) -> Any:
    """Both tables, each line with its source."""
    bodies = [
        (b["group"], html.Strong(b["name"]), "、".join(b["types"]), b["office"],
         html.Small(b["source"]))
        for b in structure["bodies"]
    ]  # fmt: skip
    levels = [
        (html.Strong(f"{ROMAN[row['grade']]} 级事件"), TIER_WORDS[row["tier"]], row["words"],
         html.Small(row["source"]))
        for row in structure["levels"]
    ]  # fmt: skip
    return [
        html.H3("各类事件由谁牵头"),
        table(("", "机构", "事件类型", "办事机构", "来源"), bodies, "没有内容"),
        html.H3("各等级由哪一级组织应对"),
        table(("等级", "组织应对", "上下级分工", "来源"), levels, "没有内容"),
        html.P(f"来源：{structure['source']}", className="count"),
    ]


def register(app: Dash, center: Center) -> None:
    """Draw the tables once; they ship with the center."""

    @app.callback(Output(Ids.VIEW, FLAT), Input(Ids.VIEW, "id"))
    async def draw(_id: str) -> Any:
        return flat(structure_view(center.tools.rules["structure"]))
