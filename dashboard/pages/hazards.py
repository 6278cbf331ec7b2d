"""隐患: what grid workers and the public told, verified, turned into incidents or put right."""

from __future__ import annotations

from enum import StrEnum
from typing import Any

from dash import Dash, Input, Output, no_update

from dashboard.components import hazard_call, hazard_desk, office, rectify_desk
from dashboard.components.live import Live
from data.center import Center


class Ids(StrEnum):
    """The page's own ids."""

    BODY = "hazards-body"


def layout() -> Any:
    """The skeleton; it holds no data."""
    parts = (
        office.Part(
            word="核实队列", said="网格员和群众报来的隐患，属地值班室先核实；超时的报警给上级。",
            content=hazard_desk.layout(),
        ),
        office.Part(
            word="整改督办", said="责任单位、时限、进展、验收；超期的到处可见，不能悄悄撤下。",
            content=rectify_desk.layout(),
        ),
        office.Part(
            word="群众来电", said="接到群众电话时登记：谁、号码、何处、何事。",
            content=hazard_call.layout(),
        ),
    )  # fmt: skip
    return office.page("hazards", "隐患", Ids.BODY, parts)


def register(app: Dash, center: Center) -> None:
    """Register the parts, and open the one that the address names a thing of."""
    hazard_desk.register(app, center)
    rectify_desk.register(app, center)
    hazard_call.register(app, center)

    @app.callback(Output(Ids.BODY, "className"), Input(Live.PLACE, "search"))
    async def opened(search: str | None) -> Any:
        return office.opened(2)["className"] if "id=ZG-" in (search or "") else no_update
