"""The best plan known with its bound, and pairs made into a plan by local search."""

from __future__ import annotations

from dataclasses import dataclass
from math import inf

from data.allocation.figures import Figures, Ints
from data.allocation.search import EPS, Search

PROOF = 1e-6  # relative gap that counts as none


@dataclass
class TeamPlan:
    """The best plan known (pairs and value), a bound, and how the first answer was."""

    taken: Ints
    value: float
    bound: float
    first_value: float
    first_at: float

    @property
    def proven(self) -> bool:
        """Whether nothing can be better."""
        return self.value - self.bound <= PROOF * max(1.0, abs(self.value))


def mend(
    figures: Figures, plan: TeamPlan, near: Ints, pairs: Ints, until: float = inf
) -> None:
    """Pairs made into a plan by local search, kept when it is the best."""
    search = Search(figures, near, until=until)
    search.start(pairs)
    search.improve()
    value = search.value()
    if value < plan.value - EPS:
        plan.taken, plan.value = search.taken, value
