"""The body of a plan asked for, as outside programs send it."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import AwareDatetime, Field

from dashboard.api.bodies import Body, Crs, Level

Minutes = Annotated[float, Field(ge=0, allow_inf_nan=False)]


class PlanNeedBody(Body):
    """A capability an incident needs by a time: an instant, or minutes from now."""

    capability: str
    amount: float = Field(gt=0, allow_inf_nan=False)
    unit: str | None = None
    by: AwareDatetime | Minutes | None = None
    people_equivalent: float | None = Field(None, ge=0, allow_inf_nan=False)


class PlanSupplyBody(Body):
    """An item an incident needs by a time."""

    item: str
    amount: float = Field(gt=0, allow_inf_nan=False)
    by: AwareDatetime | Minutes | None = None


class PlanIncidentBody(Body):
    """What one incident asks of the plan."""

    id: str
    needs: list[PlanNeedBody] | None = None
    supplies: list[PlanSupplyBody] | None = None
    weight: float | None = Field(None, gt=0, allow_inf_nan=False)


class SupposedBody(PlanIncidentBody):
    """An incident that is only supposed; its id begins with 假设-."""

    name: str = ""
    type: str
    level: Level | None = None
    lon: float = Field(ge=-180, le=180)
    lat: float = Field(ge=-90, le=90)


class PlanBody(Body):
    """A plan asked for; what is left out comes from the template of type and grade.

    `release` names ordered teams the plan may take; `previous` a plan to keep near. Supposed
    incidents, closures (GeoJSON polygons) and closed roads (ids) need `what_if`; a plan that
    rests on them cannot be issued. `flying` false grounds the helicopters, true lets them fly by
    night, left out they fly by daylight. A newer request with the same `key` ends the older one.
    """

    incidents: list[PlanIncidentBody] = Field(default_factory=list)
    keep_back: bool | None = None
    time_limit_s: float = Field(1.0, gt=0, le=30)
    locks: list[tuple[str, str]] = Field(default_factory=list)
    bans: list[tuple[str, str]] = Field(default_factory=list)
    release: list[str] = Field(default_factory=list)
    previous: str | None = None
    key: str | None = None
    flying: bool | None = None
    what_if: bool = False
    extra_incidents: list[SupposedBody] = Field(default_factory=list)
    closures: list[dict[str, Any]] = Field(default_factory=list)
    closed_roads: list[str] = Field(default_factory=list)


class SiteBody(Body):
    """A small site: `needs` are capabilities that the one team serving it must have."""

    id: str | None = None
    name: str = ""
    lon: float = Field(ge=-180, le=180)
    lat: float = Field(ge=-90, le=90)
    weight: float = Field(1.0, gt=0, allow_inf_nan=False)
    needs: list[str] = Field(default_factory=list)
    minutes: float = Field(gt=0, allow_inf_nan=False)


class QueueIncidentBody(Body):
    """An open incident as a site; what is left out is assumed and said in the answer."""

    id: str
    weight: float | None = Field(None, gt=0, allow_inf_nan=False)
    needs: list[str] | None = None
    minutes: float | None = Field(None, gt=0, allow_inf_nan=False)


class QueueBody(Body):
    """A queue over sites asked for; without `teams` the free ones of the own area go."""

    sites: list[SiteBody] = Field(default_factory=list)
    incidents: list[QueueIncidentBody] = Field(default_factory=list)
    teams: list[str] | None = None
    time_limit_s: float = Field(1.0, gt=0, le=30)
    key: str | None = None
    crs: Crs = "WGS84"
