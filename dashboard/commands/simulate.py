"""`simulate`: a flood wave and tens of thousands of invented sensors, through the real doors."""

from __future__ import annotations

import argparse
import asyncio
import math
import re
import sys
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace
from itertools import islice
from urllib.parse import urlsplit

import httpx

from dashboard.commands.simulating import HttpDoor, MqttDoor, Plan, Sums, drive
from data.config import Settings
from data.domain.messages import StoreRows
from data.domain.org import SYSTEM
from data.domain.sensor import Sensor
from data.errors import CenterError, Invalid
from data.exercise.flood import read_flood
from data.exercise.invented_sensors import RAIN, invented, invented_sources, key_of, sort_of
from data.exercise.scenario import load_scenario

CHUNK = 1_000  # sensors written in one command
ROUND_S = 5.0  # so long a round may take on a slow machine; nobody counts as silent for that
_UNITS = {"ms": 0.001, "s": 1.0, "m": 60.0, "min": 60.0, "h": 3600.0}


def main(settings: Settings, rest: Sequence[str]) -> int:
    """Make the sensors that are missing, then feed them all until told to stop.

    Returns 0 when every batch was taken, 1 when some failed or the target was refused.
    """
    args = _parser().parse_args(rest)
    try:
        if not settings.is_exercise:
            raise Invalid.field(
                "HUBEI_SCENARIO", "模拟数据只能送往演练，不能送往真实中心",
                "请把 HUBEI_SCENARIO 设为演练名，并以同样的设置启动服务",
            )  # fmt: skip
        sensors = make_sensors(settings, args)
        sums = asyncio.run(_simulate(settings, args, sensors))
    except CenterError as error:
        print(f"{error.title}：{error.detail}", file=sys.stderr)
        return 1
    print("\n".join(sums.report()))
    return 1 if sums.failed else 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="hubei-command simulate",
        description="演练用：沿长江各站推演一次洪水过程，其余为标明“演练”的虚拟监测点，"
        "经真实接口（HTTP 或 MQTT）送入正在运行的演练。",
    )
    parser.add_argument("--sensors", type=int, default=1_000, help="虚拟监测点个数，如 50000")
    parser.add_argument("--every", type=seconds_of, default=10.0, help="上报间隔，如 10s、1min")
    parser.add_argument("--scenario", default="flood-2020", help="洪水过程，默认 flood-2020")
    parser.add_argument("--speed", type=float, help="演练时钟的倍速；省略则不改")
    parser.add_argument("--rows-per-second", type=float, help="按此速率连续发送，不等间隔")
    parser.add_argument("--batch", type=int, default=1_000, help="每批行数")
    parser.add_argument("--rounds", type=int, help="发多少轮后结束；省略则直到 Ctrl+C")
    parser.add_argument("--url", help="服务地址，默认本机")
    parser.add_argument("--broker", help="改经 MQTT 代理，如 mqtt://127.0.0.1:1883")
    parser.add_argument("--token", help="程序令牌；省略则用 HUBEI_SEED_PASSWORD 登录 duty")
    return parser


def seconds_of(text: str) -> float:
    """An interval such as `10s`, `500ms`, `1min`, in seconds.

    Raises
    ------
    argparse.ArgumentTypeError
        When it cannot be read or is not positive.
    """
    found = re.fullmatch(r"(\d+(?:\.\d+)?)\s*(ms|s|m|min|h)?", text.strip())
    if not found or float(found[1]) <= 0:
        raise argparse.ArgumentTypeError(f"“{text}”不是间隔，请写成 10s、500ms 或 1min")
    return float(found[1]) * _UNITS[found[2] or "s"]


def interval_s(args: argparse.Namespace, clock: float) -> int:
    """How often the invented sensors report, in whole seconds of the exercise's clock.

    Parameters
    ----------
    clock
        The clock's speed, where none is asked for.
    """
    wall = args.every / (args.speed or 1.0)
    if args.rows_per_second:
        wall = args.sensors / args.rows_per_second
    return math.ceil(max(wall, ROUND_S) * (args.speed or clock))


def make_sensors(settings: Settings, args: argparse.Namespace) -> dict[str, Sensor]:
    """Every sensor of the exercise, after the invented ones have been made or brought up to date.

    Their plants and ponds come first.
    """
    from data.center import build_center

    center = build_center(settings)
    try:
        known = center.queries.sensors(SYSTEM)
        every_s = interval_s(args, center.exercise.clock.speed if center.exercise else 1.0)
        wanted = invented(args.sensors, center.areas, every_s)
        missing = (
            s for s in wanted
            if (held := known.get(s.id)) is None or replace(held, version=s.version) != s
        )  # fmt: skip
        sources = tuple(invented_sources(args.sensors, center.areas))
        center.handle(StoreRows(what="演练风险源", things=sources), SYSTEM)
        made = 0
        while chunk := tuple(islice(missing, CHUNK)):
            center.handle(StoreRows(what="演练监测点", things=chunk), SYSTEM)
            made += len(chunk)
            print(f"\r已登记演练监测点 {made:,}", end="", file=sys.stderr, flush=True)
        if made:
            print(file=sys.stderr)
        return dict(center.queries.sensors(SYSTEM))
    finally:
        center.close()


def plan_of(settings: Settings, args: argparse.Namespace, sensors: dict[str, Sensor]) -> Plan:
    """What is to be driven; stations that the exercise's own script tells of are left to it."""
    wave = read_flood(args.scenario)
    told = {line.sensor for line in load_scenario(settings.scenario).levels}
    stations = {s.name: s.id for s in sensors.values() if s.name in wave.knots}
    gauges = (n for n in range(1, args.sensors + 1) if sort_of(n).quantity == RAIN)
    over = {n: sensors[key_of(n)].area_code for n in gauges} if wave.rain else {}
    cells = {n: tuple(c for c in wave.rain if c.area_code == code) for n, code in over.items()}
    return Plan(
        invented=args.sensors, wave=wave, every_s=args.every, speed=args.speed or 1.0,
        wet={n: mine for n, mine in cells.items() if mine},
        batch=args.batch, rows_per_second=args.rows_per_second, rounds=args.rounds,
        stations={name: key for name, key in stations.items() if name not in told},
    )  # fmt: skip


async def _simulate(
    settings: Settings, args: argparse.Namespace, sensors: dict[str, Sensor]
) -> Sums:
    plan, shown = plan_of(settings, args, sensors), _Shown()
    base = args.url or f"http://127.0.0.1:{settings.port}"
    async with httpx.AsyncClient(base_url=base, timeout=60) as client:
        await _sign_in(client, settings, args.token)
        door = HttpDoor(client)
        await door.now()
        if args.speed:
            steer = await client.post("/api/v1/exercise", json={"speed": args.speed})
            steer.raise_for_status()
        mqtt = _broker(args.broker)
        try:
            task = asyncio.create_task(
                drive(plan, door.now, mqtt.send if mqtt else door.send, shown)
            )
            with suppress(asyncio.CancelledError):
                await task
        finally:
            if mqtt:
                mqtt.close()
    return shown.last


def _broker(address: str | None) -> MqttDoor | None:
    if address is None:
        return None
    parts = urlsplit(address if "//" in address else f"mqtt://{address}")
    return MqttDoor(parts.hostname or "127.0.0.1", parts.port or 1883)


async def _sign_in(client: httpx.AsyncClient, settings: Settings, token: str | None) -> None:
    """By token, or as the duty officer.

    Raises
    ------
    Invalid
        When neither is given, or the server refuses.
    """
    if token:
        client.headers["Authorization"] = f"Bearer {token}"
        return
    if not settings.seed_password:
        remedy = "请用 --token 给出程序令牌，或设置 HUBEI_SEED_PASSWORD"
        raise Invalid.field("--token", "没有登录凭据", remedy)
    who = {"username": "duty", "password": settings.seed_password}
    try:
        answer = await client.post("/api/v1/session", json=who)
    except httpx.TransportError as error:
        raise Invalid.field("--url", f"{client.base_url} 没有回应", "请先启动演练服务") from error
    if answer.is_error:
        raise Invalid.field("--token", "登录被拒绝", "请核对 HUBEI_SEED_PASSWORD")
    client.headers["X-CSRFToken"] = answer.json()["csrf"]


class _Shown:
    """Prints how it stands, a line a second at most, and remembers it for the report."""

    def __init__(self) -> None:
        self.last = Sums()
        self._next = 0.0

    def __call__(self, sums: Sums) -> None:
        self.last = sums
        if time.monotonic() >= self._next:
            self._next = time.monotonic() + 1
            print(sums.line(), file=sys.stderr, flush=True)
