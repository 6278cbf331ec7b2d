"""Roster, handover, duty log and the 24-hour brief over HTTP."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from fastapi import APIRouter, Request, Response
from pydantic import AwareDatetime, Field

from dashboard.api.bodies import Body
from dashboard.api.common import actor_of, answer, carry, moment, page
from dashboard.api.papers import handed_out
from dashboard.documents import duty_papers, duty_records
from data.center import Center
from data.domain.duty_log import duty_log
from data.domain.handover import open_items
from data.domain.messages import shifts as m
from data.domain.org import Actor
from data.domain.people import Person
from data.domain.shift import Handover, Shift, following, on_duty, rostered
from data.domain.situation import Situation
from data.errors import Invalid, NotFound

MOST_HOURS = 24 * 31


class PersonBody(Body):
    """Somebody by name; blanks are unknown."""

    name: str
    phone: str = ""
    post: str = ""


class RowBody(Body):
    """One shift."""

    starts_at: AwareDatetime
    ends_at: AwareDatetime
    chief: PersonBody | None = None
    officers: list[PersonBody] = Field(default_factory=list, max_length=30)
    note: str = ""


class ShiftBody(Body):
    """What changes of a shift; one that is on needs `reason`."""

    starts_at: AwareDatetime | None = None
    ends_at: AwareDatetime | None = None
    chief: PersonBody | None = None
    officers: list[PersonBody] | None = Field(None, max_length=30)
    note: str | None = None
    reason: str = ""
    expect_version: int | None = None


class RosterBody(Body):
    """A whole roster."""

    rows: list[RowBody] = Field(max_length=400)


class ByBody(Body):
    """Who of the shift takes over, and words."""

    by: str
    words: str = ""


class ReasonBody(Body):
    """Why."""

    reason: str


class HandoverBody(Body):
    """To which shift; the next planned one when left out."""

    to_shift_id: str | None = None
    words: str = ""


class ItemBody(Body):
    """An item written in by the shift that leaves."""

    title: str
    detail: str = ""


class TakeBody(Body):
    """Which item, taken by whom."""

    key: str
    by: str
    words: str = ""


class CorrectionBody(Body):
    """`ref`: `#12` for a journal line, `N-00012` for a hand-written one."""

    ref: str
    text: str
    reason: str


def person(given: PersonBody | None) -> Person | None:
    """A person of a body."""
    return None if given is None else Person(**given.model_dump())


def people(given: list[PersonBody]) -> tuple[Person, ...]:
    """People of a body."""
    return tuple(Person(**p.model_dump()) for p in given)


def build(center: Center) -> APIRouter:
    """The endpoints."""
    router = APIRouter(tags=["shifts"])
    _roster(router, center)
    _handovers(router, center)
    _log(router, center)
    return router


def _roster(router: APIRouter, center: Center) -> None:
    @router.get("/shifts")
    async def shifts(
        request: Request, org: str | None = None, state: str | None = None, limit: int = 200,
        offset: int = 0,
    ) -> Response:  # fmt: skip
        """Shifts of the rooms one may see, in order of time."""
        seen = await center.ask(center.queries.situation, actor_of(request))
        held = [
            s for s in seen.shifts.values() if org in {None, s.org} and state in {None, s.state}
        ]
        held.sort(key=lambda s: (s.starts_at or seen.at, s.id))
        return answer(page(held, limit, offset))

    @router.get("/shifts/now")
    async def now(request: Request) -> Response:
        """Who is on, who the roster names for now, and who comes next."""
        actor = actor_of(request)
        seen = await center.ask(center.queries.situation, actor)
        held = list(seen.shifts.values())
        on = on_duty(held, actor.org)
        named = rostered(held, actor.org, seen.at)
        after = following(held, actor.org, on or named)
        return answer({"on": on, "rostered": named, "next": after})

    @router.post("/shifts", status_code=201)
    async def add(request: Request, body: RowBody) -> Response:
        """Put a shift into one's own room's roster."""
        return await carry(request, center, m.AddShift(**_row(body)), 201)

    @router.post("/shifts/import")
    async def take_roster(request: Request, body: RosterBody) -> Response:
        """Take a whole roster over, all or nothing."""
        rows = tuple(m.RosterRow(**_row(r)) for r in body.rows)
        return await carry(request, center, m.StoreRoster(rows=rows))

    @router.patch("/shifts/{shift_id}")
    async def edit(request: Request, shift_id: str, body: ShiftBody) -> Response:
        """Change a shift."""
        fields = body.model_dump() | {
            "chief": person(body.chief),
            "officers": None if body.officers is None else people(body.officers),
        }
        return await carry(request, center, m.EditShift(shift_id=shift_id, **fields))

    @router.post("/shifts/{shift_id}/start")
    async def start(request: Request, shift_id: str, body: ByBody) -> Response:
        """Take over where no shift is on."""
        return await carry(request, center, m.StartShift(shift_id=shift_id, by=body.by))

    @router.post("/shifts/{shift_id}/cancel")
    async def cancel(request: Request, shift_id: str, body: ReasonBody) -> Response:
        """Strike a planned shift."""
        command = m.CancelShift(shift_id=shift_id, reason=body.reason)
        return await carry(request, center, command)


def _row(body: RowBody) -> dict[str, Any]:
    return body.model_dump() | {"chief": person(body.chief), "officers": people(body.officers)}


def _handovers(router: APIRouter, center: Center) -> None:
    @router.get("/handovers")
    async def handovers(
        request: Request, state: str | None = None, limit: int = 50, offset: int = 0
    ) -> Response:
        """Handovers, the newest first."""
        seen = await center.ask(center.queries.situation, actor_of(request))
        held = [h for h in seen.handovers.values() if state in {None, h.state}]
        held.sort(key=lambda h: h.id, reverse=True)
        return answer(page([described(center, seen, h) for h in held], limit, offset))

    @router.post("/handovers", status_code=201)
    async def begin(request: Request, body: HandoverBody) -> Response:
        """Begin to hand over; the open items are listed."""
        return await carry(request, center, m.OpenHandover(**body.model_dump()), 201)

    @router.get("/handovers/{handover_id}")
    async def one(request: Request, handover_id: str) -> Response:
        """One handover with every item as it stands now."""
        seen = await center.ask(center.queries.situation, actor_of(request))
        return answer(described(center, seen, _held(seen, handover_id)))

    @router.get("/handovers/{handover_id}/document")
    async def document(request: Request, handover_id: str, format: str = "docx") -> Response:  # noqa: A002
        """The 交接班记录 as docx, pdf, txt or html."""
        seen = await center.ask(center.queries.situation, actor_of(request))
        paper = duty_records.handover_paper(seen, center.areas, _held(seen, handover_id))
        return await handed_out(center, paper, format, f"交接班记录 {handover_id}")

    def moving(name: str, body_of: type[Body], command_of: Any, said: str) -> None:
        async def move(request: Request, handover_id: str, body: Any) -> Response:
            command = command_of(handover_id=handover_id, **body.model_dump())
            return await carry(request, center, command)

        move.__annotations__["body"] = body_of
        move.__doc__ = said
        router.add_api_route(
            f"/handovers/{{handover_id}}/{name}", move, methods=["POST"], name=f"{name}_handover"
        )

    moving("items", ItemBody, m.NoteItem, "Write an item of one's own in.")
    moving("take", TakeBody, m.TakeItem, "Take one item.")
    moving("complete", ByBody, m.CompleteHandover, "The next shift is on; all must be taken.")
    moving("cancel", ReasonBody, m.CancelHandover, "Call the handover off.")


def _held(seen: Situation, handover_id: str) -> Handover:
    if handover_id not in seen.handovers:
        raise NotFound(f"没有交接班 {handover_id}，或不在本辖区")
    return seen.handovers[handover_id]


def described(center: Center, seen: Situation, held: Handover) -> dict[str, Any]:
    """A handover with its items as they stand now."""
    plain = {name: getattr(held, name) for name in held.__dataclass_fields__}
    items, settled = held.items, ()
    if held.state == "open":
        still = open_items(seen, held.org, center.areas, center.tools.rules["reporting"])
        items, settled = held.standing(still), held.settled(still)  # type: ignore[assignment]
    waiting = sum(not i.taken for i in items)
    return {**plain, "items": items, "settled": settled, "waiting": waiting}


def _log(router: APIRouter, center: Center) -> None:
    @router.get("/log")
    async def log(
        request: Request, since: str | None = None, until: str | None = None,
        incident: str | None = None, text: str = "", kind: str = "", shift: str | None = None,
        format: str = "json", limit: int = 500, offset: int = 0,  # noqa: A002
    ) -> Response:  # fmt: skip
        """The 值班日志; `kind=hand` for hand-written lines; `format` docx, pdf, txt, html too."""
        actor = actor_of(request)
        seen = await center.ask(center.queries.situation, actor)
        start, end = _span(seen, since, until, shift)
        lines = duty_log(seen, since=start, until=end, incident_id=incident, text=text, kind=kind)
        if format == "json":
            return answer(page(lines, limit, offset))
        paper = duty_records.log_paper(seen, center.areas, actor.org, lines, start, end)
        return await handed_out(center, paper, format, "值班日志")

    @router.post("/log/corrections", status_code=201)
    async def correct(request: Request, body: CorrectionBody) -> Response:
        """Correct a line by a new one; the old one stays."""
        return await carry(request, center, m.CorrectLine(**body.model_dump()), 201)

    @router.get("/brief")
    async def brief(request: Request, hours: int = 24, format: str = "docx") -> Response:  # noqa: A002
        """The 值班快报 of the last hours as docx, pdf, txt or html."""
        actor: Actor = actor_of(request)
        if not 1 <= hours <= MOST_HOURS:
            raise Invalid.field("hours", f"时长 {hours} 小时不对", f"请填 1 到 {MOST_HOURS}")
        seen = await center.ask(center.queries.situation, actor)
        rules = center.tools.rules["reporting"]
        paper = await center.ask(duty_papers.brief, seen, center.areas, actor.org, rules, hours)
        return await handed_out(center, paper, format, f"值班快报 {duty_papers.stamp(seen.at)}")


def _span(
    seen: Situation, since: str | None, until: str | None, shift_id: str | None
) -> tuple[datetime | None, datetime | None]:
    """The span of a log: a shift's own time, or what was asked for."""
    if shift_id:
        shift: Shift | None = seen.shifts.get(shift_id)
        if shift is None:
            raise NotFound(f"没有班次 {shift_id}，或不在本辖区")
        return shift.took_at or shift.starts_at, shift.left_at or shift.ends_at
    found: list[datetime | None] = []
    for name, text in (("since", since), ("until", until)):
        at = moment(text)
        if isinstance(at, int):
            raise Invalid.field(name, "请填时间", "带时区的时间，如 2020-07-08T08:00:00+08:00")
        found.append(at)
    return found[0], found[1]
