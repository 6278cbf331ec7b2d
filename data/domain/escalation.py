"""What is overdue is put before somebody by name, again and again, then before the level above."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal

from data.domain.directory import ContactKind
from data.domain.incident import Incident
from data.domain.org import PROVINCE, Actor, AreaTree
from data.domain.reporting import Deadline, deadlines
from data.domain.shift import on_duty, rostered
from data.domain.situation import Situation
from data.domain.task import Instruction, InstructionState, Task, TaskState

SOURCE = "时限催报"
RAISED, REMINDED = "升级", "催办"
LEADERS = "领导"  # the post of whoever stands above the province's own 带班领导

# A deadline whose time is over; the task it was called by says which it was.
_GONE = Deadline(
    id="", label="", actor_body="", recipient="", starts_at=None, due_at=None, done_at=None,
    basis="", source="", confidence="", state="overdue",
)  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class Rung:
    """One level a call may stand at: whose room, and who of it by name; blank is unrostered."""

    org: str
    post: str
    name: str

    @property
    def owner(self) -> str:
        """Post and name, as a task names its owner."""
        return f"{self.post} {self.name}".strip()

    def words(self, areas: AreaTree) -> str:
        """Room, post and name."""
        return f"{areas.name(self.org)}{self.post} {self.name or '（未排班）'}"


@dataclass(frozen=True, kw_only=True)
class Call:
    """What is to be done now about one overdue deadline."""

    kind: Literal["open", "remind", "raise", "done", "lapsed"]
    key: str
    incident: Incident
    clock: Deadline
    rung: Rung
    task: Task | None = None
    count: int = 0


def key_of(incident: Incident, clock: Deadline) -> str:
    """The one name of a deadline: its incident, its rule, its due time."""
    due = clock.due_at.strftime("%Y%m%d%H%M") if clock.due_at else ""
    return f"{incident.id}:{clock.id}:{due}"


def ladder(seen: Situation, areas: AreaTree, org: str) -> list[Rung]:
    """Who is called, from the room that owes the report up to the province's leaders.

    A room without a roster is passed over while one above it has one.
    """
    rungs = [
        Rung(org=code, post="带班领导", name=_chief(seen, code))
        for code in reversed(areas.path(org) or (PROVINCE,))
    ]
    named = [r for r in rungs if r.name]
    top = Rung(org=PROVINCE, post=LEADERS, name=_leader(seen, rungs[-1].name))
    return [*(named or rungs[-1:]), top]


def _chief(seen: Situation, org: str) -> str:
    """The 带班领导 on duty in a room, else the one its roster names for now."""
    shifts = seen.shifts.values()
    on = on_duty(shifts, org) or rostered(shifts, org, seen.at)
    return on.chief.name if on is not None and on.chief is not None else ""


def _leader(seen: Situation, but: str) -> str:
    """The first leader of the province's directory who is not the one on duty."""
    held = [
        c.name for c in seen.contacts.values()
        if c.kind == ContactKind.LEADER and c.area_code in (None, PROVINCE)
        and c.state == "active" and c.name != but
    ]  # fmt: skip
    return held[0] if held else ""


def owing(incident: Incident, clock: Deadline, areas: AreaTree) -> str:
    """The room that owes a report, or must press for it."""
    if clock.tier == "province":
        return PROVINCE
    here = incident.area_code if incident.area_code in areas.areas else PROVINCE
    if clock.tier == "county" and not areas.areas[here].is_prefecture:
        return here
    return areas.prefecture_of(here) or PROVINCE


def calls(seen: Situation, areas: AreaTree, rules: Mapping[str, Any]) -> list[Call]:
    """Everything to be done now, per overdue deadline at most one thing.

    Parameters
    ----------
    rules
        The reporting rules with `escalation`: `repeat_min` minutes between two calls, `rounds`
        calls before the level above is called.
    """
    held = {t.clock: t for t in seen.tasks.values() if t.clock}
    found: list[Call | None] = []
    for incident in seen.open_incidents():
        clocks = deadlines(incident, seen.reports_of(incident.id), rules, seen.at, areas)
        running = {key_of(incident, c): c for c in clocks}
        for key, clock in running.items():
            task = held.get(key)
            if task is not None or clock.state == "overdue":
                found.append(_call(seen, areas, rules["escalation"], incident, clock, task))
        found += _lapsed(incident, running, held)
    return [call for call in found if call is not None]


def _lapsed(
    incident: Incident, running: Mapping[str, Deadline], held: Mapping[str, Task]
) -> list[Call | None]:
    """Calls for a day or a window that is over: nobody can report for it any more."""
    over = [t for k, t in held.items() if t.incident_id == incident.id and k not in running]
    return [
        Call(kind="lapsed", key=t.clock, incident=incident, clock=_GONE, task=t,
             rung=Rung(org=t.owner_org or PROVINCE, post=t.owner, name=""))
        for t in over if t.open
    ]  # fmt: skip


def _call(
    seen: Situation, areas: AreaTree, rules: Mapping[str, Any], incident: Incident,
    clock: Deadline, task: Task | None,
) -> Call | None:  # fmt: skip
    """The one thing to do about a deadline; None when it can wait."""
    rungs = ladder(seen, areas, owing(incident, clock, areas))
    key = key_of(incident, clock)
    if task is None:
        return Call(kind="open", key=key, incident=incident, clock=clock, rung=rungs[0])
    at = _standing(task, rungs)
    if clock.done_at is not None:
        if not task.open:
            return None
        return Call(kind="done", key=key, incident=incident, clock=clock, rung=at, task=task)
    last = max((s.at for s in task.steps), default=seen.at)
    if task.state.ended or seen.at - last < timedelta(minutes=float(rules["repeat_min"])):
        return None
    said = _since_raised(task)
    higher = rungs[rungs.index(at) + 1 :]
    kind: Literal["raise", "remind"] = "remind"
    # taken and still not reported counts like not taken: the level above hears of it
    if higher and (said >= int(rules["rounds"]) or task.state != TaskState.OPEN):
        kind, at = "raise", higher[0]
    return Call(
        kind=kind, key=key, incident=incident, clock=clock, rung=at, task=task, count=said + 1
    )


def _standing(task: Task, rungs: list[Rung]) -> Rung:
    """The rung a task stands at."""
    fits = [r for r in rungs if r.org == task.owner_org and r.post in task.owner]
    return fits[0] if fits else rungs[0]


def _since_raised(task: Task) -> int:
    """How often it was put before the one who has it now."""
    said = 1
    for step in task.steps[1:]:
        said = 1 if step.what == RAISED else said + (step.what == REMINDED)
    return said


def unanswered(seen: Situation, rules: Mapping[str, Any]) -> list[Instruction]:
    """Instructions past their time without an answer, and not reminded of for so many minutes."""
    span = timedelta(minutes=float(rules["escalation"]["instruction_min"]))
    return [
        n for n in seen.instructions.values()
        if n.state in (InstructionState.GIVEN, InstructionState.RECEIVED) and n.overdue(seen.at)
        and seen.at - max((s.at for s in n.steps), default=n.due_at or seen.at) >= span
    ]  # fmt: skip


def mine(tasks: Iterable[Task], actor: Actor) -> list[Task]:
    """Calls that wait for an account: named to it, or to the post it holds in that room."""
    posts = {"chief": "带班领导", "leader": LEADERS}
    return [
        t for t in tasks
        if t.clock and t.state == TaskState.OPEN and t.owner_org == actor.org
        and (t.owner.endswith(f" {actor.name}") or t.owner.split(" ")[0] == posts.get(actor.role))
    ]  # fmt: skip


def waits(clock: Deadline, now: datetime) -> int:
    """Minutes a deadline is overdue."""
    return int((now - clock.due_at) / timedelta(minutes=1)) if clock.due_at else 0
