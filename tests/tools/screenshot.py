"""Takes pictures of every page of a real server, with both incidents answered and teams moving."""

from __future__ import annotations

import base64
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
from playwright.sync_api import Browser, Page, sync_playwright

from tests.serving import free_port

ROOT = Path(__file__).resolve().parents[2]
OUT = ROOT / "var" / "screenshots"
README_PICTURE = ROOT / "docs" / "wall.webp"
LARGEST_README_BYTES = 300_000
PASSWORD = "pictures-of-the-wall"
FLAGS = (
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
)  # fmt: skip
ON_THE_ROAD = 6
FILLED_CHARACTERS = 200
# page, account, width, height, name
SHOTS = (
    ("/wall", "wall", 1920, 1080, "wall"),
    ("/wall", "wall", 3840, 2160, "wall-4k"),
    ("/duty", "duty", 1920, 1080, "duty"),
    ("/review", "leader", 1920, 1080, "review"),
    ("/admin", "admin", 1920, 1080, "admin"),
    ("/monitor", "duty", 1920, 1080, "monitor"),
    ("/warnings", "duty", 1920, 1080, "warnings"),
    ("/hazards", "duty", 1920, 1080, "hazards"),
    ("/sharing", "admin", 1920, 1080, "sharing"),
    ("/ingest", "duty", 1920, 1080, "ingest"),
    ("/tasks", "duty", 1920, 1080, "tasks"),
    ("/supplies", "duty", 1920, 1080, "supplies"),
    ("/filing", "duty", 1920, 1080, "filing"),
    ("/shift", "duty", 1920, 1080, "shift"),
    ("/directory", "duty", 1920, 1080, "directory"),
    ("/links", "duty", 1920, 1080, "links"),
    ("/contingencies", "duty", 1920, 1080, "contingencies"),
    ("/field", "duty", 390, 844, "field"),
)


def main() -> int:
    """Take the pictures; 1 when a page's console showed an error."""
    OUT.mkdir(parents=True, exist_ok=True)
    errors: list[str] = []
    with tempfile.TemporaryDirectory() as var, serving(Path(var)) as base:
        with signed_in(base) as client:
            opening_played(client)
            print("dispatched:", answer_both(client))
            teams_on_the_road(client)
        with sync_playwright() as playwright:
            chromium = playwright.chromium.launch(
                executable_path=os.environ.get("HUBEI_CHROMIUM") or "/usr/bin/chromium",
                args=list(FLAGS),
            )
            for path, user, width, height, name in SHOTS:
                errors += picture(chromium, base, path, user, (width, height), name)
            chromium.close()
    for line in errors:
        print("console:", line, file=sys.stderr)
    size = README_PICTURE.stat().st_size
    print(f"{README_PICTURE.relative_to(ROOT)}: {size / 1000:.0f} kB; the others in {OUT}")
    return 1 if errors or size > LARGEST_README_BYTES else 0


@contextmanager
def serving(var: Path) -> Iterator[str]:
    """The program itself, as a process with a state folder of its own."""
    port = free_port()
    base = f"http://127.0.0.1:{port}"
    env = {
        **os.environ, "HUBEI_PORT": str(port), "HUBEI_VAR": str(var), "HUBEI_NO_BROWSER": "1",
        "HUBEI_SEED_PASSWORD": PASSWORD, "HUBEI_SCENARIO": "2020-07-08",
    }  # fmt: skip
    command = [sys.executable, "-m", "dashboard", "serve", "--setup"]
    with subprocess.Popen(command, cwd=ROOT, env=env) as process:
        try:
            until(lambda: _healthy(base) or process.poll() is not None, 180, "the server to open")
            yield base
        finally:
            process.terminate()
            process.wait(20)


def _healthy(base: str) -> bool:
    try:
        return httpx.get(f"{base}/healthz", timeout=5, trust_env=False).is_success
    except httpx.HTTPError:
        return False


@contextmanager
def signed_in(base: str) -> Iterator[httpx.Client]:
    """A client of the provincial duty officer."""
    with httpx.Client(base_url=f"{base}/api/v1", timeout=60, trust_env=False) as client:
        body = {"username": "duty", "password": PASSWORD}
        client.headers["X-CSRFToken"] = asked(client.post("/session", json=body))["csrf"]
        yield client


def asked(answer: httpx.Response) -> Any:
    """The body of an answer; the program ends with the server's words when it was refused."""
    if answer.is_error:
        raise SystemExit(f"{answer.request.url}: {answer.status_code} {answer.text}")
    return answer.json()


def until(holds: Callable[[], bool], seconds: float, what: str) -> None:
    """Look twice a second until it holds."""
    ends = time.monotonic() + seconds
    while not holds():
        if time.monotonic() > ends:
            raise SystemExit(f"waited {seconds:.0f} s in vain for {what}")
        time.sleep(0.5)


def opening_played(client: httpx.Client) -> None:
    """Wait until the runner has opened both incidents and let the clock go."""
    until(lambda: bool(asked(client.get("/exercise"))["opened"]), 120, "the opening")
    until(lambda: len(_open(client)) > 1, 60, "both incidents")


def _open(client: httpx.Client) -> list[dict[str, Any]]:
    return list(asked(client.get("/incidents?status=open"))["items"])


def answer_both(client: httpx.Client) -> str:
    """Propose one plan for both incidents and issue it, as an officer would."""
    incidents = [{"id": one["id"]} for one in _open(client)[:2]]
    plan = asked(client.post("/plans", json={"incidents": incidents}))
    made = asked(client.post("/dispatches", json={"plan_id": plan["id"]}))
    sent, lots = len(plan["assignments"]), len(plan["transfers"])
    return f"{sent} teams, {lots} lots, {len(plan['shortfalls'])} shortfalls, keys {sorted(made)}"


def teams_on_the_road(client: httpx.Client) -> None:
    """Run the clock fast until teams are moving, then at the exercise's own pace."""

    def moving() -> bool:
        held = asked(client.get("/assignments?unfinished=true"))["items"]
        return (
            sum(one["state"] in {"departed", "arrived", "working"} for one in held) >= ON_THE_ROAD
        )

    asked(client.post("/exercise", json={"speed": 60}))
    until(moving, 90, "teams on the road")
    asked(client.post("/exercise", json={"speed": 10}))


def picture(
    chromium: Browser, base: str, path: str, user: str, size: tuple[int, int], name: str
) -> list[str]:
    """One page in a fresh profile, into a file; returns what its console complained about."""
    context = chromium.new_context(
        viewport={"width": size[0], "height": size[1]},
        locale="zh-CN", timezone_id="Asia/Shanghai",
    )  # fmt: skip
    heard: list[str] = []
    context.request.post(f"{base}/api/v1/session", data={"username": user, "password": PASSWORD})
    page = context.new_page()
    page.on("console", lambda m: heard.append(f"{name}: {m.text}") if m.type == "error" else None)
    page.on("pageerror", lambda e: heard.append(f"{name}: {e}"))
    answer = page.goto(base + path)
    if answer is not None and answer.status == httpx.codes.NOT_FOUND:
        print(f"{name}: no such page yet")
        context.close()
        return []
    settle(page)
    page.screenshot(path=str(OUT / f"{name}.png"))
    if name == "wall":
        README_PICTURE.parent.mkdir(exist_ok=True)
        README_PICTURE.write_bytes(_webp(page))
    context.close()
    return heard


def settle(page: Page) -> None:
    """Wait until the page's fonts and first panels are there and its callbacks are quiet."""
    page.wait_for_load_state("load")
    # not wait_for_function: it evaluates text in the page, which the page's policy forbids
    until(lambda: len(page.inner_text("body").strip()) > FILLED_CHARACTERS, 30, "the page's text")
    page.evaluate("() => document.fonts.ready.then(() => true)")
    page.wait_for_timeout(6_000)  # the map's layers draw, a changed number ends its motion


def _webp(page: Page) -> bytes:
    """The page as WebP: a third of a PNG's size, letters as sharp."""
    session = page.context.new_cdp_session(page)
    shot = session.send("Page.captureScreenshot", {"format": "webp", "quality": 82})
    return base64.b64decode(shot["data"])


if __name__ == "__main__":
    sys.exit(main())
