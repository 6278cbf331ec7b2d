"""MQTT with a real broker: acknowledged only after commit, killed at will, nothing lost."""

import json
import socket
import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import httpx
import paho.mqtt.client as paho
import pytest
from paho.mqtt.enums import CallbackAPIVersion

from data.config import DoorSettings
from data.ingest.mqtt import MqttConsumer
from data.ingest.mqtt_settings import MqttSettings
from tests.integration.device_world import START, Program, level_frame, make_center, waited
from tests.mosquitto import Broker, find_mosquitto
from tests.serving import PASSWORD, Running, free_port
from tests.unit.test_mapping_files import SAMPLES

NDJSON = {"Content-Type": "application/x-ndjson"}
FEWEST, MOST = 3_000, 80_000  # rows of an honest sender beside hostile ones
NONSENSE = ("NaN", "1e308", "1e400", "Infinity")

pytestmark = pytest.mark.skipif(
    find_mosquitto() is None, reason="no MQTT broker found: install 'mosquitto'"
)


@pytest.fixture
def broker(tmp_path_factory):
    """A broker of its own for each test: some kill it."""
    made = Broker(tmp_path_factory.mktemp("broker")).start()
    yield made
    made.stop()


@pytest.fixture
def center(tmp_path):
    """A center with sensors T-0 to T-4."""
    made = make_center(tmp_path)
    yield made
    made.close()


def settings(broker, name="one", **other):
    """A consumer's settings for this broker."""
    return MqttSettings.of(f"mqtt://127.0.0.1:{broker.port}", client_id=name, **other)


def connected(consumer):
    """Whether a consumer stands with its subscription."""
    return waited(lambda: consumer.status()["connected"])


class Publisher:
    """Publishes at QoS 1 and waits for the broker's receipts."""

    def __init__(self, broker):
        self.client = paho.Client(CallbackAPIVersion.VERSION2, client_id="publisher")
        self.client.max_inflight_messages_set(1000)
        self.client.connect("127.0.0.1", broker.port)
        self.client.loop_start()

    def send(self, rows):
        """One message a row; returns once the broker has them all."""
        sent = [self.client.publish("hubei/telemetry", json.dumps(row), qos=1) for row in rows]
        for one in sent:
            one.wait_for_publish(20)

    def raw(self, topic, payload):
        """One message of any kind."""
        self.client.publish(topic, payload, qos=1).wait_for_publish(20)

    def close(self):
        """Leave."""
        self.client.disconnect()
        self.client.loop_stop()


def rows(first, count):
    """Readings of five sensors, each at a minute of its own."""
    return [
        {"sensor": f"T-{n % 5}", "at": (START + timedelta(minutes=n)).isoformat(), "value": n}
        for n in range(first, first + count)
    ]


def stored(center):
    """Every reading of the five sensors, as numbers, in order."""
    until = START + timedelta(days=60)
    return sorted(
        int(r.value) for n in range(5) for r in center.telemetry.series(f"T-{n}", START, until)
    )


@pytest.mark.parametrize("version", ["5", "3.1.1"])
def test_messages_of_both_versions_are_kept_and_acknowledged(broker, center, version):
    """What came before is acknowledged: a second consumer of the session gets none of it again."""
    consumer = MqttConsumer(center.feed, settings(broker, version=version))
    consumer.start()
    assert connected(consumer)
    publisher = Publisher(broker)
    publisher.send(rows(0, 300))
    assert waited(lambda: consumer.status()["answered"] == 300)
    consumer.close()
    publisher.send(rows(300, 20))  # nobody is there: the session keeps them
    again = MqttConsumer(center.feed, settings(broker, version=version))
    again.start()
    assert waited(lambda: again.status()["answered"] == 20)
    assert again.status()["messages"] == 20
    again.close()
    publisher.close()
    assert stored(center) == list(range(320))


def test_poison_is_kept_and_never_comes_round_again(broker, center):
    """Messages nobody can read are acknowledged, lie in the quarantine, and stop nothing."""
    consumer = MqttConsumer(center.feed, settings(broker))
    consumer.start()
    assert connected(consumer)
    publisher = Publisher(broker)
    poison = [
        b"{", b"\xff\xfe\x00", "雨量".encode("gb18030"), b"[" * 5000, b"[1,2]", b"1e999",
        b'{"sensor":"T-0","at":"2020-07-08T00:00:00+08:00","value":1e308}', b"NaN", b"null",
        b'{"sensor":"T-9","at":"2020-07-08T00:00:00+08:00","value":1}', b"x" * 1_000_001,
    ]  # fmt: skip
    for payload in poison:
        publisher.raw("hubei/telemetry", payload)
    publisher.raw("hubei/telemetry/T-0", b"3 2020-07-08T00:03:00+00:00")
    assert waited(lambda: consumer.status()["answered"] == len(poison) + 1)
    consumer.close()
    again = MqttConsumer(center.feed, settings(broker))
    again.start()
    publisher.send(rows(7, 1))
    assert waited(lambda: again.status()["answered"] == 1)
    assert again.status()["messages"] == 1
    again.close()
    publisher.close()
    held = center.feed.quarantine.rows()
    assert len(held) >= len(poison)
    assert {h.via for h in held} == {"mqtt"}
    assert all(h.reason for h in held)
    assert stored(center) == [3, 7]


class Good:
    """An honest sender over HTTP: batch after batch of the five sensors, none twice."""

    def __init__(self, client):
        self.client, self.sent = client, 0
        self.client.timeout = 10  # a device waits no longer

    def batch(self):
        """One more batch, answered with every row taken."""
        lines = b"\n".join(json.dumps(row).encode() for row in rows(self.sent, 100))
        answer = self.client.post("/api/v1/telemetry", content=lines, headers=NDJSON)
        assert answer.status_code == 202, answer.text
        assert (answer.json()["accepted"], answer.json()["rejected"]) == (100, [])
        self.sent += 100


def hostile(running, own, publisher):
    """What others send at the same time, each by its name: how it was refused, in words."""
    with running.client("admin") as admin:
        text = (SAMPLES / "weather_cap.yaml").read_text(encoding="utf-8")
        made = admin.post("/api/v1/connectors", json={"text": text}).json()["connector"]["id"]
        body = admin.post(f"/api/v1/connectors/{made}/token").json()["token"]
    laughs = b"".join(b'<!ENTITY x%d "%s">' % (n, b"&x%d;" % (n - 1) * 9) for n in range(1, 12))
    bomb = b'<!DOCTYPE a [<!ENTITY x0 "ha">%s]><alert>&x11;</alert>' % laughs
    crazy = '{"sensor":"T-0","at":"2020-07-08T00:00:00+08:00","value":%s}'
    broken = bytearray(level_frame(1, 1))
    broken[-1] ^= 0xFF

    def telemetry(*lines):
        answer = own.post("/api/v1/telemetry", content=b"\n".join(lines), headers=NDJSON)
        assert answer.status_code == 202, answer.text
        assert (answer.json()["accepted"], answer.json()["refused"]) == (0, len(lines))
        return [row["reason"] for row in answer.json()["rejected"]]

    def cap():
        answer = own.post("/api/v1/warnings/cap", content=bomb)
        assert answer.status_code == 422
        return str(answer.json()["errors"])

    def push():
        bearer = {"Authorization": f"Bearer {body}"}
        answer = httpx.post(
            f"{running.base}/api/v1/share/{made}", content=bomb, headers=bearer, timeout=60
        )
        return str(answer.json()["refused"])

    def station():
        where = ("127.0.0.1", running.center.settings.doors.sl651_port)
        with socket.create_connection(where, timeout=60) as line:
            line.sendall(bytes(broken) * 300)
            line.shutdown(socket.SHUT_WR)
            while line.recv(100):
                pass
        faults = next(d for d in running.center.doors.status() if d["via"] == "sl651")["faults"]
        return str(faults)

    def messages():
        for payload in (b"{", b"[" * 5000, b"1e999", b"x" * 1_000_001):
            publisher.raw("hubei/telemetry", payload)
        quarantine = running.center.feed.quarantine
        assert waited(lambda: len([h for h in quarantine.rows() if h.via == "mqtt"]) >= 4)
        return str({h.kind for h in quarantine.rows() if h.via == "mqtt"})

    return {
        "long": (lambda: telemetry(b'{"sensor":"' + b"x" * 10_000_000 + b'"}'), "超过 64 KB"),
        "numbers": (lambda: telemetry(*((crazy % v).encode() for v in NONSENSE)), "数"),
        "cap": (cap, "DTD"),
        "connector": (push, "DTD"),
        "station": (station, "校验码不符"),
        "mqtt": (messages, "malformed"),
    }


def test_hostile_senders_hold_no_honest_one_up(broker, tmp_path):
    """Every batch of an honest sender is taken whole and in time while all the others go on.

    Each of those is refused by the name of its fault, three times over, and none of it is stored.
    """
    make_center(tmp_path).close()
    doors = DoorSettings(mqtt=f"mqtt://127.0.0.1:{broker.port}", sl651_port=free_port())
    with (
        Running(tmp_path, pages={}, doors=doors, requests_per_second=10_000) as running,
        running.client("duty") as duty,
        running.client("duty.421127") as county,
    ):
        running.center.doors.start()
        good, publisher = Good(duty), Publisher(broker)
        status = running.center.doors.status
        assert waited(lambda: any(d["via"] == "mqtt" and d["connected"] for d in status()))
        ways = hostile(running, county, publisher)
        with ThreadPoolExecutor(len(ways)) as pool:
            told = {
                name: pool.submit(lambda do=do: [str(do()) for _ in range(3)])
                for name, (do, _) in ways.items()
            }
            while good.sent < FEWEST or (
                good.sent < MOST and not all(one.done() for one in told.values())
            ):
                good.batch()
        publisher.close()
        for name, (_, word) in ways.items():
            assert all(word in said for said in told[name].result()), (name, told[name].result())
        assert stored(running.center) == list(range(good.sent))


def test_what_the_store_refuses_is_tried_again_until_it_is_kept(broker, center, monkeypatch):
    """While the disk is full nothing is acknowledged; when it is not, everything is."""
    consumer = MqttConsumer(center.feed, settings(broker))
    keep = center.telemetry.add_readings

    def refuse(_readings):
        raise OSError("disk full")

    monkeypatch.setattr(center.telemetry, "add_readings", refuse)
    consumer.start()
    assert connected(consumer)
    publisher = Publisher(broker)
    publisher.send(rows(0, 50))
    assert waited(lambda: consumer.status()["failed"] > 0)
    assert consumer.status()["answered"] == 0
    monkeypatch.setattr(center.telemetry, "add_readings", keep)
    assert waited(lambda: consumer.status()["answered"] == 50)
    consumer.close()
    publisher.close()
    assert stored(center) == list(range(50))


def test_two_workers_split_the_load(broker, center):
    """One share group: each gets a part, together they get everything once."""
    workers = [MqttConsumer(center.feed, settings(broker, f"w{n}", group="hubei")) for n in (1, 2)]
    for worker in workers:
        worker.start()
    assert all(connected(worker) for worker in workers)
    publisher = Publisher(broker)
    publisher.send(rows(0, 400))
    assert waited(lambda: sum(w.status()["answered"] for w in workers) == 400)
    shares = [w.status()["messages"] for w in workers]
    for worker in workers:
        worker.close()
    publisher.close()
    assert min(shares) > 0
    assert sum(shares) == 400
    assert stored(center) == list(range(400))


def test_a_killed_broker_loses_nothing(broker, center):
    """Killed with messages waiting and started again: the consumer comes back by itself."""
    consumer = MqttConsumer(center.feed, settings(broker))
    consumer.start()
    assert connected(consumer)
    consumer.close()
    publisher = Publisher(broker)
    publisher.send(rows(0, 200))  # nobody is there to take them
    # Mosquitto saves after it has given its receipt: one more shows that those before are saved
    publisher.send(rows(0, 1))
    publisher.close()
    consumer = MqttConsumer(center.feed, settings(broker))
    broker.kill()
    consumer.start()  # while the broker is away
    broker.start()
    assert waited(lambda: consumer.status()["answered"] >= 200, 150), consumer.status()
    broker.kill()
    broker.start()
    publisher = Publisher(broker)
    publisher.send(rows(200, 50))
    assert waited(lambda: len(stored(center)) == 250, 150), consumer.status()
    consumer.close()
    publisher.close()
    assert stored(center) == list(range(250))


def test_a_worker_killed_again_and_again_loses_nothing(broker, tmp_path):
    """Kill -9 of `ingest` while messages stream: every published row is there exactly once."""
    make_center(tmp_path).close()
    with Running(var=tmp_path) as running:
        with running.client("admin") as api:
            asked = {"label": "MQTT", "permissions": ["telemetry"]}
            token = api.post("/api/v1/tokens", json=asked).json()["token"]
        known = {
            "HUBEI_MQTT": f"mqtt://127.0.0.1:{broker.port}", "HUBEI_INGEST_TOKEN": token,
            "HUBEI_MQTT_GROUP": "hubei",
        }  # fmt: skip

        def worker():
            """One more life of the same worker: the same name, the same session."""
            return Program(tmp_path, "ingest", "--name", "w1", port=running.port, **known)

        one = worker()
        try:
            # the subscription must stand before the first message is published
            assert waited(lambda: "MQTT 127" in one.log.read_text(), 150)
            publisher = Publisher(broker)
            first = rows(0, 1)
            assert waited(lambda: (publisher.send(first), bool(stored(running.center)))[1], 150)
            sending = threading.Thread(target=publisher.send, args=(rows(1, 900),))
            sending.start()
            for mark in (100, 500):
                assert waited(lambda m=mark: len(stored(running.center)) > m, 150)
                one.kill()
                one = worker()
            sending.join(60)
            assert waited(lambda: len(stored(running.center)) == 901, 150)
            publisher.close()
        finally:
            one.stop()
        assert stored(running.center) == list(range(901))


def test_a_center_killed_again_and_again_loses_nothing(broker, tmp_path):
    """Kill -9 of the center with its own consumer inside: what it acknowledged is all there."""
    make_center(tmp_path).close()
    known = {"HUBEI_MQTT": f"mqtt://127.0.0.1:{broker.port}"}
    center = Program(tmp_path, "serve", **known)
    reading = make_center(tmp_path)
    try:
        publisher = Publisher(broker)
        first = rows(0, 1)
        assert waited(lambda: (publisher.send(first), bool(stored(reading)))[1], 150)
        sending = threading.Thread(target=publisher.send, args=(rows(1, 900),))
        sending.start()
        for mark in (100, 500):
            assert waited(lambda m=mark: len(stored(reading)) > m, 150), center.log.read_text()
            center.kill()
            center = Program(tmp_path, "serve", port=center.port, **known)
        sending.join(60)
        assert waited(lambda: len(stored(reading)) == 901, 150), center.log.read_text()
        publisher.close()
    finally:
        center.stop()
    assert stored(reading) == list(range(901))
    reading.close()


def test_a_worker_without_a_token_says_what_to_do(tmp_path):
    """No token, no start: the remedy stands in the words."""
    program = Program(tmp_path, "ingest", HUBEI_MQTT="mqtt://127.0.0.1:1", HUBEI_INGEST_TOKEN="")
    assert program.ended(60) == 1
    assert "HUBEI_INGEST_TOKEN" in program.log.read_text()


def test_a_worker_waits_for_a_center_that_is_away(broker, tmp_path):
    """The center is down: nothing is acknowledged; when it comes, everything goes in."""
    made = make_center(tmp_path)
    made.accounts.seed(PASSWORD, exercise=False)
    made.close()
    running = Running(var=tmp_path)
    running.start()
    with running.client("admin") as api:
        asked = {"label": "MQTT", "permissions": ["telemetry"]}
        token = api.post("/api/v1/tokens", json=asked).json()["token"]
    running.stop()
    worker = Program(
        tmp_path, "ingest", port=running.port,
        HUBEI_MQTT=f"mqtt://127.0.0.1:{broker.port}", HUBEI_INGEST_TOKEN=token,
    )  # fmt: skip
    try:
        assert waited(lambda: "MQTT 127" in worker.log.read_text(), 150)
        publisher = Publisher(broker)
        # the first message a worker takes shows that its subscription stands
        assert waited(
            lambda: (publisher.send(rows(0, 1)), "did not take" in worker.log.read_text())[1], 60
        )
        publisher.send(rows(1, 40))
        with Running(var=tmp_path, port=running.port) as again:
            assert waited(lambda: len(stored(again.center)) == 41, 150), worker.log.read_text()
        publisher.close()
    finally:
        worker.stop()
