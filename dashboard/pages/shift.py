"""值班与交接: who is on, what is handed over, the roster, the log, the brief."""

from __future__ import annotations

from enum import StrEnum
from typing import Any

from dash import Dash

from dashboard.components import office, shift_brief, shift_handover, shift_log, shift_roster
from data.center import Center


class Ids(StrEnum):
    """The page's own ids."""

    BODY = "shift-body"


def layout() -> Any:
    """The skeleton; it holds no data."""
    parts = (
        office.Part(
            word="交接班", said="未办结事项自动列出；接班人员逐项接收，全部接收后才能完成交接。",
            content=shift_handover.layout(),
        ),
        office.Part(
            word="值班表", said="每班一名带班领导、若干值班员；时间不能重叠。",
            content=shift_roster.layout(),
        ),
        office.Part(
            word="值班日志", said="系统记录与手写记录按分钟合在一起；更正另记一条，原文不动。",
            content=shift_log.layout(),
        ),
        office.Part(
            word="值班快报", said="事件、预警、力量、报送、任务和值班情况，按现有数据即时生成。",
            content=shift_brief.layout(),
        ),
    )  # fmt: skip
    return office.page("shift", "值班与交接", Ids.BODY, parts)


def register(app: Dash, center: Center) -> None:
    """Register the parts."""
    shift_handover.register(app, center)
    shift_roster.register(app, center)
    shift_log.register(app, center)
    shift_brief.register(app, center)
