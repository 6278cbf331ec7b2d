"""The kinds of things the center keeps, by their short names."""

from __future__ import annotations

from typing import Any

from data.domain.depot import Depot, Item, Lot
from data.domain.dispatch import Assignment, Dispatch, Transfer
from data.domain.incident import Entry, Incident, Report, Response, Zone
from data.domain.sensor import Alarm, RiskSource, Sensor
from data.domain.team import Force, Team

KINDS: dict[str, type[Any]] = {
    "incident": Incident, "report": Report, "response": Response, "entry": Entry, "zone": Zone,
    "force": Force, "team": Team, "assignment": Assignment, "dispatch": Dispatch,
    "transfer": Transfer, "depot": Depot, "item": Item, "lot": Lot, "sensor": Sensor,
    "alarm": Alarm, "source": RiskSource,
}  # fmt: skip
KIND_OF: dict[type[Any], str] = {cls: kind for kind, cls in KINDS.items()}

# The letter of each kind's ids, with the digits that keep them sorted.
ID_FORM: dict[str, tuple[str, int]] = {
    "incident": ("I", 4), "report": ("R", 4), "response": ("X", 4), "entry": ("N", 5),
    "zone": ("Z", 4), "force": ("F", 4), "team": ("TM", 4), "assignment": ("A", 5),
    "dispatch": ("D", 4), "transfer": ("T", 5), "depot": ("DP", 4), "item": ("IT", 4),
    "lot": ("L", 5), "sensor": ("S", 4), "alarm": ("AL", 5), "source": ("RS", 4),
    "plan": ("P", 5),
}  # fmt: skip
