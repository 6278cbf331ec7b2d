"""How long it takes until a team may leave: whose consent its dispatch needs, and the minutes.

The minutes and the words stand in the table of authority (`consent` in `authority.yaml`); no
published rule states them, so every figure is 假定. What is written here holds only for a table
that leaves a kind out. The kinds follow who commands a team in practice: a duty room orders its own
teams by telephone, asks the neighbour's or the city's for theirs, and asks societies, companies
and the army, who answer for themselves.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from data.domain.org import AreaTree
from data.domain.team import Team


@dataclass(frozen=True, kw_only=True)
class Approval:
    """The consent one dispatch needs: `minutes` before the team may leave, and why."""

    key: str
    minutes: float
    words: str
    basis: str = "假定"


# Assumptions, for tables that say nothing of a kind.
OWN = Approval(key="own", minutes=0.0, words="本辖区力量，直接下令")
SAME_PREFECTURE = Approval(key="same_prefecture", minutes=5.0, words="同市跨县，报市级同意")
OTHER_PREFECTURE = Approval(key="other_prefecture", minutes=15.0, words="跨市州，报省级同意")
PROVINCIAL = Approval(key="provincial", minutes=5.0, words="省级队伍，报省级值班领导")
NATIONAL = Approval(key="national", minutes=20.0, words="国家级力量，向上级请调")
SOCIAL = Approval(key="social", minutes=20.0, words="社会力量，逐队电话确认")
ENTERPRISE = Approval(key="enterprise", minutes=15.0, words="企业队伍，与企业值班室确认")
ARMY = Approval(key="army", minutes=60.0, words="军队和民兵，经军地联络机制")
ORDERED = Approval(key="ordered", minutes=0.0, words="已受领任务，改派不再报批")

TABLE = (
    OWN, SAME_PREFECTURE, OTHER_PREFECTURE, PROVINCIAL, NATIONAL, SOCIAL, ENTERPRISE, ARMY, ORDERED,
)  # fmt: skip

# What a team's level or kind begins or says, and whose consent that means; the first that fits.
_OWNERS = (
    (("军", "部队", "民兵", "武警"), ARMY),
    (("社会", "志愿", "民间"), SOCIAL),
    (("企业", "省合作"), ENTERPRISE),
)


def approval_of(
    team: Team,
    incident_areas: Iterable[str],
    areas: AreaTree,
    consents: Mapping[str, Approval] | None = None,
) -> Approval:
    """The consent that sending a team to an incident in some areas (codes) needs.

    `consents` is the table in force by kind; without it the assumed minutes count. An area
    contains what lies in it both ways: a prefecture's team is at home in each of its counties,
    and an incident of the whole prefecture or province is at home to all of theirs.
    """
    found = _kind(team, incident_areas, areas)
    return (consents or {}).get(found.key, found)


def _kind(team: Team, incident_areas: Iterable[str], areas: AreaTree) -> Approval:
    """Which of the kinds it is."""
    for words, found in _OWNERS:
        if any(w in team.level or w in team.kind for w in words):
            return found
    codes = [c for c in incident_areas if c]
    own = team.area_code
    if own is None or any(areas.covers(own, c) or areas.covers(c, own) for c in codes):
        return OWN
    if team.level.startswith("国家"):
        return NATIONAL
    if team.level.startswith("省"):
        return PROVINCIAL
    here = areas.prefecture_of(own)
    if here is not None and any(areas.prefecture_of(c) == here for c in codes):
        return SAME_PREFECTURE
    return OTHER_PREFECTURE


def assumptions(consents: Mapping[str, Approval] | None = None) -> str:
    """All of the table in one sentence, for the foot of a plan."""
    held = [(consents or {}).get(a.key, a) for a in TABLE]
    rows = "、".join(f"{a.words.partition('，')[0]} {a.minutes:g}" for a in held if a.minutes)
    basis = "、".join(dict.fromkeys(a.basis for a in held))
    free = "" if next(a for a in held if a.key == OWN.key).minutes else "；本辖区不计"
    return f"{basis}：出动前报批按分钟计：{rows}{free}"


__all__ = ["TABLE", "Approval", "approval_of", "assumptions"]
