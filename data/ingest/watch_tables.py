"""The tables of what is watched: risk sources with people and cameras, sensors with levels."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from functools import cache
from typing import Any

from data.domain.alarm_rules import RuleBook
from data.domain.sensor import LEVELS, Sensor, Threshold
from data.domain.source import KINDS, VIDEO_KINDS, Neighbours, RiskSource, Video
from data.ingest import columns as c
from data.ingest.rule_book import rule_book

_ON_RIVERS = ("水位", "流量")
_SHOWN = 5
_DEVICE = re.compile(r"^[a-z0-9]+:[\w.\-]+$")


@cache
def _units() -> Mapping[str, str]:
    """Every 监测量 and its unit."""
    return {q.name: q.unit for q in rule_book().quantities}


def quantity(value: str) -> str:
    """A known 监测量."""
    found = c.text(value)
    if found not in _units():
        raise c.Refusal("没有这个监测量", f"可用：{'、'.join(_units())}")
    return found


def device(value: str) -> str:
    """A protocol and the device's own number: sl651:0012345678."""
    found = c.text(value)
    if not _DEVICE.match(found):
        raise c.Refusal("设备编号写法不对", "请写成 协议:编号，如 sl651:0012345678")
    return found


def seconds(value: str) -> int:
    """A whole number of seconds above zero."""
    found = c.whole(value)
    if not found:
        raise c.Refusal("上报间隔为 0", "请填秒数，如 600；不定时上报请留空")
    return found


def videos(value: str) -> tuple[Video, ...]:
    """Cameras as `名称|hls|地址`, several apart by a semicolon or a line."""
    found = []
    for one in re.split(r"[;；\n]+", c.text(value)):
        parts = [part.strip() for part in one.split("|")]
        if parts == [""]:
            continue
        if len(parts) != 3 or parts[1] not in VIDEO_KINDS:  # noqa: PLR2004 - name, kind, address
            remedy = f"请写成 名称|类型|地址，类型为 {'、'.join(VIDEO_KINDS)}"
            raise c.Refusal("视频写法不对", remedy)
        if not parts[2].startswith(("http://", "https://", "rtsp://", "/")):
            raise c.Refusal("视频地址不对", "地址以 http、https、rtsp 或 / 开头")
        found.append(Video(name=parts[0], kind=parts[1], url=parts[2]))
    return tuple(found)


_NEAR = (
    c.column("neighbours.population", "周边人口", parse=c.whole, note="人"),
    c.column("neighbours.schools", "周边学校", parse=c.whole, note="所"),
    c.column("neighbours.hospitals", "周边医院", parse=c.whole, note="所"),
    c.column("neighbours.note", "周边说明", note="名称和距离"),
)
WATCH_TABLES: Mapping[str, c.Table] = {
    "sources": c.Table(
        kind="sources", word="风险源", prefix="RS", makes=RiskSource,
        columns=(
            c.ID, c.NAME, c.column("kind", "类型", "类别", note="、".join(KINDS)), *c.PLACE,
            c.column("grade", "等级"), c.column("organisation", "责任单位", "单位"),
            c.column("person", "责任人"), c.column("phone", "电话"), *_NEAR,
            c.column("contingency_id", "应急预案", "预案编号", note="编号或名称，须已在预案库"),
            c.column("videos", "视频", parse=videos, note="名称|hls|地址；几路之间用分号",
                     example="坝顶|hls|https://example.org/1.m3u8"),
            c.NOTE, c.SOURCE,
        ),
    ),
    "sensors": c.Table(
        kind="sensors", word="监测点", prefix="JC", makes=Sensor,
        columns=(
            c.ID, c.NAME,
            c.column("quantity", "监测量", parse=quantity, required=True,
                     note="必填，如 水位、液位", example="水位"),
            c.column("source_id", "风险源", "风险源编号",
                     note="编号或名称，须先登记；测站可留空"),
            c.column("unit", "单位", note="留空为监测量的单位"),
            c.column("kind", "类型", "类别", note="河道、湖泊、水库、雨量站…"),
            c.column("river", "河流", "水系"),
            *c.PLACE,
            c.column("device", "设备编号", parse=device, note="协议:编号",
                     example="sl651:0012345678"),
            c.column("element", "要素", note="协议中的要素标识", example="39"),
            c.column("expected_every_s", "上报间隔", parse=seconds, note="秒；留空不判中断",
                     example="600"),
            *(
                c.column(f"thresholds.{level}", level, parse=c.signed, note="限值；留空不改")
                for level in LEVELS
            ),
            c.NOTE, c.SOURCE,
        ),
    ),
}  # fmt: skip


def kinds_told(book: RuleBook, kinds: Iterable[tuple[int, str]], what: str) -> tuple[str, ...]:
    """Of (number, kind of source): one sentence for each kind that no rule knows."""
    found: dict[str, list[int]] = {}
    for number, kind in kinds:
        found.setdefault(kind, []).append(number)
    said = []
    for kind, numbers in found.items():
        if words := book.kind_told(kind):
            first = "、".join(str(n) for n in numbers[:_SHOWN])
            more = f"等 {len(numbers)} " if len(numbers) > _SHOWN else " "
            said.append(f"第 {first}{more}{what}：{words}")
    return tuple(said)


def assembled(
    makes: type[Any], parsed: Mapping[str, Any], held: Sensor | None = None
) -> dict[str, Any]:
    """A row's values with those of dotted names put together: neighbours, levels, unit.

    A sensor that is `held` and still measures the same keeps its kind and unit where the row is
    blank.
    """
    plain = {k: v for k, v in parsed.items() if "." not in k}
    parts: dict[str, dict[str, Any]] = {}
    for name, value in parsed.items():
        whole, dot, part = name.partition(".")
        if dot:
            parts.setdefault(whole, {})[part] = value
    if makes is RiskSource and "neighbours" in parts:
        plain["neighbours"] = Neighbours(**parts["neighbours"])
    if makes is Sensor:
        measured = plain.get("quantity", "")
        same = held if held is not None and held.quantity == measured else None
        kind = "河道" if measured in _ON_RIVERS else measured
        plain.setdefault("kind", same.kind if same else kind)
        plain.setdefault("unit", same.unit if same else _units().get(measured, ""))
        plain["thresholds"] = _levels(
            measured, parts.get("thresholds", {}), plain.get("source", "")
        )
    return plain


def _levels(measured: str, given: Mapping[str, float], source: str) -> tuple[Threshold, ...]:
    """A row's levels; where the rules say so 橙 follows from 红 when it is left blank."""
    book, said = rule_book(), source or "用户导入，来源未填"
    levels = [
        Threshold(level=level, value=value, below=book.below(measured, level), source=said)
        for level, value in given.items()
    ]
    known = book.named.get(measured)
    if known and known.orange_of_red and "红" in given and "橙" not in given:
        share = known.orange_of_red
        levels.append(
            Threshold(
                level="橙", value=round(given["红"] * share, 6), derived=True,
                below=known.falls, source=f"红色值×{share:g}（{known.source}）",
            )
        )  # fmt: skip
    return tuple(levels)
