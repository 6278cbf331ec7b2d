"""One store on each engine: every test that asks for `database` runs on both."""

import atexit
import shutil
import tempfile
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from data.domain.clock import RealClock
from data.domain.org import Actor
from data.store.database import Database
from tests.integration import plan_world
from tests.postgres import create_database, database_of


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request, tmp_path) -> Iterator[str]:
    """The address of an empty database, on SQLite and on PostgreSQL; migrated for `database`."""
    made = "database" in request.fixturenames
    if request.param == "sqlite":
        file = tmp_path / "center.db"
        if made:
            shutil.copyfile(_migrated_file(), file)
        yield f"sqlite:///{file}"
        return
    server = request.getfixturevalue("postgres_url")
    with database_of(server, *([_migrated_database(server)] if made else [])) as url:
        yield url


@cache
def _migrated_file() -> Path:
    """A database file with the newest schema and nothing in it, made once a run."""
    folder = Path(tempfile.mkdtemp(prefix="hubei-schema-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return _migrated(f"sqlite:///{folder / 'center.db'}").file


@cache
def _migrated_database(server: str) -> str:
    """The name of such a database on a server."""
    _migrated(create_database(server, "migrated"))
    return "migrated"


def _migrated(url: str) -> Database:
    """A database brought to the newest schema, and closed."""
    made = Database(url)
    made.migrate()
    made.close()
    return made


@pytest.fixture
def database(database_url) -> Iterator[Database]:
    """A migrated database on each engine: a copy of one that was migrated."""
    made = Database(database_url)
    made.migrate()
    yield made
    made.close()


@pytest.fixture
def duty() -> Actor:
    """A provincial duty officer."""
    return Actor.of("duty", "duty", "420000")


@pytest.fixture
def clock() -> RealClock:
    """The machine's clock."""
    return RealClock()


@pytest.fixture(scope="session")
def exercise_server(tmp_path_factory) -> Iterator[Any]:
    """An exercise with its forces, its clock standing still, behind a real server."""
    from tests.serving import Running

    var = tmp_path_factory.mktemp("exercise")
    with Running(var, scenario="2020-07-08", seed=False, pages={}) as made:
        made.center.seed()
        made.center.clock.change(paused=True)
        yield made


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def loaded(request, tmp_path_factory):
    """Two incidents and the exercise's forces, on each engine."""
    server = None if request.param == "sqlite" else request.getfixturevalue("postgres_url")
    with plan_world.opened(tmp_path_factory.mktemp("var"), server) as center:
        yield center


@pytest.fixture
def world(loaded):
    """The center with every team home again after each test."""
    yield loaded
    plan_world.home(loaded)
