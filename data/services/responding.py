"""Responses: which body responds at which level, recorded by a person."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from data.domain.incident import ROMAN, Incident, Response
from data.domain.messages import EndResponse, RecordResponse
from data.domain.org import Permission
from data.errors import IllegalMove, Invalid
from data.services import checks, instantiating, wording
from data.services.tools import Tools
from data.store.unit_of_work import Unit


def record_response(unit: Unit, command: RecordResponse, tools: Tools) -> dict[str, Any]:
    """Record that a body responds; its earlier level under the same contingency ends then."""
    unit.actor.require(Permission.RESPOND)
    incident = checks.open_incident_of(unit, tools, command.incident_id)
    body = checks.required(command.body, "body", "响应单位", "如：省防汛抗旱指挥部")
    plan = checks.required(command.contingency, "contingency", "应急预案", "如：防汛")
    if command.level not in ROMAN:
        raise Invalid.field("level", "响应级别有误", "请选择 Ⅰ、Ⅱ、Ⅲ 或 Ⅳ 级")
    since = checks.past(command.since, "since", "启动时间", unit.now) or unit.now
    before = [
        r
        for r in unit.find(Response, incident_id=incident.id)
        if r.until is None and (r.body, r.contingency) == (body, plan)
    ]
    for held in before:
        if held.contingency_id is not None:
            raise IllegalMove(f"{plan}响应是按预案启动的；请用“提升”或“降低”调整级别")
        if held.level == command.level:
            raise IllegalMove(f"{body} {plan}{ROMAN[held.level]}级响应已在执行，无需重复登记")
        if since < held.since:
            raise Invalid.field(
                "since", f"启动时间早于现行{ROMAN[held.level]}级响应", "请核对启动时间"
            )
    ended = [unit.put(replace(held, until=since)) for held in before]
    response = unit.put(
        Response(
            id=unit.next_id("response"), incident_id=incident.id, body=body, contingency=plan,
            level=command.level, since=since, basis=command.basis, org=unit.actor.org,
            origin=incident.origin,
        )
    )  # fmt: skip
    step = f"由{ROMAN[ended[0].level]}级调整为" if ended else "启动"
    unit.tell(
        f"响应：{body} {plan}{step}{ROMAN[response.level]}级（{wording.clock_time(since)}起）"
        f"{f'，{command.basis}' if command.basis else ''}",
        incident_id=incident.id, area=incident.area_code,
    )  # fmt: skip
    return {"response": response, "ended": ended}


def end_response(unit: Unit, command: EndResponse, tools: Tools) -> dict[str, Any]:
    """Record that a response has ended; also after its incident was closed.

    Tasks of its contingency that nobody has begun are called off; those under way are `kept`.
    """
    unit.actor.require(Permission.RESPOND)
    held = unit.get(Response, command.response_id)
    incident = unit.get(Incident, held.incident_id)
    tools.areas.require(unit.actor.org, incident.all_areas)
    if held.until is not None:
        raise IllegalMove(f"{held.body} {held.contingency}响应已于此前终止")
    at = checks.past(command.at, "at", "终止时间", unit.now) or unit.now
    if at < held.since:
        raise Invalid.field("at", "终止时间早于启动时间", "请核对终止时间")
    basis = command.basis.strip()
    response = unit.put(
        replace(held, until=at, basis="；".join(x for x in (held.basis, basis) if x))
    )
    gone, kept = instantiating.close_out(unit, response, basis)
    over = _overlays_left(unit, response)
    for each in over:
        more = instantiating.close_out(unit, each, f"基础响应终止 {basis}".strip())
        gone, kept = [*gone, *more[0]], [*kept, *more[1]]
    also = f"；叠加的{'、'.join(f'《{r.contingency}》' for r in over)}一并终止" if over else ""
    tasks = f"；撤销未签收任务 {len(gone)} 项，已在办继续 {len(kept)} 项" if gone or kept else ""
    unit.tell(
        f"响应：{held.body} {held.contingency}{ROMAN[held.level]}级响应终止"
        f"（{wording.clock_time(at)}）{f'，{basis}' if basis else ''}{also}{tasks}",
        incident_id=incident.id, area=incident.area_code,
    )  # fmt: skip
    return {"response": response, "cancelled": gone, "kept": kept, "ended_with_it": over}


def _overlays_left(unit: Unit, ended: Response) -> list[Response]:
    """The overlays that end with the last response they lie over; none while another runs."""
    running = [r for r in unit.find(Response, incident_id=ended.incident_id) if r.until is None]
    if ended.overlay or not running or not all(r.overlay for r in running):
        return []
    return [
        unit.put(
            replace(r, until=max(ended.until or unit.now, r.since),
                    basis="；".join(x for x in (r.basis, "随基础响应终止") if x))
        )
        for r in running
    ]  # fmt: skip
