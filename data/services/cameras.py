"""Looks at cameras for browsers that cannot: is it live, how old, and a still painted anew.

Only configured hosts are asked, no redirect is followed, every answer has a limit, and a picture
leaves here as new pixels. A camera is asked once for all who look at it.
"""

from __future__ import annotations

import hashlib
from collections import OrderedDict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from email.utils import parsedate_to_datetime
from threading import Lock
from time import monotonic
from typing import Literal
from urllib.parse import urljoin, urlsplit

import httpx

from data.domain.clock import real_now
from data.domain.playlist import Playlist, read_playlist
from data.domain.source import Video
from data.errors import CenterError, Forbidden, Unavailable
from data.services import frames
from data.services.pictures import made_here

LARGEST_TEXT, LARGEST_STILL, LARGEST_PIECE = 512_000, 8_000_000, 24_000_000  # bytes
SECONDS = 5.0
KEEP_SECONDS, FRESH_SECONDS = 1.5, 15.0
MOST_KEPT = 64
State = Literal["live", "old", "offline", "unknown"]


@dataclass(frozen=True, kw_only=True)
class Look:
    """How a camera stands: live, so many seconds old, offline, or of unknown age."""

    state: State
    at: datetime | None = None
    age_s: float | None = None
    why: str = ""


@dataclass(frozen=True, kw_only=True)
class Still:
    """One picture, JPEG, and how old it is."""

    jpeg: bytes
    look: Look


@dataclass(frozen=True, kw_only=True)
class Answer:
    """What a camera's host sent."""

    url: str
    body: bytes
    media: str
    modified: datetime | None

    @property
    def is_playlist(self) -> bool:
        """Whether it is HLS rather than a picture."""
        return "mpegurl" in self.media or self.body[:7] == b"#EXTM3U"


class Cameras:
    """Asks the configured hosts, never others."""

    def __init__(
        self, hosts: Sequence[str], client: Callable[[], httpx.Client] | None = None
    ) -> None:
        self.hosts = frozenset(hosts)
        self._client = client or _client
        self._kept: OrderedDict[tuple[str, str], tuple[float, Look | Still]] = OrderedDict()
        self._seen: OrderedDict[str, tuple[str, datetime]] = OrderedDict()
        self._lock = Lock()
        self._asking: dict[tuple[str, str], Lock] = {}

    def allowed(self, url: str) -> bool:
        """Whether an address is http(s), at a configured host, without a password in it."""
        try:
            parts = urlsplit(url)
            port = parts.port
        except ValueError:
            return False
        plain = parts.scheme in {"http", "https"} and parts.username is None
        host = (parts.hostname or "").lower()
        named = host if port is None else f"{host}:{port}"
        return plain and bool(host) and named in self.hosts

    def refusal(self, url: str) -> str:
        """Why an address is not asked, in words; empty when it is."""
        if self.allowed(url):
            return ""
        if url.lower().startswith("rtsp"):
            return "浏览器不能播放 RTSP，请登记网关给出的 HLS 或静态图地址"
        if not url.lower().startswith(("http:", "https:")):
            return "视频地址不完整，请填 http 或 https 的完整地址"
        host = url.partition("//")[2].partition("/")[0].rpartition("@")[2][:80]
        return f"视频主机 {host} 未列入 HUBEI_VIDEO_HOSTS"

    def look(self, video: Video) -> Look:
        """How a camera stands now; blocking, one question for all who ask at once."""
        return self._once("look", video, self._look)  # type: ignore[return-value]

    def still(self, video: Video) -> Still:
        """The newest picture; blocking.

        Raises
        ------
        Forbidden
            When its host is not configured.
        Unavailable
            When there is none to be had, saying why.
        """
        return self._once("still", video, self._still)  # type: ignore[return-value]

    def _once(
        self, what: str, video: Video, ask: Callable[[Video], Look | Still]
    ) -> Look | Still:
        key = (what, video.url)
        with self._lock:
            gate = self._asking.setdefault(key, Lock())
        with gate:
            with self._lock:
                kept = self._kept.get(key)
            if kept is not None and monotonic() - kept[0] < KEEP_SECONDS:
                return kept[1]
            found = ask(video)
            with self._lock:
                self._kept[key] = (monotonic(), found)
                while len(self._kept) > MOST_KEPT:
                    self._asking.pop(self._kept.popitem(last=False)[0], None)
            return found

    # ------------------------------------------------------------ what a camera says

    def _look(self, video: Video) -> Look:
        try:
            answer = self._ask(video.url, LARGEST_STILL)
            if answer.is_playlist:
                return _playlist_look(self._playlist(answer)[0], answer.modified)
            if not answer.media.startswith("image/"):
                return Look(state="offline", why="该地址没有 HLS 或图像")
            return self._picture_look(answer)
        except CenterError as error:
            return Look(state="offline", why=error.detail)

    def _still(self, video: Video) -> Still:
        answer = self._ask(video.url, LARGEST_STILL)
        if not answer.is_playlist:
            return Still(jpeg=made_here(answer.body).jpeg, look=self._picture_look(answer))
        playlist, base = self._playlist(answer)
        if not playlist.segments:
            raise Unavailable("视频源暂无画面：播放列表是空的")
        piece = self._piece(playlist, base)
        jpeg = made_here(frames.first_frame(piece)).jpeg
        return Still(jpeg=jpeg, look=_playlist_look(playlist, answer.modified))

    def _playlist(self, answer: Answer) -> tuple[Playlist, str]:
        """The playlist of pieces behind an answer, and the address its pieces are relative to."""
        playlist = read_playlist(answer.body[:LARGEST_TEXT].decode("utf-8", "replace"))
        if not playlist.variants:
            return playlist, answer.url
        inner = self._ask(urljoin(answer.url, playlist.variants[0]), LARGEST_TEXT)
        return read_playlist(inner.body.decode("utf-8", "replace")), inner.url

    def _piece(self, playlist: Playlist, base: str) -> bytes:
        """The newest piece's bytes, after its head where it needs one."""
        wanted = ([playlist.head] if playlist.head else []) + [playlist.segments[-1]]
        return b"".join(self._ask(urljoin(base, one), LARGEST_PIECE).body for one in wanted)

    def _picture_look(self, answer: Answer) -> Look:
        """A picture's age by its own time, else by when it last changed here."""
        if answer.modified is not None:
            return aged(answer.modified, FRESH_SECONDS)
        mark, now = hashlib.sha256(answer.body).hexdigest(), real_now()
        with self._lock:
            before = self._seen.get(answer.url)
            since = before[1] if before and before[0] == mark else now
            self._seen[answer.url] = (mark, since)
            while len(self._seen) > MOST_KEPT:
                self._seen.popitem(last=False)
        if before is None:
            return Look(state="unknown", why="图像没有时间，首次取得")
        return replace(aged(since, FRESH_SECONDS), why="图像没有时间，按上次变化计")

    def _ask(self, url: str, most: int) -> Answer:
        refused = self.refusal(url)
        if refused:
            raise Forbidden(refused)
        try:
            with self._client() as client, client.stream("GET", url) as answer:
                if answer.status_code != httpx.codes.OK:
                    raise Unavailable(f"视频主机答复 {answer.status_code}")
                body = bytearray()
                for part in answer.iter_bytes():
                    body += part
                    if len(body) > most:
                        raise Unavailable(f"视频主机的答复超过 {most // 1000} kB，已停止接收")
                modified = _header_time(answer.headers.get("last-modified"))
                media = answer.headers.get("content-type", "")
                return Answer(url=url, body=bytes(body), media=media, modified=modified)
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            raise Unavailable("视频主机没有应答，请检查摄像机或网关") from error


def aged(at: datetime, fresh_s: float) -> Look:
    """A picture of an instant: live while it is fresh, else so many seconds old."""
    age = max(0.0, (real_now() - at).total_seconds())
    return Look(state="live" if age <= fresh_s else "old", at=at, age_s=age)


def _playlist_look(playlist: Playlist, modified: datetime | None) -> Look:
    newest = playlist.newest_at or modified
    if newest is None:
        return Look(state="unknown", why="播放列表没有时间")
    found = aged(newest, playlist.fresh_s)
    if playlist.ended:
        return replace(found, state="old", why="视频已结束，不是实时画面")
    return found


def _header_time(text: str | None) -> datetime | None:
    try:
        found = parsedate_to_datetime(text) if text else None
    except ValueError:
        return None
    return found if found is not None and found.tzinfo is not None else None


def _client() -> httpx.Client:
    return httpx.Client(timeout=SECONDS, follow_redirects=False, trust_env=False)
