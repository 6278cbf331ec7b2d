"""Measures queues of teams over sites: gap to the column bound at 1 s, ratio to plain greedy.

``python -m tests.benchmarks.queueing [instances] [seconds for the bound]`` writes
docs/benchmarks/queueing.json. Drawn after the description of Wex et al. (2014), as far as it is
public: work about 20 minutes (normal), travel about an hour, weights 1 to 5, five capabilities,
one wanted by each site. Even seeds draw every way by itself, odd ones place all on a plane.
"""

from __future__ import annotations

import json
import statistics
import sys
from pathlib import Path

import numpy as np

from data.allocation.check_queue import verify
from data.allocation.queueing import Site, Sites, Unit, schedule

SIZES = ((10, 10), (20, 10), (20, 20), (30, 20), (40, 10), (40, 20), (40, 40))  # sites, units
TARGET = Path(__file__).parents[2] / "docs" / "benchmarks" / "queueing.json"
CAPABILITIES = "abcde"


def drawn(seed: int, sites: int, units: int) -> Sites:
    """One problem; the same for the same seed."""
    draw = np.random.default_rng([seed, sites, units])

    def minutes(mean: float, spread: float, height: int, width: int) -> np.ndarray:
        return np.maximum(1.0, draw.normal(mean, spread, (height, width))).round(1)

    work = minutes(20, 10, units, sites)
    if seed % 2:
        at, home = draw.uniform(0, 115, (sites, 2)), draw.uniform(0, 115, (units, 2))
        start = np.hypot(*(home[:, None] - at[None]).transpose(2, 0, 1)).round(1)
        between = np.hypot(*(at[:, None] - at[None]).transpose(2, 0, 1)).round(1)
    else:
        start, between = minutes(60, 20, units, sites), minutes(60, 20, sites, sites)
    able = [tuple(c for c in CAPABILITIES if draw.random() < 0.6) for _ in range(units)]
    return Sites(
        units=tuple(Unit(id=f"u{k:02}", can=able[k]) for k in range(units)),
        sites=tuple(
            Site(
                id=f"s{j:02}", weight=float(draw.integers(1, 6)),
                needs=(str(draw.choice(list(CAPABILITIES))),),
            )
            for j in range(sites)
        ),
        work=tuple(map(tuple, work.tolist())), start=tuple(map(tuple, start.tolist())),
        between=tuple(map(tuple, between.tolist())),
    )  # fmt: skip


def greedy(problem: Sites) -> float:
    """What is done today: gravest site first, each to the able unit that is there soonest."""
    free = [(unit.ready, -1) for unit in problem.units]
    value = 0.0
    for j in sorted(range(len(problem.sites)), key=lambda j: (-problem.sites[j].weight, j)):
        soonest = (float("inf"), -1)
        for k in range(len(problem.units)):
            now, last = free[k]
            way = problem.start[k][j] if last < 0 else problem.between[last][j]
            if problem.able[k, j] and way is not None:
                soonest = min(soonest, (now + way, k))
        arrive, k = soonest
        if k >= 0:
            done = arrive + (problem.work[k][j] or 0.0)
            free[k] = (done, j)
            value += problem.sites[j].weight * done
    return value


def measure(problem: Sites, bound_s: float) -> dict[str, float | bool | None]:
    """The answer at 1 s against a bound worked out for longer, and against greedy."""
    answer = schedule(problem, 1.0)
    broken = [c for c in verify(problem.to_json(), answer.to_json()) if not c["ok"]]
    if broken:
        raise SystemExit(f"the checker refuses an answer: {broken}")
    told = answer.objective
    value, below = told["value"], told["bound"]
    if not told["optimal"]:
        longer = schedule(problem, bound_s).objective
        found = [b for b in (below, longer["bound"]) if b is not None]
        below = max(found) if found else None
    return {
        "value": value, "bound": below, "seconds": told["seconds"],
        "gap": None if below is None else max(0.0, (value - below) / value),
        "gap_told": told["gap"], "ratio_to_greedy": value / greedy(problem),
        "unserved": len(answer.unserved),
    }  # fmt: skip


def _summary(rows: list[dict]) -> dict[str, float | int | None]:
    gaps = [row["gap"] for row in rows if row["gap"] is not None]
    return {
        "instances": len(rows), "bounded": len(gaps),
        "gap_median": statistics.median(gaps) if gaps else None,
        "gap_worst": max(gaps, default=None),
        "within_1_percent": sum(gap <= 0.01 for gap in gaps),
        "proven_at_1s": sum(row["gap_told"] is not None and row["gap_told"] < 1e-6 for row in rows),
        "seconds_worst": max(row["seconds"] for row in rows),
        "ratio_to_greedy": statistics.median(row["ratio_to_greedy"] for row in rows),
    }  # fmt: skip


def main(instances: int, bound_s: float) -> None:
    """Every size, printed and written down."""
    rows, sizes = [], {}
    for sites, units in SIZES:
        name = f"{sites}x{units}"
        own = []
        for seed in range(instances):
            row = {"size": name, "seed": seed, "ways": "plane" if seed % 2 else "drawn"}
            own.append(row | measure(drawn(seed, sites, units), bound_s))
        rows += own
        sizes[name] = _summary(own)
        print(name, json.dumps(sizes[name]), flush=True)
    TARGET.parent.mkdir(parents=True, exist_ok=True)
    told = {"sizes": sizes, "rows": rows, "bound_seconds": bound_s, "limit_seconds": 1.0}
    TARGET.write_text(json.dumps(told, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main(*(cast(given) for cast, given in zip(
        (int, float), [*sys.argv[1:], *("10", "10")[len(sys.argv) - 1 :]], strict=True
    )))  # fmt: skip
