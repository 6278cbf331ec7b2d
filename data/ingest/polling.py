"""Polls the bodies that let themselves be asked: in time, with back-off, by the leading server."""

from __future__ import annotations

import logging
import os
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from threading import Lock
from typing import Any

from data.domain.clock import real_now
from data.domain.org import SYSTEM
from data.domain.sharing import Connector, Poll, Shared
from data.errors import CenterError, Invalid
from data.ingest.fetching import fetch
from data.ingest.sharing import Sharing
from data.rounds import Rounds

log = logging.getLogger("hubei.sharing")

LOOK_S = 1.0
AT_ONCE = 4
LONGEST_PAUSE = timedelta(hours=1)


class Poller:
    """One thread that looks who is due, and a few that ask."""

    def __init__(
        self, sharing: Sharing, *, private: bool, environ: Mapping[str, str] | None = None
    ) -> None:
        self.sharing, self.private = sharing, private
        self.environ = os.environ if environ is None else environ
        self._busy: set[str] = set()
        self._lock = Lock()
        self._rounds: Rounds | None = None
        self._pool: ThreadPoolExecutor | None = None

    def start(self, leads: Callable[[], bool] = lambda: True) -> None:
        """Begin; of several servers only the one that leads asks."""
        self._pool = ThreadPoolExecutor(AT_ONCE, thread_name_prefix="polling")
        self._rounds = Rounds("polling", lambda: self._look() if leads() else None, LOOK_S)
        self._rounds.start()

    def close(self) -> None:
        """Stop; what is being asked for is not waited for."""
        if self._rounds is not None:
            self._rounds.stop()
        if self._pool is not None:
            self._pool.shutdown(wait=False, cancel_futures=True)

    def poll(self, connector: Connector) -> dict[str, Any]:
        """Ask one body now; what was taken. Blocking.

        Raises
        ------
        CenterError
            Whatever went wrong by name; it is noted, and the next time put off.
        """
        poll = self._poll_of(connector)
        shared = self.sharing.book.of(connector.id)
        try:
            got = fetch(
                poll.url, timeout_s=poll.timeout_s, headers=self._headers(poll),
                etag=shared.etag, modified=shared.modified, private=self.private,
            )  # fmt: skip
            answer = self.sharing.take(connector, got.raw).body() if got.raw is not None else {}
        except CenterError as error:
            self._put_off(connector, poll, shared, error)
            raise
        now = real_now()
        kept = {"etag": got.etag, "modified": got.modified} if got.raw is not None else {}
        self.sharing.book.note(
            connector.id, add={}, failures=0, polled_at=now.isoformat(),
            next_at=(now + timedelta(seconds=poll.every_s)).isoformat(), **kept,
        )  # fmt: skip
        return {"changed": got.raw is not None, **answer}

    # ------------------------------------------------------------ inside

    def _look(self) -> None:
        connectors = self.sharing.queries.situation(SYSTEM).connectors.values()
        asked = [c for c in connectors if c.running and c.url]
        if not asked or self._pool is None:
            return
        book = self.sharing.book.all()
        now = real_now()
        for connector in asked:
            if _due(book.get(connector.id), now):
                with self._lock:
                    if connector.id in self._busy:
                        continue
                    self._busy.add(connector.id)
                self._pool.submit(self._ask, connector)

    def _ask(self, connector: Connector) -> None:
        try:
            self.poll(connector)
        except CenterError as error:
            log.info("polling %s: %s", connector.id, error)
        except Exception as error:
            log.exception("polling %s failed", connector.id)
            poll = self._poll_of(connector)
            self._put_off(connector, poll, self.sharing.book.of(connector.id), error)
        finally:
            with self._lock:
                self._busy.discard(connector.id)

    def _poll_of(self, connector: Connector) -> Poll:
        poll = self.sharing.mapping(connector).poll
        if poll is None:
            raise Invalid.field("poll", "映射文件没有写轮询地址", "请在映射文件中补上 poll")
        return poll

    def _headers(self, poll: Poll) -> dict[str, str]:
        if not poll.secret_env:
            return {}
        secret = self.environ.get(poll.secret_env, "")
        if not secret:
            raise Invalid.field(
                "poll.secret_env", f"环境变量 {poll.secret_env} 没有设置", "请由运维设置后重启"
            )
        return {poll.header or "Authorization": secret}

    def _put_off(
        self, connector: Connector, poll: Poll, shared: Shared, error: BaseException
    ) -> None:
        """The next time comes later after each failure in a row, an hour at most."""
        failures = shared.failures + 1
        pause = timedelta(seconds=poll.every_s) * 2 ** min(failures, 12)
        now = real_now()
        self.sharing.book.note(
            connector.id, add={}, failures=failures, polled_at=now.isoformat(),
            next_at=(now + min(pause, max(LONGEST_PAUSE, timedelta(seconds=poll.every_s))))
            .isoformat(),
            error=str(error)[:400], error_at=now.isoformat(),
        )  # fmt: skip


def _due(shared: Shared | None, now: datetime) -> bool:
    return shared is None or not shared.next_at or datetime.fromisoformat(shared.next_at) <= now
