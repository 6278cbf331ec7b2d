"""Drives the real doors with invented and historical readings: paced, bounded, and reported."""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from collections.abc import Awaitable, Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import httpx
import msgspec

from data.errors import Unavailable
from data.exercise.flood import FloodWave, RainCell
from data.exercise.invented_sensors import Values, key_of

Send = Callable[[bytes], Awaitable[dict[str, int]]]
CONNECTIONS = 4  # batches under way at a time


@dataclass(kw_only=True)
class Plan:
    """What is driven, how often and how fast."""

    invented: int
    stations: dict[str, str]  # station name → sensor id
    wave: FloodWave
    every_s: float
    speed: float = 1.0
    wet: Mapping[int, tuple[RainCell, ...]] = field(default_factory=dict)  # by a gauge's number
    batch: int = 1000
    rows_per_second: float | None = None
    rounds: int | None = None


@dataclass(kw_only=True)
class Sums:
    """What was sent and what was answered."""

    rows: int = 0
    accepted: int = 0
    refused: int = 0
    duplicates: int = 0
    rounds: int = 0
    seconds: float = 0.0
    waits: list[float] = field(default_factory=list)  # seconds from sending a batch to its answer
    failed: Counter[str] = field(default_factory=Counter)

    def line(self) -> str:
        """How it stands, for a person."""
        rate = self.rows / self.seconds if self.seconds else 0.0
        return (
            f"第 {self.rounds} 轮，已发 {self.rows:,} 行，收下 {self.accepted:,}，"
            f"拒收 {self.refused:,}，每秒 {rate:,.0f} 行"
        )

    def report(self) -> list[str]:
        """The final report."""
        waits = sorted(self.waits) or [0.0]
        p50, p95 = (waits[min(len(waits) - 1, int(len(waits) * q))] for q in (0.5, 0.95))
        waited = (
            f"用时 {self.seconds:.1f} 秒；每批从发出到确认入库：中位 {p50 * 1000:.0f} 毫秒，"
            f"95% 在 {p95 * 1000:.0f} 毫秒内；重复 {self.duplicates:,} 行"
        )
        lines = [self.line(), waited]
        lines += [f"失败 {n} 批：{said}" for said, n in self.failed.most_common(5)]
        return lines


def rows_of(
    plan: Plan, values: Values, at: datetime, span_s: float, since_s: float
) -> Iterator[bytes]:
    """One round's rows as JSON lines: every station and every invented sensor once.

    Instants are spread over the `span_s` seconds before `at`: devices do not speak all at once.
    The round before was `since_s` seconds ago; what rained since then is in the gauges.
    """
    encode, seconds = msgspec.json.encode, at.timestamp()
    for name, key in plan.stations.items():
        value = round(plan.wave.level(name, seconds), 2)
        yield encode({"sensor": key, "at": at, "value": value})
    spread = span_s / max(1, plan.invented)
    for number in range(1, plan.invented + 1):
        own = at - timedelta(seconds=spread * (plan.invented - number))
        value = values.at(number, seconds, since_s)
        yield encode({"sensor": key_of(number), "at": own, "value": value})


async def drive(
    plan: Plan, now: Callable[[], Awaitable[datetime]], send: Send, say: Callable[[Sums], None]
) -> Sums:
    """Send round after round until the plan is done or this task is cancelled.

    Parameters
    ----------
    now
        The center's clock: readings carry its time, never a later one.
    send
        Delivers one batch of lines and answers what became of it.
    say
        Told how it stands after every round.
    """
    sums, values, began = Sums(), Values(wet=plan.wet), time.monotonic()
    last: datetime | None = None
    while plan.rounds is None or sums.rounds < plan.rounds:
        due = time.monotonic() + plan.every_s / plan.speed
        at = await now()
        if last is not None and at <= last:  # the clock was stopped or put back: wait for it
            await asyncio.sleep(1.0)
            continue
        since_s = (at - last).total_seconds() if last else plan.every_s
        span_s, last = min(plan.every_s, since_s), at
        await _round(plan, rows_of(plan, values, at, span_s, since_s), send, sums, began)
        sums.rounds += 1
        sums.seconds = time.monotonic() - began
        say(sums)
        if plan.rows_per_second is None:
            await asyncio.sleep(max(0.0, due - time.monotonic()))
    return sums


async def _round(plan: Plan, rows: Iterator[bytes], send: Send, sums: Sums, began: float) -> None:
    """One round in batches, a few under way at a time, no faster than the plan allows."""
    room = asyncio.Semaphore(CONNECTIONS)

    async def deliver(batch: list[bytes]) -> None:
        started = time.monotonic()
        try:
            done = await send(b"\n".join(batch))
        except (httpx.HTTPError, Unavailable, OSError) as error:
            sums.failed[f"{type(error).__name__}：{error}"[:120]] += 1
        else:
            sums.waits.append(time.monotonic() - started)
            sums.accepted += done["accepted"]
            sums.refused += done["refused"]
            sums.duplicates += done["duplicates"]
        finally:
            room.release()

    async with asyncio.TaskGroup() as group:
        batch: list[bytes] = []
        for row in rows:
            batch.append(row)
            if len(batch) == plan.batch:
                await _pace(plan, sums, began)
                await room.acquire()
                sums.rows += len(batch)
                group.create_task(deliver(batch))
                batch = []
        if batch:
            await room.acquire()
            sums.rows += len(batch)
            group.create_task(deliver(batch))


async def _pace(plan: Plan, sums: Sums, began: float) -> None:
    if plan.rows_per_second is not None:
        ahead = sums.rows / plan.rows_per_second - (time.monotonic() - began)
        if ahead > 0:
            await asyncio.sleep(ahead)


class HttpDoor:
    """`POST /api/v1/telemetry` as NDJSON, with the clock of the exercise beside it."""

    def __init__(self, client: httpx.AsyncClient) -> None:
        self.client = client

    async def now(self) -> datetime:
        """The exercise's clock.

        Raises
        ------
        Unavailable
            When the server is the real center: nothing invented goes there.
        """
        answer = await self.client.get("/api/v1/exercise")
        if answer.status_code == 404:  # noqa: PLR2004
            raise Unavailable("该服务是真实中心，不是演练；模拟数据只能送往演练")
        answer.raise_for_status()
        return datetime.fromisoformat(answer.json()["now"]).astimezone(UTC)

    async def send(self, lines: bytes) -> dict[str, int]:
        """Deliver a batch; answered once it is stored."""
        answer = await self.client.post(
            "/api/v1/telemetry", content=lines, headers={"Content-Type": "application/x-ndjson"}
        )
        answer.raise_for_status()
        done = answer.json()
        return {k: done[k] for k in ("accepted", "refused", "duplicates")}


class MqttDoor:
    """A broker at QoS 1: confirmed means that the broker has it; the center counts what it took."""

    def __init__(self, host: str, port: int, topic: str = "hubei/telemetry") -> None:
        from paho.mqtt.client import CallbackAPIVersion, Client

        self.topic = topic
        self.client = Client(CallbackAPIVersion.VERSION2)
        self.client.max_inflight_messages_set(1000)
        self.client.connect(host, port)
        self.client.loop_start()

    async def send(self, lines: bytes) -> dict[str, int]:
        """Publish a batch and wait until the broker has confirmed it."""
        told = self.client.publish(self.topic, lines, qos=1)
        await asyncio.to_thread(told.wait_for_publish, 30)
        if not told.is_published():
            raise Unavailable("代理 30 秒没有确认")
        return {"accepted": lines.count(b"\n") + 1, "refused": 0, "duplicates": 0}

    def close(self) -> None:
        """Leave the broker."""
        self.client.disconnect()
        self.client.loop_stop()
