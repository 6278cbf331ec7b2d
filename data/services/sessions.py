"""Who is at the door: passwords, cookies, tokens and device codes; sessions kept on the server."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from threading import Lock
from typing import Any

from sqlalchemy import Connection, Engine, insert, select, update

from data.domain.access_policy import AccessPolicy
from data.domain.clock import real_now
from data.domain.org import ROLE_PERMISSIONS, Actor, AreaTree, Permission, grantable
from data.errors import Forbidden, NotSignedIn
from data.services.secret import HASHER, Session, hash_of, verify
from data.services.throttle import Throttle
from data.store.accounts_schema import (
    account,
    credential,
    device_code,
    session,
    token,
)
from data.store.sign_in_book import write_line

__all__ = ["HASHER", "NODE_SCOPE", "Session", "Sessions", "hash_of", "verify"]

SEEN_EVERY = timedelta(minutes=1)
NODE_SCOPE = "node:"  # begins the scope of a county machine's token
_TOUCHED = frozenset({"person", "token", "share", "node"})  # whose last use is noted
CACHE_SECONDS = 2.0
_UNKNOWN = (datetime.min.replace(tzinfo=UTC), None)

Transaction = Callable[[], AbstractContextManager[Connection]]


def _kind_of(scope: str) -> str:
    """What a token is by its scope: a county's machine, another body's connector, a program."""
    return "node" if scope.startswith(NODE_SCOPE) else "share" if scope else "token"


class Sessions:
    """Opens, finds and ends sessions; the HTTP side holds no rule of its own.

    Parameters
    ----------
    transaction
        Opens a write transaction that commits on leaving.
    reader
        The engine for reading.
    areas
        The tree an account's organisation must be in; None accepts any code.
    real
        Real time: sessions never run on the exercise's clock.
    policy
        Rules of passwords, second factors and limits of time.
    """

    def __init__(
        self,
        transaction: Transaction,
        reader: Engine,
        areas: AreaTree | None = None,
        real: Callable[[], datetime] = real_now,
        policy: AccessPolicy | None = None,
    ) -> None:
        self.policy = policy or AccessPolicy()
        self._transaction = transaction
        self._reader = reader
        self._areas = areas
        self._real = real
        self.throttle = Throttle(real)
        self._cache: dict[str, tuple[datetime, Session | None]] = {}
        self._lock = Lock()
        self._dummy = HASHER.hash(secrets.token_hex(8))

    def redeem(self, code: str, address: str, agent: str = "") -> tuple[str, Session]:
        """Sign a wall machine in with its one-time code; it stays until revoked.

        Raises
        ------
        TooMany, NotSignedIn
        """
        self.throttle.check("device-code", address)
        plain = code.strip().upper().replace(" ", "").replace("-", "")
        now = self._real()
        with self._transaction() as db:
            row = db.execute(
                select(device_code).where(device_code.c.code_hash == hash_of(plain))
            ).one_or_none()
            good = row is not None and row.used_at is None and row.expires_at > now
            if row is not None and good:
                db.execute(
                    update(device_code)
                    .where(device_code.c.code_hash == row.code_hash)
                    .values(used_at=now)
                )
        if row is None or not good:
            self.throttle.failed("device-code", address)
            self._log("(设备码)", "refused", "device", address, agent)
            raise NotSignedIn("设备码无效、已用过或已过期，请向系统管理员重新领取")
        self.throttle.passed("device-code", address)
        return self._open(row.username, "device", row.label, address, agent)

    def sign_out(self, key: str, by: str) -> None:
        """End one session now."""
        self._end(session.c.token_hash == key, by, "signed-out")

    def session_of(self, secret: str) -> Session | None:
        """The session a cookie's secret opens, or None; cached for two seconds."""
        return self._known(hash_of(secret), self._read_session)

    def remembered(self, secret: str) -> Session | None:
        """The session a secret is known to open without asking the database; else None."""
        now, (at, held) = self._real(), self._cache.get(hash_of(secret), _UNKNOWN)
        fresh = abs((now - at).total_seconds()) <= CACHE_SECONDS
        return held if fresh and held and held.holds(now) else None

    def bearer(self, secret: str) -> Session | None:
        """The session a program's token opens, or None; cached for two seconds."""
        return self._known(hash_of(secret), self._read_token)

    def still_holds(self, held: Session) -> bool:
        """Whether a session that was let in earlier may stay."""
        read = self._read_token if held.kind in {"token", "share", "node"} else self._read_session
        return self._known(held.key, read) is not None

    # ------------------------------------------------------------ inside

    def _open(
        self, username: str, kind: str, label: str, address: str, agent: str, via: str = ""
    ) -> tuple[str, Session]:
        secret, now = secrets.token_urlsafe(32), self._real()
        values = {
            "token_hash": hash_of(secret), "username": username, "csrf": secrets.token_urlsafe(24),
            "kind": kind, "label": label, "created_at": now, "seen_at": now,
            "expires_at": now + self.policy.absolute if kind == "person" else None,
            "address": address[:64], "agent": agent[:200],
            "proved_at": now if kind == "person" else None, "via": via,
        }  # fmt: skip
        with self._transaction() as db:
            db.execute(insert(session).values(**values))
            self._write_log(db, username, "signed-in", username, address, agent)
        found = self._read_session(hash_of(secret))
        if found is None:
            raise NotSignedIn("账号已停用，请联系系统管理员")
        return secret, found

    def _known(self, key: str, read: Callable[[str], Session | None]) -> Session | None:
        now, cached = self._real(), self._cache.get(key)
        if cached is None or abs((now - cached[0]).total_seconds()) > CACHE_SECONDS:
            found = read(key)
            if found and found.kind in _TOUCHED and abs(now - found.seen_at) > SEEN_EVERY:
                self._touch(key, now, found)
            with self._lock:
                if len(self._cache) > 5000:  # noqa: PLR2004 - bounded: strangers' cookies too
                    self._cache.clear()
                self._cache[key] = cached = (now, found)
        return cached[1] if cached[1] and cached[1].holds(now) else None

    def _touch(self, key: str, now: datetime, found: Session) -> None:
        table = session if found.kind == "person" else token
        if found.holds(now):
            with self._transaction() as db:
                db.execute(update(table).where(table.c.token_hash == key).values(seen_at=now))

    def _read_session(self, key: str) -> Session | None:
        query = (
            select(
                session, account.c.name, account.c.role, account.c.org,
                account.c.created_at.label("made_at"), credential.c.password_at,
                credential.c.totp_since,
            )
            .join_from(session, account, session.c.username == account.c.username)
            .outerjoin(credential, credential.c.username == account.c.username)
        )  # fmt: skip
        with self._reader.connect() as db:
            row = db.execute(
                query.where(
                    session.c.token_hash == key,
                    session.c.ended_at.is_(None),
                    account.c.disabled.is_(False),
                )
            ).one_or_none()
        if row is None:
            return None
        pending = self._pending(row) if row.kind == "person" else ""
        actor = Actor.of(row.username, row.role, row.org, row.name)
        return Session(
            key=key, csrf=row.csrf, kind=row.kind, created_at=row.created_at,
            seen_at=row.seen_at, expires_at=row.expires_at, idle=self.policy.idle,
            pending=pending,
            actor=replace(
                actor, proved_until=self._proved_until(row),
                permissions=frozenset() if pending else actor.permissions,
            ),
        )  # fmt: skip

    def _proved_until(self, row: Any) -> datetime | None:
        """Until when a person's proof is remembered; the exercise's own account needs none."""
        if row.kind != "person" or row.role == "runner":
            return None
        proved: datetime = row.proved_at or row.created_at
        # a proof of the future was given while the clock was fast: it would last for hours
        fast = proved > self._real() + SEEN_EVERY
        return proved.min.replace(tzinfo=UTC) if fast else proved + self.policy.step_up

    def _pending(self, row: Any) -> str:
        """What a person must do before anything else: a new password, or a second factor."""
        age = self.policy.password.age
        if age and row.role != "runner" and row.via != "oidc" and (
            row.password_at is None or self._real() - row.password_at > age
        ):
            return "password"
        return "totp" if row.role in self.policy.totp_roles and row.totp_since is None else ""

    def _read_token(self, key: str) -> Session | None:
        query = select(token, account.c.name, account.c.role).join_from(
            token, account, token.c.username == account.c.username
        )
        with self._reader.connect() as db:
            row = db.execute(
                query.where(
                    token.c.token_hash == key,
                    token.c.revoked_at.is_(None),
                    account.c.disabled.is_(False),
                )
            ).one_or_none()
        if row is None:
            return None
        # a role that lost a permission takes it from its tokens too
        allowed = grantable(ROLE_PERMISSIONS[row.role])
        granted = frozenset(map(Permission, row.permissions.split())) & allowed
        return Session(
            key=key, csrf="", kind=_kind_of(row.scope), scope=row.scope.removeprefix(NODE_SCOPE),
            created_at=row.created_at, expires_at=row.expires_at,
            seen_at=row.seen_at or row.created_at - SEEN_EVERY * 2,
            actor=Actor(
                username=row.username, name=row.name, role=row.role, org=row.org,
                permissions=granted,
            ),
        )  # fmt: skip

    def _end(self, which: Any, by: str, outcome: str) -> None:
        with self._transaction() as db:
            gone = db.execute(
                select(session.c.token_hash, session.c.username).where(
                    which, session.c.ended_at.is_(None)
                )
            ).all()
            for row in gone:
                db.execute(
                    update(session)
                    .where(session.c.token_hash == row.token_hash)
                    .values(ended_at=self._real(), ended_by=by)
                )
                self._write_log(db, row.username, outcome, by)
        with self._lock:
            for row in gone:
                self._cache.pop(row.token_hash, None)

    def _account(self, username: str) -> Any:
        with self._reader.connect() as db:
            return db.execute(select(account).where(account.c.username == username)).one_or_none()

    def _rows(self, query: Any) -> list[dict[str, Any]]:
        with self._reader.connect() as db:
            return [dict(row._mapping) for row in db.execute(query)]  # noqa: SLF001

    def _require_reach(self, by: Actor, org: str) -> None:
        if self._areas is not None and not self._areas.covers(by.org, org):
            raise Forbidden("不能超出本账号的辖区，请选择辖区内的单位")

    def _log(self, username: str, outcome: str, by: str, address: str, agent: str) -> None:
        with self._transaction() as db:
            self._write_log(db, username, outcome, by, address, agent)

    def _write_log(
        self, db: Connection, username: str, outcome: str, by: str,
        address: str = "", agent: str = "",
    ) -> None:  # fmt: skip
        write_line(
            db, at=self._real(), username=username, outcome=outcome, by=by, address=address,
            agent=agent,
        )  # fmt: skip
