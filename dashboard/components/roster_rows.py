"""Which teams the roster lists, in what order, and how their rows look."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from dash import html

from dashboard.components import desk
from dashboard.components.desk import Desk
from dashboard.components.desk_words import identity, span
from dashboard.components.draft_sides import Table, brings, minutes_to, with_unit
from dashboard.words import DASH, iso
from data.domain.capabilities import CAPABILITIES
from data.domain.incident import Incident
from data.domain.situation import Situation
from data.domain.team import Team, TeamState
from data.domain.whole_number import whole

AREA = "roster"
MOST_SIDES = 3
MOST_ROWS = 60  # drawn at first; the rest one press away, so that every redraw stays small
EARTH_RADIUS_KM = 6371.0
STATES: Mapping[str, str] = {
    "available": "可用", "moving": "在途", "there": "在场", "all": "全部",
    "unplannable": "不可规划",
}  # fmt: skip
MOVING = (TeamState.ORDERED, TeamState.DEPARTED, TeamState.RETURNING)
THERE = (TeamState.ARRIVED, TeamState.WORKING)
NO_FILTER: dict[str, Any] = {
    "state": "available",
    "cap": None,
    "by": "eta",
    "down": False,
    "all": False,
}


@dataclass(frozen=True, kw_only=True)
class Row:
    """One team as the roster shows it."""

    team: Team
    place: str
    heard: str
    bound: str
    minutes: tuple[float | None, ...]
    km: float | None


def kept_filter(kept: Mapping[str, Any] | None) -> dict[str, Any]:
    """The filter as kept in the browser, whatever is missing filled in."""
    return {**NO_FILTER, **(kept or {})}


def turned(kept: Mapping[str, Any] | None, act: Mapping[str, Any]) -> dict[str, Any]:
    """The filter after one press on a chip or a column's head."""
    held = kept_filter(kept)
    if act.get("do") == "state":
        return {**held, "state": act["value"], "all": False}
    if act.get("do") == "cap":
        return {**held, "cap": None if held["cap"] == act["value"] else act["value"]}
    if act.get("do") == "all":
        return {**held, "all": True}
    if act.get("do") == "sort":
        same = held["by"] == act["value"]
        return {**held, "by": act["value"], "down": not held["down"] if same else False}
    return held


def stands(team: Team, state: str) -> bool:
    """Whether a team belongs under a state chip."""
    if state == "unplannable":
        return not team.plannable
    if state == "available":
        return team.plannable and team.state.available
    if state == "moving":
        return team.state in MOVING
    return team.state in THERE if state == "there" else True


def fits(team: Team, kept: Mapping[str, Any], text: str) -> bool:
    """Whether a team passes the state, the capability and the words typed."""
    words = f"{team.name} {team.kind} {team.level} {' '.join(team.provides)}"
    return (
        stands(team, kept["state"])
        and (kept["cap"] is None or kept["cap"] in team.provides)
        and all(word in words for word in text.split())
    )


def rows(
    seen: Situation,
    table: Table,
    areas: Mapping[str, str],
    kept: Mapping[str, Any],
    text: str = "",
    limit_km: float | None = None,
    at_hand: Incident | None = None,
) -> list[Row]:
    """The teams to list, in order.

    `limit_km` is the straight line to the incident at hand; below nought it is minutes of travel.
    """
    found = [
        _row(seen, table, areas, team, at_hand)
        for team in seen.teams.values()
        if fits(team, kept, text)
    ]
    shown = seen.sided()[:MOST_SIDES]
    hand = [i.id for i in shown].index(at_hand.id) if at_hand in shown else 0
    if limit_km is not None:
        found = [r for r in found if _near(r, limit_km, hand)]
    found.sort(key=lambda r: r.team.id)
    found.sort(key=lambda r: _order(r, str(kept["by"]), hand), reverse=bool(kept["down"]))
    return found


def _near(row: Row, limit: float, hand: int) -> bool:
    """Whether a team is within so many kilometres, or (below nought) minutes, of the incident."""
    if limit >= 0:
        return row.km is not None and row.km <= limit
    minutes = row.minutes[hand] if hand < len(row.minutes) else None
    return minutes is not None and minutes <= -limit


def _order(row: Row, by: str, hand: int) -> Any:
    """What a column sorts by; the unknown come last."""
    eta = whole(by.removeprefix("eta"))
    column = hand if eta is None else eta
    minutes = row.minutes[column] if column < len(row.minutes) else None
    keys: dict[str, Any] = {
        "name": row.team.name, "people": -(row.team.people or 0), "state": row.team.state.value,
        "place": row.place,
    }  # fmt: skip
    return keys.get(by, math.inf if minutes is None else minutes)


def _row(
    seen: Situation, table: Table, areas: Mapping[str, str], team: Team, at_hand: Incident | None
) -> Row:
    heard = seen.positions.get(team.id)
    bound = seen.assignment_of_team(team.id)
    incident = seen.incidents.get(bound.incident_id) if bound else None
    place = areas.get(team.area_code or "", "")
    fixed = team.state in (TeamState.STANDBY, TeamState.UNPLANNABLE) or heard is None
    return Row(
        team=team, place=place or DASH, heard="" if fixed else iso(heard.at if heard else None),
        bound=incident.letter if incident else "", km=_km(seen, team, at_hand),
        minutes=tuple(minutes_to(table, team.id, i.id) for i in seen.sided()[:MOST_SIDES]),
    )  # fmt: skip


def _km(seen: Situation, team: Team, incident: Incident | None) -> float | None:
    """Kilometres in a straight line from where a team is to the incident."""
    where = seen.team_position(team.id)
    if where is None or incident is None or incident.lon is None or incident.lat is None:
        return None
    a1, a2 = math.radians(where.lat), math.radians(incident.lat)
    half = math.sin((a2 - a1) / 2) ** 2
    turn = math.radians(incident.lon - where.lon)
    half += math.cos(a1) * math.cos(a2) * math.sin(turn / 2) ** 2
    return 2 * EARTH_RADIUS_KM * math.asin(math.sqrt(half))


def chips(seen: Situation, kept: Mapping[str, Any]) -> list[Any]:
    """The filter chips: states with their counts, then the capabilities that any team has."""
    held = kept_filter(kept)
    teams = list(seen.teams.values())
    states = [
        _chip(f"{word} {sum(stands(t, name) for t in teams)}", name == held["state"],
              do="state", value=name)
        for name, word in STATES.items()
    ]  # fmt: skip
    having = {c for t in teams for c in t.provides}
    caps = [
        _chip(name, name == held["cap"], do="cap", value=name)
        for name in CAPABILITIES
        if name in having
    ]
    return [html.Div(states, className="chips"), html.Div(caps, className="chips caps")]


def _chip(words: str, is_on: bool, **act: Any) -> Any:
    return html.Button(
        words, className="on" if is_on else "", key=words.split(maxsplit=1)[0],
        **{"aria-pressed": str(is_on).lower()}, **desk.acts(AREA, **act),
    )  # fmt: skip


def head(seen: Situation, kept: Mapping[str, Any], at_hand: Incident | None) -> Any:
    """The column heads; pressing one sorts by it."""
    held = kept_filter(kept)
    columns = [("name", "队伍"), ("people", "能力 · 人数"), ("state", "状态"),
               ("place", "位置（数据龄）")]  # fmt: skip
    cells = [_head(held, by, words) for by, words in columns]
    for n, incident in enumerate(seen.sided()[:MOST_SIDES]):
        by = "eta" if incident == at_hand else f"eta{n}"
        cells.append(_head(held, by, f"到{incident.letter}"))
    return html.Tr([*cells, html.Th("入草案")])


def _head(held: Mapping[str, Any], by: str, words: str) -> Any:
    mark = ("▼" if held["down"] else "▲") if held["by"] == by else ""
    order = {"aria-sort": "descending" if held["down"] else "ascending"} if mark else {}
    return html.Th(
        html.Button([words, html.I(mark)], **desk.acts(AREA, do="sort", value=by)), **order
    )


def body(
    seen: Situation,
    listed: list[Row],
    drafted: Mapping[str, set[str]],
    at_hand: Incident | None,
    *,
    whole: bool = False,
) -> list[Any]:
    """The rows; `drafted` are the incidents each team already stands in the draft for."""
    width = 5 + len(seen.sided()[:MOST_SIDES])
    if not listed:
        words = "没有符合条件的队伍；请放宽能力、状态、距离或文字条件"
        return [html.Tr(html.Td(words, colSpan=width, className="none"))]
    shown = listed if whole else listed[:MOST_ROWS]
    drawn = [_tr(seen, row, drafted.get(row.team.id, set()), at_hand) for row in shown]
    if len(listed) > len(shown):
        more = html.Button(
            f"显示其余 {len(listed) - len(shown)} 队", className="mini", **desk.acts(AREA, do="all")
        )
        drawn.append(html.Tr(html.Td(more, colSpan=width, className="none"), key="more"))
    return drawn


def _tr(seen: Situation, row: Row, drafted: set[str], at_hand: Incident | None) -> Any:
    team = row.team
    pick = desk.sets({Desk.THING: {"data": {"kind": "team", "id": team.id}}})
    people = f"{team.people} 人" if team.people is not None else "人数未知"
    return html.Tr(
        [
            html.Td(html.Span(team.name, title=team.note or team.name), className="name", **pick),
            html.Td([brings(team) or "能力未知", html.Small(people)], title=_all(team)),
            html.Td(_state(row), title=team.state.word),
            html.Td(_place(row), title="代用坐标" if team.coord_is_stand_in else ""),
            *[html.Td(_eta(seen, row, n)) for n in range(len(row.minutes))],
            html.Td(_buttons(seen, row, drafted, at_hand), className="to"),
        ],
        key=team.id, tabIndex=-1, className="in-draft" if drafted else "",
        **{"data-row": team.id},
    )  # fmt: skip


def _all(team: Team) -> str:
    words = [f"{c} {with_unit(c, n)}" for c, n in team.provides.items()]
    return "；".join([*words, *([team.assumption] if team.assumption else [])])


def _state(row: Row) -> list[Any]:
    """The state's character and whose the team is; the word where there is room for it."""
    state = row.team.state
    words = html.Span(state.word, className="word")
    return [html.B(state.char, className="st"), *([f"{row.bound} "] if row.bound else []), words]


def _place(row: Row) -> list[Any]:
    """Where the team is; how old the position is, or that it is the fixed home."""
    if row.heard:
        return [row.place, "（", html.Span(**{"data-age-since": row.heard}), "）"]
    stand_in = "代用" if row.team.coord_is_stand_in else "固定"
    return [row.place, f"（{stand_in}）" if row.team.lon is not None else "（坐标未知）"]


def _eta(seen: Situation, row: Row, column: int) -> str:
    incident = seen.sided()[column]
    if row.bound == incident.letter and row.team.state in THERE:
        return "已到"
    minutes = row.minutes[column]
    return DASH if minutes is None else span(minutes * 60)


def _buttons(
    seen: Situation, row: Row, drafted: set[str], at_hand: Incident | None
) -> list[Any] | str:
    """One button an incident, the one at hand taking Enter; or the form for what is missing."""
    team = row.team
    if not team.plannable:
        missing = f"缺{'、'.join(team.missing_fields)}"
        return [
            html.Small(missing, title=missing),
            html.Button("补录", className="mini", **{"data-enter": "1"},
                        **desk.acts(AREA, do="complete", team=team.id)),
        ]  # fmt: skip
    if not team.state.available:
        return DASH
    return [
        html.Button(
            f"已入{i.letter}" if i.id in drafted else f"＋{i.letter}",
            className=f"mini {identity(i)}", disabled=i.id in drafted,
            title=f"加入 {i.letter} {i.short_name} 的草案",
            **({"data-enter": "1"} if i == at_hand else {}),
            **desk.acts("draft", do="add", team=team.id, incident=i.id),
        )
        for i in seen.sided()[:MOST_SIDES]
    ]  # fmt: skip
