"""Whether the center is up and can write."""

from __future__ import annotations

import asyncio

from fastapi import APIRouter, Response
from sqlalchemy.exc import SQLAlchemyError

from dashboard.api.common import answer
from dashboard.version import VERSION
from data.center import Center
from data.errors import CenterError


def build(center: Center) -> APIRouter:
    """The router of the health probe; the only thing outside `/api` that strangers may ask."""
    router = APIRouter(tags=["health"])

    @router.get("/healthz")
    async def healthz() -> Response:
        """200 with the journal number, 503 when the database cannot be written."""
        try:
            revision = await asyncio.wait_for(center.ask(_probe, center), timeout=5)
        except (CenterError, SQLAlchemyError, TimeoutError, OSError):
            return answer({"status": "unavailable", "version": VERSION}, 503)
        return answer({"status": "ok", "revision": revision, "version": VERSION})

    return router


def _probe(center: Center) -> int:
    """Open a write transaction, change nothing, and read the newest number."""
    with center.database.units.transaction():
        return center.queries.revision()
