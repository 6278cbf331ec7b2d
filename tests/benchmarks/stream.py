"""Measures commit to screen, with 1 and with 300 streams open: python -m tests.benchmarks.stream.

The wall is open in a real Chromium. Each alarm is timed from the instant its journal row was
written (``recorded_at``) until the page hears of it and until the wall shows it. Processor time is
the server's, for each message delivered to each client. The baseline is the single client, and the
cost of one poll for the same news.
"""

from __future__ import annotations

import asyncio
import threading
import time
from contextlib import closing
from datetime import datetime, timedelta
from itertools import count
from statistics import median
from typing import Self
from urllib.parse import urlsplit

import httpx
from playwright.sync_api import Page

from tests.benchmarks.wall_world import chromium, cpu_seconds, say, server, shown, signed_in

CROWD, ALARMS, POLLS, BURST = 300, 15, 100, 40
_numbers = count(1)
WATCH = """() => {
  window.seenAt = {}; window.wanted = null;
  document.addEventListener('hubei:fact', (e) => {
    window.seenAt['n' + e.detail.seq] = Date.now();
  });
  new MutationObserver(() => {
    if (window.wanted && document.getElementById('wall-ticker').textContent.includes(window.wanted))
      window.seenAt[window.wanted] ??= Date.now();
  }).observe(document.body, { subtree: true, childList: true, characterData: true });
}"""


class Crowd:
    """Many open streams on one loop in a thread; counts the messages that arrive."""

    def __init__(self, base: str, cookie: str, size: int) -> None:
        self.place = urlsplit(base)
        self.cookie, self.size = cookie, size
        self.joined = self.messages = 0
        self.loop = asyncio.new_event_loop()
        self.thread = threading.Thread(target=self.loop.run_until_complete, args=(self._all(),))

    def __enter__(self) -> Self:
        self.thread.start()
        while self.joined < self.size:
            time.sleep(0.05)
        return self

    def __exit__(self, *_: object) -> None:
        self.loop.call_soon_threadsafe(self.over.set)
        self.thread.join(10)

    async def _all(self) -> None:
        self.over = asyncio.Event()
        tasks = [asyncio.create_task(self._one()) for _ in range(self.size)]
        await self.over.wait()
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _one(self) -> None:
        reader, writer = await asyncio.open_connection(self.place.hostname, self.place.port)
        writer.write(
            f"GET /api/v1/stream HTTP/1.1\r\nHost: {self.place.netloc}\r\n"
            f"Cookie: {self.cookie}\r\n\r\n".encode()
        )
        await reader.readuntil(b"event: hello")
        self.joined += 1
        try:
            while text := await reader.read(65536):
                self.messages += text.count(b"id: ")
        finally:
            writer.close()


class Alarms:
    """Raises one alarm after another, each of another sensor, each newer than the last."""

    def __init__(self, base: str) -> None:
        self.client = signed_in(base, "runner")
        sensors = self.client.get("/api/v1/sensors", params={"limit": 1000}).json()["items"]
        self.sensors = iter([s for s in sensors if s["in_force"]])
        now = self.client.get("/api/v1/exercise").json()["now"]
        self.at = datetime.fromisoformat(now) - timedelta(hours=1)

    def raise_one(self, page: Page) -> tuple[int, str, float]:
        """The alarm's journal number, its text on the wall, when its row was written (ms)."""
        sensor, self.at = next(self.sensors), self.at + timedelta(seconds=1)
        value = round(sensor["in_force"][-1]["value"] + 0.37, 2)
        text = f"{sensor['name']} {value:.2f}"
        page.evaluate("text => { window.wanted = text; }", text)
        seq = self.client.get("/healthz").json()["revision"]
        row = {"sensor": sensor["id"], "at": self.at.isoformat(), "value": value}
        self.client.post("/api/v1/telemetry", json=[row]).raise_for_status()
        rows = self.client.get("/api/v1/journal", params={"after": seq}).json()["items"]
        written = datetime.fromisoformat(rows[-1]["recorded_at"]).timestamp() * 1000
        return int(rows[-1]["seq"]), text, written


def latencies(page: Page, alarms: Alarms, times: int) -> tuple[list[float], list[float]]:
    """Milliseconds until the page has the fact, and until the wall shows the alarm."""
    heard, drawn = [], []
    for _ in range(times):
        seq, text, at = alarms.raise_one(page)
        page.wait_for_function("text => text in window.seenAt", arg=text, timeout=10_000)
        seen = page.evaluate("window.seenAt")
        heard.append(seen[f"n{seq}"] - at)
        drawn.append(seen[text] - at)
    return heard, drawn


def burst_cpu(duty: httpx.Client, pid: int) -> float:
    """The server's processor seconds for a burst of entries."""
    before = cpu_seconds(pid)
    for _ in range(BURST):
        number = next(_numbers)
        duty.post("/api/v1/entries", json={"text": f"基准第{number}条"}).raise_for_status()
    time.sleep(1.0)
    return cpu_seconds(pid) - before


def poll_cpu(duty: httpx.Client, pid: int) -> float:
    """The server's processor seconds for one poll that asks whether there is news."""
    newest = duty.get("/healthz").json()["revision"]
    before = cpu_seconds(pid)
    for _ in range(POLLS):
        duty.get("/api/v1/journal", params={"after": newest}).raise_for_status()
    return (cpu_seconds(pid) - before) / POLLS


def main() -> None:
    """Print latencies, processor time and their ratios."""
    with server() as (base, pid), chromium(base) as context, closing(signed_in(base)) as duty:
        page = context.new_page()
        page.goto(f"{base}/wall")
        page.wait_for_selector("#wall-ticker span")
        page.evaluate(WATCH)
        alarms = Alarms(base)
        latencies(page, alarms, 3)  # the first ones warm the page's callbacks
        heard, drawn = latencies(page, alarms, ALARMS)
        say(f"  1 stream : heard {shown(heard)}; drawn {shown(drawn)}")
        alone = burst_cpu(duty, pid)
        poll = poll_cpu(duty, pid)
        cookie = "; ".join(f"{k}={v}" for k, v in duty.cookies.items())
        with Crowd(base, cookie, CROWD) as crowd:
            _, many = shown_many = latencies(page, alarms, ALARMS)
            say(f"{CROWD + 1} streams: heard {shown(shown_many[0])}; drawn {shown(many)}")
            got = crowd.messages
            together = burst_cpu(duty, pid)
            got = crowd.messages - got
        each = max(together - alone, 0) / max(got, 1)
        say(f"burst of {BURST}: {alone:.2f} s alone, {together:.2f} s with {CROWD}; {got} messages")
        say(f"processor per client and message: {each * 1e6:.0f} µs; one poll: {poll * 1e6:.0f} µs")
        ratio = median(many) / median(drawn)
        say(f"ratios: latency 300/1 = {ratio:.2f}; a poll = {poll / max(each, 1e-9):.0f} messages")


if __name__ == "__main__":
    main()
