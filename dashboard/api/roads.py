"""The roads that may be closed, and what the travel times rest on, over HTTP."""

from __future__ import annotations

from fastapi import APIRouter, Request, Response
from shapely.geometry import box

from dashboard.api.common import actor_of, answer
from data.center import Center
from data.errors import Invalid

MOST_EDGES = 20_000  # the travel times hand out no more at once


def build(center: Center) -> APIRouter:
    """The router of roads."""
    router = APIRouter(tags=["roads"])

    @router.get("/roads")
    async def roads(request: Request, bbox: str | None = None) -> Response:
        """Roads with the `id` that closes them: the main ones, or all that meet `bbox`.

        `bbox` is west,south,east,north in degrees. At most 20,000 roads, the larger ones: `more`
        says that there may be others, ask for a smaller area.
        """
        actor_of(request)
        near = None if bbox is None else [_window(bbox)]
        found = await center.ask(center.travel.edges, near)
        more = len(found) >= MOST_EDGES
        return answer({"items": found, "more": more, "basis": center.travel.describe()})

    return router


def _window(text: str) -> dict[str, object]:
    """The rectangle of `bbox` as GeoJSON.

    Raises
    ------
    Invalid
        When it is not four numbers in order.
    """
    try:
        west, south, east, north = map(float, text.split(","))
    except ValueError:
        west, south, east, north = 1.0, 1.0, 0.0, 0.0
    if not (-180 <= west < east <= 180 and -90 <= south < north <= 90):  # noqa: PLR2004
        raise Invalid.field("bbox", f"范围 {text} 有误", "请填 西,南,东,北 四个经纬度")
    return dict(box(west, south, east, north).__geo_interface__)
