"""Whose consent a dispatch needs, and how long that takes."""

import pytest

from data.domain import approval as a
from data.domain.team import Team
from data.ingest.seeding import area_tree

AREAS = area_tree()
HUANGMEI, XISHUI, HUANGGANG, WUHAN = "421127", "421125", "421100", "420100"


def _team(area, level="县级", kind="综合救援"):
    return Team(id="T-1", name="某队", area_code=area, level=level, kind=kind)


@pytest.mark.parametrize(
    ("team", "expected"),
    [
        (_team(HUANGMEI), a.OWN),
        (_team(XISHUI), a.SAME_PREFECTURE),
        (_team(WUHAN, level="市级"), a.OTHER_PREFECTURE),
        (_team(HUANGGANG, level="市级"), a.OWN),
        (_team(WUHAN, level="省级"), a.PROVINCIAL),
        (_team(WUHAN, level="国家"), a.NATIONAL),
        (_team(HUANGMEI, level="社会"), a.SOCIAL),
        (_team(WUHAN, level="社会"), a.SOCIAL),
        (_team(HUANGMEI, level="企业"), a.ENTERPRISE),
        (_team(WUHAN, kind="企业救援/通信保障", level="省合作"), a.ENTERPRISE),
        (_team(HUANGMEI, kind="民兵应急分队"), a.ARMY),
        (_team(None), a.OWN),
    ],
)
def test_consent_follows_who_commands_the_team(team, expected):
    """Own area, neighbour, other prefecture, province, state, society, company, army."""
    assert a.approval_of(team, [HUANGMEI], AREAS) is expected


def test_an_incident_of_many_areas_is_at_home_in_each():
    """The nearest consent counts, and a province-wide incident is at home everywhere."""
    team = _team(WUHAN, level="市级")
    assert a.approval_of(team, [HUANGMEI, "420106"], AREAS) is a.OWN
    assert a.approval_of(team, ["420000"], AREAS) is a.OWN


def test_a_directly_administered_city_is_its_own_prefecture():
    """天门 belongs to no other prefecture by its code."""
    assert a.approval_of(_team("429006"), ["429004"], AREAS) is a.OTHER_PREFECTURE


def test_farther_consent_never_takes_less_and_every_wait_is_told():
    """The minutes grow outwards, and the assumption names each that is not nothing."""
    assert a.OWN.minutes < a.SAME_PREFECTURE.minutes < a.OTHER_PREFECTURE.minutes < a.ARMY.minutes
    said = a.assumptions()
    assert said.startswith("假定")
    assert all(f"{row.minutes:g}" in said for row in a.TABLE if row.minutes)
