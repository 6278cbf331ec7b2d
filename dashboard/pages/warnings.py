"""预警: drafted, signed, issued, followed until everybody has signed; foreign ones watched."""

from __future__ import annotations

from enum import StrEnum
from typing import Any

from dash import Dash

from dashboard.components import office, warning_board, warning_channels, watch_desk
from data.center import Center


class Ids(StrEnum):
    """The page's own ids."""

    BODY = "warnings-body"


def layout() -> Any:
    """The skeleton; it holds no data."""
    parts = (
        office.Part(
            word="预警", said="拟稿、签发、发布、更新、解除；谁收到了、谁签收了、哪里没发出去。",
            content=warning_board.layout(),
        ),
        office.Part(
            word="关注", said="外来预警范围内的风险源、队伍和事件，谁在盯，看到什么写什么。",
            content=watch_desk.layout(),
        ),
        office.Part(
            word="渠道与权限", said="发给谁、怎么发；哪一级可以发布哪种颜色，依据是什么。",
            content=warning_channels.layout(),
        ),
    )  # fmt: skip
    return office.page("warnings", "预警", Ids.BODY, parts)


def register(app: Dash, center: Center) -> None:
    """Register the three parts."""
    warning_board.register(app, center)
    watch_desk.register(app, center)
    warning_channels.register(app, center)
