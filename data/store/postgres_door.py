"""How PostgreSQL is reached: a cut link is noticed, and of several servers the living primary."""

from __future__ import annotations

from dataclasses import dataclass
from threading import Lock
from time import monotonic
from typing import Any

import psycopg
from sqlalchemy import Engine, event
from sqlalchemy.engine import URL

from data.store.postgres_wait import Bounded

QUIET_S = 10.0  # how long a server that did not answer is left alone while others do
# A peer that is gone says nothing: without these an application waits fifteen minutes, and a
# server keeps the locks of a machine that lost its link for two hours.
_CLIENT = {
    "connect_timeout": 3, "keepalives": 1, "keepalives_idle": 5, "keepalives_interval": 2,
    "keepalives_count": 3, "tcp_user_timeout": 10_000,
}  # fmt: skip
_SERVER = (
    "-c tcp_keepalives_idle=5 -c tcp_keepalives_interval=2 -c tcp_keepalives_count=3 "
    "-c tcp_user_timeout=10000"
)
_ROLE = "SELECT pg_is_in_recovery()"
# in hexadecimal the first eight figures of a WAL file's name
_TIMELINE = "SELECT substr(pg_walfile_name(pg_current_wal_lsn()), 1, 8)"


@dataclass(frozen=True, kw_only=True)
class Standing:
    """A server of an address: its timeline as a primary, 0 as a standby, None when silent."""

    name: str
    timeline: int | None


class PostgresDoor:
    """Opens connections to one address, which may name several servers of one database.

    Of several the one that takes writes is chosen; where two do, the one that was promoted last.
    A server whose timeline is older than one seen before is a primary of the past: it is refused,
    whatever it says of itself, because what it takes would be lost.
    """

    def __init__(self, params: dict[str, Any]) -> None:
        options = f"{_SERVER} {params.get('options', '')}".strip()
        self._params = {**_CLIENT, "application_name": "hubei", **params, "options": options}
        self._lock = Lock()
        self._newest = 0
        self._quiet: dict[tuple[str, str], float] = {}

    @classmethod
    def of(cls, engine: Engine) -> PostgresDoor:
        """The door to an engine's address."""
        return cls(params_of(engine, engine.url))

    @property
    def servers(self) -> list[tuple[str, str]]:
        """Host and port of each server the address names."""
        hosts = str(self._params.get("host", "")).split(",")
        ports = str(self._params.get("port", "")).split(",")
        return [(h, ports[n] if n < len(ports) else ports[-1]) for n, h in enumerate(hosts)]

    def open(self, **more: Any) -> psycopg.Connection[Any]:
        """A connection that may write.

        Raises
        ------
        psycopg.OperationalError
            When no server answers, or none of them takes writes.
        """
        if len(self.servers) == 1:
            return Bounded.connect(**{**self._params, **more})
        found: list[tuple[int, psycopg.Connection[Any]]] = []
        reasons: list[str] = []
        for server in self._awake():
            try:
                found.append(self._ask(server, more))
            except psycopg.OperationalError as error:
                self._quiet[server] = monotonic()
                reasons.append(f"{server[0]}:{server[1]} {str(error).strip()}")
        return self._chosen(found, reasons)

    def look(self) -> list[Standing]:
        """How each server that the address names stands now."""
        found = []
        for server in self.servers:
            name = ":".join(part for part in server if part) or "本机"
            try:
                timeline, made = self._ask(server, {})
                made.close()
            except psycopg.OperationalError:
                found.append(Standing(name=name, timeline=None))
            else:
                found.append(Standing(name=name, timeline=timeline))
        return found

    def _awake(self) -> list[tuple[str, str]]:
        """The servers worth asking now: all, once none is left."""
        since = monotonic() - QUIET_S
        awake = [s for s in self.servers if self._quiet.get(s, -QUIET_S) < since]
        return awake or self.servers

    def _ask(
        self, server: tuple[str, str], more: dict[str, Any]
    ) -> tuple[int, psycopg.Connection[Any]]:
        """A connection to one server, and its timeline; 0 when it is a standby."""
        host, port = server
        params = {**self._params, **more, "host": host, "target_session_attrs": "any"}
        made: psycopg.Connection[Any] = Bounded.connect(**params | ({"port": port} if port else {}))
        try:
            if made.execute(_ROLE).fetchone() == (True,):
                timeline = 0
            else:
                row = made.execute(_TIMELINE).fetchone()
                timeline = int(row[0], 16) if row else 0
            if not made.autocommit:
                made.rollback()
        except psycopg.Error:
            made.close()
            raise
        return timeline, made

    def _chosen(
        self, found: list[tuple[int, psycopg.Connection[Any]]], reasons: list[str]
    ) -> psycopg.Connection[Any]:
        found.sort(key=lambda one: one[0])
        with self._lock:
            good = bool(found) and found[-1][0] >= max(self._newest, 1)
            if good:
                self._newest = found[-1][0]
        for _, spare in found[:-1] if good else found:
            spare.close()
        if not good:
            # perhaps the one that was left alone has been promoted
            self._quiet.clear()
            raise psycopg.OperationalError(
                "; ".join(reasons) or "no server takes writes, or only a primary of the past does"
            )
        return found[-1][1]


def params_of(engine: Engine, url: URL) -> dict[str, Any]:
    """An address as psycopg takes it."""
    _, params = engine.dialect.create_connect_args(url)
    return dict(params)


def through_door(engine: Engine) -> Engine:
    """Let an engine's connections be opened by its door."""
    door = PostgresDoor.of(engine)

    @event.listens_for(engine, "do_connect")
    def connect(_dialect: Any, _record: Any, _given: Any, _params: Any) -> Any:
        return door.open()

    return engine
