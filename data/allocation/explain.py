"""Says why: who goes for what reason, what is contested, what is kept back."""

from __future__ import annotations

from time import monotonic
from typing import Any

from data.allocation.greedy import Crew, plan_teams
from data.allocation.model import Choice, Problem, unmet, unsupplied

FEW = 3  # as few teams of a capability in all the problem are named as such
_ALONE_S = 0.03  # time for planning one incident as if it were alone


def assignments(problem: Problem, choice: Choice) -> list[dict[str, Any]]:
    """One row a team: its incident, its main role, all its roles, its minutes and why."""
    rows = []
    for k, i in sorted(choice.sent.items(), key=lambda p: (p[1], problem.eligible[p])):
        mine = {name: a for (team, name), a in choice.roles.items() if team == k}
        ask = problem.incidents[i]
        order = [n.capability for n in ask.needs if n.capability in mine]
        main = order[0] if order else next(iter(problem.teams[k].provides), None)
        rows.append(
            {
                "team": problem.teams[k].id, "incident": ask.id, "capability": main,
                "amount": mine.get(main or "", 0.0), "roles": {n: mine[n] for n in order},
                "minutes": problem.eligible[k, i], "reason": reason(problem, choice, k, main),
            }
        )  # fmt: skip
    return rows


def reason(problem: Problem, choice: Choice, k: int, capability: str | None) -> str:
    """Why a team goes where it goes, in the words of the field."""
    i, team = choice.sent[k], problem.teams[k]
    if team.busy_with is not None:
        return "已在执行"
    if k in problem.fixed:
        return "人工指定"
    having = [j for j, t in enumerate(problem.teams) if t.provides.get(capability or "", 0) > 0]
    mine = problem.eligible[k, i]
    nearer = [j for j in having if j != k and (t := problem.minutes[j][i]) is not None and t < mine]
    words = []
    if len(having) <= FEW:
        words.append(f"全域仅 {len(having)} 支有{capability}")
    elsewhere = [j for j in nearer if choice.sent.get(j) not in (None, i)]
    if not [j for j in nearer if choice.sent.get(j) != i]:
        words.append("最近可用")
    elif elsewhere:
        words.append("更近的队伍已用于另一事件")
    else:
        words.append("能力与人数更合用")
    return "，".join(words)


def transfers(problem: Problem, choice: Choice) -> list[dict[str, Any]]:
    """One row a load, the soonest first."""
    depot = {d.id: n for n, d in enumerate(problem.depots)}
    rows = []
    for (g, i), amount in choice.loads.items():
        lot = problem.lots[g]
        rows.append(
            {
                "depot": lot.depot, "lot": lot.id, "item": lot.item,
                "incident": problem.incidents[i].id, "amount": round(amount, 6),
                "minutes": problem.depot_minutes[depot[lot.depot]][i],
            }
        )  # fmt: skip
    return sorted(rows, key=lambda r: (r["incident"], r["item"], r["minutes"], r["lot"]))


def shortfalls(problem: Problem, choice: Choice) -> list[dict[str, Any]]:
    """What is still missing: capabilities, then items."""
    rows: list[dict[str, Any]] = [
        {"incident": problem.incidents[i].id, "capability": name, "amount": round(amount, 6)}
        for (i, name), amount in unmet(problem, choice).items()
    ]
    return rows + [
        {"incident": problem.incidents[i].id, "item": item, "amount": round(amount, 6)}
        for (i, item), amount in unsupplied(problem, choice).items()
    ]


def contested(problem: Problem, choice: Choice) -> list[dict[str, Any]]:
    """Teams that more than one incident would take were it alone: who got it, why, at what price.

    The price is what moving the team to the other side would add to the objective, the rest of
    the plan left as it is (None where the move cannot be made).
    """
    wanting: dict[int, list[int]] = {}
    for i in range(len(problem.incidents)):
        alone = plan_teams(problem, monotonic() + _ALONE_S, only=i)
        for k, at in alone.items():
            if at == i and k not in problem.fixed:
                wanting.setdefault(k, []).append(i)
    crew = _crew(problem, choice)
    rows = []
    for k, wanted in sorted(wanting.items()):
        if len(wanted) > 1:
            rows.append(_contest(problem, choice, crew, k, wanted))
    return rows


def _contest(
    problem: Problem, choice: Choice, crew: Crew, k: int, wanted: list[int]
) -> dict[str, Any]:
    """One contested team."""
    given = choice.sent.get(k)
    others = [i for i in wanted if i != given]
    prices = [crew.change({k: (given, i)}) for i in others]
    row: dict[str, Any] = {
        "team": problem.teams[k].id, "wanted_by": [problem.incidents[i].id for i in wanted],
        "given_to": problem.incidents[given].id if given is not None else None,
        "price": round(min(prices), 1) if prices else None,
    }  # fmt: skip
    if given is None:
        return row | {"why": "留作后备"}
    here = problem.eligible[k, given]
    there = min(problem.eligible[k, i] for i in others)
    if here < there:
        why = f"到此 {here:.0f} 分钟，到另一方 {there:.0f} 分钟"
    elif problem.incidents[given].weight > min(problem.incidents[i].weight for i in others):
        why = "此方灾情更重"
    else:
        why = "另一方有替代队伍"
    return row | {"why": why}


def kept_back(problem: Problem, choice: Choice) -> list[dict[str, Any]]:
    """Teams held back though an unmet need could use them, since cover would be lost."""
    crew = _crew(problem, choice)
    gaps = unmet(problem, choice)
    rows = []
    for k, i in problem.eligible:
        useful = any(at == i and name in problem.teams[k].provides for at, name in gaps)
        if k in choice.sent or not useful:
            continue
        sent = {**choice.sent, k: i}
        price = problem.cover_cost(sent) - problem.cover_cost(choice.sent)
        if price > 0 and crew.change({k: (None, i)}) - price < 0:
            rows.append(
                {
                    "team": problem.teams[k].id, "incident": problem.incidents[i].id,
                    "price": round(price, 1), "why": "调走后属地失去最后或第二支同类力量",
                }
            )  # fmt: skip
    return rows


def _crew(problem: Problem, choice: Choice) -> Crew:
    """A crew standing as the choice says."""
    crew = Crew(problem)
    for k, i in choice.sent.items():
        if k not in problem.fixed:
            crew.make({k: (None, i)})
    return crew
