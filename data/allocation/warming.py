"""Compiles the solver's loops before a clock runs.

The first time takes half a minute; the machine code is kept beside the sources (or under
``NUMBA_CACHE_DIR``), and from then on warming takes a moment. No clock cuts it short, and the
arrays of every problem are of the types met here, so that no solve after it compiles anything.
"""

from __future__ import annotations

from functools import cache

import numpy as np

from data.allocation.board import Annealing
from data.allocation.figures import figures
from data.allocation.model import Problem
from data.allocation.pricing import priced_by_needs
from data.allocation.program import Prices
from data.allocation.queueing import Site, Sites, Unit, schedule

PATIENT_S = 600.0  # compiling may take its time: the queue itself is small and soon proven
_SMALL = """
{"capabilities": [{"id": "a", "people": true}, {"id": "b", "people": true}, {"id": "c"}],
 "teams": [{"id": "s", "people": 9, "provides": {"a": 9, "b": 9}},
           {"id": "t", "people": 9, "provides": {"a": 9, "c": 2}}],
 "incidents": [{"id": "i", "needs": [{"capability": "a", "amount": 5},
                                     {"capability": "b", "amount": 5}]},
               {"id": "j", "needs": [{"capability": "c", "amount": 5}]}],
 "minutes": [[10, 20], [10, 20]],
 "counties": [{"id": "x", "risk": 1}], "cover_minutes": [[10], [10]]}
"""


@cache
def warm() -> None:
    """Every compiled loop run once, before a clock runs."""
    arrays = figures(Problem.from_json(_SMALL))
    every = np.arange(arrays.pairs)
    Annealing(arrays, every, every[:1]).burst(20)
    need = arrays.need_rate / 2
    priced_by_needs(arrays, Prices.none(arrays), need, 1e6, 5, lambda: False)
    schedule(Sites(
        units=(Unit(id="u"), Unit(id="v")), sites=(Site(id="s"), Site(id="t"), Site(id="w")),
        work=((1, 2, 3), (3, 2, 1)), start=((9, 8, 7), (7, 8, 9)),
        between=((0, 5, 5), (5, 0, 5), (5, 5, 0)),
    ), PATIENT_S)  # fmt: skip
