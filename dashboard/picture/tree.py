"""Reads a tree of Dash components as what it says: its parts, its words, its ages at an instant."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

HOUR, DAY = 3600, 86400
MINUTE = timedelta(minutes=1)


def kids(part: Any) -> list[Any]:
    """The children of a component, blanks left out."""
    found = getattr(part, "children", None)
    if found is None:
        return []
    return [c for c in (found if isinstance(found, (list, tuple)) else [found]) if c is not None]


def kind(part: Any) -> str:
    """The tag of a component in lower case; blank for plain text."""
    return type(part).__name__.lower() if hasattr(part, "children") else ""


def classes(part: Any) -> set[str]:
    """The classes of a component."""
    return set(str(getattr(part, "className", "") or "").split())


def data(part: Any, name: str) -> str:
    """A data attribute; blank when there is none."""
    return str(getattr(part, name, "") or "")


def find(part: Any, *, tag: str = "", cls: str = "") -> Iterator[Any]:
    """Every component below with a tag or a class, in order."""
    for child in kids(part):
        if (tag and kind(child) == tag) or (cls and cls in classes(child)):
            yield child
        elif hasattr(child, "children"):
            yield from find(child, tag=tag, cls=cls)


def words(part: Any, at: datetime) -> str:
    """Everything a component says, its clocks written as they stand at an instant."""
    return "".join(text for text, _ in runs(part, at))


def runs(part: Any, at: datetime) -> list[tuple[str, bool]]:
    """The same in runs; True is what the wall marks as late or missing."""
    if not hasattr(part, "children"):
        return [(str(part), False)]
    said = clocked(part, at)
    if said is not None:
        return [said]
    inner = [run for child in kids(part) for run in runs(child, at)]
    return [(text, True) for text, _ in inner] if kind(part) == "u" else inner


def clocked(part: Any, at: datetime) -> tuple[str, bool] | None:
    """What the browser would write for a clock, age or deadline; None for anything else."""
    since, elapsed, due = (
        data(part, f"data-{name}") for name in ("age-since", "elapsed-since", "due")
    )
    if elapsed:
        return _clock(at - datetime.fromisoformat(elapsed)), False
    if due:
        left = datetime.fromisoformat(due) - at
        late = left < timedelta()
        return ("超 " if late else "剩 ") + _hours(abs(left)), late
    if since:
        age = _age(at - datetime.fromisoformat(since))
        return data(part, "data-age-before") + age + data(part, "data-age-after"), False
    return None


def _clock(span: timedelta) -> str:
    s = max(0, int(span.total_seconds()))
    return f"{s // HOUR:02d}:{s // 60 % 60:02d}:{s % 60:02d}"


def _hours(span: timedelta) -> str:
    m = span // MINUTE
    return f"{m // 60:02d}:{m % 60:02d}"


def _age(span: timedelta) -> str:
    s = max(0, int(span.total_seconds()))
    if s < 60:  # noqa: PLR2004
        return f"{s} 秒"
    if s < HOUR:
        return f"{s // 60} 分"
    return f"{s // HOUR} 时 {s // 60 % 60} 分" if s < DAY else f"{s // DAY} 天"
