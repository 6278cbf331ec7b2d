"""The take-away map: one HTML file that shows a moment on any machine, with no network."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import folium
import geopandas as gpd

from data.domain.situation import Situation
from layers import boundaries, coverage, palette, places, roads, sensors, water
from layers.base import Frames, Layer, escaped
from layers.catalog import ASKED, CREDITS, MOVING
from layers.drawing import group
from layers.lacking import said, table_of

_SHANGHAI = ZoneInfo("Asia/Shanghai")
_PROVINCE = [[29.0, 108.3], [33.3, 116.15]]
MOST_POINTS = 500  # of more monitored points only those that are not calm go into the file
_CSS = """
html,body{margin:0;height:100%;background:#0a0f1a;color:#e8eef8}
body,.leaflet-container{font:15px/1.4 "Hubei Sans","Noto Sans SC","Noto Sans CJK SC",sans-serif}
.folium-map{position:absolute!important;left:0!important;top:56px!important;width:100%!important;
 height:calc(100% - 56px)!important;background:#0b1220!important}
.head{position:absolute;inset:0 0 auto 0;height:56px;display:flex;gap:20px;align-items:center;
 padding:0 20px;background:#0d1524;border-bottom:1px solid #22304a;white-space:nowrap}
.head b{font-size:20px}.head .drill{border:2px solid #e8eef8;border-radius:4px;padding:0 10px;
 font-weight:700;letter-spacing:.2em}.head span{color:#c9d5e8}
.key{position:absolute;z-index:800;left:12px;bottom:34px;padding:8px 12px;border-radius:8px;
 background:#0a0f1ad9;color:#c9d5e8;line-height:1.6}
.credits{position:absolute;z-index:800;right:12px;bottom:6px;color:#8fa3c4;font-size:13px}
.glyph{background:none;border:0}.glyph svg{display:block;overflow:visible}
.glyph .name{display:block;width:8em;margin:-25px 0 0 calc(7px - 4em);text-align:center;
 color:#c3d0e6;text-shadow:0 0 3px #0a0f1a,0 0 3px #0a0f1a,0 0 3px #0a0f1a}
.glyph .rung{position:absolute;left:100%;top:-4px;font-size:13px}
.leaflet-control-layers{background:#0d1524!important;color:#e8eef8!important}
.leaflet-control-zoom a{background:#0d1524!important;color:#e8eef8!important}
.leaflet-control-scale-line{background:#0a0f1a99!important;color:#c9d5e8!important;
 border-color:#8fa3c4!important;text-shadow:none!important}
.leaflet-control-scale-line+.leaflet-control-scale-line{display:none}
.leaflet-tooltip{background:#0d1524;color:#e8eef8;border-color:#3a4f78;white-space:normal;
 min-width:140px}
.leaflet-tooltip table,.leaflet-tooltip td{font:inherit}
"""


def takeaway_html(
    situation: Situation,
    frames: Frames,
    *,
    leaflet_js: str,
    leaflet_css: str,
    font_css: str = "",
    title: str = "湖北省应急指挥中心 态势图",
) -> str:
    """One HTML page with everything inside it.

    Parameters
    ----------
    leaflet_js, leaflet_css
        Leaflet's own files as text; the stylesheet's images must be data addresses.
    font_css
        ``@font-face`` rules of "Hubei Sans" with data addresses, or nothing.
    """
    made = folium.Map(
        tiles=None, control_scale=True, prefer_canvas=True, attribution_control=False,
        zoom_snap=0.25,
    )  # fmt: skip
    made.default_js, made.default_css = [], []  # the instance's: the class's lists are shared
    missing: list[str] = []
    for layer in _layers(frames):
        table = table_of(layer, situation, frames, missing)
        if table is not None:
            group(layer, _few(layer, table)).add_to(made)
    folium.LayerControl(collapsed=False).add_to(made)
    made.fit_bounds(_PROVINCE)
    root: Any = made.get_root()
    root.title = title
    # text of others goes in as elements' values, never as a template
    root.header.add_child(_raw(f"<style>{font_css}{leaflet_css}{_CSS}</style>"), index=0)
    root.header.add_child(_raw(f"<script>{leaflet_js}</script>"), index=0)
    root.html.add_child(_raw(_head(situation, title, said(missing)) + _key(frames)))
    page: str = root.render()
    return page


def _layers(frames: Frames) -> tuple[Layer, ...]:
    """What is drawn; a layer that must be asked for only when its frame was handed in."""
    asked = tuple(layer for layer in ASKED if layer.id in frames)
    static = (water.LAKES, water.RIVERS, roads.LAYER, places.LAYER)
    moving = (layer for layer in MOVING if layer.id not in {"sources", "rain"})
    return (boundaries.LAYER, *asked, *static, *moving)


def _few(layer: Layer, table: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    if layer.id == sensors.LAYER.id and len(table) > MOST_POINTS:
        return table[[not sensors.is_calm(state) for state in table["state"]]][:MOST_POINTS]
    return table[table["rank"] == 0] if layer.id == "places" else table


def _raw(text: str) -> folium.Element:
    return folium.Element(f"{{% raw %}}{text}{{% endraw %}}")


def _when(at: datetime) -> str:
    return at.astimezone(_SHANGHAI).strftime("%Y-%m-%d %H:%M:%S")


def _head(situation: Situation, title: str, lacking: str) -> str:
    drill = '<span class="drill">演练</span>' if situation.exercise else ""
    mark = f"<b>{escaped(lacking)}</b>" if lacking else ""
    incidents = "　".join(
        f"{escaped(i.letter)} {escaped(i.short_name)}（{escaped(i.grading.label)}）"
        for i in situation.open_incidents()
    )
    return (
        f'<div class="head"><b>{escaped(title)}</b>{drill}<span>{_when(situation.at)}</span>'
        f"<span>记录 #{situation.revision}</span><span>{incidents}</span>"
        f"{mark}</div>"
    )


def _cover_key(frames: Frames) -> str:
    """The steps of the cover layer, when it is there."""
    if coverage.LAYER.id not in frames:
        return ""
    steps = "　".join(
        f'<span style="color:{colour}">■</span> {escaped(text)}'
        for colour, text in zip(palette.COVER, coverage.BANDS, strict=True)
    )
    return f"<br>覆盖范围（最近队伍到县城）：<br>{steps}"


def _key(frames: Frames) -> str:
    swatch = "".join(
        f'<span style="color:{colour}">●</span> {letter}　'
        for letter, colour in palette.IDENTITY.items()
    )
    return (
        f'<div class="key">{swatch}<br>▣ 队伍：备 接 出 到 展 返<br>'
        "⌂ 储备库　▽ 监测点（蓝黄橙红为超限，断、滞为数据存疑）<br>"
        f"虚线路线：已下令未出发{_cover_key(frames)}</div>"
        f'<div class="credits">{escaped(CREDITS)}</div>'
    )
