"""Whether the center is up, can write and has room; and its figures for Prometheus."""

from __future__ import annotations

import asyncio
import shutil

from fastapi import APIRouter, Request, Response
from sqlalchemy.exc import SQLAlchemyError

from dashboard.api.common import actor_of, answer
from dashboard.metrics import MEDIA
from dashboard.version import VERSION
from data.center import Center
from data.domain.org import Permission
from data.domain.part import lacking
from data.errors import CenterError

MEGABYTE = 1024**2


def build(center: Center) -> APIRouter:
    """The router of the health probe, the only thing that strangers may ask, and of the figures."""
    router = APIRouter(tags=["health"])

    @router.get("/healthz")
    async def healthz() -> Response:
        """200 with the journal number; 503 when it cannot write, or soon could not.

        `degraded` names the parts that are down while the rest works: still 200, for taking the
        server out would help nobody.
        """
        try:
            revision, free, down = await asyncio.wait_for(center.ask(_probe, center), timeout=5)
        except (CenterError, SQLAlchemyError, TimeoutError, OSError):
            return answer({"status": "unavailable", "version": VERSION}, 503)
        told = {
            "status": "ok", "revision": revision, "version": VERSION,
            "degraded": down,
        }  # fmt: skip
        if free < center.settings.least_free_mb * MEGABYTE:
            return answer({**told, "status": "disk-low", "free_mb": free // MEGABYTE}, 503)
        return answer(told)

    @router.get("/api/v1/parts")
    async def parts(request: Request) -> Response:
        """Every part that may fail alone: whether it stands, what is wrong, the way round it."""
        actor_of(request).require(Permission.READ)
        return answer({"items": await center.ask(center.parts)})

    @router.get("/metrics")
    async def metrics(request: Request) -> Response:
        """Figures in Prometheus' text format; with a token of whoever may read or audit."""
        actor = actor_of(request)
        if not actor.may(Permission.AUDIT):
            actor.require(Permission.READ)
        text = await center.ask(request.app.state.metrics.text)
        return Response(text, media_type=MEDIA)

    return router


def _probe(center: Center) -> tuple[int, int, list[str]]:
    """Open a write transaction, change nothing; the newest number, free bytes, parts down."""
    with center.database.units.transaction():
        revision = center.queries.revision()
    free = shutil.disk_usage(center.settings.var).free
    return revision, free, [part.name for part in lacking(center.parts())]
