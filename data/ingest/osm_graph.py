"""Compiles ways into a road graph: cut at junctions, joined where nothing branches off."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from data.allocation.closing import Bools, Floats
from data.allocation.graph import UNITS, Graph, Ints, distance_km
from data.allocation.roadfile import WayKeys

NOWHERE = 2_147_483_647  # a node that is not in the extract
FRAGMENT_NODES = 20  # smaller islands of roads are mapping errors and yards, not places cut off
SPLIT_KM = 2.0  # a longer road gets nodes on the way, so that who lives along it can join it


@dataclass(frozen=True, kw_only=True)
class RawWays:
    """Ways one after another: nodes (k,) with places in `UNITS`, and what each way is (w,)."""

    node: Ints
    x: npt.NDArray[np.int32]
    y: npt.NDArray[np.int32]
    starts: Ints
    way: Ints
    cls: npt.NDArray[np.uint8]
    direction: npt.NDArray[np.int8]
    kmh: npt.NDArray[np.float32]
    name: npt.NDArray[np.int32]
    names: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class _Pieces:
    """Stretches between stops: first and last position, in the order they are driven."""

    first: Ints
    last: Ints
    owner: Ints  # the way

    @property
    def count(self) -> Ints:
        """Positions of each."""
        found: Ints = np.abs(self.last - self.first) + 1
        return found


def compile_graph(
    raw: RawWays, classes: tuple[str, ...], fragment: int = FRAGMENT_NODES
) -> tuple[Graph, WayKeys]:
    """The graph of ways; islands of fewer than `fragment` nodes are left out, save the largest.

    Raises
    ------
    ValueError
        When no two nodes of any way have a place.
    """
    _, place = np.unique(raw.node, return_inverse=True)
    pieces = _cut(raw, place)
    if not len(pieces.owner):
        raise ValueError("道路的节点没有坐标")
    order, turned, leads = _chained(raw, pieces, place)
    at, road = _positions(pieces, order, turned, leads)
    degrees = np.column_stack([raw.x[at], raw.y[at]]) / UNITS
    step = np.append(0.0, distance_km(degrees[1:], degrees[:-1]))
    step[np.append(True, road[1:] != road[:-1])] = 0.0
    along = np.cumsum(step)
    slow = np.array([not c.startswith("motorway") for c in classes])
    owner = pieces.owner[order[leads]]
    starts, ends = _split(road, along, slow[raw.cls[owner]])
    owner = owner[road[starts]]
    kept = _large(place[at[starts]], place[at[ends]], fragment)
    starts, ends, owner = starts[kept], ends[kept], owner[kept]
    km = along[ends] - along[starts]
    return _graph(raw, classes, at, (starts, ends), owner, km)


def _cut(raw: RawWays, place: Ints) -> _Pieces:
    """Stretches of ways between junctions, ends and gaps; against-one-ways turned round."""
    here = raw.x != NOWHERE
    way = np.repeat(np.arange(len(raw.way)), np.diff(raw.starts))
    same = (way[1:] == way[:-1]) & here[1:] & here[:-1]
    joined_before, joined_after = np.append(False, same), np.append(same, False)
    uses = np.bincount(place[here], minlength=int(place.max(initial=-1)) + 1)
    stop = here & ((uses[place] > 1) | ~joined_before | ~joined_after)
    stops = np.flatnonzero(stop)
    run = np.cumsum(~joined_before)  # number of the unbroken run a position belongs to
    pairs = run[stops[1:]] == run[stops[:-1]]
    first, last = stops[:-1][pairs], stops[1:][pairs]
    owner = way[first]
    against = raw.direction[owner] < 0
    return _Pieces(
        first=np.where(against, last, first), last=np.where(against, first, last), owner=owner
    )


def _chained(raw: RawWays, pieces: _Pieces, place: Ints) -> tuple[Ints, Bools, Ints]:
    """Pieces in an order in which chains follow each other: order, turned round, chain starts.

    Two pieces are one road where nothing else meets them and they are of one kind.
    """
    u, v = place[pieces.first], place[pieces.last]
    one_way: Bools = np.asarray(raw.direction[pieces.owner] != 0)
    partner = _partners(raw, pieces, u, v, one_way)
    done: Bools = np.all(partner < 0, axis=1)
    order: list[int] = np.flatnonzero(done).tolist()
    leads: list[int] = list(range(len(order)))
    turned: list[bool] = [False] * len(order)
    open_start = (partner[:, 0] < 0) | ((partner[:, 1] < 0) & ~one_way)
    rest = np.flatnonzero(~done)
    links = partner.tolist()
    seen: list[bool] = np.atleast_1d(done).tolist()
    tail, head = u.tolist(), v.tolist()
    for start in [*rest[open_start[rest]].tolist(), *rest[~open_start[rest]].tolist()]:
        if seen[start]:
            continue
        leads.append(len(order))
        piece, back = start, links[start][0] >= 0 and links[start][1] < 0 and not one_way[start]
        while piece >= 0 and not seen[piece]:
            seen[piece] = True
            order.append(piece)
            turned.append(back)
            node = tail[piece] if back else head[piece]
            piece = links[piece][0 if back else 1]
            back = piece >= 0 and head[piece] == node and tail[piece] != node
    return np.array(order, dtype=np.int64), np.array(turned, dtype=bool), np.array(leads)


def _partners(raw: RawWays, pieces: _Pieces, u: Ints, v: Ints, one_way: Bools) -> Ints:
    """For each piece the piece it goes on into at its first and its last node; -1 for none."""
    count = len(u)
    node = np.concatenate([u, v])
    piece = np.tile(np.arange(count), 2)
    side = np.repeat([0, 1], count)
    order = np.argsort(node, kind="stable")
    node, piece, side = node[order], piece[order], side[order]
    begins = np.flatnonzero(np.append(True, node[1:] != node[:-1]) if count else [])
    ends = np.diff(np.append(begins, len(node)))
    a = begins[ends == 2]  # noqa: PLR2004 - where exactly two ends meet
    left, right = piece[a], piece[a + 1]
    alike: Bools = np.not_equal(left, right)
    kinds = (raw.cls, raw.kmh, raw.direction, raw.name)
    for what in kinds:
        alike &= np.equal(what[pieces.owner[left]], what[pieces.owner[right]])
    alike &= ~one_way[left] | (side[a] != side[a + 1])
    a, left, right = a[alike], left[alike], right[alike]
    partner = np.full((count, 2), -1, dtype=np.int64)
    partner[left, side[a]] = right
    partner[right, side[a + 1]] = left
    return partner


def _positions(pieces: _Pieces, order: Ints, turned: Bools, leads: Ints) -> tuple[Ints, Ints]:
    """All positions of all chains, one after another, and the chain of each."""
    first = np.where(turned, pieces.last[order], pieces.first[order])
    last = np.where(turned, pieces.first[order], pieces.last[order])
    chain = np.searchsorted(leads, np.arange(len(order)), side="right") - 1
    later = np.ones(len(order), dtype=bool)
    later[leads] = False  # the first position of a later piece is the last of the one before
    direction = np.sign(last - first)
    count = pieces.count[order] - later
    first = first + direction * later
    total = np.cumsum(count)
    within = np.arange(total[-1] if len(total) else 0) - np.repeat(total - count, count)
    at: Ints = np.repeat(first, count) + np.repeat(direction, count) * within
    return at, np.repeat(chain, count)


def _split(road: Ints, along: Floats, slow: Bools) -> tuple[Ints, Ints]:
    """First and last position of each road, long slow ones in parts."""
    begins = np.append(True, road[1:] != road[:-1])
    origin = along[np.maximum.accumulate(np.where(begins, np.arange(len(road)), 0))]
    part = np.floor((along - origin) / SPLIT_KM) * slow[road]
    new_part = np.append(False, (part[1:] != part[:-1]) & ~begins[1:])
    finish = np.append(begins[1:], True)
    new_part &= ~finish
    starts = np.flatnonzero(begins | new_part)
    ends = np.flatnonzero(finish | new_part)
    return starts, ends


def _large(u: Ints, v: Ints, fragment: int) -> Bools:
    """Which roads belong to the largest connected part or to another that is no fragment."""
    size = int(max(u.max(initial=-1), v.max(initial=-1))) + 1
    links = coo_array((np.ones(len(u), dtype=np.int8), (u, v)), shape=(size, size))
    _, part = connected_components(links.tocsr(), directed=False)
    used = np.unique(np.concatenate([u, v]))
    nodes = np.bincount(part[used])
    found: Bools = (nodes[part[u]] >= fragment) | (part[u] == int(np.argmax(nodes)))
    return found


def _morton(x: npt.NDArray[np.int32], y: npt.NDArray[np.int32]) -> npt.NDArray[np.uint64]:
    """A number that is near for near places: searches then stay within what is at hand."""
    found = np.zeros(len(x), dtype=np.uint64)
    for shift, values in enumerate((x, y)):
        bits = (values.astype(np.int64) - int(values.min(initial=0))).astype(np.uint64)
        for bit in range(12, 32):  # steps of some fifty metres
            one = (bits >> np.uint64(bit)) & np.uint64(1)
            found |= one << np.uint64(2 * (bit - 12) + shift)
    return found


def _graph(
    raw: RawWays,
    classes: tuple[str, ...],
    at: Ints,
    spans: Sequence[Ints],
    owner: Ints,
    km: Floats,
) -> tuple[Graph, WayKeys]:
    """The arrays of the graph from the positions of its roads."""
    starts, ends = spans
    count = ends - starts + 1
    total = np.cumsum(count)
    rows = np.repeat(starts - total + count, count) + np.arange(total[-1])
    where = at[rows]
    used = at[np.concatenate([starts, ends])]
    node, one, index = np.unique(raw.node[used], return_index=True, return_inverse=True)
    order = np.argsort(_morton(raw.x[used][one], raw.y[used][one]), kind="stable")
    node, index = node[order], np.argsort(order)[index]
    joined = index.reshape(2, -1).T.astype(np.int32)
    points = np.empty((len(node), 2))
    points[joined[:, 0]] = np.column_stack([raw.x[at[starts]], raw.y[at[starts]]]) / UNITS
    points[joined[:, 1]] = np.column_stack([raw.x[at[ends]], raw.y[at[ends]]]) / UNITS
    keys = WayKeys(raw.way[owner], node, joined)
    graph = Graph(
        points=points,
        ends=joined,
        minutes=km / raw.kmh[owner] * 60,
        both=raw.direction[owner] == 0,
        shape_at=np.append(0, total),
        shape=np.column_stack([raw.x[where], raw.y[where]]).astype(np.int32),
        cls=raw.cls[owner],
        classes=classes,
        name=raw.name[owner],
        names=raw.names,
        keys=keys,
    )
    return graph, keys
