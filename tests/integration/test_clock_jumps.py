"""A machine's clock jumps three hours and back: proofs, locks, deadlines, warnings, the record."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pyotp
import pytest

from data.domain.access_policy import POLICIES, AccessPolicy
from data.domain.org import Actor
from data.errors import Invalid, NotSignedIn, SecondFactorNeeded, TooMany
from data.services.accounts import AccountService
from data.services.throttle import Throttle
from tests.serving import PASSWORD

JUMP = timedelta(hours=3)
HERE = "10.0.0.1"


class Clock:
    """The machine's clock, beside the true time that phones show; the test moves both."""

    def __init__(self) -> None:
        self.true = datetime.now(UTC).replace(microsecond=0)
        self.wrong = timedelta()

    def __call__(self) -> datetime:
        """What the machine shows."""
        return self.true + self.wrong

    def pass_(self, **by: float) -> None:
        """Let time pass."""
        self.true += timedelta(**by)


@pytest.fixture
def clock() -> Clock:
    """A clock that is right, and stands still."""
    return Clock()


@pytest.fixture
def accounts(database, clock) -> AccountService:
    """The accounts of a new center; many failures lock."""
    service = AccountService(
        database.units.transaction, database.reader, None, clock,
        AccessPolicy(password=POLICIES["dengbao3"]),
    )  # fmt: skip
    service.seed(PASSWORD, exercise=False)
    return service


def enrolled(accounts: AccountService, clock: Clock) -> tuple[pyotp.TOTP, list[str]]:
    """The duty officer's phone, and the backup codes."""
    duty = Actor.of("duty", "duty", "420000")
    one = pyotp.TOTP(accounts.begin_totp(duty)["secret"])
    backup = accounts.confirm_totp(duty, one.at(clock.true))
    clock.pass_(seconds=30)
    return one, backup


@pytest.mark.parametrize("way", [JUMP, -JUMP])
def test_a_phone_that_is_right_is_told_to_compare_and_works_when_the_clock_is_back(
    accounts, clock, way
):
    """While the clock is wrong the center says its time and the way round; no code counts twice."""
    one, backup = enrolled(accounts, clock)
    first = one.at(clock.true)
    secret, held = accounts.sign_in("duty", PASSWORD, HERE, code=first)
    clock.wrong = way
    clock.pass_(seconds=30)
    with pytest.raises(SecondFactorNeeded, match="若与手机不符，请改用备用码") as told:
        accounts.sign_in("duty", PASSWORD, HERE, code=one.at(clock.true))
    assert f"{clock().astimezone(tz=None):%M:%S}" in told.value.detail
    with pytest.raises(Invalid) as refused:
        accounts.step_up(held, "", one.at(clock.true), HERE)
    assert "中心时间" in refused.value.detail
    accounts.sign_in("duty", PASSWORD, HERE, code=backup[0])  # the way round
    clock.wrong = timedelta()
    with pytest.raises(SecondFactorNeeded):
        accounts.sign_in("duty", PASSWORD, HERE, code=first)
    accounts.sign_in("duty", PASSWORD, HERE, code=one.at(clock.true))
    assert accounts.session_of(secret) is not None


def test_a_code_of_the_wrong_time_does_not_shut_out_those_of_the_right_one(accounts, clock):
    """A phone set wrong too is let in by a wrong clock; afterwards the true codes go on, once."""
    one, _ = enrolled(accounts, clock)
    before, clock.wrong = one.at(clock.true), JUMP
    accounts.sign_in("duty", PASSWORD, HERE, code=one.at(clock()))
    ahead, clock.wrong = one.at(clock.true + JUMP), timedelta()
    _, held = accounts.sign_in("duty", PASSWORD, HERE, code=before)
    with pytest.raises(SecondFactorNeeded):
        accounts.sign_in("duty", PASSWORD, HERE, code=before)
    clock.pass_(seconds=30)
    accounts.step_up(held, "", one.at(clock.true), HERE)
    clock.true += JUMP - timedelta(seconds=30)  # now the code that was used ahead is of the hour
    assert one.at(clock.true) == ahead
    with pytest.raises(SecondFactorNeeded):
        accounts.sign_in("duty", PASSWORD, HERE, code=ahead)
    clock.pass_(seconds=30)
    accounts.sign_in("duty", PASSWORD, HERE, code=one.at(clock.true))


def test_a_proof_and_a_lock_of_a_fast_clock_last_no_longer_than_any_other(accounts, clock):
    """Both were given for minutes; a clock set back must not make hours of them."""
    clock.wrong = JUMP
    secret, held = accounts.sign_in("duty", PASSWORD, HERE)
    assert held.actor.proved_until > clock()
    clock.wrong = timedelta()
    held = accounts.session_of(secret)
    assert held is not None, "the session itself goes on"
    assert held.actor.proved_until < clock()
    accounts.step_up(held, PASSWORD, "", HERE)
    assert accounts.session_of(secret).actor.proved_until > clock()

    clock.wrong = JUMP
    for n in range(accounts.policy.password.lock_after):
        with pytest.raises(NotSignedIn):
            accounts.sign_in("leader", "wrong", f"10.0.1.{n}")
    clock.wrong = timedelta()
    with pytest.raises(TooMany, match="锁定，请 31 分钟后"):
        accounts.sign_in("leader", PASSWORD, "10.0.2.1")
    clock.pass_(minutes=31)
    accounts.sign_in("leader", PASSWORD, "10.0.2.1")


def test_a_guesser_s_wait_of_a_fast_clock_begins_anew(clock):
    """Half a minute, not three hours of it."""
    throttle, clock.wrong = Throttle(clock), JUMP
    for _ in range(5):
        throttle.failed("duty", HERE)
    clock.wrong = timedelta()
    with pytest.raises(TooMany, match="31 秒"):
        throttle.check("duty", HERE)
    clock.pass_(seconds=31)
    throttle.check("duty", HERE)
