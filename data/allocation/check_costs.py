"""The terms of the objective worked out anew from the files alone, for the checker."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from typing import Any

Json = dict[str, Any]
_TOLERANCE = 1e-4
_BY = 120.0  # minutes a need is wanted within where it states none


def roles_of(row: Json) -> dict[str, float]:
    """The amounts of an assignment by capability."""
    return dict(row.get("roles") or {row["capability"]: row["amount"]})


def _travel(problem: Json, plan: Json) -> float:
    """Σ w s (t + t²/60 + lateness) + 30 over the teams sent."""
    teams = {t["id"]: (n, t) for n, t in enumerate(problem["teams"])}
    asks = {a["id"]: (n, a) for n, a in enumerate(problem["incidents"])}
    cost = 0.0
    for row in plan["assignments"]:
        (k, team), (i, ask) = teams[row["team"]], asks[row["incident"]]
        t = problem["minutes"][k][i] or 0.0
        dues = [
            n.get("by", _BY)
            for n in ask.get("needs", [])
            if team.get("provides", {}).get(n["capability"], 0) > 0
        ]
        late = max(0.0, t - min(dues)) if dues else 0.0
        people = team.get("people", 0.0)
        cost += ask.get("weight", 1.0) * people * (t + t * t / 60 + late) + 30.0
    return cost


def _unmet(problem: Json, plan: Json) -> float:
    """M w e u / D over the needs that are short."""
    people = {c["id"] for c in problem.get("capabilities", []) if c.get("people")}
    unmet = problem.get("weights", {}).get("unmet", 2880.0)
    given: defaultdict[tuple[str, str], float] = defaultdict(float)
    for row in plan["assignments"]:
        for name, amount in roles_of(row).items():
            given[row["incident"], name] += amount
    cost = 0.0
    for ask in problem["incidents"]:
        for need in ask.get("needs", []):
            worth = need.get("people_equivalent")
            if worth is None:
                worth = need["amount"] if need["capability"] in people else 20.0
            short = max(0.0, need["amount"] - given[ask["id"], need["capability"]])
            cost += unmet * ask.get("weight", 1.0) * worth * short / need["amount"]
    return cost


def _cover(problem: Json, plan: Json) -> float:
    """What the last and the second team of each county and capability cost where they go."""
    weights = problem.get("weights", {})
    rates = sorted((weights.get("cover_last", 375.0), weights.get("cover_second", 150.0)))
    sent = {row["team"] for row in plan["assignments"]}
    within = problem.get("cover_within", 90.0)
    before: defaultdict[tuple[int, str], int] = defaultdict(int)
    after: defaultdict[tuple[int, str], int] = defaultdict(int)
    for team, row in zip(problem["teams"], problem.get("cover_minutes", []), strict=False):
        if team.get("busy_with") is not None:
            continue
        for j, minutes in enumerate(row):
            if minutes is None or minutes > within:
                continue
            for name, amount in team.get("provides", {}).items():
                if amount > 0:
                    before[j, name] += 1
                    after[j, name] += team["id"] not in sent
    counties = problem.get("counties", [])
    cost = 0.0
    for (j, name), had in before.items():
        lost = max(0, min(2, had) - after[j, name])
        cost += counties[j].get("risk", 1.0) * sum(rates[:lost])
    return cost


def _steady(problem: Json, plan: Json) -> float:
    """What leaving the last plan and what was ordered costs."""
    incidents = {a["id"] for a in problem["incidents"]}
    teams = {t["id"]: t for t in problem["teams"]}
    kept = {
        t["id"]: t["busy_with"]
        for t in teams.values()
        if t.get("movable") and t.get("busy_with") in incidents
    }
    for team, incident in problem.get("previous", []):
        if team in teams and incident in incidents:
            kept.setdefault(team, incident)
    made = {(row["team"], row["incident"]) for row in plan["assignments"]}
    rate = problem.get("weights", {}).get("steady", 0.0)
    return float(rate * sum(pair not in made for pair in kept.items()))


def _supplies(problem: Json, plan: Json) -> float:
    """Weight κ (minutes f + M v) / Q over the demands, and 10 a trip where lorries are known."""
    depots = {d["id"]: n for n, d in enumerate(problem.get("depots", []))}
    asks = {a["id"]: (n, a) for n, a in enumerate(problem["incidents"])}
    unmet = problem.get("weights", {}).get("unmet", 2880.0)
    lots = {x["id"]: x for x in problem.get("lots", [])}
    given: defaultdict[tuple[str, str], float] = defaultdict(float)
    waited: defaultdict[tuple[str, str], float] = defaultdict(float)
    tonnes: defaultdict[tuple[str, str], float] = defaultdict(float)
    for row in plan["transfers"]:
        key = (row["incident"], row["item"])
        minutes = problem["depot_minutes"][depots[row["depot"]]][asks[row["incident"]][0]]
        given[key] += row["amount"]
        waited[key] += row["amount"] * (minutes or 0.0)
        weight = lots[row["lot"]].get("unit_weight_t") or 0.0
        tonnes[row["depot"], row["incident"]] += row["amount"] * weight
    cost = 0.0
    for name, (_, ask) in asks.items():
        for demand in ask.get("supplies", []):
            key = (name, demand["item"])
            short = max(0.0, demand["amount"] - given[key])
            rate = ask.get("weight", 1.0) * 20.0 / demand["amount"]
            cost += rate * (waited[key] + unmet * short)
    for depot in problem.get("depots", []):
        load = depot.get("vehicle_t")
        for (name, _), t in tonnes.items() if load else ():
            if name == depot["id"] and t > _TOLERANCE:
                cost += 10.0 * int(-(-(t - _TOLERANCE) // load))
    return cost


TERMS: dict[str, Callable[[Json, Json], float]] = {
    "travel": _travel, "unmet": _unmet, "cover": _cover, "steady": _steady,
    "supplies": _supplies,
}  # fmt: skip
TERM_WORDS = {
    "travel": "行程代价", "unmet": "缺口代价", "cover": "留守代价", "steady": "改动代价",
    "supplies": "物资代价",
}  # fmt: skip
