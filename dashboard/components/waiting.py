"""What stands in the queue: one thing that waits for the officer."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any


@dataclass(frozen=True, kw_only=True)
class Waiting:
    """One thing that waits for the officer: by age (`since`) or by its time (`due`).

    `changes` are the properties that a click sets; `href` leads to another page instead.
    """

    kind: str
    char: str
    title: str
    note: str
    since: datetime | None = None
    due: datetime | None = None
    urgent: bool = True
    changes: dict[str, Any]
    href: str = ""
    tone: str = ""  # the class that colours the mark
