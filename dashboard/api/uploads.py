"""Photos that come as the body of a request: bounded, and made new before anything is kept."""

from __future__ import annotations

from fastapi import Request

from data.center import Center
from data.domain.messages.hazards import Jpeg
from data.errors import Invalid
from data.services.pictures import LARGEST_UPLOAD


async def bounded_body(request: Request) -> bytes:
    """The body, never more of it than a photo may have.

    Raises
    ------
    Invalid
        When it is larger.
    """
    held = bytearray()
    async for part in request.stream():
        held += part
        if len(held) > LARGEST_UPLOAD:
            raise Invalid.field("photo", "照片超过 8 MB", "请调低相机分辨率后重拍")
    return bytes(held)


async def photo_body(request: Request, center: Center, note: str) -> Jpeg:
    """The body as a photo made new.

    Raises
    ------
    Invalid
        When it is no photo that can be read.
    """
    return await center.ask(center.photo, await bounded_body(request), note)
