"""A place typed into a form: found by name or pinyin, its position written beside it."""

from __future__ import annotations

from typing import Any

from dash import Dash, Input, Output, html

from dashboard.components import desk, desk_fields
from dashboard.gate import current_actor
from dashboard.place_index import search_places
from data.center import Center

SYSTEMS = {"WGS84": "WGS84 / 国家2000", "GCJ02": "高德、腾讯（GCJ-02）", "BD09": "百度（BD-09）"}
SHORTEST = 2  # characters before anything is looked for
MOST = 5


def layout(form: str, found: str, hint: str) -> list[Any]:
    """Place, what was found, and the position with the system it is in.

    Parameters
    ----------
    found
        The id of the list of places found.
    hint
        What the longitude's label says besides.
    """
    return [
        desk_fields.text(form, "place", "地点", "县、乡镇、村；可搜地名或拼音", wide=True),
        html.Div(id=found, className="places wide"),
        desk_fields.digits(form, "lon", "经度", hint),
        desk_fields.digits(form, "lat", "纬度"),
        desk_fields.choice(form, "crs", "坐标系", SYSTEMS, "WGS84"),
    ]


def place_button(form: str, found: dict[str, Any]) -> Any:
    """One place found; clicking writes its position into the form and turns a map there."""
    changes = {
        desk_fields.field_id(form, "lon"): {"value": str(found["lon"])},
        desk_fields.field_id(form, "lat"): {"value": str(found["lat"])},
        desk_fields.field_id(form, "crs"): {"value": "WGS84"},
    }
    return html.Button(
        [found["name"], html.Small(found["detail"])], className="place", type="button",
        **desk.sets(changes), **{"data-goto": looking(found)},
    )  # fmt: skip


def looking(found: dict[str, Any]) -> str:
    """Where a map should look, for the browser."""
    return f'{{"lon": {found["lon"]}, "lat": {found["lat"]}, "zoom": {found["zoom"]}}}'


def register(app: Dash, center: Center, form: str, found: str) -> None:
    """Search while it is typed."""

    @app.callback(
        Output(found, "children"),
        Input(desk_fields.field_id(form, "place"), "value"),
        prevent_initial_call=True,
    )
    async def search(text: str | None) -> Any:
        if not text or len(text.strip()) < SHORTEST:
            return None
        places = await center.ask(search_places, center, current_actor(), text.strip())
        return [place_button(form, f) for f in places if f["kind"] in ("place", "area")][:MOST]
