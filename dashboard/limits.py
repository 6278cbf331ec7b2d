"""Keeps one caller from taking the center for itself: so many requests a second, and no more."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass

from starlette.types import ASGIApp, Receive, Scope, Send

from dashboard.api.problems import problem_response
from data.errors import TooMany

BURST_S = 3.0  # a page that opens asks for much at once
MACHINES = 10  # a machine's token may ask so many times as much as a person
_MOST_CALLERS = 10_000


@dataclass
class _Bucket:
    left: float
    at: float


class Limits:
    """A bucket of requests for each session, token and strange address; pure ASGI, in the gate."""

    def __init__(
        self, app: ASGIApp, per_second: float, now: Callable[[], float] = time.monotonic
    ) -> None:
        self.app = app
        self.per_second = per_second
        self.now = now
        self._buckets: dict[str, _Bucket] = {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass on, or refuse with the seconds to wait."""
        if scope["type"] != "http" or self._granted(scope):
            await self.app(scope, receive, send)
            return
        error = TooMany("请求过于频繁，请稍候几秒再试；已提交的内容不受影响")
        response = problem_response(error)
        response.headers["retry-after"] = "1"
        await response(scope, receive, send)

    def _granted(self, scope: Scope) -> bool:
        session = scope.get("state", {}).get("session")
        rate = self.per_second
        if session is None:
            caller = f"address {(scope.get('client') or ('?',))[0]}"
        else:
            caller = f"{session.kind} {session.key}"
            rate *= MACHINES if session.kind in {"token", "node"} else 1
        now, most = self.now(), rate * BURST_S
        bucket = self._buckets.get(caller)
        if bucket is None:
            if len(self._buckets) >= _MOST_CALLERS:
                self._forget(now)
            bucket = self._buckets[caller] = _Bucket(most, now)
        bucket.left = min(most, bucket.left + (now - bucket.at) * rate)
        bucket.at = now
        if bucket.left < 1:
            return False
        bucket.left -= 1
        return True

    def _forget(self, now: float) -> None:
        """Drop whoever has been quiet long enough to be full again."""
        self._buckets = {k: b for k, b in self._buckets.items() if now - b.at < BURST_S}
