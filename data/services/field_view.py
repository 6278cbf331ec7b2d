"""What a phone in the field is shown: its one order, the place, the way and what it sent."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Any

from data.domain.capabilities import CAPABILITIES
from data.domain.dispatch import MOVES, Assignment
from data.domain.dispatch import AssignmentState as A
from data.domain.incident import Incident
from data.domain.incident_types import type_name
from data.domain.situation import Situation
from data.errors import NotFound

NEXT: Mapping[A, A] = {
    A.ORDERED: A.ACCEPTED, A.ACCEPTED: A.DEPARTED, A.DEPARTED: A.ARRIVED, A.ARRIVED: A.WORKING,
    A.WORKING: A.RELEASED, A.RELEASED: A.RETURNED,
}  # fmt: skip
DONE_WORDS: Mapping[A, str] = {
    A.ACCEPTED: "已接令", A.DEPARTED: "已出动", A.ARRIVED: "已到场", A.WORKING: "已展开",
    A.RELEASED: "任务结束，返程", A.RETURNED: "已归队",
}  # fmt: skip
COMPASS = ("北", "东北", "东", "东南", "南", "西南", "西", "西北")
EARTH_KM = 6371.0088
MOST_ITEMS = 400
Point = tuple[float, float]


def order_view(seen: Situation, order_id: str, way: Sequence[Point] | None) -> dict[str, Any]:
    """The order with everything its leader needs, and nothing of any other.

    Parameters
    ----------
    way
        The way as lon/lat points from where the team starts; None or empty where it is unknown.

    Raises
    ------
    NotFound
        When there is no such order any more.
    """
    order = seen.assignments.get(order_id)
    if order is None or order.incident_id not in seen.incidents:
        raise NotFound("没有这项任务，请向指挥中心核实")
    incident, team = seen.incidents[order.incident_id], seen.teams.get(order.team_id)
    dispatch = seen.dispatches.get(order.dispatch_id)
    to = NEXT.get(order.state)
    return {
        "id": order.id, "number": dispatch.number if dispatch else "", "state": order.state.value,
        "word": order.state.word, "times": order.times, "eta": order.eta,
        "over": not order.active and order.state != A.RELEASED, "note": order.note,
        "next": {"to": to.value, "word": DONE_WORDS[to]} if to else None,
        "may_decline": A.DECLINED in MOVES[order.state],
        "may_release": A.RELEASED in MOVES[order.state] and order.state != A.WORKING,
        "team": team.name if team else order.team_id, "capability": order.capability,
        "amount": order.amount, "reason": order.reason, "sharing": order.sharing,
        "incident": _incident(incident),
        "route": route_words(seen, order, incident, way),
        "contacts": _contacts(seen, order, incident),
        "needs": [_need(n) for n in seen.field_needs.values() if n.assignment_id == order.id],
        "photos": [
            {"id": p.id, "at": p.at, "seen": p.seen_at is not None}
            for p in seen.photos.values() if p.assignment_id == order.id
        ],
        "now": seen.at,
    }  # fmt: skip


def choices(seen: Situation) -> dict[str, Any]:
    """What may be asked for: capabilities with their units, and the catalogue's items."""
    items = sorted(seen.items.values(), key=lambda i: i.id)[:MOST_ITEMS]
    return {
        "capabilities": [{"name": c.id, "unit": c.unit} for c in CAPABILITIES.values()],
        "items": [{"name": i.name, "unit": i.unit} for i in items],
    }


def _incident(incident: Incident) -> dict[str, Any]:
    return {
        "id": incident.id, "letter": incident.letter, "name": incident.name,
        "type": type_name(incident.type), "place": incident.place, "lon": incident.lon,
        "lat": incident.lat, "coord_note": incident.coord_note,
    }  # fmt: skip


def _contacts(seen: Situation, order: Assignment, incident: Incident) -> list[dict[str, str]]:
    """Whom to call: the command post, who issued the order, who authorised it; blanks unsaid."""
    found: list[tuple[str, str, str]] = []
    for post in seen.posts.values():
        if post.incident_id == incident.id and post.state == "open":
            found.append((post.name, post.place, post.phone))
            if post.commander:
                found.append(("指挥部负责人", post.commander.name, post.commander.phone))
    found.append(("指挥长", incident.commander or "", ""))
    found.append(("值守席位", incident.desk or "", ""))
    dispatch = seen.dispatches.get(order.dispatch_id)
    if dispatch is not None:
        found.append(("下达", dispatch.issued_by, ""))
        by = dispatch.authorised_by
        found.append(("授权", " ".join(x for x in (by.name, by.post) if x), ""))
    return [{"role": r, "name": n, "phone": p} for r, n, p in found if n or p]


def _need(need: Any) -> dict[str, Any]:
    return {
        "id": need.id, "title": need.title, "kind": need.kind, "state": need.state,
        "word": need.word, "answer": need.answer, "at": need.at,
        "answered_at": need.answered_at,
    }  # fmt: skip


def route_words(
    seen: Situation, order: Assignment, incident: Incident, way: Sequence[Point] | None
) -> str:
    """The way in words: which direction, how far, how long, and what is closed."""
    team = seen.teams.get(order.team_id)
    air = bool(team and team.moves_by_air)
    if not way or len(way) < 2:  # noqa: PLR2004 - a way has two ends
        words = "路线未知：" + (
            "事发地坐标待核" if incident.lon is None else "出发位置不明或道路不通"
        )
    else:
        km = sum(distance_km(a, b) for a, b in pairwise(way))
        how = "直飞" if air else "沿可通行道路"
        words = f"向{heading(way[0], way[-1])}，{how}约 {km:.0f} 公里"
    shut = [
        z.label or "封控路段" for z in seen.zones.values()
        if z.kind == "closure" and not z.until and z.incident_id in (None, incident.id)
    ]  # fmt: skip
    return words + (f"；已避开：{'、'.join(shut[:4])}" if shut and not air else "")


def heading(start: Point, end: Point) -> str:
    """The compass word from start to end, of eight."""
    x = (end[0] - start[0]) * math.cos(math.radians((start[1] + end[1]) / 2))
    degrees = math.degrees(math.atan2(x, end[1] - start[1])) % 360
    return COMPASS[round(degrees / 45) % 8]


def distance_km(a: Point, b: Point) -> float:
    """Great-circle distance, kilometres."""
    lon1, lat1, lon2, lat2 = map(math.radians, (*a, *b))
    half = math.sin((lat2 - lat1) / 2) ** 2
    half += math.cos(lat1) * math.cos(lat2) * math.sin((lon2 - lon1) / 2) ** 2
    return 2 * EARTH_KM * math.asin(math.sqrt(half))
