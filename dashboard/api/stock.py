"""The supplies ledger over HTTP."""

from __future__ import annotations

from collections import Counter
from dataclasses import asdict
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request, Response

from dashboard.api import stock_bodies as b
from dashboard.api.bodies import Body
from dashboard.api.common import actor_of, answer, carry, page
from dashboard.documents.transfer_paper import transfer_paper
from dashboard.documents.writing import written
from data.center import Center
from data.domain import stock_alerts as alerts
from data.domain import stock_left
from data.domain.item_classes import STANDARD, catalogue
from data.domain.messages import stock as m
from data.domain.situation import Situation
from data.errors import Invalid, NotFound

MOST_DAYS = 3650


def build(center: Center) -> APIRouter:
    """The endpoints."""
    router = APIRouter(tags=["stock"])
    _transfers(router, center)
    _lots(router, center)
    _takes(router, center)
    _lists(router, center)
    _reads(router, center)
    _supposed(router, center)
    return router


def _transfers(router: APIRouter, center: Center) -> None:
    def step(name: str, body_of: type[Body], command_of: Any, said: str) -> None:
        async def move(request: Request, transfer_id: str, body: Any) -> Response:
            command = command_of(transfer_id=transfer_id, **body.model_dump())
            return await carry(request, center, command)

        move.__annotations__["body"] = body_of
        move.__doc__ = said
        router.add_api_route(
            f"/transfers/{{transfer_id}}/{name}", move, methods=["POST"], name=f"{name}_transfer"
        )

    step("approve", b.WordsBody, m.ApproveTransfer, "Approve a transfer.")
    step("pick", b.WordsBody, m.PickTransfer, "The depot has put it together.")
    step("ship", b.ShipBody, m.ShipTransfer, "It leaves the depot.")
    step("receive", b.ReceiveBody, m.ReceiveTransfer, "Sign for what arrived.")
    step("use", b.AmountBody, m.UseTransfer, "Some of it is used up.")
    step("return", b.AmountBody, m.ReturnTransfer, "Some of it comes back into its lot.")

    @router.get("/transfers/{transfer_id}/document")
    async def document(request: Request, transfer_id: str, format: str = "docx") -> Response:  # noqa: A002
        """The 调拨单 as docx, pdf, html or txt."""
        seen = await center.ask(center.queries.situation, actor_of(request))
        if transfer_id not in seen.transfers:
            raise NotFound(f"没有调拨单 {transfer_id}，或不在本辖区")
        paper = transfer_paper(seen, center.areas, seen.transfers[transfer_id])
        held, headers = await center.ask(written, paper, format)
        return Response(held, headers=headers)


def _lots(router: APIRouter, center: Center) -> None:
    @router.post("/stock/intake", status_code=201)
    async def take_in(request: Request, body: b.TakeInBody) -> Response:
        """Goods taken into a depot."""
        return await carry(request, center, m.TakeIn(**body.model_dump()), 201)

    @router.post("/lots/{lot_id}/write-off")
    async def write_off(request: Request, lot_id: str, body: b.WriteOffBody) -> Response:
        """Goods written off."""
        return await carry(request, center, m.WriteOff(lot_id=lot_id, **body.model_dump()))

    @router.patch("/lots/{lot_id}")
    async def mark(request: Request, lot_id: str, body: b.LotBody) -> Response:
        """Correct a lot's particulars."""
        return await carry(request, center, m.MarkLot(lot_id=lot_id, **body.model_dump()))


def _takes(router: APIRouter, center: Center) -> None:
    @router.get("/stocktakes")
    async def takes(
        request: Request, depot: str | None = None, state: str | None = None,
        limit: int = 200, offset: int = 0,
    ) -> Response:  # fmt: skip
        """Stock-takings, the newest first."""
        seen = await center.ask(center.queries.situation, actor_of(request))
        held = [
            s
            for s in seen.stocktakes.values()
            if depot in {None, s.depot_id} and state in {None, s.state}
        ]
        return answer(page(sorted(held, key=lambda s: s.id, reverse=True), limit, offset))

    @router.post("/stocktakes", status_code=201)
    async def begin(request: Request, body: b.StocktakeBody) -> Response:
        """Begin a stock-taking."""
        command = m.OpenStocktake(
            depot_id=body.depot_id, note=body.note, counts=_counts(body.counts)
        )
        return await carry(request, center, command, 201)

    @router.post("/stocktakes/{stocktake_id}/counts")
    async def count(request: Request, stocktake_id: str, body: b.CountsBody) -> Response:
        """Enter or correct counts."""
        command = m.CountLots(
            stocktake_id=stocktake_id, counts=_counts(body.counts),
            expect_version=body.expect_version,
        )  # fmt: skip
        return await carry(request, center, command)

    @router.post("/stocktakes/{stocktake_id}/close")
    async def close(request: Request, stocktake_id: str, body: b.CloseBody) -> Response:
        """Book the differences, or cancel."""
        command = m.CloseStocktake(stocktake_id=stocktake_id, **body.model_dump())
        return await carry(request, center, command)


def _counts(rows: list[b.CountBody]) -> tuple[m.Counted, ...]:
    return tuple(m.Counted(**row.model_dump()) for row in rows)


def _lists(router: APIRouter, center: Center) -> None:
    @router.get("/stock/norms")
    async def norms(request: Request, limit: int = 500, offset: int = 0) -> Response:
        """The basic lists."""
        seen = await center.ask(center.queries.situation, actor_of(request))
        held = [n for n in seen.norms.values() if not n.ended]
        return answer(page(held, limit, offset))

    @router.post("/stock/norms")
    async def norm(request: Request, body: b.NormBody) -> Response:
        """Set one line of a basic list."""
        return await carry(request, center, m.SetNorm(**body.model_dump()))

    @router.get("/stock/suppliers")
    async def suppliers(
        request: Request, item: str | None = None, limit: int = 500, offset: int = 0
    ) -> Response:
        """Sources of last resort."""
        seen = await center.ask(center.queries.situation, actor_of(request))
        held = [s for s in seen.suppliers.values() if not s.ended and item in {None, s.item_id}]
        return answer(page(held, limit, offset))

    @router.post("/stock/suppliers")
    async def supplier(request: Request, body: b.SupplierBody) -> Response:
        """Enter or correct a source of last resort."""
        return await carry(request, center, m.KeepSupplier(**body.model_dump()))


def _reads(router: APIRouter, center: Center) -> None:
    @router.get("/stock/movements")
    async def movements(
        request: Request, lot: str | None = None, depot: str | None = None,
        transfer: str | None = None, limit: int = 200, offset: int = 0,
    ) -> Response:  # fmt: skip
        """The ledger, the newest line first."""
        seen = await center.ask(center.queries.situation, actor_of(request))
        held = [
            x
            for x in seen.movements.values()
            if lot in {None, x.lot_id}
            and depot in {None, x.depot_id}
            and transfer in {None, x.transfer_id}
        ]
        return answer(page(sorted(held, key=lambda x: x.id, reverse=True), limit, offset))

    @router.get("/stock/totals")
    async def totals(request: Request) -> Response:
        """Every item: in depots, promised, free, on the way, at scenes."""
        seen = await center.ask(center.queries.situation, actor_of(request))
        return answer({"items": [asdict(h) for h in await center.ask(alerts.totals, seen)]})

    @router.get("/stock/alerts")
    async def warned(request: Request, days: int = alerts.EXPIRY_DAYS) -> Response:
        """Dates running out within `days`, and lists that are not met."""
        actor = actor_of(request)
        seen = await center.ask(center.queries.situation, actor)
        days = max(0, min(days, MOST_DAYS))
        short = await center.ask(alerts.shortages, seen, center.areas, actor.org)
        return answer(
            {
                "expiring": [{"days": e.days, "lot": e.lot} for e in alerts.expiring(seen, days)],
                "short": [_short(s) for s in short],
            }
        )

    @router.get("/stock/catalogue")
    async def classes(request: Request) -> Response:
        """The catalogue as a tree by class of GB/T 38565-2020."""
        seen = await center.ask(center.queries.situation, actor_of(request))
        return answer({"standard": STANDARD, "items": catalogue(seen.items.values())})

    @router.get("/stock/gaps")
    async def gaps(request: Request) -> Response:
        """Each area with a list of its own: how many lines, which are not met."""
        actor = actor_of(request)
        seen = await center.ask(center.queries.situation, actor)
        found = await center.ask(alerts.gaps, seen, center.areas, actor.org)
        rows = [
            {"area_code": code, "name": center.areas.name(code), "short": [_short(s) for s in held]}
            for code, held in found.items()
        ]
        return answer({"items": rows})


def _supposed(router: APIRouter, center: Center) -> None:
    @router.get("/stock/what-if")
    async def what_if(
        request: Request, order: Annotated[list[str] | None, Query(max_length=200)] = None,
        plan: str | None = None,
    ) -> Response:  # fmt: skip
        """What would still be free after an order, each `order` an item's id, `:`, an amount.

        `plan` is a stored plan, whose transfers are ordered too.
        """
        actor = actor_of(request)
        seen: Situation = await center.ask(center.queries.situation, actor)
        asked = Counter(dict(_asked(row, seen) for row in order or ()))
        own: dict[str, float] = {}
        if plan:
            made = await center.ask(center.plan_of, actor, plan)
            rows = made.answer.get("transfers") or ()
            asked.update(stock_left.asked_of(seen, rows))
            own = stock_left.asked_of(seen, rows, own=True)
        if not asked and not plan:
            raise Invalid.field("order", "没有填要调出什么", "请填 品类编号:数量，或方案编号 plan")
        items = [
            {**asdict(left), "after": left.after, "below_list": left.below_list}
            for left in await center.ask(stock_left.what_if, seen, asked, own)
        ]
        return answer({"items": items})


def _asked(row: str, seen: Situation) -> tuple[str, float]:
    """One `item:amount` of a query."""
    key, _, typed = row.rpartition(":")
    if key not in seen.items:
        raise Invalid.field("order", f"没有物资品类“{key[:40]}”", "请填 品类编号:数量")
    try:
        amount = float(typed)
    except ValueError:
        amount = -1.0
    if not 0 <= amount < float("inf"):
        raise Invalid.field("order", f"数量“{typed[:20]}”有误", "请填不小于 0 的数")
    return key, amount


def _short(held: alerts.Short) -> dict[str, Any]:
    return {
        "area_code": held.area_code, "item": held.item.id, "name": held.item.name,
        "unit": held.item.unit, "least": held.least, "have": held.have, "gap": held.gap,
        "basis": held.basis,
    }  # fmt: skip
