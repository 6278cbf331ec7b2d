"""Shortest ways from one node over large graphs, compiled, while other threads go on."""

from __future__ import annotations

from typing import Any

import numba
import numpy as np

from data.allocation.closing import Floats
from data.allocation.graph import Ints


def shortest(starts: Ints, others: Ints, costs: Floats, first: Ints, given: Floats) -> Floats:
    """Cost from the nearest of the nodes `first`, at `given` cost each, to every node.

    Dijkstra with a binary heap. `starts` (n + 1,) and `others` (m,) are the arcs by node,
    `costs` (m,) their cost, infinite where closed. scipy's holds the interpreter's lock all the
    while: a tenth of a second and more on a province, in which no stream is served. Single
    precision, which keeps a thousandth of a minute in a day.
    """
    found: Floats = _shortest(starts, others, costs, first, given).astype(np.float32)
    return found


@numba.njit(nogil=True, cache=True)
def _shortest(starts: Any, others: Any, costs: Any, first: Any, given: Any) -> Any:
    """The compiled search: a heap in which a node may stand more than once."""
    best = np.full(len(starts) - 1, np.inf)
    most = len(others) + len(first)
    size, keys, nodes = 0, np.empty(most), np.empty(most, dtype=np.int32)
    for k in range(len(first)):
        if given[k] < best[first[k]]:
            best[first[k]] = given[k]
            size = _push(keys, nodes, size, given[k], first[k])
    while size > 0:
        key, node = keys[0], nodes[0]
        size = _pop(keys, nodes, size)
        if key > best[node]:
            continue
        for arc in range(starts[node], starts[node + 1]):
            reached = key + costs[arc]
            if reached < best[others[arc]]:
                best[others[arc]] = reached
                size = _push(keys, nodes, size, reached, others[arc])
    return best


@numba.njit(nogil=True, cache=True)
def _push(keys: Any, nodes: Any, size: Any, key: Any, node: Any) -> Any:
    """Put an entry on the heap; the new size."""
    at = size
    while at > 0:
        above = (at - 1) >> 1
        if keys[above] <= key:
            break
        keys[at], nodes[at] = keys[above], nodes[above]
        at = above
    keys[at], nodes[at] = key, node
    return size + 1


@numba.njit(nogil=True, cache=True)
def _pop(keys: Any, nodes: Any, size: Any) -> Any:
    """Take the least entry off the heap; the new size."""
    size -= 1
    key, node = keys[size], nodes[size]
    at = 0
    while True:
        below = 2 * at + 1
        if below >= size:
            break
        if below + 1 < size and keys[below + 1] < keys[below]:
            below += 1
        if keys[below] >= key:
            break
        keys[at], nodes[at] = keys[below], nodes[below]
        at = below
    keys[at], nodes[at] = key, node
    return size
