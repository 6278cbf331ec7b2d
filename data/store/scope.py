"""What an organisation may see of a situation: its own subtree and what concerns it."""

from __future__ import annotations

from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace
from typing import Any

from data.domain.incident import Report
from data.domain.org import PROVINCE, AreaTree
from data.domain.situation import Situation

# Which filter cuts which of the situation's fields; teams, depots and what hangs on them are below.
_CUTS: Mapping[str, tuple[str, ...]] = {
    "of_incident": ("responses", "posts", "photos", "field_needs"),
    "of_incident_or_org": ("entries", "zones"),
    "local": (
        "alarms", "sources", "suppliers", "connectors", "surges",
    ),
    "local_or_told": ("hazards", "rectifications"),
    "shared": ("tasks", "instructions", "consultations", "calls"),
    "involved": (
        "filings", "clearances", "supports", "shifts", "handovers", "warnings", "deliveries",
        "watches", "clashes",
    ),
}  # fmt: skip


def scoped(situation: Situation, org: str, areas: AreaTree) -> Situation:
    """The situation cut down to what `org` may know.

    An incident is visible when one of its areas lies in the subtree of `org`. A team or depot
    is visible when it lies there, or is committed to a visible incident. Things without an
    area are the province's.
    """
    if org == PROVINCE:
        return situation
    subtree = areas.subtree(org)
    incidents = {
        k: i for k, i in situation.incidents.items() if not subtree.isdisjoint(i.all_areas)
    }
    cut = _Cut(subtree=subtree, incidents=frozenset(incidents))
    plainly = {
        name: getattr(cut, how)(getattr(situation, name))
        for how, names in _CUTS.items()
        for name in names
    }
    return replace(
        situation,
        incidents=incidents,
        reports={k: r for k, r in situation.reports.items() if cut.report(r)},
        dispatches={
            k: d
            for k, d in situation.dispatches.items()
            if d.org in subtree or not cut.incidents.isdisjoint(d.incidents)
        },
        contacts=cut.known(situation.contacts, areas.path(org)),
        lines=tuple(line for line in situation.lines if cut.line(line)),
        **plainly,
        **_forces(situation, cut),
        **_stock(situation, cut),
        **_heard(situation, cut),
    )


def _forces(situation: Situation, cut: _Cut) -> dict[str, Any]:
    """Teams of the area or committed to it, with their assignments and positions."""
    ours = cut.of_incident(situation.assignments)
    teams = cut.local(situation.teams, {a.team_id for a in ours.values()})
    own = {k: a for k, a in situation.assignments.items() if a.team_id in teams}
    positions = {k: p for k, p in situation.positions.items() if k in teams}
    return {"teams": teams, "assignments": ours | own, "positions": positions}


def _stock(situation: Situation, cut: _Cut) -> dict[str, Any]:
    """Depots of the area or sending to it, with lots, movements and counts."""
    transfers = cut.of_incident(situation.transfers)
    depots = cut.local(situation.depots, {t.depot_id for t in transfers.values()})
    of_depot = {
        name: {k: x for k, x in getattr(situation, name).items() if x.depot_id in depots}
        for name in ("lots", "movements", "stocktakes")
    }
    return {"transfers": transfers, "depots": depots, **of_depot}


def _heard(situation: Situation, cut: _Cut) -> dict[str, Any]:
    """Sensors of the area and what they read."""
    sensors = cut.local(situation.sensors)
    readings = {k: r for k, r in situation.readings.items() if k in sensors}
    return {"sensors": sensors, "readings": readings}


@dataclass(frozen=True, kw_only=True)
class _Cut:
    """An organisation's subtree and the incidents it sees, as filters."""

    subtree: frozenset[str]
    incidents: frozenset[str]

    def of_incident(self, things: Mapping[str, Any]) -> dict[str, Any]:
        """Things that belong to a visible incident."""
        return {k: t for k, t in things.items() if t.incident_id in self.incidents}

    def of_incident_or_org(self, things: Mapping[str, Any]) -> dict[str, Any]:
        """Things of a visible incident, or of none but written in the subtree."""
        return {
            k: t
            for k, t in things.items()
            if t.incident_id in self.incidents or (t.incident_id is None and t.org in self.subtree)
        }

    def local(
        self, things: Mapping[str, Any], also: AbstractSet[str] = frozenset()
    ) -> dict[str, Any]:
        """Things that lie in the subtree, and some others by id."""
        return {k: t for k, t in things.items() if t.area_code in self.subtree or k in also}

    def local_or_told(self, things: Mapping[str, Any]) -> dict[str, Any]:
        """Things that lie in the subtree, or were told by one in it."""
        return {
            k: t
            for k, t in things.items()
            if t.area_code in self.subtree or t.org in self.subtree
        }

    def involved(self, things: Mapping[str, Any]) -> dict[str, Any]:
        """Things whose `orgs` (who made them, who got them) include one in the subtree."""
        return {k: t for k, t in things.items() if not self.subtree.isdisjoint(t.orgs)}

    def shared(self, things: Mapping[str, Any]) -> dict[str, Any]:
        """Things of a visible incident, or that one in the subtree made or owns."""
        return {
            k: t
            for k, t in things.items()
            if t.incident_id in self.incidents or not self.subtree.isdisjoint(t.orgs)
        }

    def known(self, things: Mapping[str, Any], above: tuple[str, ...]) -> dict[str, Any]:
        """Things of the subtree and of the bodies above it; without an area, the province's."""
        seen = self.subtree | set(above) | {PROVINCE}
        return {k: t for k, t in things.items() if (t.area_code or PROVINCE) in seen}

    def report(self, report: Report) -> bool:
        """Whether a report was filed in, lies in, or concerns the subtree."""
        near = report.area_code in self.subtree or report.org in self.subtree
        return near or report.incident_id in self.incidents

    def line(self, line: Mapping[str, Any]) -> bool:
        """Whether a journal line may be read."""
        if line["incident_id"] is not None:
            return line["incident_id"] in self.incidents
        return line["area"] in self.subtree or line["org"] in self.subtree
