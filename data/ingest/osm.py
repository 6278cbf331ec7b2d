"""Reads the roads of an OpenStreetMap extract, streaming, and compiles them to one file."""

from __future__ import annotations

from array import array
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import osmium

from data.allocation.roadfile import save_roads
from data.errors import Invalid
from data.ingest.osm_graph import RawWays, compile_graph
from data.ingest.osm_ways import CLASSES, class_of, direction_of, name_of, speed_of

Progress = Callable[[str], None]
SUFFIXES = (".osm.pbf", ".pbf", ".osm", ".osm.bz2", ".osm.gz")
TOLD_EVERY = 50_000  # ways
HUBEI = (108.3, 29.0, 116.2, 33.3)  # west, south, east, north; degrees
REMEDY = "请提供含湖北的 OpenStreetMap 区域提取文件（.osm.pbf）"


def _silent(_line: str) -> None:
    """Say nothing."""


@dataclass
class _Collected:
    """Ways as flat arrays: a province holds millions of nodes, which no dict should."""

    node: array[int] = field(default_factory=lambda: array("q"))
    x: array[int] = field(default_factory=lambda: array("i"))
    y: array[int] = field(default_factory=lambda: array("i"))
    starts: array[int] = field(default_factory=lambda: array("q", [0]))
    way: array[int] = field(default_factory=lambda: array("q"))
    cls: array[int] = field(default_factory=lambda: array("B"))
    direction: array[int] = field(default_factory=lambda: array("b"))
    kmh: array[float] = field(default_factory=lambda: array("f"))
    name: array[int] = field(default_factory=lambda: array("i"))
    names: dict[str, int] = field(default_factory=lambda: {"": 0})

    def add(self, way: Any) -> None:
        """One way, when it may be driven."""
        tags = way.tags
        kind = class_of(tags)
        if kind is None:
            return
        refs = [(n.ref, n.x, n.y) for n in way.nodes]
        self.node.extend(r[0] for r in refs)
        self.x.extend(r[1] for r in refs)
        self.y.extend(r[2] for r in refs)
        self.starts.append(len(self.node))
        self.way.append(way.id)
        self.cls.append(CLASSES.index(kind))
        self.direction.append(direction_of(tags, kind))
        self.kmh.append(speed_of(tags, kind))
        self.name.append(self.names.setdefault(name_of(tags), len(self.names)))

    def raw(self) -> RawWays:
        """The arrays."""
        return RawWays(
            node=np.frombuffer(self.node, dtype=np.int64),
            x=np.frombuffer(self.x, dtype=np.int32),
            y=np.frombuffer(self.y, dtype=np.int32),
            starts=np.frombuffer(self.starts, dtype=np.int64),
            way=np.frombuffer(self.way, dtype=np.int64),
            cls=np.frombuffer(self.cls, dtype=np.uint8),
            direction=np.frombuffer(self.direction, dtype=np.int8),
            kmh=np.frombuffer(self.kmh, dtype=np.float32),
            name=np.frombuffer(self.name, dtype=np.int32),
            names=tuple(self.names),
        )


def import_roads(path: Path, out: Path, progress: Progress = _silent) -> dict[str, Any]:
    """Compile the roads of an extract into the file `out`; returns what it holds.

    Raises
    ------
    Invalid
        When the file is missing, is no extract, or holds no road of Hubei.
    """
    _look_at(path)
    progress(f"读取 {path.name}（{path.stat().st_size / 1e6:.1f} MB）……")
    date, collected = _read(path, progress)
    if not collected.way:
        raise Invalid.field("文件", f"{path} 里没有可行车的道路（highway）", REMEDY)
    progress(f"共 {len(collected.way)} 条可行车道路，按路口拼接……")
    try:
        graph, keys = compile_graph(collected.raw(), CLASSES)
    except ValueError as error:
        raise Invalid.field("文件", f"{path}：{error}", f"{REMEDY}，节点须排在道路之前") from error
    west, south, east, north = HUBEI
    x, y = graph.points[:, 0], graph.points[:, 1]
    within = int(((x > west) & (x < east) & (y > south) & (y < north)).sum())
    if not within:
        raise Invalid.field("文件", f"{path} 里没有湖北范围内的道路", REMEDY)
    about = {
        "source": path.name, "date": date, "made": datetime.now(UTC).isoformat(timespec="seconds"),
        "junctions": graph.size, "roads": len(graph.ends), "junctions_in_hubei": within,
        "one_way": int((~graph.both).sum()),
    }  # fmt: skip
    progress(f"写入 {out} ……")
    save_roads(out, graph, keys, about)
    return {**about, "bytes": out.stat().st_size}


def _look_at(path: Path) -> None:
    """Whether a path can be an extract at all."""
    if not path.exists():
        raise Invalid.field("文件", f"找不到文件 {path}", "请核对路径")
    if not path.is_file():
        raise Invalid.field("文件", f"{path} 不是文件", REMEDY)
    if not path.name.lower().endswith(SUFFIXES):
        raise Invalid.field("文件", f"{path.name} 不是 OpenStreetMap 文件", REMEDY)
    if not path.stat().st_size:
        raise Invalid.field("文件", f"{path} 是空文件", "请重新下载后再导入")


def _read(path: Path, progress: Progress) -> tuple[str | None, _Collected]:
    """The date of an extract and its drivable ways; node places stay in the reader's own memory."""
    collected = _Collected()
    try:
        reader = osmium.FileProcessor(str(path), osmium.osm.NODE | osmium.osm.WAY)
        date = reader.header.get("osmosis_replication_timestamp") or None
        ways = reader.with_locations("flex_mem").with_filter(
            osmium.filter.EntityFilter(osmium.osm.WAY)
        )
        for seen, way in enumerate(ways.with_filter(osmium.filter.KeyFilter("highway")), 1):
            collected.add(way)
            if seen % TOLD_EVERY == 0:
                progress(f"已读 {seen} 条道路，留用 {len(collected.way)} 条……")
    except (RuntimeError, ValueError, osmium.InvalidLocationError) as error:
        wrong = f"{path} 不是完整的 OpenStreetMap 文件（{error}）"
        raise Invalid.field("文件", wrong, REMEDY) from error
    return date[:10] if date else None, collected
