"""The pool between the incidents: free teams with their times, those kept back, those refused."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from dash import html

from dashboard.components import desk
from dashboard.components.desk_words import identity
from dashboard.components.draft_sides import Table, minutes_to
from dashboard.components.drafting import EVERYWHERE, Draft
from dashboard.components.plan_head import price_words
from dashboard.components.plan_rows import brought, etas_of, letter
from dashboard.words import DASH
from data.domain.capabilities import CAPABILITIES
from data.domain.incident import Incident
from data.domain.situation import Situation
from data.domain.team import Team

AREA = "plan"
MOST_ROWS = 200
NOTHING: Mapping[str, int] = {}
NO_FILTER: Mapping[str, Any] = {"cap": None, "by": 0}


@dataclass(frozen=True, kw_only=True)
class Free:
    """One free team with what the plan says about leaving it."""

    team: Team
    place: str
    minutes: tuple[float | None, ...]
    said: tuple[str, ...]
    kept: bool


def kept_filter(kept: Mapping[str, Any] | None) -> dict[str, Any]:
    """The filter as kept in the browser, whatever is missing filled in."""
    return {**NO_FILTER, **(kept or {})}


def turned(kept: Mapping[str, Any] | None, act: Mapping[str, Any]) -> dict[str, Any]:
    """The filter after a press on a chip."""
    held = kept_filter(kept)
    if act.get("do") == "cap":
        return {**held, "cap": None if held["cap"] == act["value"] else act["value"]}
    return {**held, "by": act["value"]} if act.get("do") == "by" else held


def free_teams(
    seen: Situation,
    draft: Draft,
    answer: Mapping[str, Any],
    table: Table,
    areas: Mapping[str, str],
    kept: Mapping[str, Any],
    text: str = "",
) -> list[Free]:
    """The free capable teams outside the draft that pass the filter.

    Those the plan speaks of stand first, then by time to the incident chosen; unknown last.
    """
    inside = {r["team"] for r in draft["teams"]}
    sided = seen.sided()
    told = sentences(seen, answer, changed_by_hand(draft, answer))
    kept_back = {str(r.get("team")) for r in answer.get("kept_back") or []}
    found = []
    for team in seen.available_teams():
        place = areas.get(team.area_code or "", "")
        if team.id in inside or not team.plannable or seen.assignment_of_team(team.id):
            continue
        if not _fits(team, place, kept["cap"], text):
            continue
        minutes = tuple(minutes_to(table, team.id, i.id) for i in sided)
        found.append(
            Free(team=team, place=place, minutes=minutes, said=tuple(told.get(team.id, ())),
                 kept=team.id in kept_back)
        )  # fmt: skip
    column = int(kept["by"]) if int(kept["by"]) < len(sided) else 0

    def order(free: Free) -> tuple[bool, float, str]:
        at = free.minutes[column] if free.minutes else None
        return not free.said, math.inf if at is None else at, free.team.id

    found.sort(key=order)
    shown = [
        free if free.said else replace(free, said=tuple(unsaid(seen, answer, free)))
        for free in found[:MOST_ROWS]
    ]
    return shown + found[MOST_ROWS:]


def unsaid(seen: Situation, answer: Mapping[str, Any], free: Free) -> list[str]:
    """Why a team stays that the plan has no sentence for: taken out by hand, or further away.

    The plan tells of every capable team nearer than one sent; the others are those whose work is
    done by nearer ones.
    """
    rows = [*(answer.get("assignments") or ()), *(answer.get("standing") or ())]
    for row in rows:
        if row.get("team") == free.team.id:
            where = letter(seen, str(row.get("incident") or ""))
            return [
                f"原方案派{where}（{float(row.get('minutes') or 0):.0f} 分钟到场），由人工移出草案"
            ]
    short = {(r.get("incident"), r.get("capability")) for r in answer.get("shortfalls") or ()}
    found = []
    for n, incident in enumerate(seen.sided()):
        for need in (answer.get("needs") or {}).get(incident.id) or ():
            name = str(need.get("capability") or "")
            if name not in free.team.provides or (incident.id, name) in short:
                continue
            mine = [r for r in rows if r.get("incident") == incident.id
                    and name in (r.get("roles") or {})]  # fmt: skip
            if not mine:
                continue
            given = sum(float(r["roles"][name]) for r in mine)
            last = max(float(r.get("minutes") or 0) for r in mine)
            words = f"{name}已有 {given:g}/{float(need['amount']):g}，最晚 {last:.0f} 分钟到场"
            way = free.minutes[n] if n < len(free.minutes) else None
            none = "直升机已停飞" if free.team.moves_by_air else "本队无路可到"
            mine_words = none if way is None else f"本队单是路上 {way:.0f} 分钟"
            found.append(f"未派{incident.letter}：{words}，{mine_words}")
            break
    return found


def _fits(team: Team, place: str, cap: str | None, text: str) -> bool:
    words = f"{team.name} {team.kind} {place} {' '.join(team.provides)}"
    return (cap is None or cap in team.provides) and all(w in words for w in text.split())


def changed_by_hand(draft: Draft, answer: Mapping[str, Any]) -> dict[str, int]:
    """How many teams of the plan, by incident, the draft no longer sends there."""
    held = {(r["team"], r["incident"]) for r in draft["teams"]}
    count: dict[str, int] = {}
    for row in answer.get("assignments") or ():
        if (row["team"], row["incident"]) not in held:
            count[row["incident"]] = count.get(row["incident"], 0) + 1
    return count


def sentences(
    seen: Situation, answer: Mapping[str, Any], by_hand: Mapping[str, int] = NOTHING
) -> dict[str, list[str]]:
    """Per team why the plan did not send it: kept back with its price, or refused an incident.

    Where the officer has taken teams out since (`by_hand`, by incident), the reason says that it
    is the plan's and what changed.
    """
    found: dict[str, list[str]] = {}
    for row in answer.get("kept_back") or []:
        price = row.get("price")
        county = str(row.get("county_name") or row.get("county") or "")
        words = str(row.get("why") or "") or f"留守{county}"
        words += f"（动用代价 {price_words(float(price))}）" if price is not None else ""
        found.setdefault(str(row.get("team")), []).append(f"留守：{words}")
    for row in answer.get("refused") or []:
        where = letter(seen, str(row.get("incident") or ""))
        out = by_hand.get(str(row.get("incident")), 0)
        since = f"（原方案的理由；此后人工移出{where} {out} 队，重新求解即更新）" if out else ""
        words = f"未派{where}：{row.get('why') or ''}{since}"
        found.setdefault(str(row.get("team")), []).append(words)
    return found


def chips(seen: Situation, kept: Mapping[str, Any]) -> list[Any]:
    """Sort by the time to each incident; narrow by a capability that a free team has."""
    sided = seen.sided()
    by = int(kept["by"]) if int(kept["by"]) < len(sided) else 0
    sorts = [
        _chip(f"按到{i.letter}", n == by, identity(i), do="by", value=n)
        for n, i in enumerate(sided)
    ]
    having = {c for t in seen.available_teams() for c in t.provides}
    caps = [_chip(c, c == kept["cap"], do="cap", value=c) for c in CAPABILITIES if c in having]
    return [html.Div(sorts, className="chips"), html.Div(caps, className="chips caps")]


def _chip(words: str, is_on: bool, side: str = "", **act: Any) -> Any:
    return html.Button(
        words, className=f"{side}{' on' if is_on else ''}".strip(),
        **{"aria-pressed": str(is_on).lower()}, **desk.acts(AREA, **act),
    )  # fmt: skip


def rows(seen: Situation, draft: Draft, found: list[Free], table: Table) -> Any:
    """The list; what does not fit is counted and found by searching."""
    if not found:
        return html.P("没有符合条件的空闲队伍；换一个词，或放宽能力", className="none")
    sided = seen.sided()
    drawn = [_row(seen, draft, free, sided, table) for free in found[:MOST_ROWS]]
    if len(found) > MOST_ROWS:
        drawn.append(
            html.Li(f"另有 {len(found) - MOST_ROWS} 队，请按名称、地点或能力查找",
                    className="none")
        )  # fmt: skip
    return html.Ul(drawn, className="prows", **{"data-box": "pool"})


def _row(seen: Situation, draft: Draft, free: Free, sided: list[Incident], table: Table) -> Any:
    team = free.team
    banned = [
        "哪里都不派" if i == EVERYWHERE else f"不派{letter(seen, i)}"
        for t, i in draft["bans"]
        if t == team.id
    ]
    etas = etas_of(seen, table, team)  # the buttons come from the browser when a row is at hand
    tags = [html.I(b, className="tag") for b in banned]
    tags += [html.I("留守", className="tag")] if free.kept else []
    return html.Li(
        [
            html.B(team.state.char, className="st", title=team.state.word),
            html.Div(
                [
                    html.Div(
                        [
                            html.Strong(team.name, title=team.name), *tags,
                            html.Span(
                                [html.Span([html.B(i.letter), etas.get(i.id, DASH)],
                                           className=identity(i)) for i in sided[:3]],
                                className="petas",
                            ),
                        ],
                        className="l1",
                    ),
                    html.Div(" · ".join(w for w in (free.place, brought(team)) if w),
                             className="l2"),
                    html.Div([html.Span(s, title=s) for s in free.said[:2]], className="l3")
                    if free.said else None,
                ],
                className="pmain",
            ),
        ],
        className="prow free", draggable="true", tabIndex=-1,
        **{"data-row": f"{team.id}@", "data-team": team.id, "data-in": "",
           "data-name": team.name, "data-eta": json.dumps(etas, ensure_ascii=False)},
    )  # fmt: skip
