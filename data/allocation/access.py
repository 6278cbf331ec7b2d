"""How journeys get on and off a road graph: legs to the nearest nodes, and near ways beside it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.spatial import cKDTree

from data.allocation.closing import Areas, Floats, cut, straight
from data.allocation.graph import Graph, Ints, distance_km, flat_km
from data.allocation.roads import OFF_GRAPH_KMH

NEAREST_SEATS = 5  # seats tried at each end of a journey
# A leg off the graph to another node than the nearest: no longer than so many times the nearest
# one's and so many km more, or it would be the road between the two that is on the graph, and
# stay open when that one is closed.
FURTHER, FURTHER_KM = 2.0, 20.0
DIRECT_KM = 40.0  # up to here the direct line along local roads is tried too


@dataclass(frozen=True, kw_only=True)
class Access:
    """How journeys get on and off a graph: from which nodes, how many tried, how fast."""

    nodes: Ints
    factors: Floats  # road length over straight line at each of the nodes
    count: int = NEAREST_SEATS
    kmh: float = OFF_GRAPH_KMH
    direct_km: float = DIRECT_KM
    further_km: float = FURTHER_KM


class Legs:
    """The ways between places and the nodes of one graph."""

    def __init__(self, graph: Graph, access: Access) -> None:
        """Index the nodes that may be joined."""
        self.graph, self.access = graph, access
        self._tree = cKDTree(flat_km(graph.points[access.nodes])) if len(access.nodes) else None

    def legs(self, points: Floats, shut: Areas) -> tuple[Ints, Floats]:
        """The nearest nodes (m, k) of points (m, 2) and the minutes to each, infinite where cut."""
        access = self.access
        if self._tree is None:
            return np.empty((len(points), 0), dtype=np.int64), np.empty((len(points), 0))
        count = min(access.count, len(access.nodes))
        _, near = self._tree.query(flat_km(points), k=np.arange(1, count + 1))
        near = np.asarray(near, dtype=np.int64)
        nodes: Ints = access.nodes[near]
        where = self.graph.points[nodes]
        km = distance_km(points[:, None, :], where)
        cost: Floats = km * access.factors[near] / access.kmh * 60
        cost[km > FURTHER * km[:, :1] + access.further_km] = np.inf
        if shut:
            starts = np.repeat(points, count, axis=0)
            lines = straight(starts, where.reshape(-1, 2))
            cost[cut(lines, shut).reshape(cost.shape)] = np.inf
        return nodes, cost

    def direct(
        self, starts: Floats, goal: Floats, shut: Areas, closed: frozenset[str]
    ) -> Floats:
        """Minutes along local roads for starts near the target, infinite for the others.

        Local roads from town to town are the ordinary road between them: closed with it.
        """
        access = self.access
        km = distance_km(starts, goal)
        near = np.flatnonzero(km <= access.direct_km)
        factor = 1.0
        if self._tree is not None and len(near):
            _, at = self._tree.query(flat_km(np.vstack([goal, starts[near]])), k=[1])
            home = access.nodes[np.asarray(at)[:, 0]]
            factor = float(access.factors[np.asarray(at)[0, 0]])
            near = near[~np.isin(home[1:], list(self._cut_off(int(home[0]), closed)))]
        if shut and len(near):
            lines = straight(starts[near], np.repeat(goal[None], len(near), axis=0))
            near = near[~cut(lines, shut)]
        found = np.full(len(starts), np.inf)
        found[near] = km[near] * factor / access.kmh * 60
        return found

    def _cut_off(self, node: int, closed: frozenset[str]) -> set[int]:
        """Nodes whose road to a node is closed by name."""
        roads = [road for key in closed for road in self.graph.keys.find(key)]
        pairs = (self.graph.ends[road].tolist() for road in roads)
        return {a + b - node for a, b in pairs if node in (a, b)}
