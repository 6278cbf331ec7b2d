"""The short way past a calm sensor says exactly what asking it at length says."""

import random
from datetime import UTC, date, datetime, timedelta
from types import SimpleNamespace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from data.domain.feeding import Columns, Reading
from data.domain.org import SYSTEM
from data.domain.sensor import Sensor, Threshold
from data.domain.situation import Situation
from data.domain.slot import Slot
from data.ingest.rule_book import rule_book
from data.ingest.seeding import area_tree
from data.services.watching import Watching

BOOK, AREAS = rule_book(), area_tree()
START = datetime(2026, 7, 1, 14, tzinfo=UTC)  # two hours before midnight in Hubei
LEVELS = (
    Threshold(level="设防", value=25.0), Threshold(level="保证", value=29.7),
    Threshold(level="警戒", value=27.3, valid_to=date(2026, 7, 1)),
    Threshold(level="警戒", value=19.5, valid_from=date(2026, 7, 2)),
    Threshold(level="低限", value=5.0, below=True),
)  # fmt: skip
QUANTITIES = ("水位", "雨量", "累计雨量", "液位", "可燃气体", "位移", "库水位")
STATE = ("last_at", "last_value", "same_from", "count", "stuck", "missing", "level_colour", "held",
         "rise_held", "sum_held")  # fmt: skip


def _sensor(quantity):
    return Sensor(
        id=quantity, name=quantity, quantity=quantity, unit="m", thresholds=LEVELS,
        area_code="420102", expected_every_s=600,
    )  # fmt: skip


def _watching():
    """A watch over one sensor of each quantity, and the signals it told."""
    told = []
    seen = Situation(revision=1, at=START, sensors={q: _sensor(q) for q in QUANTITIES})
    telemetry = SimpleNamespace(readings=dict, series=lambda *_: [], history=lambda *_: None)
    queries = SimpleNamespace(
        situation=lambda _: seen, areas=AREAS, exercise=None, telemetry=telemetry
    )
    bus = SimpleNamespace(
        tools=SimpleNamespace(rules={"alarms": BOOK}), units=SimpleNamespace(listeners=[]),
        handle=lambda command, _actor: told.extend(command.signals),
    )  # fmt: skip
    made = Watching(queries=queries, bus=bus)
    made.ready()
    return made, told


def _watched(rows, *, calm):
    with pytest.MonkeyPatch.context() as patch:
        if not calm:
            patch.setattr(Slot, "_calm", lambda _self: None)
        watching, told = _watching()
        asked = []
        take = Slot.take
        patch.setattr(Slot, "take", lambda *given: asked.append(1) or take(*given))
        for batch in rows:
            watching.take(SYSTEM, batch)
            watching.tick(batch[-1].at + timedelta(minutes=1))
    return told, {k: [getattr(s, f) for f in STATE] for k, s in watching.slots.items()}, len(asked)


STEPS = st.tuples(
    st.sampled_from(QUANTITIES), st.sampled_from((0, 1, 20, 90, 700, 4_000, -30)),
    st.sampled_from((0.0, 0.0, 0.01, -0.01, 0.4, -0.4, 3.0, -3.0, 25.0, -25.0)),
)  # fmt: skip


@settings(max_examples=60, deadline=None)
@given(st.lists(st.lists(STEPS, min_size=1, max_size=25), min_size=1, max_size=8))
def test_the_short_way_says_what_the_long_one_says(batches):
    """The same signals and the same memory, over levels, rises, rain, silence and midnight."""
    at, values, rows = START, dict.fromkeys(QUANTITIES, 20.0), []
    for batch in batches:
        made = []
        for sensor, wait, change in batch:
            at += timedelta(seconds=wait)
            values[sensor] = max(0.0, round(values[sensor] + change, 2))
            made.append(Reading(sensor=sensor, value=values[sensor], at=at))
        rows.append(made)
    told, memory, _ = _watched(rows, calm=True)
    at_length, the_same, _ = _watched(rows, calm=False)
    assert told == at_length
    assert memory == the_same


@pytest.mark.parametrize("change", [0.0, 0.01])
@pytest.mark.parametrize("quantity", QUANTITIES)
def test_days_of_hardly_a_change_are_watched_alike(quantity, change):
    """Over midnight, when another level comes into force, and until a value counts as stuck."""
    rows = [
        [Reading(sensor=quantity, value=20 + n % 2 * change, at=START + timedelta(minutes=n * 20))]
        for n in range(300)
    ]
    told, memory, _ = _watched(rows, calm=True)
    at_length, the_same, _ = _watched(rows, calm=False)
    assert told == at_length
    assert memory == the_same
    assert told  # else nothing was compared


@pytest.mark.parametrize("of_a_span", [12, 60, 360])
@pytest.mark.parametrize("quantity", ["水位", "位移"])
def test_a_wandering_value_rises_at_the_same_readings(quantity, of_a_span):
    """About the change that raises an alarm, both ways; at rest it is asked now and then only."""
    [rule] = [r for r in BOOK.rules if r.family == "rise" and quantity in r.quantities]
    rng, value, rows, restless = random.Random(of_a_span), 22.0, [], 0
    for n in range(of_a_span * 24):
        wild = n // (of_a_span * 2) % 2
        restless += wild
        value += rng.gauss(0, rule.at_least * (1.2 if wild else 0.02) / of_a_span**0.5)
        at = START + timedelta(hours=rule.hours * n / of_a_span)
        rows.append(Reading(sensor=quantity, value=round(value, 4), at=at))
    batches = [rows[n : n + 30] for n in range(0, len(rows), 30)]
    told, memory, asked = _watched(batches, calm=True)
    at_length, the_same, _ = _watched(batches, calm=False)
    assert told == at_length
    assert memory == the_same
    assert sum(s.does == "raise" and s.rule_id == rule.id for s in told) > 1
    assert asked < restless + (len(rows) - restless) * 0.6


def test_calm_readings_are_not_asked_at_length():
    """Most of a quiet day's readings take the short way; else the test above compared nothing."""
    rows = [
        [
            Reading(sensor="液位", value=20 + n % 3 / 100, at=START + timedelta(seconds=10 * n))
            for n in range(200)
        ]
    ]
    _, _, asked = _watched(rows, calm=True)
    assert asked < 100


def test_readings_in_columns_are_put_in_order_as_they_came():
    """Oldest first, equals as sent; what is in order already is left alone."""
    rows = [
        Reading(sensor=s, value=float(n), at=START + timedelta(seconds=t))
        for n, (s, t) in enumerate((("a", 5), ("b", 3), ("c", 5), ("d", 1)))
    ]
    held = Columns.of(rows).in_order()
    assert [r.sensor for r in held] == list(held.sensors) == ["d", "b", "a", "c"]
    assert list(held.values) == [3.0, 1.0, 0.0, 2.0]
    assert held.in_order() is held
