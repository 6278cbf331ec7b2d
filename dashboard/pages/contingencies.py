"""应急预案: what is to be done at which level, who commands, and what is needed."""

from __future__ import annotations

from typing import Any

from dash import Dash

from dashboard.components import contingency_form, contingency_list, contingency_table, office
from dashboard.components.contingency_form import Page
from data.center import Center


def layout() -> Any:
    """The skeleton; it holds no data."""
    parts = (
        office.Part(
            word="预案库",
            said="启动条件、指挥体系、分级任务和需求；响应只能在值班台的事件卡片上启动。",
            content=contingency_list.layout(),
        ),
        office.Part(
            word="编制修订", said="按表填写，或导入 YAML 文件核对后保存；每次修订另存一版。",
            content=contingency_form.layout(),
        ),
        office.Part(
            word="指挥体系", said="三委三部各管哪类事件，各等级由哪一级组织应对。",
            content=contingency_table.layout(),
        ),
    )  # fmt: skip
    return office.page("contingencies", "应急预案", Page.BODY, parts)


def register(app: Dash, center: Center) -> None:
    """Register the parts."""
    contingency_list.register(app, center)
    contingency_form.register(app, center)
    contingency_table.register(app, center)
