"""The draft of a dispatch as plain data: what is in it, every edit, and how a plan fills it."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Mapping
from typing import Any
from uuid import uuid4

from data.domain.dispatch import Plan

PAST_KEPT = 20
LOCKED, CHANGED, NEW = "锁", "改", "新"
Draft = dict[str, Any]


def blank(owner: str) -> Draft:
    """An empty draft of an account; its request id makes a repeated press harmless."""
    return {
        "owner": owner, "request_id": uuid4().hex, "teams": [], "lots": [], "plan_id": None,
        "plan": None, "seen": {}, "past": [],
    }  # fmt: skip


def mine(kept: Mapping[str, Any] | None, owner: str) -> Draft:
    """The kept draft when it is this account's, else an empty one."""
    if not kept or kept.get("owner") != owner or "teams" not in kept:
        return blank(owner)
    return dict(kept)


def is_empty(draft: Draft) -> bool:
    """Whether there is nothing to issue."""
    return not (draft["teams"] or draft["lots"])


def _edited(draft: Draft, **changes: Any) -> Draft:
    """The draft after an edit: what was before is kept for undo, and the request is a new one."""
    before = {name: draft[name] for name in ("teams", "lots", "plan_id", "plan", "seen")}
    past = [*draft["past"], before][-PAST_KEPT:]
    return {**draft, **changes, "past": past, "request_id": uuid4().hex}


def undo(draft: Draft) -> Draft:
    """The draft before the last edit."""
    if not draft["past"]:
        return draft
    *past, before = draft["past"]
    return {**draft, **before, "past": past, "request_id": uuid4().hex}


def add_team(draft: Draft, team: str, incident: str, version: int | None = None) -> Draft:
    """A team put in by hand, which a plan must keep; already there changes nothing."""
    if any(r["team"] == team and r["incident"] == incident for r in draft["teams"]):
        return draft
    row = {"team": team, "incident": incident, "mark": LOCKED, "reason": "人工选定"}
    seen = {**draft["seen"], team: version} if version is not None else draft["seen"]
    return _edited(draft, teams=[*draft["teams"], row], seen=seen)


def add_lot(draft: Draft, lot: str, incident: str, amount: float) -> Draft:
    """An amount of a lot; putting the same lot in again replaces the amount."""
    if amount <= 0:
        return draft
    rest = [r for r in draft["lots"] if (r["lot"], r["incident"]) != (lot, incident)]
    row = {"lot": lot, "incident": incident, "amount": amount, "mark": LOCKED}
    return _edited(draft, lots=[*rest, row])


def _is(row: Mapping[str, Any], kind: str, thing: str, incident: str) -> bool:
    return row[kind] == thing and row["incident"] == incident


def remove(draft: Draft, kind: str, thing: str, incident: str) -> Draft:
    """The draft without one team or lot; `kind` is team or lot."""
    many = f"{kind}s"
    rest = [r for r in draft[many] if not _is(r, kind, thing, incident)]
    return draft if len(rest) == len(draft[many]) else _edited(draft, **{many: rest})


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
    return _edited(draft, **{many: rows})


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
    return _edited(draft, **{many: rows}, seen=seen)


def clear(draft: Draft) -> Draft:
    """The draft emptied by hand; undo brings it back."""
    return draft if is_empty(draft) else _edited(draft, teams=[], lots=[], plan_id=None, plan=None)


def lock(draft: Draft, team: str, incident: str) -> Draft:
    """The mark of a team turned between kept by hand and free for the plan."""
    rows = [
        {**r, "mark": NEW if r["mark"] == LOCKED else LOCKED} if _is(r, "team", team, incident)
        else r
        for r in draft["teams"]
    ]  # fmt: skip
    return _edited(draft, teams=rows)


def locks(draft: Draft) -> list[list[str]]:
    """The (team, incident) pairs a plan must keep."""
    return [[r["team"], r["incident"]] for r in draft["teams"] if r["mark"] == LOCKED]


def fill(draft: Draft, made: Plan, bound: Iterable[tuple[str, str]] = ()) -> Draft:
    """The draft as a plan proposes it: 锁 kept by hand, 改 decided otherwise, 新 new.

    `bound` are the (team, incident) pairs already ordered; they need no order again.
    """
    skipped = set(bound)
    answer = made.answer
    held = {(r["team"], r["incident"]) for r in draft["teams"] if r["mark"] == LOCKED}
    before = {r["team"]: r["incident"] for r in draft["teams"]}
    fought = {str(c.get("team")) for c in answer.get("contested", []) if c.get("team")}
    teams: dict[tuple[str, str], dict[str, Any]] = {}
    for row in answer.get("assignments", []):
        key = (row["team"], row["incident"])
        if key not in teams and key not in skipped:
            moved = before.get(row["team"], row["incident"]) != row["incident"]
            mark = LOCKED if key in held else CHANGED if moved or row["team"] in fought else NEW
            teams[key] = _team_row(row, mark)
    lots = [
        {"lot": r["lot"], "incident": r["incident"], "amount": float(r["amount"]), "mark": NEW}
        for r in answer.get("transfers", [])
    ]
    kept = [r for r in draft["lots"] if r["mark"] == LOCKED]
    chosen = {(r["lot"], r["incident"]) for r in kept}
    lots = kept + [r for r in lots if (r["lot"], r["incident"]) not in chosen]
    return _edited(
        draft, teams=list(teams.values()), lots=lots, plan_id=made.id, plan=summary(answer),
        seen=dict(made.seen),
    )  # fmt: skip


def _team_row(row: Mapping[str, Any], mark: str) -> dict[str, Any]:
    """One proposed assignment as a row of the draft."""
    return {
        "team": row["team"], "incident": row["incident"], "mark": mark,
        "capability": row.get("capability"), "amount": row.get("amount"),
        "reason": str(row.get("reason") or ""), "leaves_at": _text(row.get("leaves_at")),
        "eta": _text(row.get("eta")),
    }  # fmt: skip


def _text(at: Any) -> str | None:
    return at.isoformat() if hasattr(at, "isoformat") else at


def summary(answer: Mapping[str, Any]) -> dict[str, Any]:
    """What of a plan's answer the draft shows above its rows."""
    names = ("objective", "baseline", "shortfalls", "contested", "kept_back", "needs")
    return {name: answer[name] for name in names if answer.get(name) is not None}


def request(draft: Draft, incidents: list[str]) -> dict[str, Any]:
    """What a plan is asked for these incidents, with what was chosen by hand kept."""
    return {"incidents": [{"id": key} for key in incidents], "locks": locks(draft)}


def apply(draft: Draft, act: Mapping[str, Any], incident: str | None, version: int | None) -> Draft:
    """The draft after one press; `incident` is the one at hand where the press names none."""
    to = str(act.get("incident") or incident or "")
    thing = str(act.get("team") or act.get("lot") or "")
    kind = "lot" if act.get("lot") else "team"
    edits: dict[str, Callable[[], Draft]] = {
        "add": lambda: add_team(draft, thing, to, version) if to and thing else draft,
        "add_lot": lambda: add_lot(draft, thing, to, float(act.get("amount") or 0)),
        "remove": lambda: remove(draft, kind, thing, to),
        "move": lambda: move(draft, kind, thing, to, str(act.get("to") or "")),
        "swap": lambda: swap(draft, kind, thing, str(act.get("to") or "")),
        "lock": lambda: lock(draft, thing, to),
        "undo": lambda: undo(draft),
        "clear": lambda: clear(draft),
    }
    edit = edits.get(str(act.get("do")))
    return edit() if edit else draft


def digest(shown: Any) -> str:
    """A short print of plain data: equal prints need not be drawn twice."""
    return hashlib.blake2b(repr(shown).encode(), digest_size=12).hexdigest()
