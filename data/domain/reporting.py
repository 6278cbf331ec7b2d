"""Reporting 报送: which deadlines run for an incident, by the regulation of its type only."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, Literal

from data.domain.clock import SHANGHAI
from data.domain.grading import serious_near_miss
from data.domain.incident import Incident, Report
from data.domain.incident_types import INCIDENT_TYPES
from data.domain.org import PROVINCE, AreaTree

DUE_SOON = timedelta(minutes=30)
TIERS = ("county", "prefecture", "province")
_TIER_WORDS = {"county": "县级", "prefecture": "市级", "province": "省级"}

State = Literal["running", "due_soon", "overdue", "done", "late"]


@dataclass(frozen=True, kw_only=True)
class Deadline:
    """One thing somebody must report by a time; `why` says what is unknown about it.

    `tier` is the level whose room owes it, or must press for it.
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


@dataclass(frozen=True, kw_only=True)
class _Case:
    """What the rules look at."""

    incident: Incident
    reports: tuple[Report, ...]
    now: datetime
    areas: AreaTree

    def tier(self, org: str) -> str | None:
        """The tier at which an organisation receives; 仙桃 and its like are prefectures."""
        if org == PROVINCE:
            return "province"
        area = self.areas.areas.get(org)
        if area is None:
            return None
        return "prefecture" if area.is_prefecture else "county"

    def tiers(self) -> tuple[str, ...]:
        """The tiers above (and at) the place it happened: a prefecture's own has no county."""
        area = self.areas.areas.get(self.incident.area_code)
        if self.incident.area_code == PROVINCE or area is None:
            return ("province",)
        return TIERS[1:] if area.is_prefecture else TIERS

    def heard(self, tier: str) -> datetime | None:
        """When a tier first received a report of it."""
        times = [r.received_at for r in self.reports if self.tier(r.org) == tier]
        return min(times, default=None)

    def heard_from(self, tier: str) -> tuple[datetime | None, bool]:
        """When a tier, or one above it, first knew; and whether the tier itself is recorded."""
        own = self.heard(tier)
        above = [self.heard(t) for t in TIERS[TIERS.index(tier) + 1 :]]
        known = [t for t in (own, *above) if t is not None]
        return min(known, default=None), own is not None

    def filed(self, tier: str, since: datetime, until: datetime) -> datetime | None:
        """When a tier first filed a follow-up within a window."""
        times = [
            r.received_at
            for r in self.reports
            if r.kind != "首报" and self.tier(r.org) == tier and since <= r.received_at < until
        ]
        return min(times, default=None)


def deadlines(
    incident: Incident,
    reports: Iterable[Report],
    rules: Mapping[str, Any],
    now: datetime,
    areas: AreaTree,
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
    """
    kind = INCIDENT_TYPES.get(incident.type)
    if kind is None:
        return []
    known = tuple(r for r in reports if r.received_at <= now)
    case = _Case(incident=incident, reports=known, now=now, areas=areas)
    made = [
        _MAKERS[clock["kind"]](clock, case)
        for clock in rules.get("clocks", ())
        if clock["regulation"] in kind.regulations and _applies(clock, case)
    ]
    found = [d for d in made if d is not None]
    return sorted(found, key=lambda d: (d.due_at is None, d.due_at or now, d.id))


def _applies(clock: Mapping[str, Any], case: _Case) -> bool:
    """Whether a clock's tier and conditions fit the incident."""
    if clock.get("tier") and clock["tier"] not in case.tiers():
        return False
    if "direct" in clock and clock["direct"] != ("county" not in case.tiers()):
        return False
    c = case.incident.casualties
    if clock.get("dead_missing_from") is not None:
        people = (c.dead or 0) + (c.missing or 0) + (c.trapped or 0)
        return people >= int(clock["dead_missing_from"])
    level = case.incident.grading.level
    near = bool(clock.get("near_miss")) and bool(serious_near_miss(case.incident.type, c))
    return "levels" not in clock or level in clock["levels"] or (near and level not in ("I", "II"))


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
        tier=clock.get("tier") or str(clock.get("done", "")).removeprefix("filed:"),
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


def _once(clock: Mapping[str, Any], case: _Case) -> Deadline:
    """A clock of so many minutes from what happened or from what a tier heard."""
    start, why = _start(clock, case)
    due = start + timedelta(minutes=clock["limit_min"]) if start is not None else None
    done, recorded = _done(clock, case)
    state = _state(case.now, due, done)
    if done is not None and not recorded:
        # A tier above knew by then, so it was passed on; when exactly is not on record.
        tier = _TIER_WORDS[clock["done"]]
        why = "；".join(x for x in (why, f"{tier}接报时间未录入，上级已接报") if x)
        state = "done"
    return _deadline(clock, starts_at=start, due_at=due, done_at=done, state=state, why=why)


def _start(clock: Mapping[str, Any], case: _Case) -> tuple[datetime | None, str]:
    """When a clock starts, or why that is unknown."""
    if clock["start"] == "occurred_at":
        start = case.incident.occurred_at
        return start, "" if start is not None else "事发时间不详，录入后开始计时"
    tier = clock["start"]
    start = case.heard(tier)
    return start, "" if start is not None else f"{_TIER_WORDS[tier]}接报时间未录入"


def _done(clock: Mapping[str, Any], case: _Case) -> tuple[datetime | None, bool]:
    """When a clock's report reached its tier, and whether that very tier recorded it."""
    if clock["done"].startswith("filed:"):
        tier = clock["done"].removeprefix("filed:")
        since = case.heard(tier) or case.incident.received_at
        return case.filed(tier, since, case.now + timedelta(seconds=1)), True
    return case.heard_from(clock["done"])


def _daily(clock: Mapping[str, Any], case: _Case) -> Deadline | None:
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


def _every(clock: Mapping[str, Any], case: _Case) -> Deadline | None:
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


_MAKERS: Mapping[str, Callable[[Mapping[str, Any], _Case], Deadline | None]] = {
    "once": _once,
    "daily": _daily,
    "every": _every,
}
