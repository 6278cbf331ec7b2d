"""What the reporting clocks look at: an incident, who was told what and when, who left."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from data.domain.filing import Filing
from data.domain.incident import Casualties, Incident, Report
from data.domain.org import PROVINCE, AreaTree

TIERS = ("county", "prefecture", "province")
HURT = frozenset({"dead", "missing", "trapped", "injured_serious", "injured_minor", "poisoned"})


@dataclass(frozen=True, kw_only=True)
class Case:
    """An incident with all that is known of it at an instant."""

    incident: Incident
    reports: tuple[Report, ...]
    now: datetime
    areas: AreaTree
    filings: tuple[Filing, ...] = ()
    departed_at: datetime | None = None

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

    def sent(self) -> list[tuple[datetime, Filing]]:
        """The information reports sent by now, in order."""
        found = [(f.sent_at, f) for f in self.filings if f.sent_at and f.sent_at <= self.now]
        return sorted(found, key=lambda pair: (pair[0], pair[1].id))

    def ended(self) -> datetime | None:
        """When the matter was told as over: its first 终报, else when it was closed."""
        finals = [at for at, f in self.sent() if f.kind == "终报"]
        finals += [r.received_at for r in self.reports if r.kind == "终报"]
        return min(finals, default=self.incident.closed_at)

    def changed(self) -> tuple[datetime | None, datetime | None]:
        """When the casualties last changed after a sent report, and when that was reported."""
        sent = self.sent()
        if not sent:
            return None, None
        at, last = sent[-1]
        if _hurt(last.casualties, self.incident.casualties):
            said = [
                r.received_at for r in self.reports
                if r.received_at > at and _hurt(last.casualties, r.casualties)
            ]  # fmt: skip
            return max(said, default=at), None
        for (_, one), (when, other) in zip(reversed(sent[:-1]), reversed(sent[1:]), strict=True):
            if _hurt(one.casualties, other.casualties):
                return when, when
        return None, None


def _hurt(before: Casualties, after: Casualties) -> bool:
    """Whether the dead, the missing or the hurt changed; who was moved does not count."""
    return bool(HURT & set(before.changes(after)))
