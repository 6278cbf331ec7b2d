"""Clients that never read, a server whose memory ends: it refuses clearly, goes on, recovers."""

from __future__ import annotations

import os
import resource
import socket
import tempfile
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, suppress
from pathlib import Path

import httpx

from tests.faults.odd_days import Told, served
from tests.faults.server_kills import Served, judge
from tests.listening import Listening

STALLED, SLOW, WELL = 60, 6, 6
FACTS, WIDE = 400, 1_500  # facts written meanwhile, letters of each
LATE_S = 2.0  # the most a client that reads may wait for a fact
PATIENCE_S = 60.0
ROOM_MB, BATCHES, ROWS = 300, 16, 60_000
RECOVERED_S = 30.0  # after the crowd whatever was refused is taken again
AFTERWARDS = ("/healthz", "/api/v1/incidents", "/api/v1/situation", "/api/v1/journal?limit=100")
GROWN_MB = 120  # more than that must not stay with the server once the crowd is gone


def stall_clients(facts: int = FACTS) -> list[str]:
    """Some never read, some read a byte now and then, some read well; what did not hold."""
    with tempfile.TemporaryDirectory(prefix="hubei-stall-") as name, ExitStack() as stack:
        standing = stack.enter_context(served(Path(name)))
        told = Told(standing)
        before = _resident_mb(standing.process.pid)
        stuck = [stack.enter_context(_stream(told.client)) for _ in range(STALLED)]
        slow = [_Slow(stack.enter_context(_stream(told.client))) for _ in range(SLOW)]
        well = [Listening(told.client) for _ in range(WELL)]
        told.expect("streams open", _streams(told), STALLED + SLOW + WELL)
        numbers, late = _write(told, well, facts)
        told.expect("a reader waits longer than it may", late > LATE_S, False)
        for one in well:
            told.expect("a reader has all, in order", one.numbers(numbers[-1]), numbers)
        left = _falls_to(told, SLOW + WELL)
        told.expect(f"who never reads is cut ({left})", WELL <= left <= SLOW + WELL, True)
        told.expect("a report after it", told.report(), 201)
        for one in slow:
            one.end()
        del stuck
        again = Listening(told.client, after=numbers[0])
        told.expect("who comes back misses nothing", again.numbers(numbers[-1]), numbers[1:])
        grown = _resident_mb(standing.process.pid) - before
        told.expect(f"memory kept ({grown} MB)", grown > GROWN_MB, False)
        return told.found + judge(standing, told.told)


def _write(told: Told, well: list[Listening], facts: int) -> tuple[list[int], float]:
    """Wide facts one after the other; their numbers, and the longest a reader waited for one."""
    numbers, late = list[int](), 0.0
    for n in range(facts):
        text = f"{n} " + "堤" * WIDE
        answer = told.client.post("/api/v1/entries", json={"text": text}).raise_for_status()
        began = time.monotonic()
        numbers.append(int(answer.json()["revision"]))
        if n % 20 == 0:
            for one in well:
                one.reach(numbers[-1])
            late = max(late, time.monotonic() - began)
    return numbers, late


def _stream(client: httpx.Client) -> socket.socket:
    """A stream asked for over a socket that takes little, and nothing read of it."""
    made = socket.socket()
    made.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 2048)
    # small packets, as of a bad line: over large ones the server's kernel would hold megabytes
    made.setsockopt(socket.IPPROTO_TCP, socket.TCP_MAXSEG, 536)
    made.connect((client.base_url.host, client.base_url.port or 80))
    cookies = "; ".join(f"{c.name}={c.value}" for c in client.cookies.jar)
    host = f"{client.base_url.host}:{client.base_url.port}"
    made.sendall(
        f"GET /api/v1/stream HTTP/1.1\r\nHost: {host}\r\nCookie: {cookies}\r\n\r\n".encode()
    )
    return made


class _Slow:
    """Reads a little now and then, until it is cut or ended."""

    def __init__(self, door: socket.socket) -> None:
        self.door, self.over = door, threading.Event()
        self.thread = threading.Thread(target=self._read, daemon=True)
        self.thread.start()

    def _read(self) -> None:
        with suppress(OSError):
            while not self.over.wait(0.05) and self.door.recv(256):
                pass

    def end(self) -> None:
        """Read no more."""
        self.over.set()
        self.thread.join(60)


def _streams(told: Told) -> int:
    """How many streams the server holds open."""
    lines = told.client.get("/metrics").text.splitlines()
    return int(float(next(x.split()[1] for x in lines if x.startswith("hubei_streams "))))


def _falls_to(told: Told, most: int) -> int:
    """How many streams are left, at most `most` if patience lasts."""
    until = time.monotonic() + PATIENCE_S
    while (held := _streams(told)) > most and time.monotonic() < until:
        time.sleep(0.2)
    return held


def _resident_mb(pid: int) -> int:
    """Memory a process holds, in MB."""
    pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") // 2**20


def _address_bytes(pid: int) -> int:
    return int(Path(f"/proc/{pid}/statm").read_text().split()[0]) * os.sysconf("SC_PAGE_SIZE")


def limit_memory(batches: int = BATCHES) -> list[str]:
    """A running server may take no more memory, and a crowd wants much; what did not hold.

    It refuses in words. Should the process end of it (a C library that does not check what it was
    given), it is started again as its unit would, and has everything it acknowledged.
    """
    with tempfile.TemporaryDirectory(prefix="hubei-memory-") as name:
        with served(Path(name)) as standing:
            told = Told(standing)
            told.expect("before: a report", told.report(), 201)
            pid = standing.process.pid
            most = _address_bytes(pid) + ROOM_MB * 2**20
            resource.prlimit(pid, resource.RLIMIT_AS, (most, most))
            statuses = _crowd(told, batches)
            if fell := _fallen(standing):
                standing.start()
            clear = {202, 413, 422, 429, 503} | ({0} if fell else set())
            odd = sorted(set(statuses) - clear)
            told.expect("taken or refused in words", odd, [])
            _recovers(told, "a report", told.report, 201)
            _recovers(told, "a reading", told.measure, 202)
            for path in AFTERWARDS:
                _recovers(told, path, lambda path=path: told.client.get(path).status_code, 200)
        return told.found + judge(standing, told.told)


def _recovers(told: Told, said: str, ask: Callable[[], int], wanted: int) -> None:
    """Taken again within moments of the crowd's last answer, refused in words until then."""
    until, status = time.monotonic() + RECOVERED_S, 0
    while status != wanted and time.monotonic() < until:
        with suppress(httpx.ReadTimeout):
            status = ask()
            time.sleep(0 if status == wanted else 0.2)
    told.expect(f"afterwards: {said}", status, wanted)


def _fallen(standing: Served) -> bool:
    """Whether the process ended, once it has ended or answers."""
    until = time.monotonic() + PATIENCE_S
    while time.monotonic() < until and standing.process.poll() is None:
        with suppress(httpx.HTTPError):
            if httpx.get(standing.base + "/healthz", timeout=5).is_success:
                return False
        time.sleep(0.2)
    return standing.process.poll() is not None


def _crowd(told: Told, batches: int) -> list[int]:
    """Large lists of readings all at once; each answer's status, 0 where there was none."""
    at = told.server_now()
    row = b'{"sensor":"S07","at":"%s","value":20.5}' % at.encode()
    text = b"[" + b",".join([row] * ROWS) + b"]"

    def send(_: int) -> int:
        with suppress(httpx.HTTPError):
            answer = told.client.post("/api/v1/telemetry", content=text, timeout=120)
            if not answer.is_success:
                told.in_words(answer)
            return answer.status_code
        return 0

    with ThreadPoolExecutor(batches) as pool:
        return list(pool.map(send, range(batches)))
