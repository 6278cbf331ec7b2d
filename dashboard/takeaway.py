"""The take-away pages: one HTML file each, map, type and facts inside, opened with no network."""

from __future__ import annotations

import base64
import re
import tempfile
from dataclasses import replace
from pathlib import Path

from dashboard import fonts, vendor
from dashboard.geo_frames import reference_frames
from dashboard.words import DASH, clock_time, count
from data.center import Center
from data.domain.incident import CASUALTY_WORDS, Incident
from data.domain.reporting import deadlines_in
from data.domain.situation import Situation
from layers.base import Frames, escaped
from layers.takeaway import takeaway_html

_PANEL_CSS = """
.brief{position:absolute;z-index:850;top:56px;left:0;bottom:0;width:min(460px,40vw);overflow:auto;
 background:#0d1524f2;border-right:1px solid #22304a;padding:16px 20px;box-sizing:border-box}
.brief h1{font-size:22px;margin:0 0 4px}.brief h2{font-size:16px;color:#9fb0cb;margin:16px 0 4px}
.brief p,.brief li{margin:2px 0;line-height:1.5}.brief ul{padding-left:1.2em;margin:0}
.brief small{color:#9fb0cb}.brief~.key{display:none}
@media print{.brief{position:static;width:auto;background:#fff;color:#000}}
"""
_JOINT_CSS = """
.brief{width:min(380px,28vw)}.leaflet-left{left:min(380px,28vw)}.leaflet-right{right:min(380px,28vw)}
.brief.right{left:auto;right:0;border-right:0;border-left:1px solid #22304a}
"""


def map_page(seen: Situation, frames: Frames | None = None) -> str:
    """The whole situation as one offline page; `frames` may bring layers that must be asked for."""
    return _with_type(_page(seen, frames=frames))


def briefing_page(center: Center, seen: Situation, incident: Incident) -> str:
    """One incident's briefing beside the offline map."""
    page = _page(seen, f"{incident.name} 情况简报")
    panel = f"<style>{_PANEL_CSS}</style>" + _panel(center, seen, incident)
    return _with_type(page.replace("</body>", f"{panel}</body>", 1))


def joint_page(center: Center, seen: Situation) -> str:
    """The briefing of both incidents, one on each side of the offline map; also after the end."""
    mine = seen.briefed()[:2]
    page = _page(_standing(seen, mine), "突发事件处置情况汇报")
    panels = [_panel(center, seen, incident) for incident in mine]
    if len(panels) == 2:  # noqa: PLR2004 - one on each side
        panels[1] = panels[1].replace('class="brief"', 'class="brief right"', 1)
    css = f"<style>{_PANEL_CSS}{_JOINT_CSS}</style>"
    return _with_type(page.replace("</body>", f"{css}{''.join(panels)}</body>", 1))


def _standing(seen: Situation, mine: list[Incident]) -> Situation:
    """The situation with the incidents told of on the map, whether they have ended or not."""
    told = {i.id: replace(i, status="open") for i in mine}
    return replace(seen, incidents=seen.incidents | told)


def _page(
    seen: Situation,
    title: str = "湖北省应急指挥中心 态势图",
    frames: Frames | None = None,
) -> str:
    return takeaway_html(
        seen, frames or reference_frames(), leaflet_js=vendor.leaflet_js(),
        leaflet_css=vendor.leaflet_css_inlined(), title=title,
    )  # fmt: skip


def _with_type(page: str) -> str:
    """The page with a font cut down to the very characters it shows."""
    shown = re.sub(r"\\u([0-9a-f]{4})", lambda m: chr(int(m.group(1), 16)), page)
    with tempfile.TemporaryDirectory() as folder:
        target = Path(folder) / "page.woff2"
        fonts.cut(frozenset(shown), target)
        data = base64.b64encode(target.read_bytes()).decode()
    rule = (
        "@font-face{font-family:'Hubei Sans';font-weight:100 900;"
        f"src:url(data:font/woff2;base64,{data}) format('woff2')}}"
    )
    return page.replace("<style>", f"<style>{rule}", 1)


def _panel(center: Center, seen: Situation, incident: Incident) -> str:
    people = incident.casualties
    figures = "　".join(
        f"{word} {count(getattr(people, name))}"
        for name, word in CASUALTY_WORDS.items()
        if getattr(people, name) is not None
    )
    clocks = deadlines_in(seen, incident, center.tools.rules["reporting"], center.areas)
    grade = incident.grading
    drill = "　演练" if seen.exercise else ""
    ended = f"，{clock_time(incident.closed_at, seen.at)} 结束" if incident.closed_at else ""
    head = (
        f'<section class="brief"><h1>{escaped(incident.letter)} {escaped(incident.name)}</h1>'
        f"<p><small>截至 {clock_time(seen.at)}，记录 #{seen.revision}{drill}</small></p>"
        f"<p>{escaped(incident.place)}　{clock_time(incident.occurred_at, seen.at)} 发生，"
        f"{clock_time(incident.received_at, seen.at)} 接报{ended}</p>"
    )
    command = [
        f"指挥长 {incident.commander or DASH}",
        f"主责单位 {incident.lead_body or DASH}",
        f"值守席位 {incident.desk or DASH}",
    ]
    due = [f"{c.label}　{clock_time(c.due_at, seen.at)}　{c.basis}" for c in clocks]
    course = [f"{clock_time(t.at, seen.at)}　{t.text}" for t in seen.timeline(incident.id)]
    assumed = [f"假定：{a}" for a in grade.assumptions]
    sections = (
        ("分级", [grade.label, grade.basis, *assumed]),
        ("伤亡与转移", [figures or "暂无数据"]),
        ("指挥", command),
        ("力量", _forces(seen, incident)),
        ("报送时限", due),
        ("经过", course),
    )
    return head + "".join(_section(title, lines) for title, lines in sections) + "</section>"


def _forces(seen: Situation, incident: Incident) -> list[str]:
    rows = []
    running = incident.closed_at is None
    for assignment in seen.assignments_of(incident.id, active=running):
        team = seen.teams.get(assignment.team_id)
        name = team.name if team else assignment.team_id
        eta = ""
        if assignment.eta and running:
            eta = f"，预计 {clock_time(assignment.eta, seen.at)} 到"
        rows.append(f"{name}　{assignment.word}{eta}")
    return rows or ["尚未调派队伍"]


def _section(title: str, lines: list[str]) -> str:
    items = "".join(f"<li>{escaped(line)}</li>" for line in lines if line)
    return f"<h2>{escaped(title)}</h2><ul>{items}</ul>"
