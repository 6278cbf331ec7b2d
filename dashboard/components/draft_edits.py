"""Every press on the draft as one edit: applied in order, once, none lost while a plan is made."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from dashboard.components import drafting
from dashboard.components.drafting import EVERYWHERE, Draft
from data.domain.dispatch import Plan

Act = Mapping[str, Any]


def ban(draft: Draft, team: str, incident: str) -> Draft:
    """No plan may send the team to the incident (`EVERYWHERE`: to none); it leaves the draft."""
    pair = [team, incident]
    if pair in draft["bans"]:
        return draft
    rows = [
        r
        for r in draft["teams"]
        if r["team"] != team or incident not in {r["incident"], EVERYWHERE}
    ]
    others = [b for b in draft["bans"] if b[0] != team or incident != EVERYWHERE]
    return drafting.edited(draft, teams=rows, bans=[*others, pair])


def unban(draft: Draft, team: str, incident: str) -> Draft:
    """The ban of a pair lifted."""
    rest = [b for b in draft["bans"] if b != [team, incident]]
    return draft if len(rest) == len(draft["bans"]) else drafting.edited(draft, bans=rest)


def release(draft: Draft, team: str, *, back: bool = False) -> Draft:
    """An ordered team given free for the plan, or (`back`) left where it is ordered."""
    if (team in draft["release"]) != back:
        return draft
    if not back:
        return drafting.edited(draft, release=[*draft["release"], team])
    rest = [t for t in draft["release"] if t != team]
    rows = [r for r in draft["teams"] if r["team"] != team]
    return drafting.edited(draft, release=rest, teams=rows)


def exclude(draft: Draft, things: Iterable[str]) -> Draft:
    """The draft without these teams, lots, and what goes to these incidents."""
    out = set(things)
    teams = [r for r in draft["teams"] if not out & {r["team"], r["incident"]}]
    lots = [r for r in draft["lots"] if not out & {r["lot"], r["incident"]}]
    if len(teams) + len(lots) == len(draft["teams"]) + len(draft["lots"]):
        return draft
    return drafting.edited(draft, teams=teams, lots=lots)


def forget(draft: Draft, incident: str) -> Draft:
    """The draft without what it held for an incident that is over."""
    teams, lots = (
        [r for r in draft[many] if r["incident"] != incident] for many in ("teams", "lots")
    )
    return drafting.edited(draft, teams=teams, lots=lots)


def place(draft: Draft, act: Act, version: int | None) -> Draft:
    """A team or lot put where it was dropped: another incident, or back among the free."""
    kind = "lot" if act.get("lot") else "team"
    thing, origin, to = str(act.get(kind)), str(act.get("incident") or ""), str(act.get("to") or "")
    inside = any(r[kind] == thing and r["incident"] == origin for r in draft[f"{kind}s"])
    if origin == to and (inside or not to):
        return draft
    if kind == "lot":
        move, out = drafting.move, drafting.remove
        return move(draft, kind, thing, origin, to) if to else out(draft, kind, thing, origin)
    if not to:
        return ban(draft, thing, EVERYWHERE) if inside else draft
    if inside:
        return drafting.move(draft, kind, thing, origin, to)
    after = drafting.add_team(draft, thing, to, version)
    if act.get("standing") and thing not in after["release"]:
        return {**after, "release": [*after["release"], thing]}
    return after


def adopt(draft: Draft, made: Plan | None, asked: Mapping[str, Any]) -> Draft:
    """The draft as a plan worked out elsewhere, with the locks, bans and releases it was asked."""
    if made is None:
        return draft
    after = drafting.fill(draft, made)
    locks = [list(pair) for pair in asked.get("locks") or []]
    rows = [
        {**r, "mark": drafting.LOCKED} if [r["team"], r["incident"]] in locks else r
        for r in after["teams"]
    ]
    bans = [list(pair) for pair in asked.get("bans") or []]
    return {**after, "teams": rows, "bans": bans, "release": list(asked.get("release") or [])}


def carry(draft: Draft, asked: Mapping[str, Any]) -> Draft:
    """The draft with the locks, bans and releases of a what-if fork that was kept, as one edit."""
    locks = {str(team): str(key) for team, key in asked.get("locks") or []}
    bans = [list(pair) for pair in asked.get("bans") or []]
    out = {team for team, where in bans if where == EVERYWHERE} | set(locks)
    rows = [r for r in draft["teams"] if r["team"] not in out]
    rows += [
        {"team": team, "incident": key, "mark": drafting.LOCKED, "reason": "采用推演"}
        for team, key in locks.items()
    ]
    held = [b for b in draft["bans"] if b[0] not in out]
    release = list(dict.fromkeys([*draft["release"], *(asked.get("release") or [])]))
    return drafting.edited(draft, teams=rows, bans=[*held, *bans], release=release)


def apply(draft: Draft, act: Act, incident: str | None, version: int | None) -> Draft:
    """The draft after one press; `incident` is the one at hand where the press names none."""
    to = str(act.get("incident") or incident or "")
    thing = str(act.get("team") or act.get("lot") or "")
    kind = "lot" if act.get("lot") else "team"
    other = str(act.get("to") or "")
    edits: dict[str, Callable[[], Draft]] = {
        "add": lambda: drafting.add_team(draft, thing, to, version) if to and thing else draft,
        "add_lot": lambda: drafting.add_lot(draft, thing, to, float(act.get("amount") or 0)),
        "remove": lambda: drafting.remove(draft, kind, thing, to),
        "move": lambda: drafting.move(draft, kind, thing, to, other),
        "swap": lambda: drafting.swap(draft, kind, thing, other),
        "lock": lambda: drafting.lock(draft, thing, to),
        "place": lambda: place(draft, act, version),
        "exclude": lambda: exclude(draft, act.get("things") or [thing]),
        "forget": lambda: forget(draft, to),
        "ban": lambda: ban(draft, thing, str(act.get("incident") or EVERYWHERE)),
        "unban": lambda: unban(draft, thing, str(act.get("incident") or EVERYWHERE)),
        "release": lambda: release(draft, thing),
        "unrelease": lambda: release(draft, thing, back=True),
        "carry": lambda: carry(draft, act.get("request") or {}),
        "undo": lambda: drafting.undo(draft),
        "clear": lambda: drafting.clear(draft),
    }
    edit = edits.get(str(act.get("do")))
    return edit() if edit else draft


def apply_all(
    draft: Draft,
    acts: Iterable[Act],
    incident: str | None,
    version: Callable[[str], int | None],
    plans: Mapping[str, Plan],
) -> Draft:
    """The draft after every press it has not seen yet, in the order they were made.

    A press with `solve` asks for a plan; `filled` brings one (of `plans`) and counts only while
    it is the answer to the last thing asked; `unsolved` says that there is none.
    """
    for act in sorted(acts, key=lambda a: a.get("seq") or 0):
        number = int(act.get("seq") or 0)
        if number and number <= draft["applied"]:
            continue
        draft = _one(draft, act, number, incident, version, plans)
        draft = {**draft, "applied": max(number, draft["applied"])}
    return draft


def _one(
    draft: Draft,
    act: Act,
    number: int,
    incident: str | None,
    version: Callable[[str], int | None],
    plans: Mapping[str, Plan],
) -> Draft:
    do, answers = act.get("do"), act.get("for") == draft["ask"] != 0
    if do == "filled":
        made = plans.get(str(act.get("plan")))
        if not answers or made is None:
            return draft
        after = drafting.fill(draft, made, follows=bool(draft.get("follows")))
        return {**after, "closures": act.get("closures")}
    if do == "adopt":
        return adopt(draft, plans.get(str(act.get("plan"))), act.get("request") or {})
    if do == "unsolved":
        return {**draft, "ask": 0} if answers else draft
    if do == "solve":
        return {**draft, "ask": number or 1, "follows": False}
    after = apply(draft, act, incident, version(str(act.get("team") or "")))
    if after is not draft and act.get("solve"):
        return {**after, "ask": number or 1, "follows": True}
    return after
