"""How a what-if fork looks: what may be supposed, the list of changes, and what they would do."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from dash import html

from dashboard.components import desk, forking
from dashboard.components.desk_words import identity, number
from dashboard.components.draft_sides import instant
from dashboard.components.flat import Field
from dashboard.components.forking import Change, Fork, Kept, key_of, letter, words
from dashboard.words import DASH, clock_time, count
from data.domain.capabilities import CAPABILITIES
from data.domain.incident import Incident
from data.domain.needs import needs_of
from data.domain.situation import Situation

AREA = "fork"
MOST_ROADS = 12
COVER = (("失去最后一支（县·能力）", "cover_lost_last"),
         ("仅剩一支（县·能力）", "cover_lost_second"))  # fmt: skip
NEVER = "假设事件、假设断路不能下达"
Answer = Mapping[str, Any]


def places(found: Iterable[Mapping[str, Any]]) -> list[Any]:
    """Places found by search, as buttons that put the next supposed incident there."""
    rows = [
        html.Button([f["name"], html.Small(f["detail"])],
                    **desk.acts(AREA, do="at", name=f["name"], lon=f["lon"], lat=f["lat"]))
        for f in found
    ]  # fmt: skip
    return rows or [html.P("没有找到；请换县、乡镇名或拼音", className="mu")]


def place_at(fork: Fork) -> Any:
    """The place the next supposed incident gets."""
    at = fork["at"]
    if not at:
        return html.Span("先按名称或拼音找地点", className="mu")
    return html.Span(["地点：", html.B(at["name"]), f" {at['lon']:.3f}°E {at['lat']:.3f}°N"])


def roads(found: Iterable[Mapping[str, Any]]) -> list[Any]:
    """Roads found by name, as buttons that suppose them closed; the rest only counted."""
    found = list(found)
    rows: list[Any] = [
        html.Button([r["name"], html.Small("假设断开")],
                    **desk.acts(AREA, do="road", road=r["id"], name=r["name"]))
        for r in found[:MOST_ROADS]
    ]  # fmt: skip
    if len(found) > MOST_ROADS:
        rows.append(html.P(f"还有 {len(found) - MOST_ROADS} 段，请写得更具体", className="mu"))
    return rows or [html.P("没有这样的路段；请写路名或两端县名", className="mu")]


def find_roads(edges: Iterable[Mapping[str, Any]], text: str) -> list[Mapping[str, Any]]:
    """The roads whose name holds every word typed."""
    wanted = text.split()
    return [e for e in edges if wanted and all(w in e["name"] for w in wanted)]


def needs(seen: Situation, fork: Fork) -> list[Any]:
    """Every need of every incident, supposed ones too, with ×2 and an amount to type over."""
    changed = {(c["incident"], c["capability"]): c["amount"]
               for c in fork["changes"] if c["kind"] == forking.NEED}  # fmt: skip
    return [_needs_of(seen, i, changed) for i in seen.sided()]


def _needs_of(
    seen: Situation, incident: Incident, changed: Mapping[tuple[str, str], float]
) -> Any:
    rows = [
        _need(incident, r["capability"], float(r["amount"]),
              changed.get((incident.id, r["capability"])))
        for r in needs_of(incident)
    ]  # fmt: skip
    return html.Details(
        [
            html.Summary(
                [_letter(seen, incident), html.Span(incident.short_name or incident.name),
                 html.Small(f"{len(rows)} 项需求")]
            ),
            html.Ul(rows, className="fneeds"),
        ],
        className=identity(incident), open=True, **{"data-fold": f"fork-needs-{incident.id}"},
    )  # fmt: skip


def _letter(seen: Situation, incident: Incident) -> Any:
    return html.B(letter(seen, incident.id), className=f"letter {identity(incident)}")


def _need(incident: Incident, capability: str, before: float, after: float | None) -> Any:
    unit = CAPABILITIES[capability].unit
    now = before if after is None else after
    what = {"incident": incident.id, "capability": capability}
    field = Field(
        {
            "type": "number", "min": "0", "step": "any", "value": f"{now:g}",
            "id": f"fork-need-{incident.id}-{capability}", "data-fork-need": capability,
            "data-of": incident.id, "aria-label": f"假设{capability}需要的数量",
            "autocomplete": "off",
        }
    )  # fmt: skip
    return html.Li(
        [
            html.Span(capability),
            html.Small(number(before), title="现需求"), "→", field, html.Small(unit),
            html.Button("×2", className="mini", title=f"假设需求加倍：{number(before * 2)} {unit}",
                        **desk.acts(AREA, do="need", amount=before * 2, **what)),
        ],
        className="is-forked" if after is not None else "",
    )  # fmt: skip


def bound(seen: Situation, fork: Fork) -> list[Any]:
    """The teams ordered or under way, each to be supposed free."""
    gone = {c["team"] for c in fork["changes"] if c["kind"] == forking.RELEASE}
    rows = [
        html.Button(
            [html.B(letter(seen, a.incident_id), className="st"), team.name,
             html.Small(a.word)],
            className=identity(seen.incidents.get(a.incident_id)),
            **desk.acts(AREA, do="release", team=team.id),
        )
        for a in sorted(seen.assignments.values(), key=lambda a: (a.incident_id, a.id))
        if a.active and a.team_id not in gone and (team := seen.teams.get(a.team_id))
    ]  # fmt: skip
    return rows or [html.P("没有已下令或在途的队伍", className="mu")]


def changes(seen: Situation, fork: Fork) -> Any:
    """The list of changes, each removable."""
    if not fork["changes"]:
        return html.P("还没有假设；在下面添加，再按 F8 推演", className="none")
    return html.Ul([_change(seen, c) for c in fork["changes"]], className="fchanges")


def _change(seen: Situation, change: Change) -> Any:
    said = words(seen, change)
    return html.Li(
        [
            html.Span("假设" if change["kind"] in forking.INVENTED else "改动", className="tag"),
            html.Span(said, title=said),
            html.Button("×", className="x", title="去掉这一项", **{"aria-label": f"去掉：{said}"},
                        **desk.acts(AREA, do="drop", key=key_of(change))),
        ]
    )  # fmt: skip


def compared(
    seen: Situation, found: Mapping[str, Any], both: tuple[Answer, Answer], *, stale: bool
) -> list[Any]:
    """The fork's plan against the plan at hand: figures, who changes, what lacks more or less."""
    return [
        html.P("假设已改动，下面是改动前的推演结果；按 F8 重新推演", className="fstale")
        if stale else None,
        html.Table(
            [
                html.Thead(html.Tr([html.Th(w) for w in ("", "现方案", "推演", "变化")])),
                html.Tbody([_figure(*row) for row in figures(seen, found, both)]),
            ],
            className="ffigures",
        ),
        html.Div(
            [_people(seen, found["diff"]), _lacking(seen, found["shortfall_changes"])],
            className="fdiff",
        ),
    ]  # fmt: skip


def figures(
    seen: Situation, found: Mapping[str, Any], both: tuple[Answer, Answer]
) -> list[tuple[str, str, str, float | None, str]]:
    """Rows of the comparison: name, before, after, how much more, and its unit; less is better."""
    values = [(o or {}).get("value") for o in found["objective"]]
    short = [len(s) for s in found["shortfalls"]]
    rows = [
        _row("总代价", values, "人·分"),
        _row("路上人·分", found["people_minutes"], "人·分"),
        _row("缺口", short, "项"),
        (
            "最后到达", *(_clock(seen, at) for at in found["last_arrival"]),
            _more(found["last_arrival_minutes"]), "分",
        ),
    ]  # fmt: skip
    for name, key in COVER:
        lost = [(a.get("comparison") or {}).get("plan", {}).get(key) for a in both]
        rows.append(_row(name, lost, "处"))
    return [*rows, _row("新派队伍", found["teams"], "队"), _row("新派人数", found["people"], "人")]


def _row(
    name: str, pair: list[Any], unit: str
) -> tuple[str, str, str, float | None, str]:
    before, after = (DASH if v is None else f"{v:,.0f}" for v in pair)
    return name, before, after, _more(pair), unit


def _more(pair: list[Any]) -> float | None:
    before, after = pair
    return None if before is None or after is None else after - before


def _clock(seen: Situation, at: Any) -> str:
    moment: datetime | None = instant(at)
    return clock_time(moment, seen.at)


def _figure(name: str, before: str, after: str, more: float | None, unit: str) -> Any:
    grows = name.startswith("新派")
    kind = "" if grows or not round(more or 0) else "worse" if (more or 0) > 0 else "better"
    return html.Tr(
        [html.Th(name, scope="row"), html.Td(before), html.Td(html.B(after)),
         html.Td(f"{signed(more)} {unit}" if more is not None else DASH, className=kind)]
    )  # fmt: skip


def signed(value: float | None) -> str:
    """A difference with its sign: +1,200, −3, ±0."""
    if value is None:
        return DASH
    whole = round(value)
    return f"{'+' if whole > 0 else '−' if whole < 0 else '±'}{abs(whole):,}"


def _people(seen: Situation, diff: Mapping[str, Any]) -> Any:
    """新增、改派、撤出, by name."""
    lines = [
        html.Li([html.B("新增", className="tag"), _name(r), f"→ {letter(seen, r['incident'])}"])
        for r in diff["added"]
    ] + [
        html.Li([html.B("改派", className="tag"), _name(r),
                 f"{letter(seen, r['from'])} → {letter(seen, r['to'])}"])
        for r in diff["moved"]
    ] + [
        html.Li([html.B("撤出", className="tag"), html.S(_name(r)), letter(seen, r["incident"])])
        for r in diff["dropped"]
    ]  # fmt: skip
    told = f"新增 {len(diff['added'])}、改派 {len(diff['moved'])}、撤出 {len(diff['dropped'])} 队"
    same = html.Li("队伍无变化", className="mu")
    return html.Section([html.H4(["队伍变化", html.Small(told)]), html.Ul(lines or [same])])


def _name(row: Mapping[str, Any]) -> Any:
    return html.Span(row.get("name") or row["team"], title=row.get("name") or row["team"])


def _lacking(seen: Situation, rows: Iterable[Mapping[str, Any]]) -> Any:
    """What lacks more or less than before."""
    lines = [
        html.Li(
            [html.B(letter(seen, r["incident"])), html.Span(str(r["name"])),
             html.Span(f"缺 {count(r['before'])} → {count(r['after'])}",
                       className="worse" if r["after"] > r["before"] else "better")]
        )
        for r in rows
    ]  # fmt: skip
    return html.Section(
        [html.H4("缺口变化"), html.Ul(lines or [html.Li("缺口无变化", className="mu")])]
    )


def keeping(kept: Kept) -> Any:
    """What keeping would do to the draft, and what it never does."""
    lines = [html.Li(said) for said in kept.stated]
    lines += [html.Li(f"放出 {len(kept.release)} 队可改派")] if kept.release else []
    lines += [html.Li(f"按推演锁定 {len(kept.locks)} 队")] if kept.locks else []
    lines += [html.Li(f"{len(kept.bans)} 队留下不派")] if kept.bans else []
    head = "采用后带入草案并按真实情况重新求解：" if lines else "没有可以带入草案的内容。"
    out: list[Any] = [html.P(head), html.Ul(lines) if lines else None]
    if kept.left:
        out.append(
            html.P(f"{NEVER}：{'；'.join(kept.left)}。确实发生时请登记报告或划定管制。",
                   className="fnever")
        )  # fmt: skip
    return html.Div(out, className="fkeep")


def nothing_yet(hint: str) -> Any:
    """Before anything is solved."""
    return html.P(hint or "在左侧假设一起事件、断一条路、加倍需求或放出队伍", className="none")
