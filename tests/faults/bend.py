"""Bends a well-formed value out of shape: wrong kinds, huge, deep, foreign, from another age."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from typing import Any

HUGE, LONG, DEEP = 10**400, 20_000, 60
MANY, SHORT = 300, 12  # so many times as long, when it is no longer than this
STRANGE: tuple[Any, ...] = (
    None, True, False, 0, 1, -1, 2**31, 2**63, -(2**63) - 1, HUGE, 0.1, -0.0, 1e308, -1e308, 5e-324,
    "", " ", "0", "null", "NaN", "Infinity", "-1", "\x00", "\ud800", "\u202e\u200b", "🚒" * 50,
    "中" * LONG, "a" * LONG, "'; DROP TABLE journal; --", "%s%n{0}{x}", "<script>alert(1)</script>",
    "../../etc/passwd", "=1+1", "420000", "421127", "000000", "I-0001", "I-9999", "TM-R01",
    "0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-12:00", "2020-07-08T25:61:00",
    "2020-07-08T07:30:00", "2020-07-08", "-2020-07-08T07:30:00Z", 1594164600, 1e20,
    [], {}, [None], [[]], {"": ""}, {"id": None}, [{}] * 3, ["x"] * 500,
)  # fmt: skip


def deep(levels: int = DEEP) -> Any:
    """A list in a list in a list."""
    made: Any = []
    for _ in range(levels):
        made = [made]
    return made


def bent(value: Any, draw: random.Random, ids: Sequence[str] = ()) -> Any:
    """The value with one thing wrong in it, or whole one time in six."""
    if draw.random() < 1 / 6:
        return value
    if isinstance(value, dict) and value and draw.random() < 0.85:
        return _bent_entry(value, draw, ids)
    if isinstance(value, list) and value and draw.random() < 0.7:
        at = draw.randrange(len(value))
        return [*value[:at], bent(value[at], draw, ids), *value[at + 1 :]]
    return _other(value, draw, ids)


def _bent_entry(value: dict[str, Any], draw: random.Random, ids: Sequence[str]) -> dict[str, Any]:
    key, how = draw.choice(list(value)), draw.random()
    if how < 0.1:
        return {k: v for k, v in value.items() if k != key}
    if how < 0.15:
        return {**value, str(strange(draw, ids))[:40]: strange(draw, ids)}
    return {**value, key: bent(value[key], draw, ids)}


def _other(value: Any, draw: random.Random, ids: Sequence[str]) -> Any:
    """Something else in its place: of the same kind but at its edge, or of any kind."""
    changes: list[Callable[[], Any]] = [lambda: strange(draw, ids)]
    if isinstance(value, str):
        changes += [
            lambda: value * draw.choice((0, 2, MANY if len(value) < SHORT else 1)),
            lambda: value[: draw.randrange(9)],
            lambda: value + draw.choice("\x00\x1b\n\t\u2028😀"), lambda: draw.choice(ids or ("",)),
        ]  # fmt: skip
    elif isinstance(value, (int, float)) and not isinstance(value, bool):
        changes += [lambda: -value, lambda: value * 10**9, lambda: str(value)]
    elif isinstance(value, list):
        changes += [
            lambda: value * (MANY if len(value) < SHORT else 2),
            lambda: [*value, strange(draw, ids)],
            lambda: value[:1],
        ]  # fmt: skip
    return draw.choice(changes)()


def strange(draw: random.Random, ids: Sequence[str] = ()) -> Any:
    """Any one thing nobody expects here, or an id of something else."""
    how = draw.random()
    if how < 0.25 and ids:
        return draw.choice(ids)
    return deep() if how < 0.28 else draw.choice(STRANGE)
