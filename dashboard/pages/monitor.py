"""监测: risk sources and sensors, their values and history, alarms, and the rules behind them."""

from __future__ import annotations

from enum import StrEnum
from typing import Any

from dash import Dash, Input, Output

from dashboard.components import alarm_board, monitor_desk, office
from dashboard.components.admin_parts import hole
from dashboard.components.flat import FLAT, flat
from dashboard.components.monitor_rules import rules_view
from data.center import Center
from data.domain.sensor import LEVELS


class Ids(StrEnum):
    """The page's own ids."""

    BODY = "monitor-body"
    RULES = "monitor-rules"


def layout() -> Any:
    """The skeleton; it holds no data."""
    parts = (
        office.Part(
            word="监测一览",
            said="风险源和监测点的最新值、状态、限值和过程线；限值调整留痕，报警随即重判。",
            content=monitor_desk.layout(list(LEVELS)),
        ),
        office.Part(
            word="报警", said="按成因聚合；处理在值班台，何时报、谁签收、怎样解除都在这里。",
            content=alarm_board.layout(),
        ),
        office.Part(
            word="规则", said="报警规则是可读的数据文件，每条写明依据；没有依据的写假定。",
            content=[hole(Ids.RULES)],
        ),
    )  # fmt: skip
    return office.page("monitor", "监测", Ids.BODY, parts)


def register(app: Dash, center: Center) -> None:
    """Register the three parts."""
    monitor_desk.register(app, center)
    alarm_board.register(app, center)

    @app.callback(Output(Ids.RULES, FLAT), Input(Ids.RULES, "id"))
    async def rules(_id: str) -> str:
        held = center.tools.rules
        return flat(rules_view(held["alarms"], held["alarm_rules_file"]))
