"""How much work a solve may do: counted, so that it is the same everywhere, and guarded by a clock.

Work is counted in seconds of the machine the solver was measured on, one core of it, from what was
done (steps, iterations), never from a clock. The clock only ends what a slower machine cannot do in
time, and that is remembered.
"""

from __future__ import annotations

from math import inf
from time import monotonic

_SHARE = 1.2  # of the limit, as work of one core: less than two cores do, so that clocks rest


class Effort:
    """What is left to do of the work allowed, and the instant of `monotonic` that ends it all."""

    def __init__(self, limit_s: float = inf, until: float = inf) -> None:
        self.limit_s, self.until = limit_s, until
        self.left = _SHARE * limit_s
        self.cut = False

    def spend(self, work_s: float) -> None:
        """Count work done."""
        self.left -= work_s

    @property
    def out(self) -> bool:
        """Whether the clock has run out; who asks leaves something undone because of it."""
        ended = monotonic() >= self.until
        self.cut = self.cut or ended
        return ended

    @property
    def seconds(self) -> float:
        """What the clock still allows."""
        return max(0.0, self.until - monotonic())
