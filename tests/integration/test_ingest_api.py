"""Ingest over HTTP: hostile rows get named refusals by row, are kept, and can be replayed."""

import json
from datetime import timedelta

import pytest

from data.domain.messages import StoreRows
from data.domain.org import SYSTEM
from data.domain.sensor import Sensor
from tests.serving import Running

NDJSON = {"Content-Type": "application/x-ndjson"}


@pytest.fixture(scope="module")
def running(tmp_path_factory):
    """A real center with fifty sensors."""
    with Running(tmp_path_factory.mktemp("ingest"), pages={}) as made:
        things = tuple(Sensor(id=f"S-{n}", name=f"测点{n}", area_code="421127") for n in range(50))
        made.center.handle(StoreRows(what="测点", things=things), SYSTEM)
        yield made


@pytest.fixture(scope="module")
def duty(running):
    """The provincial duty officer, who may enter readings."""
    with running.client("duty") as client:
        yield client


def row(running, sensor="S-1", value=1.0, minutes=1, **more):
    """A row as a device sends it."""
    at = running.center.clock.now() - timedelta(minutes=minutes)
    return {"sensor": sensor, "at": at.isoformat(), "value": value, **more}


def send(client, body, **headers):
    """Post a body as it is."""
    text = body if isinstance(body, bytes) else json.dumps(body, ensure_ascii=False).encode()
    answer = client.post("/api/v1/telemetry", content=text, headers=headers or NDJSON)
    assert answer.status_code == 202, answer.text
    return answer.json()


def held(client, **given):
    """Rows in quarantine."""
    answer = client.get("/api/v1/quarantine", params=given)
    assert answer.status_code == 200, answer.text
    return answer.json()["items"]


def test_hostile_rows_are_refused_by_row_and_spoil_no_other(running, duty):
    """Among good rows every bad one is named by its place and its fault."""
    good = row(running)
    at = good["at"]
    lines = [
        json.dumps(good).encode(),
        b'{"sensor":"S-1","at":"%s","value":NaN}' % at.encode(),
        b'{"sensor":"S-1","at":"%s","value":Infinity}' % at.encode(),
        b'{"sensor":"S-1","at":"%s","value":1e308}' % at.encode(),
        b'{"sensor":"S-1","at":"%s","value":1e400}' % at.encode(),
        b'{"a":' * 3_000 + b"1" + b"}" * 3_000,
        json.dumps({**good, "sensor": "石首站"}, ensure_ascii=False).encode("gb18030"),
        json.dumps({**good, "value": "12.5"}).encode(),
        json.dumps({**good, "at": "2020-07-08T07:30:00"}).encode(),
        json.dumps({**good, "at": "1970-01-01T00:00:00Z"}).encode(),
        json.dumps({**good, "at": "2999-01-01T00:00:00Z"}).encode(),
        json.dumps({**good, "sensor": "S-1'; DROP TABLE reading"}).encode(),
        b"\xff\xfe\x00", b"null", b'"text"',
        json.dumps(row(running, "S-2", -3)).encode(),
    ]  # fmt: skip
    done = send(duty, b"\n".join(lines))
    assert done["accepted"] == 2
    assert [r["index"] for r in done["rejected"]] == list(range(1, 15))
    assert done["refused"] == 14
    kinds = [h["kind"] for h in reversed(held(duty, limit=14))]
    assert kinds == [
        "malformed", "malformed", "value", "malformed", "malformed", "encoding", "value", "time",
        "time", "future", "unknown", "malformed", "malformed", "malformed",
    ]  # fmt: skip
    assert "石首站" in held(duty, kind="encoding")[0]["raw"]


def test_a_line_of_ten_megabytes_is_refused_and_the_rest_is_taken(running, duty):
    """It is passed over as it comes, kept by its beginning only, and holds nothing up."""
    before = json.dumps(row(running, "S-3")).encode()
    after = json.dumps(row(running, "S-4")).encode()
    done = send(duty, before + b"\n" + b'{"sensor":"' + b"x" * 10_000_000 + b'"}\n' + after)
    assert (done["accepted"], [r["index"] for r in done["rejected"]]) == (2, [1])
    [kept] = held(duty, kind="long")
    assert len(kept["raw"]) < 500


def test_lines_are_counted_across_blocks(running, duty):
    """A long stream is taken in blocks; a refused row still tells its own number."""
    rows = [json.dumps(row(running, f"S-{n % 50}", n, minutes=n + 10)) for n in range(5_000)]
    rows[4_321] = "{"
    done = send(duty, "\r\n".join(rows).encode())
    assert (done["accepted"], [r["index"] for r in done["rejected"]]) == (4_999, [4_321])


def test_a_list_with_one_bad_row_is_taken_but_for_it(running, duty):
    """Rows of a JSON list are told apart even when one has the wrong type."""
    good = row(running, "S-5")
    done = send(duty, [good, {**good, "value": None}, 7, {**good, "sensor": "S-6"}])
    assert (done["accepted"], [r["index"] for r in done["rejected"]]) == (2, [1, 2])


@pytest.mark.parametrize("body", [b"[", b"[" * 200_000, b'[{"sensor": "S-1"'])
def test_a_list_that_is_none_is_refused_whole(duty, body):
    """Where rows cannot be told apart the request is refused by name, and nothing is stored."""
    answer = duty.post("/api/v1/telemetry", content=body)
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["field"] == "body"


def test_an_empty_batch_is_answered(duty):
    """Nothing sent is nothing stored."""
    for body in (b"", b"\n\n", b"[]"):
        assert send(duty, body)["accepted"] == 0


def test_a_repeat_is_acknowledged_and_another_value_refused(running, duty):
    """A retry after a lost answer counts as taken; a second value of an instant is kept back."""
    good = row(running, "S-7", 5.0)
    assert send(duty, [good])["duplicates"] == 0
    again = send(duty, [good, {**good, "value": 6.0}])
    assert (again["accepted"], again["duplicates"]) == (1, 1)
    assert "5" in again["rejected"][0]["reason"]
    assert held(duty, kind="conflict")[0]["raw"]


def test_a_row_is_replayed_once_its_sensor_is_known(running, duty):
    """What is still wrong stays and says why; what is right now is stored once and settled."""
    unknown, broken = row(running, "NEW-1", 3.5), row(running, "NEW-1", "高")
    send(duty, [unknown, broken])
    ids = [h["id"] for h in held(duty, q="NEW-1")]
    assert len(ids) == 2
    early = duty.post("/api/v1/quarantine/replay", json={"ids": ids}).json()
    assert (early["stored"], len(early["refused"])) == (0, 2)
    assert len(held(duty, q="NEW-1")) == 2
    thing = Sensor(id="NEW-1", name="新测点", area_code="421127")
    running.center.handle(StoreRows(what="测点", things=(thing,)), SYSTEM)
    for stored in (1, 0):
        done = duty.post("/api/v1/quarantine/replay", json={"ids": ids}).json()
        assert (done["stored"], len(done["refused"])) == (stored, 1)
    assert [h["state"] for h in held(duty, q="NEW-1", state="replayed")] == ["replayed"]
    bucket = duty.get("/api/v1/sensors/NEW-1/history").json()["buckets"]
    assert [(b["count"], b["last"]) for b in bucket] == [(1, 3.5)]
    dropped = duty.post("/api/v1/quarantine/drop", json={"ids": ids}).json()
    assert dropped == {"dropped": 1}
    assert held(duty, q="NEW-1") == []


def test_a_county_sees_its_own_refusals_only(running, duty):
    """The quarantine is cut by the organisation that sent the row."""
    send(duty, [row(running, "SECRET-1")])
    with running.client("duty.421127") as county:
        assert held(county, q="SECRET-1") == []
        key = held(duty, q="SECRET-1")[0]["id"]
        refused = county.post("/api/v1/quarantine/replay", json={"ids": [key]})
        assert refused.status_code == 422
        send(county, [row(running, "OWN-1")])
        assert len(held(county, q="OWN-1")) == 1


def test_the_health_of_ingest_is_told(running, duty):
    """Counts by sender and protocol, and a clock that goes wrong is shown by its sensor."""
    slow = Sensor(id="SLOW-1", name="钟慢的测点", area_code="421127")
    running.center.handle(StoreRows(what="测点", things=(slow,)), SYSTEM)
    for minutes in (200, 100):
        send(duty, [row(running, "SLOW-1", minutes, minutes=minutes)])
    send(duty, [row(running, "SLOW-1", 1, minutes=150)])
    shown = duty.get("/api/v1/ingest").json()
    sender = next(s for s in shown["senders"] if (s["via"], s["source"]) == ("http", "duty"))
    assert sender["accepted"] > 0
    assert sender["late"] > 0
    assert sum(sender["refused"].values()) > 0
    skew = next(s for s in shown["skews"] if s["sensor"] == "SLOW-1")
    assert skew["skew_s"] == pytest.approx(6_000, abs=60)
    with running.client("leader") as leader:
        assert leader.get("/api/v1/ingest").status_code == 403


def test_counts_go_on_after_a_restart(tmp_path):
    """The day's counts are written down when the center closes."""
    with Running(tmp_path, pages={}) as first:
        first.center.handle(StoreRows(what="测点", things=(Sensor(id="S-1", name="一"),)), SYSTEM)
        with first.client("duty") as client:
            send(client, [row(first), row(first, "none")])
    with Running(tmp_path, pages={}, seed=False) as again, again.client("duty") as client:
        [sender] = client.get("/api/v1/ingest").json()["senders"]
        assert (sender["accepted"], sender["refused"]) == (1, {"unknown": 1})


def test_a_history_is_asked_by_instants(running, duty):
    """A naive time, a journal number, an empty span and a foreign sensor are refused by name."""
    path = "/api/v1/sensors/S-1/history"
    at = running.center.clock.now().isoformat()
    for given, field in (
        ({"since": "2020-07-08T08:00:00"}, "at"), ({"since": "7"}, "since"),
        ({"since": at, "until": at}, "since"),
    ):  # fmt: skip
        refused = duty.get(path, params=given)
        assert (refused.status_code, refused.json()["errors"][0]["field"]) == (422, field)
    assert duty.get("/api/v1/sensors/none/history").status_code == 404
    made = duty.get(path, params={"buckets": 5}).json()
    assert len(made["buckets"]) <= 5
