"""Two plans side by side: who stays, who is added, dropped or moved, and what it costs."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from data.domain.dispatch import Plan

Pair = tuple[str, str]


def pairs_of(answer: Mapping[str, Any]) -> list[Pair]:
    """Every (team, incident) of a plan's answer, ordered or newly sent."""
    rows = [*(answer.get("assignments") or ()), *(answer.get("standing") or ())]
    return list(dict.fromkeys((r["team"], r["incident"]) for r in rows))


def diff(before: Iterable[Pair], after: Iterable[Pair]) -> dict[str, Any]:
    """What changes from one plan's pairs to another's, sorted by team."""
    old, new = dict(before), dict(after)
    return {
        "kept": sorted(t for t, i in new.items() if old.get(t) == i),
        "added": [{"team": t, "incident": i} for t, i in sorted(new.items()) if t not in old],
        "dropped": [{"team": t, "incident": i} for t, i in sorted(old.items()) if t not in new],
        "moved": [
            {"team": t, "from": old[t], "to": i}
            for t, i in sorted(new.items())
            if t in old and old[t] != i
        ],
    }


def compare_plans(a: Plan, b: Plan) -> dict[str, Any]:
    """Plan `b` against plan `a`: the diff, and each figure as [of a, of b].

    Keys: plans, diff (with names), objective, terms, shortfalls, last_arrival (ISO instants),
    shortfall_changes, last_arrival_minutes, teams, people, people_minutes, coverage.
    """
    both = (a.answer, b.answer)
    names = {
        r["team"]: r.get("name")
        for answer in both
        for r in [*(answer.get("assignments") or ()), *(answer.get("standing") or ())]
    }
    changed = diff(pairs_of(a.answer), pairs_of(b.answer))
    for key in ("added", "dropped", "moved"):
        changed[key] = [{**row, "name": names.get(row["team"])} for row in changed[key]]
    return {
        "plans": [a.id, b.id],
        "diff": changed,
        "objective": [answer.get("objective") for answer in both],
        "terms": _terms(*both),
        "shortfalls": [list(answer.get("shortfalls") or ()) for answer in both],
        "shortfall_changes": _lacking(*both),
        "last_arrival": [_latest(answer, "eta") for answer in both],
        "last_arrival_minutes": [_latest(answer, "minutes") for answer in both],
        "teams": [len(answer.get("assignments") or ()) for answer in both],
        "people": [_sum(answer, lambda r: r.get("people") or 0) for answer in both],
        "people_minutes": [
            _sum(answer, lambda r: (r.get("people") or 0) * (r.get("minutes") or 0))
            for answer in both
        ],
        "coverage": [(answer.get("coverage") or {}).get("after") for answer in both],
    }


def _terms(a: Mapping[str, Any], b: Mapping[str, Any]) -> dict[str, list[float | None]]:
    """Each term of the objective, of both."""
    split = [(x.get("objective") or {}).get("terms") or {} for x in (a, b)]
    return {name: [s.get(name) for s in split] for name in dict.fromkeys([*split[0], *split[1]])}


def _lacking(a: Mapping[str, Any], b: Mapping[str, Any]) -> list[dict[str, Any]]:
    """What lacks more or less in the second: {incident, capability|item, name, before, after}."""
    found: dict[tuple[str, str, str], dict[str, Any]] = {}
    for key, answer in (("before", a), ("after", b)):
        for row in answer.get("shortfalls") or ():
            kind = "capability" if row.get("capability") else "item"
            mark = (row["incident"], kind, row[kind])
            blank = {"incident": row["incident"], kind: row[kind], "before": 0.0, "after": 0.0}
            found.setdefault(mark, {**blank, "name": row.get("name") or row[kind]})
            found[mark][key] = row["amount"]
    return [row for _, row in sorted(found.items()) if row["before"] != row["after"]]


def _latest(answer: Mapping[str, Any], field: str) -> Any:
    return max((r[field] for r in answer.get("assignments") or () if r.get(field)), default=None)


def _sum(answer: Mapping[str, Any], figure: Any) -> float:
    return float(round(sum(figure(r) for r in answer.get("assignments") or ()), 1))
