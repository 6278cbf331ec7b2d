"""What is first written by several at the same instant, on both engines: nobody meets an error."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from threading import Barrier

import pytest

from data.domain.access_policy import AccessPolicy
from data.domain.org import Actor
from data.errors import Conflict, NotSignedIn, TooMany
from data.services.accounts import AccountService
from data.store.blobs import keep_blob, read_blob
from data.store.sharing_book import SharingBook
from tests.serving import PASSWORD

MANY = 6


def at_once(do):
    """Do something in many threads that begin together; each one's answer or error."""
    together = Barrier(MANY)

    def one(number):
        together.wait(30)
        try:
            return do(number)
        except Exception as error:  # noqa: BLE001 - each is looked at by the test
            return error

    with ThreadPoolExecutor(MANY) as pool:
        return list(pool.map(one, range(MANY)))


def made(database, **rules):
    """The accounts of a new center; the real time stands still."""
    now, plain = datetime.now(UTC), AccessPolicy()
    service = AccountService(
        database.units.transaction, database.reader, None, lambda: now,
        replace(plain, password=replace(plain.password, **rules)),
    )  # fmt: skip
    service.seed(PASSWORD, exercise=False)
    return service


def test_an_account_signs_in_for_the_first_time_on_many_devices(database):
    """A shift's account opened on every desk at once opens on every desk."""
    accounts = made(database)
    got = at_once(lambda n: accounts.sign_in("duty", PASSWORD, f"10.0.0.{n}")[1].actor.username)
    assert got == ["duty"] * MANY


def test_failures_at_once_are_each_counted(database):
    """Guessing in parallel locks the account as guessing in turn would."""
    accounts = made(database, lock_after=MANY, lock_for=timedelta(minutes=10))
    got = at_once(lambda n: accounts.sign_in("duty", "wrong", f"10.0.0.{n}"))
    assert [type(e) for e in got] == [NotSignedIn] * MANY
    with pytest.raises(TooMany, match="锁定"):
        accounts.sign_in("duty", PASSWORD, "10.0.0.99")


def test_one_name_makes_one_account(database):
    """Two officers who create the same account: one does, the others are told."""
    accounts = made(database)
    admin = Actor.of("admin", "admin", "420000")
    got = at_once(
        lambda n: accounts.create(admin, "new", f"新{n}", "duty", "420000", "Strong-pass-9")
    )
    refused = [e for e in got if isinstance(e, Exception)]
    assert len(refused) == MANY - 1
    assert {type(e) for e in refused} == {Conflict}


def test_one_file_is_kept_once(database):
    """The same picture sent by many phones is one file, and nobody's upload fails."""

    def keep(_):
        with database.units.transaction() as connection:
            return keep_blob(connection, b"picture", "image/png")

    [key] = set(at_once(keep))
    assert read_blob(database.reader, key) == (b"picture", "image/png")


def test_the_first_plans_have_numbers_of_their_own(database):
    """Two plans begun at once on a new center are two plans."""
    got = at_once(lambda _: database.next_plan_id())
    assert sorted(got) == [f"P-{n:05d}" for n in range(1, MANY + 1)]


def test_counts_of_a_connector_add_up(database):
    """Two servers that note what a connector took lose none of it."""
    book = SharingBook(database.units.transaction, database.reader)
    got = at_once(lambda _: book.note("C-1", add={"taken": 1}))
    assert sorted(each.taken for each in got) == list(range(1, MANY + 1))
    assert book.of("C-1").taken == MANY
