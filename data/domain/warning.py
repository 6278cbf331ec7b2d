"""Warnings 预警: what a person issues, how it reaches people, and what is watched because of it."""

from __future__ import annotations

from dataclasses import dataclass

from data.domain.incident import Origin


@dataclass(frozen=True, kw_only=True)
class Warning:  # noqa: A001 - the field's word
    """A 预警, drafted, issued, updated or cancelled by a person, or taken in from another body."""

    id: str
    state: str = "draft"
    colour: str | None = None
    area_code: str | None = None
    org: str = ""
    origin: Origin = "real"
    version: int = 0


@dataclass(frozen=True, kw_only=True)
class Delivery:
    """One warning on its way to one receiver through one channel, and the receipt."""

    id: str
    warning_id: str
    channel: str
    state: str = "waiting"
    area_code: str | None = None
    origin: Origin = "real"
    version: int = 0


@dataclass(frozen=True, kw_only=True)
class Watch:
    """A 关注: something inside a warned area that somebody keeps an eye on."""

    id: str
    state: str = "open"
    warning_id: str | None = None
    area_code: str | None = None
    origin: Origin = "real"
    version: int = 0
