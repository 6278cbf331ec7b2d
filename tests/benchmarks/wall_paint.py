"""Measures the wall's first paint, cold and warm: python -m tests.benchmarks.wall_paint."""

from __future__ import annotations

from playwright.sync_api import BrowserContext

from tests.benchmarks.wall_world import chromium, say, server, shown

RUNS = 5
PAINT = """() => performance.getEntriesByName('first-contentful-paint')[0]?.startTime ?? 0"""
FULL = """() => {
  const pool = document.getElementById('wall-pool'), link = document.documentElement.dataset.link;
  return pool && pool.textContent.length > 0 && link === 'up';
}"""


def opened(context: BrowserContext, base: str) -> tuple[float, float, float]:
    """Milliseconds to first paint, to the pool's figures, and megabytes fetched, of one opening."""
    page = context.new_page()
    page.goto(f"{base}/wall", wait_until="commit")
    page.wait_for_function(FULL)
    full = float(page.evaluate("performance.now()"))
    paint = float(page.evaluate(PAINT))
    sizes = "performance.getEntriesByType('resource').reduce((n, r) => n + r.transferSize, 0)"
    fetched = float(page.evaluate(sizes)) / 1e6
    page.close()
    return paint, full, fetched


def main() -> None:
    """Print first paint and full figures for fresh profiles and for one that has been here."""
    with server() as (base, _):
        cold = []
        for _run in range(RUNS):
            with chromium(base) as context:
                cold.append(opened(context, base))
        with chromium(base) as context:
            opened(context, base)
            warm = [opened(context, base) for _run in range(RUNS)]
    for word, runs in (("cold", cold), ("warm", warm)):
        say(f"{word}: first paint {shown([r[0] for r in runs])}")
        say(f"{word}: figures shown {shown([r[1] for r in runs])}; {runs[-1][2]:.2f} MB fetched")


if __name__ == "__main__":
    main()
