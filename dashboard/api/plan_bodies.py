"""The body of a plan asked for, as outside programs send it."""

from __future__ import annotations

from datetime import datetime

from pydantic import Field

from dashboard.api.bodies import Body


class PlanNeedBody(Body):
    """A capability an incident needs by a time."""

    capability: str
    amount: float = Field(gt=0)
    unit: str | None = None
    by: datetime | float | None = None
    people_equivalent: float | None = None


class PlanSupplyBody(Body):
    """An item an incident needs by a time."""

    item: str
    amount: float = Field(gt=0)
    by: datetime | float | None = None


class PlanIncidentBody(Body):
    """What one incident asks of the plan."""

    id: str
    needs: list[PlanNeedBody] | None = None
    supplies: list[PlanSupplyBody] | None = None
    weight: float | None = Field(None, gt=0)


class PlanBody(Body):
    """A plan asked for; what is left out comes from the template of type and grade."""

    incidents: list[PlanIncidentBody] = Field(default_factory=list)
    keep_back: bool | None = None
    time_limit_s: float = Field(1.0, gt=0, le=30)
    locks: list[tuple[str, str]] = Field(default_factory=list)
    bans: list[tuple[str, str]] = Field(default_factory=list)
