"""The store keeps every rule of its house on both engines."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

import data.store.accounts_schema  # noqa: F401 - its tables belong to the same metadata
from data.domain.depot import Lot
from data.domain.dispatch import Assignment
from data.domain.incident import Incident
from data.domain.org import Actor, Area, AreaTree
from data.domain.team import Team
from data.errors import Conflict, Forbidden, Invalid, NotFound, Stale
from data.store.database import Database
from data.store.journal import verify
from data.store.queries import Queries
from data.store.schema import metadata
from data.store.telemetry import Fix, Reading, Telemetry

NOW = datetime(2020, 7, 8, tzinfo=UTC)
AREAS = AreaTree.of(
    Area(
        code=code, name=name, short_name=name, parent=parent,
        is_prefecture=prefecture, is_county=county,
    )
    for code, name, parent, prefecture, county in (
        ("420000", "湖北省", None, False, False),
        ("421100", "黄冈市", "420000", True, False),
        ("421127", "黄梅县", "421100", False, True),
        ("420100", "武汉市", "420000", True, False),
    )
)  # fmt: skip


@pytest.fixture
def queries(database, clock):
    """Queries over the database, with telemetry beside it."""
    telemetry = Telemetry(database.telemetry_url)
    yield Queries(database.reader, telemetry, AREAS, clock)
    telemetry.close()


def write(database, actor, clock, *things, summary="记录"):
    """Put things in one unit and return them as kept."""
    with database.units.unit("Test", actor, clock) as unit:
        kept = [unit.put(thing) for thing in things]
        unit.tell(summary)
    return kept


def an_incident(**given):
    """An open incident in 黄梅."""
    base = {
        "id": "I-0001", "letter": "甲", "name": "滑坡", "short_name": "滑坡", "type": "landslide",
        "area_code": "421127", "received_at": NOW, "opened_at": NOW,
    }  # fmt: skip
    return Incident(**(base | given))


def test_migrating_twice_changes_nothing(database, duty, clock):
    """A second start finds the schema as it is and keeps the rows."""
    write(database, duty, clock, Team(id="TM-1", name="一队"))
    database.migrate()
    with database.reader.connect() as connection:
        assert verify(connection).rows == 1


def test_the_migrations_make_the_schema_the_code_expects(database):
    """Walking every migration gives exactly the tables, columns and indexes of the schema."""
    with database.reader.connect() as connection:
        context = MigrationContext.configure(connection)
        differences = [
            d
            for d in compare_metadata(context, metadata)
            if d[0] != "remove_table"
            or not d[1].name.startswith(("position", "quarantine", "intake", "telemetry"))
        ]
    assert not differences


def test_numbers_are_gap_free_and_refused_units_leave_none(database, duty, clock):
    """A unit that raises takes no number; the next one takes it."""
    write(database, duty, clock, Team(id="TM-1", name="一队"))

    def fail():
        with database.units.unit("Test", duty, clock) as unit:
            unit.put(Team(id="TM-2", name="二队"))
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail()
    write(database, duty, clock, Team(id="TM-3", name="三队"))
    with database.reader.connect() as connection:
        seqs = connection.execute(text("SELECT seq FROM journal ORDER BY seq")).scalars().all()
        assert seqs == [1, 2]
        assert connection.execute(text("SELECT count(*) FROM team")).scalar() == 2


def test_a_stale_version_is_refused(database, duty, clock):
    """Two officers read one team; the second to write is told that it changed."""
    [team] = write(database, duty, clock, Team(id="TM-1", name="一队"))
    write(database, duty, clock, replace(team, people=10))
    with pytest.raises(Stale):
        write(database, duty, clock, replace(team, people=20))


def test_one_active_assignment_per_team(database, duty, clock):
    """The database refuses a second active assignment of one team, whatever the code does."""
    base = {"dispatch_id": "D-1", "team_id": "TM-1"}
    write(database, duty, clock, Assignment(id="A-1", incident_id="I-1", **base))
    with pytest.raises(Conflict):
        write(database, duty, clock, Assignment(id="A-2", incident_id="I-2", **base))


def test_a_released_team_may_be_assigned_again(database, duty, clock):
    """Once the first assignment has been released the team is free."""
    base = {"dispatch_id": "D-1", "team_id": "TM-1"}
    [first] = write(database, duty, clock, Assignment(id="A-1", incident_id="I-1", **base))
    write(database, duty, clock, replace(first, released_seq=2))
    write(database, duty, clock, Assignment(id="A-2", incident_id="I-2", **base))


def test_a_lot_is_never_promised_beyond_its_stock(database, duty, clock):
    """Twenty threads each want 10 of 100, 20 of which are kept back: eight get it."""
    lot = Lot(id="L-1", depot_id="DP-1", item_id="IT-1", on_hand=100, keep=20)
    write(database, duty, clock, lot)

    def take(_):
        try:
            with database.units.unit("Test", duty, clock) as unit:
                unit.reserve("L-1", 10)
                unit.tell("预留")
        except Conflict:
            return 0
        return 1

    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(take, range(20))) == 8
    with database.reader.connect() as connection:
        assert connection.execute(text("SELECT reserved FROM lot")).scalar() == 80
        assert verify(connection).ok


def test_stock_below_its_promises_is_refused_by_the_database(database, duty, clock):
    """The CHECK holds even for a thing written whole."""
    lot = Lot(id="L-1", depot_id="DP-1", item_id="IT-1", on_hand=10, reserved=11)
    with pytest.raises(Conflict):
        write(database, duty, clock, lot)


@pytest.mark.parametrize("table", ["journal", "image"])
@pytest.mark.parametrize("verb", ["UPDATE {t} SET seq = seq + 1", "DELETE FROM {t}"])
def test_the_journal_is_append_only(database, duty, clock, table, verb):
    """Triggers refuse to change or remove a row on both engines."""
    write(database, duty, clock, Team(id="TM-1", name="一队"))
    with pytest.raises(DBAPIError, match="append-only"), database.writer.begin() as connection:
        connection.execute(text(verb.format(t=table)))


def _disarm(database: Database) -> None:
    """Switch the triggers off, as a database administrator could."""
    with database.writer.begin() as connection:
        if database.writer.dialect.name == "sqlite":
            connection.execute(text("DROP TRIGGER journal_no_UPDATE"))
            connection.execute(text("DROP TRIGGER image_no_UPDATE"))
        else:
            connection.execute(text("ALTER TABLE journal DISABLE TRIGGER ALL"))
            connection.execute(text("ALTER TABLE image DISABLE TRIGGER ALL"))


@pytest.mark.parametrize(
    "tamper",
    [
        "UPDATE journal SET summary = '另说' WHERE seq = 2",
        "UPDATE journal SET actor = 'nobody' WHERE seq = 2",
        "UPDATE image SET body = replace(body, '队', '对') WHERE seq = 2",
    ],
)
def test_the_chain_names_the_first_row_that_was_changed(database, duty, clock, tamper):
    """With the triggers off, a changed row, author or image is found at its number."""
    for number in range(3):
        write(database, duty, clock, Team(id=f"TM-{number}", name="一队"))
    _disarm(database)
    with database.writer.begin() as connection:
        connection.execute(text(tamper))
    with database.reader.connect() as connection:
        verdict = verify(connection)
    assert (verdict.ok, verdict.broken_at) == (False, 2)


def test_racing_threads_lose_no_update(database, duty, clock):
    """Eight threads add one to a counter fifty times each; none is lost."""
    write(database, duty, clock, Team(id="TM-1", name="一队", people=0))

    def add(_):
        with database.units.unit("Test", duty, clock) as unit:
            team = unit.get(Team, "TM-1")
            unit.put(replace(team, people=team.people + 1))
            unit.tell("加一")

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(add, range(400)))
    with database.units.unit("Test", duty, clock) as unit:
        assert unit.get(Team, "TM-1").people == 400


def test_replay_shows_what_was_known_then(database, queries, duty, clock):
    """The situation at a number is the one of that number, whatever came later."""
    [incident] = write(database, duty, clock, an_incident())
    write(database, duty, clock, replace(incident, name="改名"))
    assert queries.situation(duty, at=1).incidents["I-0001"].name == "滑坡"
    assert queries.situation(duty).incidents["I-0001"].name == "改名"
    assert queries.situation(duty, at=0).incidents == {}


def test_replay_of_the_newest_number_equals_now(database, queries, duty, clock):
    """Folding the images gives exactly what the tables hold."""
    kept = write(database, duty, clock, an_incident(), Team(id="TM-1", name="一队"))
    write(database, duty, clock, replace(kept[1], people=3))
    now, then = queries.situation(duty), queries.situation(duty, at=2)
    assert (now.incidents, now.teams, now.lines) == (then.incidents, then.teams, then.lines)


def test_replay_refuses_a_number_outside_the_journal(queries, duty):
    """The error names the field and the numbers that may be asked for."""
    with pytest.raises(Invalid) as refused:
        queries.situation(duty, at=99)
    assert refused.value.errors[0]["field"] == "at"


def test_an_instant_is_answered_by_the_last_number_before_it(database, queries, duty):
    """Replay to 08:00 shows the row of 07:30 and not that of 09:00."""

    class At:
        def __init__(self, hour):
            self.hour = hour

        def now(self):
            return NOW + timedelta(hours=self.hour)

    write(database, duty, At(1), an_incident())
    write(database, duty, At(3), Team(id="TM-1", name="一队"))
    seen = queries.situation(duty, at=NOW + timedelta(hours=2))
    assert (seen.revision, list(seen.incidents), list(seen.teams)) == (1, ["I-0001"], [])


def test_outside_one_s_area_things_do_not_exist(database, queries, duty, clock):
    """武汉 sees neither 黄梅's incident nor its team; 黄梅 and 黄冈 do."""
    team = Team(id="TM-1", name="一队", area_code="421127")
    write(database, duty, clock, an_incident(), team)
    wuhan = Actor.of("w", "duty", "420100")
    assert queries.situation(wuhan).incidents == {}
    assert queries.situation(wuhan).teams == {}
    with pytest.raises(NotFound):
        queries.incident(wuhan, "I-0001")
    for org in ("421127", "421100"):
        assert list(queries.situation(Actor.of("d", "duty", org)).teams) == ["TM-1"]
    assert queries.journal(wuhan) == []


def test_a_team_sent_to_a_visible_incident_is_seen(database, queries, duty, clock):
    """黄梅 sees 武汉's team from the moment it is ordered to 黄梅."""
    team = Team(id="TM-1", name="一队", area_code="420100")
    order = Assignment(id="A-1", dispatch_id="D-1", team_id="TM-1", incident_id="I-0001")
    write(database, duty, clock, an_incident(), team)
    huangmei = Actor.of("d", "duty", "421127")
    assert queries.situation(huangmei).teams == {}
    write(database, duty, clock, order)
    assert list(queries.situation(huangmei).teams) == ["TM-1"]


def test_security_officers_may_not_read_the_situation(queries):
    """Reading is a permission like any other."""
    with pytest.raises(Forbidden):
        queries.situation(Actor.of("s", "security", "420000"))


def test_committed_facts_are_pushed_in_order(database, duty, clock):
    """Each commit tells its listeners its number, what changed and for which incident."""
    heard = []
    database.units.listeners.append(heard.append)
    write(database, duty, clock, an_incident(), summary="开设")
    write(database, duty, clock, Team(id="TM-1", name="一队"))
    assert [fact["seq"] for fact in heard] == [1, 2]
    assert heard[0]["kinds"] == ["incident"]
    assert heard[0]["facts"][0]["letter"] == "甲"


def test_telemetry_keeps_the_newest_and_remembers_over_a_restart(database):
    """A late reading does not replace a newer one; a new process finds the newest."""
    first = Telemetry(database.telemetry_url)
    first.add_readings([Reading(sensor="S-1", value=27.3, at=NOW)])
    first.add_readings([Reading(sensor="S-1", value=27.1, at=NOW - timedelta(hours=1))])
    first.add_positions([Fix(team="TM-1", lon=114.0, lat=30.0, at=NOW)])
    assert first.readings()["S-1"].value == 27.3
    again = Telemetry(database.telemetry_url)
    assert again.readings()["S-1"].value == 27.3
    assert again.positions()["TM-1"].lon == 114.0
    assert again.readings(at=NOW - timedelta(minutes=30))["S-1"].value == 27.1
    first.close()
    again.close()


def test_a_letter_is_held_by_one_open_incident(database, duty, clock):
    """Two open incidents never share 甲; a closed one gives it back."""
    [first] = write(database, duty, clock, an_incident())
    with pytest.raises(Conflict):
        write(database, duty, clock, an_incident(id="I-0002"))
    write(database, duty, clock, replace(first, status="closed"))
    write(database, duty, clock, an_incident(id="I-0002"))
