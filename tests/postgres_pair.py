"""A PostgreSQL with a synchronous standby: killed, promoted, and built anew the other way round."""

import shutil
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from pathlib import Path

import psycopg

from tests import postgres
from tests.postgres import DURABLE, Server, standing_postgres

LIMIT_S = 60
SETTINGS = {**DURABLE, "wal_level": "replica", "max_wal_senders": "4", "wal_keep_size": "64MB"}


@dataclass
class Pair:
    """Two servers of one database: the one that takes writes, and the one that follows."""

    primary: Server
    standby: Server

    @property
    def url(self) -> str:
        """The address that names both, in a fixed order."""
        ports = sorted((self.primary.port, self.standby.port))
        hosts = "&".join(f"host=127.0.0.1:{port}" for port in ports)
        return f"postgresql+psycopg://postgres@/hubei?{hosts}"

    def follow(self) -> None:
        """Make the standby anew from the primary, start it, and let no commit pass without it."""
        data = self.standby.folder / "data"
        shutil.rmtree(data, ignore_errors=True)
        source = f"host=127.0.0.1 port={self.primary.port} application_name=standby"
        arguments = ("-D", str(data), "-d", source, "-R", "-X", "stream", "-c", "fast", "--no-sync")
        postgres._run(
            self.standby.binaries / "pg_basebackup", *arguments, cwd=self.standby.folder
        )
        self.standby.start()
        said = self.ask(self.primary)
        said.execute("ALTER SYSTEM SET synchronous_standby_names = 'standby'")
        said.execute("SELECT pg_reload_conf()")
        state = "SELECT sync_state FROM pg_stat_replication WHERE application_name = 'standby'"
        _wait(lambda: said.execute(state).fetchone() == ("sync",), "the standby never was in step")
        said.close()

    def promote(self) -> None:
        """The standby takes over; afterwards it is the primary, and waits for nobody."""
        said = self.ask(self.standby)
        said.execute("SELECT pg_promote(true, 30)")
        said.execute("ALTER SYSTEM RESET synchronous_standby_names")
        said.execute("SELECT pg_reload_conf()")
        said.close()
        self.primary, self.standby = self.standby, self.primary

    @staticmethod
    def ask(server: Server) -> psycopg.Connection:
        """A connection to one of the two, whatever it is."""
        return psycopg.connect(
            host="127.0.0.1", port=server.port, user="postgres", dbname="hubei", autocommit=True
        )


@contextmanager
def synchronous_pair() -> Iterator[Pair]:
    """A primary with a standby in step, as the unprivileged user of PostgreSQL."""
    with (
        standing_postgres(SETTINGS) as primary,
        tempfile.TemporaryDirectory(prefix="hubei-pg-", ignore_cleanup_errors=True) as name,
    ):
        folder = Path(name)
        with suppress(PermissionError, LookupError):
            shutil.chown(folder, postgres._SERVER_USER)
        made = Pair(primary, replace(primary, folder=folder, port=postgres._free_port()))
        try:
            made.follow()
            yield made
        finally:
            for server in (made.primary, made.standby):
                postgres._stop(server.binaries, server.folder)


def _wait(true, otherwise: str) -> None:
    """Until it is true, or a minute has passed."""
    until = time.monotonic() + LIMIT_S
    while not true():
        if time.monotonic() > until:
            raise TimeoutError(otherwise)
        time.sleep(0.05)
