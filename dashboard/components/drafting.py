"""The draft of a dispatch as plain data: what is in it, every edit, and how a plan fills it."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from typing import Any
from uuid import uuid4

from data.domain.dispatch import Plan

PAST_KEPT = 20
LOCKED, CHANGED, NEW, KEPT = "锁", "改", "新", "保"
EVERYWHERE = "*"  # the incident of a ban that holds for all of them
# a plan's summary is not kept twenty times: it is read again by its id
KEPT_BY_UNDO = (
    "teams", "lots", "plan_id", "seen", "bans", "release", "solved", "change",
    "closures",
)  # fmt: skip
Draft = dict[str, Any]


def blank(owner: str) -> Draft:
    """An empty draft of an account; its request id makes a repeated press harmless.

    `bans` are (team, incident) pairs no plan may choose, `release` ordered teams a plan may take,
    `solved` the pairs of the last plan, `change` what it changed, `closures` those it knew,
    `applied` the number of the last edit, `ask` the edit a plan is worked out for, else 0.
    """
    return {
        "owner": owner, "request_id": uuid4().hex, "teams": [], "lots": [], "plan_id": None,
        "plan": None, "seen": {}, "past": [], "bans": [], "release": [], "solved": None,
        "change": None, "applied": 0, "ask": 0, "closures": None,
    }  # fmt: skip


def emptied(draft: Draft) -> Draft:
    """The draft after it was issued: empty, and no edit of before is applied again."""
    return {**blank(draft["owner"]), "applied": draft["applied"]}


def mine(kept: Mapping[str, Any] | None, owner: str) -> Draft:
    """The kept draft when it is this account's, else an empty one."""
    if not kept or kept.get("owner") != owner or "teams" not in kept:
        return blank(owner)
    return {**blank(owner), **kept}


def is_empty(draft: Draft) -> bool:
    """Whether there is nothing to issue."""
    return not (draft["teams"] or draft["lots"])


def edited(draft: Draft, **changes: Any) -> Draft:
    """The draft after an edit: what was before is kept for undo, and the request is a new one."""
    before = {name: draft[name] for name in KEPT_BY_UNDO}
    past = [*draft["past"], before][-PAST_KEPT:]
    return {**draft, "ask": 0, **changes, "past": past, "request_id": uuid4().hex}


def undo(draft: Draft) -> Draft:
    """The draft before the last edit."""
    if not draft["past"]:
        return draft
    *past, before = draft["past"]
    plan = draft["plan"] if before["plan_id"] == draft["plan_id"] else None
    return {**draft, **before, "plan": plan, "past": past, "ask": 0, "request_id": uuid4().hex}


def add_team(draft: Draft, team: str, incident: str, version: int | None = None) -> Draft:
    """A team put in by hand, which a plan must keep; already there changes nothing."""
    if any(r["team"] == team and r["incident"] == incident for r in draft["teams"]):
        return draft
    row = {"team": team, "incident": incident, "mark": LOCKED, "reason": "人工选定"}
    seen = {**draft["seen"], team: version} if version is not None else draft["seen"]
    return edited(
        draft, teams=[*draft["teams"], row], seen=seen, bans=_allowed(draft, team, incident)
    )


def _allowed(draft: Draft, team: str, incident: str) -> list[list[str]]:
    """The bans without those that would keep a team from an incident it was put to by hand."""
    return [b for b in draft["bans"] if b[0] != team or b[1] not in {incident, EVERYWHERE}]


def add_lot(draft: Draft, lot: str, incident: str, amount: float) -> Draft:
    """An amount of a lot; putting the same lot in again replaces the amount."""
    if amount <= 0:
        return draft
    rest = [r for r in draft["lots"] if (r["lot"], r["incident"]) != (lot, incident)]
    row = {"lot": lot, "incident": incident, "amount": amount, "mark": LOCKED}
    return edited(draft, lots=[*rest, row])


def _is(row: Mapping[str, Any], kind: str, thing: str, incident: str) -> bool:
    return row[kind] == thing and row["incident"] == incident


def remove(draft: Draft, kind: str, thing: str, incident: str) -> Draft:
    """The draft without one team or lot; `kind` is team or lot."""
    many = f"{kind}s"
    rest = [r for r in draft[many] if not _is(r, kind, thing, incident)]
    return draft if len(rest) == len(draft[many]) else edited(draft, **{many: rest})


def move(draft: Draft, kind: str, thing: str, incident: str, to: str) -> Draft:
    """A team or lot moved to the other incident; it counts as chosen by hand."""
    many = f"{kind}s"
    if incident == to or not any(_is(r, kind, thing, incident) for r in draft[many]):
        return draft
    rows = [
        {**r, "incident": to, "mark": LOCKED, "reason": "人工改派"}
        if _is(r, kind, thing, incident)
        else r
        for r in draft[many]
        if not _is(r, kind, thing, to)
    ]
    bans = _allowed(draft, thing, to) if kind == "team" else draft["bans"]
    return edited(draft, **{many: rows}, bans=bans)


def swap(draft: Draft, kind: str, thing: str, to: str) -> Draft:
    """One team or lot replaced by another, wherever it stood."""
    many = f"{kind}s"
    if not any(r[kind] == thing for r in draft[many]):
        return draft
    there = {(r[kind], r["incident"]) for r in draft[many]}
    rows = [
        {**r, kind: to, "mark": CHANGED, "reason": "改用次优"} if r[kind] == thing else r
        for r in draft[many]
        if r[kind] != thing or (to, r["incident"]) not in there
    ]
    seen = {k: v for k, v in draft["seen"].items() if k not in {thing, to}}
    return edited(draft, **{many: rows}, seen=seen)


def clear(draft: Draft) -> Draft:
    """The draft emptied by hand; undo brings it back."""
    if is_empty(draft) and not (draft["bans"] or draft["release"]):
        return draft
    return edited(
        draft, teams=[], lots=[], plan_id=None, plan=None, bans=[], release=[], solved=None,
        change=None,
    )  # fmt: skip


def lock(draft: Draft, team: str, incident: str) -> Draft:
    """The mark of a team turned between kept by hand and free for the plan."""
    rows = [
        {**r, "mark": NEW if r["mark"] == LOCKED else LOCKED} if _is(r, "team", team, incident)
        else r
        for r in draft["teams"]
    ]  # fmt: skip
    return edited(draft, teams=rows)


def locks(draft: Draft) -> list[list[str]]:
    """The (team, incident) pairs a plan must keep."""
    return [[r["team"], r["incident"]] for r in draft["teams"] if r["mark"] == LOCKED]


def fill(
    draft: Draft, made: Plan, bound: Iterable[tuple[str, str]] = (), *, follows: bool = False
) -> Draft:
    """The draft as a plan proposes it: 锁 kept by hand, 改 sent elsewhere, 新 new, 保 as before.

    `bound` are the (team, incident) pairs already ordered; they need no order again. A plan that
    `follows` an edit is one step with it for undo.
    """
    skipped = set(bound)
    answer = made.answer
    held = {(r["team"], r["incident"]) for r in draft["teams"] if r["mark"] == LOCKED}
    last = dict(draft["solved"] or [])
    before = {r["team"]: r["incident"] for r in draft["teams"]} | last
    teams: dict[tuple[str, str], dict[str, Any]] = {}
    for row in answer.get("assignments", []):
        key = (row["team"], row["incident"])
        if key not in teams and key not in skipped:
            moved = before.get(row["team"], row["incident"]) != row["incident"]
            same = KEPT if last.get(row["team"]) == row["incident"] else NEW
            mark = LOCKED if key in held else CHANGED if moved else same
            teams[key] = team_row(row, mark)
    pairs = [list(key) for key in teams]
    changes = {
        "teams": list(teams.values()), "lots": _lots(draft, answer), "plan_id": made.id,
        "plan": summary(answer), "seen": dict(made.seen), "solved": pairs, "ask": 0,
        "change": None if draft["solved"] is None else change(draft["solved"], pairs),
    }  # fmt: skip
    if follows:
        return {**draft, **changes, "request_id": uuid4().hex}
    return edited(draft, **changes)


def _lots(draft: Draft, answer: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The lots of a plan beside those chosen by hand, which stand as they are."""
    kept = [r for r in draft["lots"] if r["mark"] == LOCKED]
    chosen = {(r["lot"], r["incident"]) for r in kept}
    return kept + [
        {"lot": r["lot"], "incident": r["incident"], "amount": float(r["amount"]), "mark": NEW,
         "eta": _text(r.get("eta"))}
        for r in answer.get("transfers", [])
        if (r["lot"], r["incident"]) not in chosen
    ]  # fmt: skip


def change(before: Iterable[Any], after: Iterable[Any]) -> dict[str, Any]:
    """What a plan changes against the last one: {added, moved, dropped} of teams."""
    old, new = (dict(pairs) for pairs in (before, after))
    return {
        "added": [[t, i] for t, i in new.items() if t not in old],
        "moved": [[t, old[t], i] for t, i in new.items() if old.get(t, i) != i],
        "dropped": [[t, i] for t, i in old.items() if t not in new],
    }


def team_row(row: Mapping[str, Any], mark: str) -> dict[str, Any]:
    """One proposed assignment as a row of the draft."""
    return {
        "team": row["team"], "incident": row["incident"], "mark": mark,
        "capability": row.get("capability"), "amount": row.get("amount"),
        "reason": str(row.get("reason") or ""), "leaves_at": _text(row.get("leaves_at")),
        "eta": _text(row.get("eta")), "approval_minutes": row.get("approval_minutes") or 0,
    }  # fmt: skip


def _text(at: Any) -> str | None:
    return at.isoformat() if hasattr(at, "isoformat") else at


def summary(answer: Mapping[str, Any]) -> dict[str, Any]:
    """What of a plan's answer the draft shows above its rows."""
    names = ("objective", "baseline", "shortfalls", "contested", "kept_back", "needs")
    return {name: answer[name] for name in names if answer.get(name) is not None}


def request(draft: Draft, incidents: list[str]) -> dict[str, Any]:
    """What a plan is asked for these incidents, with what was chosen by hand kept."""
    asked: dict[str, Any] = {
        "incidents": [{"id": key} for key in incidents],
        "locks": [pair for pair in locks(draft) if pair[1] in incidents],
    }
    bans = [
        [team, key] for team, where in draft["bans"] for key in incidents
        if where in {key, EVERYWHERE}
    ]  # fmt: skip
    more = {"bans": bans, "release": draft["release"], "previous": draft["plan_id"]}
    return asked | {name: value for name, value in more.items() if value}


def digest(shown: Any) -> str:
    """A short print of plain data: equal prints need not be drawn twice."""
    return hashlib.blake2b(repr(shown).encode(), digest_size=12).hexdigest()
