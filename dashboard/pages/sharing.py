"""数据共享: who shares what with us, by which mapping, and what we share with them."""

from __future__ import annotations

from typing import Any

from dash import Dash

from dashboard.components import office, sharing_desk, sharing_form, sharing_out
from data.center import Center


def layout() -> Any:
    """The skeleton; it holds no data."""
    parts = (
        office.Part(
            word="谁共享给我们", said="最近收到、时延、差错；拒收的原样留着，映射改好后重取。",
            content=sharing_desk.layout(),
        ),
        office.Part(
            word="映射文件", said="对方的字段成为什么；粘贴样例试跑，看收什么、拒什么、为何。",
            content=sharing_form.layout(),
        ),
        office.Part(
            word="我们共享给谁", said="发出的令牌、最近使用、收回；对外提供的地址。",
            content=sharing_out.layout(),
        ),
    )  # fmt: skip
    return office.page("sharing", "数据共享", sharing_form.Page.BODY, parts)


def register(app: Dash, center: Center) -> None:
    """Register the three parts."""
    sharing_desk.register(app, center)
    sharing_form.register(app, center)
    sharing_out.register(app, center)
