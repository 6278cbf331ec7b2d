"""However many rows a group has, each is in the day's file once."""

from datetime import UTC, datetime, timedelta

import pytest

from data.domain.feeding import Columns, Reading
from data.store.hot import in_days
from data.store.hot_sqlite import SqliteDays

NOON = datetime(2026, 7, 1, 4, tzinfo=UTC)


@pytest.mark.parametrize("count", [1, 4, 31, 999, 1_381, 7_999, 23_456])
def test_a_group_of_any_size_is_stored_row_by_row(tmp_path, count):
    """Statements of many rows share a group between them."""
    rows = [
        Reading(sensor=f"S-{n % 97}", value=n / 8, at=NOON + timedelta(milliseconds=n))
        for n in range(count)
    ]
    days = SqliteDays(tmp_path)
    assert days.insert(in_days(Columns.of(rows), ())) == {}
    [day] = days.days()
    held = days.raw(day, 0, 1 << 62)
    days.close()
    assert [(sensor, value) for sensor, _, value in held] == [(r.sensor, r.value) for r in rows]
    assert [at for _, at, _ in held] == [round(r.at.timestamp() * 1e6) for r in rows]


def test_groups_joined_are_the_rows_one_after_another():
    """And a part that stands alone is given back as it is."""
    parts = [
        Columns.of([Reading(sensor=f"{p}", value=v, at=NOON) for v in (1.0, 2.0)]) for p in "abc"
    ]
    joined = Columns.joined(parts)
    again = Columns.of([row for part in parts for row in part])
    assert (list(joined.rows), list(joined.sensors)) == (list(again.rows), list(again.sensors))
    assert (list(joined.seconds), list(joined.values)) == (list(again.seconds), list(again.values))
    assert [len(part) for part in parts] == [2, 2, 2]  # nothing was added to them
    assert Columns.joined(parts[:1]) is parts[0]
