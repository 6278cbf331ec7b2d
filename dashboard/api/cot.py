"""Cursor on Target: teams and incidents for tablets in the field that speak CoT (TAK)."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from fastapi import APIRouter, Request, Response
from lxml import etree

from dashboard.api.common import actor_of, in_box
from data.center import Center
from data.domain.incident import Incident
from data.domain.printable import printable
from data.domain.situation import Position, Situation
from data.domain.team import Team, TeamState

FRESH = timedelta(minutes=15)  # 假定: how long a tablet may believe a position
UNKNOWN = "9999999.0"  # CoT's own word for an unknown error or height
# MIL-STD-2525 as CoT writes it: a friendly unit on the ground, by air; a spot that is marked.
GROUND, AIR, SPOT = "a-f-G-U-C", "a-f-A", "b-m-p-s-m"


def build(center: Center) -> APIRouter:
    """The router of CoT."""
    router = APIRouter(tags=["cot"])

    @router.get("/cot")
    async def cot(request: Request, bbox: str | None = None) -> Response:
        """Open incidents and teams that are out, as CoT 2.0 events."""
        seen = await center.ask(center.queries.situation, actor_of(request))
        text = await center.ask(events, seen, bbox)
        return Response(text, media_type="application/xml", headers={"cache-control": "no-store"})

    return router


def events(seen: Situation, bbox: str | None = None) -> bytes:
    """The events of a situation, each with its own time; nothing stands without a position."""
    root = etree.Element("events")
    for incident in seen.sided():
        if incident.lon is not None and in_box(bbox, incident.lon, incident.lat):
            _incident(root, seen, incident)
    for team in seen.teams.values():
        where = seen.team_position(team.id)
        out = team.state not in {TeamState.STANDBY, TeamState.OFF_DUTY, TeamState.UNPLANNABLE}
        if out and where is not None and in_box(bbox, where.lon, where.lat):
            _team(root, seen, team, where)
    text: bytes = etree.tostring(root, xml_declaration=True, encoding="UTF-8")
    return text


def _incident(root: etree._Element, seen: Situation, incident: Incident) -> None:
    at = incident.occurred_at or incident.received_at
    words = f"{incident.name} {incident.grading.label}".strip()
    where = Position(lon=incident.lon or 0.0, lat=incident.lat or 0.0, at=at)
    name = f"{incident.letter} {incident.short_name}"
    _event(root, seen, f"incident.{incident.id}", SPOT, where, (name, words), seen.at + FRESH)


def _team(root: etree._Element, seen: Situation, team: Team, where: Position) -> None:
    held = seen.assignment_of_team(team.id)
    incident = seen.incidents.get(held.incident_id) if held else None
    words = team.state.word + (f" {incident.letter} {incident.short_name}" if incident else "")
    kind = AIR if team.moves_by_air else GROUND
    _event(root, seen, f"team.{team.id}", kind, where, (team.name, words), where.at + FRESH)


def _event(
    root: etree._Element, seen: Situation, key: str, kind: str, where: Position,
    words: tuple[str, str], stale: datetime,
) -> None:  # fmt: skip
    """One event; an exercise says so in its way of being made known and in its words."""
    drill = seen.exercise is not None
    event = etree.SubElement(
        root, "event", version="2.0", uid=f"hubei.{key}", type=kind, time=_zulu(seen.at),
        start=_zulu(where.at), stale=_zulu(stale), how="h-g-i-g-o" if kind == SPOT else "m-g",
        opex="e-演练" if drill else "o-",
    )  # fmt: skip
    etree.SubElement(
        event, "point", lat=f"{where.lat:.6f}", lon=f"{where.lon:.6f}", hae=UNKNOWN, ce=UNKNOWN,
        le=UNKNOWN,
    )  # fmt: skip
    detail = etree.SubElement(event, "detail")
    etree.SubElement(detail, "contact", callsign=printable(words[0]))
    remarks = etree.SubElement(detail, "remarks")
    remarks.text = printable(("演练 " if drill else "") + words[1])


def _zulu(at: datetime) -> str:
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%f")[:-3] + "Z"
