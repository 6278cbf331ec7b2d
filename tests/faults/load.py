"""500 stream clients and 100 requests a second: how late a fact is, and whether memory grows."""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import httpx

from tests.benchmarks.wall_world import cpu_seconds
from tests.faults.server_kills import ROOT, Served, judge, seed
from tests.serving import PASSWORD

CLIENTS, RATE = 500, 100
LATE_S = 240  # after its time the crowd is ended
WARM_S = 60  # after which memory may not grow
P95_MS, MOST_MS = 500, 2000
GROWTH = 1.10  # of the mean of the last quarter over the first after warming
LISTENERS = ("duty", "leader", "chief", "wall", "duty.421100", "duty.421127")


def load(
    seconds: float, *, clients: int = CLIENTS, rate: int = RATE, url: str | None = None,
    say: Any = None,
) -> list[str]:  # fmt: skip
    """What did not hold over so many seconds; `say` is told the figures as one line."""
    with tempfile.TemporaryDirectory(prefix="hubei-load-") as name:
        served = Served(var=Path(name), url=url)
        seed(served)
        served.start()
        try:
            found, figures = _under(served, seconds, clients, rate)
        finally:
            served.kill()
        if say:
            say(figures)
        return found + judge(served, figures["told"])


def _under(served: Served, seconds: float, clients: int, rate: int) -> tuple[list[str], Any]:
    keys = [_key(served.base, username) for username in LISTENERS]
    with httpx.Client(base_url=served.base, headers={"Cookie": keys[0]["cookie"]}) as duty:
        duty.headers["X-CSRFToken"] = keys[0]["csrf"]
        sensors = [s["id"] for s in duty.get("/api/v1/sensors?limit=200").json()["items"]]
        _open_incident(duty)
    host, port = served.base.removeprefix("http://").split(":")
    given = {
        "host": host, "port": int(port), "clients": clients, "rate": rate, "seconds": seconds,
        "keys": keys, "sensors": sensors,
    }  # fmt: skip
    crowd = subprocess.Popen(
        [sys.executable, "-m", "tests.faults.crowd", json.dumps(given)], cwd=ROOT,
        stdout=subprocess.PIPE, text=True,
    )
    assert crowd.stdout is not None
    if "joined" not in crowd.stdout.readline():
        return ["the crowd did not join"], {"told": {}}
    used, memory = (cpu_seconds(served.process.pid), cpu_seconds(crowd.pid)), []
    began = time.monotonic()
    # read beside: ten minutes' worth of acknowledged ids is more than a pipe holds
    with ThreadPoolExecutor(1) as reader:
        last = reader.submit(crowd.stdout.read)
        while not last.done():
            if time.monotonic() - began > seconds + LATE_S:
                crowd.kill()
                return [f"the crowd did not end within {LATE_S} s of its time"], {"told": {}}
            memory.append((time.monotonic() - began, _resident_mb(served.process.pid)))
            time.sleep(2)
    took = time.monotonic() - began
    figures = json.loads(last.result())
    figures["server_cores"] = round((cpu_seconds(served.process.pid) - used[0]) / took, 2)
    return _holds(figures, memory, seconds, rate), figures


def _holds(figures: Any, memory: list[tuple[float, float]], seconds: float, rate: int) -> list[str]:
    """What is not as it must be."""
    warm = [mb for at, mb in memory if at >= min(WARM_S, seconds / 3)]
    quarter = max(1, len(warm) // 4)
    first, last = (sum(part) / len(part) for part in (warm[:quarter], warm[-quarter:]))
    figures["memory_mb"] = [round(first), round(last)]
    bad = sum(n for code, n in figures["status"].items() if int(code) >= 400)
    rules = {
        f"p95 {figures['p95_ms']} ms": figures["p95_ms"] <= P95_MS,
        f"most {figures['most_ms']} ms": figures["most_ms"] <= MOST_MS,
        f"memory {first:.0f} → {last:.0f} MB": last <= first * GROWTH,
        f"{bad} requests refused: {figures['status']}": bad == 0,
        f"{figures['gaps']} gaps, {figures['cut']} streams cut": not figures["gaps"],
        f"only {figures['requests']} requests": figures["requests"] >= rate * seconds * 0.98,
    }
    return [said for said, held in rules.items() if not held]


def _key(base: str, username: str) -> dict[str, str]:
    signing = {"username": username, "password": PASSWORD}
    answer = httpx.post(base + "/api/v1/session", json=signing, timeout=30).raise_for_status()
    cookie = "; ".join(f"{k}={v}" for k, v in answer.cookies.items())
    return {"cookie": cookie, "csrf": answer.json()["csrf"]}


def _open_incident(duty: httpx.Client) -> None:
    """One open incident, so that reads have something to read."""
    from tests.integration.api_world import incident

    incident(duty)


def _resident_mb(pid: int) -> float:
    """Resident memory of a process and its children, in MB."""
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    pids = [pid, *map(int, children)]
    pages = 0
    for one in pids:
        try:
            pages += int(Path(f"/proc/{one}/statm").read_text().split()[1])
        except (FileNotFoundError, ProcessLookupError):
            continue
    return pages * os.sysconf("SC_PAGE_SIZE") / 1e6


def described(figures: Any) -> str:
    """The figures in one line."""
    return (
        f"{figures['messages']:,} messages: p50 {figures['p50_ms']} ms, "
        f"p95 {figures['p95_ms']} ms, most {figures['most_ms']} ms; "
        f"{figures['requests']:,} requests: p50 {figures['request_p50_ms']} ms, "
        f"p95 {figures['request_p95_ms']} ms, most {figures['request_most_ms']} ms, "
        f"answers {figures['status']}, slow {figures['slow']}; "
        f"server {figures['server_cores']} cores, memory {figures.get('memory_mb')} MB; "
        f"{figures['gaps']} gaps, {figures['cut']} cut"
    )


def main(arguments: list[str]) -> int:
    """`load --minutes 10`: print the figures and whether they hold."""
    parser = argparse.ArgumentParser(prog="python -m tests.faults load")
    parser.add_argument("--minutes", type=float, default=10)
    parser.add_argument("--clients", type=int, default=CLIENTS)
    parser.add_argument("--rate", type=int, default=RATE)
    parser.add_argument("--url", help="of a PostgreSQL; SQLite without")
    given = parser.parse_args(arguments)
    found = load(
        given.minutes * 60, clients=given.clients, rate=given.rate, url=given.url,
        say=lambda figures: sys.stdout.write(described(figures) + "\n"),
    )
    sys.stdout.write(("holds" if not found else "does not hold: " + "; ".join(found)) + "\n")
    return int(bool(found))


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
