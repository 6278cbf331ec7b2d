"""Drawn areas: what an incident affects (tinted hatch) and what is closed (pale red, dashed)."""

from __future__ import annotations

import geopandas as gpd
from shapely.geometry import shape

from data.domain.situation import Situation
from layers import palette
from layers.base import Frames, Layer, Style, frame_of

COLUMNS = ("kind", "id", "incident", "label", "colour", "effects", "mark")
_EFFECTS = (("people", "人口"), ("units", "县区"), ("teams", "队伍"), ("depots", "储备库"))


def _frame(situation: Situation, kind: str) -> gpd.GeoDataFrame:
    rows = []
    for zone in situation.zones.values():
        if zone.kind != kind or (zone.until is not None and zone.until <= situation.at):
            continue
        incident = situation.incidents.get(zone.incident_id or "")
        rows.append(
            {
                "kind": "zone", "id": zone.id, "incident": zone.incident_id, "label": zone.label,
                "colour": palette.identity(incident.letter if incident else None),
                "effects": _effects(zone.effects),
                "mark": "演练" if zone.origin == "exercise" else None,
                "geometry": shape(zone.geometry),
            }
        )  # fmt: skip
    return frame_of(rows, COLUMNS)


def _effects(effects: dict[str, object]) -> str | None:
    """What an area touches, as far as it was worked out: counts, or the numbers themselves."""
    found = []
    for key, title in _EFFECTS:
        value = effects.get(key)
        if isinstance(value, (list, tuple, dict)):
            found.append(f"{title} {len(value)}")
        elif isinstance(value, (int, float)):
            found.append(f"{title} {value:,.0f}")
    return "、".join(found) or None


def affected_frame(situation: Situation, _frames: Frames) -> gpd.GeoDataFrame:
    """Affected areas in force, in their incident's colour."""
    return _frame(situation, "affected")


def closure_frame(situation: Situation, _frames: Frames) -> gpd.GeoDataFrame:
    """Closures in force."""
    return _frame(situation, "closure")


_POPUP = (("label", ""), ("effects", "涉及"), ("mark", ""))
AFFECTED = Layer(
    id="affected", title="影响范围", frame=affected_frame, label="label", popup=_POPUP,
    style=Style(
        shape="area", stroke_by="colour", weight=1.4, fill_by="colour", fill_opacity=0.14,
        hatch=True,
    ),
)  # fmt: skip
CLOSURES = Layer(
    id="closures", title="管制", frame=closure_frame, label="label", popup=_POPUP,
    style=Style(
        shape="area", stroke=palette.CUT, weight=1.6, dash="4 3", fill="#ff7a7c",
        fill_opacity=0.13, text=palette.CUT_TEXT,
    ),
)  # fmt: skip
