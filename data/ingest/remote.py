"""The door of a center that runs elsewhere: rows gathered into batches and sent over HTTP.

A worker (`python -m dashboard ingest`) takes the network's and the protocol's work off the center
and can be killed at any instant: it acknowledges to its devices only what the center answered for.
"""

from __future__ import annotations

import logging
from collections import deque
from collections.abc import Iterable
from concurrent.futures import Future
from dataclasses import dataclass, field
from threading import Condition, Thread
from typing import Any

import httpx
import msgspec

from data.domain.feeding import Refused, Taken, Via
from data.domain.org import Actor
from data.errors import Unavailable

log = logging.getLogger("hubei.ingest")

MOST_ROWS, MOST_BYTES = 5_000, 4_000_000  # of one request; the center takes 8 MB
TIMEOUT_S = 60.0


@dataclass(frozen=True, kw_only=True)
class _Waiting:
    rows: list[bytes]
    size: int
    answer: Future[Taken] = field(default_factory=Future)


class RemoteDoor:
    """`POST /api/v1/telemetry` of a center, with a token that may report readings."""

    def __init__(self, base: str, token: str) -> None:
        self._client = httpx.Client(
            base_url=base.rstrip("/"), timeout=TIMEOUT_S, trust_env=False,
            headers={"Authorization": f"Bearer {token}", "Content-Type": "application/x-ndjson"},
        )  # fmt: skip
        self._waiting: deque[_Waiting] = deque()
        self._changed = Condition()
        self._closing = False
        self._thread = Thread(target=self._run, name="remote-door", daemon=True)
        self._thread.start()

    def submit(
        self, actor: Actor, rows: Iterable[Any], *, via: Via = "http", source: str = ""
    ) -> Future[Taken]:
        """Hand rows on; the future is answered once the center has."""
        del actor, via, source  # the center knows whose token it is
        lines = [_line(row) for row in rows]
        one = _Waiting(rows=lines, size=sum(map(len, lines)))
        with self._changed:
            if self._closing:
                raise Unavailable("正在停止，请稍后重发")
            self._waiting.append(one)
            self._changed.notify()
        return one.answer

    def refuse(
        self, actor: Actor, raw: Any, reason: str, *, via: Via, source: str = "",
        kind: str = "frame",
    ) -> Future[Taken]:  # fmt: skip
        """Have the center keep what could not be read: a text row, which it refuses and keeps."""
        del kind
        text = raw.decode("utf-8", "backslashreplace") if isinstance(raw, bytes) else str(raw)
        return self.submit(actor, [f"{source} {reason}：{text}"], via=via)

    def close(self) -> None:
        """Send what waits, then end."""
        with self._changed:
            self._closing = True
            self._changed.notify()
        self._thread.join(TIMEOUT_S)
        self._client.close()

    def _run(self) -> None:
        while True:
            with self._changed:
                while not self._waiting and not self._closing:
                    self._changed.wait()
                if not self._waiting:
                    return
                batch = self._next()
            self._send(batch)

    def _next(self) -> list[_Waiting]:
        batch = [self._waiting.popleft()]
        rows, size = len(batch[0].rows), batch[0].size
        while self._waiting:
            rows, size = rows + len(self._waiting[0].rows), size + self._waiting[0].size
            if rows > MOST_ROWS or size > MOST_BYTES:
                break
            batch.append(self._waiting.popleft())
        return batch

    def _send(self, batch: list[_Waiting]) -> None:
        try:
            refused = self._posted([line for one in batch for line in one.rows])
        except (httpx.HTTPError, Unavailable, ValueError, KeyError) as error:
            log.warning("the center did not take %d messages: %s", len(batch), error)
            refusal = Unavailable(f"指挥中心没有收下：{error}")
            for one in batch:
                one.answer.set_exception(refusal)
            return
        start = 0
        for one in batch:
            end = start + len(one.rows)
            own = [r for r in refused if start <= r.index < end]
            one.answer.set_result(
                Taken(accepted=len(one.rows) - len(own), rejected=tuple(own))
            )  # fmt: skip
            start = end

    def _posted(self, lines: list[bytes]) -> list[Refused]:
        """The rows the center refused, and has kept; raises when it took none."""
        if not lines:
            return []
        answer = self._client.post("/api/v1/telemetry", content=b"\n".join(lines))
        if answer.status_code != httpx.codes.ACCEPTED:
            raise Unavailable(f"应答 {answer.status_code}：{answer.text[:200]}")
        return [
            Refused(index=row["index"], reason=row["reason"]) for row in answer.json()["rejected"]
        ]


def _line(row: Any) -> bytes:
    """A row on one line; text that is no JSON stays such, and is refused and kept."""
    if isinstance(row, bytes | str):
        text = row if isinstance(row, bytes) else row.encode("utf-8", "backslashreplace")
        return b" ".join(text.splitlines()) or b"?"
    return msgspec.json.encode(row)
