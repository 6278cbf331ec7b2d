"""Access on both engines and over HTTP: proofs that age, second factors, locks, roles apart."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import httpx
import pyotp
import pytest

from data.domain.access_policy import POLICIES, AccessPolicy
from data.domain.org import Actor
from data.errors import Forbidden, Invalid, NotSignedIn, SecondFactorNeeded, StepUpNeeded, TooMany
from data.services.accounts import AccountService
from tests.integration import api_world as w
from tests.serving import PASSWORD, Running

ADMIN = Actor.of("admin", "admin", "420000")
SECURITY = Actor.of("security", "security", "420000")
STRONG = "Strong-pass-9"


class Clock:
    """Real time that the test moves."""

    def __init__(self) -> None:
        self.at = datetime.now(UTC)

    def __call__(self) -> datetime:
        """Now."""
        return self.at

    def pass_(self, **by: float) -> None:
        """Let time pass."""
        self.at += timedelta(**by)


@pytest.fixture
def clock() -> Clock:
    """A clock that stands still."""
    return Clock()


def made(database, clock: Clock, **given) -> AccountService:
    """The accounts of a new center, under a policy."""
    service = AccountService(
        database.units.transaction, database.reader, None, clock, AccessPolicy(**given)
    )
    service.seed(PASSWORD, exercise=False)
    return service


def test_a_proof_is_remembered_and_then_asked_for_again(database, clock):
    """From sign-in for the minutes set; a password proves it again, a wrong one is counted."""
    accounts = made(database, clock, step_up=timedelta(minutes=15))
    secret, held = accounts.sign_in("duty", PASSWORD, "10.0.0.1")
    assert held.actor.proved_until == clock.at + timedelta(minutes=15)
    clock.pass_(minutes=20)
    held = accounts.session_of(secret)
    assert held.actor.proved_until < clock.at
    with pytest.raises(Invalid):
        accounts.step_up(held, "wrong", "", "10.0.0.1")
    assert accounts.step_up(held, PASSWORD, "", "10.0.0.1") == clock.at + timedelta(minutes=15)
    assert accounts.session_of(secret).actor.proved_until > clock.at
    told = [row["outcome"] for row in accounts.log(SECURITY)]
    assert told[:2] == ["stepped-up", "step-up-refused"]


def test_a_second_factor_is_enrolled_used_once_and_backed_up(database, clock):
    """Asked for after the right password only; a code works once, so does each backup code."""
    accounts = made(database, clock)
    duty = Actor.of("duty", "duty", "420000")
    one = pyotp.TOTP(accounts.begin_totp(duty)["secret"])
    with pytest.raises(Invalid):
        accounts.confirm_totp(duty, "000000")
    backup = accounts.confirm_totp(duty, one.at(clock.at))
    assert len(set(backup)) == 10
    with pytest.raises(NotSignedIn) as wrong:
        accounts.sign_in("duty", "not-it", "10.0.0.1")
    assert not isinstance(wrong.value, SecondFactorNeeded)
    with pytest.raises(SecondFactorNeeded):
        accounts.sign_in("duty", PASSWORD, "10.0.0.1")
    with pytest.raises(SecondFactorNeeded):  # the step of the enrolment is used
        accounts.sign_in("duty", PASSWORD, "10.0.0.1", code=one.at(clock.at))
    clock.pass_(seconds=30)
    code = one.at(clock.at)
    accounts.sign_in("duty", PASSWORD, "10.0.0.1", code=code)
    with pytest.raises(SecondFactorNeeded):
        accounts.sign_in("duty", PASSWORD, "10.0.0.2", code=code)
    accounts.sign_in("duty", PASSWORD, "10.0.0.1", code=backup[0])
    with pytest.raises(SecondFactorNeeded):
        accounts.sign_in("duty", PASSWORD, "10.0.0.3", code=backup[0])
    secret, _ = accounts.sign_in("duty", PASSWORD, "10.0.0.1", code=backup[1])
    clock.pass_(minutes=20)
    accounts.step_up(accounts.session_of(secret), "", one.at(clock.at), "10.0.0.1")
    accounts.stop_totp(SECURITY, "duty")  # lost: the officer takes it away, sessions end
    assert accounts.session_of(secret) is None
    accounts.sign_in("duty", PASSWORD, "10.0.0.1")


def test_a_role_may_be_bound_to_a_second_factor(database, clock):
    """Signed in without one nothing is permitted, until it is set up."""
    accounts = made(database, clock, totp_roles=frozenset({"admin"}))
    secret, held = accounts.sign_in("admin", PASSWORD, "10.0.0.1")
    assert (held.pending, held.actor.permissions) == ("totp", frozenset())
    one = pyotp.TOTP(accounts.begin_totp(held.actor)["secret"])
    accounts.confirm_totp(held.actor, one.at(clock.at))
    now = accounts.session_of(secret)
    assert now.pending == ""
    assert now.actor.permissions


def test_dengbao_locks_ages_and_remembers(database, clock):
    """Five failures lock for 30 minutes, the officer unlocks; 90 days; none of the last five."""
    accounts = made(database, clock, password=POLICIES["dengbao3"])
    for n in range(5):
        with pytest.raises(NotSignedIn):
            accounts.sign_in("duty", "wrong", f"10.0.1.{n}")
    with pytest.raises(TooMany):
        accounts.sign_in("duty", PASSWORD, "10.0.2.1")
    with pytest.raises(Forbidden):
        accounts.unlock(ADMIN, "duty")
    accounts.unlock(SECURITY, "duty")
    secret, held = accounts.sign_in("duty", PASSWORD, "10.0.2.1")
    assert held.pending == "password"  # set by somebody else
    accounts.change_password(held.actor, "duty", STRONG, PASSWORD)
    assert accounts.session_of(secret).pending == ""
    with pytest.raises(Invalid):
        accounts.change_password(held.actor, "duty", STRONG, STRONG)
    clock.pass_(days=91)
    assert accounts.sign_in("duty", STRONG, "10.0.2.1")[1].pending == "password"


def test_limits_of_a_session_are_settings(database, clock):
    """Idle and absolute, both as set; use keeps it alive only up to the latter."""
    accounts = made(
        database, clock, idle=timedelta(minutes=30), absolute=timedelta(hours=1)
    )
    secret, _ = accounts.sign_in("duty", PASSWORD, "10.0.0.1")
    for _ in range(2):
        clock.pass_(minutes=25)
        assert accounts.session_of(secret) is not None
    clock.pass_(minutes=11)
    assert accounts.session_of(secret) is None
    secret, _ = accounts.sign_in("duty", PASSWORD, "10.0.0.1")
    clock.pass_(minutes=31)
    assert accounts.session_of(secret) is None


def test_a_changed_role_ends_what_the_old_one_opened(database, clock):
    """Sessions and tokens end; not oneself, not by the administrator, never across the three."""
    accounts = made(database, clock)
    secret, held = accounts.sign_in("duty", PASSWORD, "10.0.0.1")
    token = accounts.make_token(held.actor, "程序", ["dispatch"])
    assert accounts.bearer(token) is not None
    with pytest.raises(Forbidden):
        accounts.change_role(ADMIN, "duty", "chief")
    for username, role in (("security", "duty"), ("duty", "admin"), ("auditor", "duty")):
        with pytest.raises(Forbidden):
            accounts.change_role(SECURITY, username, role)
    with pytest.raises(Invalid):
        accounts.change_role(SECURITY, "duty", "ghost")
    accounts.change_role(SECURITY, "duty", "chief")
    accounts._cache.clear()
    assert accounts.session_of(secret) is None
    assert accounts.bearer(token) is None
    assert accounts.sign_in("duty", PASSWORD, "10.0.0.1")[1].actor.role == "chief"
    assert accounts.log(SECURITY)[1]["outcome"] in {"role-changed", "revoked"}


def test_an_old_proof_refuses_roles_and_weighty_tokens(database, clock):
    """By service, not only by page: asked before anything is written."""
    accounts = made(database, clock)
    stale = datetime(2020, 1, 1, tzinfo=UTC)
    officer = Actor(**{**SECURITY.__dict__, "proved_until": stale})
    with pytest.raises(StepUpNeeded):
        accounts.change_role(officer, "duty", "chief")
    duty = Actor(**{**Actor.of("duty", "duty", "420000").__dict__, "proved_until": stale})
    with pytest.raises(StepUpNeeded):
        accounts.make_token(duty, "程序", ["dispatch"])
    accounts.make_token(duty, "程序", ["telemetry"])


# ---------------------------------------------------------------- over HTTP


@pytest.fixture(scope="module")
def running(tmp_path_factory):
    """A real center with one incident."""
    with Running(tmp_path_factory.mktemp("var"), pages={}) as server:
        with server.client("duty") as client:
            w.incident(client, "黄梅滑坡")
        yield server


def aged(running: Running, username: str) -> httpx.Client:
    """A client whose proof is an hour old."""
    client = running.client(username)
    with running.center.database.units.transaction() as db:
        db.exec_driver_sql("UPDATE session SET proved_at = '2020-01-01 00:00:00'")
    running.center.accounts._cache.clear()
    return client


def test_a_grave_grade_and_a_dispatch_ask_and_nothing_is_done(running):
    """403 with the named type and the mark; after the step-up the same request goes through."""
    grave = {"level": "II", "as_suggested": False, "basis": "会商认定"}
    with aged(running, "duty") as client:
        before = w.revision(running)
        for path, body in (
            ("/incidents/I-0001/grade", grave),
            ("/dispatches", {"assignments": [{"team": "TM-1", "incident": "I-0001"}]}),
        ):
            answer = client.post(f"/api/v1{path}", json=body)
            told = w.problem(answer, 403)
            assert told["type"] == "urn:hubei:problem:step-up-required"
            assert answer.headers["x-step-up"] == "1"
        assert w.revision(running) == before
        light = {"level": "III", "as_suggested": False, "basis": "会商认定"}
        w.post(client, "/incidents/I-0001/grade", light, status=200)
        w.problem(client.post("/api/v1/session/step-up", json={"password": "no"}), 422)
        until = w.post(client, "/session/step-up", {"password": PASSWORD}, status=200)
        assert until["proved_until"] > datetime.now(UTC).isoformat()
        w.post(client, "/incidents/I-0001/grade", grave, status=200)


def test_a_program_gives_its_proof_when_its_token_is_made(running):
    """A token with dispatch needs its maker's fresh proof, and then acts without being asked."""
    with aged(running, "duty") as client:
        body = {"label": "调度程序", "permissions": ["grade", "read"]}
        w.problem(client.post("/api/v1/tokens", json=body), 403)
        w.post(client, "/session/step-up", {"password": PASSWORD}, status=200)
        token = w.post(client, "/tokens", body)["token"]
    with httpx.Client(base_url=running.base, headers={"authorization": f"Bearer {token}"}) as robot:
        grave = {"level": "I", "as_suggested": False, "basis": "会商认定"}
        assert robot.post("/api/v1/incidents/I-0001/grade", json=grave).status_code == 200
        w.problem(robot.post("/api/v1/session/step-up", json={"password": PASSWORD}), 403)


def test_who_must_enrol_reaches_nothing_else(running, monkeypatch):
    """A pending session has its own account's endpoints and no page."""
    monkeypatch.setattr(
        running.center.accounts, "policy", AccessPolicy(totp_roles=frozenset({"leader"}))
    )
    with running.client("leader") as client:
        assert w.get(client, "/session")["pending"] == "totp"
        w.problem(client.get("/api/v1/incidents"), 403)
        page = client.get("/wall", headers={"accept": "text/html"})
        assert page.headers["location"] == "/signin"
        made_now = w.post(client, "/session/totp")
        assert made_now["svg"].startswith("<svg")
        body = {"code": pyotp.TOTP(made_now["secret"]).now()}
        told = w.post(client, "/session/totp/confirm", body, status=200)
        assert len(told["backup_codes"]) == 10
        assert w.get(client, "/incidents")["items"]
