"""What keeps teams back: every county of the area with its weight, and who reaches it in time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from data.allocation.model import County
from data.domain.coverage import REACH, risk_points
from data.domain.keepback import county_weights
from data.domain.org import Actor
from data.domain.situation import Situation
from data.domain.team import Team
from data.services.coverage import reach
from data.services.supposing import Shut, in_force
from data.services.tools import Tools


@dataclass(frozen=True, kw_only=True)
class Kept:
    """The cover block of a problem; empty where nothing is kept back."""

    counties: tuple[County, ...] = ()
    minutes: tuple[tuple[float | None, ...], ...] = ()
    within: float = REACH
    unknown: int = 0  # counties whose population is not known


def keep_back(
    situation: Situation,
    teams: Sequence[Team],
    tools: Tools,
    actor: Actor | None,
    shut: Shut,
    grounded: frozenset[str],
) -> Kept:
    """Counties of the actor's area and the minutes from each free team, a row a team.

    Bound teams cover nothing and neither do helicopters that cannot fly; the rows are those of
    the coverage layer, getting ready included, so that both speak of the same cover.
    """
    held = in_force(situation)
    table = reach(
        situation, tools, actor,
        closures=[a for a in shut.areas if a not in held.areas],
        closed_roads=shut.roads,
    )  # fmt: skip
    areas = [tools.areas.areas[c.code] for c in table.counties]
    risk = risk_points(situation, tools.areas, tools.spatial)
    weights = county_weights(areas, {code: float(n) for code, n in risk.items()})
    row_of = {team: n for n, team in enumerate(table.teams) if team not in grounded}
    near = [[v if v <= REACH else None for v in row] for row in np.round(table.minutes, 1).tolist()]
    blank: list[float | None] = [None] * len(areas)
    return Kept(
        counties=tuple(
            County(id=a.code, name=a.short_name or a.name, risk=weights[a.code]) for a in areas
        ),
        minutes=tuple(tuple(near[row_of[t.id]] if t.id in row_of else blank) for t in teams),
        unknown=sum(a.population is None for a in areas),
    )
