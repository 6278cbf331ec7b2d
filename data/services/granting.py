"""What a granted request for support becomes: a plan of the granting side's own forces to issue."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from statistics import median
from typing import Any

from data.domain.approval import ARMY, NATIONAL, approval_of
from data.domain.capabilities import CAPABILITIES
from data.domain.depot import Depot
from data.domain.linking import SupportRequest, SupportState, Want
from data.domain.org import PROVINCE, AreaTree
from data.domain.situation import Situation
from data.domain.team import Team

TEAM_UNITS = frozenset({"支", "队", "个", "组"})
# Whose forces a body outside the center speaks for: the first that fits.
OUTSIDE = (
    (("军", "部队", "战区", "武警", "民兵"), ARMY.key, "军队"),
    (("应急管理部", "国家", "国务院"), NATIONAL.key, "中央"),
)  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class Draft:
    """What is to be planned: for whom to issue, over which forces, asked how; or why not."""

    org: str
    seen: Situation
    request: dict[str, Any] = field(default_factory=dict)
    note: str = ""


def to_draft(seen: Situation) -> list[SupportRequest]:
    """Requests that were granted and not drafted since."""
    return [
        r
        for r in seen.supports.values()
        if r.state == SupportState.ANSWERED and r.granted
        and r.answered_at is not None
        and (r.drafted_at is None or r.drafted_at < r.answered_at)
    ]  # fmt: skip


def draft_of(seen: Situation, held: SupportRequest, areas: AreaTree) -> Draft:
    """The plan to ask for a granted request; blank with the reason where there is none."""
    org = issuer(held, areas)
    incident = seen.incidents.get(held.incident_id or "")
    if incident is None or incident.status != "open":
        return Draft(org=org, seen=seen, note="请求未指明进行中的事件，请在值班台手工调派")
    teams = _teams(seen, held, areas)
    pool = replace(seen, teams=teams, assignments={}, depots=_depots(seen, held, areas))
    lots = {k: x for k, x in seen.lots.items() if x.depot_id in pool.depots}
    pool = replace(pool, lots=lots)
    needs, supplies, locks, left = _matched(pool, held.granted, incident.id)
    note = f"未能自动对应：{'、'.join(w.words for w in left)}；请手工加入" if left else ""
    if not (needs or supplies):
        return Draft(org=org, seen=pool, note=note or "没有可调派的内容")
    asked = {"id": incident.id, "needs": needs, "supplies": supplies}
    return Draft(org=org, seen=pool, request={"incidents": [asked], "locks": locks}, note=note)


def issuer(held: SupportRequest, areas: AreaTree) -> str:
    """Whose officer issues: the granting side where the incident is its own too, else above.

    A level below, or one beside, cannot send outside its own area; the first level that covers
    both sides issues for it. For a body outside the center the asking side does.
    """
    if held.to_org is None or areas.covers(held.org, held.to_org):
        return held.org
    if areas.covers(held.to_org, held.org):
        return held.to_org
    above = [c for c in areas.path(held.org) if areas.covers(c, held.to_org)]
    return above[-1] if above else PROVINCE


def _teams(seen: Situation, held: SupportRequest, areas: AreaTree) -> dict[str, Team]:
    """The free teams that whoever granted speaks for, the asking side's own left out."""
    free = {t.id: t for t in seen.available_teams()}
    incident = seen.incidents[held.incident_id or ""]
    if held.to_org is None:
        kind = next((k for words, k, _ in OUTSIDE if any(w in held.to for w in words)), "")
        return {
            k: t for k, t in free.items()
            if approval_of(t, incident.all_areas, areas).key == kind
        }  # fmt: skip
    own = areas.subtree(held.org) if areas.covers(held.to_org, held.org) else frozenset()
    return {
        k: t for k, t in free.items()
        if areas.covers(held.to_org, t.area_code) and t.area_code not in own
    }  # fmt: skip


def _depots(seen: Situation, held: SupportRequest, areas: AreaTree) -> dict[str, Depot]:
    """The depots that whoever granted speaks for."""
    if held.to_org is None:
        level = next((x for words, _, x in OUTSIDE if any(w in held.to for w in words)), "—")
        return {k: d for k, d in seen.depots.items() if d.owner_level.startswith(level)}
    own = areas.subtree(held.org) if areas.covers(held.to_org, held.org) else frozenset()
    return {
        k: d for k, d in seen.depots.items()
        if areas.covers(held.to_org, d.area_code) and d.area_code not in own
    }  # fmt: skip


def _matched(
    pool: Situation, granted: tuple[Want, ...], incident: str
) -> tuple[list[dict[str, Any]], list[dict[str, Any]], list[list[str]], list[Want]]:
    """(needs, supplies, locks, what fits nothing) of what was granted, by its words."""
    needs: list[dict[str, Any]] = []
    supplies: list[dict[str, Any]] = []
    locks: list[list[str]] = []
    left: list[Want] = []
    for want in granted:
        team = next((t for t in pool.teams.values() if t.name == want.name.strip()), None)
        ability = _capability(want.name)
        item = None if ability else _item(pool, want.name)
        if team is not None and team.provides:
            name, amount = next(iter(team.provides.items()))
            needs.append({"capability": name, "amount": amount})
            locks.append([team.id, incident])
        elif ability:
            needs.append({"capability": ability, "amount": _amount(pool, ability, want)})
        elif item and want.amount:
            supplies.append({"item": item, "amount": want.amount})
        else:
            left.append(want)
    return needs, supplies, locks, left


def _capability(name: str) -> str | None:
    """The longest 专业能力 that a name holds."""
    held = [c for c in CAPABILITIES if c in name]
    return max(held, key=len, default=None)


def _item(pool: Situation, name: str) -> str | None:
    """The item of that name, else the one whose name holds it or is held by it."""
    word = name.strip()
    stocked = {lot.item_id for lot in pool.lots.values() if lot.free > 0}
    exact = [i.id for i in pool.items.values() if i.name == word]
    near = [i.id for i in pool.items.values() if word in i.name or i.name in word]
    return next(
        (key for keys in (exact, near) for key in sorted(keys, key=lambda k: k not in stocked)),
        None,
    )  # fmt: skip


def _amount(pool: Situation, ability: str, want: Want) -> float:
    """How much of a capability is granted; so many teams are taken at the median team's amount."""
    each = [t.provides[ability] for t in pool.teams.values() if ability in t.provides]
    one = float(median(each)) if each else 1.0
    if want.amount is None:
        return one
    counted = want.unit in TEAM_UNITS and CAPABILITIES[ability].unit != want.unit
    return want.amount * one if counted else want.amount


def words_of(answer: Mapping[str, Any], note: str) -> str:
    """What is said of a draft: what it sends, what it lacks, what fitted nothing."""
    teams, lots = len(answer.get("assignments") or ()), len(answer.get("transfers") or ())
    short = len(answer.get("shortfalls") or ())
    parts = [f"{teams} 队", f"{lots} 批物资", f"缺口 {short} 项" if short else "", note]
    return "，".join(p for p in parts if p and not p.startswith("0 "))
