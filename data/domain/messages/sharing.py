"""Commands about data sharing: connectors kept, paused and taken away."""

from __future__ import annotations

from dataclasses import dataclass

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
