"""Warnings over HTTP: drafted, signed, issued, lifted; CAP 1.2 in and out; what each touches."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from fastapi import APIRouter, Request, Response

from dashboard.api import warning_bodies as b
from dashboard.api.common import actor_of, answer, carry, page
from data.center import Center
from data.domain.delivery import tally
from data.domain.messages import warnings as m
from data.domain.org import Actor, Permission
from data.domain.situation import Situation
from data.domain.warning import Warning  # noqa: A004 - the field's word
from data.domain.warning_rules import colour_of
from data.domain.warning_text import full_text, made_headline, sender_words, short_text, spoken_text
from data.domain.warning_watch import touched
from data.errors import NotFound
from data.ingest.cap import read_cap
from data.ingest.cap_out import write_cap
from data.ingest.coordinates import Crs
from data.store.blobs import read_blob

CAP_MEDIA = "application/cap+xml; charset=utf-8"


def build(center: Center) -> APIRouter:
    """The endpoints."""
    router = APIRouter(tags=["warnings"])
    _cap(router, center)
    _reading(router, center)
    _making(router, center)
    _ending(router, center)
    return router


def _cap(router: APIRouter, center: Center) -> None:
    @router.post("/warnings/cap", status_code=201)
    async def take(request: Request, crs: Crs = "WGS84") -> Response:
        """Take in another body's CAP 1.2 message; the same one twice is answered alike."""
        actor = actor_of(request)
        if not actor.may(Permission.TELEMETRY):
            actor.require(Permission.WARN)
        raw = await request.body()
        read = await center.ask(read_cap, raw, crs)
        return await carry(request, center, m.TakeForeignWarning(raw=raw, read=read), 201)

    @router.get("/warnings/{warning_id}.cap")
    async def give(request: Request, warning_id: str) -> Response:
        """The CAP 1.2 message, byte for byte as it went out or came in; a draft's says Draft."""
        actor = actor_of(request)
        body = await center.ask(_message, center, actor, warning_id)
        return Response(body, media_type=CAP_MEDIA)


def _message(center: Center, actor: Actor, warning_id: str) -> bytes:
    held = found(center.queries.situation(actor), warning_id)
    if held.message:
        return read_blob(center.database.reader, held.message)[0]
    shown = with_headline(center, held)
    return write_cap(shown, center.tools.rules["warnings"], center.areas)


def _reading(router: APIRouter, center: Center) -> None:
    @router.get("/warnings")
    async def warnings(
        request: Request, state: str | None = None, colour: str | None = None,
        area: str | None = None, in_force: bool | None = None, incoming: bool | None = None,
        limit: int = 200, offset: int = 0,
    ) -> Response:  # fmt: skip
        """Warnings, the newest first; `area` is a unit they touch."""
        seen = await center.ask(center.queries.situation, actor_of(request))
        wanted = colour_of(colour)
        held = [
            w
            for w in seen.warnings.values()
            if state in {None, w.state.value} and wanted in {None, w.colour}
            and incoming in {None, w.incoming} and in_force in {None, w.in_force(seen.at)}
            and (area is None or center.areas.covers_any(area, (*w.areas, *w.counties)))
        ]  # fmt: skip
        held.sort(key=lambda w: (w.issued_at or seen.at, w.id), reverse=True)
        return answer(page([view(center, seen, w) for w in held], limit, offset))

    @router.get("/warnings/{warning_id}")
    async def warning(request: Request, warning_id: str) -> Response:
        """One warning with its texts, deliveries, receipts, and what lies inside its area."""
        seen = await center.ask(center.queries.situation, actor_of(request))
        held = found(seen, warning_id)
        return answer(await center.ask(whole_view, center, seen, held))

    @router.get("/warning-channels")
    async def channels(request: Request) -> Response:
        """The receivers that are configured, without their keys."""
        actor_of(request).require(Permission.WARN)
        return answer({"items": receivers(center)})


def _making(router: APIRouter, center: Center) -> None:
    @router.post("/warnings", status_code=201)
    async def issue_new(request: Request, body: b.NewWarning) -> Response:
        """Issue a warning, or with `draft` begin one."""
        command = m.DraftWarning(
            words=body.words(center.areas), alarm_id=body.alarm_id, surge_id=body.surge_id,
            incident_id=body.incident_id, issue=not body.draft,
            authorised_by=b.authority_of(body.authorised_by),
        )  # fmt: skip
        return await carry(request, center, command, 201)

    @router.post("/warnings/{warning_id}/update", status_code=201)
    async def update(request: Request, warning_id: str, body: b.NewWarning) -> Response:
        """Issue an update of a warning, or with `draft` begin one."""
        command = m.DraftWarning(
            words=body.words(center.areas), update_of=warning_id, issue=not body.draft,
            authorised_by=b.authority_of(body.authorised_by),
        )
        return await carry(request, center, command, 201)

    @router.patch("/warnings/{warning_id}")
    async def edit(request: Request, warning_id: str, body: b.EditBody) -> Response:
        """Change a draft."""
        command = m.EditWarning(
            warning_id=warning_id, words=body.words(center.areas),
            expect_version=body.expect_version,
        )  # fmt: skip
        return await carry(request, center, command)

    @router.post("/warnings/{warning_id}/submit")
    async def submit(request: Request, warning_id: str, body: b.WordsBody) -> Response:
        """Ask for the signature."""
        command = m.SubmitWarning(warning_id=warning_id, words=body.words)
        return await carry(request, center, command)

    @router.post("/warnings/{warning_id}/sign")
    async def sign(request: Request, warning_id: str, body: b.SignBody) -> Response:
        """Sign, confirm a signature given by word, or return."""
        command = m.SignWarning(warning_id=warning_id, **body.model_dump())
        return await carry(request, center, command)

    @router.post("/warnings/{warning_id}/issue")
    async def issue(request: Request, warning_id: str, body: b.IssueBody) -> Response:
        """Send a draft out."""
        command = m.IssueWarning(
            warning_id=warning_id, authorised_by=b.authority_of(body.authorised_by),
            expect_version=body.expect_version,
        )
        return await carry(request, center, command)


def _ending(router: APIRouter, center: Center) -> None:
    @router.post("/warnings/{warning_id}/cancel")
    async def cancel(request: Request, warning_id: str, body: b.ReasonBody) -> Response:
        """Lift a warning."""
        command = m.CancelWarning(warning_id=warning_id, reason=body.reason)
        return await carry(request, center, command)

    @router.post("/warnings/{warning_id}/withdraw")
    async def withdraw(request: Request, warning_id: str, body: b.ReasonBody) -> Response:
        """Give a draft up."""
        command = m.WithdrawWarning(warning_id=warning_id, reason=body.reason)
        return await carry(request, center, command)

    @router.post("/warnings/{warning_id}/remind")
    async def remind(request: Request, warning_id: str) -> Response:
        """Remind everybody who has not signed."""
        return await carry(request, center, m.RemindReceivers(warning_id=warning_id))


def found(seen: Situation, warning_id: str) -> Warning:
    """A warning by id.

    Raises
    ------
    NotFound
    """
    if warning_id not in seen.warnings:
        raise NotFound(f"没有预警 {warning_id}，或不在本辖区")
    return seen.warnings[warning_id]


def with_headline(center: Center, held: Warning) -> Warning:
    """A warning with the headline it will have."""
    if held.headline:
        return held
    rules, sender = center.tools.rules["warnings"], sender_words(center.areas, held.org)
    return replace(held, headline=made_headline(rules, center.areas, held, sender))


def view(center: Center, seen: Situation, held: Warning) -> dict[str, Any]:
    """A warning as the API shows it."""
    names = type(held).__dataclass_fields__
    mine = [d for d in seen.deliveries.values() if d.warning_id == held.id]
    return {
        **{name: getattr(held, name) for name in names},
        "event_word": held.event_word, "state_word": held.state.word,
        "in_force": held.in_force(seen.at), "signature_owed": held.signature_owed,
        "headline": with_headline(center, held).headline, "tally": tally(mine),
    }  # fmt: skip


def whole_view(center: Center, seen: Situation, held: Warning) -> dict[str, Any]:
    """A warning with everything about it."""
    rules, areas, shown = center.tools.rules["warnings"], center.areas, with_headline(center, held)
    inside = touched(seen, held)
    return {
        **view(center, seen, held),
        "texts": {
            "full": full_text(areas, shown), "spoken": spoken_text(rules, areas, shown),
            "short": short_text(areas, shown),
        },
        "deliveries": [d for d in seen.deliveries.values() if d.warning_id == held.id],
        "touched": {
            "sources": inside.sources, "sensors": inside.sensors, "teams": inside.teams,
            "incidents": inside.incidents,
        },
        "watches": [w for w in seen.watches.values() if w.warning_id == held.id],
    }  # fmt: skip


def receivers(center: Center) -> list[dict[str, Any]]:
    """The configured receivers, without keys."""
    settings = center.tools.rules["channels"]
    return [
        {"name": r.name, "channel": r.channel, "address": r.address, "area": r.area,
         "area_name": center.areas.name(r.area), "colours": r.colours, "receipt": r.receipt}
        for r in settings.receivers
    ]  # fmt: skip
