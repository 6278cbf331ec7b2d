"""Takes what a county's machine sends up: each row once, in order, in one unit of work."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import msgspec

from data.domain.clock import SHANGHAI, Clock, real_now
from data.domain.grading import suggest_for
from data.domain.incident import COUNTY_LETTERS, Incident, free_letter
from data.domain.node import Change, Clash, NodeRow, NodeState, Taken
from data.domain.org import Actor
from data.domain.registry import KINDS
from data.domain.stock import MovementKind
from data.domain.three_way import FieldClash, join
from data.errors import CenterError, Conflict, IllegalMove, NotFound, Stale
from data.services import clash_finding as finding
from data.services.tools import Tools
from data.store.answers import first_answer, keep_answer
from data.store.codec import decode, encode
from data.store.node_book import keep_node, node_of, unhold
from data.store.unit_of_work import Unit, UnitOfWork

LATE = timedelta(minutes=1)  # from here on a line says when it happened at the county
USERNAME_CHARS = 64


class Intake:
    """The province's side of the way up."""

    def __init__(self, units: UnitOfWork, tools: Tools, clock: Clock) -> None:
        self.units, self.tools, self.clock = units, tools, clock

    def take(self, name: str, row: NodeRow) -> Taken:
        """Take one row of a node; the same row again changes nothing.

        A row that does not fit is kept whole for a person: the county is not held up by it.

        Raises
        ------
        NotFound, Stale, IllegalMove
            An unknown node; a row out of order; a node whose journal is not the one known here.
        """
        try:
            return self._take(name, row, "")
        except _Misfit as error:
            return self._take(name, row, str(error))

    def _take(self, name: str, row: NodeRow, misfit: str) -> Taken:
        actor = Actor(
            username=f"{row.actor}@{name}"[:USERNAME_CHARS], name=row.actor, role=row.role,
            org=row.org,
        )  # fmt: skip
        key = f"{name}#{row.number}"
        with self.units.unit(row.command, actor, self.clock, key) as unit:
            state = node_of(unit.connection, name)
            if row.number <= state.number:
                first = first_answer(unit.connection, key, actor.username)
                return _again(state, row, first)
            if row.after != state.number:
                raise Stale(f"应从第 {state.number} 号之后报起，收到的接在第 {row.after} 号之后")
            refused = misfit or finding.refusal(unit, state, row, self.tools)
            joined, clashes = False, []
            if refused:
                clashes = [unit.put(finding.refused(unit, state, row, refused))]
            else:
                try:
                    joined, clashes = self._merge(unit, state, row)
                except (Conflict, NotFound, msgspec.DecodeError) as error:
                    raise _Misfit(str(error)) from error
            keep_node(
                unit.connection,
                replace(state, number=row.number, hash=row.hash, contact_at=real_now(), error=""),
            )
            self._tell(unit, state, row, clashes)
            outcome = "conflict" if clashes else "joined" if joined else "applied"
            taken = Taken(
                number=row.number, outcome=outcome, seq=unit.seq,  # type: ignore[arg-type]
                clashes=tuple(c.id for c in clashes),
            )  # fmt: skip
            keep_answer(unit, row.command, key, row.hash, taken)
            return taken

    def _merge(self, unit: Unit, state: NodeState, row: NodeRow) -> tuple[bool, list[Clash]]:
        """Put a row's things where they belong; what clashes is held back."""
        known = [c for c in unit.find(Clash, node=state.name, state="open") if c.held]
        fresh = finding.of_teams(unit, state, row, known)
        fresh += finding.of_lots(unit, state, row, known)
        rest = list(row.changes)
        clashes = []
        for clash in known + fresh:
            own = [c for c in rest if finding.concerns(clash, c)]
            if own or clash in fresh:
                rest = [c for c in rest if c not in own]
                clashes.append(unit.put(replace(clash, held=together(clash.held, own))))
        joined = False
        apart: list[FieldClash] = []
        for change in sorted(rest, key=order_of_putting):
            did, more = put_change(unit, change, self.tools)
            joined, apart = joined or did, apart + more
        if apart:
            clashes.append(unit.put(finding.of_fields(unit, state, row, apart)))
        clashes += [unit.put(c) for c in finding.twice(unit, state, row)]
        teams = {c.body["team_id"] for c in row.changes if c.kind == "assignment"}
        unhold(unit.connection, teams, state.name)
        return joined, clashes

    def _tell(self, unit: Unit, state: NodeState, row: NodeRow, clashes: list[Clash]) -> None:
        late = ""
        if unit.now - row.at > LATE:
            when = row.at.astimezone(SHANGHAI)
            late = f"（{self.tools.areas.name(state.org)} {when:%m-%d %H:%M} 脱网办理）"
        said = "".join(f"〔冲突 {c.id}：{c.subject}，{c.word}，待裁定〕" for c in clashes)
        said += self._relettered(unit, row)
        known = row.incident_id if row.incident_id and finding.body_of(
            unit, "incident", row.incident_id
        ) else None  # fmt: skip
        unit.tell(
            f"{row.summary}{late}{said}", incident_id=known, area=row.area or state.org,
            authority=row.authority,
        )  # fmt: skip

    def _relettered(self, unit: Unit, row: NodeRow) -> str:
        """What became of an incident's letter, when it is not the one the county gave."""
        for change in row.changes:
            here = unit.images.get(("incident", change.id)) if change.kind == "incident" else None
            if here is not None and change.before is None and here.letter != change.body["letter"]:
                return f"〔代号 {change.body['letter']} 已有，改为 {here.letter}〕"
        return ""


class _Misfit(CenterError):
    """A row that does not fit; its unit of work is undone."""


def _again(state: NodeState, row: NodeRow, first: tuple[str, int, str] | None) -> Taken:
    """The answer to a row that was taken before.

    Raises
    ------
    IllegalMove
        When another row was taken under its number: the node was put back to an earlier day.
    """
    if first is None or first[0] != row.hash:
        raise IllegalMove(
            f"节点 {state.name} 第 {row.number} 号与已上报的不是同一条："
            "该机数据库可能恢复到了较早的备份，请由系统管理员重新登记节点"
        )
    return replace(decode(first[2], Taken), outcome="repeated")


def order_of_putting(change: Change) -> tuple[int, str, str]:
    """What frees goes before what binds: constraints hold at every step."""
    body = change.body
    frees = (change.kind == "assignment" and body.get("released_seq") is not None) or (
        change.kind == "incident" and body.get("status") == "closed"
    )
    binds = change.kind in ("assignment", "incident") and not frees
    return (0 if frees else 2 if binds else 1, change.kind, change.id)


def together(held: tuple[Change, ...], more: list[Change]) -> tuple[Change, ...]:
    """Changes added to those held: of one thing the first `before` and the last body."""
    found = {(c.kind, c.id): c for c in held}
    for change in more:
        first = found.get((change.kind, change.id))
        found[change.kind, change.id] = replace(change, before=first.before) if first else change
    return tuple(found.values())


def put_change(unit: Unit, change: Change, tools: Tools) -> tuple[bool, list[FieldClash]]:
    """Put one thing; whether it was joined with what the province did, and where they clash."""
    cls, ours = KINDS[change.kind], finding.body_of(unit, change.kind, change.id)
    if ours is None or ours == change.before:
        unit.adopt(_lettered(unit, decode(encode(change.body), cls)))
        return False, []
    if change.kind != "lot" and _alike(ours, change.body):
        return False, []
    joined = join(change.before or {}, ours, change.body)
    body, clashes = joined.body, list(joined.clashes)
    if change.kind == "incident":
        body, clashes = _graded(body, change, clashes, tools)
        body, clashes = _open_while_bound(unit, body, ours, clashes)
    if body != ours:
        unit.put(replace(decode(encode(body), cls), version=ours["version"]))
    return True, [
        FieldClash(kind=change.kind, id=change.id, field=f, before=b, ours=o, theirs=t)
        for f, b, o, t in clashes
    ]


def _lettered(unit: Unit, thing: Any) -> Any:
    """An incident whose letter another county's has meanwhile, with the next free one."""
    if not isinstance(thing, Incident) or thing.status != "open":
        return thing
    others = {i.letter for i in unit.find(Incident, status="open") if i.id != thing.id}
    if thing.letter not in others:
        return thing
    return replace(thing, letter=free_letter(others, COUNTY_LETTERS))


def _alike(ours: dict[str, Any], theirs: dict[str, Any]) -> bool:
    """Whether two bodies are one fact but for the version; a lot's book may be opened by either."""
    if ours.get("kind") == theirs.get("kind") == MovementKind.OPENING.value:
        return (ours["amount"], ours["held"]) == (theirs["amount"], theirs["held"])
    return {**ours, "version": 0} == {**theirs, "version": 0}


def _graded(
    body: dict[str, Any], change: Change, clashes: list[Any], tools: Tools
) -> tuple[dict[str, Any], list[Any]]:
    """A grade that no person confirmed follows from the figures; one side's confirmed one stands.

    Only what two people confirmed differently is left to decide.
    """
    ours, theirs = body["grading"], change.body["grading"]
    fought = [c for c in clashes if c[0] == "grading"]
    rest = [c for c in clashes if c[0] != "grading"]
    if ours["provisional"] and theirs["provisional"]:
        incident = decode(encode(body), Incident)
        suggested = suggest_for(incident, tools.rules["grading"]["tables"])
        return msgspec.json.decode(encode(replace(incident, grading=suggested))), rest
    if fought and ours["provisional"]:
        return {**body, "grading": theirs}, rest
    if theirs["provisional"] or ours["level"] == theirs["level"]:
        return body, rest
    return body, clashes


def _open_while_bound(
    unit: Unit, body: dict[str, Any], ours: dict[str, Any], clashes: list[Any]
) -> tuple[dict[str, Any], list[Any]]:
    """An incident the county closed stays open while the province has teams or goods for it."""
    if body["status"] != "closed" or ours["status"] == "closed":
        return body, clashes
    if not finding.bound(unit, body["id"]):
        return body, clashes
    kept = {k: ours[k] for k in ("status", "closed_at", "closed_reason")}
    return {**body, **kept}, [*clashes, ("status", "open", "open", "closed")]
