"""A what-if fork as plain data: its changes, what a plan is asked for it, what keeping it means.

What is supposed (incidents, closed roads) lives in the fork alone and is never ordered; what is
real (needs, released teams, teams left out) can be carried into the draft.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from dashboard.components.desk_words import number
from dashboard.components.drafting import EVERYWHERE, digest
from dashboard.components.plan_rows import Column
from data.domain.capabilities import CAPABILITIES
from data.domain.incident import ROMAN
from data.domain.incident_types import type_name
from data.domain.needs import needs_of
from data.domain.situation import Situation

Fork = dict[str, Any]
Change = Mapping[str, Any]
INCIDENT, ROAD, NEED, RELEASE, GROUNDED = "incident", "road", "need", "release", "grounded"
INVENTED = frozenset({INCIDENT, ROAD})
SUPPOSED = "假设-"  # what the id of a supposed incident begins with in a plan's request


def blank(owner: str) -> Fork:
    """A fork of an account without any change; `at` is the place found for the next incident."""
    return {"owner": owner, "changes": [], "at": None, "next": 1}


def mine(kept: Mapping[str, Any] | None, owner: str) -> Fork:
    """The kept fork when it is this account's, else an empty one."""
    if not kept or kept.get("owner") != owner:
        return blank(owner)
    return {**blank(owner), **kept}


def key_of(change: Change) -> str:
    """What a change is about: one change a key."""
    parts = (change["kind"], change.get("id"), change.get("road"), change.get("incident"),
             change.get("capability"), change.get("team"))  # fmt: skip
    return ":".join(str(p) for p in parts if p)


def put(fork: Fork, change: Change) -> Fork:
    """The fork with a change; the same thing changed again replaces the change."""
    key = key_of(change)
    rest = [c for c in fork["changes"] if key_of(c) != key]
    return {**fork, "changes": [*rest, dict(change)]}


def drop(fork: Fork, key: str) -> Fork:
    """The fork without a change, nor what was stated for an incident it supposed."""
    gone = {str(c.get("id")) for c in fork["changes"] if key_of(c) == key and c.get("id")}
    rest = [
        c for c in fork["changes"] if key_of(c) != key and str(c.get("incident")) not in gone
    ]
    return {**fork, "changes": rest}


def add_incident(fork: Fork, name: str, kind: str, level: str | None) -> Fork:
    """The fork with one more supposed incident at the place that was found."""
    at = fork["at"]
    row = {
        "kind": INCIDENT, "id": f"{SUPPOSED}{fork['next']}", "type": kind, "level": level,
        "name": name or f"{at['name']} {type_name(kind)}", "lon": at["lon"], "lat": at["lat"],
        "place": at["name"],
    }  # fmt: skip
    return {**put(fork, row), "next": fork["next"] + 1, "at": None}


def set_need(fork: Fork, seen: Situation, incident: str, capability: str, amount: float) -> Fork:
    """The fork with a need of another amount; the amount of before takes the change out."""
    before = _wanted(seen, incident, capability)
    row = {"kind": NEED, "incident": incident, "capability": capability, "amount": amount,
           "before": before}  # fmt: skip
    return drop(fork, key_of(row)) if amount == before else put(fork, row)


def _wanted(seen: Situation, incident: str, capability: str) -> float:
    found = seen.incidents.get(incident)
    rows = needs_of(found) if found else []
    return sum(float(r["amount"]) for r in rows if r["capability"] == capability)


def request(seen: Situation, base: Mapping[str, Any], changes: Iterable[Change]) -> dict[str, Any]:
    """What a plan is asked: the draft's own question with every change of the fork.

    `seen` holds the supposed incidents, `base` is what the draft would ask.
    """
    changes = list(changes)
    rows = [_asked(seen, dict(row), changes) for row in base["incidents"]]
    made = {**base, "incidents": rows, "what_if": True}
    extra = [_asked(seen, supposed_row(c), changes) for c in changes if c["kind"] == INCIDENT]
    roads = [c["road"] for c in changes if c["kind"] == ROAD]
    free = [c["team"] for c in changes if c["kind"] == RELEASE]
    made |= {"extra_incidents": extra} if extra else {}
    made |= {"closed_roads": roads} if roads else {}
    made |= {"release": list(dict.fromkeys([*base.get("release", ()), *free]))} if free else {}
    if any(c["kind"] == GROUNDED for c in changes):
        made["flying"] = False
    return made


def supposed_row(change: Change) -> dict[str, Any]:
    """A supposed incident as a plan's request names it."""
    return {name: change[name] for name in ("id", "name", "type", "level", "lon", "lat")}


def supposing(changes: Iterable[Change]) -> dict[str, Any]:
    """The smallest request that holds the supposed incidents, for the situation they make."""
    extra = [supposed_row(c) for c in changes if c["kind"] == INCIDENT]
    return {"incidents": [], "extra_incidents": extra, "what_if": True} if extra else {}


def _asked(seen: Situation, row: dict[str, Any], changes: list[Change]) -> dict[str, Any]:
    stated = needs_after(seen, row["id"], changes)
    return {**row, "needs": stated} if stated is not None else row


def needs_after(
    seen: Situation, incident_id: str, changes: Iterable[Change]
) -> list[dict[str, Any]] | None:
    """All needs of an incident with the fork's amounts, those stated; None when none changed."""
    wanted = {c["capability"]: c["amount"] for c in changes
              if c["kind"] == NEED and c["incident"] == incident_id}  # fmt: skip
    incident = seen.incidents.get(incident_id)
    if not wanted or incident is None:
        return None
    rows = [
        {k: v for k, v in row.items() if k != "assumption"} | {"amount": wanted[row["capability"]]}
        if row["capability"] in wanted
        else row
        for row in needs_of(incident)
    ]
    return [r for r in rows if r["amount"] > 0]


def mark(changes: Iterable[Change]) -> str:
    """A print of the changes: a result with another print belongs to an older fork."""
    return digest(sorted(key_of(c) + repr(sorted(c.items(), key=str)) for c in changes))


@dataclass(frozen=True, kw_only=True)
class Kept:
    """What keeping a fork carries into the draft, and what stays behind."""

    needs: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    stated: list[str] = field(default_factory=list)
    release: list[str] = field(default_factory=list)
    locks: list[list[str]] = field(default_factory=list)
    bans: list[list[str]] = field(default_factory=list)
    left: list[str] = field(default_factory=list)

    @property
    def is_empty(self) -> bool:
        """Whether the draft would stay as it is."""
        return not (self.needs or self.release or self.locks or self.bans)


def consequences(
    seen: Situation, changes: Iterable[Change], answer: Mapping[str, Any],
    diff: Mapping[str, Any],
) -> Kept:  # fmt: skip
    """What keeping a solved fork means for the draft.

    Where something is only supposed, the plan itself cannot be ordered: the teams it sends anew
    to real incidents are locked there, those it sends to supposed ones are kept back.
    """
    changes = list(changes)
    real = [i for i in seen.sided() if not i.id.startswith(SUPPOSED)]
    needs = {i.id: rows for i in real if (rows := needs_after(seen, i.id, changes)) is not None}
    bans = [[t.id, EVERYWHERE] for t in _flying(seen)] if _any(changes, {GROUNDED}) else []
    locks: list[list[str]] = []
    if _any(changes, INVENTED):
        bans += [[team, EVERYWHERE] for team in sent_to_supposed(answer)]
        moved = [(r["team"], r["to"]) for r in diff.get("moved", [])]
        added = [(r["team"], r["incident"]) for r in diff.get("added", [])]
        locks = [[t, i] for t, i in added + moved if not i.startswith(SUPPOSED)]
    return Kept(
        needs=needs, release=[c["team"] for c in changes if c["kind"] == RELEASE], locks=locks,
        bans=bans,
        stated=[words(seen, c) for c in changes if c["kind"] == NEED and c["incident"] in needs],
        left=[words(seen, c) for c in changes if c["kind"] in INVENTED],
    )  # fmt: skip


def _any(changes: Iterable[Change], kinds: Iterable[str]) -> bool:
    return any(c["kind"] in kinds for c in changes)


def _flying(seen: Situation) -> list[Any]:
    return [t for t in seen.available_teams() if t.moves_by_air]


def sent_to_supposed(answer: Mapping[str, Any]) -> list[str]:
    """The teams a plan sends to incidents that are only supposed, once each."""
    rows = answer.get("assignments") or []
    return list(
        dict.fromkeys(r["team"] for r in rows if str(r["incident"]).startswith(SUPPOSED))
    )


def words(seen: Situation, change: Change) -> str:
    """A change in one line: 甲 搜救 80 → 160 人."""
    kind = change["kind"]
    if kind == INCIDENT:
        level = f"{ROMAN[change['level']]}级" if change.get("level") else "未定级"
        return f"假设事件 {change['name']}（{type_name(change['type'])} · {level}）"
    if kind == ROAD:
        return f"假设断路 {change['name']}"
    if kind == NEED:
        unit = CAPABILITIES[change["capability"]].unit
        what = f"{letter(seen, change['incident'])} {change['capability']}"
        return f"需求 {what} {number(change['before'])} → {number(change['amount'])} {unit}"
    if kind == RELEASE:
        team = seen.teams.get(change["team"])
        return f"放出 {team.name if team else change['team']}（可改派）"
    return "直升机停飞"


def letter(seen: Situation, incident_id: str) -> str:
    """An incident's letter; a supposed one by its number."""
    if incident_id.startswith(SUPPOSED):
        return incident_id.replace("-", "")
    incident = seen.incidents.get(incident_id)
    return incident.letter if incident else incident_id


def supposed_last(found: Iterable[Column]) -> list[Column]:
    """A plan's columns with the supposed incidents after the real ones."""
    return sorted(found, key=lambda c: c.incident.id.startswith(SUPPOSED))
