"""Many stream clients and a steady rain of requests from one process with raw sockets.

Run by `tests.faults.load` as a process of its own, so that it does not slow what it measures. It
prints one JSON object: how late every fact reached every client, and how the requests fared.
"""

from __future__ import annotations

import asyncio
import json
import random
import re
import sys
import time
import uuid
from array import array
from collections import Counter
from datetime import datetime, timedelta, timezone
from typing import Any

FACT = re.compile(rb'id: (\d+)\ndata: \{"seq":\d+(?:,"at":"([^"]+)")?')
LANES = 40  # connections kept alive for the requests
JOIN_S = 120  # for every client to hear its hello
BUCKETS = 6000  # of a millisecond
READS = (  # (weight, path): what pages and programs ask for, by api.md
    (5, "/healthz"), (15, "/api/v1/incidents"), (10, "/api/v1/incidents/I-0001"),
    (10, "/api/v1/teams?limit=100&status=available"), (10, "/api/v1/tasks?limit=100"),
    (10, "/api/v1/alarms?limit=100"), (10, "/api/v1/journal?after={seq}&limit=100"),
    (5, "/api/v1/situation"), (5, "/api/v1/reports?limit=50"),
)  # fmt: skip
WRITES = ((8, "telemetry"), (8, "entries"), (4, "reports"))
HERE = timezone(timedelta(hours=8))


class Heard:
    """What the clients heard: lateness by millisecond, the newest number, what was missed."""

    def __init__(self) -> None:
        self.late = array("Q", [0] * (BUCKETS + 1))
        self.most_ms = 0.0
        self.newest = self.messages = self.gaps = self.cut = 0
        self.at: dict[int, float] = {}

    def note(self, seq: int, at: bytes | None, now: float) -> None:
        """One client has one fact; the moment stands in the fact of those who may read it."""
        if at is not None and seq not in self.at:
            self.at[seq] = datetime.fromisoformat(at.decode()).timestamp()
            self.at.pop(seq - 5000, None)
        self.newest = max(self.newest, seq)
        self.messages += 1
        if (written := self.at.get(seq)) is not None:
            ms = (now - written) * 1000
            self.most_ms = max(self.most_ms, ms)
            self.late[min(BUCKETS, max(0, int(ms)))] += 1

    def quantile(self, share: float) -> int:
        """The milliseconds within which that share was heard."""
        left = share * sum(self.late)
        for ms, count in enumerate(self.late):
            left -= count
            if left <= 0:
                return ms
        return BUCKETS


class Listener(asyncio.Protocol):
    """One stream: counts its facts, each number once and in order."""

    def __init__(self, heard: Heard, head: bytes, joined: asyncio.Event) -> None:
        self.heard, self.head, self.joined = heard, head, joined
        self.rest, self.last = b"", 0

    def connection_made(self, transport: Any) -> None:
        """Ask for the stream."""
        transport.write(self.head)

    def data_received(self, data: bytes) -> None:
        """Count what is whole; a part of a message waits for the rest."""
        now = time.time()
        *whole, self.rest = (self.rest + data).split(b"\n\n")
        for text in whole:
            found = FACT.search(text)
            if found is None:
                if b"event: hello" in text:
                    self.joined.set()
                continue
            seq = int(found[1])
            self.heard.gaps += bool(self.last and seq != self.last + 1)
            self.last = seq
            self.heard.note(seq, found[2], now)

    def connection_lost(self, _error: Exception | None) -> None:
        """A stream that ends before its time was cut."""
        self.heard.cut += 1


class Asked:
    """How the requests fared, and what was acknowledged."""

    def __init__(self) -> None:
        self.status: Counter[int] = Counter()
        self.ms: list[float] = []
        self.slow: Counter[str] = Counter()
        self.told: dict[str, str] = {}


async def main() -> None:
    """Listen and ask for so long, then print what was found."""
    given = json.loads(sys.argv[1])
    heard, asked = Heard(), Asked()
    loop = asyncio.get_running_loop()
    host, port, keys = given["host"], given["port"], given["keys"]
    doors = []
    for n in range(given["clients"]):
        joined = asyncio.Event()
        head = (
            f"GET /api/v1/stream HTTP/1.1\r\nHost: {host}:{port}\r\n"
            f"Cookie: {keys[n % len(keys)]['cookie']}\r\n\r\n"
        ).encode()
        await loop.create_connection(
            lambda h=head, j=joined: Listener(heard, h, j), host, port
        )  # fmt: skip
        doors.append(joined)
    await asyncio.wait_for(asyncio.gather(*(door.wait() for door in doors)), JOIN_S)
    say("joined")
    await rain(given, heard, asked)
    await asyncio.sleep(3)  # the last facts arrive
    ordered = sorted(asked.ms)
    say(json.dumps({
        "p50_ms": heard.quantile(0.5), "p95_ms": heard.quantile(0.95),
        "most_ms": round(heard.most_ms), "messages": heard.messages, "gaps": heard.gaps,
        "cut": heard.cut, "requests": len(ordered), "status": dict(asked.status),
        "request_p50_ms": round(ordered[len(ordered) // 2]),
        "request_p95_ms": round(ordered[int(len(ordered) * 0.95)]),
        "request_most_ms": round(ordered[-1]), "slow": asked.slow.most_common(4),
        "told": asked.told,
    }))  # fmt: skip


def say(line: str) -> None:
    """To whoever started this."""
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


async def rain(given: dict[str, Any], heard: Heard, asked: Asked) -> None:
    """So many requests a second, each at its moment whether or not the last was answered."""
    queue: asyncio.Queue[tuple[float, str, str, Any] | None] = asyncio.Queue()
    lanes = [asyncio.create_task(_lane(given, n, queue, asked)) for n in range(LANES)]
    draw, began, sent = random.Random(1), time.monotonic(), 0
    sensors = given["sensors"]
    while (now := time.monotonic()) - began < given["seconds"]:
        while sent < (now - began) * given["rate"]:
            sent += 1
            queue.put_nowait((time.monotonic(), *_drawn(draw, heard.newest, sensors)))
        await asyncio.sleep(0.005)
    for _ in lanes:
        queue.put_nowait(None)
    await asyncio.gather(*lanes)


def _drawn(draw: random.Random, newest: int, sensors: list[str]) -> tuple[str, str, Any]:
    """One request: four of five read, one writes."""
    weights = [w for w, _ in (*READS, *WRITES)]
    what = draw.choices([p for _, p in (*READS, *WRITES)], weights)[0]
    if what.startswith("/"):
        return "GET", what.replace("{seq}", str(max(0, newest - 20))), None
    if what == "entries":
        return "POST", "/api/v1/entries", {"text": f"压测 {draw.random():.6f}"}
    if what == "reports":
        return "POST", "/api/v1/reports", {
            "type": "flood", "place": "黄梅县", "lon": 115.94, "lat": 30.07, "source": "电话",
            "text": "堤防渗水",
        }  # fmt: skip
    at = datetime.now(HERE).isoformat()
    rows = [{"sensor": draw.choice(sensors), "at": at, "value": 1 + draw.random()}]
    return "POST", "/api/v1/telemetry", rows


async def _lane(given: dict[str, Any], n: int, queue: asyncio.Queue[Any], asked: Asked) -> None:
    """One kept connection: asks, waits for the whole answer, asks again."""
    host, port = given["host"], given["port"]
    key = given["keys"][0]  # the duty officer: who may write
    reader, writer = await asyncio.open_connection(host, port, limit=2**24)
    while (task := await queue.get()) is not None:
        due, method, path, body = task
        text = b"" if body is None else json.dumps(body).encode()
        idem = uuid.uuid4().hex
        writer.write(
            f"{method} {path} HTTP/1.1\r\nHost: {host}:{port}\r\nCookie: {key['cookie']}\r\n"
            f"X-CSRFToken: {key['csrf']}\r\nIdempotency-Key: {idem}\r\n"
            f"Content-Type: application/json\r\nContent-Length: {len(text)}\r\n\r\n".encode() + text
        )
        status, answer = await _answer(reader)
        took = (time.monotonic() - due) * 1000
        asked.status[status] += 1
        asked.ms.append(took)
        if took > 500:
            asked.slow[f"{method} {path.split('?')[0]}"] += 1
        if path == "/api/v1/reports" and method == "POST" and status == 201:
            asked.told[idem] = json.loads(answer)["report"]["id"]
    writer.close()


async def _answer(reader: asyncio.StreamReader) -> tuple[int, bytes]:
    head = await reader.readuntil(b"\r\n\r\n")
    status = int(head.split(b" ", 2)[1])
    length = re.search(rb"(?i)content-length: (\d+)", head)
    if length is not None:
        return status, await reader.readexactly(int(length[1]))
    parts = []
    while size := int((await reader.readline()).split(b";")[0], 16):
        parts.append(await reader.readexactly(size))
        await reader.readexactly(2)
    await reader.readexactly(2)
    return status, b"".join(parts)


if __name__ == "__main__":
    asyncio.run(main())
