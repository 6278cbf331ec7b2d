"""上下联动: support requests up, down and outward, and how the levels stand to one another."""

from __future__ import annotations

from enum import StrEnum
from typing import Any

from dash import Dash

from dashboard.components import admin_parts, clash_desk, office, support_desk
from data.center import Center


class Ids(StrEnum):
    """The page's own ids."""

    BODY = "links-body"


def layout() -> Any:
    """The skeleton; it holds no data."""
    parts = (
        office.Part(
            word="支援请求", said="编号、签收、答复、办结；中心以外的单位由请求方代录答复人。",
            content=support_desk.layout(),
        ),
        office.Part(
            word="联动总览", said="上级启动了什么响应、看到本级什么；下一级的来报、签收和超时。",
            content=[admin_parts.hole(support_desk.Ids.LEVELS)],
        ),
        office.Part(
            word="两级冲突", said="县级节点脱网期间与省里各自办理的同一件事，由省值班员裁定。",
            content=clash_desk.layout(),
        ),
        office.Part(
            word="县级节点", said="各县自己的机器：最近联系、待上报；由系统管理员登记和注销。",
            content=clash_desk.machines_layout(),
        ),
    )  # fmt: skip
    return office.page("links", "上下联动", Ids.BODY, parts)


def register(app: Dash, center: Center) -> None:
    """Register the requests, the conflicts and the machines."""
    support_desk.register(app, center)
    clash_desk.register(app, center)
