"""The HTTP contract of what is watched and kept: telemetry, alarms, situation, journal, stream."""

import json
from datetime import datetime, timedelta
from itertools import pairwise

import pytest

from tests.integration import api_world as w
from tests.serving import Running


@pytest.fixture(scope="module")
def running(exercise_server) -> Running:
    """The exercise all tests of the contract share."""
    return exercise_server


@pytest.fixture(scope="module")
def duty(running):
    """The provincial duty officer."""
    with running.client("duty") as client:
        yield client


@pytest.fixture(scope="module")
def runner(running):
    """The exercise's own account: it alone feeds telemetry."""
    with running.client("runner") as client:
        yield client


@pytest.fixture(scope="module")
def first(duty):
    """An open incident in 黄梅."""
    return w.incident(duty)


def test_positions_are_taken_row_by_row(running, duty, first):
    """The place of a team sent out is shown at once; an unknown team is refused by index."""
    [team] = w.free_teams(duty, 1)
    assert w.send(duty, team["id"], first).status_code == 201
    at = running.center.clock.now().isoformat()
    rows = [{"team": "nobody", "lon": 114, "lat": 30, "at": at}]
    rows.append({"team": team["id"], "lon": 114.123, "lat": 30.456, "at": at})
    done = w.post(duty, "/positions", rows, status=202)
    assert done["accepted"] == 1
    assert [r["index"] for r in done["rejected"]] == [0]
    shown = w.get(duty, "/teams", limit=1000)["items"]
    where = next(t["position"] for t in shown if t["id"] == team["id"])
    assert (where["lon"], where["lat"]) == (114.123, 30.456)


def test_telemetry_lists_refused_rows_in_json_and_ndjson(running, runner):
    """Good rows are stored, bad ones listed by index with a Chinese reason."""
    sensor = w.get(runner, "/sensors", limit=1)["items"][0]["id"]
    at = running.center.clock.now().isoformat()
    good = {"sensor": sensor, "at": at, "value": 1.0}
    bad = [
        {"sensor": "none", "at": at, "value": 1}, {**good, "value": "高"}, 7,
        {**good, "sensor": []}, {**good, "value": 10**400}, {**good, "at": "昨天"},
    ]  # fmt: skip
    done = w.post(runner, "/telemetry", [bad[0], good, *bad[1:]], status=202)
    assert done["accepted"] == 1
    assert [r["index"] for r in done["rejected"]] == [0, 2, 3, 4, 5, 6]
    assert all(r["reason"] for r in done["rejected"])
    lines = b"\n".join([json.dumps(good).encode(), b"{broken", json.dumps(bad[0]).encode()])
    answer = runner.post(
        "/api/v1/telemetry", content=lines, headers={"Content-Type": "application/x-ndjson"}
    )
    assert answer.status_code == 202
    assert answer.json()["accepted"] == 1
    assert [r["index"] for r in answer.json()["rejected"]] == [1, 2]


def test_an_alarm_is_raised_once_and_acknowledged(running, duty, runner):
    """A wave around one rung is one alarm; well below it clears; a person takes it."""
    sensors = w.get(runner, "/sensors", limit=1000)["items"]
    sensor = next(s for s in sensors if s["in_force"] and not s["latest"])
    level = sensor["in_force"][0]["value"]
    start = running.center.clock.now() - timedelta(hours=1)
    states = []
    for minute, value in enumerate((level + 0.01, level - 0.02, level + 0.01, level - 0.5)):
        at = (start + timedelta(minutes=minute)).isoformat()
        w.post(
            runner, "/telemetry", [{"sensor": sensor["id"], "at": at, "value": value}], status=202
        )
        mine = [a for a in w.get(duty, "/alarms")["items"] if a["sensor_id"] == sensor["id"]]
        states.append([a["state"] for a in mine])
        if minute == 0:
            taken = w.post(duty, f"/alarms/{mine[0]['id']}/acknowledge", {}, status=200)
            assert taken["alarm"]["state"] == "acknowledged"
    assert states == [["raised"], ["acknowledged"], ["acknowledged"], ["cleared"]]


def test_the_situation_can_be_read_as_it_was(running, duty):
    """At a journal number what came later does not exist; an instant gives the same."""
    before = w.revision(running)
    key = w.incident(duty, "后来的事件")
    assert key in w.get(duty, "/situation")["incidents"]
    assert key not in w.get(duty, "/situation", at=before)["incidents"]
    at = w.get(duty, "/journal", after=before - 1, limit=1)["items"][0]["at"]
    assert datetime.fromisoformat(at).tzinfo
    assert w.get(duty, "/situation", at=at)["revision"] >= before
    w.problem(duty.get("/api/v1/situation", params={"at": "yesterday"}), 422)


def test_the_journal_is_gap_free_and_verifies(running, duty):
    """Rows in order, each with its hash chained to the one before; the whole chain holds."""
    rows = w.get(duty, "/journal", limit=1000)["items"]
    assert [r["seq"] for r in rows] == list(range(1, len(rows) + 1))
    assert all(b["prev_hash"] == a["hash"] for a, b in pairwise(rows))
    verdict = w.get(duty, "/journal/verify")
    assert verdict["ok"]
    assert verdict["rows"] == w.revision(running)


def test_the_exercise_is_steered(running, duty):
    """Speed and pause are answered as set; a speed out of range is refused by field."""
    shown = w.get(duty, "/exercise")
    assert {"speed", "paused", "now", "script"} <= set(shown)
    done = w.post(duty, "/exercise", {"speed": 30, "paused": True}, status=200)
    assert (done["speed"], done["paused"]) == (30, True)
    refused = duty.post("/api/v1/exercise", json={"speed": 1e6})
    assert w.problem(refused, 422)["errors"][0]["field"] == "speed"


def test_the_stream_is_numbered_and_resumes(running, duty):
    """Events carry the journal number; Last-Event-ID brings what was missed, in order."""
    since = w.revision(running)
    for text in ("一", "二", "三"):
        w.post(duty, "/entries", {"text": text})
    headers, got = {"Last-Event-ID": str(since)}, []
    with duty.stream("GET", "/api/v1/stream", headers=headers) as answer:
        assert answer.headers["content-type"].startswith("text/event-stream")
        for line in answer.iter_lines():
            if line.startswith("id: "):
                got.append(int(line[4:]))
            if len(got) == 3:
                break
    assert got == [since + 1, since + 2, since + 3]
