"""The hazard at hand: what was told, what may be done with it now, and what was done."""

from __future__ import annotations

from typing import Any

from dash import html

from dashboard.components import desk
from dashboard.components import hazard_words as hw
from dashboard.components import task_words as tw
from dashboard.components.desk_words import clock, empty
from data.domain.hazard import MOVES, URGENCIES, WAYS, HazardReport, HazardState, alike
from data.domain.org import Actor, AreaTree, Permission
from data.domain.situation import Situation

NAME = "hazard"
S = HazardState
LIKE_KEYS = "JKL"
NEAREST_KM = 0.1  # nearer than this a position does not tell two places apart
OPEN_BELOW = {"incident": "side show-incident", "rectify": "side show-rectify"}
_PLACED = {"phone": "手机定位", "map": "图上点选", "search": "按地名", "said": "口述"}


def detail(
    seen: Situation, areas: AreaTree, actor: Actor, hazard: HazardReport | None
) -> tuple[Any, Any, Any]:
    """(what it is, what may be done, what was done) of the hazard at hand."""
    if hazard is None:
        hint = "新上报的在最前，超过核实时限的标红"
        return empty("选一处隐患查看", hint), None, None
    where = "" if hazard.lon is None else f"{hazard.lon:.5f}, {hazard.lat:.5f}"
    placed = _PLACED.get(hazard.placed_by, "")
    rows = [
        ("类别", hazard.kind_name), ("紧急", URGENCIES[hazard.urgency].word),
        ("来源", hazard.source_words), ("地点", hazard.place),
        ("坐标", f"{where}（{placed}）" if where and placed else where or "无，按地点核实"),
        ("发现", clock(hazard.at, seen.at)),
        ("核实时限", clock(hazard.due_at, seen.at) if hazard.now.unverified else ""),
        ("核实", f"{hazard.verified_by} {clock(hazard.verified_at, seen.at)}"
         if hazard.verified_by else ""),
        ("去向", _became(seen, hazard)),
    ]  # fmt: skip
    head = [
        html.P([html.B(hw.URGENCY_CHARS[hazard.urgency], className="letter"),
                html.Span(f"{hazard.id} · {areas.name(hazard.area_code)}"),
                html.Em(hazard.now.word)], className="of"),
        html.H2(hazard.title),
        html.P(hazard.words, className="said") if hazard.words not in hazard.title else None,
        hw.photo_strip(hazard.photos, f"/api/v1/hazards/{hazard.id}/photos"),
        hw.facts(rows),
        _likes(seen, hazard),
    ]  # fmt: skip
    return head, _actions(actor, areas, hazard, seen), tw.steps_view(hazard.steps, seen.at)


def _became(seen: Situation, hazard: HazardReport) -> Any:
    """What it became, as links."""
    parts: list[Any] = []
    report = seen.reports.get(hazard.report_id or "")
    followed = hazard.incident_id or (report.incident_id if report else None)
    incident = seen.incidents.get(followed or "")
    if incident is not None:
        parts.append(html.A(f"事件 {incident.letter} {incident.short_name}", href="/duty"))
    elif report is not None:
        parts.append(html.A(f"接报 {report.id}，在值班台待开设或并入", href="/duty"))
    if hazard.rectification_id:
        held = seen.rectifications.get(hazard.rectification_id)
        word = f"（{held.now.word}）" if held else ""
        parts.append(html.A(f"整改 {hazard.rectification_id}{word}",
                            href=f"/hazards?id={hazard.rectification_id}"))  # fmt: skip
    if hazard.duplicate_of:
        parts.append(html.A(f"与 {hazard.duplicate_of} 重复",
                            href=f"/hazards?id={hazard.duplicate_of}"))  # fmt: skip
    return [x for n, p in enumerate(parts) for x in ((" · ", p) if n else (p,))]


def likely(seen: Situation, hazard: HazardReport) -> list[tuple[HazardReport, float]]:
    """Hazards that may be the same, the nearest first."""
    found = [(h, km) for h in seen.hazards.values() if (km := alike(hazard, h)) is not None]
    return sorted(found, key=lambda pair: (pair[1], pair[0].id))[: len(LIKE_KEYS)]


def apart(km: float) -> str:
    """How far apart two places are, in words."""
    return f"相距 {km:.1f} 公里" if km >= NEAREST_KM else "同一位置附近"


def _likes(seen: Situation, hazard: HazardReport) -> Any:
    found = likely(seen, hazard)
    if not found or not hazard.now.unverified:
        return None
    return html.Div(
        [
            html.H3("附近同类隐患，可能是同一处"),
            *[
                html.Button(
                    [f"与 {h.id} 重复：{h.title}（{apart(km)}）", html.Kbd(key)],
                    className="btn like", **desk.key(key.lower()),
                    **desk.acts(NAME, do="duplicate", of=h.id),
                )
                for (h, km), key in zip(found, LIKE_KEYS, strict=False)
            ],
        ],
        className="likes",
    )  # fmt: skip


def _actions(actor: Actor, areas: AreaTree, hazard: HazardReport, seen: Situation) -> Any:
    """The buttons that do something in this state, each with its key."""
    if not actor.may(Permission.VERIFY):
        return html.Small("你的账号只能查看隐患；核实由值班室办理。")
    if not areas.covers(actor.org, hazard.area_code):
        return html.Small(f"隐患在{areas.name(hazard.area_code)}，由当地值班室核实。")
    found: list[Any] = []
    if hazard.now.unverified:
        found += [
            _button("属实", "y", "pri", do="true"), _button("不属实", "x", do="false"),
            _button("追问上报人", "w", do="ask"),
            html.Button("标为重复", className="btn", title="在上面写明与哪一处重复，如 YH-00001",
                        **desk.acts(NAME, do="duplicate")),
        ]  # fmt: skip
    elif hazard.now in (S.TRUE, S.FALSE, S.DUPLICATE):
        found.append(_button("重新核实", "r", do="reopen"))
    if S.FIXING in MOVES[hazard.now]:
        found.append(_opens("转整改、督办…", "z", "rectify", "#rectify-owner-body"))
    if S.INCIDENT in MOVES[hazard.now]:
        found.append(_opens("转为事件…", "i", "incident", "#hazard-incident-commander"))
        found += _merges(seen, hazard)
    found += [_button("记补充", "u", do="supplement"), _button("记回告", "b", do="told")]
    return found


def _merges(seen: Situation, hazard: HazardReport) -> list[Any]:
    """Open incidents of the hazard's own area that it may belong to."""
    near = [i for i in seen.sided() if hazard.area_code in i.all_areas]
    return [
        html.Button(f"并入 {i.letter} {i.short_name}", className="btn",
                    **desk.confirm("再按一次并入"), **desk.acts(NAME, do="merge", into=i.id))
        for i in near[:3]
    ]  # fmt: skip


def _button(word: str, key: str, look: str = "", **does: Any) -> Any:
    return html.Button([f"{word} ", html.Kbd(key.upper())], className=f"btn {look}".strip(),
                       **desk.key(key), **desk.acts(NAME, **does))  # fmt: skip


def _opens(word: str, key: str, form: str, focus: str) -> Any:
    """A button that opens one of the forms below; what it needs is filled in by the server."""
    return html.Button([f"{word} ", html.Kbd(key.upper())], className="btn", **desk.key(key),
                       **desk.acts(NAME, do=f"open-{form}"), **{"data-focus": focus})  # fmt: skip


def picked(
    seen: Situation, actor: Actor, areas: AreaTree, text: str, shown: str
) -> list[HazardReport]:
    """The hazards that fit the filters, the most pressing first."""
    fits = {
        "open": lambda h: h.now in (S.REPORTED, S.ASKED, S.TRUE),
        "over": lambda h: h.overdue(seen.at),
        "own": lambda h: h.now.open and h.area_code == actor.org,
        "ended": lambda h: not h.now.open,
        "all": lambda _: True,
    }[shown]  # fmt: skip
    held = [
        h for h in seen.hazards.values()
        if fits(h) and tw.fits(
            text, h.title, h.words, h.id, h.kind_name, h.source_words, WAYS[h.way],
            areas.name(h.area_code), h.caller_phone,
        )
    ]  # fmt: skip
    if shown == "ended":
        return sorted(held, key=lambda h: h.id, reverse=True)
    return sorted(held, key=lambda h: (h.due_at or seen.at, h.id))


def board(
    seen: Situation, areas: AreaTree, hazards: list[HazardReport], chosen: str | None,
    click: Any,
) -> Any:  # fmt: skip
    """How many there are, and a column for each state that waits."""
    late = sum(h.overdue(seen.at) for h in seen.hazards.values())
    waits = sum(h.now.unverified for h in seen.hazards.values())
    said = html.P(
        [f"待核实 {waits} 处", html.B(f"　超时 {late} 处", className="over") if late else "",
         f"　符合筛选 {len(hazards)} 处"], className="count",
    )  # fmt: skip
    heads = {"待核实": (S.REPORTED,), "待补充": (S.ASKED,), "属实待处置": (S.TRUE,),
             "已有去向": (S.FIXING, S.INCIDENT, S.FIXED, S.FALSE, S.DUPLICATE)}  # fmt: skip
    groups = []
    for head, states in heads.items():
        mine = [
            hw.hazard_card(seen, areas, h, chosen=h.id == chosen, click=click(h))
            for h in hazards
            if h.now in states
        ]
        if mine or head != "已有去向":
            groups.append((head, mine, "没有"))
    return [said, hw.columns(groups)]
