"""Starting an exercise again: a new database, the same people at the door."""

from pathlib import Path

import pytest

from data.domain.org import SYSTEM
from data.errors import NotSignedIn
from data.services.accounts import AccountService
from data.store.database import Database

PASSWORD = "a-password-of-ours"


def _opened(folder: Path) -> tuple[Database, AccountService]:
    database = Database(f"sqlite:///{folder / 'center.db'}")
    database.migrate()
    return database, AccountService(database.units.transaction, database.reader)


def test_nobody_is_locked_out(tmp_path: Path) -> None:
    """Accounts made since, open sessions and unused wall codes hold in the new database."""
    old, accounts = _opened(tmp_path / "old")
    accounts.seed(PASSWORD, exercise=True)
    accounts.create(SYSTEM, "zhang", "张三", "duty", "420000", PASSWORD)
    secret, session = accounts.sign_in("duty", PASSWORD, "127.0.0.1")
    code = accounts.make_device_code(SYSTEM, "大屏")
    rows = old.doors()
    old.close()
    new, accounts = _opened(tmp_path / "new")
    with pytest.raises(NotSignedIn):
        accounts.sign_in("zhang", PASSWORD, "127.0.0.1")
    new.keep_doors(rows)
    accounts = AccountService(new.units.transaction, new.reader)
    assert accounts.sign_in("zhang", PASSWORD, "127.0.0.1")[1].actor.username == "zhang"
    held = accounts.session_of(secret)
    assert held is not None
    assert held.csrf == session.csrf
    assert accounts.redeem(code, "127.0.0.1")[1].kind == "device"
    new.close()


def test_seeding_after_it_makes_nobody_new(tmp_path: Path) -> None:
    """The seed of the new database finds its people there and draws no second password."""
    old, accounts = _opened(tmp_path / "old")
    accounts.seed(None, exercise=True)
    rows = old.doors()
    old.close()
    new, accounts = _opened(tmp_path / "new")
    new.keep_doors(rows)
    assert accounts.seed(None, exercise=True) == ([], None)
    new.close()
