"""The best plan known with its bound, and pairs made into a plan by local search."""

from __future__ import annotations

from dataclasses import dataclass

from data.allocation.effort import Effort
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
    cut: bool = False  # whether the clock, and not only counted work, had a say

    @property
    def proven(self) -> bool:
        """Whether nothing can be better."""
        return self.value - self.bound <= PROOF * max(1.0, abs(self.value))


def mend(
    figures: Figures, plan: TeamPlan, near: Ints, pairs: Ints, effort: Effort | None = None,
    *, moves: bool = True,
) -> None:  # fmt: skip
    """Pairs made into a plan by local search, kept when it is the best.

    Without `moves` no team goes from one incident to another.
    """
    search = Search(figures, near, effort=effort)
    search.start(pairs)
    search.improve(moves=moves)
    value = search.value()
    if value < plan.value - EPS:
        plan.taken, plan.value = search.taken, value
