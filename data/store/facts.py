"""The small facts pushed to browsers after a commit, one per thing that changed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from itertools import islice
from typing import Any

CHANNEL = "hubei_journal"  # where PostgreSQL tells that a row was committed
MOVED = "hubei_moved"  # and which teams reported where they are
MOST_FACTS = 200  # of one command; a page that needs more asks

_FIELDS: dict[str, tuple[str, ...]] = {
    "incident": ("letter", "short_name", "status", "lon", "lat", "area_code"),
    "report": ("state", "incident_id", "type", "place"),
    "team": ("name", "state", "area_code"),
    "assignment": ("team_id", "incident_id", "state", "eta"),
    "transfer": ("lot_id", "incident_id", "state", "amount"),
    "lot": ("depot_id", "item_id", "on_hand", "reserved"),
    "alarm": ("sensor_id", "sensor_name", "level", "value", "state"),
    "zone": ("kind", "label", "incident_id"),
    "response": ("incident_id", "body", "level"),
    "task": ("incident_id", "title", "state", "owner_org", "due_at"),
    "need": ("incident_id", "team_id", "state", "kind"),
    "photo": ("incident_id", "team_id"),
    "hazard": ("state", "area_code", "incident_id"),
    "rectification": ("state", "hazard_id", "owner_org", "due_at"),
    "warning": ("state", "colour", "headline", "area_code"),
    "delivery": ("warning_id", "channel", "state", "area_code"),
    "watch": ("state", "title", "colour", "area_code"),
    "clash": ("state", "kind", "subject", "org"),
    "instruction": ("incident_id", "state", "owner_org", "due_at"),
}


def fact_of(kind: str, thing: Any) -> dict[str, Any]:
    """A thing's kind, id, version and the few fields a page shows at once."""
    shown = {name: getattr(thing, name) for name in _FIELDS.get(kind, ())}
    return {"kind": kind, "id": thing.id, "version": thing.version, **shown}


def pushed(row: Mapping[str, Any], things: Iterable[tuple[str, Any]]) -> dict[str, Any]:
    """A journal row and what it changed, (kind, thing), as it is pushed to browsers."""
    held = list(things)
    return {
        "seq": row["seq"], "at": row["at"].isoformat(), "command": row["command"],
        "actor": row["actor"], "org": row["org"], "summary": row["summary"],
        "incident": row["incident_id"], "area": row["area"],
        "kinds": sorted({kind for kind, _ in held}),
        "facts": [fact_of(kind, thing) for kind, thing in islice(held, MOST_FACTS)],
    }  # fmt: skip
