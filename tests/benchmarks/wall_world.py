"""What the wall's benchmarks share: a server in a process of its own and a real Chromium."""

from __future__ import annotations

import multiprocessing
import os
import statistics
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from multiprocessing.synchronize import Event
from pathlib import Path

import httpx
from playwright.sync_api import BrowserContext, sync_playwright

from tests.browser.conftest import _FLAGS, find_chromium
from tests.serving import PASSWORD, Running, free_port

PAGES = {"/wall": "dashboard.pages.wall"}


def say(line: str = "") -> None:
    """Print a line at once."""
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def shown(values: list[float]) -> str:
    """p50 / p95 / most of some milliseconds."""
    ordered = sorted(values)
    p95 = ordered[min(len(ordered) - 1, round(0.95 * (len(ordered) - 1)))]
    return f"p50 {statistics.median(ordered):.0f} ms, p95 {p95:.0f} ms, most {ordered[-1]:.0f} ms"


def _serve(var: str, port: int, ready: Event, over: Event) -> None:
    with Running(Path(var), scenario="2020-07-08", port=port, seed=False, pages=PAGES) as made:
        made.center.seed()
        made.center.clock.change(paused=True)
        ready.set()
        over.wait()


@contextmanager
def server() -> Iterator[tuple[str, int]]:
    """An exercise served by another process: its address and process id."""
    context = multiprocessing.get_context("spawn")
    ready, over, port = context.Event(), context.Event(), free_port()
    with tempfile.TemporaryDirectory() as var:
        process = context.Process(target=_serve, args=(var, port, ready, over))
        process.start()
        try:
            if not ready.wait(60) or process.pid is None:
                raise RuntimeError("the server did not open")
            yield f"http://127.0.0.1:{port}", process.pid
        finally:
            over.set()
            process.join(20)
            if process.is_alive():
                process.kill()


def signed_in(base: str, username: str = "duty") -> httpx.Client:
    """A client that may write."""
    client = httpx.Client(base_url=base, timeout=30)
    answer = client.post("/api/v1/session", json={"username": username, "password": PASSWORD})
    client.headers["X-CSRFToken"] = answer.raise_for_status().json()["csrf"]
    return client


@contextmanager
def chromium(base: str) -> Iterator[BrowserContext]:
    """A fresh profile at 1920x1080, signed in as the wall."""
    path = find_chromium()
    if path is None:
        raise SystemExit("no Chromium found")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=list(_FLAGS))
        # waiting for a condition evaluates text, which our policy forbids the page itself
        context = browser.new_context(
            viewport={"width": 1920, "height": 1080}, locale="zh-CN", bypass_csp=True
        )
        body = {"username": "wall", "password": PASSWORD}
        context.request.post(f"{base}/api/v1/session", data=body)
        yield context
        browser.close()


def cpu_seconds(pid: int) -> float:
    """Processor time a process has used."""
    fields = Path(f"/proc/{pid}/stat").read_text("utf-8").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
