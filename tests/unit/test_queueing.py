"""Queues over sites: nobody forgotten, minutes add up, small optima found, faults named."""

import json
from dataclasses import replace
from itertools import permutations, product
from math import inf

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from data.allocation.check_queue import main, verify
from data.allocation.queueing import Site, Sites, Unit, schedule
from data.allocation.values import ProblemError

KINDS = ("搜救", "排涝")
QUICK = settings(
    max_examples=30, deadline=None, suppress_health_check=[HealthCheck.too_slow]
)  # fmt: skip


def _minutes(none: bool):
    number = st.integers(0, 60).map(float)
    return st.one_of(number, number, number, st.none()) if none else number


@st.composite
def problems(draw, most_units=2, most_sites=5):
    """Problems small enough to try every queue, ways without any order among them."""
    units, sites = draw(st.integers(0, most_units)), draw(st.integers(1, most_sites))
    none = draw(st.booleans())

    def table(height, width):
        row = st.lists(_minutes(none), min_size=width, max_size=width).map(tuple)
        return tuple(draw(st.lists(row, min_size=height, max_size=height)))

    kinds = st.lists(st.sampled_from(KINDS), unique=True).map(tuple)
    return Sites(
        units=tuple(
            Unit(id=f"u{k}", can=draw(kinds), ready=float(draw(st.integers(0, 30))))
            for k in range(units)
        ),
        sites=tuple(
            Site(id=f"s{j}", weight=float(draw(st.integers(0, 5))), needs=draw(kinds)[:1])
            for j in range(sites)
        ),
        work=table(units, sites), start=table(units, sites), between=table(sites, sites),
    )  # fmt: skip


def _cost(problem, k, order):
    """Weight times completion of one order, written down plainly; infinite where it cannot be."""
    unit, now, last, total = problem.units[k], problem.units[k].ready, None, 0.0
    for j in order:
        way = problem.start[k][j] if last is None else problem.between[last][j]
        work, site = problem.work[k][j], problem.sites[j]
        if way is None or work is None or not set(site.needs) <= set(unit.can):
            return inf
        now, last = now + way + work, j
        total += site.weight * now
    return total


def brute(problem):
    """(sites left, value) of the best queue: fewest left, then least weight times completion."""
    many, units = len(problem.sites), len(problem.units)
    least = {}
    for k in range(units):
        for choice in product((False, True), repeat=many):
            own = tuple(j for j in range(many) if choice[j])
            least[k, own] = min(_cost(problem, k, order) for order in permutations(own))
    best = (many + 1, inf)
    for who in product(range(-1, units), repeat=many):
        parts = [tuple(j for j in range(many) if who[j] == k) for k in range(units)]
        value = sum(least[k, own] for k, own in enumerate(parts))
        if value < inf:
            best = min(best, (who.count(-1), value))
    return best


def _sound(problem, queue):
    for check in verify(problem.to_json(), queue.to_json()):
        if check["check"] != "能去的没有漏下":
            assert check["ok"], check


@QUICK
@given(problems(4, 12))
def test_every_site_is_served_once_or_told(problem):
    """The checker, which knows nothing of the solver, finds every rule kept."""
    queue = schedule(problem, 0.03)
    _sound(problem, queue)
    told = [s["site"] for r in queue.routes for s in r["stops"]]
    told += [row["site"] for row in queue.unserved]
    assert sorted(told) == sorted(site.id for site in problem.sites)
    assert all(row["why"] for row in queue.unserved)


@QUICK
@given(problems())
def test_the_optimum_of_a_small_case_is_found_and_never_undercut(problem):
    """What is said to be optimal is what trying everything finds; a bound is never above it."""
    queue = schedule(problem, 0.2)
    left, value = brute(problem)
    told = queue.objective
    assert len(queue.unserved) >= left
    if len(queue.unserved) == left:
        assert told["value"] >= value - 1e-6
        if told["bound"] is not None:
            assert told["bound"] <= value + 1e-4
    if told["optimal"]:
        assert (len(queue.unserved), told["value"]) == (left, pytest.approx(value, abs=1e-4))


@QUICK
@given(problems(), st.randoms(use_true_random=False))
def test_the_order_of_the_input_changes_nothing(problem, random):
    """Units and sites in another order give the same queue."""
    units = random.sample(range(len(problem.units)), len(problem.units))
    sites = random.sample(range(len(problem.sites)), len(problem.sites))

    def told(matrix, rows, columns):
        return tuple(tuple(matrix[k][j] for j in columns) for k in rows)

    turned = Sites(
        units=tuple(problem.units[k] for k in units), sites=tuple(problem.sites[j] for j in sites),
        work=told(problem.work, units, sites), start=told(problem.start, units, sites),
        between=told(problem.between, sites, sites),
    )  # fmt: skip
    one, other = schedule(problem, 0.1), schedule(turned, 0.1)
    assert one.routes == other.routes
    assert one.unserved == other.unserved
    assert one.objective["value"] == other.objective["value"]


def _line():
    """Two units, three sites on a line: the grave one first, though it is farther."""
    return Sites(
        units=(Unit(id="甲", can=("搜救",), ready=5.0), Unit(id="乙", can=("排涝",))),
        sites=(
            Site(id="近", weight=1.0, needs=("搜救",)), Site(id="重", weight=5.0, needs=("搜救",)),
            Site(id="涝", weight=1.0, needs=("排涝",)),
        ),
        work=((10.0, 10.0, 10.0), (10.0, 10.0, 20.0)),
        start=((10.0, 20.0, 5.0), (10.0, 20.0, 5.0)),
        between=((0.0, 12.0, 9.0), (12.0, 0.0, 9.0), (9.0, 9.0, 0.0)),
    )  # fmt: skip


def test_the_grave_site_goes_first():
    """Weight beats nearness, capability decides who, and every minute adds up."""
    queue = schedule(_line(), 0.3)
    one, other = queue.routes if queue.routes[0]["unit"] == "甲" else queue.routes[::-1]
    assert [(s["site"], s["arrive"], s["finish"]) for s in one["stops"]] == [
        ("重", 25.0, 35.0), ("近", 47.0, 57.0),
    ]  # fmt: skip
    assert [(s["site"], s["finish"]) for s in other["stops"]] == [("涝", 25.0)]
    assert queue.objective["value"] == 5 * 35 + 57 + 25
    assert queue.objective["optimal"]


def test_a_shortcut_through_a_site_is_no_hole_in_the_bound():
    """Where going through a site is quicker than going past it, the bound still holds."""
    problem = Sites(
        units=(Unit(id="u"),),
        sites=(Site(id="a", weight=1.0), Site(id="b", weight=0.0), Site(id="c", weight=5.0)),
        work=((1.0, 1.0, 1.0),), start=((1.0, 50.0, 90.0),),
        between=((0.0, 1.0, 90.0), (50.0, 0.0, 1.0), (90.0, 50.0, 0.0)),
    )  # fmt: skip
    queue = schedule(problem, 0.3)
    assert [s["site"] for s in queue.routes[0]["stops"]] == ["a", "b", "c"]
    assert queue.objective["bound"] <= brute(problem)[1] + 1e-6


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"sites": ()}, "sites"),
        ({"units": (Unit(id="甲"), Unit(id="甲"))}, "units"),
        ({"sites": (Site(id="近"),) * 3}, "sites"),
        ({"work": ((1.0, 1.0, 1.0),)}, "work"),
        ({"start": ((1.0, 1.0), (1.0, 1.0))}, "start"),
        ({"between": ()}, "between"),
        ({"work": ((1.0, float("nan"), 1.0), (1.0, 1.0, 1.0))}, "work[0][1]"),
        ({"start": ((1.0, 1.0, 1.0), (-1.0, 1.0, 1.0))}, "start[1][0]"),
        ({"between": ((inf, 1.0, 1.0),) * 3}, "between[0][0]"),
        ({"units": (Unit(id="甲", ready=float("nan")), Unit(id="乙"))}, "units[0].ready"),
        ({"sites": (Site(id="a"), Site(id="b", weight=-1.0), Site(id="c"))}, "sites[1].weight"),
    ],
)  # fmt: skip
def test_a_problem_that_makes_no_sense_is_refused_by_field(change, field):
    """The first field that is wrong is named."""
    with pytest.raises(ProblemError) as caught:
        schedule(replace(_line(), **change), 0.1)
    assert caught.value.field == field


@pytest.mark.parametrize("text", ["", "[]", '{"sites":1}', '{"sites":[{"name":"x"}]}'])
def test_text_that_is_no_problem_is_refused(text):
    """Neither broken JSON nor another shape gets further than reading."""
    with pytest.raises(ProblemError):
        Sites.from_json(text)


def test_a_site_nobody_can_serve_is_told_why():
    """Without units, or without a unit that has what it needs, a site is left and no error."""
    alone = replace(_line(), units=(), work=(), start=())
    queue = schedule(alone, 0.1)
    assert len(queue.unserved) == 3
    assert queue.objective["value"] == 0
    one = replace(_line(), units=(Unit(id="甲", can=("搜救",)), Unit(id="乙", can=("搜救",))))
    left = schedule(one, 0.3).unserved
    assert [(row["site"], row["why"]) for row in left] == [("涝", "没有具备所需能力的队伍")]


@pytest.mark.parametrize(
    ("spoil", "rule"),
    [
        (lambda q: q["routes"][0]["stops"][0].update(finish=1.0), "时间对得上"),
        (lambda q: q["routes"][0].update(unit="谁"), "名称均在问题中"),
        (lambda q: q["routes"][0]["stops"].pop(), "每点一次或列为未安排"),
        (lambda q: q["objective"].update(value=1.0), "目标值对得上"),
        (lambda q: q["objective"].update(bound=1e6), "目标值对得上"),
        (lambda q: q["objective"].update(bound=None), "目标值对得上"),
        (lambda q: q["unserved"].append(
            {"site": q["routes"][1]["stops"].pop()["site"]}) or q["routes"].pop(),
         "能去的没有漏下"),
        (lambda q: q["routes"][0].update(unit=q["routes"][1]["unit"]), "能力相符"),
    ],
)  # fmt: skip
def test_the_checker_sees_what_is_wrong(spoil, rule, tmp_path, capsys):
    """Each rule broken alone is found, and the command says which by its exit and its words."""
    problem = _line()
    queue = json.loads(schedule(problem, 0.3).to_json())
    files = [tmp_path / "problem.json", tmp_path / "queue.json"]
    files[0].write_text(problem.to_json(), encoding="utf-8")
    files[1].write_text(json.dumps(queue), encoding="utf-8")
    assert main(["", *map(str, files)]) == 0
    spoil(queue)
    files[1].write_text(json.dumps(queue), encoding="utf-8")
    broken = [c["check"] for c in verify(problem.to_json(), json.dumps(queue)) if not c["ok"]]
    assert rule in broken
    assert main(["", *map(str, files)]) == 1
    assert broken[0] in capsys.readouterr().err
    assert main([""]) == 2
