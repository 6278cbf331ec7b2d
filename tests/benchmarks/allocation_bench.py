"""Measures the joint plan on drawn provinces: python -m tests.benchmarks.allocation_bench.

All of it in one run, some six minutes on an idle machine of two cores; then the page under
``docs/`` is drawn anew (``--no-page`` leaves it). ``--quick`` draws few and no page. ``--only A``
(or ``B``, ``C``, ``steady``) measures one part and leaves the others as they were measured before.

For each size and both kinds of province: gap to the bound at one second, time of the first answer,
share proven the best, share that the clock and not the counted work ended, and what the baselines
cost on the same problems in the same run. Then how steady plans are when an incident is added.
``--twice`` solves each problem again and counts the plans that differ. Results go to
``docs/benchmarks/allocation.json``.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import platform
import sys
from dataclasses import replace
from pathlib import Path
from statistics import median
from time import monotonic
from typing import Any

from data.allocation import Problem, solve
from data.allocation.model import Weights
from tests.benchmarks.provinces import SIZES, province
from tests.tools import benchmark_page

OUT = Path(__file__).parents[2] / "docs" / "benchmarks" / "allocation.json"
LIMIT_S, MANY, FEW = 1.0, 30, 3
BASELINES = ("nearest_first", "severity_first", "severity_trimmed")
STEADY = 3000.0


def main() -> None:
    """Run, print, write."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help=f"{FEW} provinces a size")
    parser.add_argument("--out", type=Path, default=OUT)
    parser.add_argument("--only", choices=[*SIZES, "steady"], help="one part; the others stay")
    parser.add_argument("--twice", action="store_true", help="each problem again: the same plan?")
    parser.add_argument("--no-page", action="store_true", help="leave docs/benchmarks.md as it is")
    args = parser.parse_args()
    many = FEW if args.quick else MANY
    before = json.loads(args.out.read_text("utf-8")) if args.only and args.out.exists() else {}
    solve(province(0, SIZES["A"], contested=True), time_limit_s=0.5)  # warm
    rows = [
        _one(name, kind, seed, twice=args.twice)
        for name in SIZES
        if args.only in (None, name)
        for kind in ("spread", "contested")
        for seed in range(1, many + 1)
    ]
    rows += [r for r in before.get("rows", []) if r["size"] != args.only]
    rows.sort(key=lambda r: (r["size"], r["kind"] == "contested", r["seed"]))
    steady = before.get("steady")
    if steady is None or args.only in (None, "steady"):
        steady = _steadiness(many)
    told = {
        "machine": f"{platform.machine()}, Python {platform.python_version()}",
        "limit_s": LIMIT_S, "provinces": many, "one_run": args.only is None,
        "sizes": {
            f"{n} {k}": _summary(rows, n, k)
            for n in SIZES
            for k in ("spread", "contested")
            if any(r["size"] == n for r in rows)
        },
        "steady": steady, "rows": rows,
    }  # fmt: skip
    _say(told)
    args.out.parent.mkdir(parents=True, exist_ok=True)
    args.out.write_text(json.dumps(told, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    if not (args.quick or args.no_page):
        benchmark_page.main()


def _one(name: str, kind: str, seed: int, *, twice: bool) -> dict[str, Any]:
    """One province solved, with its baselines; the largest size is the teams block alone."""
    problem = province(seed, SIZES[name], contested=kind == "contested", supplies=name != "C")
    began = monotonic()
    plan = solve(problem, time_limit_s=LIMIT_S)
    wall = monotonic() - began
    goal = plan.objective
    if sys.stderr.isatty():
        print(f"{name} {kind} {seed}", end="\r", file=sys.stderr)
    broken = [c["check"] for c in plan.certificate if not c["ok"]]
    if broken:
        raise SystemExit(f"{name} {kind} {seed}: {broken}")
    again = solve(problem, time_limit_s=LIMIT_S) if twice else plan
    return {
        "size": name, "kind": kind, "seed": seed, "wall_s": round(wall, 3),
        "seconds": goal["seconds"], "gap": goal["gap"], "optimal": goal["optimal"],
        "stopped_by": goal["stopped_by"], "plan_hash": _hash(plan),
        "other": _hash(again) != _hash(plan),
        "other_uncut": _hash(again) != _hash(plan)
        and "clock" not in {goal["stopped_by"], again.objective["stopped_by"]},
        "value": goal["value"], "first_s": goal["first"]["seconds"],
        "first_over": goal["first"]["value"] / goal["value"] - 1,
        "plan": _bare(plan.comparison["plan"]),
        **{b: _bare(plan.comparison[b]) for b in BASELINES},
    }  # fmt: skip


def _hash(plan: Any) -> str:
    """A plan by who goes where and what is loaded, so that two runs can be compared."""
    rows = sorted((r["team"], r["incident"]) for r in plan.assignments)
    loads = sorted((t["lot"], t["incident"], round(t["amount"], 6)) for t in plan.transfers)
    return hashlib.sha256(repr((rows, loads)).encode()).hexdigest()[:12]


def _bare(costs: dict[str, Any]) -> dict[str, Any]:
    """The figures of one plan that are kept."""
    kept = ("value", "people_minutes", "unmet", "cover_lost_last", "cover_lost_second", "teams",
            "last_arrival_minutes")  # fmt: skip
    return {name: costs[name] for name in kept}


def _summary(rows: list[dict[str, Any]], name: str, kind: str) -> dict[str, Any]:
    """One size and kind in figures."""
    mine = [r for r in rows if r["size"] == name and r["kind"] == kind]
    gaps = sorted(r["gap"] if r["gap"] is not None else 1.0 for r in mine)
    return {
        "gap_median": median(gaps), "gap_p90": gaps[int(0.9 * (len(gaps) - 1))],
        "optimal_share": sum(r["optimal"] for r in mine) / len(mine),
        "clock_share": _clock_share(mine),
        "other": sum(r.get("other", False) for r in mine),
        "other_uncut": sum(r.get("other_uncut", False) for r in mine),
        "seconds_median": median(r["seconds"] for r in mine),
        "wall_median": median(r["wall_s"] for r in mine),
        "first_median_s": median(r["first_s"] for r in mine),
        "first_worst_s": max(r["first_s"] for r in mine),
        "first_over_median": median(r["first_over"] for r in mine),
        "against": {b: _against(mine, b) for b in BASELINES},
    }  # fmt: skip


def _clock_share(mine: list[dict[str, Any]]) -> float | None:
    """The share of plans the clock had a say in; None where rows of before did not keep it."""
    if not all("stopped_by" in r for r in mine):
        return None
    return sum(r["stopped_by"] == "clock" for r in mine) / len(mine)


def _against(mine: list[dict[str, Any]], baseline: str) -> dict[str, float]:
    """The plan against one baseline; `saved` only where the plan serves no worse."""
    served = [r for r in mine if r["plan"]["unmet"] <= r[baseline]["unmet"] + 1e-6]
    saved = [1 - r["plan"]["people_minutes"] / r[baseline]["people_minutes"] for r in served]
    return {
        "value_ratio": median(r["plan"]["value"] / r[baseline]["value"] for r in mine),
        "people_minutes_ratio": median(
            r["plan"]["people_minutes"] / r[baseline]["people_minutes"] for r in mine
        ),
        "served_no_worse": len(served) / len(mine),
        "people_minutes_saved_there": median(saved) if saved else 0.0,
        "unmet_plan": median(r["plan"]["unmet"] for r in mine),
        "unmet_baseline": median(r[baseline]["unmet"] for r in mine),
        "last_cover_plan": median(r["plan"]["cover_lost_last"] for r in mine),
        "last_cover_baseline": median(r[baseline]["cover_lost_last"] for r in mine),
        "worse_value": sum(r["plan"]["value"] > r[baseline]["value"] + 1e-6 for r in mine),
    }


def _steadiness(many: int) -> dict[str, Any]:
    """Teams of the last plan that are moved or sent home when an incident is added."""
    found: dict[str, list[float]] = {"free": [], "steady": [], "cost": [], "share": []}
    clock = 0
    for seed in range(1, many + 1):
        whole = province(seed, SIZES["B"], contested=True, supplies=False)
        before = solve(_without_last(whole), time_limit_s=LIMIT_S)
        pairs = tuple((r["team"], r["incident"]) for r in before.assignments)
        free = solve(whole, time_limit_s=LIMIT_S)
        steady = solve(
            replace(whole, previous=pairs, weights=Weights(steady=STEADY)), time_limit_s=LIMIT_S
        )
        clock += any(p.objective["stopped_by"] == "clock" for p in (before, free, steady))
        found["share"].append(len(pairs))
        for name, plan in (("free", free), ("steady", steady)):
            after = {r["team"]: r["incident"] for r in plan.assignments}
            found[name].append(sum(after.get(team) != incident for team, incident in pairs))
        found["cost"].append(_without_steady(steady) / _without_steady(free) - 1)
    return {
        "provinces": many, "weight": STEADY, "clock_share": clock / many,
        "teams_before": sum(found["share"]) / many,
        "reassigned_free": sum(found["free"]) / many,
        "reassigned_steady": sum(found["steady"]) / many,
        "fewer": sum(s < f for s, f in zip(found["steady"], found["free"], strict=True)),
        "more": sum(s > f for s, f in zip(found["steady"], found["free"], strict=True)),
        "cost_more": median(found["cost"]),
    }  # fmt: skip


def _without_last(problem: Problem) -> Problem:
    """The problem before its last incident was reported."""
    return replace(
        problem, incidents=problem.incidents[:-1],
        minutes=tuple(row[:-1] for row in problem.minutes),
        depot_minutes=tuple(row[:-1] for row in problem.depot_minutes),
    )  # fmt: skip


def _without_steady(plan: Any) -> float:
    """What a plan costs, staying as before not counted."""
    return float(plan.objective["value"] - plan.objective["terms"]["steady"])


def _say(told: dict[str, Any]) -> None:
    """The table, in ratios."""
    print(f"{told['provinces']} provinces a kind, {told['limit_s']} s; {told['machine']}")
    for name, row in told["sizes"].items():
        print(
            f"{name:12} gap {row['gap_median']:.2%} (p90 {row['gap_p90']:.2%}), "
            f"proven {row['optimal_share']:.0%}, solve {row['seconds_median']:.2f} s, "
            f"all {row['wall_median']:.2f} s, "
            f"first {row['first_median_s'] * 1000:.0f} ms (worst {row['first_worst_s']:.2f} s), "
            f"cut by the clock {benchmark_page.share(row['clock_share'])}"
        )
        if row["other"]:
            print(
                f"{'':14}solved twice: {row['other']} plans differ, "
                f"{row['other_uncut']} of them with no clock in it"
            )
        for base, costs in row["against"].items():
            print(
                f"{'':14}{base:17} value x{costs['value_ratio']:.2f}, "
                f"people-minutes x{costs['people_minutes_ratio']:.2f}, "
                f"unmet {costs['unmet_plan']:.0f} : {costs['unmet_baseline']:.0f}, "
                f"last cover {costs['last_cover_plan']:.0f} : {costs['last_cover_baseline']:.0f}, "
                f"worse {costs['worse_value']}"
            )
    steady = told["steady"]
    print(
        f"steadiness   reassigned {steady['reassigned_free']:.1f} -> "
        f"{steady['reassigned_steady']:.1f} of {steady['teams_before']:.0f} teams a new incident "
        f"({steady['provinces']} provinces; fewer in {steady['fewer']}, more in {steady['more']}), "
        f"cost {steady['cost_more']:+.2%}, cut by the clock {steady['clock_share']:.0%}"
    )


if __name__ == "__main__":
    main()
