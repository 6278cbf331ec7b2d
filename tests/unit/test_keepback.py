"""How counties weigh when teams are kept back."""

import pytest

from data.domain.keepback import MOST, county_weights
from data.domain.org import Area


def _area(code, people):
    return Area(
        code=code, name=code, short_name=code, parent=None, is_prefecture=False, is_county=True,
        population=people,
    )  # fmt: skip


AREAS = [_area("a", 100), _area("b", 300), _area("c", None), _area("d", 200)]


def test_the_mean_is_one_whatever_is_known():
    """The price of lost cover keeps its meaning with and without hazards."""
    for risk in ({}, {"a": 1}, {"a": 5, "b": 1, "d": 900}):
        found = county_weights(AREAS, risk)
        assert sum(found.values()) / len(found) == pytest.approx(1.0, abs=1e-5)


def test_without_hazards_population_alone_decides():
    """Weights go with people; an unknown population weighs like the mean."""
    found = county_weights(AREAS, {})
    assert found["b"] == pytest.approx(3 * found["a"])
    assert found["c"] == pytest.approx(found["d"])


def test_hazards_raise_a_county_but_no_more_than_threefold():
    """What may go wrong multiplies what may be lost, up to a limit."""
    plain, risky = county_weights(AREAS, {}), county_weights(AREAS, {"a": 1000})
    raised = (risky["a"] / risky["b"]) / (plain["a"] / plain["b"])
    assert raised == pytest.approx(MOST)
    mild = county_weights(AREAS, {"a": 2, "b": 1})
    assert mild["a"] / mild["b"] > plain["a"] / plain["b"]


def test_no_county_and_no_known_people_are_no_error():
    """Nothing to weigh, or nothing known: all alike."""
    assert county_weights([], {"a": 1}) == {}
    assert county_weights([_area("a", None), _area("b", 0)], {}) != {}
    assert county_weights([_area("a", None), _area("b", None)], {}) == {"a": 1.0, "b": 1.0}
