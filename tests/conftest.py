"""Fixtures every room of tests may use, and the order of the rooms."""

import gc
from collections.abc import Iterator
from pathlib import Path

import pytest
from argon2 import PasswordHasher
from hypothesis import settings

from data.services import accounts, credentials, secret, sessions
from tests.postgres import throwaway_postgres, why_not

settings.register_profile("house", deadline=None)  # tests never assert wall time
settings.load_profile("house")

_ROOMS = ("house", "unit", "integration", "browser")


@pytest.fixture(scope="session", autouse=True)
def quick_passwords() -> Iterator[None]:
    """Passwords are hashed in no time: ten accounts a center, and every signing in, add up.

    The program's own way is held by `unit/test_secret.py`, and runs in servers that are processes.
    """
    quick = PasswordHasher(memory_cost=64, time_cost=1, parallelism=1)
    with pytest.MonkeyPatch.context() as patch:
        for module in (accounts, credentials, secret, sessions):
            patch.setattr(module, "HASHER", quick)
        yield


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[str]:
    """The SQLAlchemy address of one throw-away PostgreSQL; skipped by name where there is none."""
    reason = why_not()
    if reason:
        pytest.skip(reason)
    with throwaway_postgres() as url:
        yield url


@pytest.fixture(scope="session")
def postgres_url(postgres_server: str) -> str:
    """The same address: a database shared by the session; each test cleans up or makes its own."""
    return postgres_server


def pytest_collection() -> None:
    """What is imported and collected stays: nothing of it is looked through for garbage."""
    gc.disable()


def pytest_collection_finish() -> None:
    """From here on garbage is looked for in what the tests make, as a server does with its own.

    Each search went through all modules and tests, for one to two seconds a time.
    """
    gc.enable()
    gc.collect()
    gc.freeze()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark tests by what they need, and run the quick rooms first and the browser last.

    Playwright's loop lives in the main thread until the session ends, and ``asyncio.run`` refuses
    to start beside it: so the browser comes after everything else (`--no-loadscope-reorder`).
    """
    for item in items:
        if {"postgres_server", "postgres_url"} & set(getattr(item, "fixturenames", ())):
            item.add_marker(pytest.mark.postgres)
        if _room(item) == "browser":
            item.add_marker(pytest.mark.browser)
    items.sort(key=lambda item: _ROOMS.index(_room(item)) if _room(item) in _ROOMS else 0)


def _room(item: pytest.Item) -> str:
    """The folder below ``tests`` that a test lives in; its own file's name for the rest."""
    parts = Path(item.path).relative_to(Path(__file__).parent).parts
    return parts[0]
