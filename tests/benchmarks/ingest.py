"""Measures ingest and the store: python -m tests.benchmarks.ingest [part ...].

Every rate over HTTP stands beside two others of the same run, with the same rows in the same
batches, one durable commit a batch (WAL, ``synchronous=FULL``): the store alone, which is
`Telemetry.add_readings` of rows decoded beforehand, and the plain driver, a loop of `executemany`
over tuples made beforehand into a table without anything else. ``http-postgres`` does the same on a
PostgreSQL of its own with `fsync` and `synchronous_commit` on. Alarms are evaluated throughout. The
client writes prepared bytes to sockets, so that it takes little of the two cores. Nothing here is a
test.
"""

from __future__ import annotations

import asyncio
import multiprocessing
import random
import re
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from multiprocessing.synchronize import Event
from pathlib import Path
from statistics import median
from urllib.parse import urlsplit

import httpx
import msgspec
import psycopg

from dashboard.serving import settle_memory
from data.domain.feeding import Columns, Reading
from data.domain.messages import StoreRows
from data.domain.org import SYSTEM, Actor
from data.domain.retention import DAY_US, micros
from data.domain.sensor import Sensor, Threshold
from data.store.compacting import compact
from data.store.engine import plain_sqlite
from data.store.hot import in_days
from data.store.hot_sqlite import SqliteDays
from data.store.readings import Shelf
from data.store.telemetry import Telemetry
from tests.benchmarks.stream import Crowd
from tests.benchmarks.wall_world import say, shown
from tests.postgres import DURABLE, database_of, standing_postgres
from tests.serving import PASSWORD, Running, free_port

SENSORS, CONNECTIONS = 5_000, 8
SHOWN = {"/wall": "dashboard.pages.wall", "/duty": "dashboard.pages.duty"}
WARNING = 90.0  # every tenth sensor alarms at this; ordinary values stay well below


def made_sensors(count: int = SENSORS) -> tuple[Sensor, ...]:
    """Sensors of one county, a tenth of them with two levels."""
    levels = (Threshold(level="警戒", value=WARNING), Threshold(level="保证", value=WARNING + 5))
    return tuple(
        Sensor(
            id=f"B-{n:05d}", name=f"基准{n}", area_code="421127",
            thresholds=levels if n % 10 == 0 else (),
        )
        for n in range(count)
    )  # fmt: skip


def _serve(var: str, port: int, ready: Event, over: Event, url: str | None) -> None:
    with Running(Path(var), port=port, pages=SHOWN, database_url=url) as made:
        for first in range(0, SENSORS, 1000):
            things = made_sensors()[first : first + 1000]
            made.center.handle(StoreRows(what="基准", things=things), SYSTEM)
        settle_memory()
        ready.set()
        over.wait()


@contextmanager
def served(url: str | None = None) -> Iterator[str]:
    """A real center in a process of its own."""
    context = multiprocessing.get_context("spawn")
    ready, over, port = context.Event(), context.Event(), free_port()
    with tempfile.TemporaryDirectory() as var:
        process = context.Process(target=_serve, args=(var, port, ready, over, url))
        process.start()
        try:
            if not ready.wait(400):
                raise RuntimeError("the server did not open")
            yield f"http://127.0.0.1:{port}"
        finally:
            over.set()
            process.join(30)


def bodies(batch: int, count: int, start: datetime) -> list[bytes]:
    """Batches made beforehand, so that making them costs the measurement nothing."""
    encode, made = msgspec.json.encode, []
    for n in range(count):
        lines = []
        for k in range(batch):
            at, number, value = row_of(n * batch + k, start)
            lines.append(encode({"sensor": f"B-{number:05d}", "at": at, "value": value}))
        made.append(b"\n".join(lines))
    return made


def row_of(place: int, start: datetime) -> tuple[datetime, int, float]:
    """The instant, the sensor's number and the value of a row by its place in all of them."""
    at = start + timedelta(milliseconds=10 * (place // SENSORS))
    return at, place % SENSORS, 20.0 + place % 50


def store_alone(batch: int, count: int, start: datetime, url: str | None = None) -> float:
    """Rows a second into the center's own store, called directly with decoded rows."""
    made = [row_of(place, start) for place in range(batch * count)]
    readings = [Reading(sensor=f"B-{n:05d}", value=value, at=at) for at, n, value in made]
    with tempfile.TemporaryDirectory() as folder:
        held = Telemetry(url or f"sqlite:///{folder}/x.db", Path(folder))
        began = time.perf_counter()
        for first in range(0, len(readings), batch):
            held.add_readings(readings[first : first + batch])
        rate = len(readings) / (time.perf_counter() - began)
        held.close()
    return rate


def bare(batch: int, count: int, start: datetime) -> float:
    """Rows a second into the same table by a plain loop, one durable commit a batch."""
    made = [row_of(place, start) for place in range(batch * count)]
    rows = [(micros(at), number, value) for at, number, value in made]
    with tempfile.TemporaryDirectory() as folder:
        connection = plain_sqlite(Path(folder) / "bare.db")
        connection.execute(
            "CREATE TABLE reading(at INTEGER, sensor INTEGER, value REAL, "
            "PRIMARY KEY(at, sensor)) WITHOUT ROWID"
        )
        began = time.perf_counter()
        for first in range(0, len(rows), batch):
            connection.execute("BEGIN IMMEDIATE")
            some = rows[first : first + batch]
            connection.executemany("INSERT INTO reading VALUES (?,?,?)", some)
            connection.execute("COMMIT")
        rate = len(rows) / (time.perf_counter() - began)
        connection.close()
    return rate


def bare_postgres(batch: int, count: int, start: datetime, url: str) -> float:
    """Rows a second into a table like ours by the driver's `executemany`, one commit a batch."""
    made = [row_of(place, start) for place in range(batch * count)]
    rows = [(at, f"B-{n:05d}", value) for at, n, value in made]
    with psycopg.connect(url.replace("+psycopg", "")) as connection:
        connection.execute(
            "CREATE TABLE bare(at timestamptz, sensor varchar(64), value float8, "
            "PRIMARY KEY(at, sensor))"
        )
        connection.commit()
        began, insert = time.perf_counter(), "INSERT INTO bare VALUES (%s,%s,%s)"
        for first in range(0, len(rows), batch):
            with connection.cursor() as cursor:
                cursor.executemany(insert, rows[first : first + batch])
            connection.commit()
        rate = len(rows) / (time.perf_counter() - began)
        connection.execute("DROP TABLE bare")
    return rate


async def _signed(base: str, **more: object) -> httpx.AsyncClient:
    client = httpx.AsyncClient(base_url=base, timeout=60, **more)  # type: ignore[arg-type]
    who = {"username": "duty", "password": PASSWORD}
    answer = await client.post("/api/v1/session", json=who)
    client.headers["X-CSRFToken"] = answer.raise_for_status().json()["csrf"]
    return client


async def _head(base: str) -> bytes:
    """The head of a batch's request, but its length, of a session of its own."""
    client = await _signed(base)
    cookie = "; ".join(f"{k}={v}" for k, v in client.cookies.items())
    lines = (
        "POST /api/v1/telemetry HTTP/1.1", f"Host: {urlsplit(base).netloc}", f"Cookie: {cookie}",
        f"X-CSRFToken: {client.headers['X-CSRFToken']}", "Content-Type: application/x-ndjson", "",
    )  # fmt: skip
    await client.aclose()
    return "\r\n".join(lines).encode()


async def flood(base: str, texts: list[bytes], batch: int) -> tuple[float, list[float]]:
    """Rows a second over HTTP from several connections, and milliseconds a batch."""
    waits: list[float] = []
    left = iter(texts)
    place = urlsplit(base)

    async def send(head: bytes) -> int:
        reader, writer = await asyncio.open_connection(place.hostname, place.port)
        rows = 0
        for text in left:
            began = time.perf_counter()
            writer.write(head + b"Content-Length: %d\r\n\r\n" % len(text) + text)
            told = await reader.readuntil(b"\r\n\r\n")
            length = int(re.findall(rb"(?i)content-length: (\d+)", told)[0])
            answer = await reader.readexactly(length)
            waits.append((time.perf_counter() - began) * 1000)
            if b" 202 " not in told[:20]:
                raise RuntimeError(f"{told!r} {answer!r}")
            rows += msgspec.json.decode(answer)["accepted"]
        writer.close()
        return rows

    heads = [await _head(base) for _ in range(CONNECTIONS)]
    began = time.perf_counter()
    rows = sum(await asyncio.gather(*(send(head) for head in heads)))
    rate = rows / (time.perf_counter() - began)
    if rows != batch * len(texts):
        raise RuntimeError(f"{rows} of {batch * len(texts)} rows were taken")
    return rate, waits


def http() -> None:
    """Batches of 100 and of 1000 beside the bare store."""
    with served() as base:
        start = _at_work(base)
        for turn, (batch, count) in enumerate(((100, 1500), (1000, 400))):
            begin = start + timedelta(hours=turn)
            alone, plain = store_alone(batch, count, begin), bare(batch, count, begin)
            _beside(base, batch, count, begin, (alone, plain))


def _at_work(base: str) -> datetime:
    """A center that has read its sensors and opened the day: from when on rows are counted."""
    start = datetime.now(UTC) - timedelta(hours=4)
    asyncio.run(flood(base, bodies(1000, 20, start - timedelta(minutes=30)), 1000))
    return start


def http_postgres() -> None:
    """The same on PostgreSQL: the center in one database, the bare store in others."""
    with (
        standing_postgres(DURABLE) as server, database_of(server.url) as own, served(own) as base,
    ):  # fmt: skip
        start = _at_work(base)
        for turn, (batch, count) in enumerate(((100, 1000), (1000, 200))):
            begin = start + timedelta(hours=turn)
            with database_of(server.url) as other:
                alone = store_alone(batch, count, begin, other)
                plain = bare_postgres(batch, count, begin, other)
            _beside(base, batch, count, begin, (alone, plain))


def _beside(
    base: str, batch: int, count: int, begin: datetime, rates: tuple[float, float]
) -> None:
    """Rows over HTTP, said beside the rates of the store alone and of the plain driver."""
    alone, plain = rates
    rate, waits = asyncio.run(flood(base, bodies(batch, count, begin), batch))
    say(
        f"batches of {batch}: HTTP {rate:,.0f} rows/s from {CONNECTIONS} connections; the "
        f"store alone {alone:,.0f}, ratio {rate / alone:.2f}; a plain loop of the driver "
        f"{plain:,.0f}, ratio {rate / plain:.2f}; a batch {shown(waits)}"
    )


async def paced(
    base: str, seconds: float, rate: int = 5_000, *, alarms: bool = True
) -> tuple[float, list[float]]:
    """So many rows a second in batches of 500; and an alarm a second, timed to the stream."""
    client, delays = await _signed(base), list[float]()
    start = datetime.now(UTC) - timedelta(hours=1)
    texts = bodies(500, int(rate * seconds / 500), start)
    seen: dict[str, float] = {}
    listening = asyncio.create_task(_listen(base, client, seen))
    began, sent = time.perf_counter(), 0
    under_way: set[asyncio.Task[httpx.Response]] = set()
    for n, text in enumerate(texts):
        await asyncio.sleep(max(0.0, began + n * 500 / rate - time.perf_counter()))
        under_way.add(asyncio.create_task(client.post("/api/v1/telemetry", content=text)))
        sent += 500
        if alarms and n % (rate // 500) == 0:
            delays.append(await _alarm(client, n // (rate // 500), seen))
    for answer in await asyncio.gather(*under_way):
        answer.raise_for_status()
    took = time.perf_counter() - began
    listening.cancel()
    await client.aclose()
    return sent / took, delays


async def _alarm(client: httpx.AsyncClient, number: int, seen: dict[str, float]) -> float:
    """Milliseconds from sending a reading over its level until the alarm is on the stream."""
    name, began = f"基准{number * 10 + 10}", time.perf_counter()
    row = {
        "sensor": f"B-{number * 10 + 10:05d}", "value": WARNING + 1,
        "at": datetime.now(UTC).isoformat(),
    }  # fmt: skip
    answer = await client.post("/api/v1/telemetry", json=[row])
    answer.raise_for_status()
    while not any(name in text for text in seen):
        if time.perf_counter() - began > 15:
            return 15_000.0
        await asyncio.sleep(0.002)
    at = next(at for text, at in seen.items() if name in text)
    return (at - began) * 1000


async def _listen(base: str, client: httpx.AsyncClient, seen: dict[str, float]) -> None:
    async with client.stream("GET", f"{base}/api/v1/stream", timeout=None) as answer:
        async for line in answer.aiter_lines():
            if line.startswith("data:") and "基准" in line:
                seen[line] = time.perf_counter()


def load() -> None:
    """5,000 rows a second while 300 streams are open; reading to alarm on the stream."""
    with served() as base:
        with httpx.Client(base_url=base) as client:
            who = {"username": "duty", "password": PASSWORD}
            client.post("/api/v1/session", json=who).raise_for_status()
            cookie = "; ".join(f"{k}={v}" for k, v in client.cookies.items())
        with Crowd(base, cookie, 300):
            rate, delays = asyncio.run(paced(base, 30.0))
        say(f"300 streams: {rate:,.0f} rows/s sustained; reading to alarm {shown(delays)}")


def store() -> None:
    """Bytes a row, rates of writing and archiving, a query over three months."""
    with tempfile.TemporaryDirectory() as folder:
        hot, day = SqliteDays(Path(folder) / "hot"), datetime(2020, 7, 7, 16, tzinfo=UTC)
        rng, rows, count = random.Random(1), 0, 5_000
        values = [rng.uniform(10, 60) for _ in range(count)]
        began = time.perf_counter()
        for n in range(200):
            at = day + timedelta(seconds=10 * n)
            values = [v + rng.uniform(-0.02, 0.02) for v in values]
            fresh = []
            for k, v in enumerate(values):
                own = at + timedelta(milliseconds=2 * k)
                fresh.append(
                    Reading(sensor=f"B-{k:05d}", value=round(v, 2), at=own)
                )
            hot.insert(in_days(Columns.of(fresh), ()))
            rows += count
        took = time.perf_counter() - began
        held = hot.days()[0]
        size = hot.size(held)
        say(f"hot: {size / rows:.1f} bytes/row with its log, {rows / took:,.0f} rows/s stored")
        hot.close()
        again = SqliteDays(Path(folder) / "hot")
        again.raw(held, 0, 0)
        again.close()
        size = again.size(held)
        shelf = Shelf.of(Path(folder))
        began = time.perf_counter()
        parts = [again.raw(held, c.start, c.start + 599_999_999) for c in again.chunks(held)]
        shelf.book.write(held, compact(shelf.archive, held, again.sensors(held), parts))
        took = time.perf_counter() - began
        packed, hours = shelf.archive.size(held), shelf.archive.size(held, "hour")
        say(
            f"closed hot file {size / rows:.1f} bytes/row; Parquet {packed / rows:.2f} bytes/row, "
            f"hours {hours / 5_000:.1f} bytes a sensor and hour; {rows / took:,.0f} rows/s archived"
        )
        again.close()
    months()
    months(days=31, sensors=100, every_s=10)


def months(days: int = 90, sensors: int = 1_000, every_s: int = 600) -> None:
    """Queries over three months of ten-minute readings of a thousand sensors, or the like."""
    with tempfile.TemporaryDirectory() as folder:
        shelf, first = Shelf.of(Path(folder)), datetime(2020, 4, 9, 16, tzinfo=UTC)
        names = [f"B-{k:05d}" for k in range(sensors)]
        for n in range(days):
            start = micros(first + timedelta(days=n))
            times = range(start, start + DAY_US, every_s * 1_000_000)
            rows = [(s, us, float(m % 50)) for m, us in enumerate(times) for s in names]
            day = (first + timedelta(days=n, hours=8)).date()
            shelf.book.write(day, compact(shelf.archive, day, names, [rows]))
        store_ = Telemetry(f"sqlite:///{folder}/x.db", Path(folder))
        for span in (span for span in (7, 30, 90) if span <= days):
            waits, until = [], first + timedelta(days=days)
            for n in range(20):
                began = time.perf_counter()
                made = store_.history(names[n * 4], until - timedelta(days=span), until, 300)
                waits.append((time.perf_counter() - began) * 1000)
            say(
                f"{sensors} sensors every {every_s} s, {span} days, 300 buckets from "
                f"{'+'.join(made.forms)}: first {waits[0]:.0f} ms, "
                f"then {shown(waits[1:])}"
            )
        store_.close()


def snapshot() -> None:
    """What one look at 50,000 sensors costs, beside copying and filtering as it was before."""
    with tempfile.TemporaryDirectory() as var, Running(Path(var), pages={}) as made:
        center, actor = made.center, Actor.of("duty", "duty", "420000")
        for first in range(0, 50_000, 2_000):
            things = made_sensors(50_000)[first : first + 2_000]
            center.handle(StoreRows(what="基准", things=things), SYSTEM)
        at = datetime.now(UTC)
        center.telemetry.add_readings(
            Reading(sensor=f"B-{n:05d}", value=1.0, at=at) for n in range(50_000)
        )
        looks, old, fresh = [], [], []
        for n in range(50):
            news = [Reading(sensor="B-00001", value=1.0, at=at + timedelta(seconds=n + 1))]
            center.telemetry.add_readings(news)
            began = time.perf_counter()
            seen = center.queries.situation(actor)
            fresh.append((time.perf_counter() - began) * 1000)
            began = time.perf_counter()
            center.queries.situation(actor)
            looks.append((time.perf_counter() - began) * 1000)
            held = dict(center.telemetry.readings())
            began = time.perf_counter()
            _ = {k: r for k, r in dict(held).items() if k in seen.sensors}
            old.append((time.perf_counter() - began) * 1000)
        say(
            f"50,000 sensors: a look after news {median(fresh):.2f} ms, without "
            f"{median(looks):.2f} ms; copying as before {median(old):.2f} ms more each time"
        )


def main() -> None:
    """Run the parts that were named, or all."""
    parts = {
        "store": store, "http": http, "http-postgres": http_postgres, "load": load,
        "snapshot": snapshot,
    }  # fmt: skip
    for name in sys.argv[1:] or parts:
        parts[name]()


if __name__ == "__main__":
    main()
