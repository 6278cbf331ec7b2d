"""A choice as the rows that are handed out: loads, what is missing, what changed."""

from __future__ import annotations

from typing import Any

from data.allocation.model import Choice, Problem, unmet, unsupplied
from data.allocation.words import amount


def transfers(problem: Problem, choice: Choice) -> list[dict[str, Any]]:
    """One row a load, the soonest first."""
    depot = {d.id: n for n, d in enumerate(problem.depots)}
    holding: dict[str, set[int]] = {}
    for lot in problem.lots:
        if lot.free > lot.reserve:
            holding.setdefault(lot.item, set()).add(depot[lot.depot])
    rows = []
    for (g, i), load in choice.loads.items():
        lot = problem.lots[g]
        minutes = problem.depot_minutes[depot[lot.depot]][i] or 0.0
        others = (problem.depot_minutes[n][i] for n in holding[lot.item])
        nearer = sum(t is not None and t < minutes for t in others)
        place = "最近的库" if not nearer else f"第 {nearer + 1} 近的库"
        due = f"，效期 {lot.expires} 先出" if lot.expires else ""
        kept = f"，留底 {amount(lot.reserve)}" if lot.reserve else ""
        rows.append(
            {
                "depot": lot.depot, "lot": lot.id, "item": lot.item,
                "incident": problem.incidents[i].id, "amount": round(load, 6),
                "minutes": minutes, "expires": lot.expires,
                "reason": f"{place}，{minutes:.0f} 分钟到{due}{kept}",
            }
        )  # fmt: skip
    return sorted(rows, key=lambda r: (r["incident"], r["item"], r["minutes"], r["lot"]))


def shortfalls(problem: Problem, choice: Choice) -> list[dict[str, Any]]:
    """What is still missing: capabilities, then items."""
    rows: list[dict[str, Any]] = [
        {"incident": problem.incidents[i].id, "capability": name, "amount": round(gap, 6)}
        for (i, name), gap in unmet(problem, choice).items()
    ]
    return rows + [
        {"incident": problem.incidents[i].id, "item": item, "amount": round(gap, 6)}
        for (i, item), gap in unsupplied(problem, choice).items()
    ]


def difference(problem: Problem, choice: Choice) -> dict[str, Any] | None:
    """What changed against the last plan; None when there was none."""
    if not problem.previous:
        return None
    before = dict(problem.previous)
    after = {
        problem.teams[k].id: problem.incidents[i].id
        for k, i in choice.sent.items()
        if problem.teams[k].busy_with != problem.incidents[i].id
    }
    return {
        "kept": sorted(t for t in after if before.get(t) == after[t]),
        "added": [{"team": t, "incident": after[t]} for t in sorted(after) if t not in before],
        "dropped": [{"team": t, "incident": before[t]} for t in sorted(before) if t not in after],
        "moved": [
            {"team": t, "from": before[t], "to": after[t]}
            for t in sorted(after)
            if t in before and before[t] != after[t]
        ],
    }
