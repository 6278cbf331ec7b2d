"""Measures the joint plan on drawn provinces: python -m tests.benchmarks.allocation_bench.

``--quick`` draws few. ``--only A`` (or ``B``, ``C``, ``steady``) measures one part and leaves the
others as they were measured before, so that a shared machine is never held for long.

For each size and both kinds of province: gap to the bound at one second, time of the first answer,
share proven the best, and what the baselines cost on the same problems in the same run. Then how
steady plans are when an incident is added. Results go to ``docs/benchmarks/allocation.json``;
``python -m tests.tools.benchmark_page`` draws them.
"""

from __future__ import annotations

import argparse
import json
import platform
from dataclasses import replace
from pathlib import Path
from statistics import median
from time import monotonic
from typing import Any

from data.allocation import Problem, solve
from data.allocation.model import Weights
from tests.benchmarks.provinces import SIZES, province

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
    args = parser.parse_args()
    many = FEW if args.quick else MANY
    before = json.loads(args.out.read_text("utf-8")) if args.only and args.out.exists() else {}
    solve(province(0, SIZES["A"], contested=True), time_limit_s=0.5)  # warm
    rows = [
        _one(name, kind, seed)
        for name in SIZES
        if args.only in (None, name)
        for kind in ("spread", "contested")
        for seed in range(1, many + 1)
    ]
    rows += [r for r in before.get("rows", []) if r["size"] != args.only]
    rows.sort(key=lambda r: (r["size"], r["kind"] == "contested", r["seed"]))
    steady = before.get("steady")
    if steady is None or args.only in (None, "steady"):
        steady = _steadiness(max(FEW, many // 3))
    told = {
        "machine": f"{platform.machine()}, Python {platform.python_version()}",
        "limit_s": LIMIT_S, "provinces": many,
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


def _one(name: str, kind: str, seed: int) -> dict[str, Any]:
    """One province solved, with its baselines; the largest size is the teams block alone."""
    problem = province(seed, SIZES[name], contested=kind == "contested", supplies=name != "C")
    began = monotonic()
    plan = solve(problem, time_limit_s=LIMIT_S)
    wall = monotonic() - began
    goal = plan.objective
    broken = [c["check"] for c in plan.certificate if not c["ok"]]
    if broken:
        raise SystemExit(f"{name} {kind} {seed}: {broken}")
    return {
        "size": name, "kind": kind, "seed": seed, "wall_s": round(wall, 3),
        "seconds": goal["seconds"], "gap": goal["gap"], "optimal": goal["optimal"],
        "value": goal["value"], "first_s": goal["first"]["seconds"],
        "first_over": goal["first"]["value"] / goal["value"] - 1,
        "plan": _bare(plan.comparison["plan"]),
        **{b: _bare(plan.comparison[b]) for b in BASELINES},
    }  # fmt: skip


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
        "seconds_median": median(r["seconds"] for r in mine),
        "wall_median": median(r["wall_s"] for r in mine),
        "first_median_s": median(r["first_s"] for r in mine),
        "first_worst_s": max(r["first_s"] for r in mine),
        "first_over_median": median(r["first_over"] for r in mine),
        "against": {b: _against(mine, b) for b in BASELINES},
    }  # fmt: skip


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
    found: dict[str, list[float]] = {"free": [], "steady": [], "cost": []}
    for seed in range(1, many + 1):
        whole = province(seed, SIZES["B"], contested=True, supplies=False)
        before = solve(_without_last(whole), time_limit_s=LIMIT_S)
        pairs = tuple((r["team"], r["incident"]) for r in before.assignments)
        free = solve(whole, time_limit_s=LIMIT_S)
        steady = solve(
            replace(whole, previous=pairs, weights=Weights(steady=STEADY)), time_limit_s=LIMIT_S
        )
        for name, plan in (("free", free), ("steady", steady)):
            after = {r["team"]: r["incident"] for r in plan.assignments}
            found[name].append(sum(after.get(team) != incident for team, incident in pairs))
        found["cost"].append(_without_steady(steady) / _without_steady(free) - 1)
    return {
        "provinces": many, "weight": STEADY,
        "reassigned_free": sum(found["free"]) / many,
        "reassigned_steady": sum(found["steady"]) / many,
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
            f"first {row['first_median_s'] * 1000:.0f} ms (worst {row['first_worst_s']:.2f} s)"
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
        f"{steady['reassigned_steady']:.1f} a new incident, cost {steady['cost_more']:+.2%}"
    )


if __name__ == "__main__":
    main()
