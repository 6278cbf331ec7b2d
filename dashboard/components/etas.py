"""The table of travel times, worked out once for all parts of the desk at one moment."""

from __future__ import annotations

from collections import OrderedDict
from datetime import timedelta
from threading import Lock

from dashboard.components.draft_sides import Table
from data.center import Center
from data.domain.situation import Situation

KEPT = 8
FRESH = timedelta(minutes=1)  # of domain time: teams under way move on without a journal number

_lock = Lock()
_tables: OrderedDict[tuple[int, int], tuple[Situation, Table]] = OrderedDict()


def table(center: Center, seen: Situation) -> Table:
    """Minutes from every team to every open incident; blocking.

    The situation is kept with its table, so that its identity cannot be taken by another.
    """
    key = (seen.revision, id(seen.teams))
    with _lock:
        held = _tables.get(key)
    if held and held[0].teams is seen.teams and abs(seen.at - held[0].at) < FRESH:
        return held[1]
    made: Table = center.eta_table(seen)
    with _lock:
        _tables[key] = (seen, made)
        while len(_tables) > KEPT:
            _tables.popitem(last=False)
    return made
