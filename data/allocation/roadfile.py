"""The compiled road graph of a region in one file, and travel over it."""

from __future__ import annotations

import json
import os
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from data.allocation.graph import UNITS, Graph, Ints
from data.allocation.travel import Access, GraphTravel
from data.errors import Unavailable

VERSION = 1
AGAIN = "请重新运行 python -m dashboard import roads 区域.osm.pbf"
NO_ACCESS = ("motorway", "motorway_link")
# From a door to the nearest junction: lanes and yards, not roads of the graph.
LANE_KMH, LANE_FACTOR, NEAREST_NODES = 20.0, 1.3, 6
DIRECT_KM, FURTHER_KM = 0.5, 0.3
ATTRIBUTION = "© OpenStreetMap 贡献者，ODbL 1.0"


@dataclass(frozen=True)
class WayKeys:
    """Ids such as `w123:456-789`: the way and the two nodes of OpenStreetMap a road joins."""

    way: Ints = field(repr=False)
    node: Ints = field(repr=False)
    ends: npt.NDArray[np.int32] = field(repr=False)

    def key(self, road: int) -> str:
        """The id of a road."""
        a, b = self.node[self.ends[road]]
        return f"w{self.way[road]}:{a}-{b}"

    def find(self, key: str) -> Sequence[int]:
        """The roads an id names, in either order of its nodes."""
        way, _, pair = key.removeprefix("w").partition(":")
        first, _, second = pair.partition("-")
        if not (way.isdecimal() and first.isdecimal() and second.isdecimal()):
            return ()
        roads = np.flatnonzero(self.way == int(way))
        wanted = sorted((int(first), int(second)))
        return [int(r) for r in roads if sorted(self.node[self.ends[r]].tolist()) == wanted]


def save_roads(path: Path, graph: Graph, keys: WayKeys, about: dict[str, Any]) -> None:
    """Write a graph to one file, whole or not at all; `about` says where it comes from."""
    text = json.dumps({**about, "version": VERSION, "classes": graph.classes}, ensure_ascii=False)
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_suffix(".part")
    with draft.open("wb") as file:
        np.savez_compressed(
            file,
            about=np.frombuffer(text.encode(), dtype=np.uint8),
            names=np.frombuffer("\n".join(graph.names).encode(), dtype=np.uint8),
            points=np.round(graph.points * UNITS).astype(np.int32),
            ends=graph.ends,
            minutes=graph.minutes.astype(np.float32),
            both=graph.both,
            shape_at=graph.shape_at,
            shape=graph.shape,
            cls=graph.cls,
            name=graph.name,
            way=keys.way,
            node=keys.node,
        )
    os.replace(draft, path)  # noqa: PTH105 - replaces on every system


def load_roads(path: Path) -> tuple[Graph, dict[str, Any]]:
    """The graph of a file and what is known about it.

    Raises
    ------
    Unavailable
        When the file cannot be read, naming it and the remedy.
    """
    try:
        with np.load(path, allow_pickle=False) as data:
            about = json.loads(bytes(data["about"]))
            if about.get("version") != VERSION:
                raise Unavailable(f"路网文件 {path} 由另一版本生成。{AGAIN}")
            ends = data["ends"]
            graph = Graph(
                points=data["points"] / UNITS,
                ends=ends,
                minutes=data["minutes"].astype(float),
                both=data["both"],
                shape_at=data["shape_at"],
                shape=data["shape"],
                cls=data["cls"],
                classes=tuple(about["classes"]),
                name=data["name"],
                names=tuple(bytes(data["names"]).decode().split("\n")),
                keys=WayKeys(data["way"], data["node"], ends),
            )
    except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile) as error:
        raise Unavailable(f"路网文件 {path} 读不出来（{error}）。{AGAIN}") from error
    return graph, about


def road_travel(path: Path) -> GraphTravel:
    """Travel over the graph of a file.

    Raises
    ------
    Unavailable
        When the file cannot be read.
    """
    graph, about = load_roads(path)
    closed_in = [k for k, c in enumerate(graph.classes) if c in NO_ACCESS]
    joins = ~np.isin(graph.cls, closed_in)
    nodes = np.unique(graph.ends[joins]).astype(np.int64)
    access = Access(
        nodes=nodes, factors=np.full(len(nodes), LANE_FACTOR),
        count=NEAREST_NODES, kmh=LANE_KMH, direct_km=DIRECT_KM, further_km=FURTHER_KM,
    )  # fmt: skip
    source, date = about.get("source", path.name), about.get("date") or "日期不详"
    words = (
        f"行车时间按导入的路网 {source}（数据 {date}，"
        f"{graph.size} 个路口、{len(graph.ends)} 段路）和分级车速估算，不含实时路况；{ATTRIBUTION}"
    )
    return GraphTravel(graph, access, words)
