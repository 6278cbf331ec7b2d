"""Reads an HLS playlist: what it leads to, and how old its newest picture is by its own times."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from data.errors import Invalid

MOST_LINES = 20_000
_LIVE_SEGMENTS = 3  # a player stays three pieces behind the newest (RFC 8216, 6.3.3)


@dataclass(frozen=True, kw_only=True)
class Playlist:
    """A playlist's answer.

    `variants` are the addresses of other playlists, then nothing else holds; `segments` the
    addresses of pieces, the newest last; `newest_at` the end of the newest piece where the
    playlist carries wall-clock times.
    """

    variants: tuple[str, ...] = ()
    segments: tuple[str, ...] = ()
    head: str | None = None  # the initialisation piece of fragmented MP4
    target_s: float = 0.0
    newest_at: datetime | None = None
    ended: bool = False

    @property
    def fresh_s(self) -> float:
        """How old the newest piece of a live stream may be, in seconds."""
        return max(10.0, _LIVE_SEGMENTS * self.target_s)


def read_playlist(text: str) -> Playlist:
    """A playlist's text taken apart.

    Raises
    ------
    Invalid
        When it is no playlist.
    """
    lines = [line.strip() for line in text.splitlines()[:MOST_LINES]]
    if not lines or not lines[0].startswith("#EXTM3U"):
        raise Invalid.field("video", "不是 HLS 播放列表", "请核对视频地址")
    addresses = tuple(line for line in lines if line and not line.startswith("#"))
    if any(line.startswith("#EXT-X-STREAM-INF") for line in lines):
        return Playlist(variants=addresses)
    return Playlist(
        segments=addresses, head=_quoted(lines, "#EXT-X-MAP", "URI"),
        target_s=_number(_value(lines, "#EXT-X-TARGETDURATION")), newest_at=_newest(lines),
        ended="#EXT-X-ENDLIST" in lines,
    )  # fmt: skip


def _newest(lines: list[str]) -> datetime | None:
    """The end of the last piece: the last date given and the durations after it."""
    at: datetime | None = None
    for line in lines:
        if line.startswith("#EXT-X-PROGRAM-DATE-TIME:"):
            at = _instant(line.partition(":")[2])
        elif line.startswith("#EXTINF:") and at is not None:
            at += timedelta(seconds=_number(line.partition(":")[2].partition(",")[0]))
    return at


def _instant(text: str) -> datetime | None:
    try:
        found = datetime.fromisoformat(text.strip())
    except ValueError:
        return None
    return found if found.tzinfo is not None else None


def _value(lines: list[str], name: str) -> str:
    return next((x.partition(":")[2] for x in lines if x.startswith(f"{name}:")), "")


def _quoted(lines: list[str], name: str, key: str) -> str | None:
    _, found, rest = _value(lines, name).partition(f'{key}="')
    return rest.partition('"')[0] if found else None


def _number(text: str) -> float:
    try:
        found = float(text)
    except ValueError:
        return 0.0
    return found if 0 <= found < 3600 else 0.0  # noqa: PLR2004 - an hour's piece is no live video
