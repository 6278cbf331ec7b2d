"""任务、批示与审批: who does what by when, what leaders asked for, whose word an order needs."""

from __future__ import annotations

from enum import StrEnum
from typing import Any

from dash import Dash

from dashboard.components import clearance_desk, instruction_desk, office, task_board
from data.center import Center


class Ids(StrEnum):
    """The page's own ids."""

    BODY = "tasks-body"


def layout() -> Any:
    """The skeleton; it holds no data."""
    parts = (
        office.Part(
            word="任务板", said="谁、办什么、何时前；超时的排在最前，撤销要写理由。",
            content=task_board.layout(),
        ),
        office.Part(
            word="领导批示", said="签收、承办、反馈、认可；没有认可之前一直催。",
            content=instruction_desk.layout(),
        ),
        office.Part(
            word="审批", said="谁可批什么见授权表；本辖区力量直接下令，急件先行下达、事后补批。",
            content=clearance_desk.layout(),
        ),
    )  # fmt: skip
    return office.page("tasks", "任务与批示", Ids.BODY, parts)


def register(app: Dash, center: Center) -> None:
    """Register the three parts."""
    task_board.register(app, center)
    instruction_desk.register(app, center)
    clearance_desk.register(app, center)
