"""What a way of OpenStreetMap means for a rescue vehicle: its class, speed and direction."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

# Speeds in km/h a loaded vehicle keeps on an open road of each class: assumptions, below the
# design speeds of JTG B01-2014 (motorway 80-120, first class 60-100, second 60-80, third 30-40,
# fourth 20-30). A ramp is driven at about half the speed of its road.
SPEED: Mapping[str, float] = {
    "motorway": 95.0, "trunk": 65.0, "primary": 55.0, "secondary": 45.0, "tertiary": 35.0,
    "unclassified": 30.0, "residential": 25.0, "living_street": 15.0, "service": 15.0,
    "road": 25.0, "track": 15.0,
    "motorway_link": 45.0, "trunk_link": 35.0, "primary_link": 30.0, "secondary_link": 25.0,
    "tertiary_link": 25.0,
}  # fmt: skip
CLASSES = tuple(SPEED)
OF_LIMIT = 0.9  # share of a posted limit that is driven
LOWEST_KMH, HIGHEST_KMH = 5.0, 110.0
MILE_KM = 1.609344
_CLOSED = {"no", "private"}
_FORWARD, _BACKWARD = {"yes", "true", "1"}, {"-1", "reverse"}
_ALWAYS_FORWARD = ("motorway", "motorway_link")
_NOT_A_WAY_THROUGH = {"driveway", "parking_aisle", "drive-through"}


class Tags(Protocol):
    """Tags of an object, as the reader hands them out."""

    def get(self, key: str, default: str | None = None) -> str | None:
        """The value of a tag."""


def class_of(tags: Tags) -> str | None:
    """The class of a way that may be driven; None for all others."""
    kind = tags.get("highway")
    if kind not in SPEED or tags.get("area") == "yes":
        return None
    if kind == "service" and tags.get("service") in _NOT_A_WAY_THROUGH:
        return None
    if kind == "track" and tags.get("tracktype") not in ("grade1", "grade2"):
        return None
    if tags.get("emergency") not in ("yes", "designated") and not _may_pass(tags):
        return None
    return kind


def _may_pass(tags: Tags) -> bool:
    """Whether motor vehicles may use a way; the narrower tag decides."""
    for key in ("motor_vehicle", "vehicle", "access"):
        value = tags.get(key)
        if value is not None:
            return value not in _CLOSED
    return True


def direction_of(tags: Tags, kind: str) -> int:
    """1 along the way's nodes only, -1 against them only, 0 both."""
    stated = tags.get("oneway")
    if stated in _BACKWARD:
        return -1
    if stated in _FORWARD:
        return 1
    around = tags.get("junction") in ("roundabout", "circular")
    return 1 if stated is None and (around or kind in _ALWAYS_FORWARD) else 0


def speed_of(tags: Tags, kind: str) -> float:
    """Km/h kept on a way: its class's, or a share of its posted limit when that is lower."""
    limit = _kmh(tags.get("maxspeed"))
    if limit is None:
        return SPEED[kind]
    fastest = SPEED[kind] * 1.2  # a limit says what is allowed, not what can be driven
    return float(min(max(limit * OF_LIMIT, LOWEST_KMH), fastest, HIGHEST_KMH))


def name_of(tags: Tags) -> str:
    """What a road is called: its number and name, as far as they are known."""
    parts = (tags.get("ref"), tags.get("name:zh") or tags.get("name"))
    return " ".join(p for p in parts if p)[:60]


def _kmh(text: str | None) -> float | None:
    """A posted limit in km/h."""
    if not text:
        return None
    number, _, unit = text.replace("mph", " mph").partition(" ")
    try:
        value = float(number)
    except ValueError:
        return None
    return value * MILE_KM if "mph" in unit else value
