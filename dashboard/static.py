"""Files served from here, compressed once and kept: our assets, Dash's bundles, the fonts."""

from __future__ import annotations

import asyncio
import gzip
import hashlib
import mimetypes
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import brotli
from dash import Dash
from starlette.requests import Request
from starlette.responses import Response

from data.errors import NotFound

ASSETS = Path(__file__).resolve().parent.parent / "assets"
FOREVER = "public, max-age=31536000, immutable"
ASK_AGAIN = "no-cache"
_TEXT = ("text/", "application/javascript", "application/json", "image/svg")
_SMALL = 512
_MOST = 400


@dataclass(frozen=True, kw_only=True)
class Body:
    """A file in every encoding a browser may ask for."""

    media: str
    tag: str
    plain: bytes
    brotli: bytes | None
    gzip: bytes | None

    @classmethod
    def of(cls, plain: bytes, media: str) -> Body:
        """Compress once; slow, so in a thread."""
        text = media.startswith(_TEXT) and len(plain) > _SMALL
        return cls(
            media=media,
            tag=f'"{hashlib.sha256(plain).hexdigest()[:20]}"',
            plain=plain,
            brotli=brotli.compress(plain, quality=6) if text else None,
            gzip=gzip.compress(plain, 6, mtime=0) if text else None,
        )

    def answer(self, request: Request, cache: str) -> Response:
        """The body in the best encoding this browser takes, or 304."""
        headers = {"cache-control": cache, "etag": self.tag, "vary": "accept-encoding"}
        if request.headers.get("if-none-match") == self.tag:
            return Response(status_code=304, headers=headers)
        accepted = request.headers.get("accept-encoding", "")
        for name, packed in (("br", self.brotli), ("gzip", self.gzip)):
            if packed is not None and name in accepted:
                headers["content-encoding"] = name
                return Response(packed, headers=headers, media_type=self.media)
        return Response(self.plain, headers=headers, media_type=self.media)


class Shelf:
    """Compressed bodies in memory, by what they were made from."""

    def __init__(self) -> None:
        self._kept: dict[Any, Body] = {}

    async def file(self, request: Request, folder: Path, name: str, cache: str) -> Response:
        """A file below a folder.

        Raises
        ------
        NotFound
            When it is not there or not below the folder.
        """
        path = _inside(folder, name)
        key = (str(path), path.stat().st_mtime_ns)
        if key not in self._kept:
            media = mimetypes.guess_type(path.name)[0] or "application/octet-stream"
            self._keep(key, await asyncio.to_thread(_read, path, media))
        return self._kept[key].answer(request, cache)

    async def bundle(self, request: Request, dash_app: Dash, package: str, path: str) -> Response:
        """A component package's file, as Dash itself would serve it, but compressed."""
        key = (package, path)
        if key not in self._kept:
            served = await asyncio.to_thread(
                dash_app.backend.serve_component_suites, dash_app, package, path, request
            )
            media = served.headers.get("content-type", "").split(";")[0]
            self._keep(key, await asyncio.to_thread(Body.of, bytes(served.body), media))
        # a fingerprint in the name ("dash_core_components.v4_1_0m1700.js") lets it be kept for ever
        fingerprinted = ".v" in path and "m" in path
        return self._kept[key].answer(request, FOREVER if fingerprinted else ASK_AGAIN)

    def _keep(self, key: Any, body: Body) -> None:
        if len(self._kept) >= _MOST:
            self._kept.clear()
        self._kept[key] = body


def _inside(folder: Path, name: str) -> Path:
    path = (folder / name).resolve()
    if not path.is_relative_to(folder.resolve()) or not path.is_file():
        raise NotFound("没有这个文件")
    return path


def _read(path: Path, media: str) -> Body:
    return Body.of(path.read_bytes(), media)


def fingerprint() -> str:
    """A short hash over every asset: a browser that holds another one is out of date."""
    seen = hashlib.sha256()
    for path in sorted(ASSETS.rglob("*")):
        if path.is_file():
            seen.update(path.name.encode() + path.read_bytes())
    return seen.hexdigest()[:12]
