"""A stream held open by a test: what it said, in order, and whether it ended."""

import contextlib
import json
import queue
import threading
import time
from collections.abc import Callable
from typing import Any

import httpx

WAIT_S = 30
Said = dict[str, Any]


class Listening:
    """Reads `GET /api/v1/stream` with a signed-in client, in a thread of its own."""

    def __init__(self, client: httpx.Client, after: int | None = None) -> None:
        self.heard: queue.Queue[Said] = queue.Queue()
        self.client = client
        self.head = {} if after is None else {"Last-Event-ID": str(after)}
        self.newest = 0
        self.over = threading.Event()
        self.thread = threading.Thread(target=self._read, daemon=True)
        self.thread.start()
        self.hello = self.until(lambda said: "boot" in said)

    def _read(self) -> None:
        with (
            contextlib.suppress(httpx.HTTPError),
            self.client.stream(
                "GET", "/api/v1/stream", timeout=None, headers=self.head
            ) as answer,
        ):
            for line in answer.iter_lines():
                if line.startswith("data:"):
                    said = json.loads(line[5:])
                    if isinstance(said, dict):  # positions come as a list
                        self.newest = max(self.newest, said.get("seq", 0))
                    self.heard.put(said)
        self.over.set()

    def until(self, wanted: Callable[[Said], bool]) -> Said:
        """What was said first that is wanted; an empty queue for too long fails."""
        while True:
            said = self.heard.get(timeout=WAIT_S)
            if wanted(said):
                return said

    def reach(self, number: int) -> None:
        """Wait until a number was heard, taking nothing from what is to be looked at."""
        until = time.monotonic() + WAIT_S
        while self.newest < number:
            assert time.monotonic() < until, f"{number} was not heard"
            time.sleep(0.002)

    def numbers(self, last: int) -> list[int]:
        """The numbers of every fact up to one, in the order they came."""
        found: list[int] = []
        while not found or found[-1] < last:
            said = self.heard.get(timeout=WAIT_S)
            if "seq" in said:
                found.append(said["seq"])
        return found
