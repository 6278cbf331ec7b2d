"""Command posts, consultations, directory and calls over HTTP."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Request, Response

from dashboard.api import directing_bodies as b
from dashboard.api.common import actor_of, answer, carry, page, wgs84
from dashboard.api.papers import handed_out
from dashboard.api.shifts import people, person
from dashboard.documents import duty_records
from data.center import Center
from data.domain.command_post import Attendee
from data.domain.messages import directing as m
from data.errors import NotFound


def build(center: Center) -> APIRouter:
    """The endpoints."""
    router = APIRouter(tags=["directing"])
    _posts(router, center)
    _consultations(router, center)
    _contacts(router, center)
    _calls(router, center)
    return router


def _placed(body: b.PostBody | b.PostEditBody) -> dict[str, Any]:
    """A post's fields with coordinates as WGS 84."""
    fields = body.model_dump(exclude={"crs"})
    fields["lon"], fields["lat"] = wgs84(body.lon, body.lat, body.crs)
    fields["commander"] = person(body.commander)
    fields["deputies"] = None if body.deputies is None else people(body.deputies)
    return fields


def _posts(router: APIRouter, center: Center) -> None:
    @router.get("/posts")
    async def posts(request: Request, incident: str | None = None) -> Response:
        """Command posts, standing ones first."""
        seen = await center.ask(center.queries.situation, actor_of(request))
        held = [p for p in seen.posts.values() if incident in {None, p.incident_id}]
        held.sort(key=lambda p: (p.state != "open", p.id))
        return answer(page(held, 200, 0))

    @router.post("/incidents/{incident_id}/post", status_code=201)
    async def set_up(request: Request, incident_id: str, body: b.PostBody) -> Response:
        """Set a command post up."""
        command = m.SetUpPost(incident_id=incident_id, **_placed(body))
        return await carry(request, center, command, 201)

    @router.patch("/posts/{post_id}")
    async def edit(request: Request, post_id: str, body: b.PostEditBody) -> Response:
        """Change a command post."""
        return await carry(request, center, m.EditPost(post_id=post_id, **_placed(body)))

    @router.post("/posts/{post_id}/groups")
    async def group(request: Request, post_id: str, body: b.GroupBody) -> Response:
        """Add or change a group."""
        fields = body.model_dump() | {"lead": person(body.lead), "members": people(body.members)}
        return await carry(request, center, m.PutGroup(post_id=post_id, **fields))

    @router.post("/posts/{post_id}/groups/drop")
    async def drop(request: Request, post_id: str, body: b.DropBody) -> Response:
        """Dissolve a group."""
        return await carry(request, center, m.DropGroup(post_id=post_id, **body.model_dump()))

    @router.post("/posts/{post_id}/groups/take")
    async def take(request: Request, post_id: str, body: b.TakeGroupsBody) -> Response:
        """Take the running contingency's groups over."""
        return await carry(request, center, m.TakeGroups(post_id=post_id, **body.model_dump()))

    @router.post("/posts/{post_id}/close")
    async def close(request: Request, post_id: str, body: b.ReasonBody) -> Response:
        """Close a command post."""
        return await carry(request, center, m.ClosePost(post_id=post_id, reason=body.reason))


def _attendees(given: list[b.AttendeeBody] | None) -> tuple[Attendee, ...] | None:
    return None if given is None else tuple(Attendee(**a.model_dump()) for a in given)


def _consultations(router: APIRouter, center: Center) -> None:
    @router.get("/consultations")
    async def consultations(
        request: Request, incident: str | None = None, limit: int = 100, offset: int = 0
    ) -> Response:
        """会商, the newest first."""
        seen = await center.ask(center.queries.situation, actor_of(request))
        held = [
            c for c in seen.consultations.values() if incident is None or incident in c.incidents
        ]
        held.sort(key=lambda c: c.id, reverse=True)
        return answer(page(held, limit, offset))

    @router.post("/consultations", status_code=201)
    async def hold(request: Request, body: b.ConsultationBody) -> Response:
        """Begin a 会商."""
        fields = body.model_dump() | {
            "attendees": _attendees(body.attendees), "incidents": tuple(body.incidents)
        }  # fmt: skip
        return await carry(request, center, m.HoldConsultation(**fields), 201)

    @router.patch("/consultations/{consultation_id}")
    async def edit(
        request: Request, consultation_id: str, body: b.ConsultationEditBody
    ) -> Response:
        """Change what is noted."""
        fields = body.model_dump() | {"attendees": _attendees(body.attendees)}
        command = m.EditConsultation(consultation_id=consultation_id, **fields)
        return await carry(request, center, command)

    @router.post("/consultations/{consultation_id}/conclusions", status_code=201)
    async def conclude(request: Request, consultation_id: str, body: b.ConclusionBody) -> Response:
        """Write a conclusion down, as a task unless told otherwise."""
        command = m.Conclude(consultation_id=consultation_id, **body.model_dump())
        return await carry(request, center, command, 201)

    @router.post("/consultations/{consultation_id}/end")
    async def end(request: Request, consultation_id: str, body: b.EndBody) -> Response:
        """End a 会商."""
        command = m.EndConsultation(consultation_id=consultation_id, **body.model_dump())
        return await carry(request, center, command)

    @router.get("/consultations/{consultation_id}/document")
    async def document(request: Request, consultation_id: str, format: str = "docx") -> Response:  # noqa: A002
        """The 会商纪要 as docx, pdf, txt or html."""
        seen = await center.ask(center.queries.situation, actor_of(request))
        if consultation_id not in seen.consultations:
            raise NotFound(f"没有会商 {consultation_id}，或不在本辖区")
        held = seen.consultations[consultation_id]
        paper = duty_records.consultation_paper(seen, center.areas, held)
        return await handed_out(center, paper, format, f"会商纪要 {held.topic[:30]}")


def _contacts(router: APIRouter, center: Center) -> None:
    @router.get("/contacts")
    async def contacts(
        request: Request, q: str = "", kind: str | None = None, area: str | None = None,
        retired: bool = False, limit: int = 200, offset: int = 0,
    ) -> Response:  # fmt: skip
        """Entries that hold every word of `q`; those out of use with `retired=true`."""
        seen = await center.ask(center.queries.situation, actor_of(request))
        areas = center.areas
        held = [
            c
            for c in seen.contacts.values()
            if kind in {None, c.kind}
            and (area is None or areas.covers(area, c.area_code))
            and (c.state == "active" or retired)
            and c.fits(q, areas.name(c.area_code))
        ]
        held.sort(key=lambda c: (c.kind, c.body, c.name))
        return answer(page(held, limit, offset))

    @router.post("/contacts", status_code=201)
    async def add(request: Request, body: b.ContactBody) -> Response:
        """Put an entry in."""
        command = m.AddContact(row=m.ContactRow(**body.model_dump()))
        return await carry(request, center, command, 201)

    @router.post("/contacts/import")
    async def store(request: Request, body: b.ContactsBody) -> Response:
        """Take many entries over, all or nothing."""
        rows = tuple(m.ContactRow(**r.model_dump()) for r in body.rows)
        return await carry(request, center, m.StoreContacts(rows=rows))

    @router.patch("/contacts/{contact_id}")
    async def edit(request: Request, contact_id: str, body: b.ContactEditBody) -> Response:
        """Replace what an entry says."""
        row = m.ContactRow(**body.model_dump(exclude={"expect_version"}))
        command = m.EditContact(contact_id=contact_id, row=row, expect_version=body.expect_version)
        return await carry(request, center, command)

    @router.post("/contacts/{contact_id}/retire")
    async def retire(request: Request, contact_id: str, body: b.RetireBody) -> Response:
        """Take an entry out of use, or back."""
        command = m.RetireContact(contact_id=contact_id, **body.model_dump())
        return await carry(request, center, command)


def _calls(router: APIRouter, center: Center) -> None:
    @router.get("/calls")
    async def calls(
        request: Request, incident: str | None = None, contact: str | None = None,
        due: bool = False, limit: int = 200, offset: int = 0,
    ) -> Response:  # fmt: skip
        """Calls, the newest first; `due=true` those that must be made again by now."""
        seen = await center.ask(center.queries.situation, actor_of(request))
        held = [
            c
            for c in seen.calls.values()
            if incident in {None, c.incident_id}
            and contact in {None, c.contact_id}
            and (not due or c.due(seen.at))
        ]
        held.sort(key=lambda c: (c.at or seen.at, c.id), reverse=True)
        return answer(page(held, limit, offset))

    @router.post("/calls", status_code=201)
    async def note(request: Request, body: b.CallBody) -> Response:
        """Note a call."""
        return await carry(request, center, m.NoteCall(**body.model_dump()), 201)

    @router.post("/calls/{call_id}/settle")
    async def settle(request: Request, call_id: str, body: b.ReasonBody) -> Response:
        """Say that a call need not be made again."""
        return await carry(request, center, m.SettleCall(call_id=call_id, reason=body.reason))
