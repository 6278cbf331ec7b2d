"""Teams, depots, lots, sources and sensors over HTTP: filtered, paged, in one's own area."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from fastapi import APIRouter, Request, Response

from dashboard.api import bodies as b
from dashboard.api.common import actor_of, answer, carry, in_box, page, wgs84
from dashboard.api.views import team_view
from data.center import Center
from data.domain import messages as m
from data.domain.item_classes import class_words
from data.domain.org import Actor
from data.domain.situation import Situation
from data.domain.team import Team
from data.store.codec import plain

View = Callable[[Situation, Any], dict[str, Any]]


def build(center: Center) -> APIRouter:
    """The router of what can be sent and what is watched."""
    router = APIRouter(tags=["resources"])
    _teams(router, center)
    _listing(router, center, "depots", _depot_view)
    _listing(router, center, "lots", _lot_view)
    _listing(router, center, "sources", lambda _, thing: plain(thing))
    _listing(router, center, "sensors", _sensor_view)
    _listing(router, center, "items", _item)
    _listing(router, center, "forces", lambda _, thing: plain(thing))
    return router


def _depot_view(_: Situation, depot: Any) -> dict[str, Any]:
    return {**plain(depot), "live": depot.live}


def _item(_: Situation, item: Any) -> dict[str, Any]:
    return {**plain(item), "class": class_words(item)}


def _lot_view(seen: Situation, lot: Any) -> dict[str, Any]:
    item, depot = seen.items.get(lot.item_id), seen.depots.get(lot.depot_id)
    return {
        **plain(lot),
        "free": lot.free,
        "item_name": item.name if item else lot.item_id,
        "unit": item.unit if item else "",
        "depot_name": depot.name if depot else lot.depot_id,
        "area_code": depot.area_code if depot else None,
        "lon": depot.lon if depot else None,
        "lat": depot.lat if depot else None,
    }


def _sensor_view(seen: Situation, sensor: Any) -> dict[str, Any]:
    latest = seen.readings.get(sensor.id)
    rung = sensor.reached(latest.value, seen.today) if latest else None
    return {
        **plain(sensor),
        "latest": latest,
        "reached": rung.level if rung else None,
        "in_force": sensor.in_force(seen.today),
    }


def _within(center: Center, org: str | None, code: str | None) -> bool:
    return org is None or center.areas.covers(org, code)


def _listing(router: APIRouter, center: Center, name: str, view: View) -> None:
    """One `GET /{name}` with the filters every listing takes."""

    @router.get(f"/{name}", name=name)
    async def listing(
        request: Request,
        bbox: str | None = None,
        org: str | None = None,
        limit: int = 200,
        offset: int = 0,
    ) -> Response:
        actor = actor_of(request)

        def read() -> list[dict[str, Any]]:
            seen = center.queries.situation(actor)
            made = (view(seen, thing) for thing in getattr(seen, name).values())
            return [
                row
                for row in made
                if in_box(bbox, row.get("lon"), row.get("lat"))
                and _within(center, org, row.get("area_code"))
            ]

        return answer(page(await center.ask(read), limit, offset))


def _teams(router: APIRouter, center: Center) -> None:
    @router.get("/teams")
    async def teams(
        request: Request,
        bbox: str | None = None,
        org: str | None = None,
        capability: str | None = None,
        status: str | None = None,
        limit: int = 200,
        offset: int = 0,
    ) -> Response:
        """Teams; `status=available` is standby or returning, and plannable."""
        actor = actor_of(request)

        def fits(seen: Situation, team: Team) -> bool:
            where = seen.team_position(team.id)
            return (
                _fits_status(team, status)
                and (capability is None or capability in team.provides)
                and _within(center, org, team.area_code)
                and in_box(bbox, where.lon if where else None, where.lat if where else None)
            )

        def read(viewer: Actor) -> list[dict[str, Any]]:
            seen = center.queries.situation(viewer)
            return [team_view(seen, t) for t in seen.teams.values() if fits(seen, t)]

        return answer(page(await center.ask(read, actor), limit, offset))

    @router.patch("/teams/{team_id}")
    async def complete(request: Request, team_id: str, body: b.TeamBody) -> Response:
        """Fill in what was unknown about a team."""
        given = body.model_dump(exclude={"crs", "lon", "lat"})
        lon, lat = wgs84(body.lon, body.lat, body.crs)
        command = m.CompleteTeam(team_id=team_id, **given, lon=lon, lat=lat)
        return await carry(request, center, command)


def _fits_status(team: Team, status: str | None) -> bool:
    if status is None:
        return True
    if status == "available":
        return team.state.available and team.plannable
    return team.state.value == status
