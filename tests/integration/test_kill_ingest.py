"""The server killed in the middle of ingest: every row it acknowledged is there, exactly once."""

import itertools
import os
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import timedelta

import httpx
import pytest

from data.center import build_center
from data.config import Settings
from tests.forked import FORKED
from tests.integration.device_world import START, make_center, waited
from tests.served import serve
from tests.serving import PASSWORD, free_port

LIVES, SENDERS, ROWS = 2, 3, 40
DAYS = timedelta(days=3)


def rows(sender, batch):
    """A batch of rows that no other batch has; each sender has a sensor of its own."""
    return [
        {
            "sensor": f"T-{sender}", "value": float(batch * ROWS + n),
            "at": (START + timedelta(seconds=batch * ROWS + n)).isoformat(),
        }
        for n in range(ROWS)
    ]  # fmt: skip


class Sender:
    """Sends batch after batch until the server dies; remembers what was acknowledged."""

    def __init__(self, number):
        self.number, self.batches, self.acknowledged = number, itertools.count(), []
        self.last = None

    def send(self, base):
        """Send until it fails; the batch that failed is the first of the next life."""
        with httpx.Client(base_url=base, timeout=20) as client:
            signed = client.post(
                "/api/v1/session", json={"username": "duty", "password": PASSWORD}
            ).raise_for_status()
            client.headers["X-CSRFToken"] = signed.json()["csrf"]
            while True:
                self.last = next(self.batches) if self.last is None else self.last
                try:
                    answer = client.post("/api/v1/telemetry", json=rows(self.number, self.last))
                except httpx.TransportError:
                    return
                assert answer.status_code == 202, answer.text
                assert answer.json()["accepted"] == ROWS, answer.text
                self.acknowledged.append(self.last)
                self.last = None


def have(senders, wanted):
    """Whether each sender has had so many batches acknowledged."""
    return all(len(s.acknowledged) >= n for s, n in zip(senders, wanted, strict=True))


@contextmanager
def killed(program):
    """The program, ended whatever happens: a sender stops only when nobody answers."""
    try:
        yield
    finally:
        program.kill()
        program.join(20)


def answers(port):
    """Whether the server is open."""
    try:
        return httpx.get(f"http://127.0.0.1:{port}/healthz", timeout=5).is_success
    except httpx.TransportError:
        return False


def test_every_acknowledged_row_is_there_exactly_once(database_url, tmp_path):
    """Two lives ended by SIGKILL while three senders write; retries double nothing."""
    url = None if database_url.startswith("sqlite") else database_url
    center = make_center(tmp_path, url)
    center.accounts.seed(PASSWORD, exercise=False)
    center.close()
    senders = [Sender(n) for n in range(SENDERS)]
    for life in range(LIVES):
        port = free_port()
        program = FORKED.Process(target=serve, args=(tmp_path, port, url), daemon=True)
        program.start()
        with ThreadPoolExecutor(SENDERS) as pool, killed(program):
            assert waited(lambda p=port: answers(p), 240)
            base = f"http://127.0.0.1:{port}"
            sending = [pool.submit(s.send, base) for s in senders]
            wanted = [len(s.acknowledged) + 3 + 2 * life for s in senders]
            waited(lambda w=wanted, s=sending: have(senders, w) or any(f.done() for f in s), 120)
            program.kill()
            for one in sending:
                one.result(30)
            assert have(senders, wanted)
    again = build_center(Settings(var=tmp_path, scenario="none", database_url=url))
    try:
        for sender in senders:
            stored = again.telemetry.series(f"T-{sender.number}", START, START + DAYS)
            times = Counter(r.at for r in stored)
            assert max(times.values()) == 1
            expected = {START + timedelta(seconds=b * ROWS + n)
                        for b in sender.acknowledged for n in range(ROWS)}  # fmt: skip
            assert expected <= times.keys()
            assert all(r.value == (r.at - START).total_seconds() for r in stored)
            newest = again.telemetry.readings()[f"T-{sender.number}"]
            assert newest.at == max(times)
    finally:
        again.close()


@pytest.fixture(autouse=True)
def _no_proxy(monkeypatch):
    """The senders speak to this machine."""
    for name in [n for n in os.environ if n.lower().endswith("_proxy")]:
        monkeypatch.delenv(name)
