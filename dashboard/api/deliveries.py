"""Deliveries, receipts and watches of warnings over HTTP."""

from __future__ import annotations

from fastapi import APIRouter, Request, Response

from dashboard.api import warning_bodies as b
from dashboard.api.common import actor_of, answer, carry, page
from data.center import Center
from data.domain.clock import real_now
from data.domain.messages import warnings as m
from data.domain.warning_watch import over, touched


def build(center: Center) -> APIRouter:
    """The endpoints."""
    router = APIRouter(tags=["warnings"])
    _deliveries(router, center)
    _watches(router, center)
    return router


def _deliveries(router: APIRouter, center: Center) -> None:
    @router.get("/deliveries")
    async def deliveries(
        request: Request, warning: str | None = None, state: str | None = None,
        channel: str | None = None, unsigned: bool | None = None, limit: int = 200,
        offset: int = 0,
    ) -> Response:  # fmt: skip
        """Deliveries of warnings with their receipts."""
        seen = await center.ask(center.queries.situation, actor_of(request))
        held = [
            d
            for d in seen.deliveries.values()
            if warning in {None, d.warning_id} and state in {None, d.state.value}
            and channel in {None, d.channel} and unsigned in {None, d.unsigned}
        ]  # fmt: skip
        return answer(page(sorted(held, key=lambda d: d.id), limit, offset))

    @router.post("/deliveries/{delivery_id}/receipt")
    async def receipt(request: Request, delivery_id: str, body: b.ReceiptBody) -> Response:
        """Sign for a warning, or note by hand who has it."""
        command = m.SignReceipt(delivery_id=delivery_id, **body.model_dump())
        return await carry(request, center, command)

    @router.post("/deliveries/{delivery_id}/read")
    async def read(request: Request, delivery_id: str) -> Response:
        """The duty room has opened it."""
        return await carry(request, center, m.ReadDelivery(delivery_id=delivery_id))

    @router.post("/deliveries/{delivery_id}/retry")
    async def retry(request: Request, delivery_id: str) -> Response:
        """Send a failed delivery again."""
        return await carry(request, center, m.RetryDelivery(delivery_id=delivery_id))

    @router.post("/deliveries/{delivery_id}/state")
    async def state(request: Request, delivery_id: str, body: b.StateBody) -> Response:
        """What a gateway has learned later."""
        outcome = m.Outcome(
            delivery_id=delivery_id, state=body.state, reason=body.reason, again=False
        )
        return await carry(request, center, m.RecordOutcomes(outcomes=(outcome,), at=real_now()))


def _watches(router: APIRouter, center: Center) -> None:
    @router.get("/watches")
    async def watches(
        request: Request, state: str = "open", limit: int = 200, offset: int = 0
    ) -> Response:
        """Watches with what lies inside them now; `over` when their warning has ended."""
        seen = await center.ask(center.queries.situation, actor_of(request))
        held = sorted(
            (w for w in seen.watches.values() if state in ("all", w.state)), key=lambda w: w.id
        )
        rows = []
        for watch in held:
            warning = seen.warnings.get(watch.warning_id or "")
            inside = touched(seen, warning) if warning else None
            names = type(watch).__dataclass_fields__
            rows.append(
                {
                    **{name: getattr(watch, name) for name in names},
                    "over": over(watch, seen), "touched": inside,
                }
            )  # fmt: skip
        return answer(page(rows, limit, offset))

    @router.post("/watches", status_code=201)
    async def begin(request: Request, body: b.WatchBody) -> Response:
        """Start a watch."""
        code = b.unit_code(center.areas, body.area_code) if body.area_code else None
        command = m.OpenWatch(title=body.title, warning_id=body.warning_id, area_code=code)
        return await carry(request, center, command, 201)

    @router.post("/watches/{watch_id}")
    async def move(request: Request, watch_id: str, body: b.WatchMove) -> Response:
        """Take a watch over, write about it, or close it."""
        return await carry(request, center, m.MoveWatch(watch_id=watch_id, **body.model_dump()))
