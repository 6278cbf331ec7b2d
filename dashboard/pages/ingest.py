"""监测接入: what comes in from sensors, from whom, how well, and what was refused."""

from __future__ import annotations

from enum import StrEnum
from typing import Any

from dash import Dash

from dashboard.components import ingest_doors, ingest_health, ingest_quarantine, office
from data.center import Center


class Ids(StrEnum):
    """The page's own ids."""

    BODY = "ingest-body"


def layout() -> Any:
    """The skeleton; it holds no data."""
    parts = (
        office.Part(
            word="接入概况", said="各来源每秒多少行、收下多少、为何拒收；谁的时钟不准，谁没声音。",
            content=ingest_health.layout(),
        ),
        office.Part(
            word="隔离区", said="拒收的行原样留存；原因消除后重放，已存的不会重复。",
            content=ingest_quarantine.layout(),
        ),
        office.Part(
            word="设备接入", said="各协议开没开、连没连、最近何时有报文、什么没认出来。",
            content=ingest_doors.layout(),
        ),
    )  # fmt: skip
    return office.page("ingest", "监测接入", Ids.BODY, parts)


def register(app: Dash, center: Center) -> None:
    """Register the parts."""
    ingest_health.register(app, center)
    ingest_quarantine.register(app, center)
    ingest_doors.register(app, center)
