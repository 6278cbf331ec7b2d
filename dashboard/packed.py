"""A JSON body packed once and sent to many browsers."""

from __future__ import annotations

import gzip
import hashlib
from dataclasses import dataclass
from typing import Any

import msgspec
from fastapi import Request, Response


@dataclass(frozen=True, kw_only=True)
class Packed:
    """A body as bytes, plain and with gzip, and the short hash that names it."""

    plain: bytes
    gzip: bytes
    mark: str

    def answer(self, request: Request, *, hashed: bool | None = None) -> Response:
        """The body in the encoding the browser takes, or 304 when it has it.

        Parameters
        ----------
        hashed
            None for what is never kept; else whether the address names the hash, and so may be
            kept for ever.
        """
        headers = {"vary": "Accept-Encoding", "cache-control": "no-store"}
        if hashed is not None:
            age = "private, max-age=31536000, immutable" if hashed else "private, no-cache"
            headers |= {"etag": f'"{self.mark}"', "cache-control": age}
            if self.mark in request.headers.get("if-none-match", ""):
                return Response(status_code=304, headers=headers)
        body = self.plain
        if "gzip" in request.headers.get("accept-encoding", ""):
            headers["content-encoding"] = "gzip"
            body = self.gzip
        return Response(body, media_type="application/json", headers=headers)


def packed(body: Any, *, level: int = 9) -> Packed:
    """Encode and compress a body; slow for a large one, so in a thread.

    Parameters
    ----------
    level
        Of gzip: 9 for what is sent for days, less for what lives seconds.
    """
    plain = msgspec.json.encode(body)
    return Packed(
        plain=plain, gzip=gzip.compress(plain, level, mtime=0),
        mark=hashlib.sha256(plain).hexdigest()[:16],
    )  # fmt: skip
