"""Sunrise and sunset by formula, against a published calculator."""

from datetime import date, datetime, time, timedelta

import pytest

from data.domain.clock import SHANGHAI
from data.domain.daylight import sun_times


@pytest.mark.parametrize(
    ("lon", "lat", "day", "rise", "fall"),
    [  # times of the Python package astral 3.2, a separate implementation
        (114.30, 30.60, date(2020, 7, 8), "05:27:11", "19:28:27"),
        (114.30, 30.60, date(2020, 12, 21), "07:16:08", "17:25:46"),
        (109.48, 30.30, date(2020, 3, 20), "06:46:05", "18:53:19"),
        (110.90, 32.60, date(2026, 11, 24), "07:14:07", "17:31:34"),
    ],
)
def test_the_formula_is_good_to_a_minute(lon, lat, day, rise, fall):
    """Within a minute of another implementation, in summer, winter and at the equinox."""
    for found, said in zip(sun_times(lon, lat, day), (rise, fall), strict=True):
        clock = time.fromisoformat(said)
        told = datetime.combine(day, clock, SHANGHAI)
        assert abs(found - told) < timedelta(minutes=1)


def test_the_east_sees_the_sun_first():
    """黄梅 before 恩施, by about four minutes a degree."""
    day = date(2020, 7, 8)
    east, west = sun_times(115.94, 30.07, day)[0], sun_times(109.48, 30.30, day)[0]
    assert timedelta(minutes=22) < west - east < timedelta(minutes=30)


def test_where_the_sun_stays_away_nothing_is_claimed():
    """No sunrise in the polar night."""
    assert sun_times(20.0, 80.0, date(2020, 12, 21)) is None
