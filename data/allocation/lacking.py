"""Why something stays missing: where those are who could give it, one Chinese sentence a gap."""

from __future__ import annotations

from typing import Any

import numpy as np

from data.allocation.explain import Reasons
from data.allocation.model import Choice, Problem, unsupplied
from data.allocation.supplies import available, trips_of
from data.allocation.words import amount

_NAMED = 2  # other incidents that are named


def shortfalls(reasons: Reasons) -> list[dict[str, Any]]:
    """What is still missing and why: capabilities, then items."""
    problem, choice = reasons.problem, reasons.choice
    rows: list[dict[str, Any]] = [
        {"incident": problem.incidents[i].id, "capability": name, "amount": round(gap, 6),
         "why": _no_team(reasons, i, name, gap)}
        for (i, name), gap in reasons.gaps.items()
    ]  # fmt: skip
    return rows + [
        {"incident": problem.incidents[i].id, "item": item, "amount": round(gap, 6),
         "why": _no_lot(problem, choice, i, item)}
        for (i, item), gap in unsupplied(problem, choice).items()
    ]  # fmt: skip


def _no_team(reasons: Reasons, i: int, name: str, gap: float) -> str:
    """Where the teams are that have a capability, and why no more of them come."""
    problem, sent = reasons.problem, reasons.choice.sent
    having = reasons.having.get(name, [])
    if not having:
        return f"全域没有能{name}的队伍"
    here = [k for k in having if sent.get(k) == i]
    away: dict[int, int] = {}
    for k in having:
        if k in sent and sent[k] != i:
            away[sent[k]] = away.get(sent[k], 0) + 1
    rest = [k for k in having if k not in sent]
    banned = [k for k in rest if (problem.teams[k].id, problem.incidents[i].id) in problem.bans]
    bound = [k for k in rest if problem.teams[k].busy_with is not None]
    rest = [k for k in rest if k not in banned and k not in bound]
    shut = [k for k in rest if not np.isfinite(reasons.minutes[k, i])]
    stay = [k for k in rest if k not in shut]
    parts = [f"{len(here)} 支已派此处"] if here else []
    most = sorted(away, key=lambda o: (-away[o], o))
    parts += [f"{away[other]} 支用于{reasons.incident(other)}" for other in most[:_NAMED]]
    more = sum(away[other] for other in most[_NAMED:])
    parts += [f"{more} 支用于其他"] if more else []
    parts += [f"{len(bound)} 支在执行别的任务"] if bound else []
    parts += [f"{len(banned)} 支人工指定不派"] if banned else []
    parts += [f"{len(shut)} 支路不通"] if shut else []
    parts += [_staying(reasons, stay, i, name, gap)] if stay else []
    return f"全域 {len(having)} 支能{name}：" + "、".join(parts)


def _staying(reasons: Reasons, stay: list[int], i: int, name: str, gap: float) -> str:
    """Those that stay, told by the one whose coming would pay most."""
    problem, ask = reasons.problem, reasons.problem.incidents[i]
    need = next(n for n in ask.needs if n.capability == name)

    def gain(k: int) -> float:
        brings = min(problem.teams[k].provides[name], gap)
        cost = problem.arc_cost(k, i) + reasons.cover.price(k)
        return problem.unmet_rate(ask, need) * brings - cost

    k = max(stay, key=lambda k: (gain(k), -k))
    why = reasons.why_refused(k, i, need, float(reasons.minutes[k, i]))
    return f"{len(stay)} 支未派，其中最合算的{reasons.team(k)} {why}"


def _no_lot(problem: Problem, choice: Choice, i: int, item: str) -> str:
    """Whether the stock, the ways or the lorries end first."""
    lots = [g for g, lot in enumerate(problem.lots) if lot.item == item]
    free = sum(available(problem, g) for g in lots)
    kept = sum(min(lot.free, lot.reserve) for lot in problem.lots if lot.item == item)
    asked = sum(d.amount for ask in problem.incidents for d in ask.supplies if d.item == item)
    reserve = f"（另留底 {amount(kept)}）" if kept else ""
    if not lots:
        return "各库都没有这种物资"
    if free < asked:
        return f"各库可调 {amount(free)}{reserve}，各方共要 {amount(asked)}"
    depot = {d.id: n for n, d in enumerate(problem.depots)}
    at = {depot[problem.lots[g].depot] for g in lots if available(problem, g) > 0}
    open_ = {n for n in at if problem.depot_minutes[n][i] is not None}
    if not open_:
        return f"存有的 {len(at)} 个库都没有路到现场"
    trips: dict[int, int] = {}
    for (n, _), count in trips_of(problem, choice.loads).items():
        trips[n] = trips.get(n, 0) + count
    full = [n for n in open_ if problem.depots[n].vehicles is not None
            and trips.get(n, 0) >= (problem.depots[n].vehicles or 0)]  # fmt: skip
    stock = f"各库可调 {amount(free)}{reserve}，够"
    if full:
        return f"{stock}，但 {len(full)}/{len(open_)} 个库的车辆已派完"
    return f"{stock}，但远库运到的代价高于所补缺口"
