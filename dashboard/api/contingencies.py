"""Contingencies over HTTP: read, kept from YAML, started, raised and lowered."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

from fastapi import APIRouter, Request, Response
from pydantic import AwareDatetime

from dashboard.api.bodies import Body
from dashboard.api.common import actor_of, answer, carry, page
from data.center import Center
from data.domain.command_structure import lead_of
from data.domain.contingency import Contingency, suiting
from data.domain.contingency_file import write
from data.domain.incident import Level
from data.domain.messages import contingencies as m
from data.domain.situation import Situation
from data.errors import NotFound


class PlanBody(Body):
    """A contingency's YAML text; a revision says why in `reason`."""

    text: str
    reason: str = ""
    file: str = "预案文件"
    expect_version: int | None = None


class ReasonBody(Body):
    """Why."""

    reason: str


class StartBody(Body):
    """Which contingency at which level; `since` when it was started earlier than now."""

    contingency_id: str
    level: Level
    basis: str = ""
    since: AwareDatetime | None = None


class ChangeBody(Body):
    """The new level and why."""

    level: Level
    reason: str


def build(center: Center) -> APIRouter:
    """The endpoints."""
    router = APIRouter(tags=["contingencies"])
    _reading(router, center)
    _keeping(router, center)
    _starting(router, center)
    return router


def _reading(router: APIRouter, center: Center) -> None:
    @router.get("/contingencies")
    async def contingencies(
        request: Request, tier: str | None = None, type: str | None = None,  # noqa: A002
        withdrawn: bool = False, limit: int = 200, offset: int = 0,
    ) -> Response:  # fmt: skip
        """Contingencies in force; `type` also finds those for every type."""
        seen = await center.ask(center.queries.situation, actor_of(request))
        held = [
            _brief(p)
            for p in seen.contingencies.values()
            if tier in {None, p.tier} and (withdrawn or not p.withdrawn)
            and (type is None or not p.types or type in p.types)
        ]  # fmt: skip
        return answer(page(held, limit, offset))

    @router.get("/contingencies/structure")
    async def structure() -> Response:
        """三委三部: who leads which type, which level commands at which grade."""
        return answer(center.tools.rules["structure"])

    @router.get("/contingencies/{contingency_id}")
    async def contingency(request: Request, contingency_id: str) -> Response:
        """One contingency with all its lines and editions."""
        seen = await center.ask(center.queries.situation, actor_of(request))
        return answer(_found(seen, contingency_id))

    @router.get("/contingencies/{contingency_id}/file")
    async def file(request: Request, contingency_id: str, edition: int | None = None) -> Response:
        """The contingency as YAML, or the text of one of its editions."""
        seen = await center.ask(center.queries.situation, actor_of(request))
        plan = _found(seen, contingency_id)
        name = quote(f"{plan.name}.yaml")
        return Response(
            _text(plan, edition), media_type="application/yaml; charset=utf-8",
            headers={"Content-Disposition": f"attachment; filename*=UTF-8''{name}"},
        )  # fmt: skip

    @router.get("/incidents/{incident_id}/contingencies")
    async def suggestions(request: Request, incident_id: str) -> Response:
        """The contingencies for an incident, the level its grade suggests, and who leads."""
        seen = await center.ask(center.queries.situation, actor_of(request))
        incident = seen.incidents.get(incident_id)
        if incident is None:
            raise NotFound(f"没有事件 {incident_id}，或不在本辖区")
        grade = incident.grading.level
        plans = suiting(seen.contingencies.values(), incident, center.areas)
        running = {r.contingency_id: r for r in seen.responses_of(incident_id)}
        items = [
            {**_brief(p), "suggested": p.suggested(grade), "running": running.get(p.id)}
            for p in plans
        ]
        lead = lead_of(center.tools.rules["structure"], incident.type, grade)
        return answer({**page(items, 200, 0), "lead": lead})


def _keeping(router: APIRouter, center: Center) -> None:
    @router.post("/contingencies", status_code=201)
    async def add(request: Request, body: PlanBody) -> Response:
        """A new contingency."""
        fields = body.model_dump(exclude={"expect_version"})
        return await carry(request, center, m.SaveContingency(**fields), 201)

    @router.patch("/contingencies/{contingency_id}")
    async def revise(request: Request, contingency_id: str, body: PlanBody) -> Response:
        """The next edition of a contingency."""
        command = m.SaveContingency(contingency_id=contingency_id, **body.model_dump())
        return await carry(request, center, command)

    @router.post("/contingencies/{contingency_id}/withdraw")
    async def withdraw(request: Request, contingency_id: str, body: ReasonBody) -> Response:
        """Take a contingency out of use."""
        command = m.WithdrawContingency(contingency_id=contingency_id, reason=body.reason)
        return await carry(request, center, command)


def _starting(router: APIRouter, center: Center) -> None:
    @router.post("/incidents/{incident_id}/responses/start", status_code=201)
    async def start(request: Request, incident_id: str, body: StartBody) -> Response:
        """Start a contingency's level: the response, its tasks and first needs."""
        command = m.StartResponse(incident_id=incident_id, **body.model_dump())
        return await carry(request, center, command, 201)

    @router.post("/responses/{response_id}/level")
    async def change(request: Request, response_id: str, body: ChangeBody) -> Response:
        """Raise or lower a running response."""
        command = m.ChangeResponse(response_id=response_id, **body.model_dump())
        return await carry(request, center, command)


def _found(seen: Situation, contingency_id: str) -> Contingency:
    plan = seen.contingencies.get(contingency_id)
    if plan is None:
        raise NotFound(f"没有预案 {contingency_id}")
    return plan


def _text(plan: Contingency, edition: int | None) -> str:
    """The YAML of the present edition, or of the one asked for.

    Raises
    ------
    NotFound
        When the contingency has no such edition on record.
    """
    if edition is None or edition == plan.edition:
        return write(plan)
    held = next((e for e in plan.editions if e.number == edition), None)
    if held is None:
        raise NotFound(f"《{plan.name}》没有第 {edition} 版")
    return held.text


def _brief(plan: Contingency) -> dict[str, Any]:
    """A line of the list."""
    names = (
        "id", "name", "tier", "kind", "types", "area_code", "overlay", "body", "levels", "source",
        "withdrawn", "edition", "version",
    )  # fmt: skip
    return {name: getattr(plan, name) for name in names} | {"tasks": len(plan.tasks)}
