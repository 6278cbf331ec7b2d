"""A real server on a free port with a state folder of its own: started, stopped, started again."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Self

import httpx

from dashboard.app import PAGES, create_app
from dashboard.fonts import FontSet
from dashboard.serving import Server, make_server
from data.center import Center, build_center
from data.config import DoorSettings, NodeSettings, Settings
from data.domain.org import PROVINCE

PASSWORD = "test-password-1"


def free_port() -> int:
    """A port nobody listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@dataclass
class Running:
    """One center behind one real server, in a thread of this process."""

    var: Path
    scenario: str = "none"
    port: int = field(default_factory=free_port)
    seed: bool = True
    database_url: str | None = None
    video_hosts: tuple[str, ...] = ()
    pages: Mapping[str, str] = field(default_factory=lambda: PAGES)
    node: NodeSettings | None = None
    requests_per_second: int = 200
    doors: DoorSettings = field(default_factory=DoorSettings)
    fonts: FontSet | None = None

    @property
    def base(self) -> str:
        """The server's address."""
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> Self:
        """Open the server; returns when it answers."""
        self.center: Center = build_center(
            Settings(
                var=self.var, scenario=self.scenario, port=self.port, seed_password=PASSWORD,
                no_browser=True, database_url=self.database_url, video_hosts=self.video_hosts,
                node=self.node, doors=self.doors,
                requests_per_second=self.requests_per_second,
            )
        )  # fmt: skip
        if self.seed:
            org = self.center.link.org if self.center.link else PROVINCE
            self.center.accounts.seed(PASSWORD, exercise=self.scenario != "none", org=org)
        self.server: Server = make_server(
            create_app(self.center, self.fonts, pages=self.pages), "127.0.0.1", self.port
        )
        opened = threading.Event()
        self.server.when_open = opened.set
        self.thread = threading.Thread(target=self.server.run, daemon=True)
        self.thread.start()
        if not opened.wait(60):
            raise RuntimeError("the server did not open")
        return self

    def stop(self) -> float:
        """Close the server; returns the seconds it took."""
        began = time.monotonic()
        self.server.should_exit = True
        self.thread.join(30)
        took = time.monotonic() - began
        self.center.close()
        return took

    def client(self, username: str = "", password: str = PASSWORD) -> httpx.Client:
        """A client, signed in when a name is given; writes carry the CSRF value."""
        made = httpx.Client(base_url=self.base, timeout=60)
        if username:
            signing = {"username": username, "password": password}
            answer = httpx.post(self.base + "/api/v1/session", json=signing, timeout=60)
            answer.raise_for_status()
            made.cookies = answer.cookies
            made.headers["X-CSRFToken"] = answer.json()["csrf"]
        return made

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(self, *_: object) -> None:
        self.stop()
