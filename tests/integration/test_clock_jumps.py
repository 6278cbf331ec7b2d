"""A machine's clock jumps three hours and back: proofs, locks, deadlines, warnings, the record."""

from __future__ import annotations

import os
import subprocess
import sys
from datetime import UTC, datetime, timedelta

import pyotp
import pytest

from data.domain import escalation, steady
from data.domain.access_policy import POLICIES, AccessPolicy
from data.domain.org import Actor
from data.domain.steady import Steady
from data.domain.task import Task
from data.errors import Invalid, NotSignedIn, SecondFactorNeeded, TooMany
from data.services.accounts import AccountService
from data.services.throttle import Throttle
from tests.faults import odd_days
from tests.integration import plan_world as w
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


# ---------------------------------------------------------------- what time alone decides


class Hands:
    """Wall and steady clock of a machine."""

    def __init__(self) -> None:
        self.wall, self.steady = datetime(2020, 7, 8, tzinfo=UTC), 0.0

    def pass_(self, seconds: float) -> None:
        """Let time pass on both."""
        self.wall += timedelta(seconds=seconds)
        self.steady += seconds


@pytest.fixture
def hands(monkeypatch) -> Hands:
    """The machine's clock in the hands of the test, right so far."""
    held = Hands()
    watch = Steady(lambda: held.wall, lambda: held.steady)
    assert watch.jumped() is None
    monkeypatch.setattr(steady, "_machine", watch)
    return held


def test_a_jump_is_told_from_time_and_drift_and_believed_in_the_end(hands):
    """An hour between two looks is no jump, nor are two seconds an hour; three hours are one."""
    for _ in range(200):
        hands.pass_(3600)
        hands.wall += timedelta(seconds=2)
        assert steady.machine().jumped() is None
    hands.wall += JUMP
    assert steady.machine().jumped() == JUMP
    assert "突然变快 3 小时 0 分" in steady.machine().part().said
    hands.wall -= JUMP
    assert steady.machine().part().up
    hands.wall -= JUMP
    assert steady.machine().jumped() == -JUMP
    hands.pass_(steady.BELIEVED_AFTER_S - 1)
    assert "突然变慢 3 小时 0 分" in steady.machine().part().said
    hands.pass_(1)
    assert steady.machine().jumped() is None
    hands.wall += JUMP
    assert steady.machine().jumped() == JUMP, "the time believed in is what the next is held to"


@pytest.mark.skipif(odd_days.why_no_clock() is not None, reason=odd_days.why_no_clock() or "")
def test_a_clock_that_somebody_really_sets_is_noticed(tmp_path):
    """A program's own clock is put three hours on and back under it, by libfaketime."""
    hand = tmp_path / "hand"
    hand.write_text("+0h\n")
    program = [sys.executable, "-c", _WATCHING, str(hand)]
    env = {**os.environ, **odd_days.faked(hand)}
    done = subprocess.run(
        program, env=env, capture_output=True, text=True, timeout=120, check=True
    )
    assert done.stdout.split() == ["0", "3", "0", "-3", "0"]


_WATCHING = """
import select, sys, time
from pathlib import Path
from data.domain.steady import machine
def hours():
    off = machine().jumped()
    return 0 if off is None else round(off.total_seconds() / 3600)
print(hours())
for jump in (3, 0, -3, 0):
    Path(sys.argv[1]).write_text(f"{jump:+d}h\\n")
    until = time.monotonic() + 20
    while hours() != jump and time.monotonic() < until:
        select.select([], [], [], 0.05)  # sleep() runs on the clock that is being moved
    print(hours())
"""


def calls_of(center) -> list[Task]:
    """Every call about a deadline, the earliest first."""
    return sorted((t for t in w.seen(center).tasks.values() if t.clock), key=lambda t: t.id)


@pytest.fixture
def center(tmp_path):
    """The world of two incidents in 黄梅, its clock standing still."""
    with w.opened(tmp_path, None) as made:
        yield made


def set_clock(center, at: datetime) -> int:
    """Put the center's clock there and let it look round."""
    center.exercise.clock.change(jump_to=at)
    return center.attend()


def test_a_jump_that_is_corrected_calls_nobody_and_ends_nothing(center, hands):
    """What the clock alone decides waits, and the center says so; then all is as before."""
    start, before = center.clock.now(), center.queries.revision()
    hands.wall += JUMP
    assert set_clock(center, start + JUMP) == 0
    (clock,) = [part for part in center.parts() if part.name == "clock"]
    assert (clock.up, "请立即校时" in clock.said) == (False, True)
    hands.wall -= JUMP
    assert set_clock(center, start) == 0
    assert center.queries.revision() == before
    assert all(part.up for part in center.parts() if part.name == "clock")


def test_calls_of_a_clock_that_was_believed_are_withdrawn_and_made_again_in_time(center):
    """Each deadline is called once when it is really overdue, and goes up at its usual pace."""
    start = center.clock.now()
    assert set_clock(center, start + JUMP) > 0
    wrong = calls_of(center)
    assert wrong
    assert all(t.open for t in wrong)
    assert set_clock(center, start) > 0
    assert {(t.state, t.result) for t in calls_of(center)} == {("cancelled", escalation.TOO_EARLY)}
    assert "时钟已拨回" in w.seen(center).lines[-1]["summary"]
    assert set_clock(center, start) == 0, "withdrawn once"
    set_clock(center, start + JUMP)
    keys = [t.clock for t in calls_of(center) if t.open]
    assert sorted(keys) == sorted({t.clock for t in wrong})
    first = next(t for t in calls_of(center) if t.open)
    for _ in range(2):
        set_clock(center, center.clock.now() + timedelta(minutes=10))
    (again,) = [t for t in calls_of(center) if t.id == first.id]
    assert [s.what for s in again.steps] == ["下达", "催办", "升级"]


def test_a_call_made_before_the_jump_goes_on_when_the_clock_is_back(center):
    """Steps stamped three hours ahead hold up nothing, a lapsed window is open again."""
    start = center.clock.now()
    due = start + timedelta(hours=2, minutes=1)
    set_clock(center, due)
    first = calls_of(center)[0]
    set_clock(center, due + JUMP)
    set_clock(center, due + timedelta(minutes=10))
    (held,) = [t for t in calls_of(center) if t.id == first.id]
    assert held.open
    assert held.steps[-1].at == due + timedelta(minutes=10)
