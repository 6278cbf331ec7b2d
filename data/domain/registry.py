"""The kinds of things the center keeps, by their short names."""

from __future__ import annotations

from typing import Any

from data.domain.alarm import Alarm
from data.domain.clearance import Clearance
from data.domain.command_post import CommandPost, Consultation
from data.domain.contingency import Contingency
from data.domain.depot import Depot, Item, Lot
from data.domain.directory import CallNote, Contact
from data.domain.dispatch import Assignment, Dispatch, Transfer
from data.domain.field import FieldNeed, Photo
from data.domain.filing import Filing
from data.domain.flight_switch import FlightSwitch
from data.domain.hazard import HazardReport
from data.domain.incident import Entry, Incident, Report, Response, Zone
from data.domain.linking import SupportRequest
from data.domain.node import Clash
from data.domain.rectification import Rectification
from data.domain.rule_table import RuleText
from data.domain.sensor import Sensor
from data.domain.sharing import Connector
from data.domain.shift import Handover, Shift
from data.domain.source import RiskSource
from data.domain.stock import Movement, StockNorm, Stocktake, Supplier
from data.domain.surge import Surge
from data.domain.task import Instruction, Task
from data.domain.team import Force, Team
from data.domain.warning import Delivery, Warning, Watch  # noqa: A004 - the field's word

KINDS: dict[str, type[Any]] = {
    "incident": Incident, "report": Report, "response": Response, "entry": Entry, "zone": Zone,
    "force": Force, "team": Team, "assignment": Assignment, "dispatch": Dispatch,
    "transfer": Transfer, "depot": Depot, "item": Item, "lot": Lot, "sensor": Sensor,
    "alarm": Alarm, "source": RiskSource,
    "contingency": Contingency,
    "task": Task,
    "instruction": Instruction,
    "post": CommandPost,
    "consultation": Consultation,
    "contact": Contact,
    "call": CallNote,
    "movement": Movement,
    "stocktake": Stocktake,
    "norm": StockNorm,
    "supplier": Supplier,
    "filing": Filing,
    "clearance": Clearance,
    "support": SupportRequest,
    "shift": Shift,
    "handover": Handover,
    "photo": Photo,
    "need": FieldNeed,
    "warning": Warning,
    "delivery": Delivery,
    "watch": Watch,
    "hazard": HazardReport,
    "rectification": Rectification,
    "connector": Connector,
    "surge": Surge,
    "clash": Clash,
    "flight": FlightSwitch,
    "ruling": RuleText,
}  # fmt: skip
KIND_OF: dict[type[Any], str] = {cls: kind for kind, cls in KINDS.items()}

# The letter of each kind's ids, with the digits that keep them sorted.
ID_FORM: dict[str, tuple[str, int]] = {
    "incident": ("I", 4), "report": ("R", 4), "response": ("X", 4), "entry": ("N", 5),
    "zone": ("Z", 4), "force": ("F", 4), "team": ("TM", 4), "assignment": ("A", 5),
    "dispatch": ("D", 4), "transfer": ("T", 5), "depot": ("DP", 4), "item": ("IT", 4),
    "lot": ("L", 5), "sensor": ("S", 4), "alarm": ("AL", 5), "source": ("RS", 4),
    "plan": ("P", 5),
    "contingency": ("CP", 3),
    "task": ("TK", 5),
    "instruction": ("PS", 4),
    "post": ("ZB", 4),
    "consultation": ("HS", 4),
    "contact": ("TX", 4),
    "call": ("TH", 5),
    "movement": ("MV", 6),
    "stocktake": ("PD", 4),
    "norm": ("QD", 4),
    "supplier": ("CN", 4),
    "filing": ("XB", 5),
    "clearance": ("SP", 5),
    "support": ("QQ", 4),
    "shift": ("BC", 4),
    "handover": ("JJ", 4),
    "photo": ("ZP", 5),
    "need": ("XQ", 4),
    "warning": ("YJ", 4),
    "delivery": ("FB", 5),
    "watch": ("GZ", 4),
    "hazard": ("YH", 5),
    "rectification": ("ZG", 4),
    "connector": ("GX", 3),
    "surge": ("BQ", 4),
    "clash": ("CT", 4),
    "flight": ("FX", 1), "ruling": ("GZB", 1),  # each named by what it is about
}  # fmt: skip
