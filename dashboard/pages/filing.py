"""信息报送: reports upward by incident, conflicting figures side by side, the deadlines' rules."""

from __future__ import annotations

from enum import StrEnum
from typing import Any

from dash import Dash

from dashboard.components import admin_parts, filing_desk, office
from data.center import Center


class Ids(StrEnum):
    """The page's own ids."""

    BODY = "filing-body"


def layout() -> Any:
    """The skeleton; it holds no data."""
    parts = (
        office.Part(
            word="拟报与审签", said="拟稿、审核、签发、报出；数字自动带入，变化自动对照。",
            content=filing_desk.layout(),
        ),
        office.Part(
            word="多源数字", said="各来源说法并列，谁说的、何时说的；以签发的报告为准。",
            content=[admin_parts.hole(filing_desk.Ids.SOURCES)],
        ),
        office.Part(
            word="时限规则", said="时限从 data/reference/reporting.json 读取，可按本地规定修改。",
            content=[admin_parts.hole(filing_desk.Ids.RULES)],
        ),
    )  # fmt: skip
    return office.page("filing", "信息报送", Ids.BODY, parts)


def register(app: Dash, center: Center) -> None:
    """Register the reports."""
    filing_desk.register(app, center)
