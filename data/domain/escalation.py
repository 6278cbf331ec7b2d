"""What is overdue is put before somebody by name, again and again, then before the level above."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Literal

from data.domain.authority import AuthorityTable, Pace
from data.domain.clearance import Clearance
from data.domain.directory import ContactKind
from data.domain.incident import Incident
from data.domain.org import PROVINCE, Actor, AreaTree
from data.domain.reporting import Deadline, deadlines_in, lasting
from data.domain.shift import on_duty, rostered
from data.domain.situation import Situation
from data.domain.steady import APART
from data.domain.task import Instruction, InstructionState, Step, Task, TaskState

SOURCE = "时限催报"
APPROVALS = "审批催办"
RAISED, REMINDED = "升级", "催办"
TOO_EARLY = "未到时限，催报撤回"  # the clock was fast when it was called
LEADERS = "领导"  # the post of whoever stands above the province's own 带班领导


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
class Owed:
    """A report or a word that is overdue, or was: what, by which room, until when.

    `ended` says how it came to its end; blank while it is still owed.
    """

    key: str
    org: str
    what: str
    source: str
    title: str
    detail: str
    pace: Pace
    due_at: datetime | None
    overdue: bool
    ended: str = ""
    incident: Incident | None = None

    def minutes(self, now: datetime) -> int:
        """Minutes it is overdue."""
        return int((now - self.due_at) / timedelta(minutes=1)) if self.due_at else 0


@dataclass(frozen=True, kw_only=True)
class Call:
    """What is to be done now about one thing that is overdue; a lapsed one has nothing `owed`."""

    kind: Literal["open", "remind", "raise", "done", "lapsed", "early"]
    incident: Incident | None
    rung: Rung
    owed: Owed | None = None
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


def owed_reports(seen: Situation, areas: AreaTree, rules: Mapping[str, Any]) -> list[Owed]:
    """Every reporting deadline, overdue or not; of closed incidents what outlasts them."""
    held = {i.id: deadlines_in(seen, i, rules, areas) for i in seen.open_incidents()}
    held |= lasting(seen, rules, areas)
    calling = rules["escalation"]
    pace = Pace(repeat_min=float(calling["repeat_min"]), rounds=int(calling["rounds"]))
    return [
        Owed(
            key=key_of(incident, clock), org=owing(incident, clock, areas), what="催报",
            source=SOURCE, title=f"{incident.letter} {clock.label}",
            detail=f"{clock.actor_body} → {clock.recipient}；依据：{clock.basis}", pace=pace,
            due_at=clock.due_at, overdue=clock.state == "overdue",
            ended="已报" if clock.done_at else "", incident=incident,
        )
        for incident, clocks in ((seen.incidents[i], clocks) for i, clocks in held.items())
        for clock in clocks
    ]  # fmt: skip


def owed_words(clearances: Iterable[Clearance], seen: Situation, pace: Pace) -> list[Owed]:
    """Every approval, overdue or not: the room that asked for it presses for it."""
    return [
        Owed(
            key=f"clearance:{held.id}", org=held.org, what="催批", source=APPROVALS,
            title=f"审批 {held.title}", detail=f"须{held.whose}；依据：{held.rule}", pace=pace,
            due_at=held.due_at, overdue=held.overdue(seen.at),
            ended="" if held.open else f"{held.word} {held.decided_by}".strip(),
            incident=seen.incidents.get(held.incident_id or ""),
        )
        for held in clearances
    ]  # fmt: skip


def calls(
    seen: Situation, areas: AreaTree, rules: Mapping[str, Any], table: AuthorityTable
) -> list[Call]:
    """Everything to be done now, per overdue deadline or approval at most one thing.

    Parameters
    ----------
    rules
        The reporting rules with `escalation`: `repeat_min` minutes between two calls, `rounds`
        calls before the level above is called.
    table
        Who may authorise what, with the pace at which overdue approvals are called.
    """
    held = _known(seen)
    owed = owed_reports(seen, areas, rules)
    owed += owed_words(seen.clearances.values(), seen, table.escalation)
    found = [_call(seen, areas, each, held.get(each.key)) for each in owed]
    return [call for call in found if call is not None] + _lapsed(seen, owed, held)


def _known(seen: Situation) -> dict[str, Task]:
    """The call for each deadline; what a fast clock called or ended before its time is none."""
    mine = sorted((t for t in seen.tasks.values() if t.clock), key=lambda t: (t.open, t.id))
    return {t.clock: t for t in mine if not _untrue(t, seen.at)}


def _untrue(task: Task, now: datetime) -> bool:
    """Whether a call was withdrawn as too early, or given up at a moment still to come."""
    if task.state != TaskState.CANCELLED:
        return False
    return task.result == TOO_EARLY or (task.ended_at or now) > now + APART


def _lapsed(seen: Situation, owed: Iterable[Owed], held: Mapping[str, Task]) -> list[Call]:
    """Calls for a day or a window that is over: nobody can report for it any more."""
    known = {each.key for each in owed}
    return [
        Call(kind="lapsed", incident=seen.incidents[t.incident_id or ""], task=t,
             rung=Rung(org=t.owner_org or PROVINCE, post=t.owner, name=""))
        for key, t in held.items()
        if key not in known and t.incident_id in seen.incidents and t.open
    ]  # fmt: skip


def _call(seen: Situation, areas: AreaTree, owed: Owed, task: Task | None) -> Call | None:
    """The one thing to do about what is owed; None when it can wait."""
    if task is None and (owed.ended or not owed.overdue):
        return None
    if task is not None and task.state.ended:
        return None
    rungs, here = ladder(seen, areas, owed.org), owed.incident
    if task is None:
        return Call(kind="open", incident=here, owed=owed, rung=rungs[0])
    at = _standing(task, rungs)
    if owed.ended:
        return Call(kind="done", incident=here, owed=owed, rung=at, task=task)
    if not owed.overdue:
        return Call(kind="early", incident=here, owed=owed, rung=at, task=task)
    if seen.at - _last(task.steps, seen.at) < timedelta(minutes=owed.pace.repeat_min):
        return None
    said = _since_raised(task)
    higher = rungs[rungs.index(at) + 1 :]
    kind: Literal["raise", "remind"] = "remind"
    # taken and still not reported counts like not taken: the level above hears of it
    if higher and (said >= owed.pace.rounds or task.state != TaskState.OPEN):
        kind, at = "raise", higher[0]
    return Call(kind=kind, incident=here, owed=owed, rung=at, task=task, count=said + 1)


def _last(steps: Iterable[Step], now: datetime) -> datetime:
    """When something was last done; a moment still to come is a fast clock's, and holds up none."""
    long_ago = datetime.min.replace(tzinfo=UTC)
    return max((s.at for s in steps if s.at <= now + APART), default=long_ago)


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
        and seen.at - _last(n.steps, seen.at) >= span
    ]  # fmt: skip


def mine(tasks: Iterable[Task], actor: Actor) -> list[Task]:
    """Calls that wait for an account: named to it, or to the post it holds in that room."""
    posts = {"chief": "带班领导", "leader": LEADERS}
    return [
        t for t in tasks
        if t.clock and t.state == TaskState.OPEN and t.owner_org == actor.org
        and (t.owner.endswith(f" {actor.name}") or t.owner.split(" ")[0] == posts.get(actor.role))
    ]  # fmt: skip

