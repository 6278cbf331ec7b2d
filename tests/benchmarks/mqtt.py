"""Rows a second over MQTT and SL 651, beside the bare store's in the same run.

    python -m tests.benchmarks.mqtt [rows] [--postgres]

Messages wait in a real Mosquitto, set as docs/monitoring.md says; the clock runs from the start of
the consumer, inside one process with a center at work, until every row is committed, watched for
alarms and acknowledged. The bare store is `add_readings` at the same durability, in batches of
1,000 and in batches of what a message has. Ten SL 651 stations send a report a time and wait for
its confirmation. Nothing here is a test.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from socket import create_connection
from threading import Thread

import msgspec
import paho.mqtt.client as paho
from paho.mqtt.enums import CallbackAPIVersion

from dashboard.serving import settle_memory
from data.center import Center, build_center
from data.config import Settings
from data.domain.feeding import Reading
from data.domain.messages import StoreRows
from data.domain.org import SYSTEM
from data.domain.sensor import Sensor, Threshold
from data.ingest.mqtt import MqttConsumer
from data.ingest.mqtt_settings import MqttSettings
from data.ingest.sl651_server import sl651_door
from tests.integration.device_world import level_frame, stations
from tests.mosquitto import Broker
from tests.postgres import DURABLE, standing_postgres

SENSORS, PER_MESSAGE = 1_000, (1, 100, 1_000)
START = datetime(2026, 7, 1, tzinfo=UTC)
STATION_SECONDS = 5.0


def rows(first: int, count: int) -> list[Reading]:
    """Readings of a thousand sensors in turn, a minute apart."""
    return [
        Reading(
            sensor=f"M{n % SENSORS}",
            value=10 + n // SENSORS % 10 / 1000,  # calm: no alarm is raised
            at=START + timedelta(minutes=n // SENSORS),
        )
        for n in range(first, first + count)
    ]  # fmt: skip


def bare(center: Center, first: int, count: int, batch: int) -> float:
    """Rows a second of the store alone."""
    made = rows(first, count)
    began = time.perf_counter()
    for at in range(0, count, batch):
        center.telemetry.add_readings(made[at : at + batch])
    return count / (time.perf_counter() - began)


def over_mqtt(center: Center, broker: Broker, first: int, count: int, each: int) -> float:
    """Rows a second from the broker's queue into the store, `each` rows a message."""
    known = MqttSettings.of(f"mqtt://127.0.0.1:{broker.port}", client_id=f"bench-{each}")
    consumer = MqttConsumer(center.feed, known)
    consumer.start()
    while not consumer.status()["connected"]:
        time.sleep(0.05)
    consumer.close()
    client = paho.Client(CallbackAPIVersion.VERSION2, client_id="publisher")
    client.max_inflight_messages_set(1000)
    client.connect("127.0.0.1", broker.port)
    client.loop_start()
    made = rows(first, count)
    sent = [
        client.publish("hubei/telemetry", msgspec.json.encode(made[at : at + each]), qos=1)
        for at in range(0, count, each)
    ]
    for one in sent:
        one.wait_for_publish(300)
    client.disconnect()
    client.loop_stop()
    consumer = MqttConsumer(center.feed, known)
    began = time.perf_counter()
    consumer.start()
    while consumer.status()["accepted"] < count:
        time.sleep(0.01)
    took = time.perf_counter() - began
    consumer.close()
    return count / took


def over_sl651(center: Center) -> float:
    """Confirmed reports a second of ten stations, each waiting for its confirmation."""
    door = sl651_door(center.feed, "127.0.0.1", 0)
    door.start()
    until, done = time.perf_counter() + STATION_SECONDS, [0] * 10

    def report(number: int) -> None:
        with create_connection(("127.0.0.1", door.port), timeout=20) as line:
            minute = number * 100_000 + 1
            while time.perf_counter() < until:
                line.sendall(level_frame(number % 5, minute))
                if len(line.recv(25)) < 25:
                    return
                minute, done[number] = minute + 1, done[number] + 1

    threads = [Thread(target=report, args=(n,)) for n in range(10)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    door.close()
    return sum(done) / STATION_SECONDS


def measure(count: int, url: str | None) -> None:
    """Print each rate and its share of the bare store's."""
    with tempfile.TemporaryDirectory() as var, tempfile.TemporaryDirectory() as folder:
        center = build_center(Settings(var=Path(var), scenario="none", database_url=url))
        levels = (Threshold(level="警戒", value=90.0), Threshold(level="保证", value=95.0))
        things = tuple(
            Sensor(
                id=f"M{n}", name=f"M{n}", area_code="421127",
                thresholds=() if n % 10 else levels,
            )
            for n in range(SENSORS)
        )  # fmt: skip
        center.handle(StoreRows(what="基准", things=(*things, *stations())), SYSTEM)
        broker = Broker(Path(folder), autosave=False).start()
        base = bare(center, 0, count, 1000)
        center.feed.watching.ready()
        settle_memory()
        print(f"bare store, batches of 1,000: {base:,.0f} rows/s")
        for n, each in enumerate(PER_MESSAGE, 1):
            some = count if each > 1 else count // 10
            like = bare(center, 2 * n * count, some, each)
            rate = over_mqtt(center, broker, (2 * n + 1) * count, some, each)
            print(
                f"MQTT, {each:,} rows a message: {rate:,.0f} rows/s, {rate / base:.2f} of that; "
                f"of the store in batches of {each:,} ({like:,.0f}) {rate / like:.2f}"
            )
        print(f"SL 651, ten stations: {over_sl651(center):,.0f} reports/s confirmed")
        broker.stop()
        center.close()


def main() -> None:
    """On SQLite, or on a durable PostgreSQL of its own."""
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.mqtt")
    parser.add_argument("rows", type=int, nargs="?", default=50_000)
    parser.add_argument("--postgres", action="store_true")
    given = parser.parse_args()
    if not given.postgres:
        return measure(given.rows, None)
    with standing_postgres(DURABLE) as server:
        return measure(given.rows, server.url)


if __name__ == "__main__":
    main()
