"""The whole server killed while browsers write to it, started again, and asked for every answer."""

from __future__ import annotations

import contextlib
import io
import os
import random
import signal
import subprocess
import sys
import threading
import time
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from unittest.mock import patch

import httpx

from dashboard.__main__ import main as program
from data.store.database import Database
from tests.serving import PASSWORD, free_port

ROOT = Path(__file__).parent.parent.parent
WRITERS, LONGEST_S, OPEN_S = 3, 1.5, 120
FIRST_S, END_S = 60, 60
REPORT = {
    "type": "flood", "place": "黄梅县", "lon": 115.94, "lat": 30.07, "source": "电话",
    "text": "堤防渗水", "casualties": {},
}  # fmt: skip


@dataclass
class Served:
    """A real server in a process of its own, on one port for all its lives."""

    var: Path
    url: str | None = None
    port: int = field(default_factory=free_port)
    more: Mapping[str, str] = field(default_factory=dict)

    @property
    def base(self) -> str:
        """Its address."""
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> None:
        """Start it and wait until it answers."""
        known = {
            "HUBEI_VAR": str(self.var), "HUBEI_SCENARIO": "none", "HUBEI_PORT": str(self.port),
            "HUBEI_SEED_PASSWORD": PASSWORD, "HUBEI_NO_BROWSER": "1", "PYTHONFAULTHANDLER": "1",
        }  # fmt: skip
        if self.url:
            known["HUBEI_DATABASE_URL"] = self.url
        self.process = subprocess.Popen(
            [sys.executable, "-m", "dashboard", "serve"], cwd=ROOT,
            env={**os.environ, **known, **self.more},
            stdout=self.said.open("ab"), stderr=subprocess.STDOUT,
        )  # fmt: skip
        until = time.monotonic() + OPEN_S
        while time.monotonic() < until:
            with contextlib.suppress(httpx.HTTPError):
                if httpx.get(self.base + "/healthz", timeout=2).status_code == httpx.codes.OK:
                    return
            if (code := self.process.poll()) is not None:
                raise RuntimeError(f"the server ended with {code}: {self._last_words()}")
            time.sleep(0.05)  # asked again until it answers
        self.process.send_signal(signal.SIGABRT)  # it says where each thread stands
        self.process.wait(END_S)
        raise RuntimeError(f"the server did not open: {self._last_words()}")

    @property
    def said(self) -> Path:
        """Where what it says is written."""
        return self.var / "said.txt"

    def _last_words(self) -> str:
        """What it said last, for whoever must find out why."""
        return self.said.read_text(errors="replace")[-8000:]

    def kill(self) -> None:
        """Without warning."""
        self.process.send_signal(signal.SIGKILL)
        self.process.wait(END_S)


def _write(base: str, cookies: httpx.Cookies, csrf: str, told: dict[str, str]) -> None:
    """File reports until the server is gone, keeping the answer to each key."""
    client = httpx.Client(base_url=base, cookies=cookies, headers={"X-CSRFToken": csrf}, timeout=10)
    with client, contextlib.suppress(httpx.HTTPError):
        while True:
            key = uuid.uuid4().hex
            answer = client.post(
                "/api/v1/reports", json=REPORT, headers={"Idempotency-Key": key}
            )
            if answer.is_success:
                told[key] = answer.json()["report"]["id"]


def kill_server(var: Path, cycles: int, *, url: str | None = None, begin: int = 1) -> list[str]:
    """Kill and start the server `cycles` times under `WRITERS` writers; what did not hold."""
    draw, told, found = random.Random(begin), dict[str, str](), list[str]()
    served = Served(var=var, url=url)
    seed(served)
    for _ in range(cycles):
        served.start()
        signing = {"username": "duty", "password": PASSWORD}
        session = httpx.post(served.base + "/api/v1/session", json=signing, timeout=20)
        before = len(told)
        args = (served.base, session.cookies, session.json()["csrf"], told)
        writers = [threading.Thread(target=_write, args=args) for _ in range(WRITERS)]
        for writer in writers:
            writer.start()
        until = time.monotonic() + FIRST_S
        while len(told) == before and served.process.poll() is None and time.monotonic() < until:
            time.sleep(0.01)  # until something was acknowledged
        if len(told) == before:
            found.append(f"no report was acknowledged within {FIRST_S} s")
        time.sleep(draw.random() * LONGEST_S)  # the moment of death is drawn
        served.kill()
        for writer in writers:
            writer.join(END_S)
        if any(writer.is_alive() for writer in writers):
            found.append("a writer went on after its server was gone")
    return found + judge(served, told)


def seed(served: Served) -> None:
    """Its database, reference data and accounts: the command, in this process."""
    known = {"HUBEI_VAR": str(served.var), "HUBEI_SCENARIO": "none"}
    known["HUBEI_SEED_PASSWORD"] = PASSWORD
    if served.url:
        known["HUBEI_DATABASE_URL"] = served.url
    with patch.dict(os.environ, known), contextlib.redirect_stdout(io.StringIO()) as told:
        if program(["seed"]):
            raise RuntimeError(f"nothing was seeded: {told.getvalue()[-8000:]}")


def judge(served: Served, told: dict[str, str]) -> list[str]:
    """Every acknowledged report is there once, under the key it was answered for."""
    from sqlalchemy import func, select

    from data.store.journal import verify
    from data.store.schema import TABLES, journal

    database = Database(served.url or f"sqlite:///{served.var / 'center.db'}")
    with contextlib.closing(database), database.reader.connect() as connection:
        keys = dict(
            connection.execute(
                select(journal.c.request_id, func.count())
                .where(journal.c.command == "ReceiveReport").group_by(journal.c.request_id)
            ).all()
        )  # fmt: skip
        kept = set(connection.execute(select(TABLES["report"].c.id)).scalars())
        verdict = verify(connection)
    lost = [f"{key} → {report}" for key, report in told.items() if report not in kept]
    doubled = [f"{key} was written {count} times" for key, count in keys.items() if count > 1]
    missing = [f"{key} has no journal row" for key in told if key not in keys]
    torn = [] if verdict.ok else [f"chain: {verdict.reason} at {verdict.broken_at}"]
    few = [] if told else ["nothing was acknowledged: no real test"]
    return [*lost, *doubled, *missing, *torn, *few]
