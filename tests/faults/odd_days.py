"""A disk that fills, a clock that jumps: the center refuses clearly, goes on, recovers.

Each fault is done to a real server in a process of its own; what it needs and does not find here it
says in one sentence (`why_not_…`), and is then skipped.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import subprocess
import tempfile
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from email.utils import parsedate_to_datetime
from itertools import pairwise
from pathlib import Path
from typing import Any

import httpx
import pyotp

from data.services.one_time import STEP_S
from tests.faults.server_kills import REPORT, Served, judge, seed
from tests.serving import PASSWORD

DISK_MB, LEAST_MB = 96, 8
JUMP_H = 3
FAKETIME = ("/usr/lib/x86_64-linux-gnu/faketime/libfaketime.so.1",
            "/usr/lib/aarch64-linux-gnu/faketime/libfaketime.so.1")  # fmt: skip


def why_no_disk() -> str | None:
    """Why no small disk can be made here."""
    if os.geteuid() != 0 or shutil.which("mount") is None:
        return "a small disk is mounted by root alone"
    with tempfile.TemporaryDirectory() as folder:
        done = subprocess.run(
            ["mount", "-t", "tmpfs", "tmpfs", folder], check=False, capture_output=True
        )
        if done.returncode:
            return "nothing can be mounted here"
        subprocess.run(["umount", folder], check=True)
    return None


def why_no_clock() -> str | None:
    """Why no clock can be set here."""
    return None if _faketime() else "libfaketime is not installed (Debian: faketime)"


def _faketime() -> str | None:
    return next((path for path in FAKETIME if Path(path).exists()), None)


class Told:
    """Writes to a server and keeps what was acknowledged; every answer is looked at."""

    def __init__(self, served: Served) -> None:
        self.served = served
        self.told: dict[str, str] = {}
        self.found: list[str] = []
        self.client = httpx.Client(base_url=served.base, timeout=30)
        self.sign_in()

    def sign_in(self) -> None:
        """As the duty officer."""
        signing = {"username": "duty", "password": PASSWORD}
        answer = self.client.post("/api/v1/session", json=signing).raise_for_status()
        self.client.headers["X-CSRFToken"] = answer.json()["csrf"]

    def report(self) -> int:
        """File a report; the status."""
        key = uuid.uuid4().hex
        answer = self.client.post(
            "/api/v1/reports", json=REPORT, headers={"Idempotency-Key": key}
        )
        if answer.is_success:
            self.told[key] = answer.json()["report"]["id"]
        else:
            self.in_words(answer)
        return answer.status_code

    def measure(self) -> int:
        """Send one reading; the status."""
        row = {"sensor": "S07", "at": self.server_now(), "value": 20.0}
        answer = self.client.post("/api/v1/telemetry", json=[row])
        if not answer.is_success:
            self.in_words(answer)
        return answer.status_code

    def server_now(self) -> str:
        """A moment just past, by the server's own clock."""
        return str(self.client.get("/api/v1/situation").json()["at"])

    def in_words(self, answer: httpx.Response) -> None:
        """A refusal says in Chinese what to do."""
        detail = str(answer.json().get("detail", ""))
        if not any("一" <= letter <= "鿿" for letter in detail):
            self.found.append(f"refused without words: {answer.status_code} {answer.text[:200]}")

    def expect(self, said: str, got: object, wanted: object) -> None:
        """One thing that must be so."""
        if got != wanted:
            self.found.append(f"{said}: {got}, not {wanted}")


@contextmanager
def served(var: Path, **more: str) -> Iterator[Served]:
    """A seeded server that stands, in a process of its own, killed afterwards."""
    made = Served(var=var, more=more)
    seed(made)
    made.start()
    try:
        yield made
    finally:
        made.kill()


def fill_disk() -> list[str]:
    """The disk of a running center is filled and freed; what did not hold."""
    with tempfile.TemporaryDirectory(prefix="hubei-disk-") as name:
        size = f"size={DISK_MB}m"
        subprocess.run(["mount", "-t", "tmpfs", "-o", size, "tmpfs", name], check=True)
        try:
            with served(Path(name), HUBEI_LEAST_FREE_MB=str(LEAST_MB)) as standing:
                told = Told(standing)
                _fill_and_free(told, Path(name))
            return told.found + judge(standing, told.told)
        finally:
            subprocess.run(["umount", "-l", name], check=True)


def _fill_and_free(told: Told, disk: Path) -> None:
    health = lambda: told.client.get("/healthz").status_code  # noqa: E731
    told.expect("before: health", health(), 200)
    told.expect("before: a report", told.report(), 201)
    told.expect("before: a reading", told.measure(), 202)
    filler = disk / "filler"
    free = shutil.disk_usage(disk).free
    _fill(filler, max(0, free - LEAST_MB // 2 * 2**20))
    told.expect("nearly full: health is red", health(), 503)
    told.expect("nearly full: a report", told.report(), 201)
    _fill(filler, 2**40)
    refused = 0
    for _ in range(200):  # pages already there still take a few
        if told.report() == 503:
            refused += 1
            break
    told.expect("full: a report is refused", refused, 1)
    told.expect("full: a reading is refused", _until(told.measure, 503), 503)
    told.expect("full: health is red", health(), 503)
    for path in ("/api/v1/incidents", "/api/v1/reports", "/api/v1/situation", "/api/v1/sensors"):
        told.expect(f"full: {path} is read", told.client.get(path).status_code, 200)
    filler.unlink()
    told.expect("room again: a report", told.report(), 201)
    told.expect("room again: a reading", told.measure(), 202)
    told.expect("room again: health", health(), 200)


def _until(ask: Any, wanted: int, tries: int = 200) -> int:
    got = 0
    for _ in range(tries):
        if (got := ask()) == wanted:
            break
    return got


def _fill(path: Path, most: int) -> None:
    """Write until so much is there or nothing more fits."""
    block = b"\0" * 65536
    with contextlib.suppress(OSError), path.open("ab", buffering=0) as file:
        while most > 0:
            most -= file.write(block[:most])
    with contextlib.suppress(OSError), path.open("ab", buffering=0) as file:
        while most > 0:
            most -= file.write(b"\0" * 512)


def faked(hand: Path) -> dict[str, str]:
    """The environment of a program whose clock the file `hand` sets; its steady clock is true."""
    return {
        "LD_PRELOAD": _faketime() or "", "FAKETIME_TIMESTAMP_FILE": str(hand),
        "FAKETIME_CACHE_DURATION": "1", "FAKETIME_DONT_FAKE_MONOTONIC": "1",
        "DONT_FAKE_MONOTONIC": "1",
    }  # fmt: skip


def jump_clock() -> list[str]:
    """The machine's clock jumps three hours on, back, and back once more; what did not hold."""
    if _faketime() is None:
        raise RuntimeError(why_no_clock())
    with tempfile.TemporaryDirectory(prefix="hubei-clock-") as name:
        var, hand = Path(name) / "var", Path(name) / "hand"
        hand.write_text("+0h\n")
        with served(var, **faked(hand)) as standing:
            told = Told(standing)
            phone = _Phone(standing)
            for before, hours in pairwise((0, JUMP_H, 0, -JUMP_H, 0)):
                hand.write_text(f"{hours:+d}h\n")
                _wait_for(standing, hours)
                _after_jump(told, hours, ahead=hours > before)
                phone.sign_in(told, f"{hours:+d} h", good=not hours)
            _in_order(told)
        return told.found + judge(standing, told.told)


def _after_jump(told: Told, hours: int, *, ahead: bool) -> None:
    """Whoever seems to have been idle for hours signs in again; writes and health go on."""
    at = f"{hours:+d} h"
    answer = told.client.get("/api/v1/session")
    if answer.status_code == httpx.codes.UNAUTHORIZED:
        # three hours are more than the idle limit: to the center nobody was there
        told.expect(f"{at}: signing in again is asked for", ahead, True)
        told.in_words(answer)
        told.sign_in()
    told.expect(f"{at}: a report", told.report(), 201)
    health = told.client.get("/healthz")
    told.expect(f"{at}: health", health.status_code, 200)
    told.expect(f"{at}: the clock named", "clock" in health.json()["degraded"], bool(hours))
    told.expect(f"{at}: a read", told.client.get("/api/v1/incidents").status_code, 200)
    signing = {"username": "leader", "password": PASSWORD}
    answer = httpx.post(told.served.base + "/api/v1/session", json=signing, timeout=30)
    told.expect(f"{at}: signing in", answer.is_success, True)


def _wait_for(served: Served, hours: int) -> None:
    """Until the server shows the time it was given; it looks once a second."""
    off = None
    for _ in range(300):
        said = httpx.get(served.base + "/healthz", timeout=30).headers["date"]
        off = parsedate_to_datetime(said).timestamp() - time.time() - hours * 3600
        if abs(off) < 120:  # seconds, far less than a jump
            return
        time.sleep(0.1)  # asked again until it is so
    raise RuntimeError(f"the server's clock is {off} s from where it was set")


class _Phone:
    """The leader's phone: it shows codes of the true time, whatever the server thinks."""

    def __init__(self, served: Served) -> None:
        self.served = served
        self.used = 0
        with httpx.Client(base_url=served.base, timeout=30) as client:
            self.secret = self._enrol(client)

    def _enrol(self, client: httpx.Client) -> str:
        signing = {"username": "chief", "password": PASSWORD}
        answer = client.post("/api/v1/session", json=signing).raise_for_status()
        client.headers["X-CSRFToken"] = answer.json()["csrf"]
        secret = str(client.post("/api/v1/session/totp").raise_for_status().json()["secret"])
        self.used = int(time.time()) // STEP_S
        body = {"code": pyotp.TOTP(secret).generate_otp(self.used)}
        answer = client.post("/api/v1/session/totp/confirm", json=body)
        if not answer.is_success:
            raise RuntimeError(f"no second factor: {answer.text}")
        return secret

    def sign_in(self, told: Told, at: str, *, good: bool) -> None:
        """With a code not used before; a wrong clock refuses it with its own time."""
        one = pyotp.TOTP(self.secret)
        # half a minute ahead is within what the center allows a phone
        while (now := int(time.time()) // STEP_S) < self.used:
            time.sleep(0.5)  # asked again until the phone shows the next one
        step = max(now, self.used + 1)
        body = {"username": "chief", "password": PASSWORD, "code": one.generate_otp(step)}
        url = self.served.base + "/api/v1/session"
        answer = httpx.post(url, json=body, timeout=30)
        told.expect(f"{at}: a code of the true time", answer.is_success, good)
        if not good:
            told.expect(f"{at}: it says its time", "中心时间" in answer.text, True)
            return
        self.used = step
        again = httpx.post(url, json=body, timeout=30)
        told.expect(f"{at}: a code used twice", again.is_success, False)


def _in_order(told: Told) -> None:
    """Numbers go on by one whatever the clock says, and the chain verifies."""
    rows = told.client.get("/api/v1/journal", params={"after": 0, "limit": 1000}).json()["items"]
    numbers = [row["seq"] for row in rows]
    told.expect("numbers in order", numbers, list(range(numbers[0], numbers[0] + len(numbers))))
    whole = told.client.get("/api/v1/journal/verify").json()
    told.expect("the chain", whole.get("ok"), True)
