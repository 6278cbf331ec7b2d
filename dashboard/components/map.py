"""The live map: one Leaflet map a page, drawn and moved by the browser module."""

from enum import StrEnum
from typing import Literal

import dash_leaflet as dl
from dash import ClientsideFunction, Dash, Input, dcc, html

from data.center import Center
from layers.catalog import CREDITS

Mode = Literal["wall", "duty", "review", "warn"]
CENTER = (31.15, 112.25)
ZOOM = 7.5


class Part(StrEnum):
    """The stores beside a map; each one's id is the map's id and the part's name."""

    SELECTED = "selected"
    CLICKED = "clicked"
    DRAWN = "drawn"
    CURSOR = "cursor"
    HEARD = "heard"


def part(map_id: str, name: Part) -> str:
    """The id of one of a map's stores.

    ``selected`` holds {kind, id}, ``clicked`` {lon, lat}, ``drawn`` {kind, geometry}; ``cursor``
    takes a journal number or an instant, None for now; ``heard`` changes when a wall's map has
    new values of monitored points, at most every ten seconds.
    """
    return f"{map_id}-{name}"


def live_map(map_id: str, *, mode: Mode) -> html.Div:
    """A map that fills its parent; the browser module finds it by its data attributes.

    Parameters
    ----------
    mode
        ``wall`` has no controls and larger writing, ``duty`` has every tool, ``review`` looks and
        measures but draws nothing, and follows the ``cursor`` store. ``warn`` draws only warned
        areas, and shows the one in its ``drawn`` store.
    """
    wall = mode == "wall"
    leaflet = dl.MapContainer(
        id=f"{map_id}-leaflet",
        center=list(CENTER), zoom=ZOOM, minZoom=6, maxZoom=15,
        zoomSnap=0.05 if wall else 0.25, zoomDelta=0.5,
        preferCanvas=True, attributionControl=False, zoomControl=False,
        dragging=not wall, scrollWheelZoom=not wall, doubleClickZoom=not wall,
        boxZoom=not wall, keyboard=not wall, touchZoom=not wall,
        className="live-map__leaflet",
        children=[dl.ScaleControl(position="bottomright", imperial=False)],
    )  # fmt: skip
    stores = [dcc.Store(id=part(map_id, name)) for name in Part]
    attributes = {"data-live-map": map_id, "data-mode": mode, "data-credits": CREDITS}
    return html.Div(
        [leaflet, *stores], id=map_id, className=f"live-map live-map--{mode}", **attributes
    )


def register(app: Dash, _center: Center, *map_ids: str) -> None:
    """Let each map follow its ``cursor`` store; everything else travels by DOM events."""
    for map_id in map_ids:
        app.clientside_callback(
            ClientsideFunction("hubei_map", "cursor"),
            Input(part(map_id, Part.CURSOR), "data"),
            Input(map_id, "id"),
        )
