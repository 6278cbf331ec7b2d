"""The flood of July 2020 through the door: exactly the alarms that the official levels imply."""

import csv
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from tests.integration import api_world as w
from tests.serving import Running

SHANGHAI = ZoneInfo("Asia/Shanghai")
REFERENCE = Path(__file__).parents[2] / "data/reference"
# station, Beijing time, metres, where it was told (the sources of stations.csv and the exercise)
TOLD = (
    ("汉口", "2020-07-07T08:00", 27.30, "news.china.com 20200706/38448438 等：汉口27.30达警戒"),
    ("码头镇", "2020-07-07T12:00", 21.50, "wuhan.baogaosu.com 85510640 等：21.50达警戒"),
    ("永安水库", "2020-07-08T08:00", 17.01, "hbrb.hebnews.cn 202007/09/44756：17.01超保证0.11"),
    ("黄石", "2020-07-08T10:00", 24.51, "yexian114.com/guonei/50423 等：黄石港24.51超警"),
    ("莲花塘", "2020-07-12T14:00", 34.34, "lu-xu.com/junshi/1467034"),
    ("九江", "2020-07-12T18:00", 22.81, "stations.csv"),
    ("湖口", "2020-07-12T20:00", 22.49, "stations.csv"),
    ("汉口", "2020-07-12T23:00", 28.77, "epaper.hubeidaily.net 202407/05 content_279860"),
    ("黄州", "2020-07-13T14:00", 26.95, "m.jiangsulong.com/a/2020/0714/0723243.html"),
    ("罗家沟", "2020-07-13T14:00", 27.26, "m.jiangsulong.com/a/2020/0714/0723243.html"),
    ("兰溪", "2020-07-13T14:00", 26.19, "m.jiangsulong.com/a/2020/0714/0723243.html"),
    ("蕲州", "2020-07-13T14:00", 25.00, "m.jiangsulong.com/a/2020/0714/0723243.html"),
    ("武穴闸", "2020-07-13T14:00", 23.53, "m.jiangsulong.com/a/2020/0714/0723243.html"),
    ("小池", "2020-07-13T14:00", 22.64, "m.jiangsulong.com/a/2020/0714/0723243.html"),
    ("汉口", "2020-07-31T08:00", 28.25, "ttt.tibet.cn 202008/t20200831_6845757"),
    ("沙市", "2020-07-31T08:00", 42.58, "ttt.tibet.cn 202008/t20200831_6845757"),
)
NAMES = {row["id"]: row["name"] for row in csv.DictReader((REFERENCE / "stations.csv").open())}
IDS = {name: key for key, name in NAMES.items()}


def beijing(text: str) -> datetime:
    """A Beijing time, aware."""
    return datetime.fromisoformat(text).replace(tzinfo=SHANGHAI)


def ladder(name: str, day: str) -> list[tuple[float, str]]:
    """The oracle's own reading of the official levels in force on a day, lowest first."""
    held = []
    for row in csv.DictReader((REFERENCE / "thresholds.csv").open()):
        since, until = row["valid_from"] or "0000", row["valid_to"] or "9999"
        if NAMES[row["station_id"]] == name and since <= day <= until:
            held.append((float(row["value_m"]), row["level"]))
    return sorted(held)


def implied(rows: list[tuple[str, datetime, float]]) -> set[tuple[str, str, datetime]]:
    """Station, level and hour of every step upward: by the levels alone, nothing of the program."""
    stood: dict[str, float] = {}
    found = set()
    for name, at, value in sorted(rows, key=lambda r: r[1]):
        rungs = ladder(name, at.astimezone(SHANGHAI).date().isoformat())
        reached = [rung for rung in rungs if value >= rung[0]]
        if not reached:
            stood.pop(name, None)
            continue
        top = reached[-1]
        if top[0] > stood.get(name, float("-inf")):
            found.add((name, top[1], at.astimezone(UTC)))
            stood[name] = top[0]
    return found


def hourly() -> list[tuple[str, datetime, float]]:
    """Every hour of July between the told ones, straight from one to the next.

    假定: each station begins three days before it is first told of, two metres lower, and what
    happens between two told hours is a straight line. Told hours hold told values.
    """
    rows: list[tuple[str, datetime, float]] = []
    for name in dict.fromkeys(t[0] for t in TOLD):
        knots = [(beijing(at), value) for who, at, value, _ in TOLD if who == name]
        knots.insert(0, (knots[0][0] - timedelta(days=3), knots[0][1] - 2.0))
        for (start, low), (end, high) in pairwise(knots):
            hours = int((end - start).total_seconds() // 3600)
            rows += [
                (name, start + timedelta(hours=n), round(low + (high - low) * n / hours, 4))
                for n in range(hours)
            ]
        rows.append((name, *knots[-1]))
    return sorted(rows, key=lambda r: r[1])


@pytest.fixture
def center(tmp_path):
    """A real center with the shipped stations and levels, behind a real server."""
    with Running(tmp_path, pages={}) as running:
        running.center.seed()
        with running.client("duty") as duty:
            yield duty


def fed(duty: Any, rows: list[tuple[str, datetime, float]]) -> list[dict[str, Any]]:
    """Send the rows in their order, a day a batch, and what alarms there are then."""
    body = [{"sensor": IDS[n], "at": at.isoformat(), "value": v} for n, at, v in rows]
    for first in range(0, len(body), 500):
        done = w.post(duty, "/telemetry", body[first : first + 500], status=202)
        assert done["rejected"] == []
    return list(w.get(duty, "/alarms", limit=1000)["items"])


def told_of(alarms: list[dict[str, Any]]) -> set[tuple[str, str, datetime]]:
    """Station, level and hour of the alarms of levels."""
    return {
        (a["sensor_name"], a["level"], datetime.fromisoformat(a["raised_at"]).astimezone(UTC))
        for a in alarms
        if a["family"] == "level"
    }


def test_the_told_hours_raise_what_the_levels_of_the_day_imply(center):
    """Sourced values alone: each station's alarm at the told hour, nothing else, nothing twice."""
    rows = [(name, beijing(at), value) for name, at, value, _ in TOLD]
    alarms = fed(center, rows)
    assert told_of(alarms) == implied(rows)
    assert len(alarms) == len(implied(rows))
    known = told_of(alarms)
    assert ("汉口", "警戒", beijing("2020-07-07T08:00").astimezone(UTC)) in known
    assert ("永安水库", "保证", beijing("2020-07-08T08:00").astimezone(UTC)) in known
    assert ("湖口", "警戒", beijing("2020-07-12T20:00").astimezone(UTC)) in known  # 0.01 below 保证
    assert ("沙市", "设防", beijing("2020-07-31T08:00").astimezone(UTC)) in known
    assert all(a["rule_source"] for a in alarms)
    # sent once more, as a sender does that missed the answer: nothing is raised twice
    assert fed(center, rows) == alarms


def test_the_wave_of_july_raises_each_step_once_at_its_hour(center):
    """Hour by hour: every rung of every station at the hour it is reached; one wave, one surge."""
    rows = hourly()
    alarms = fed(center, rows)
    assert told_of(alarms) == implied(rows)
    assert len([a for a in alarms if a["family"] == "level"]) == len(implied(rows))
    waves = [s for s in w.get(center, "/surges")["items"] if s["key"] == "river:长江"]
    wave = max(waves, key=lambda s: len(s["alarms"]))
    on_it = {a["sensor_name"] for a in alarms if a["surge_id"] == wave["id"]}
    assert {"汉口", "码头镇", "黄石", "黄州", "小池"} <= on_it
