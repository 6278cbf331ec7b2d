"""One store on each engine: every test that asks for `database` runs on both."""

import uuid
from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy import create_engine
from sqlalchemy.engine import make_url

from data.domain.clock import RealClock
from data.domain.org import Actor
from data.store.database import Database
from tests.integration import plan_world


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request, tmp_path) -> Iterator[str]:
    """The address of an empty database, on SQLite and on PostgreSQL."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'center.db'}"
        return
    server = make_url(request.getfixturevalue("postgres_url"))
    name = f"t{uuid.uuid4().hex[:12]}"
    admin = create_engine(server, isolation_level="AUTOCOMMIT")
    with admin.connect() as connection:
        connection.exec_driver_sql(f"CREATE DATABASE {name}")
    yield server.set(database=name).render_as_string(hide_password=False)
    with admin.connect() as connection:
        connection.exec_driver_sql(f"DROP DATABASE {name} WITH (FORCE)")
    admin.dispose()


@pytest.fixture
def database(database_url) -> Iterator[Database]:
    """A migrated database on each engine."""
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
