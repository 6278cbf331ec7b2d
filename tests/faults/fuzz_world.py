"""A center full of things for the fuzzers: accounts of every role, and what went wrong in it."""

from __future__ import annotations

import json
import logging
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx

from dashboard.gate import CSRF_COOKIE, SESSION_COOKIE
from data.domain.org import ROLE_PERMISSIONS, Actor
from tests.serving import PASSWORD, Running

ADMIN = Actor.of("admin", "admin", "420000")
HANG_S = 30.0  # longer than any answer may take, a solved plan included
SERVER_ERROR = 500
# who bends: mostly those who may do much
BENDERS = (*("duty",) * 8, "chief", "chief", "admin", "admin", "leader", "keeper", "county", "grid",
           "security", "auditor", "wall", "stranger")  # fmt: skip
ORGS = {"county": "421127"}


class _Heard(logging.Handler):
    """Keeps what the program logged as an error, with its traceback."""

    def __init__(self, kept: list[str]) -> None:
        super().__init__(logging.ERROR)
        self.kept = kept
        self.setFormatter(logging.Formatter("%(name)s %(message)s"))

    def emit(self, record: logging.LogRecord) -> None:
        self.kept.append(self.format(record))


@dataclass
class Yard:
    """One running center, its clients by role, its ids, and what was found."""

    running: Running
    found: list[str] = field(default_factory=list)
    logged: list[str] = field(default_factory=list)
    answers: Counter[int] = field(default_factory=Counter)
    slowest: tuple[float, str] = (0.0, "")
    ids: dict[str, list[str]] = field(default_factory=dict)
    _clients: dict[str, httpx.Client] = field(default_factory=dict)

    @property
    def asked(self) -> int:
        """How many requests were answered."""
        return self.answers.total()

    @property
    def every_id(self) -> list[str]:
        """Ids of all kinds."""
        return sorted({one for ids in self.ids.values() for one in ids})

    def client(self, role: str) -> httpx.Client:
        """Signed in as a role; its session is made anew when something ended it."""
        if role not in self._clients:
            made = httpx.Client(base_url=self.running.base, timeout=HANG_S)
            if role != "stranger":
                accounts = self.running.center.accounts
                name = "wall" if role == "wall" else f"fuzz.{role}"
                secret, held = accounts._open(name, "person", "", "127.0.0.1", "fuzz")
                made.cookies.set(SESSION_COOKIE, secret)
                made.cookies.set(CSRF_COOKIE, held.csrf)
                made.headers["X-CSRFToken"] = held.csrf
            self._clients[role] = made
        return self._clients[role]

    def ask(
        self, role: str, method: str, url: str, what: str, *, told: bool = True, **given: Any
    ) -> int:
        """Ask once; a server error, a torn connection or a hang is found. The status, 0 if none.

        Parameters
        ----------
        told
            Whether an error in the log is found too. A callback that fails over nonsense tells the
            operator so, changes nothing and logs it: that is an answer.
        """
        before, began = len(self.logged), time.monotonic()
        try:
            answer = self.client(role).request(method, url, **given)
        except httpx.InvalidURL:
            return 0
        except httpx.HTTPError as error:
            self.found.append(f"{role} {what}: {error!r} after {time.monotonic() - began:.0f} s")
            self._clients.pop(role).close()
            return 0
        self.answers[answer.status_code] += 1
        self.slowest = max(self.slowest, (time.monotonic() - began, f"{role} {what}"))
        if answer.status_code >= SERVER_ERROR or (told and len(self.logged) > before):
            trace = "\n".join(self.logged[before:])
            sent = repr(given.get("content") or given)[:600]
            self.found.append(f"{role} {what} {url}: {answer.status_code}\n  sent {sent}\n{trace}")
        if answer.status_code == httpx.codes.UNAUTHORIZED and role != "stranger":
            self._clients.pop(role).close()
        return answer.status_code

    def close(self) -> None:
        """Close the clients."""
        for client in self._clients.values():
            client.close()


@contextmanager
def yard(var: Path, *, pages: bool = False) -> Iterator[Yard]:
    """An exercise standing still with two incidents under way and an account of every role."""
    shown = {} if pages else {"pages": {}}
    with Running(var, scenario="2020-07-08", requests_per_second=10**6, **shown) as running:
        made = Yard(running)
        heard = _Heard(made.logged)
        logging.getLogger().addHandler(heard)
        try:
            running.center.seed()
            running.center.clock.change(paused=True)
            running.center.hooks.restart = lambda: None  # asked for, answered, not done
            for role in ROLE_PERMISSIONS.keys() - {"runner", "field", "wall"} | {"county"}:
                name, org = f"fuzz.{role}", ORGS.get(role, "420000")
                kind = "duty" if role == "county" else role
                running.center.accounts.create(ADMIN, name, name, kind, org, PASSWORD)
            fill(made)
            yield made
        finally:
            logging.getLogger().removeHandler(heard)
            made.close()


def fill(made: Yard) -> None:
    """Two incidents, and one of everything that the API lets somebody make; ids are gathered."""
    from tests.integration import api_world as w
    from tests.integration.test_api_refusals import BODIES, IDS

    duty = made.client("duty")
    w.incident(duty, "黄梅滑坡")
    w.incident(duty, "武汉火灾", type="fire", place="江岸区", **w.WUHAN)
    plan = duty.post("/api/v1/plans", json={"incidents": [{"id": "I-0001"}, {"id": "I-0002"}]})
    duty.post("/api/v1/dispatches", json={"plan_id": plan.json()["id"]})
    for path, body in BODIES.items():
        if "/session" in path or path.endswith(("/close", "/cancel", "/withdraw", "/retire")):
            continue
        url = path
        for name, value in IDS.items():
            url = url.replace(name, value)
        for role in ("duty", "chief", "admin"):
            if made.ask(role, "POST", url, f"POST {path}", json=body) != httpx.codes.FORBIDDEN:
                break
    gather(made)


def gather(made: Yard) -> None:
    """Read every list there is and keep the ids in it, under the list's path."""
    spec = made.client("duty").get("/api/openapi.json").json()
    for path, methods in spec["paths"].items():
        if "get" not in methods or "{" in path or path.startswith("/api/v1/map"):
            continue
        answer = made.client("duty").get(path, params={"limit": 50})
        try:
            items = answer.json()["items"]
        except (json.JSONDecodeError, KeyError, TypeError, UnicodeDecodeError):
            continue
        ids = [str(i["id"]) for i in items if isinstance(i, dict) and "id" in i][:50]
        if ids:
            made.ids[path] = ids
