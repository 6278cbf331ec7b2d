"""How a plan looks: per incident a column, shortfalls first, each row with its reason and price.

Plain functions from `plan_rows` to html, for the plan view, the what-if panel and the leaders'
page alike. `editable` rows can be dragged, pressed and typed into; the others only show.
"""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any

from dash import html

from dashboard.components import desk
from dashboard.components.desk import Desk
from dashboard.components.desk_words import chip, identity, letter_box
from dashboard.components.plan_head import price_words
from dashboard.components.plan_needs import needs
from dashboard.components.plan_rows import Column, Row, Standing, brought, short_words
from dashboard.words import clock_time
from data.domain.situation import Situation

AREA, PLAN_AREA = "draft", "plan"
LOCKED = "锁"
MARKS = {
    "锁": "人工锁定，求解不动", "新": "本方案新增", "改": "比上一方案改派",
    "保": "与上一方案相同",
}  # fmt: skip


def columns(seen: Situation, found: list[Column], *, editable: bool = False) -> list[Any]:
    """The columns, in the order of the incidents."""
    return [column(seen, c, found, editable=editable) for c in found]


def column(
    seen: Situation, shown: Column, beside: list[Column], *, editable: bool = False
) -> Any:
    """One incident's column; `beside` are all columns, for where a row may be moved."""
    incident = shown.incident
    box = {"data-box": incident.id}
    others = [c for c in beside if c is not shown]
    return html.Section(
        [
            head(seen, shown),
            shortfalls(shown),
            html.Div(
                [
                    needs(seen, shown, editable=editable),
                    _legend(shown),
                    html.Ul([row(seen, r, others, editable=editable) for r in shown.rows]
                            or [_none(shown, editable=editable)],
                            className="prows", **box),
                    _lots(seen, shown, others, editable=editable),
                    _dropped(shown),
                    _standing(seen, shown, editable=editable),
                ],
                className="pscroll", **{"data-scroll": incident.id},
            ),
        ],
        className=f"pcol {identity(incident)}",
        **({"data-into": incident.id, "data-letter": incident.letter} if editable else {}),
    )  # fmt: skip


def head(seen: Situation, shown: Column) -> Any:
    """Letter, name, grade; teams, people and when the last arrives."""
    incident = shown.incident
    words = [f"新派 {len(shown.rows)} 队 · {shown.people} 人"] if shown.rows else ["无新派队伍"]
    words += [f"{len(shown.lots)} 批物资"] if shown.lots else []
    words += [f"在派 {len(shown.standing)} 队"] if shown.standing else []
    if shown.all_there:
        words.append(f"全部到齐 {clock_time(shown.all_there, seen.at)}")
    name = incident.short_name or incident.name
    return html.Header(
        [
            letter_box(incident),
            html.Div([html.Strong(name, title=incident.name), html.Small(" · ".join(words))]),
            chip(incident.grading),
        ]
    )


def shortfalls(shown: Column) -> Any:
    """What the plan leaves missing, before anything else; one calm line when nothing is."""
    short = short_words(shown)
    if short:
        why = [html.Small(w, title=w) for w in shown.lacking]
        return html.Div(
            [html.Span("缺口"), html.Div(["、".join(short), *why])],
            className="short", role="status",
        )  # fmt: skip
    if shown.needs or shown.supplies:
        return html.Div("需求全部满足", className="covered")
    return html.Div("尚未列明需求", className="covered")


def _legend(shown: Column) -> Any:
    words = (html.Span("队伍"), html.Span("出动"), html.Span("到达"))
    return html.Div(words, className="plegend") if shown.rows else None


def _none(shown: Column, *, editable: bool) -> Any:
    if shown.standing:
        return html.Li("没有新派队伍", className="none")
    hint = "；F8 求解，或从可用力量拖入" if editable else ""
    return html.Li(f"草案中没有队伍{hint}", className="none")


def row(seen: Situation, shown: Row, others: list[Column], *, editable: bool = False) -> Any:
    """One team or lot: mark, what it brings, when, why this one, and what it cost to decide."""
    line = shown.line
    tags = [html.I(shown.change, className="tag")] if shown.change else []
    if shown.late:
        tags.append(html.I(f"比方案晚 {shown.late:.0f} 分", className="tag late"))
    team = seen.teams.get(line.thing) if line.kind == "team" else None
    hold = _handles(shown, others) if editable else {}
    return html.Li(
        [
            html.B(line.mark, className=f"st m-{line.mark}", title=MARKS.get(line.mark, "")),
            html.Div(
                [
                    html.Div([html.Strong(line.name, title=line.name), *tags,
                              *_times(seen, line.leaves_at, line.eta)], className="l1"),
                    html.Div(brought(team) or line.brings, className="l2"),
                    html.Div(html.I(fight_words(shown), className="tag fight"))
                    if shown.fight or shown.price is not None else None,
                    html.Div(_why(line, editable=editable), className="l3"),
                    _more(shown, line.kind == "team"),
                ],
                className="pmain",
            ),
            html.Div(_buttons(shown, others), className="do") if editable else None,
        ],
        className=f"prow{' trouble' if line.trouble else ''}{' fought' if shown.fight else ''}",
        **hold,
    )  # fmt: skip


def _times(seen: Situation, leaves: datetime | None, eta: datetime | None) -> list[Any]:
    """When it leaves and when it arrives."""
    return [
        html.Span(clock_time(leaves, seen.at) if leaves else "", className="leaves"),
        html.B(clock_time(eta, seen.at), className="arrives"),
    ]


def fight_words(shown: Row) -> str:
    """争用 · 乙也需 · 改派代价 +3,200 人·分."""
    price = f"改派代价 {price_words(shown.price)}" if shown.price is not None else ""
    return " · ".join(w for w in ("争用", shown.fight, price) if w)


def _why(line: Any, *, editable: bool) -> list[Any]:
    """What stands in the way and the way out, else why it was chosen."""
    if not line.trouble:
        return [html.Span(line.reason, title=line.reason)] if line.reason else []
    out: list[Any] = [html.Span(line.trouble, className="lack", title=line.trouble)]
    if line.instead and editable:
        to, words = line.instead
        out.append(
            html.Button(f"改用 {words}", className="mini", title=words,
                        **desk.acts(AREA, do="swap", **{line.kind: line.thing}, to=to))
        )  # fmt: skip
    return out


def _more(shown: Row, is_team: bool) -> Any:
    """What Enter unfolds: the reason in full, the minutes in parts, the way to the team's file."""
    line = shown.line
    lines = [html.P(line.reason)] if line.reason else []
    lines += [html.P(f"用时：{shown.steps}")] if shown.steps else []
    if shown.price is not None:
        lines.append(html.P(f"若不派到这里，其余重新优化后总代价 {price_words(shown.price)}"))
    if is_team:
        pick = {Desk.THING: {"data": {"kind": "team", "id": line.thing}},
                Desk.SIDE: desk.side("thing")}  # fmt: skip
        lines.append(html.Button("队伍资料", className="mini", **desk.sets(pick)))
    return html.Div(lines, className="pmore")


def _handles(shown: Row, others: list[Column]) -> dict[str, Any]:
    """What makes a row draggable and reachable by key."""
    line = shown.line
    return {
        "draggable": "true", "tabIndex": -1, "data-row": f"{line.thing}@{line.incident}",
        f"data-{line.kind}": line.thing, "data-in": line.incident, "data-name": line.name,
        "data-eta": json.dumps(dict(shown.etas), ensure_ascii=False) if others else "{}",
        "data-mark": line.mark,
    }  # fmt: skip


def _buttons(shown: Row, others: list[Column]) -> list[Any]:
    """Move, lock, ban, take out: for the mouse what the keys do."""
    line = shown.line
    what = {line.kind: line.thing, "incident": line.incident, "solve": True}
    out = [
        _mini(f"→{c.incident.letter}", f"改派到 {c.incident.short_name}（← →）",
              identity(c.incident), do="place", to=c.incident.id, **what)
        for c in others[:3]
    ]  # fmt: skip
    if line.kind == "team":
        words = "放开" if line.mark == LOCKED else "锁定"
        out += [
            _mini(words, "锁定的队伍重新求解时不动（L）", do="lock", **what),
            _mini("不派此处", "任何方案都不再派到这里（B）", do="ban", **what),
            _mini("留下", "留作后备，哪里都不派（Delete）", do="place", to="", **what),
        ]
    else:
        out.append(_mini("移除", "从草案移除（Delete）", do="place", to="",
                         **{**what, "solve": False}))  # fmt: skip
    return out


def _mini(words: str, title: str, side: str = "", **act: Any) -> Any:
    return html.Button(
        words, title=title, className=f"mini {side}".strip(), tabIndex=-1, **desk.acts(AREA, **act)
    )


def _lots(
    seen: Situation, shown: Column, others: list[Column], *, editable: bool = False
) -> Any:
    if not shown.lots:
        return None
    drawn = [row(seen, r, others, editable=editable) for r in shown.lots]
    return html.Div(
        [html.H4("物资"), html.Ul(drawn, className="prows", **{"data-box": shown.incident.id})]
    )


def _dropped(shown: Column) -> Any:
    """Teams the last plan sent here and this one sends nowhere."""
    if not shown.dropped:
        return None
    return html.Ul(
        [html.Li([html.B("撤", className="st"), html.S(name)]) for _, name in shown.dropped],
        className="pdropped",
    )


def _standing(seen: Situation, shown: Column, *, editable: bool = False) -> Any:
    """The teams already ordered here: a plan leaves them alone unless the officer asks."""
    if not shown.standing:
        return None
    return html.Details(
        [
            html.Summary(f"已下令、在途、在场 {len(shown.standing)} 队（方案不动）"),
            html.Ul([_stands(seen, s, shown, editable=editable) for s in shown.standing],
                    className="prows", **{"data-box": shown.incident.id}),
        ],
        open=True, **{"data-fold": f"standing-{shown.incident.id}"},
    )  # fmt: skip


def _stands(seen: Situation, found: Standing, shown: Column, *, editable: bool) -> Any:
    team = found.team
    do = "unrelease" if found.asked else "release"
    words = "撤回请求" if found.asked else "请求改派"
    button = _mini(words, "允许方案把这支队伍改派他处；下达时按改派办理", do=do, team=team.id,
                   solve=True)  # fmt: skip
    hold = {
        "tabIndex": -1, "data-row": f"{team.id}@standing", "data-standing": team.id,
        "data-team": team.id, "data-in": shown.incident.id, "data-name": team.name,
        "draggable": "true", "data-eta": "{}", "data-asked": "1" if found.asked else "",
    }  # fmt: skip
    return html.Li(
        [
            html.B(team.state.char, className="st"),
            html.Div(
                [
                    html.Div(
                        [html.Strong(team.name, title=team.name),
                         html.I("已请求改派", className="tag") if found.asked else None,
                         *_times(seen, found.leaves_at, found.eta)],
                        className="l1",
                    ),
                    html.Div(f"{found.state} · {brought(team)}", className="l2"),
                ],
                className="pmain",
            ),
            html.Div([button], className="do always") if editable else None,
        ],
        className="prow standing", **(hold if editable else {}),
    )  # fmt: skip
