"""Risk sources 风险源: what may go wrong, where, whom to call, who lives beside it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from data.domain.incident import Origin

VideoKind = Literal["hls", "rtsp-gateway", "still"]
# The kinds the center speaks of; the files of rules may name others.
KINDS = (
    "水库", "尾矿库", "危险化学品", "重大危险源", "地质灾害隐患点", "森林瞭望塔", "城市生命线",
    "消防远程监控",
)  # fmt: skip
VIDEO_KINDS: tuple[VideoKind, ...] = ("hls", "rtsp-gateway", "still")


@dataclass(frozen=True, kw_only=True)
class Video:
    """One camera of a source: where a browser finds its pictures."""

    name: str
    kind: VideoKind
    url: str


@dataclass(frozen=True, kw_only=True)
class Neighbours:
    """Who is near a source, as its register says; None where nobody counted."""

    population: int | None = None
    schools: int | None = None
    hospitals: int | None = None
    note: str = ""  # names and distances, as written


@dataclass(frozen=True, kw_only=True)
class RiskSource:
    """A 风险源 with its person in charge, neighbours, contingency and cameras."""

    id: str
    name: str
    kind: str = ""
    area_code: str | None = None
    lon: float | None = None
    lat: float | None = None
    coord_is_stand_in: bool = False
    grade: str | None = None
    organisation: str | None = None
    person: str | None = None
    phone: str | None = None
    neighbours: Neighbours = Neighbours()
    contingency_id: str | None = None
    videos: tuple[Video, ...] = ()
    note: str = ""
    origin: Origin = "real"
    source: str = ""
    version: int = 0
