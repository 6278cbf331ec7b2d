"""指挥与通讯录: whom to call, what was said, the command posts, the consultations."""

from __future__ import annotations

from enum import StrEnum
from typing import Any

from dash import Dash

from dashboard.components import (
    consult_desk,
    directory_book,
    directory_calls,
    office,
    post_desk,
)
from data.center import Center


class Ids(StrEnum):
    """The page's own ids."""

    BODY = "directory-body"


def layout() -> Any:
    """The skeleton; it holds no data."""
    parts = (
        office.Part(
            word="通讯录", said="单位、领导、专家、联络员和队伍联系方式；不详的留空，用时核对。",
            content=directory_book.layout(),
        ),
        office.Part(
            word="通话记录", said="打给谁、说了什么、何时再拨；没打通的一直留着，也进交接班。",
            content=directory_calls.layout(),
        ),
        office.Part(
            word="现场指挥部", said="每起事件一个：位置、指挥长、工作组；工作组可由预案带入。",
            content=post_desk.layout(),
        ),
        office.Part(
            word="会商", said="谁参加、议定什么；每条议定事项转成任务，有承办、有时限。",
            content=consult_desk.layout(),
        ),
    )  # fmt: skip
    return office.page("directory", "指挥与通讯录", Ids.BODY, parts)


def register(app: Dash, center: Center) -> None:
    """Register the parts."""
    directory_book.register(app, center)
    directory_calls.register(app, center, Ids.BODY)
    post_desk.register(app, center)
    consult_desk.register(app, center)
