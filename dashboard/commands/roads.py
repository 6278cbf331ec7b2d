"""`import roads`: compile the roads of an OpenStreetMap extract for the travel times."""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from data.config import Settings
from data.errors import CenterError


def main(settings: Settings, rest: Sequence[str]) -> int:
    """Run the command; 0 when the graph is written, 1 when the file is refused."""
    args = _parser().parse_args(rest)
    from data.ingest.osm import import_roads

    began = time.monotonic()
    try:
        about = import_roads(args.file, settings.roads, lambda line: print(line, file=sys.stderr))
    except CenterError as error:
        print(f"{error.title}：{error.detail}", file=sys.stderr)
        return 1
    print(
        f"路网已写入 {settings.roads}（{about['bytes'] / 1e6:.1f} MB）："
        f"{about['junctions']} 个路口、{about['roads']} 段路，其中单行 {about['one_way']} 段，"
        f"湖北范围内路口 {about['junctions_in_hubei']} 个，用时 {time.monotonic() - began:.0f} 秒。"
    )
    print("重新启动服务后使用；删除该文件即恢复内置示意路网。")
    print("道路数据 © OpenStreetMap 贡献者，按 ODbL 1.0 许可；对外提供地图或数据时须注明。")
    return 0


def _parser() -> argparse.ArgumentParser:
    """What may be typed."""
    parser = argparse.ArgumentParser(
        prog="hubei-command import roads",
        description="由 OpenStreetMap 区域提取文件（.osm.pbf）生成路网，供行车时间与封路计算。",
    )
    parser.add_argument("file", type=Path, metavar="文件", help="区域提取文件，例如 hubei.osm.pbf")
    return parser
