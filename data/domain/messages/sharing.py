"""Commands about data sharing: connectors kept, paused and taken away."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from data.domain.messages import Command


@dataclass(frozen=True, kw_only=True)
class SaveConnector(Command):
    """Make a connector of a mapping file, or a new edition of one."""

    text: str
    connector_id: str | None = None
    expect_version: int | None = None


@dataclass(frozen=True, kw_only=True)
class PauseConnector(Command):
    """Take nothing from it for a while, with the reason."""

    connector_id: str
    reason: str = ""


@dataclass(frozen=True, kw_only=True)
class ResumeConnector(Command):
    """Take from it again."""

    connector_id: str


@dataclass(frozen=True, kw_only=True)
class TakeClosure(Command):
    """Another body has closed a road or opened it again; `subject` is its own number for it.

    What is closed: `roads` of the road graph by id, else the `road` of that name nearest to the
    place, else whatever meets a small circle around the place. `until` is told and ends nothing.
    """

    subject: str
    does: Literal["close", "open"] = "close"
    name: str = ""
    road: str = ""
    roads: tuple[str, ...] = ()
    lon: float | None = None
    lat: float | None = None
    reason: str = ""
    until: datetime | None = None
    body: str = ""
