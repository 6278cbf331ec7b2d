"""A layer's features for programs: worked out once for all pages of one answer, each with an id."""

from __future__ import annotations

import logging
from collections import OrderedDict
from collections.abc import Callable, Mapping
from datetime import datetime
from threading import Lock
from time import monotonic
from typing import Any

from dashboard.geo_cover import cover_frames
from dashboard.geo_frames import reference_frames
from dashboard.geo_gaps import gap_frames
from dashboard.geo_risk import risk_frames
from data.center import Center
from data.domain.org import Actor
from data.domain.situation import Situation
from data.errors import CenterError, Unavailable
from layers import county_risk, coverage, supply_gaps
from layers.base import Frames, Layer

log = logging.getLogger("hubei.layers")
KEEP_SECONDS = 10.0  # long enough for a program to page through, short enough to be now
_KEPT = 24
DIGITS = 6

# Layers that need a frame of their own besides the reference geography.
_FRAMES: Mapping[str, Callable[[Center, Actor, Situation, Any], Frames]] = {
    coverage.LAYER.id: lambda center, actor, _seen, at: cover_frames(center.coverage(actor, at=at)),
    county_risk.LAYER.id: lambda center, _actor, seen, _at: risk_frames(seen, center.areas),
    supply_gaps.LAYER.id: lambda center, actor, seen, _at: gap_frames(
        seen, center.areas, actor.org
    ),
}


class LayerFeatures:
    """Hands out the features of layers; the newest answers are kept for a moment."""

    def __init__(self, center: Center) -> None:
        self.center = center
        self._kept: OrderedDict[tuple[Any, ...], tuple[float, list[dict[str, Any]]]] = OrderedDict()
        self._lock = Lock()

    def of(self, actor: Actor, layer: Layer, at: int | datetime | None) -> list[dict[str, Any]]:
        """A layer's GeoJSON features for a viewer, now or as known at a moment; blocking.

        Raises
        ------
        Forbidden, Invalid
        Unavailable
            When this one layer cannot be worked out.
        """
        seen = self.center.queries.situation(actor, at)
        key = (layer.id, actor.org, at, seen.revision)
        with self._lock:
            kept = self._kept.get(key)
        if kept is not None and monotonic() - kept[0] < KEEP_SECONDS:
            return kept[1]
        found = self._made(actor, layer, seen, at)
        with self._lock:
            self._kept[key] = (monotonic(), found)
            while len(self._kept) > _KEPT:
                self._kept.popitem(last=False)
        return found

    def _made(self, actor: Actor, layer: Layer, seen: Situation, at: Any) -> list[dict[str, Any]]:
        own = _FRAMES.get(layer.id)
        try:
            frames = own(self.center, actor, seen, at) if own else reference_frames()
            found = layer.features(seen, frames, digits=DIGITS)["features"]
        except CenterError:
            raise
        except Exception as error:  # whatever it is: this layer is down, the others are not
            log.exception("the layer %s could not be worked out", layer.id)
            raise Unavailable(
                f"图层“{layer.title}”未能取得；其余图层照常，请稍后再取，仍不行请联系系统管理员"
            ) from error
        used: dict[str, int] = {}
        for number, feature in enumerate(found):
            known = feature.get("properties") or {}
            plain = str(known.get("id") or known.get("code") or number)
            used[plain] = used.get(plain, 0) + 1
            # an area's land and its outline share a code; a feature's id is its own
            feature["id"] = plain if used[plain] == 1 else f"{plain}.{used[plain]}"
        return list(found)
