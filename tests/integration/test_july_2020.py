"""The flood of July 2020 through the door: exactly the alarms and endings the levels imply."""

import csv
from dataclasses import dataclass
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
    ("新沟", "2020-07-07T08:00", 27.92, "tech.jiangsulong.com/a/2020/0707/0FG31555R020：超0.42"),
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


@dataclass
class Life:
    """An alarm of a station: the rungs it stood on, each with its hour, and when it ended."""

    name: str
    steps: list[tuple[str, datetime]]
    cleared: datetime | None = None


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


def river_slack() -> float:
    """How far a water level must come back before a rung is left, in metres, as is written."""
    rows = csv.DictReader((REFERENCE / "quantities.csv").open())
    return next(float(row["hysteresis"]) for row in rows if row["name"] == "水位")


def implied(rows: list[tuple[str, datetime, float]]) -> list[Life]:
    """The life of every alarm, by the levels alone and nothing of the program.

    A step upward is an alarm of its own and ends the one before; a step downward, and the end,
    come with the first value more than the slack under the rung.
    """
    slack, found = river_slack(), []
    stood: dict[str, tuple[float, Life]] = {}
    for name, at, value in sorted(rows, key=lambda r: r[1]):
        rungs = ladder(name, at.astimezone(SHANGHAI).date().isoformat())
        top = max((rung for rung in rungs if value >= rung[0]), default=None)
        hour, (held, life) = at.astimezone(UTC), stood.get(name, (float("-inf"), None))
        if top and top[0] > held:
            if life:
                life.cleared = hour
            life = Life(name, [(top[1], hour)])
            found.append(life)
            stood[name] = (top[0], life)
        elif life and value < round(held - slack, 4):
            if top:
                life.steps.append((top[1], hour))
                stood[name] = (top[0], life)
            else:
                life.cleared = hour
                del stood[name]
    return found


def hourly() -> list[tuple[str, datetime, float]]:
    """Every hour of July between the told ones, straight from one to the next.

    假定: each station begins three days before it is first told of, two metres lower, and what
    happens between two told hours is a straight line. Told hours hold told values. After the last
    of them the water goes down by five centimetres an hour: under its rung by half the slack, up
    over it again, then away from every rung.
    """
    rows: list[tuple[str, datetime, float]] = []
    for name in dict.fromkeys(t[0] for t in TOLD):
        knots = [(beijing(at), value) for who, at, value, _ in TOLD if who == name]
        knots.insert(0, (knots[0][0] - timedelta(days=3), knots[0][1] - 2.0))
        rungs = [v for v, _ in ladder(name, knots[-1][0].date().isoformat())]
        stood = max(v for v in rungs if v <= knots[-1][1])
        for to in (stood - 0.05, stood + 0.05, min(rungs) - 0.35):
            at, value = knots[-1]
            knots.append((at + timedelta(hours=max(1, round(abs(value - to) / 0.05))), to))
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


def lives(alarms: list[dict[str, Any]]) -> list[Life]:
    """The same of what the center tells, to be compared."""

    def instant(text: str) -> datetime:
        return datetime.fromisoformat(text).astimezone(UTC)

    return [
        Life(
            a["sensor_name"], [(s["level"], instant(s["at"])) for s in a["steps"]],
            instant(a["cleared_at"]) if a["cleared_at"] else None,
        )
        for a in alarms
    ]  # fmt: skip


def by_hour(found: list[Life]) -> list[Life]:
    """In the order of their raising, whoever raised several in one hour."""
    return sorted(found, key=lambda a: (a.steps[0][1], a.name))


def test_the_told_hours_raise_what_the_levels_of_the_day_imply(center):
    """Sourced values alone: each station's alarm at the told hour, nothing else, nothing twice."""
    rows = [(name, beijing(at), value) for name, at, value, _ in TOLD]
    alarms = fed(center, rows)
    assert {a["family"] for a in alarms} == {"level"}
    assert by_hour(lives(alarms)) == by_hour(implied(rows))
    known = {(a.name, *a.steps[0]) for a in lives(alarms)}
    assert ("汉口", "警戒", beijing("2020-07-07T08:00").astimezone(UTC)) in known
    assert ("新沟", "警戒", beijing("2020-07-07T08:00").astimezone(UTC)) in known  # over by 0.42
    assert ("永安水库", "保证", beijing("2020-07-08T08:00").astimezone(UTC)) in known
    assert ("湖口", "警戒", beijing("2020-07-12T20:00").astimezone(UTC)) in known  # 0.01 below 保证
    assert ("沙市", "设防", beijing("2020-07-31T08:00").astimezone(UTC)) in known
    assert all(a["rule_source"] for a in alarms)
    # sent once more, as a sender does that missed the answer: nothing is raised twice
    assert fed(center, rows) == alarms


def test_the_wave_of_july_raises_each_step_once_and_clears_it_at_its_hour(center):
    """Hour by hour, up and down again: every rung of every station, once; one wave, one surge.

    No alarm is of another family; all have ended, at the hour the slack implies, and a ripple
    within the slack has raised and ended nothing.
    """
    rows = hourly()
    alarms = fed(center, rows)
    assert {a["family"] for a in alarms} == {"level"}
    assert by_hour(lives(alarms)) == by_hour(implied(rows))
    assert {a["state"] for a in alarms} == {"cleared"}
    [crest] = [a for a in lives(alarms) if a.name == "汉口" and a.steps[0][0] == "警戒"]
    assert [level for level, _ in crest.steps] == ["警戒", "设防"]  # and down by the same way
    waves = [s for s in w.get(center, "/surges")["items"] if s["key"] == "river:长江"]
    wave = max(waves, key=lambda s: len(s["alarms"]))
    on_it = {a["sensor_name"] for a in alarms if a["surge_id"] == wave["id"]}
    assert {"汉口", "码头镇", "黄石", "黄州", "小池"} <= on_it
