"""Readings and positions are in the backup: restored whole or as of an instant, on both engines."""

from datetime import UTC, datetime, timedelta

import pytest

from data.domain.feeding import Reading
from data.domain.messages import StoreRows
from data.domain.org import SYSTEM
from data.domain.team import Team
from data.store.positions import Fix
from data.store.telemetry import Telemetry
from tests.postgres import database_of

MIDNIGHT = datetime(2020, 7, 7, 16, tzinfo=UTC)  # 8 July begins in Beijing
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
END = MIDNIGHT + 4 * DAY


@pytest.fixture
def working(database_url, tmp_path):
    """Four days of an hourly station, the first two archived, and a team that drives about."""
    url = f"sqlite:///{tmp_path / 'telemetry.db'}"
    made = Telemetry(url if database_url.startswith("sqlite") else database_url, tmp_path / "own")
    _feed(made, 0, 90)
    made.keeper.keep(MIDNIGHT + 3 * DAY + 18 * HOUR)
    yield made
    made.close()


@pytest.fixture(params=["into sqlite", "into postgresql"])
def empty(request, tmp_path):
    """A store elsewhere: a backup of either engine is for either."""
    folder = tmp_path / "elsewhere"
    if request.param == "into sqlite":
        made = Telemetry(f"sqlite:///{folder / 'telemetry.db'}")
        yield made
        made.close()
        return
    with database_of(request.getfixturevalue("postgres_url")) as url:
        made = Telemetry(url, folder)
        yield made
        made.close()


def _feed(store, first, end):
    hours = range(first, end)
    store.add_readings(
        [Reading(sensor="S-1", value=float(n), at=MIDNIGHT + n * HOUR) for n in hours]
    )
    store.add_positions([Fix(team="TM-1", lon=n, lat=30.0, at=MIDNIGHT + n * HOUR) for n in hours])


def _said(store, until=END):
    return (
        [r.value for r in store.series("S-1", MIDNIGHT, until)],
        store.history("S-1", MIDNIGHT, until, 4).buckets,
        [f.lon for f in store.track("TM-1", MIDNIGHT, until)],
        {k: (v.value, v.at) for k, v in store.readings().items()},
        store.positions(),
    )


def test_what_was_kept_is_there_again(working, empty, tmp_path):
    """Hot days, older days, sums for charts, newest values and every place."""
    assert working._readings.shelf.archive.days()
    working.keep(tmp_path / "kept")
    empty.restore(tmp_path / "kept")
    assert _said(empty) == _said(working)
    assert len(_said(empty)[0]) == 90


def test_a_second_run_writes_only_what_is_new(working, empty, tmp_path):
    """Ten minutes that nobody wrote to stay as they lie; both runs together restore all."""
    working.keep(tmp_path / "kept")
    files = {p: p.stat().st_mtime_ns for p in (tmp_path / "kept").rglob("hot/*/*.parquet")}
    _feed(working, 90, 95)
    working.keep(tmp_path / "kept")
    assert files
    assert all(p.stat().st_mtime_ns == at for p, at in files.items())
    empty.restore(tmp_path / "kept")
    assert _said(empty) == _said(working)


@pytest.mark.parametrize("hours", [30, 80], ids=["in an archived day", "in a hot day"])
def test_an_instant_is_restored_without_what_came_later(working, empty, tmp_path, hours):
    """Rows up to the instant, none after it, wherever its day lies."""
    working.keep(tmp_path / "kept")
    until = MIDNIGHT + hours * HOUR
    empty.restore(tmp_path / "kept", until)
    assert _said(empty)[0] == [float(n) for n in range(hours + 1)]
    assert _said(empty)[2] == list(range(hours + 1))
    assert empty.readings()["S-1"].at == until


def test_both_commands_carry_telemetry(tmp_path, monkeypatch, capsys):
    """`backup` and `restore` of a center that has measured: the drill, end to end."""
    from dashboard.__main__ import main
    from data.center import build_center
    from data.config import Settings

    before = build_center(Settings(var=tmp_path / "old", scenario="none"))
    team = Team(id="TM-1", name="一队", area_code="420100", lon=114.3, lat=30.6, people=9)
    before.handle(StoreRows(what="队伍", things=(team,)), SYSTEM)
    _feed(before.telemetry, 0, 5)
    said = _said(before.telemetry)
    before.close()
    for name, command in (("old", "backup"), ("new", "restore")):
        monkeypatch.setenv("HUBEI_SCENARIO", "none")
        monkeypatch.setenv("HUBEI_VAR", str(tmp_path / name))
        assert main([command, str(tmp_path / "kept")]) == 0
    assert "监测数据和位置已一并恢复" in capsys.readouterr().out
    after = build_center(Settings(var=tmp_path / "new", scenario="none"))
    assert _said(after.telemetry) == said
    after.close()
