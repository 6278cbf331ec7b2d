"""Joins what two sides did to one thing both knew: what differs is kept, what clashes named."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

Body = Mapping[str, Any]
SKIPPED = frozenset({"version"})
# Of lots: two sides that each promised some have promised both.
ADDED = frozenset({"on_hand", "reserved"})
# Of one piece: half a county's grading on half the province's would be neither's.
WHOLE = frozenset({"grading", "suggested", "geometry", "effects", "carriage", "origin"})
# When and by whom what both did was done: nothing to decide while the deed itself is the same.
WITNESSED = frozenset(
    {
        "times", "closed_at", "closed_reason", "ended_at", "released_seq", "decided_at",
        "decided_by", "answered_at", "answered_by", "seen_at", "seen_by", "received_at",
        "received_by", "started_at",
    }
)
PRECISION = 6


@dataclass(frozen=True, kw_only=True)
class FieldClash:
    """One field that both sides set, differently: what it was, and what each made of it."""

    kind: str
    id: str
    field: str
    before: Any = None
    ours: Any = None
    theirs: Any = None


@dataclass(frozen=True, kw_only=True)
class Joined:
    """A thing with both sides' changes; where they clash it has ours."""

    body: dict[str, Any]
    clashes: tuple[tuple[str, Any, Any, Any], ...] = ()  # field, before, ours, theirs


def join(before: Body, ours: Body, theirs: Body) -> Joined:
    """What `theirs` changed against `before`, put on `ours`.

    A mapping (the casualties, the times of an order) is joined by key; a list that both only
    made longer gets both tails; amounts add up. Anything else that both changed, and not to the
    same, clashes; unless all that differs is when and by whom the same was done: ours stands.
    """
    body, clashes = dict(ours), []
    for name in theirs:
        if name in SKIPPED:
            continue
        was, here, there = before.get(name), ours.get(name), theirs[name]
        value, apart = _joined(name, was, here, there)
        body[name] = value
        clashes += apart
    if all(field.partition(".")[0] in WITNESSED for field, *_ in clashes):
        clashes = []
    return Joined(body=body, clashes=tuple(clashes))


def _joined(
    name: str, was: Any, here: Any, there: Any
) -> tuple[Any, list[tuple[str, Any, Any, Any]]]:
    """One field's value, and where it clashes."""
    if name in ADDED and all(isinstance(x, int | float) for x in (was, here, there)):
        # also where both came to the same: each took its own
        return round(here + there - was, PRECISION), []
    if there in (was, here):
        return here, []
    if here == was:
        return there, []
    if name in WHOLE:
        return here, [(name, was, here, there)]
    if isinstance(here, Mapping) and isinstance(there, Mapping):
        inner = join(was if isinstance(was, Mapping) else {}, here, there)
        return inner.body, [(f"{name}.{key}", *rest) for key, *rest in inner.clashes]
    if isinstance(here, list) and isinstance(there, list):
        start = was if isinstance(was, list) else []
        if here[: len(start)] == start and there[: len(start)] == start:
            tail = [x for x in there[len(start) :] if x not in here[len(start) :]]
            return [*here, *tail], []
    return here, [(name, was, here, there)]


def with_value(body: Body, field: str, value: Any) -> dict[str, Any]:
    """A body with one field set, `casualties.dead` going a step down."""
    outer, _, inner = field.partition(".")
    if not inner:
        return {**body, outer: value}
    held = body.get(outer)
    return {**body, outer: with_value(held if isinstance(held, Mapping) else {}, inner, value)}
