"""Queues teams over many small sites: poses the problem, and tells who is where when, and why."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from data.allocation.check_queue import verify
from data.allocation.queueing import Queue, Site, Sites, Unit, schedule
from data.domain.approval import Approval, approval_of
from data.domain.org import Actor
from data.domain.situation import Situation
from data.domain.team import Team, TeamState
from data.errors import Invalid, Unavailable
from data.services.distances import start_of
from data.services.queue_asking import Place, QueueRequest, read
from data.services.supposing import Shut, in_force
from data.services.tools import Tools
from data.services.wording import clock_time

NEAREST = 12  # teams considered for each site, the soonest there
Solver = Callable[[Sites, float], Queue]
Json = dict[str, Any]
Table = list[list[float | None]]


@dataclass(frozen=True, kw_only=True)
class _Posed:
    """The problem with what its answer is told from; tables go by team and place."""

    problem: Sites
    places: tuple[Place, ...]
    teams: tuple[Team, ...]
    ready: list[float]
    travel: Table
    consent: list[list[Approval]]
    now: datetime

    def direct(self, k: int, j: int) -> float | None:
        """Minutes from the order until a team would be at a place going there first."""
        site, unit = self.problem.sites[j], self.problem.units[k]
        start = self.problem.start[k][j]
        if start is None or not set(site.needs) <= set(unit.can):
            return None
        return start + self.ready[k]

    def at(self, minutes: float) -> datetime:
        """The instant some minutes from the order."""
        return self.now + timedelta(minutes=minutes)


def queue_sites(
    situation: Situation,
    request: Mapping[str, Any],
    tools: Tools,
    actor: Actor,
    solver: Solver = schedule,
) -> Json:
    """Routes by team with instants and reasons, and what stays unserved. Blocking; orders nothing.

    Raises
    ------
    Invalid
        When anything the request names is unknown, impossible or outside the actor's area.
    Unavailable
        When the answer does not pass the checker.
    """
    asked = read(situation, request, tools, actor)
    shut = in_force(situation)
    free = _teams(situation, asked, tools, actor)
    posed = _posed(situation, asked, free, tools, shut)
    found = solver(posed.problem, asked.time_limit_s)
    checks = verify(posed.problem.to_json(), found.to_json())
    for check in checks:
        if not check["ok"]:
            why = f"{check['check']}：{check['detail']}"
            raise Unavailable(f"排程未通过核验（{why}），请再求解一次")
    return {
        "at": situation.at, "revision": situation.revision,
        "routes": _routes(posed, found), "unserved": _unserved(posed, found),
        "objective": found.objective, "checks": checks,
        "teams": {"free": len(free), "considered": len(posed.teams)},
        "assumptions": [*_assumptions(posed, free, tools), *asked.assumptions],
    }  # fmt: skip


def _teams(
    situation: Situation, asked: QueueRequest, tools: Tools, actor: Actor
) -> list[Team]:
    """The teams named, or every free one of the area that can serve a site; none flies."""
    bound = {a.team_id for a in situation.assignments.values() if a.active}
    if asked.teams is not None:
        return [_named(situation, key, bound, tools, actor) for key in asked.teams]
    wanted = [set(place.needs) for place in asked.places]
    return [
        team
        for team in situation.available_teams()
        if team.id not in bound and not team.moves_by_air
        and tools.areas.covers(actor.org, team.area_code)
        and any(needs <= team.provides.keys() for needs in wanted)
    ]  # fmt: skip


def _named(
    situation: Situation, key: str, bound: set[str], tools: Tools, actor: Actor
) -> Team:
    """A team named in the request, refused by name where it cannot go."""
    team = situation.teams.get(key)
    if team is None:
        raise Invalid.field("teams", f"队伍 {key} 不存在或不在本辖区", "请核对队伍编号")
    if not tools.areas.covers(actor.org, team.area_code):
        raise Invalid.field("teams", f"{team.name} 不属本辖区", "请报上级指挥中心调派")
    if not team.plannable:
        gaps = "、".join(team.missing_fields)
        raise Invalid.field("teams", f"{team.name} 缺少{gaps}", "请先补全该队资料")
    if key in bound or not team.state.available:
        raise Invalid.field("teams", f"{team.name} 已受领任务或不在备勤", "请去掉该队")
    if team.moves_by_air:
        raise Invalid.field("teams", f"{team.name} 为航空力量，不参与多点排程", "请去掉该队")
    return team


def _posed(
    situation: Situation, asked: QueueRequest, free: Sequence[Team], tools: Tools, shut: Shut
) -> _Posed:
    """The problem: minutes by the travel model, consent for each team's first site."""
    places = asked.places
    goals = [(p.lon, p.lat) for p in places]
    teams = [t for t in free if start_of(situation, t)]
    starts = [p for t in teams if (p := start_of(situation, t))]
    travel: Table = tools.travel.minutes(starts, goals, **shut.options()) if starts else []
    if asked.teams is None:
        chosen = _nearest(teams, places, travel)
        teams, travel = [teams[k] for k in chosen], [travel[k] for k in chosen]
    table = tools.consents()
    consent = [
        [approval_of(t, [p.area] if p.area else [], tools.areas, table) for p in places]
        for t in teams
    ]
    ready = [t.ready_minutes if t.state == TeamState.STANDBY else 0.0 for t in teams]
    problem = Sites(
        units=tuple(
            Unit(id=t.id, name=t.name, can=tuple(t.provides), ready=r)
            for t, r in zip(teams, ready, strict=True)
        ),
        sites=tuple(Site(id=p.id, name=p.name, weight=p.weight, needs=p.needs) for p in places),
        work=tuple(tuple(p.minutes for p in places) for _ in teams),
        start=tuple(
            tuple(None if way is None else way + c.minutes for way, c in zip(row, own, strict=True))
            for row, own in zip(travel, consent, strict=True)
        ),
        between=tuple(map(tuple, tools.travel.minutes(goals, goals, **shut.options()))),
    )
    return _Posed(
        problem=problem, places=places, teams=tuple(teams), ready=ready, travel=travel,
        consent=consent, now=situation.at,
    )  # fmt: skip


def _nearest(teams: Sequence[Team], places: Sequence[Place], travel: Table) -> list[int]:
    """The teams that are among the soonest able ones at some site."""
    found: set[int] = set()
    for j, place in enumerate(places):
        able = [
            (way + teams[k].ready_minutes, teams[k].id, k)
            for k, row in enumerate(travel)
            if (way := row[j]) is not None and set(place.needs) <= teams[k].provides.keys()
        ]
        found |= {k for _, _, k in sorted(able)[:NEAREST]}
    return sorted(found)


def _routes(posed: _Posed, found: Queue) -> list[Json]:
    """Each team's stops with instants and reasons, the first to leave first."""
    rows = {t.id: k for k, t in enumerate(posed.teams)}
    columns = {p.id: j for j, p in enumerate(posed.places)}
    first = {rows[r["unit"]]: columns[r["stops"][0]["site"]] for r in found.routes}
    routes = []
    for route in found.routes:
        k = rows[route["unit"]]
        team, consent = posed.teams[k], posed.consent[k][first[k]]
        stops, last = [], -1
        for n, stop in enumerate(route["stops"]):
            j = columns[stop["site"]]
            way = posed.travel[k][j] if last < 0 else posed.problem.between[last][j]
            stops.append(_stop(posed, stop, n, k, j, last, float(way or 0.0), first))
            last = j
        leaves = posed.ready[k] + consent.minutes
        routes.append(
            {"team": team.id, "name": team.name, "ready_minutes": posed.ready[k],
             "approval_minutes": consent.minutes, "approval": consent.words,
             "leave": posed.at(leaves), "leave_minutes": round(leaves, 1), "stops": stops,
             "finish": stops[-1]["finish"]}
        )  # fmt: skip
    return sorted(routes, key=lambda r: (r["leave"], r["team"]))


def _stop(
    posed: _Posed, stop: Json, n: int, k: int, j: int, last: int, way: float,
    first: dict[int, int],
) -> Json:  # fmt: skip
    """One stop of a route."""
    place = posed.places[j]
    origin = "驻地" if last < 0 else posed.places[last].name
    reason = (
        f"第 {n + 1} 站：从{origin}行车 {way:.0f} 分钟，"
        f"{clock_time(posed.at(stop['arrive']))} 到，作业 {place.minutes:g} 分钟，"
        f"权重 {place.weight:g}；{_instead(posed, k, j, stop['arrive'], first)}"
    )
    return {
        "site": place.id, "name": place.name, "lon": place.lon, "lat": place.lat,
        "incident": place.incident, "weight": place.weight, "needs": list(place.needs),
        "travel_minutes": round(way, 1), "work_minutes": place.minutes,
        "arrive": posed.at(stop["arrive"]), "arrive_minutes": round(stop["arrive"], 1),
        "finish": posed.at(stop["finish"]), "finish_minutes": round(stop["finish"], 1),
        "reason": reason,
    }  # fmt: skip


def _instead(posed: _Posed, k: int, j: int, arrive: float, first: dict[int, int]) -> str:
    """The soonest other team that could go there first, and what it does instead."""
    others = sorted(
        (minutes, posed.teams[other].id, other)
        for other in range(len(posed.teams))
        if other != k and (minutes := posed.direct(other, j)) is not None
    )
    if not others:
        kinds = "、".join(posed.places[j].needs)
        return f"可派队伍中只有该队{'具备' + kinds + '且' if kinds else ''}能到"
    minutes, _, other = others[0]
    name, when = posed.teams[other].name, clock_time(posed.at(minutes))
    if minutes >= arrive:
        return f"其他队伍最早的{name}要 {when} 才到"
    if other in first:
        to = posed.places[first[other]]
        return f"{name}直接来 {when} 可到，本方案让它先去{to.name}（权重 {to.weight:g}）"
    return f"{name}直接来 {when} 可到而未排，时限内的最好结果如此"


def _unserved(posed: _Posed, found: Queue) -> list[Json]:
    """What no team takes, with the reason and the remedy."""
    places = {p.id: p for p in posed.places}
    rows = []
    for row in found.unserved:
        place = places[row["site"]]
        kinds = "、".join(place.needs)
        able = [t for t in posed.teams if set(place.needs) <= t.provides.keys()]
        if not able:
            why = f"没有具备{kinds}能力的空闲队伍，请报上级增援" if kinds else "没有空闲队伍"
        else:
            why = f"{len(able)} 支有能力的队伍都到不了：管制或断路，请核对封控"
        rows.append({"site": place.id, "name": place.name, "weight": place.weight, "why": why})
    return rows


def _assumptions(posed: _Posed, free: Sequence[Team], tools: Tools) -> list[str]:
    """What the queue rests on that nobody measured, in Chinese."""
    found = [
        tools.travel.describe(), "每处由一支队伍处置，作业时长按填报，各队相同",
        "目标：各处权重乘以完成时刻之和最小", "首站跨区的同意计入出发前，后续各站在途中办理",
        "直升机不参与多点排程",
    ]  # fmt: skip
    if len(posed.teams) < len(free):
        found.append(
            f"{len(free)} 支可派队伍中，取每处最近的 {NEAREST} 支，共 {len(posed.teams)} 支参与"
        )
    return found
