"""What was really ordered of a plan, made a plan of its own for the checker, without the solver."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import msgspec

from data.allocation.check import verify
from data.allocation.check_costs import TERMS, roles_of

Json = dict[str, Any]
_SMALL = 1e-6
_KNOWN = "名称均在问题中"


def verify_order(
    problem_text: str,
    plan: Json,
    teams: Iterable[tuple[str, str]],
    loads: Iterable[tuple[str, str, float]],
) -> Json:
    """Every rule over the teams and loads that were ordered: {checks, objective, shortfalls}.

    `plan` is the solver's answer with its standing teams; `teams` are (team, incident), `loads`
    (lot, incident, amount). Who was added by hand is put to what is missing and dearest, so the
    objective is what the order costs at most. What the problem does not know fails the first rule
    and is left out of the others.
    """
    problem = msgspec.json.decode(problem_text)
    asked, goods = list(teams), list(loads)
    known = {t["id"] for t in problem["teams"]}
    lots = {x["id"]: x for x in problem.get("lots", [])}
    incidents = {a["id"] for a in problem["incidents"]}
    beyond = [t for t, i in asked if t not in known or i not in incidents]
    beyond += [x for x, i, _ in goods if x not in lots or i not in incidents]
    rows = _rows(problem, plan, [p for p in asked if p[0] in known and p[1] in incidents])
    made: Json = {
        "assignments": rows,
        "transfers": [
            {"lot": x, "incident": i, "amount": n, "depot": lots[x]["depot"],
             "item": lots[x]["item"]}
            for x, i, n in goods
            if x in lots and i in incidents
        ],
    }  # fmt: skip
    made["shortfalls"] = _shortfalls(problem, made)
    made["objective"] = _objective(problem, plan, made)
    checks = verify(problem_text, msgspec.json.encode(made).decode())
    if beyond:
        first = {"check": _KNOWN, "ok": False, "detail": f"不在方案的问题中：{'、'.join(beyond)}"}
        checks = [first, *(c for c in checks if c["check"] != _KNOWN)]
    return {"checks": checks, "objective": made["objective"], "shortfalls": made["shortfalls"]}


def _rows(problem: Json, plan: Json, asked: list[tuple[str, str]]) -> list[Json]:
    """An assignment for each pair ordered, as the plan has it or made anew, and who stands."""
    planned = {(r["team"], r["incident"]): r for r in plan["assignments"]}
    moved = {team for team, _ in asked}
    bound = {t["id"] for t in problem["teams"] if t.get("busy_with") is not None}
    stands = [
        r for r in plan["assignments"] if r["team"] in bound and r["team"] not in moved
    ]  # fmt: skip
    rows = stands + [planned[pair] for pair in asked if pair in planned]
    lacking = _lacking(problem, rows)
    place = {a["id"]: n for n, a in enumerate(problem["incidents"])}
    row_of = {t["id"]: n for n, t in enumerate(problem["teams"])}
    for team, incident in asked:
        if (team, incident) in planned:
            continue
        row: Json = {
            "team": team, "incident": incident,
            "capability": "", "amount": 0.0,  # of one that gives nothing
            "roles": _put_to_work(problem, problem["teams"][row_of[team]], incident, lacking),
        }  # fmt: skip
        minutes = problem["minutes"][row_of[team]][place[incident]]
        rows.append(row if minutes is None else row | {"minutes": minutes})
    return rows


def _lacking(problem: Json, rows: list[Json]) -> dict[tuple[str, str], float]:
    """What each need lacks when so many serve."""
    left = {
        (a["id"], n["capability"]): float(n["amount"])
        for a in problem["incidents"]
        for n in a.get("needs", [])
    }
    for row in rows:
        for name, amount in roles_of(row).items():
            if (row["incident"], name) in left:
                left[row["incident"], name] -= amount
    return left


def _put_to_work(
    problem: Json, team: Json, incident: str, lacking: dict[tuple[str, str], float]
) -> dict[str, float]:
    """What a team added by hand gives: what is missing, the dearest first, as its people allow."""
    people = {c["id"] for c in problem.get("capabilities", []) if c.get("people")}
    ask = next(a for a in problem["incidents"] if a["id"] == incident)

    def rate(need: Json) -> float:
        worth = need.get("people_equivalent")
        if worth is None:
            worth = need["amount"] if need["capability"] in people else 20.0
        return float(worth) / float(need["amount"])

    hands, gives = float(team.get("people", 0.0)), {}
    for need in sorted(ask.get("needs", []), key=lambda n: (-rate(n), n["capability"])):
        name = need["capability"]
        take = min(float(team["provides"].get(name, 0.0)), max(0.0, lacking[incident, name]))
        take = min(take, hands) if name in people else take
        if take > _SMALL:
            gives[name] = take
            lacking[incident, name] -= take
            hands -= take if name in people else 0.0
    return gives


def _shortfalls(problem: Json, made: Json) -> list[Json]:
    """What the order leaves missing."""
    found = [
        {"incident": i, "capability": name, "amount": left}
        for (i, name), left in _lacking(problem, made["assignments"]).items()
        if left > _SMALL
    ]
    given: dict[tuple[str, str], float] = {}
    for row in made["transfers"]:
        key = (row["incident"], row["item"])
        given[key] = given.get(key, 0.0) + row["amount"]
    for ask in problem["incidents"]:
        for demand in ask.get("supplies", []):
            left = demand["amount"] - given.get((ask["id"], demand["item"]), 0.0)
            if left > _SMALL:
                found.append({"incident": ask["id"], "item": demand["item"], "amount": left})
    return found


def _objective(problem: Json, plan: Json, made: Json) -> Json:
    """What the order costs, with the plan's bound where it still lies below."""
    parts = {name: work(problem, made) for name, work in TERMS.items()}
    value, bound = sum(parts.values()), (plan.get("objective") or {}).get("bound")
    holds = bound is not None and bound <= value
    return {"value": value, "terms": parts, "bound": bound if holds else None, "optimal": False}
