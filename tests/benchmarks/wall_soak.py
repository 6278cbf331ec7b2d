"""A day of the wall in minutes: the exercise at ×600 while nodes and heap are counted.

Run by hand: `python -m tests.benchmarks.wall_soak [hours]`. Prints, per sampled moment of the
exercise, the DOM nodes, event listeners and the heap after a collection, and their ratio to the
first sample; a page that leaks shows a ratio that climbs.
"""

import sys
import tempfile
import time
from datetime import datetime
from pathlib import Path

from playwright.sync_api import sync_playwright

from data.exercise.runner import start_runner
from tests.browser.conftest import _FLAGS
from tests.serving import PASSWORD, Running

SAMPLE_S = 15.0
SPEED = 600


def counts(cdp):
    """Nodes, listeners and heap of the page after a garbage collection."""
    cdp.send("HeapProfiler.collectGarbage")
    found = {m["name"]: m["value"] for m in cdp.send("Performance.getMetrics")["metrics"]}
    return found["Nodes"], found["JSEventListeners"], found["JSHeapUsedSize"] / 1e6


def main(hours: float = 24.0) -> None:
    """Play so many hours of the exercise before the wall."""
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as play:
        running = Running(var=Path(folder), scenario="2020-07-08").start()
        running.center.seed()
        runner = start_runner(running.base, PASSWORD)
        api = running.client("duty")
        while not api.get("/api/v1/exercise").json()["opened"]:
            time.sleep(0.2)
        browser = play.chromium.launch(executable_path="/usr/bin/chromium", args=list(_FLAGS))
        context = browser.new_context(viewport={"width": 1920, "height": 1080})
        signing = {"username": "wall", "password": PASSWORD}
        context.request.post(f"{running.base}/api/v1/session", data=signing)
        page = context.new_page()
        page.goto(f"{running.base}/wall")
        page.locator(".inc-card.jia").wait_for(timeout=60_000)
        incidents = [{"id": i["id"]} for i in api.get("/api/v1/incidents").json()["items"]]
        plan = api.post("/api/v1/plans", json={"incidents": incidents}, timeout=60).json()
        api.post("/api/v1/dispatches", json={"plan_id": plan["id"]}, timeout=60)
        api.post("/api/v1/exercise", json={"speed": SPEED})
        _watch(page, context.new_cdp_session(page), api, hours)
        runner.stop()
        browser.close()
        running.stop()


def _watch(page, cdp, api, hours):
    """Sample until the exercise has gone so many hours."""
    cdp.send("Performance.enable")
    page.wait_for_timeout(5_000)
    began = datetime.fromisoformat(api.get("/api/v1/exercise").json()["now"])
    first = counts(cdp)
    gone = 0.0
    while gone < hours:
        page.wait_for_timeout(SAMPLE_S * 1000)
        clock = datetime.fromisoformat(api.get("/api/v1/exercise").json()["now"])
        gone = (clock - began).total_seconds() / 3600
        now = counts(cdp)
        ratios = " ".join(f"{n / f:.2f}" for n, f in zip(now, first, strict=True))
        rows = api.get("/healthz").json()["revision"]
        print(
            f"{gone:5.1f} h  journal {rows:5d}  nodes {now[0]:6.0f}  listeners {now[1]:5.0f}"
            f"  heap {now[2]:5.1f} MB  ratios {ratios}"
        )


if __name__ == "__main__":
    main(float(sys.argv[1]) if len(sys.argv) > 1 else 24.0)
