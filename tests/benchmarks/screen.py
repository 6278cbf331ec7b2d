"""Times a reading to the screen at 5,000 rows a second: python -m tests.benchmarks.screen.

Beside 300 open streams, the wall and the duty desk stand open in a real Chromium; a reading over
its level is timed from its sending until a change of the text shows its alarm. Not a test.
"""

from __future__ import annotations

import asyncio
import time
from datetime import UTC, datetime
from threading import Thread

import httpx
from playwright.sync_api import BrowserContext, Page

from tests.benchmarks.ingest import WARNING, paced, served
from tests.benchmarks.stream import Crowd
from tests.benchmarks.wall_world import chromium, say, shown
from tests.serving import PASSWORD

# when a text is first in the page, by the page's own clock, which is this machine's
SEEN = """() => {
  window.seenAt = {}; window.wanted = null;
  new MutationObserver(() => {
    if (window.wanted && document.body.textContent.includes(window.wanted))
      window.seenAt[window.wanted] ??= Date.now();
  }).observe(document.body, { subtree: true, childList: true, characterData: true });
}"""


def main() -> None:
    """As the load of `ingest`, with two pages open in a real browser: reading to screen."""
    with served() as base, chromium(base) as context:
        wall = context.new_page()
        wall.goto(f"{base}/wall")
        desk = _duty_page(context, base)
        cookie = "; ".join(f"{c['name']}={c['value']}" for c in context.cookies())
        with Crowd(base, cookie, 300):
            rates: list[float] = []

            def work() -> None:
                rates.append(asyncio.run(paced(base, 45.0, alarms=False))[0])

            load_ = Thread(target=work)
            load_.start()
            delays = _timed(base, {"wall": wall, "duty desk": desk}, 30)
            load_.join()
        for name, waits in delays.items():
            say(f"300 streams, {rates[0]:,.0f} rows/s: reading to the {name} {shown(waits)}")


def _duty_page(context: BrowserContext, base: str) -> Page:
    """The duty desk in a profile of its own."""
    browser = context.browser
    if browser is None:
        raise RuntimeError("no browser")
    other = browser.new_context(locale="zh-CN", bypass_csp=True)
    body = {"username": "duty", "password": PASSWORD}
    other.request.post(f"{base}/api/v1/session", data=body)
    page = other.new_page()
    page.goto(f"{base}/duty")
    return page


def _timed(base: str, pages: dict[str, Page], times: int) -> dict[str, list[float]]:
    """Milliseconds from sending a reading over its level until each page shows its alarm."""
    delays: dict[str, list[float]] = {name: [] for name in pages}
    for page in pages.values():
        page.wait_for_function("document.body.textContent.length > 500", timeout=60_000)
        page.evaluate(SEEN)
    with httpx.Client(base_url=base, timeout=60) as client:
        who = {"username": "duty", "password": PASSWORD}
        answer = client.post("/api/v1/session", json=who)
        client.headers["X-CSRFToken"] = answer.raise_for_status().json()["csrf"]
        for n in range(times):
            number = 10 * n + 2_500
            for page in pages.values():
                page.evaluate("text => { window.wanted = text; }", f"基准{number}")
            at, began = datetime.now(UTC).isoformat(), time.time() * 1000
            row = {"sensor": f"B-{number:05d}", "value": WARNING + 1, "at": at}
            client.post("/api/v1/telemetry", json=[row]).raise_for_status()
            for name, page in pages.items():
                page.wait_for_function(
                    "text => text in window.seenAt", arg=f"基准{number}", timeout=20_000
                )
                delays[name].append(page.evaluate("window.seenAt")[f"基准{number}"] - began)
    return delays


if __name__ == "__main__":
    main()
