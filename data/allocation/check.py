"""Re-verifies a plan from two JSON files alone, sharing no code with the solver.

``python -m data.allocation.check problem.json plan.json`` exits 1 naming the first broken rule.
"""

from __future__ import annotations

import sys
from collections import defaultdict
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec

from data.allocation.check_costs import TERM_WORDS, TERMS, roles_of

Json = dict[str, Any]
Rule = Callable[[Json, Json], str]
_TOLERANCE = 1e-4
_ARGUMENTS = 3


def verify(problem_text: str, plan_text: str) -> list[Json]:
    """Every rule with whether it holds and what breaks it: {check, ok, detail}."""
    problem, plan = msgspec.json.decode(problem_text), msgspec.json.decode(plan_text)
    checks = []
    for name, rule in RULES.items():
        try:
            broken = rule(problem, plan)
        except (KeyError, ValueError, TypeError, IndexError) as error:
            broken = f"无法核验：{error!r}"
        checks.append({"check": name, "ok": not broken, "detail": broken})
    return checks


def _known(problem: Json, plan: Json) -> str:
    """Everything named is in the problem."""
    teams = {t["id"] for t in problem["teams"]}
    incidents = {i["id"] for i in problem["incidents"]}
    lots = {x["id"]: x for x in problem.get("lots", [])}
    for row in plan["assignments"]:
        if row["team"] not in teams or row["incident"] not in incidents:
            return f"{row['team']} → {row['incident']}"
    for row in plan["transfers"]:
        lot = lots.get(row["lot"])
        if lot is None or row["incident"] not in incidents:
            return f"{row['lot']} → {row['incident']}"
        if lot["item"] != row["item"] or lot["depot"] != row["depot"]:
            return f"{row['lot']} 不是 {row['depot']} 的 {row['item']}"
    return ""


def _team_once(_: Json, plan: Json) -> str:
    """No team twice."""
    seen: set[str] = set()
    for row in plan["assignments"]:
        if row["team"] in seen:
            return str(row["team"])
        seen.add(row["team"])
    return ""


def _bound_teams(problem: Json) -> set[str]:
    """Teams that may not be taken from where they are."""
    return {
        t["id"]
        for t in problem["teams"]
        if t.get("busy_with") is not None and not t.get("movable")
    }


def _bound(problem: Json, plan: Json) -> str:
    """Bound and locked teams are where they are; banned pairs are not made."""
    where = {row["team"]: row["incident"] for row in plan["assignments"]}
    incidents = {i["id"] for i in problem["incidents"]}
    for team in problem["teams"]:
        busy = None if team.get("movable") else team.get("busy_with")
        if busy is not None and where.get(team["id"], busy) != busy:
            return f"{team['id']} 已在 {busy}"
        if busy in incidents and team["id"] not in where:
            return f"{team['id']} 被从 {busy} 撤出"
    busy_teams = _bound_teams(problem)
    for team_id, incident in problem.get("locks", []):
        if team_id not in busy_teams and where.get(team_id) != incident:
            return f"指定 {team_id} → {incident} 未执行"
    locked = {tuple(pair) for pair in problem.get("locks", [])}
    for team_id, incident in problem.get("bans", []):
        held = team_id in busy_teams or (team_id, incident) in locked
        if where.get(team_id) == incident and not held:
            return f"禁用 {team_id} → {incident}"
    return ""


def _capability(problem: Json, plan: Json) -> str:
    """Amounts within what the team provides, its people in one role at a time."""
    teams = {t["id"]: t for t in problem["teams"]}
    people = {c["id"] for c in problem.get("capabilities", []) if c.get("people")}
    for row in plan["assignments"]:
        team, busy = teams[row["team"]], 0.0
        for name, amount in roles_of(row).items():
            if amount < 0 or (amount > 0 and amount > team["provides"].get(name, 0) + _TOLERANCE):
                return f"{row['team']} 的{name}只有 {team['provides'].get(name, 0):g}"
            busy += amount if name in people else 0.0
        if busy > team.get("people", 0) + _TOLERANCE:
            return f"{row['team']} 只有 {team.get('people', 0):g} 人"
    return ""


def _times(problem: Json, plan: Json) -> str:
    """Minutes are those of the problem, and there is a way."""
    k = {t["id"]: n for n, t in enumerate(problem["teams"])}
    i = {a["id"]: n for n, a in enumerate(problem["incidents"])}
    d = {x["id"]: n for n, x in enumerate(problem.get("depots", []))}
    fixed = _bound_teams(problem)
    for row in plan["assignments"]:
        given = problem["minutes"][k[row["team"]]][i[row["incident"]]]
        if given is None and row["team"] not in fixed:
            return f"{row['team']} 到不了 {row['incident']}"
        if abs((given or 0.0) - row.get("minutes", given or 0.0)) > _TOLERANCE:
            return f"{row['team']} 用时应为 {given}"
    for row in plan["transfers"]:
        given = problem["depot_minutes"][d[row["depot"]]][i[row["incident"]]]
        if given is None or abs(given - row.get("minutes", given)) > _TOLERANCE:
            return f"{row['lot']} 用时应为 {given}"
    return ""


def _stock(problem: Json, plan: Json) -> str:
    """No lot over its stock less what is kept."""
    free = {x["id"]: max(0.0, x["free"] - x.get("reserve", 0)) for x in problem.get("lots", [])}
    for row in plan["transfers"]:
        free[row["lot"]] -= row["amount"]
        if row["amount"] <= 0 or free[row["lot"]] < -_TOLERANCE:
            return str(row["lot"])
    return ""


def _vehicles(problem: Json, plan: Json) -> str:
    """Each depot's whole trips within its vehicles, where they are known."""
    weight = {x["id"]: x.get("unit_weight_t") or 0.0 for x in problem.get("lots", [])}
    for depot in problem.get("depots", []):
        if depot.get("vehicles") is None or not depot.get("vehicle_t"):
            continue
        tonnes: defaultdict[str, float] = defaultdict(float)
        for row in plan["transfers"]:
            if row["depot"] == depot["id"]:
                tonnes[row["incident"]] += row["amount"] * weight[row["lot"]]
        trips = sum(int(-(-(t - _TOLERANCE) // depot["vehicle_t"])) for t in tonnes.values())
        if trips > depot["vehicles"]:
            return f"{depot['id']} 需 {trips} 车次，只有 {depot['vehicles']}"
    return ""


def _short(problem: Json, plan: Json) -> str:
    """Shortfalls are exactly what is asked less what is given."""
    lacking: dict[tuple[str, str], float] = {}
    for ask in problem["incidents"]:
        for need in ask.get("needs", []):
            lacking[ask["id"], need["capability"]] = need["amount"]
        for demand in ask.get("supplies", []):
            lacking[ask["id"], demand["item"]] = demand["amount"]
    for row in plan["assignments"]:
        for name, amount in roles_of(row).items():
            if (row["incident"], name) in lacking:
                lacking[row["incident"], name] -= amount
    for row in plan["transfers"]:
        if (row["incident"], row["item"]) in lacking:
            lacking[row["incident"], row["item"]] -= row["amount"]
    said = {
        (r["incident"], r.get("capability") or r.get("item")): r["amount"]
        for r in plan["shortfalls"]
    }
    for key, amount in lacking.items():
        if abs(max(0.0, amount) - said.get(key, 0.0)) > _TOLERANCE * max(1.0, abs(amount)):
            return f"{key[0]} {key[1]} 应缺 {max(0.0, amount):g}，方案写 {said.get(key, 0.0):g}"
    return ""


def _value(problem: Json, plan: Json) -> str:
    """The objective is the sum of its terms, each worked out anew, and no bound lies above it."""
    goal = plan["objective"]
    total = sum(goal["terms"].values())
    if abs(total - goal["value"]) > _TOLERANCE * max(1.0, abs(total)):
        return f"各项之和 {total:g} 不等于 {goal['value']:g}"
    for name, work in TERMS.items():
        own, said = work(problem, plan), goal["terms"].get(name, 0.0)
        if abs(own - said) > _TOLERANCE * max(1.0, abs(own)):
            return f"{TERM_WORDS[name]}应为 {own:,.2f}，方案写 {said:,.2f}"
    bound = goal.get("bound")
    if bound is not None and bound > goal["value"] + _TOLERANCE * max(1.0, abs(bound)):
        return f"下界 {bound:g} 高于方案 {goal['value']:g}"
    if goal.get("optimal") and (bound is None or goal["value"] - bound > max(1.0, total) * 1e-5):
        return "称最优而无下界证明"
    return ""


RULES: dict[str, Rule] = {
    "名称均在问题中": _known,
    "一队不派两处": _team_once,
    "在执行、指定与禁用均遵守": _bound,
    "能力与人数相符": _capability,
    "时间对得上": _times,
    "批次不超库存": _stock,
    "车次不超运力": _vehicles,
    "缺口如实": _short,
    "目标值对得上": _value,
}


def main(arguments: list[str]) -> int:
    """Check two files; 0 when every rule holds, 1 at the first broken one, 2 when misused."""
    if len(arguments) != _ARGUMENTS:
        sys.stderr.write("python -m data.allocation.check problem.json plan.json\n")
        return 2
    texts = [Path(name).read_text(encoding="utf-8") for name in arguments[1:]]
    for check in verify(*texts):
        if not check["ok"]:
            sys.stderr.write(f"{check['check']}：{check['detail']}\n")
            return 1
    sys.stdout.write(f"{len(RULES)} 项核验全部通过\n")
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv))
