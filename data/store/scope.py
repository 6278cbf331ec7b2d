"""What an organisation may see of a situation: its own subtree and what concerns it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from data.domain.org import PROVINCE, AreaTree
from data.domain.situation import Situation


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

    def of_incident(things: dict[str, Any]) -> dict[str, Any]:
        return {k: t for k, t in things.items() if t.incident_id in incidents}

    def local(things: dict[str, Any], also: frozenset[str] = frozenset()) -> dict[str, Any]:
        return {k: t for k, t in things.items() if t.area_code in subtree or k in also}

    assignments = of_incident(situation.assignments)
    transfers = of_incident(situation.transfers)
    teams = local(situation.teams, frozenset(a.team_id for a in assignments.values()))
    depots = local(situation.depots, frozenset(t.depot_id for t in transfers.values()))
    own_assignments = {k: a for k, a in situation.assignments.items() if a.team_id in teams}
    sensors = local(situation.sensors)
    return replace(
        situation,
        incidents=incidents,
        reports={
            k: r
            for k, r in situation.reports.items()
            if r.area_code in subtree or r.org in subtree or r.incident_id in incidents
        },
        responses=of_incident(situation.responses),
        entries={
            k: e
            for k, e in situation.entries.items()
            if e.incident_id in incidents or (e.incident_id is None and e.org in subtree)
        },
        zones={
            k: z
            for k, z in situation.zones.items()
            if z.incident_id in incidents or (z.incident_id is None and z.org in subtree)
        },
        teams=teams,
        assignments=assignments | own_assignments,
        dispatches={
            k: d
            for k, d in situation.dispatches.items()
            if not incidents.keys().isdisjoint(d.incidents) or d.org in subtree
        },
        depots=depots,
        lots={k: lot for k, lot in situation.lots.items() if lot.depot_id in depots},
        transfers=transfers,
        sensors=sensors,
        alarms=local(situation.alarms),
        sources=local(situation.sources),
        positions={k: p for k, p in situation.positions.items() if k in teams},
        readings={k: r for k, r in situation.readings.items() if k in sensors},
        lines=tuple(
            line
            for line in situation.lines
            if line["incident_id"] in incidents
            or (line["incident_id"] is None and line["area"] in subtree)
            or (line["incident_id"] is None and line["org"] in subtree)
        ),
    )
