"""Re-verifies a queue of teams over sites from two JSON files alone, apart from the solver.

``python -m data.allocation.check_queue problem.json queue.json`` exits 1 naming the first broken
rule.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import msgspec

Json = dict[str, Any]
Rule = Callable[[Json, Json], str]
_MINUTES = 0.01  # times are told to a thousandth of a minute
_TOLERANCE = 1e-5
_ARGUMENTS = 3


def verify(problem_text: str, queue_text: str) -> list[Json]:
    """Every rule with whether it holds and what breaks it: {check, ok, detail}."""
    problem, queue = msgspec.json.decode(problem_text), msgspec.json.decode(queue_text)
    checks = []
    for name, rule in RULES.items():
        try:
            broken = rule(problem, queue)
        except (KeyError, ValueError, TypeError, IndexError) as error:
            broken = f"无法核验：{error!r}"
        checks.append({"check": name, "ok": not broken, "detail": broken})
    return checks


def _numbers(rows: list[Json]) -> dict[str, int]:
    return {row["id"]: n for n, row in enumerate(rows)}


def _known(problem: Json, queue: Json) -> str:
    """Everything named is in the problem, and no unit has two routes."""
    units, sites = _numbers(problem["units"]), _numbers(problem["sites"])
    seen: set[str] = set()
    for route in queue["routes"]:
        if route["unit"] not in units:
            return f"没有队伍 {route['unit']}"
        if route["unit"] in seen:
            return f"{route['unit']} 有两条路线"
        seen.add(route["unit"])
        for stop in route["stops"]:
            if stop["site"] not in sites:
                return f"没有点位 {stop['site']}"
    for row in queue["unserved"]:
        if row["site"] not in sites:
            return f"没有点位 {row['site']}"
    return ""


def _once(problem: Json, queue: Json) -> str:
    """Every site is served once, or listed as not served."""
    told = [stop["site"] for route in queue["routes"] for stop in route["stops"]]
    told += [row["site"] for row in queue["unserved"]]
    for site in problem["sites"]:
        if told.count(site["id"]) != 1:
            return f"{site['id']} 出现 {told.count(site['id'])} 次"
    return ""


def _can(problem: Json, k: int, j: int) -> bool:
    able = set(problem["sites"][j].get("needs", [])) <= set(problem["units"][k].get("can", []))
    return able and problem["work"][k][j] is not None


def _capability(problem: Json, queue: Json) -> str:
    """A unit has what each of its sites needs."""
    units, sites = _numbers(problem["units"]), _numbers(problem["sites"])
    for route in queue["routes"]:
        for stop in route["stops"]:
            if not _can(problem, units[route["unit"]], sites[stop["site"]]):
                return f"{route['unit']} 不能承担 {stop['site']}"
    return ""


def _walked(problem: Json, route: Json) -> Iterator[tuple[Json, int, float, float]]:
    """(stop, site, arrival, completion) worked out anew along a route."""
    sites = _numbers(problem["sites"])
    k = _numbers(problem["units"])[route["unit"]]
    now, last = float(problem["units"][k].get("ready", 0.0)), -1
    for stop in route["stops"]:
        j = sites[stop["site"]]
        way = problem["start"][k][j] if last < 0 else problem["between"][last][j]
        if way is None:
            raise ValueError(f"{route['unit']} 到 {stop['site']} 无路")
        arrive = now + way
        now, last = arrive + problem["work"][k][j], j
        yield stop, j, arrive, now


def _times(problem: Json, queue: Json) -> str:
    """Arrivals and completions are those of the problem's minutes."""
    for route in queue["routes"]:
        for stop, _, arrive, finish in _walked(problem, route):
            if abs(stop["arrive"] - arrive) > _MINUTES:
                return f"{route['unit']} 到 {stop['site']} 应为 {arrive:g}"
            if abs(stop["finish"] - finish) > _MINUTES:
                return f"{route['unit']} 完成 {stop['site']} 应为 {finish:g}"
    return ""


def _left(problem: Json, queue: Json) -> str:
    """No site is left that a unit could still take as its first or after its last."""
    sites = _numbers(problem["sites"])
    last = {route["unit"]: sites[route["stops"][-1]["site"]] for route in queue["routes"]}
    for row in queue["unserved"]:
        j = sites[row["site"]]
        for k, unit in enumerate(problem["units"]):
            at = last.get(unit["id"])
            way = problem["start"][k][j] if at is None else problem["between"][at][j]
            if _can(problem, k, j) and way is not None:
                return f"{unit['id']} 可以去 {row['site']}"
    return ""


def _value(problem: Json, queue: Json) -> str:
    """The objective is weight times completion, and no bound lies above it."""
    goal = queue["objective"]
    own = sum(
        problem["sites"][j].get("weight", 1.0) * finish
        for route in queue["routes"]
        for _, j, _, finish in _walked(problem, route)
    )
    near = _TOLERANCE * max(1.0, abs(own))
    if abs(own - goal["value"]) > near:
        return f"应为 {own:,.3f}，方案写 {goal['value']:,.3f}"
    bound = goal.get("bound")
    if bound is not None and bound > own + near:
        return f"下界 {bound:g} 高于方案 {own:g}"
    if goal.get("optimal") and (bound is None or own - bound > near):
        return "称最优而无下界证明"
    return ""


RULES: dict[str, Rule] = {
    "名称均在问题中": _known,
    "每点一次或列为未安排": _once,
    "能力相符": _capability,
    "时间对得上": _times,
    "能去的没有漏下": _left,
    "目标值对得上": _value,
}


def main(arguments: list[str]) -> int:
    """Check two files; 0 when every rule holds, 1 at the first broken one, 2 when misused."""
    if len(arguments) != _ARGUMENTS:
        sys.stderr.write("python -m data.allocation.check_queue problem.json queue.json\n")
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
