"""Starts a throw-away PostgreSQL for tests: a free port, a temporary folder, gone afterwards."""

import contextlib
import os
import pwd
import shutil
import signal
import socket
import subprocess
import tempfile
import time
import uuid
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import NullPool, create_engine
from sqlalchemy.engine import make_url

_START_LIMIT_S = 60
_SERVER_USER = "postgres"
# a test database may be lost at any moment; speed is all that counts
_SETTINGS: Mapping[str, str] = {
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "listen_addresses": "127.0.0.1",
    "max_connections": "60",
    "shared_buffers": "64MB",
    "timezone": "UTC",
}
# for tests of what survives: as a careful administrator would run it
DURABLE: Mapping[str, str] = {
    **_SETTINGS,
    "fsync": "on",
    "synchronous_commit": "on",
    "full_page_writes": "on",
}


def find_binaries() -> Path | None:
    """The folder that holds ``initdb`` and ``pg_ctl``, or None where there is no server.

    ``HUBEI_POSTGRES_BIN`` wins; then Debian's versioned folders, newest first; then ``PATH``.
    """
    named = os.environ.get("HUBEI_POSTGRES_BIN")
    debian = Path("/usr/lib/postgresql").glob("*/bin")
    on_path = shutil.which("pg_ctl")
    candidates = [
        *([Path(named)] if named else []),
        *sorted(debian, key=lambda folder: float(folder.parent.name), reverse=True),
        *([Path(on_path).resolve().parent] if on_path else []),
    ]
    return next((f for f in candidates if _holds_server(f)), None)


def why_not() -> str | None:
    """Why no server can be started here, in one sentence, or None when one can."""
    if find_binaries() is None:
        return "no PostgreSQL server found: install 'postgresql' or set HUBEI_POSTGRES_BIN"
    if os.geteuid() == 0 and not _has_server_user():
        return f"PostgreSQL does not run as root and there is no user {_SERVER_USER!r}"
    return None


@dataclass(frozen=True, kw_only=True)
class Server:
    """A PostgreSQL of the tests' own: its programs, folder, port and settings."""

    binaries: Path
    folder: Path
    port: int
    settings: Mapping[str, str]

    @property
    def url(self) -> str:
        """The SQLAlchemy address of its database ``hubei``."""
        return f"postgresql+psycopg://{_SERVER_USER}@127.0.0.1:{self.port}/hubei"

    def start(self) -> None:
        """Start it and wait until it answers."""
        _start(self)

    def kill(self) -> int:
        """Kill every process of it without warning; returns how many there were."""
        pid_file = self.folder / "data" / "postmaster.pid"
        head = int(pid_file.read_text().split("\n", 1)[0])
        os.kill(head, signal.SIGSTOP)  # it must not start new ones meanwhile
        children = Path(f"/proc/{head}/task/{head}/children").read_text().split()
        for pid in (*map(int, children), head):
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        until = time.monotonic() + _START_LIMIT_S
        while not all(_gone(pid) for pid in (head, *children)):
            if time.monotonic() > until:
                raise RuntimeError("a killed process of PostgreSQL does not end")
            os.sched_yield()
        # where nobody collects the dead, their number still counts as living
        for left in (pid_file, *self.folder.glob(".s.PGSQL.*")):
            left.unlink(missing_ok=True)
        return 1 + len(children)


def _gone(pid: int | str) -> bool:
    """Whether a process has ended, if only to wait for its parent."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] in "ZX"
    except FileNotFoundError:
        return True


@contextmanager
def throwaway_postgres() -> Iterator[str]:
    """A running server with an empty database ``hubei``; yields its SQLAlchemy address.

    Works as an ordinary user and as root; root hands the server to the user ``postgres``.

    Raises
    ------
    RuntimeError
        There is no server here, or it did not start; the message carries its log.
    """
    with standing_postgres(_SETTINGS) as server:
        yield server.url


@contextmanager
def standing_postgres(settings: Mapping[str, str]) -> Iterator[Server]:
    """The same with settings of one's own, to be killed and started again.

    Raises
    ------
    RuntimeError
        There is no server here, or it did not start; the message carries its log.
    """
    reason = why_not()
    binaries = find_binaries()
    if reason or binaries is None:
        raise RuntimeError(reason)
    with tempfile.TemporaryDirectory(prefix="hubei-pg-", ignore_cleanup_errors=True) as name:
        server = Server(
            binaries=binaries, folder=Path(name), port=_free_port(), settings=settings
        )  # fmt: skip
        if os.geteuid() == 0:
            shutil.chown(server.folder, _SERVER_USER)
        _initialise(binaries, server.folder)
        try:
            server.start()
            at = ("-h", "127.0.0.1", "-p", str(server.port))
            _run(binaries / "createdb", *at, "hubei", cwd=server.folder)
            yield server
        finally:
            _stop(binaries, server.folder)


def create_database(server: str, name: str, template: str = "template1") -> str:
    """Make a database on a server, as a copy of another that nobody is connected to; its address.

    Copying one with its schema takes a fifth of the time of migrating it.
    """
    _administer(server, f"CREATE DATABASE {name} TEMPLATE {template}")
    return make_url(server).set(database=name).render_as_string(hide_password=False)


@contextmanager
def database_of(server: str, template: str = "template1") -> Iterator[str]:
    """The address of a database of one's own on a server; it is gone afterwards."""
    name = f"t{uuid.uuid4().hex[:12]}"
    url = create_database(server, name, template)
    try:
        yield url
    finally:
        _administer(server, f"DROP DATABASE {name} WITH (FORCE)")


def _administer(server: str, statement: str) -> None:
    """A statement that no transaction may hold, over a connection of its own."""
    engine = create_engine(server, isolation_level="AUTOCOMMIT", poolclass=NullPool)
    with engine.connect() as connection:
        connection.exec_driver_sql(statement)


def _initialise(binaries: Path, folder: Path) -> None:
    """Make the cluster: UTF-8, C collation, no password on loopback."""
    arguments = ("-U", _SERVER_USER, "-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync")
    _run(binaries / "initdb", "-D", str(folder / "data"), *arguments, cwd=folder)


def _start(server: Server) -> None:
    """Start the server and wait until it answers."""
    options = " ".join(f"-c {key}={value}" for key, value in server.settings.items())
    options += f" -c port={server.port} -c unix_socket_directories={server.folder}"
    log = server.folder / "log"
    command = ("-D", str(server.folder / "data"), "-l", str(log), "-o", options, "-w")
    ready = ("-t", str(_START_LIMIT_S), "start")
    try:
        _run(server.binaries / "pg_ctl", *command, *ready, cwd=server.folder)
    except RuntimeError as failure:
        detail = log.read_text("utf-8", "replace") if log.exists() else ""
        message = f"{failure}\n{detail}"
        raise RuntimeError(message) from failure


def _stop(binaries: Path, folder: Path) -> None:
    """Stop the server at once; it may already be gone."""
    if not (folder / "data" / "postmaster.pid").exists():
        return
    arguments = ("-D", str(folder / "data"), "-m", "immediate", "-w", "stop")
    _run(binaries / "pg_ctl", *arguments, cwd=folder)


def _run(program: Path, *arguments: str, cwd: Path) -> None:
    """Run one of PostgreSQL's programs, as ``postgres`` when we are root.

    Its output goes to a file: a server that inherits a pipe would keep us waiting for its end.
    """
    identity: dict[str, object] = {}
    if os.geteuid() == 0:
        user = pwd.getpwnam(_SERVER_USER)
        identity = {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []}
    environment = {"PATH": os.environ.get("PATH", ""), "LC_ALL": "C", "PGUSER": _SERVER_USER}
    with tempfile.TemporaryFile() as output:
        done = subprocess.run(
            [str(program), *arguments], cwd=cwd, env=environment, check=False,
            stdin=subprocess.DEVNULL, stdout=output, stderr=subprocess.STDOUT,
            timeout=2 * _START_LIMIT_S, **identity,
        )
        if done.returncode:
            output.seek(0)
            message = f"{program.name} failed: {output.read().decode('utf-8', 'replace')}"
            raise RuntimeError(message)


def _free_port() -> int:
    """A loopback port nobody listens on just now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def _holds_server(folder: Path) -> bool:
    """Whether a folder holds the programs that make and run a server."""
    return all((folder / name).exists() for name in ("initdb", "pg_ctl", "postgres", "createdb"))


def _has_server_user() -> bool:
    """Whether root has a user to hand the server to."""
    try:
        pwd.getpwnam(_SERVER_USER)
    except KeyError:
        return False
    return True
