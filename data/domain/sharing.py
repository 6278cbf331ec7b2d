"""Data sharing 数据共享: what another body pushes or lets us poll, by a readable mapping."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from data.domain.incident import Origin
from data.domain.sensor import LEVELS

SAMPLE = "示例（假定）"
Target = Literal[
    "readings", "positions", "reports", "sources", "sensors", "alarms", "warnings", "closures"
]
TARGET_WORDS: Mapping[str, str] = {
    "readings": "监测数据", "positions": "队伍位置", "reports": "信息报送", "sources": "风险源",
    "sensors": "监测点", "alarms": "报警", "warnings": "预警",
    "closures": "封路",
}  # fmt: skip
FORMATS = ("json", "csv", "xml", "cap")
CRS = ("WGS84", "CGCS2000", "GCJ02", "BD09")
Kind = Literal["text", "number", "whole", "time"]

# What a record may become, field by field: (kind, whether it must be there). Dotted names are those
# of the users' own tables.
FIELDS: Mapping[str, Mapping[str, tuple[Kind, bool]]] = {
    "readings": {"sensor": ("text", True), "at": ("time", True)},
    "positions": {
        "team": ("text", True), "lon": ("number", True), "lat": ("number", True),
        "at": ("time", True),
    },
    "reports": {
        "type": ("text", True), "place": ("text", False), "area_code": ("text", False),
        "lon": ("number", False), "lat": ("number", False), "occurred_at": ("time", False),
        "text": ("text", False), "dead": ("whole", False), "missing": ("whole", False),
        "trapped": ("whole", False), "injured_serious": ("whole", False),
        "injured_minor": ("whole", False), "threatened": ("whole", False),
        "evacuated": ("whole", False), "rescued": ("whole", False),
    },
    "sources": {
        "id": ("text", True), "name": ("text", True), "kind": ("text", False),
        "area_code": ("text", False), "lon": ("number", False), "lat": ("number", False),
        "grade": ("text", False), "organisation": ("text", False), "person": ("text", False),
        "phone": ("text", False), "note": ("text", False),
        "neighbours.population": ("whole", False), "neighbours.schools": ("whole", False),
        "neighbours.hospitals": ("whole", False), "neighbours.note": ("text", False),
        "contingency_id": ("text", False), "videos": ("text", False),
    },
    "sensors": {
        "id": ("text", True), "name": ("text", True), "quantity": ("text", False),
        "kind": ("text", False), "unit": ("text", False), "river": ("text", False),
        "area_code": ("text", False), "lon": ("number", False), "lat": ("number", False),
        "device": ("text", False), "element": ("text", False), "source_id": ("text", False),
        "expected_every_s": ("whole", False), "note": ("text", False),
        **{f"thresholds.{level}": ("number", False) for level in LEVELS},
    },
    "alarms": {
        "point": ("text", True), "name": ("text", False), "level": ("text", True),
        "value": ("number", True), "threshold": ("number", False), "at": ("time", True),
        "unit": ("text", False), "area_code": ("text", False), "colour": ("text", False),
        "does": ("text", False),
    },
    # without them, from a CAP message as it is
    "warnings": {
        "identifier": ("text", True), "sent": ("time", True), "headline": ("text", True),
        "areas": ("text", True), "event": ("text", False), "colour": ("text", False),
        "description": ("text", False), "instruction": ("text", False),
        "effective": ("time", False), "onset": ("time", False), "expires": ("time", False),
        "area_words": ("text", False), "does": ("text", False), "before": ("text", False),
    },
    "closures": {
        "id": ("text", True), "name": ("text", False), "road": ("text", False),
        "roads": ("text", False), "lon": ("number", False), "lat": ("number", False),
        "reason": ("text", False), "until": ("time", False), "does": ("text", False),
    },
}  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class Taking:
    """How one value is taken out of a record: from where, by which code list, in which unit."""

    path: str = ""
    fixed: str = ""
    prefix: str = ""
    codes: Mapping[str, str] = field(default_factory=dict)
    factor: float = 1.0
    offset: float = 0.0
    blank: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Value:
    """One reading of a record: which element of the sensor, and how its number is taken."""

    element: str
    taking: Taking


@dataclass(frozen=True, kw_only=True)
class Poll:
    """How a body is asked: where, how often, and with which header from the environment."""

    url: str
    every_s: int = 300
    timeout_s: float = 20.0
    header: str = ""
    secret_env: str = ""


@dataclass(frozen=True, kw_only=True)
class MappingFile:
    """A mapping file as it is understood."""

    name: str
    body: str
    target: Target
    format: str
    rows: str = ""
    key: tuple[str, ...] = ()
    fields: Mapping[str, Taking] = field(default_factory=dict)
    values: tuple[Value, ...] = ()
    zone: str = "Asia/Shanghai"
    time_format: str = "iso"
    crs: str = "WGS84"
    area_code: str = ""
    poll: Poll | None = None
    source: str = ""
    note: str = ""


@dataclass(frozen=True, kw_only=True)
class Connector:
    """One 共享接口 of one body, with its mapping file as people wrote it."""

    id: str
    name: str
    body: str = ""
    target: str = ""
    text: str = ""
    edition: int = 1
    url: str = ""
    state: str = "on"  # on | paused
    area_code: str | None = None
    origin: Origin = "real"
    version: int = 0

    @property
    def running(self) -> bool:
        """Whether what it sends is taken."""
        return self.state == "on"


@dataclass(frozen=True, kw_only=True)
class Shared:
    """How a connector stands, beside the journal: counts and the newest of each."""

    connector_id: str
    requests: int = 0
    taken: int = 0
    repeated: int = 0
    refused: int = 0
    received_at: str = ""
    newest_at: str = ""
    delay_s: float | None = None
    error: str = ""
    error_at: str = ""
    failures: int = 0  # in a row, of polling
    polled_at: str = ""
    next_at: str = ""
    etag: str = ""
    modified: str = ""


Record = Mapping[str, Any]
