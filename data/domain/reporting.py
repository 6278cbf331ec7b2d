"""Reporting 报送: which deadlines run for an incident, by the regulation of its type only."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, Literal

from data.domain.clock import SHANGHAI
from data.domain.filing import Filing
from data.domain.grading import serious_near_miss
from data.domain.incident import Incident, Report
from data.domain.incident_types import INCIDENT_TYPES
from data.domain.org import AreaTree
from data.domain.reporting_case import Case
from data.domain.reporting_rules import ANY
from data.domain.situation import Situation

DUE_SOON = timedelta(minutes=30)
LASTS = timedelta(days=60)  # 假定: how long after its end an incident is still asked about
_TIER_WORDS = {"county": "县级", "prefecture": "市级", "province": "省级"}

State = Literal["running", "due_soon", "overdue", "done", "late"]


@dataclass(frozen=True, kw_only=True)
class Deadline:
    """One thing somebody must report by a time; `why` says what is unknown about it.

    `tier` is the level whose room owes it, or must press for it. One that `outlasts` the incident
    is owed after it was closed.
    """

    id: str
    label: str
    actor_body: str
    recipient: str
    starts_at: datetime | None
    due_at: datetime | None
    done_at: datetime | None
    basis: str
    source: str
    confidence: str
    state: State
    why: str = ""
    tier: str = ""
    outlasts: bool = False


def deadlines_in(
    seen: Situation, incident: Incident, rules: Mapping[str, Any], areas: AreaTree
) -> list[Deadline]:
    """Every deadline of an incident by all that is seen: reports, filings and departures."""
    times = (a.times.get("departed") for a in seen.assignments_of(incident.id))
    return deadlines(
        incident, seen.reports_of(incident.id), rules, seen.at, areas,
        filings=[f for f in seen.filings.values() if f.incident_id == incident.id],
        departed_at=min((t for t in times if t is not None), default=None),
    )  # fmt: skip


def lasting(
    seen: Situation, rules: Mapping[str, Any], areas: AreaTree
) -> dict[str, list[Deadline]]:
    """What is owed of incidents that ended lately and were reported: 核报, changed casualties."""
    told = {f.incident_id for f in seen.filings.values()}
    return {
        i.id: [d for d in deadlines_in(seen, i, rules, areas) if d.outlasts]
        for i in seen.incidents.values()
        if i.id in told and i.closed_at is not None and seen.at - i.closed_at <= LASTS
    }  # fmt: skip


def deadlines(
    incident: Incident,
    reports: Iterable[Report],
    rules: Mapping[str, Any],
    now: datetime,
    areas: AreaTree,
    *,
    filings: Iterable[Filing] = (),
    departed_at: datetime | None = None,
) -> list[Deadline]:
    """Every deadline that runs for an incident, the nearest due first.

    Parameters
    ----------
    reports
        The incident's own reports known at `now`; later ones are ignored.
    rules
        `data/reference/reporting.json`: `{"clocks": [...]}`, each clock with its regulation,
        basis, source and confidence.
    now
        The domain instant; nothing is stored, the same inputs give the same answer.
    filings, departed_at
        The incident's information reports in sight, and when its first team left.
    """
    kind = INCIDENT_TYPES.get(incident.type)
    if kind is None:
        return []
    known = tuple(r for r in reports if r.received_at <= now)
    case = Case(
        incident=incident, reports=known, now=now, areas=areas, filings=tuple(filings),
        departed_at=departed_at if departed_at and departed_at <= now else None,
    )  # fmt: skip
    made = [
        _MAKERS[clock["kind"]](clock, case)
        for clock in rules.get("clocks", ())
        if not clock.get("off") and _governs(clock, kind.regulations) and _applies(clock, case)
    ]
    found = [d for d in made if d is not None]
    return sorted(found, key=lambda d: (d.due_at is None, d.due_at or now, d.id))


def _governs(clock: Mapping[str, Any], regulations: tuple[str, ...]) -> bool:
    """Whether the regulation of a clock is one of a type's; some hold for whatever has one."""
    held = clock["regulation"]
    return held in regulations or (held == ANY and bool(regulations))


def _applies(clock: Mapping[str, Any], case: Case) -> bool:
    """Whether a clock's tier and conditions fit the incident."""
    if case.incident.type not in clock.get("types", (case.incident.type,)):
        return False
    if case.incident.type in clock.get("except_types", ()):
        return False
    if clock.get("tier") and clock["tier"] not in case.tiers():
        return False
    if "direct" in clock and clock["direct"] != ("county" not in case.tiers()):
        return False
    c = case.incident.casualties
    if clock.get("dead_missing_from") is not None:
        people = (c.dead or 0) + (c.missing or 0) + (c.trapped or 0)
        return people >= int(clock["dead_missing_from"]) or _unknown(clock, case)
    level = case.incident.grading.level
    near = bool(clock.get("near_miss")) and bool(serious_near_miss(case.incident.type, c))
    return "levels" not in clock or level in clock["levels"] or (near and level not in ("I", "II"))


def _unknown(clock: Mapping[str, Any], case: Case) -> bool:
    """Whether a type's clock runs because nobody knows yet who is dead or missing."""
    c = case.incident.casualties
    known = any(n is not None for n in (c.dead, c.missing, c.trapped))
    return case.incident.type in clock.get("unknown_types", ()) and not known


def _deadline(
    clock: Mapping[str, Any],
    *,
    starts_at: datetime | None,
    due_at: datetime | None,
    done_at: datetime | None,
    state: State,
    why: str = "",
) -> Deadline:
    """A deadline with its rule's words."""
    return Deadline(
        id=clock["id"],
        label=clock["label"],
        actor_body=clock["actor_body"],
        recipient=clock["recipient"],
        starts_at=starts_at,
        due_at=due_at,
        done_at=done_at,
        basis=clock["basis"],
        source=clock["source"],
        confidence=clock["confidence"],
        state=state,
        why=why,
        tier=clock.get("tier") or str(clock.get("done", "")).rpartition(":")[2],
        outlasts=clock.get("start") == "ended" or clock["kind"] == "change",
    )


def _state(now: datetime, due: datetime | None, done: datetime | None) -> State:
    """Where a deadline stands at an instant."""
    if done is not None:
        return "late" if due is not None and done > due else "done"
    if due is None:
        return "running"
    if now > due:
        return "overdue"
    return "due_soon" if due - now <= DUE_SOON else "running"


def _once(clock: Mapping[str, Any], case: Case) -> Deadline | None:
    """A clock of so many minutes from what happened or from what a tier heard.

    One that starts with a departure or with the end does not exist before it.
    """
    start, why = _start(clock, case)
    if start is None and clock["start"] in ("departed", "ended"):
        return None
    due = start + timedelta(minutes=clock["limit_min"]) if start is not None else None
    done, recorded = _done(clock, case)
    state = _state(case.now, due, done)
    if done is not None and not recorded:
        # A tier above knew by then, so it was passed on; when exactly is not on record.
        tier = _TIER_WORDS[clock["done"]]
        why = "；".join(x for x in (why, f"{tier}接报时间未录入，上级已接报") if x)
        state = "done"
    return _deadline(clock, starts_at=start, due_at=due, done_at=done, state=state, why=why)


def _start(clock: Mapping[str, Any], case: Case) -> tuple[datetime | None, str]:
    """When a clock starts, or why that is unknown."""
    if clock["start"] == "occurred_at":
        start = case.incident.occurred_at
        return start, "" if start is not None else "事发时间不详，录入后开始计时"
    if clock["start"] == "departed":
        why = "伤亡不明：影响大的须报" if _unknown(clock, case) else ""
        return case.departed_at, why
    if clock["start"] == "ended":
        return case.ended(), ""
    tier = clock["start"]
    start = case.heard(tier)
    return start, "" if start is not None else f"{_TIER_WORDS[tier]}接报时间未录入"


def _done(clock: Mapping[str, Any], case: Case) -> tuple[datetime | None, bool]:
    """When a clock's report reached its tier, and whether that very tier recorded it."""
    if clock["done"].startswith("filed:"):
        tier = clock["done"].removeprefix("filed:")
        since = case.heard(tier) or case.incident.received_at
        return case.filed(tier, since, case.now + timedelta(seconds=1)), True
    way, _, whom = str(clock["done"]).partition(":")
    if way == "sent":
        return min((at for at, f in case.sent() if any(whom in r.to for r in f.receipts)),
                   default=None), True  # fmt: skip
    if way == "verified":
        since = case.ended() or case.now
        return min((at for at, f in case.sent()
                    if f.kind == "核报" and case.tier(f.org) == whom and at >= since),
                   default=None), True  # fmt: skip
    return case.heard_from(clock["done"])


def _change(clock: Mapping[str, Any], case: Case) -> Deadline | None:
    """补报 of casualties that changed after a report, within so many days of what happened."""
    began = case.incident.occurred_at or case.incident.received_at
    due = began + timedelta(days=clock["days"])
    start, done = case.changed()
    if start is None or start > due:
        return None
    return _deadline(
        clock, starts_at=start, due_at=due, done_at=done, state=_state(case.now, due, done)
    )


def _daily(clock: Mapping[str, Any], case: Case) -> Deadline | None:
    """Today's 24 小时零报告 of a tier: due at an hour of every day after the first."""
    incident = case.incident
    if incident.status != "open":
        return None
    began = (incident.occurred_at or incident.received_at).astimezone(SHANGHAI).date()
    day = max(case.now.astimezone(SHANGHAI).date(), began + timedelta(days=1))
    starts = _beijing(day, 0)
    due = _beijing(day, int(clock["hour"]))
    done = case.filed(clock["tier"], starts, starts + timedelta(days=1))
    return _deadline(
        clock, starts_at=starts, due_at=due, done_at=done, state=_state(case.now, due, done)
    )


def _every(clock: Mapping[str, Any], case: Case) -> Deadline | None:
    """The current window of a 续报 frequency: so many a day, counted by Beijing days."""
    if case.incident.status != "open":
        return None
    hours = 24 // int(clock["per_day"])
    local = case.now.astimezone(SHANGHAI)
    starts = _beijing(local.date(), local.hour // hours * hours)
    due = starts + timedelta(hours=hours)
    times = [r.received_at for r in case.reports if starts <= r.received_at < due]
    done = min(times, default=None)
    return _deadline(
        clock, starts_at=starts, due_at=due, done_at=done, state=_state(case.now, due, done)
    )


def _beijing(day: date, hour: int) -> datetime:
    """An hour of a Beijing day, in UTC."""
    return datetime.combine(day, time(hour), SHANGHAI).astimezone(UTC)


_MAKERS: Mapping[str, Callable[[Mapping[str, Any], Case], Deadline | None]] = {
    "once": _once,
    "daily": _daily,
    "every": _every,
    "change": _change,
}
