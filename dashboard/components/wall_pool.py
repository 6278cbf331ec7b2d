"""The wall's shared ground: the pool per capability, what is contested or short, newest alarms."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from dash import html

from dashboard.components.desk_words import level
from dashboard.components.plan_head import price_words
from dashboard.components.wall_words import colour_mark, newest_alarms, state_mark, where_words
from dashboard.words import count, iso
from data.domain.alarm import Alarm
from data.domain.capabilities import CAPABILITIES
from data.domain.incident import Incident
from data.domain.org import AreaTree
from data.domain.situation import PoolShare, Situation
from data.domain.warning import Warning  # noqa: A004 - the field's word
from data.domain.warning_watch import active

MOST_CAPABILITIES, MOST_ROWS, MOST_ALARMS, MOST_WARNINGS = 8, 3, 6, 3


def pool(seen: Situation) -> Any:
    """Teams committed to 甲, to 乙, to others, and in reserve, a bar a capability."""
    shares = sorted(seen.pool(), key=lambda s: (-sum(s.teams.values()), -s.total_teams))
    sides = seen.sided()
    legend = [html.Span([html.I(className=_side(i)), i.letter]) for i in sides[:2]]
    if len(sides) > 2:  # noqa: PLR2004
        legend.append(html.Span([html.I(className="bing"), "其他"]))
    return html.Div(
        [
            html.H4(["共享力量池（支）", *legend, html.Span([html.I(className="keep"), "留守"])]),
            html.Div(
                [_bar(share, sides) for share in shares[:MOST_CAPABILITIES]]
                or [html.P("尚无可规划的队伍；请先完善队伍资料", className="none")],
                className="caps",
            ),
        ],
        className="pool-bars",
    )


def _side(incident: Incident) -> str:
    return {"甲": "jia", "乙": "yi"}.get(incident.letter, "bing")


def _bar(share: PoolShare, sides: list[Incident]) -> Any:
    first_two = [i.id for i in sides[:2]]
    parts = [(_side(i), share.teams.get(i.id, 0)) for i in sides[:2]]
    others = sum(n for key, n in share.teams.items() if key not in first_two)
    parts += [("bing", others), ("keep", share.reserve_teams)]
    return html.Div(
        [
            html.Span(share.capability),
            html.Div(
                [
                    html.I(str(n), className=f"{cls} fresh", style={"flexGrow": n}, key=f"{cls}{n}")
                    for cls, n in parts
                    if n
                ],
                className="bar",
            ),
            html.B(str(share.total_teams)),
        ],
        className="cap",
        key=share.capability,
    )


def lacking(seen: Situation, incident: Incident) -> list[tuple[str, float]]:
    """(capability, amount) of the incident's stated needs not covered by committed teams."""
    have: dict[str, float] = {}
    for assignment in seen.assignments_of(incident.id, active=True):
        team = seen.teams.get(assignment.team_id)
        for capability, amount in (team.provides if team else {}).items():
            have[capability] = have.get(capability, 0.0) + amount
    gaps = [
        (str(n["capability"]), float(n["amount"]) - have.get(str(n["capability"]), 0.0))
        for n in incident.needs
    ]
    return [(name, gap) for name, gap in gaps if gap > 0]


def with_unit(capability: str, amount: float) -> str:
    """An amount of a capability with its unit."""
    known = CAPABILITIES.get(capability)
    return f"{count(amount)} {known.unit if known else ''}".strip()


def contested(seen: Situation, answer: dict[str, Any] | None) -> Any:
    """What both wanted and who got it, from the plan at hand; then what is still missing."""
    rows = [_contest(seen, row) for row in (answer or {}).get("contested", [])][:MOST_ROWS]
    for incident in seen.sided():
        rows += [
            _row(
                f"{incident.letter} 缺 {name} {with_unit(name, gap)}",
                incident.short_name,
                _reserve_words(seen, name),
            )
            for name, gap in lacking(seen, incident)
        ]
    return html.Div(
        [
            html.H4("争用与短缺"),
            html.Ul(
                rows[:MOST_ROWS] or [html.Li(html.Span("暂无争用与短缺", className="none"))],
                className="cont",
            ),
        ]
    )


def _contest(seen: Situation, row: dict[str, Any]) -> Any:
    thing = str(row.get("team") or row.get("lot") or "")
    team = seen.teams.get(thing)
    name = str(row.get("name") or (team.name if team else thing))
    wanted = "、".join(_letter(seen, key) for key in row.get("wanted_by", []))
    given = _letter(seen, str(row.get("given_to") or ""))
    price = row.get("price")
    # from six metres the price is read, the reasons stand in the plan
    then = str(row.get("why", "")) if price is None else f"改判代价 {price_words(price)}"
    return _row(name, f"{wanted} 均需 → {given}", then)


def _letter(seen: Situation, incident_id: str) -> str:
    incident = seen.incidents.get(incident_id)
    return incident.letter if incident else "留守"


def _reserve_words(seen: Situation, capability: str) -> str:
    share = next((s for s in seen.pool() if s.capability == capability), None)
    if share is None or share.reserve_teams == 0:
        return "全省已无可用"
    return f"留守 {share.reserve_teams} 支 {with_unit(capability, share.reserve_amount)}"


def _row(what: str, who: str, then: str) -> Any:
    return html.Li(
        [html.B(what, title=what), html.Span(who), html.Em(then, title=then)], key=what + who
    )


def ticker(seen: Situation, areas: AreaTree) -> list[Any]:
    """One line: warnings in force, the gravest first, then the newest alarms with their age."""
    warned = active(seen)[:MOST_WARNINGS]
    alarms = newest_alarms(seen)[: MOST_ALARMS - len(warned)]
    shown = [*(_warned(w, areas) for w in warned), *map(_alarmed, alarms)]
    return shown or [html.Span("当前无预警、无报警", className="none")]


def _warned(warning: Warning, areas: AreaTree) -> Any:
    word = f"{warning.event_word}预警 {where_words(areas, warning)}".strip()
    parts = [colour_mark(warning.colour), word]
    if warning.issued_at:
        parts.append(html.Small(**_age(warning.issued_at)))
    return html.Span(parts, key=warning.id)


def _alarmed(alarm: Alarm) -> Any:
    mark = state_mark(None, alarm=alarm)
    return html.Span([mark, level(alarm), html.Small(**_age(alarm.raised_at))], key=alarm.id)


def _age(at: datetime) -> dict[str, str]:
    return {"data-age-since": iso(at), "data-age-after": "前"}
