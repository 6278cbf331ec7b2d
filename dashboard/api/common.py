"""What every endpoint needs: the actor, the retry key, coordinates in, JSON out."""

from __future__ import annotations

import math
from collections.abc import Mapping
from datetime import datetime
from typing import Any

import msgspec
from fastapi import Request, Response

from data.center import Center
from data.domain.messages import Command
from data.domain.org import Actor
from data.domain.whole_number import whole
from data.errors import Invalid, NotSignedIn
from data.ingest.coordinates import to_wgs84

MOST = 1000


def actor_of(request: Request) -> Actor:
    """Who asks; the gate has put it there.

    Raises
    ------
    NotSignedIn
        When nobody is signed in.
    """
    actor: Actor | None = getattr(request.state, "actor", None)
    if actor is None:
        raise NotSignedIn("请先登录")
    return actor


def answer(body: Any, status: int = 200) -> Response:
    """A JSON answer, dataclasses and instants included."""
    text = msgspec.json.encode(body, enc_hook=_plainly)
    return Response(text, status_code=status, media_type="application/json")


def _plainly(thing: Any) -> Any:
    """What a view over other tables stands for.

    Raises
    ------
    NotImplementedError
        For anything else that is no JSON.
    """
    if isinstance(thing, Mapping):
        return dict(thing)
    raise NotImplementedError(f"{type(thing).__name__} is no JSON")


async def carry(request: Request, center: Center, command: Command, status: int = 200) -> Response:
    """Carry a command out for whoever asks, once per `Idempotency-Key`."""
    key = request.headers.get("idempotency-key")
    if key is not None and not 1 <= len(key) <= 128:  # noqa: PLR2004
        raise Invalid.field("Idempotency-Key", "幂等键长度不对", "请用 1 到 128 个字符")
    done = await center.do(command, actor_of(request), key)
    return answer({**done.body, "revision": done.seq}, status)


def moment(text: str | None) -> int | datetime | None:
    """The `at` of a read: a journal number or an ISO-8601 instant with offset.

    Raises
    ------
    Invalid
        When it is neither.
    """
    if text is None or text == "":
        return None
    if (number := whole(text)) is not None:
        return number
    try:
        instant = datetime.fromisoformat(text.replace(" ", "+"))
    except ValueError:
        instant = None
    if instant is None or instant.tzinfo is None:
        raise Invalid.field(
            "at",
            f"看不懂时刻“{text[:40]}”",
            "请填记录编号，或带时区的时间，如 2020-07-08T08:00:00+08:00",
        )
    return instant


def wgs84(lon: float | None, lat: float | None, crs: str) -> tuple[float | None, float | None]:
    """Coordinates as WGS84, whatever system they came in; both or neither.

    Raises
    ------
    Invalid
        When only one is given, or they are no coordinates.
    """
    if lon is None and lat is None:
        return None, None
    if lon is None or lat is None:
        raise Invalid.field(
            "lat" if lat is None else "lon", "经纬度只填了一个", "请把经度和纬度都填上，或都留空"
        )
    try:
        return to_wgs84(lon, lat, crs)  # type: ignore[arg-type]
    except ValueError as error:
        raise Invalid.field("lon", str(error), "请核对经纬度与坐标系") from error


def page(items: list[Any], limit: int, offset: int) -> dict[str, Any]:
    """A page of items and where the next one starts."""
    limit, offset = max(1, min(limit, MOST)), max(0, offset)
    shown = items[offset : offset + limit]
    following = offset + limit
    return {
        "items": shown,
        "next": following if following < len(items) else None,
        "total": len(items),
    }


Box = tuple[float, float, float, float]


def bounds(bbox: str | None) -> Box | None:
    """`west,south,east,north` as numbers; None when no box is asked for.

    Raises
    ------
    Invalid
        When the box cannot be read.
    """
    if not bbox:
        return None
    try:
        west, south, east, north = (float(part) for part in bbox.split(","))
    except ValueError:
        west = south = east = north = math.nan
    if not (west <= east and south <= north):
        remedy = "请填 西,南,东,北 四个经纬度，西不大于东、南不大于北"
        raise Invalid.field("bbox", f"看不懂范围“{bbox[:60]}”", remedy)
    return west, south, east, north


def in_box(bbox: str | None, lon: float | None, lat: float | None) -> bool:
    """Whether a point lies in `west,south,east,north`; without a box every one does."""
    box = bounds(bbox)
    if box is None:
        return True
    west, south, east, north = box
    return lon is not None and lat is not None and west <= lon <= east and south <= lat <= north
