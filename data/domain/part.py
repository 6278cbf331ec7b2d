"""A part of the center that may fail alone: whether it stands, and what works on without it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class PartState:
    """How one part stands.

    `name` is for programs, `word` for people; `said` is what is wrong, what goes on without it
    and what to do, or what it rests on while all is well.
    """

    name: str
    word: str
    up: bool
    said: str = ""


def lacking(parts: Iterable[PartState]) -> tuple[PartState, ...]:
    """The parts that are down."""
    return tuple(part for part in parts if not part.up)
