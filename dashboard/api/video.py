"""Cameras of risk sources over HTTP: where they are, how they stand, a still for any browser."""

from __future__ import annotations

import asyncio
from typing import Any
from urllib.parse import quote

from fastapi import APIRouter, Request, Response

from dashboard.api.common import actor_of, answer
from data.center import Center
from data.domain.source import Video
from data.errors import NotFound
from data.services.cameras import Cameras, Look


def build(center: Center) -> APIRouter:
    """The router of cameras."""
    router = APIRouter(tags=["video"])
    cameras = Cameras(center.settings.video_hosts)

    async def camera(request: Request, source_id: str, number: int) -> Video:
        seen = await center.ask(center.queries.situation, actor_of(request))
        source = seen.sources.get(source_id)
        if source is None or not 0 <= number < len(source.videos):
            raise NotFound("没有这个摄像机，或不在本辖区")
        return source.videos[number]

    @router.get("/sources/{source_id}/videos")
    async def listed(request: Request, source_id: str) -> Response:
        """A source's cameras; the address only where the browser may go there itself."""
        seen = await center.ask(center.queries.situation, actor_of(request))
        source = seen.sources.get(source_id)
        if source is None:
            raise NotFound("没有这个风险源，或不在本辖区")
        here = f"/api/v1/sources/{quote(source_id, safe='')}/videos"
        items = [_item(here, n, v, cameras) for n, v in enumerate(source.videos)]
        return answer({"source": source.id, "name": source.name, "items": items})

    @router.get("/sources/{source_id}/videos/{number}/state")
    async def state(request: Request, source_id: str, number: int) -> Response:
        """Live, so many seconds old, or offline: by the stream's or the picture's own times."""
        video = await camera(request, source_id, number)
        return answer(_said(await asyncio.to_thread(cameras.look, video)))

    @router.get("/sources/{source_id}/videos/{number}/still.jpg")
    async def still(request: Request, source_id: str, number: int) -> Response:
        """The newest picture, painted anew here."""
        video = await camera(request, source_id, number)
        found = await asyncio.to_thread(cameras.still, video)
        headers = {"cache-control": "no-store", "x-picture-state": found.look.state}
        if found.look.at is not None:
            headers["x-picture-at"] = found.look.at.isoformat()
        return Response(found.jpeg, media_type="image/jpeg", headers=headers)

    return router


def _item(here: str, number: int, video: Video, cameras: Cameras) -> dict[str, Any]:
    refused = cameras.refusal(video.url)
    return {
        "number": number, "name": video.name, "kind": video.kind,
        "url": None if refused else video.url, "refused": refused or None,
        "state": f"{here}/{number}/state", "still": f"{here}/{number}/still.jpg",
    }  # fmt: skip


def _said(look: Look) -> dict[str, Any]:
    return {"state": look.state, "at": look.at, "age_s": look.age_s, "why": look.why}
