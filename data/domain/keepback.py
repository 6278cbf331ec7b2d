"""How much each county's cover weighs when a plan decides which teams to keep back."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from data.domain.org import Area

MOST = 3.0  # the factor of a county with far more known hazards than the others


def county_weights(counties: Iterable[Area], risk: Mapping[str, float]) -> dict[str, float]:
    """The weight of each county's cover by code, mean 1.0.

    ``raw_j = (p_j / p̄) · min(1 + r_j / r̄, MOST)``, then ``weight_j = raw_j / mean(raw)``

    p_j is the county's population, p̄ the mean of the known ones; an unknown population stays
    unknown and weighs like the mean. r_j counts what may go wrong there as far as the center
    knows (risk sources, reservoirs, stations in alarm), r̄ is its mean over the counties; where
    nothing is known anywhere the factor is 1 and population alone decides.

    Reason: what a county loses without a team is people times the chance that something happens
    while it is away, so the two multiply. The known hazards are an incomplete list, so they can
    raise a county threefold at most and never lower it to nothing. The mean stays 1.0 so that
    what the first and the second lost team of cover cost (150 and 375 person-minutes) keep their
    meaning whatever the area.
    """
    held = list(counties)
    if not held:
        return {}
    known = [a.population for a in held if a.population is not None]
    people = sum(known) / len(known) if known else 0.0
    hazards = sum(max(0.0, risk.get(a.code, 0)) for a in held) / len(held)
    raw = {}
    for area in held:
        share = 1.0
        if area.population is not None and people > 0:
            share = area.population / people
        factor = 1.0
        if hazards > 0:
            factor = min(1.0 + max(0.0, risk.get(area.code, 0)) / hazards, MOST)
        raw[area.code] = share * factor
    mean = sum(raw.values()) / len(raw)
    if mean <= 0:
        return dict.fromkeys(raw, 1.0)
    return {code: round(value / mean, 6) for code, value in raw.items()}
