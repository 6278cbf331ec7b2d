"""Stations at the door: confirmed only after commit, hostile ones named, nobody slowed."""

import socket
import threading
from datetime import timedelta

import pytest

from data.config import DoorSettings
from data.domain.messages import StoreRows
from data.domain.org import SYSTEM
from data.domain.sensor import Sensor
from data.errors import Unavailable
from data.ingest.hj212_server import hj212_door
from data.ingest.sl651_server import sl651_door
from data.ingest.tcp_door import Limits
from tests.integration.device_world import START, Program, level_frame, make_center, waited
from tests.serving import free_port
from tests.unit.test_frames import AIR, AIR_ANSWER, TEST, TIMED, TIMED_ANSWER

QUICK = Limits(connections=8, idle_s=20.0, partial_s=0.3, faults=8)


@pytest.fixture
def center(database_url, tmp_path):
    """A center with stations, on each engine; and one sensor of each published device."""
    made = make_center(tmp_path, database_url)
    things = (
        Sensor(id="P-1", name="水位", device="sl651:0011223344", element="39"),
        Sensor(id="P-2", name="粉尘", device="hj212:010000A8900016F000169DC0",
               element="a34004-Rtd"),
    )  # fmt: skip
    made.handle(StoreRows(what="测点", things=things), SYSTEM)
    yield made
    made.close()


@pytest.fixture
def door(center):
    """Stations' door of that center on a free port."""
    opened = sl651_door(center.feed, "127.0.0.1", 0, QUICK)
    opened.start()
    yield opened
    opened.close()


def connect(door):
    """A connection to a door."""
    line = socket.create_connection(("127.0.0.1", door.port), timeout=20)
    line.settimeout(20)
    return line


def heard(line, count):
    """That many bytes of an answer."""
    found = b""
    while len(found) < count:
        piece = line.recv(count - len(found))
        if not piece:
            break
        found += piece
    return found


def test_the_published_report_is_stored_and_confirmed_byte_for_byte(center, door):
    """The level is kept for its sensor, the rest in the quarantine, then the answer comes."""
    with connect(door) as line:
        line.sendall(bytes.fromhex(TIMED))
        assert heard(line, len(TIMED_ANSWER) // 2).hex().upper() == TIMED_ANSWER
    assert center.telemetry.readings()["P-1"].value == 10.49
    held = center.feed.quarantine.rows()
    assert {h.kind for h in held} == {"unknown"}
    assert {h.source for h in held} == {"sl651:0011223344"}
    status = door.status()
    assert (status["accepted"], status["refused"], status["answered"]) == (1, 3, 1)


def test_a_frame_from_the_future_is_kept_apart_and_confirmed(center, door):
    """The other published report says 2059: confirmed, since kept, but in the quarantine."""
    known = Sensor(id="P-3", name="水位", device="sl651:0012345678", element="39")
    center.handle(StoreRows(what="测点", things=(known,)), SYSTEM)
    with connect(door) as line:
        line.sendall(bytes.fromhex(TEST))
        assert heard(line, 25)
    assert "future" in {h.kind for h in center.feed.quarantine.rows()}


def test_glued_cut_and_dirty_streams_are_confirmed_in_order(door):
    """Twenty reports with noise between them, sent in odd pieces, give twenty confirmations."""
    stream = b"\x00noise".join(level_frame(1, n) for n in range(1, 21))
    with connect(door) as line:
        for at in range(0, len(stream), 37):
            line.sendall(stream[at : at + 37])
        answers = heard(line, 25 * 20)
    serials = [int.from_bytes(answers[i * 25 + 14 : i * 25 + 16]) for i in range(20)]
    assert serials == list(range(1, 21))


def test_what_is_not_kept_is_not_confirmed(center, door, monkeypatch):
    """While the store refuses, a station hears nothing; when it works again, it is confirmed."""

    def refuse(_readings):
        raise Unavailable("磁盘已满")

    with connect(door) as line:
        monkeypatch.setattr(center.telemetry, "add_readings", refuse)
        line.sendall(level_frame(1, 1))
        assert waited(lambda: door.status()["failed"] == 1)
        monkeypatch.undo()
        line.sendall(level_frame(1, 2))
        assert int.from_bytes(heard(line, 25)[14:16]) == 2
    assert door.status()["answered"] == 1


def test_hostile_connections_are_named_and_slow_nobody(door):
    """Garbage is cut off, half frames expire, too many are refused; a station goes on."""
    with connect(door) as station:
        with connect(door) as noisy:
            noisy.sendall(b"7E7E not hex " * 2000)
            noisy.sendall(bytes.fromhex("7E7E01001234567812343200FF02") * 200)
            while noisy.recv(100):
                pass  # the door closes it
        half = connect(door)
        half.sendall(bytes.fromhex(TIMED)[:30])
        station.sendall(level_frame(2, 1))
        assert heard(station, 25)
        assert waited(lambda: door.status()["faults"].get("报文不完整", 0) >= 1)
        half.sendall(bytes.fromhex(TIMED))  # a good one behind the half one
        assert heard(half, 25).hex().upper() == TIMED_ANSWER
        more = [connect(door) for _ in range(12)]
        assert waited(lambda: door.status()["faults"].get("连接过多", 0) >= 4)
        for line in (half, *more):
            line.close()
        station.sendall(level_frame(2, 2))
        assert heard(station, 25)
    faults = door.status()["faults"]
    assert {"帧间杂字节", "校验码不符", "连接已断开"} <= set(faults)
    assert all(fault["words"] for fault in door.status()["newest_faults"])


def test_a_data_logger_is_answered_after_the_commit(center):
    """HJ 212: the published packet is kept, its response sent byte for byte."""
    opened = hj212_door(center.feed, "127.0.0.1", 0, QUICK)
    opened.start()
    try:
        with connect(opened) as line:
            line.sendall(AIR.encode())
            assert heard(line, len(AIR_ANSWER)) == AIR_ANSWER.encode()
        assert center.telemetry.readings()["P-2"].value == 207.0
        assert opened.status()["devices"] == 1
    finally:
        opened.close()


def test_a_port_that_is_taken_stops_nothing_else(tmp_path):
    """The door that cannot open says so; the other opens, and the center runs."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        busy = taken.getsockname()[1]
        known = DoorSettings(sl651_port=busy, hj212_port=free_port())
        made = make_center(tmp_path, doors=known)
        try:
            lines = made.doors.start()
            assert f"端口 {busy} 打不开" in lines[0]
            assert [d["open"] for d in made.doors.status()] == [True, False]
        finally:
            made.close()


def test_a_killed_center_has_every_confirmed_report_exactly_once(tmp_path):
    """Kill -9 while five stations report; after the restart they go on, nothing is lost."""
    make_center(tmp_path).close()
    port = free_port()
    confirmed = {}
    stop = threading.Event()

    def report(station):
        """Send one report after the other, each until it is confirmed."""
        number = 1
        while not stop.is_set():
            try:
                with socket.create_connection(("127.0.0.1", port), timeout=2) as line:
                    line.settimeout(3)
                    while not stop.is_set():
                        line.sendall(level_frame(station, number))
                        if len(heard(line, 25)) < 25:
                            break
                        confirmed[station] = number
                        number += 1
            except OSError:
                stop.wait(0.1)

    center = Program(tmp_path, "serve", HUBEI_SL651_PORT=str(port))
    threads = [threading.Thread(target=report, args=(n,), daemon=True) for n in range(5)]
    for thread in threads:
        thread.start()
    try:
        assert waited(lambda: sum(confirmed.values()) > 100, 150), center.log.read_text()
        center.kill()
        before = sum(confirmed.values())
        center = Program(tmp_path, "serve", HUBEI_SL651_PORT=str(port))
        assert waited(lambda: sum(confirmed.values()) > before + 100, 150), center.log.read_text()
        center.kill()
    finally:
        stop.set()
        center.stop()
    for thread in threads:
        thread.join(10)
    made = make_center(tmp_path)
    try:
        for station, last in confirmed.items():
            kept = made.telemetry.series(f"T-{station}", START, START + timedelta(days=30))
            minutes = [round((r.at - START).total_seconds() / 60) for r in kept]
            assert minutes[:last] == list(range(1, last + 1))
            assert len(minutes) <= last + 1  # one may be kept whose confirmation was cut off
            assert all(round(r.value * 1000) == m for r, m in zip(kept, minutes, strict=True))
    finally:
        made.close()
