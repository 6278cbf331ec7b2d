"""Who is kept back for the counties although somebody could use them, one sentence a team."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from data.allocation.explain import Reasons

_SMALL = 1e-6


def kept_back(reasons: Reasons) -> list[dict[str, Any]]:
    """Teams that stay since their going would strip a county, though they would be of use.

    Either a need is unmet that they could serve, or they would come at less cost than a
    team that goes; what the counties would lose is worth more than what that would save.
    """
    seen: dict[str, dict[str, Any]] = {}
    for row in [*_from_gaps(reasons), *_from_others(reasons)]:
        seen.setdefault(str(row["team"]), row)
    return list(seen.values())


def _from_gaps(reasons: Reasons) -> Iterator[dict[str, Any]]:
    """Where a need is unmet."""
    problem, cover = reasons.problem, reasons.cover
    for (i, name), gap in reasons.gaps.items():
        ask = problem.incidents[i]
        need = next(n for n in ask.needs if n.capability == name)
        for k in reasons.having.get(name, ()):
            if k in reasons.choice.sent or (k, i) not in reasons.pairs:
                continue
            brings = min(problem.teams[k].provides[name], gap)
            saved = problem.unmet_rate(ask, need) * brings - problem.arc_cost(k, i)
            if 0 < saved <= cover.price(k) + _SMALL:
                yield _row(reasons, k, i, name, f"补缺口可省的 {saved:,.0f}")


def _from_others(reasons: Reasons) -> Iterator[dict[str, Any]]:
    """Where a dearer team goes instead."""
    problem, choice, cover = reasons.problem, reasons.choice, reasons.cover
    giving: dict[int, dict[str, float]] = {}
    for (m, name), most in choice.roles.items():
        giving.setdefault(m, {})[name] = most
    guards = {
        name: [k for k in ks if k not in choice.sent and cover.price(k) > 0]
        for name, ks in reasons.having.items()
    }
    for m, i in sorted(choice.sent.items()):
        given = giving.get(m)
        if not given or problem.teams[m].busy_with is not None:
            continue
        cost, main = problem.arc_cost(m, i), max(given, key=given.__getitem__)
        for k in guards[main]:
            if (k, i) not in reasons.pairs:
                continue
            provides = problem.teams[k].provides
            saved = cost - reasons.pairs[k, i]
            as_well = all(provides.get(c, 0.0) >= a for c, a in given.items())
            if as_well and 0 < saved <= cover.price(k) + _SMALL:
                yield _row(reasons, k, i, main, f"换下{reasons.team(m)}可省的 {saved:,.0f}")


def _row(reasons: Reasons, k: int, i: int, name: str, against: str) -> dict[str, Any]:
    """One team kept back, with what that is worth and against what."""
    price = reasons.cover.price(k)
    return {
        "team": reasons.problem.teams[k].id, "name": reasons.team(k),
        "incident": reasons.problem.incidents[i].id, "capability": name,
        "price": round(price, 1), "county": reasons.cover.county(k),
        "why": f"留守：{reasons.cover.would_lose(k)}，代价 {price:,.0f} 人·分，多于{against}",
    }  # fmt: skip
