"""Runs the server: opens it, plays the exercise beside it, and closes within seconds."""

from __future__ import annotations

import gc
import signal
import socket
import webbrowser
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from threading import Thread, current_thread, main_thread
from typing import Any

import uvicorn
from fastapi import FastAPI

from dashboard import logs
from dashboard.app import create_app
from dashboard.attending import Attendant, Stoppable
from dashboard.fonts import FontSet
from dashboard.http_protocol import Protocol
from data.allocation.pool import common_pool
from data.center import Center, build_center
from data.config import Settings
from data.exercise.exercise import set_aside
from data.exercise.runner import start_runner
from data.store.leader import Leadership

GRACE_SECONDS = 3


class Server(uvicorn.Server):
    """uvicorn that ends the open streams first: they alone would keep it alive."""

    def __init__(self, config: uvicorn.Config, app: FastAPI) -> None:
        super().__init__(config)
        self.app = app
        self.when_open: Callable[[], None] | None = None
        self.when_closing: Callable[[], None] | None = None

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Open, then say so."""
        await super().startup(sockets)
        if self.started and self.when_open:
            self.when_open()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Close the streams, then the rest."""
        if self.when_closing:
            self.when_closing()
        self.app.state.streams.close()
        await super().shutdown(sockets)


def settle_memory() -> None:
    """Leave what a start has made out of every later search for garbage: each took 0.2 s of it."""
    gc.collect()
    gc.freeze()
    gc.enable()


def make_server(app: FastAPI, host: str, port: int, proxies: Sequence[str] = ()) -> Server:
    """A server for the app, quiet on the access log.

    Parameters
    ----------
    proxies
        Whose `X-Forwarded-For` is believed; of others it is not read.
    """
    config = uvicorn.Config(
        app, host=host, port=port, http=Protocol, access_log=False, log_level="warning",
        timeout_graceful_shutdown=GRACE_SECONDS, timeout_keep_alive=30, ws="none",
        server_header=False, proxy_headers=bool(proxies), forwarded_allow_ips=list(proxies),
    )  # fmt: skip
    return Server(config, app)


@dataclass
class Service:
    """The running center: server, exercise runner, and starting the exercise again."""

    settings: Settings
    fonts: FontSet | None = None
    setup: bool = False
    say: Callable[[str], Any] = print
    _again: bool = field(default=False, init=False)
    _opened: bool = field(default=False, init=False)

    def run(self) -> None:
        """Serve until interrupted; an exercise that is started again gets a new database."""
        logs.set_up(as_json=self.settings.log_json)
        # uvicorn sends the signal on once it has closed; the center must still be closed then
        if current_thread() is main_thread():
            signal.signal(signal.SIGTERM, signal.default_int_handler)
        doors: dict[str, list[dict[str, Any]]] = {}
        while True:
            self._again = False
            common_pool().warm()  # it loads while the rest starts: the first plan waits for none
            center = build_center(self.settings)
            try:
                if doors:
                    center.database.keep_doors(doors)
                self._serve(center)
                doors = center.database.doors() if self._again else {}
            finally:
                center.close()
            if not self._again:
                return
            set_aside(self.settings.instance_dir)
            self.setup, self._opened = True, True

    def _serve(self, center: Center) -> None:
        first = self._seed(center) if self.setup else ()
        known = self.settings
        app = create_app(center, self.fonts)
        server = make_server(app, known.host, known.port, known.proxies)
        center.hooks.restart = lambda: self._restart(server)
        runner: list[Stoppable] = []
        office = Leadership(center.database, "polling")

        def opened() -> None:
            base = f"http://{self._host()}:{self.settings.port}"
            # devices are heard first; a county's machine hears none
            opened_doors = () if center.link else center.doors.start()
            settle_memory()
            for line in (*addresses(base), *first, *opened_doors):
                self.say(line)
            if not center.link:
                center.poller.start(office.holds)
                runner.append(center.pulse.start())
            runner.append(Attendant(center, lead=self._player(center, base)).start())
            if self.setup and not self._opened and not self.settings.no_browser:
                webbrowser.open(base)

        def closing() -> None:
            # in threads: they wait for answers this very server is still giving
            for one in runner:
                Thread(target=one.stop, daemon=True).start()
            Thread(target=center.doors.close, daemon=True).start()

        server.when_open, server.when_closing = opened, closing
        try:
            server.run()
        finally:
            for one in runner:
                one.stop()
            center.poller.close()
            office.give_up()

    def _player(self, center: Center, base: str) -> Callable[[], Any] | None:
        """How the exercise is played, by whichever server leads."""
        if not center.exercise:
            return None

        def play() -> Any:
            password = center.accounts.arm_runner(self.settings.seed_password)
            return start_runner(base, password)

        return play

    def _seed(self, center: Center) -> tuple[str, ...]:
        return first_run(*center.seed())

    def _restart(self, server: Server) -> None:
        self._again = True
        server.should_exit = True

    def _host(self) -> str:
        return "127.0.0.1" if self.settings.host in {"0.0.0.0", "::"} else self.settings.host  # noqa: S104


def addresses(base: str) -> tuple[str, ...]:
    """Where the three screens are."""
    return (
        "",
        "湖北省应急指挥中心已启动：",
        f"  大屏        {base}/wall",
        f"  值班台      {base}/duty",
        f"  研判与复盘  {base}/review",
    )


def first_run(made: list[str], drawn: str | None) -> tuple[str, ...]:
    """The accounts made now and, once only, their password."""
    if not made:
        return ()
    known = f"初始密码（只显示这一次）：{drawn}" if drawn else "密码为 HUBEI_SEED_PASSWORD 的值"
    return (f"  首次账号    {'、'.join(n for n in made if n != 'runner')}", f"  {known}", "")
