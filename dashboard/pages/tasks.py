"""任务与批示: who is to do what by when, and what leaders asked for."""

from __future__ import annotations

from enum import StrEnum
from typing import Any

from dash import Dash

from dashboard.components import instruction_desk, office, task_board
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
    )  # fmt: skip
    return office.page("tasks", "任务与批示", Ids.BODY, parts)


def register(app: Dash, center: Center) -> None:
    """Register both parts."""
    task_board.register(app, center)
    instruction_desk.register(app, center)
