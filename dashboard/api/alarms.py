"""What people do about alarms over HTTP, the rules that raise them, and levels of sensors."""

from __future__ import annotations

from datetime import date
from typing import Any

from fastapi import APIRouter, Request, Response
from pydantic import AwareDatetime, Field

from dashboard.api.bodies import Body
from dashboard.api.common import actor_of, answer, carry, moment, page
from data.center import Center
from data.domain.alarm import shown
from data.domain.alarm_rules import RuleBook
from data.domain.messages import monitoring as m
from data.domain.org import Permission
from data.domain.sensing import sensors_sensed, sources_sensed
from data.errors import Invalid, NotFound

MOST_POINTS = 2000
MOST_ASKED = 500


class HandleBody(Body):
    """What was done."""

    how: str


class LinkBody(Body):
    """The open incident an alarm is part of."""

    incident_id: str


class ShelveBody(Body):
    """Until when it is set aside, and why; it comes back by itself."""

    until: AwareDatetime
    why: str


class ThresholdBody(Body):
    """A level from a day on; `value` null withdraws it."""

    level: str
    value: float | None = Field(allow_inf_nan=False)
    valid_from: date | None = None
    valid_to: date | None = None
    reason: str
    source: str = ""
    expect_version: int | None = None


def build(center: Center) -> APIRouter:
    """The router of alarms beside listing and acknowledging."""
    router = APIRouter(tags=["monitoring"])
    _acts(router, center)
    _surges(router, center)
    _rules(router, center)
    _history(router, center)
    return router


def _acts(router: APIRouter, center: Center) -> None:
    """One alarm by its id."""

    @router.post("/alarms/{alarm_id}/handle")
    async def handle(request: Request, alarm_id: str, body: HandleBody) -> Response:
        """Say what was done; it stays open while its cause holds."""
        return await carry(request, center, m.HandleAlarms(alarm_ids=(alarm_id,), how=body.how))

    @router.post("/alarms/{alarm_id}/link")
    async def link(request: Request, alarm_id: str, body: LinkBody) -> Response:
        """Make it part of an open incident."""
        command = m.LinkAlarms(alarm_ids=(alarm_id,), incident_id=body.incident_id)
        return await carry(request, center, command)

    @router.post("/alarms/{alarm_id}/shelve")
    async def shelve(request: Request, alarm_id: str, body: ShelveBody) -> Response:
        """Set it aside until an instant."""
        command = m.ShelveAlarms(alarm_ids=(alarm_id,), until=body.until, why=body.why)
        return await carry(request, center, command)

    @router.post("/alarms/{alarm_id}/report", status_code=201)
    async def report(request: Request, alarm_id: str) -> Response:
        """Make a report of it; the incident opened from the report takes the alarm."""
        return await carry(request, center, m.ReportAlarm(alarm_id=alarm_id), 201)


def _surges(router: APIRouter, center: Center) -> None:
    """Alarms that are one thing, dealt with as one."""

    @router.get("/surges")
    async def surges(
        request: Request, state: str | None = None, limit: int = 200, offset: int = 0
    ) -> Response:
        """Surges, newest first."""
        seen = await center.ask(center.queries.situation, actor_of(request))
        held = [s for s in seen.surges.values() if state in {None, s.state}]
        held.sort(key=lambda s: (s.newest_at or seen.at, s.id), reverse=True)
        return answer(page(held, limit, offset))

    @router.post("/surges/{surge_id}/acknowledge")
    async def acknowledge(request: Request, surge_id: str) -> Response:
        """Take every alarm of it that still waits."""
        return await carry(request, center, m.AcknowledgeAlarms(surge_id=surge_id))

    @router.post("/surges/{surge_id}/handle")
    async def handle(request: Request, surge_id: str, body: HandleBody) -> Response:
        """Say what was done about all of it."""
        return await carry(request, center, m.HandleAlarms(surge_id=surge_id, how=body.how))

    @router.post("/surges/{surge_id}/link")
    async def link(request: Request, surge_id: str, body: LinkBody) -> Response:
        """Make all of it part of an open incident."""
        command = m.LinkAlarms(surge_id=surge_id, incident_id=body.incident_id)
        return await carry(request, center, command)

    @router.post("/surges/{surge_id}/shelve")
    async def shelve(request: Request, surge_id: str, body: ShelveBody) -> Response:
        """Set all of it aside until an instant."""
        command = m.ShelveAlarms(surge_id=surge_id, until=body.until, why=body.why)
        return await carry(request, center, command)


def _rules(router: APIRouter, center: Center) -> None:
    book: RuleBook = center.tools.rules["alarms"]

    @router.get("/alarm-rules")
    async def rules(request: Request) -> Response:
        """The rules in force, each with its source: levels, rules, grouping, escalation."""
        actor_of(request).require(Permission.READ)
        return answer({"file": center.tools.rules["alarm_rules_file"], **_plain(book)})

    @router.get("/quantities")
    async def quantities(request: Request) -> Response:
        """监测量 with units, hysteresis and what they rest on."""
        actor_of(request).require(Permission.READ)
        return answer({"items": book.quantities, "next": None, "total": len(book.quantities)})

    @router.post("/sensors/{sensor_id}/thresholds")
    async def threshold(request: Request, sensor_id: str, body: ThresholdBody) -> Response:
        """Set a level from a day on, with the reason; the one before ends the day before."""
        return await carry(
            request, center, m.SetThreshold(sensor_id=sensor_id, **body.model_dump())
        )


def _plain(book: RuleBook) -> dict[str, Any]:
    return {
        "levels": book.levels, "rules": book.rules, "groups": book.groups, "outage": book.outage,
        "escalation": book.escalation,
    }  # fmt: skip


def _history(router: APIRouter, center: Center) -> None:
    @router.get("/sensors/{sensor_id}/readings")
    async def readings(
        request: Request, sensor_id: str, since: str, until: str | None = None
    ) -> Response:
        """A sensor's readings between two instants, oldest first, thinned to 2000 points."""
        actor = actor_of(request)

        def read() -> dict[str, Any]:
            seen = center.queries.situation(actor)
            if sensor_id not in seen.sensors:
                raise NotFound(f"没有编号为 {sensor_id} 的监测点，或不在本辖区")
            start, end = moment(since), moment(until) or seen.at
            if isinstance(start, int) or isinstance(end, int) or start is None:
                raise Invalid.field("since", "请填时间", "如 2020-07-08T08:00:00+08:00")
            rows = center.telemetry.series(sensor_id, start, end)
            step = max(1, -(-len(rows) // MOST_POINTS))
            return {"sensor": sensor_id, "of": len(rows), "items": rows[::step]}

        return answer(await center.ask(read))

    @router.get("/sensors/latest")
    async def latest(request: Request, ids: str) -> Response:
        """The newest value of some sensors (`ids` apart by commas, up to 500), by id."""
        seen = await center.ask(center.queries.situation, actor_of(request))
        asked = ids.split(",")[:MOST_ASKED]
        found = {k: (seen.sensors[k], seen.readings.get(k)) for k in asked if k in seen.sensors}
        return answer(
            {
                k: {"value": v.value, "at": v.at, "shown": shown(v.value, s.unit)}
                for k, (s, v) in found.items() if v is not None
            }
        )  # fmt: skip

    @router.get("/monitoring")
    async def standing(request: Request) -> Response:
        """How every sensor and every risk source stands: calm, over, missing, stuck, unheard."""
        seen = await center.ask(center.queries.situation, actor_of(request))
        sensors = sensors_sensed(seen)
        return answer({"sensors": sensors, "sources": sources_sensed(seen, sensors)})
