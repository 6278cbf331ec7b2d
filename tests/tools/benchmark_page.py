"""Draws what the benchmarks measured: python -m tests.tools.benchmark_page.

Reads ``docs/benchmarks/*.json`` and writes ``docs/benchmarks.md`` with its plots. Plotly draws
them in the system's Chromium; the pictures are SVG.
"""

from __future__ import annotations

import json
import os
import urllib.parse
from pathlib import Path
from statistics import median
from typing import Any

import plotly.graph_objects as go
from playwright.sync_api import Page, sync_playwright
from plotly.offline import get_plotlyjs

from tests.tools.screenshot import FLAGS

ROOT = Path(__file__).resolve().parents[2]
HOME = ROOT / "docs" / "benchmarks"
PAGE = ROOT / "docs" / "benchmarks.md"
INK, GRID = "#1d2733", "#d9dee5"
COLOURS = {"spread": "#3a7ca5", "contested": "#d1495b"}
BASES = {
    "nearest_first": "nearest first", "severity_first": "severity first",
    "severity_trimmed": "severity first, trimmed",
}  # fmt: skip
DRAW = """async ([figure, width, height]) => {
  const box = document.createElement('div');
  document.body.append(box);
  await Plotly.newPlot(box, figure.data, { ...figure.layout, width, height });
  return Plotly.toImage(box, { format: 'svg', width, height });
}"""


def main() -> None:
    """Draw every plot there are figures for, then write the page around them."""
    told = _read("allocation.json")
    queue = _read("queueing.json")
    plots = {} if told is None else _allocation_plots(told)
    if queue is not None:
        plots["queueing-gap"] = _queue_plot(queue)
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(
            executable_path=os.environ.get("HUBEI_CHROMIUM") or "/usr/bin/chromium",
            args=list(FLAGS),
        )
        page = chromium.new_page()
        page.set_content("<body></body>")
        page.add_script_tag(content=get_plotlyjs())
        for name, figure in plots.items():
            (HOME / f"{name}.svg").write_text(_svg(page, figure), encoding="utf-8")
        chromium.close()
    PAGE.write_text(_page(told, queue), encoding="utf-8")
    print("drawn:", ", ".join(plots))


def _read(name: str) -> dict[str, Any] | None:
    path = HOME / name
    return json.loads(path.read_text(encoding="utf-8")) if path.is_file() else None


def _svg(page: Page, figure: go.Figure) -> str:
    """A figure as SVG, drawn by the library that comes with the package."""
    address: str = page.evaluate(DRAW, [json.loads(figure.to_json()), 860, 420])
    return urllib.parse.unquote(address.split(",", 1)[1])


def _layout(figure: go.Figure, title: str, y: str) -> go.Figure:
    """The look that all plots share."""
    figure.update_layout(
        title={"text": title, "x": 0.02, "font": {"size": 17}}, template="none",
        font={"family": "Helvetica, Arial, sans-serif", "size": 14, "color": INK},
        margin={"l": 70, "r": 20, "t": 56, "b": 56},
        legend={"orientation": "h", "y": 1.06, "x": 0.5},
        plot_bgcolor="white", paper_bgcolor="white",
        yaxis={"title": {"text": y}, "gridcolor": GRID, "zerolinecolor": GRID},
    )  # fmt: skip
    return figure


def _allocation_plots(told: dict[str, Any]) -> dict[str, go.Figure]:
    """Gap to the bound, and what the baselines cost over the plan."""
    gap, cost = go.Figure(), go.Figure()
    for kind, colour in COLOURS.items():
        mine = [r for r in told["rows"] if r["kind"] == kind]
        gap.add_box(
            x=[r["size"] for r in mine],
            y=[100 * (r["gap"] or 0) for r in mine],
            name=kind,
            marker={"color": colour},
            boxpoints="all",
            jitter=0.4,
            pointpos=0,
        )
    gap.update_layout(boxmode="group")
    for base, word in BASES.items():
        cost.add_bar(
            x=list(told["sizes"]),
            name=word,
            y=[1 / row["against"][base]["value_ratio"] for row in told["sizes"].values()],
        )
    cost.add_hline(y=1, line={"color": INK, "dash": "dot"})
    return {
        "allocation-gap": _layout(
            gap, f"Gap to the bound after {told['limit_s']:g} s, by size", "gap, %"
        ),
        "allocation-cost": _layout(
            cost, "What others cost, the joint plan being 1", "times the plan"
        ),
    }  # fmt: skip


def _queue_plot(queue: dict[str, Any]) -> go.Figure:
    """Gap of the rescue-unit schedules, by size."""
    figure = go.Figure()
    rows = [r for r in queue["rows"] if r["gap"] is not None]
    figure.add_box(
        x=[r["size"] for r in rows], y=[100 * r["gap"] for r in rows], name="joint schedule",
        marker={"color": COLOURS["spread"]}, boxpoints="all", jitter=0.4, pointpos=0,
    )  # fmt: skip
    return _layout(figure, "Rescue units over many sites: gap to a lower bound after 1 s", "gap, %")


def _page(told: dict[str, Any] | None, queue: dict[str, Any] | None) -> str:
    """The page in Markdown."""
    parts = [HEAD]
    if told is not None:
        parts.append(_allocation_text(told))
    if queue is not None:
        parts.append(_queue_text(queue))
    return "\n".join(parts)


HEAD = """# Benchmarks of the joint plan

Written by `python -m tests.tools.benchmark_page` from what
`python -m tests.benchmarks.allocation_bench` and `python -m tests.benchmarks.queueing` measured;
run them to measure your machine. Provinces are drawn from a seed: real county seats and
population, invented teams, depots and incidents.
"""


def _allocation_text(told: dict[str, Any]) -> str:
    """The table, the ratios, and what they do not say."""
    lines = [
        (
            f"## One plan for all incidents\n\n{told['provinces']} provinces of each kind, "
            f"{told['limit_s']:g} s each, {told['machine']}, two shared cores. A is 2 incidents, "
            "120 teams, 300 depots, 40 items; B is 5, 500, 300, 100; C is 20 and 2,000, teams "
            "only. *Contested* incidents are graver and within an hour of one another. The second "
            "is for solving; *with reasons* is the whole wall time until the answer is there, with "
            "every sentence, the prices of what is contested, the baselines and the check. *Cut by "
            "the clock* are plans whose counted work was not done in time: they may differ in "
            "another run, the others do not."
            + (
                ""
                if told.get("one_run")
                else " Each size and the steadiness may have been "
                "measured in a run of its own (`--only`); no ratio crosses runs."
            )
            + "\n"
        ),
        (
            "| size | gap, median | gap, p90 | proven best | cut by the clock | solved in | "
            "with reasons, median | worst | first answer |\n|---|---|---|---|---|---|---|---|---|"
        ),
    ]
    for name, row in told["sizes"].items():
        lines.append(
            f"| {name} | {row['gap_median']:.2%} | {row['gap_p90']:.2%} | "
            f"{row['optimal_share']:.0%} | {share(row.get('clock_share'))} | "
            f"{row['seconds_median']:.2f} s | {row['wall_median']:.2f} s | "
            f"{_worst(told, name):.2f} s | {row['first_median_s'] * 1000:.0f} ms |"
        )
    both = ", ".join(
        f"{size} {median(r['gap'] for r in told['rows'] if r['size'] == size):.2%}"
        for size in dict.fromkeys(r["size"] for r in told["rows"])
    )
    lines += [
        f"\nOver both kinds together, medians: {both}.\n",
        "![Gap to the bound](benchmarks/allocation-gap.svg)\n",
        (
            "Against plans made one incident after the other, on the same problems in the same run "
            "(medians; below 1 the joint plan is cheaper):\n"
        ),
        (
            "| size | baseline | value | people-minutes | unmet, people | last cover lost |"
            " dearer cases |\n|---|---|---|---|---|---|---|"
        ),
    ]
    for name, row in told["sizes"].items():
        for base, cost in row["against"].items():
            lines.append(
                f"| {name} | {BASES[base]} | x{cost['value_ratio']:.2f} | "
                f"x{cost['people_minutes_ratio']:.2f} | "
                f"{cost['unmet_plan']:.0f} : {cost['unmet_baseline']:.0f} | "
                f"{cost['last_cover_plan']:.0f} : {cost['last_cover_baseline']:.0f} | "
                f"{cost['worse_value']} |"
            )
    lines += ["\n![Cost of the others](benchmarks/allocation-cost.svg)\n", _honest(told)]
    return "\n".join(lines)


def share(value: float | None) -> str:
    """A share, or that it was not kept."""
    return "not kept" if value is None else f"{value:.0%}"


def _worst(told: dict[str, Any], name: str) -> float:
    """The longest wall time of a size and kind."""
    return max(r["wall_s"] for r in told["rows"] if f"{r['size']} {r['kind']}" == name)


def _honest(told: dict[str, Any]) -> str:
    """How much of the gain is trimming, and what equal service saves."""
    rows = [row["against"] for row in told["sizes"].values()]
    gain = [1 - r["severity_first"]["value_ratio"] for r in rows]
    left = [1 - r["severity_trimmed"]["value_ratio"] for r in rows]
    trimming = 1 - sum(left) / sum(gain)
    alike = [
        f"{name} {row['against']['severity_trimmed']['people_minutes_saved_there']:.0%} "
        f"({row['against']['severity_trimmed']['served_no_worse']:.0%} of the cases)"
        for name, row in told["sizes"].items()
    ]
    steady = told["steady"]
    return (
        f"Of the gain over severity order about {trimming:.0%} is trimming, which a careful "
        "officer does by hand: sending home who is not needed. The rest is deciding together.\n\n"
        "The baselines send whoever exists, however far, until every need is met; the joint plan "
        "leaves a need open where the last team would cost more than the need is worth (2,880 "
        "person-minutes a person). Where it serves no worse than severity order, trimmed, it saves "
        f"in people-minutes: {'; '.join(alike)}.\n\n"
        f"Steadiness, size B, an incident added to a plan ({steady['provinces']} provinces): "
        f"{steady['reassigned_free']:.1f} teams are reassigned when re-solved freely, "
        f"{steady['reassigned_steady']:.1f} with a steadiness of {steady['weight']:.0f} "
        f"person-minutes, at {steady['cost_more']:+.2%} cost{_steady_more(steady)}.\n"
    )


def _steady_more(steady: dict[str, Any]) -> str:
    """How often it helped, where that was kept."""
    if "fewer" not in steady:
        return ""
    return (
        f"; of {steady['teams_before']:.0f} teams under orders; fewer are moved in "
        f"{steady['fewer']} provinces, more in {steady['more']}"
    )


def _queue_text(queue: dict[str, Any]) -> str:
    """The table of the rescue-unit schedules, and what it does not say."""
    lines = [
        "## Many small sites\n",
        (
            "Drawn instances of the rescue-unit scheduling problem (Wex et al., EJOR 2014; sites x "
            f"units), {queue['limit_seconds']:g} s each. The bound is a column bound; where it was "
            f"not closed within the second it was worked on for {queue['bound_seconds']:g} s more. "
            "*Greedy* is the gravest site first, to the able unit that gets there soonest.\n"
        ),
        (
            "| size | bounded | gap, median | gap, worst | within 1 % | proven within the second | "
            "value to greedy |\n|---|---|---|---|---|---|---|"
        ),
    ]
    for name, row in queue["sizes"].items():
        gaps = [
            "—" if row[key] is None else f"{row[key]:.2%}" for key in ("gap_median", "gap_worst")
        ]
        lines.append(
            f"| {name} | {row['bounded']} of {row['instances']} | {gaps[0]} | {gaps[1]} | "
            f"{row['within_1_percent']} | {row['proven_at_1s']} | x{row['ratio_to_greedy']:.2f} |"
        )
    lines.append(
        "\nAn instance without a bound says nothing of how good its queue is: with four sites and "
        "more to a unit, priced orders grow too many for the time given.\n"
    )
    return "\n".join([*lines, "![Gap of the schedules](benchmarks/queueing-gap.svg)\n"])


if __name__ == "__main__":
    main()
