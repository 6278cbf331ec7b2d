"""Accounts, sessions, tokens and device codes: who is at the door, and who may let others in."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from threading import Lock
from typing import Any

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from sqlalchemy import Connection, Engine, insert, select, update

from data.domain.clock import real_now
from data.domain.org import (
    PROVINCE,
    ROLE_PERMISSIONS,
    ROLE_WORDS,
    Actor,
    AreaTree,
    Permission,
)
from data.errors import Conflict, Forbidden, Invalid, NotFound, NotSignedIn
from data.services.throttle import Throttle
from data.store.accounts_schema import account, device_code, session, sign_in_log, token

# OWASP Password Storage Cheat Sheet, second argon2id profile: about 30 ms a check here.
HASHER = PasswordHasher(memory_cost=19 * 1024, time_cost=2, parallelism=1)
SHORTEST_PASSWORD = 10
IDLE = timedelta(hours=2)
ABSOLUTE = timedelta(hours=26)  # a 24-hour shift and its handover
CODE_LIFE = timedelta(hours=24)
SEEN_EVERY = timedelta(minutes=1)
CACHE_SECONDS = 2.0
_CODE_LETTERS = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"

SEEDS: tuple[tuple[str, str, str, str], ...] = (
    ("admin", "系统管理员", "admin", PROVINCE),
    ("security", "安全管理员", "security", PROVINCE),
    ("auditor", "审计员", "auditor", PROVINCE),
    ("duty", "省级值班员", "duty", PROVINCE),
    ("leader", "省级带班领导", "leader", PROVINCE),
    ("wall", "指挥大厅大屏", "wall", PROVINCE),
    ("duty.421100", "黄冈市值班员", "duty", "421100"),
    ("duty.421127", "黄梅县值班员", "duty", "421127"),
)
RUNNER = ("runner", "演练导演", "runner", PROVINCE)

Transaction = Callable[[], AbstractContextManager[Connection]]


@dataclass(frozen=True, kw_only=True)
class Session:
    """A signed-in browser or program: who, its CSRF value, and until when it holds."""

    key: str  # hash of the secret; the secret itself is known to its holder alone
    actor: Actor
    csrf: str
    kind: str  # person | device | token
    created_at: datetime
    seen_at: datetime
    expires_at: datetime | None

    def holds(self, now: datetime) -> bool:
        """Whether neither the absolute nor the idle limit has passed."""
        if self.kind != "person":
            return self.expires_at is None or now < self.expires_at
        return (self.expires_at is None or now < self.expires_at) and now - self.seen_at < IDLE


def _hash(secret: str) -> str:
    return sha256(secret.encode()).hexdigest()


class AccountService:
    """Everything about signing in; the HTTP side holds no rule of its own.

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
    """

    def __init__(
        self,
        transaction: Transaction,
        reader: Engine,
        areas: AreaTree | None = None,
        real: Callable[[], datetime] = real_now,
    ) -> None:
        self._transaction = transaction
        self._reader = reader
        self._areas = areas
        self._real = real
        self.throttle = Throttle(real)
        self._cache: dict[str, tuple[datetime, Session | None]] = {}
        self._lock = Lock()
        self._dummy = HASHER.hash(secrets.token_hex(8))

    # ------------------------------------------------------------ seeding

    def seed(self, password: str | None, *, exercise: bool) -> tuple[list[str], str | None]:
        """Make the first accounts that are missing.

        Returns the names made, and the password they got when it was drawn at random (it is
        known nowhere else: print it once).
        """
        wanted = [*SEEDS, RUNNER] if exercise else list(SEEDS)
        drawn = password or "-".join(secrets.token_hex(3) for _ in range(3))
        with self._transaction() as db:
            known = set(db.scalars(select(account.c.username)))
            fresh = [seed for seed in wanted if seed[0] not in known]
            for username, name, role, org in fresh:
                # the runner is no person: it gets a token of its own and no password
                secret = None if role == "runner" and not password else HASHER.hash(drawn)
                db.execute(
                    insert(account).values(
                        username=username, name=name, role=role, org=org, password_hash=secret,
                        disabled=False, created_at=self._real(), created_by="system",
                    )
                )  # fmt: skip
        return [seed[0] for seed in fresh], None if password or not fresh else drawn

    # ------------------------------------------------------------ signing in and out

    def sign_in(
        self, username: str, password: str, address: str, agent: str = ""
    ) -> tuple[str, Session]:
        """A new session's secret and the session; slow on purpose, call it in a thread.

        Raises
        ------
        TooMany, NotSignedIn
        """
        self.throttle.check(username, address)
        row = self._account(username)
        stored = row.password_hash if row and row.password_hash else self._dummy
        right = _verify(stored, password) and bool(row and row.password_hash and not row.disabled)
        if not right:
            self.throttle.failed(username, address)
            self._log(username, "refused", username, address, agent)
            raise NotSignedIn("用户名或密码不正确，请核对后重试")
        self.throttle.passed(username, address)
        return self._open(username, "person", "", address, agent)

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
                select(device_code).where(device_code.c.code_hash == _hash(plain))
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
        return self._known(_hash(secret), self._read_session)

    def bearer(self, secret: str) -> Session | None:
        """The session a program's token opens, or None; cached for two seconds."""
        return self._known(_hash(secret), self._read_token)

    def still_holds(self, held: Session) -> bool:
        """Whether a session that was let in earlier may stay."""
        read = self._read_token if held.kind == "token" else self._read_session
        return self._known(held.key, read) is not None

    # ------------------------------------------------------------ administration

    def create(
        self, by: Actor, username: str, name: str, role: str, org: str, password: str
    ) -> None:
        """Make an account.

        Raises
        ------
        Forbidden, Invalid, Conflict
        """
        by.require(Permission.ACCOUNTS)
        if role not in ROLE_PERMISSIONS or role == "runner":
            roles = "、".join(key for key in ROLE_WORDS if key != "runner")
            raise Invalid.field("role", f"没有角色 {role}", f"请选择：{roles}")
        self._check_org(by, org)
        _check_password(password)
        if not username.strip():
            raise Invalid.field("username", "用户名不能为空", "请填写用户名")
        hashed = HASHER.hash(password)
        with self._transaction() as db:
            if db.scalar(select(account.c.username).where(account.c.username == username)):
                raise Conflict(f"用户名 {username} 已存在，请换一个")
            db.execute(
                insert(account).values(
                    username=username, name=name or username, role=role, org=org,
                    password_hash=hashed, disabled=False, created_at=self._real(),
                    created_by=by.username,
                )
            )  # fmt: skip
            self._write_log(db, username, "created", by.username)

    def set_disabled(self, by: Actor, username: str, *, disabled: bool) -> None:
        """Disable an account, ending its sessions, or enable it again.

        Raises
        ------
        Forbidden, NotFound
        """
        by.require(Permission.ACCOUNTS)
        if username == by.username:
            raise Forbidden("不能停用或启用自己的账号，请由另一位管理员办理")
        self._change(username, by, "disabled" if disabled else "enabled", disabled=disabled)
        if disabled:
            self._end(session.c.username == username, by.username, "revoked")

    def change_password(self, by: Actor, username: str, new: str, old: str = "") -> None:
        """Change one's own password (knowing the old one), or reset another's as administrator.

        Raises
        ------
        Forbidden, Invalid, NotFound, NotSignedIn
        """
        _check_password(new)
        if username != by.username:
            by.require(Permission.ACCOUNTS)
        else:
            row = self._account(username)
            if row is None or not _verify(row.password_hash or self._dummy, old):
                raise Invalid.field("old", "原密码不正确", "请重新输入原密码")
        self._change(username, by, "password-changed", password_hash=HASHER.hash(new))
        if username != by.username:
            self._end(session.c.username == username, by.username, "revoked")

    def accounts(self, by: Actor) -> list[dict[str, Any]]:
        """Every account, without its secret.

        Raises
        ------
        Forbidden
        """
        if not by.may(Permission.SESSIONS):
            by.require(Permission.ACCOUNTS)
        columns = [c for c in account.c if c.name != "password_hash"]
        return self._rows(select(*columns).order_by(account.c.username))

    def sessions(self, by: Actor) -> list[dict[str, Any]]:
        """Open sessions, newest first; `token_hash` names one for `revoke`.

        Raises
        ------
        Forbidden
        """
        by.require(Permission.SESSIONS)
        columns = [c for c in session.c if c.name != "csrf"]
        return self._rows(
            select(*columns)
            .where(session.c.ended_at.is_(None))
            .order_by(session.c.created_at.desc())
        )

    def revoke(self, by: Actor, key: str) -> None:
        """End somebody's session; an open stream of it is cut within seconds.

        Raises
        ------
        Forbidden
        """
        by.require(Permission.SESSIONS)
        self._end(session.c.token_hash == key, by.username, "revoked")

    def log(self, by: Actor, limit: int = 200) -> list[dict[str, Any]]:
        """The newest lines of the sign-in log.

        Raises
        ------
        Forbidden
        """
        if not by.may(Permission.SESSIONS):
            by.require(Permission.AUDIT)
        return self._rows(select(sign_in_log).order_by(sign_in_log.c.id.desc()).limit(limit))

    def make_device_code(self, by: Actor, label: str, username: str = "wall") -> str:
        """A one-time code for a wall machine, good for a day.

        Raises
        ------
        Forbidden, NotFound, Invalid
        """
        by.require(Permission.ACCOUNTS)
        row = self._account(username)
        if row is None:
            raise NotFound(f"没有账号 {username}")
        if row.role != "wall":
            raise Invalid.field("username", "设备码只发给大屏账号", "请选择角色为大屏的账号")
        code = "".join(secrets.choice(_CODE_LETTERS) for _ in range(12))
        now = self._real()
        with self._transaction() as db:
            db.execute(
                insert(device_code).values(
                    code_hash=_hash(code), username=username, label=label or "大屏",
                    created_at=now, created_by=by.username, expires_at=now + CODE_LIFE,
                )
            )  # fmt: skip
            self._write_log(db, username, "device-code", by.username)
        return "-".join(code[i : i + 4] for i in range(0, 12, 4))

    def make_token(
        self, by: Actor, label: str, permissions: list[str], org: str = "", days: int = 365
    ) -> str:
        """A program's secret that can do no more, and no further, than its maker.

        Raises
        ------
        Forbidden, Invalid
        """
        unknown = [p for p in permissions if p not in set(Permission)]
        if unknown or not permissions:
            raise Invalid.field(
                "permissions", f"权限无效：{'、'.join(unknown) or '未填写'}",
                f"可选：{'、'.join(sorted(by.permissions))}",
            )  # fmt: skip
        wanted = frozenset(Permission(p) for p in permissions)
        if not wanted <= by.permissions:
            raise Forbidden("令牌的权限不能超出本账号的权限，请减少权限后重试")
        org = org or by.org
        self._check_org(by, org)
        return self._keep_token(by.username, label, wanted, org, days)

    def arm_runner(self, password: str | None = None) -> str:
        """Give the exercise's own account this password, or a fresh one, and return it.

        Raises
        ------
        NotFound
            There is no runner account in a real center.
        """
        secret = password or secrets.token_urlsafe(24)
        hashed = HASHER.hash(secret)
        with self._transaction() as db:
            done = db.execute(
                update(account)
                .where(account.c.username == "runner", account.c.role == "runner")
                .values(password_hash=hashed)
            )
            if done.rowcount != 1:
                raise NotFound("没有演练账号：当前不是演练，或尚未初始化数据")
        return secret

    def runner_token(self) -> str:
        """A fresh token for the exercise's own field, good for a year.

        Raises
        ------
        NotFound
            There is no runner account in a real center.
        """
        if self._account("runner") is None:
            raise NotFound("没有演练账号：当前不是演练")
        return self._keep_token("runner", "演练", ROLE_PERMISSIONS["runner"], PROVINCE, 365)

    # ------------------------------------------------------------ inside

    def _keep_token(
        self, username: str, label: str, wanted: frozenset[Permission], org: str, days: int
    ) -> str:
        secret = "hb_" + secrets.token_urlsafe(32)
        now = self._real()
        with self._transaction() as db:
            db.execute(
                insert(token).values(
                    token_hash=_hash(secret), label=label or "程序", username=username, org=org,
                    permissions=" ".join(sorted(wanted)), created_at=now,
                    expires_at=now + timedelta(days=days),
                )
            )  # fmt: skip
            self._write_log(db, username, "token-made", username)
        return secret

    def _open(
        self, username: str, kind: str, label: str, address: str, agent: str
    ) -> tuple[str, Session]:
        secret, now = secrets.token_urlsafe(32), self._real()
        values = {
            "token_hash": _hash(secret), "username": username, "csrf": secrets.token_urlsafe(24),
            "kind": kind, "label": label, "created_at": now, "seen_at": now,
            "expires_at": now + ABSOLUTE if kind == "person" else None,
            "address": address[:64], "agent": agent[:200],
        }  # fmt: skip
        with self._transaction() as db:
            db.execute(insert(session).values(**values))
            self._write_log(db, username, "signed-in", username, address, agent)
        found = self._read_session(_hash(secret))
        if found is None:
            raise NotSignedIn("账号已停用，请联系系统管理员")
        return secret, found

    def _known(self, key: str, read: Callable[[str], Session | None]) -> Session | None:
        now = self._real()
        cached = self._cache.get(key)
        if cached is None or abs((now - cached[0]).total_seconds()) > CACHE_SECONDS:
            found = read(key)
            if found and found.kind == "person" and now - found.seen_at > SEEN_EVERY:
                self._touch(key, now, found)
            with self._lock:
                if len(self._cache) > 5000:  # noqa: PLR2004 - bounded: strangers' cookies too
                    self._cache.clear()
                self._cache[key] = cached = (now, found)
        held = cached[1]
        return held if held and held.holds(now) else None

    def _touch(self, key: str, now: datetime, found: Session) -> None:
        if found.holds(now):
            with self._transaction() as db:
                db.execute(update(session).where(session.c.token_hash == key).values(seen_at=now))

    def _read_session(self, key: str) -> Session | None:
        query = select(session, account.c.name, account.c.role, account.c.org).join_from(
            session, account, session.c.username == account.c.username
        )
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
        return Session(
            key=key, csrf=row.csrf, kind=row.kind, created_at=row.created_at,
            seen_at=row.seen_at, expires_at=row.expires_at,
            actor=Actor.of(row.username, row.role, row.org, row.name),
        )  # fmt: skip

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
        granted = frozenset(map(Permission, row.permissions.split())) & ROLE_PERMISSIONS[row.role]
        return Session(
            key=key, csrf="", kind="token", created_at=row.created_at, seen_at=row.created_at,
            expires_at=row.expires_at,
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

    def _change(self, username: str, by: Actor, outcome: str, **values: Any) -> None:
        with self._transaction() as db:
            done = db.execute(
                update(account).where(account.c.username == username).values(**values)
            )
            if done.rowcount != 1:
                raise NotFound(f"没有账号 {username}")
            self._write_log(db, username, outcome, by.username)

    def _check_org(self, by: Actor, org: str) -> None:
        if self._areas is None:
            return
        if org not in self._areas.areas:
            raise Invalid.field("org", f"没有行政区划 {org}", "请填六位行政区划代码")
        if not self._areas.covers(by.org, org):
            raise Forbidden("不能超出本账号的辖区，请选择辖区内的单位")

    def _log(self, username: str, outcome: str, by: str, address: str, agent: str) -> None:
        with self._transaction() as db:
            self._write_log(db, username, outcome, by, address, agent)

    def _write_log(
        self, db: Connection, username: str, outcome: str, by: str,
        address: str = "", agent: str = "",
    ) -> None:  # fmt: skip
        db.execute(
            insert(sign_in_log).values(
                at=self._real(), username=username[:64], outcome=outcome, by=by[:64],
                address=address[:64], agent=agent[:200],
            )
        )  # fmt: skip

    def _rows(self, query: Any) -> list[dict[str, Any]]:
        with self._reader.connect() as db:
            return [dict(row._mapping) for row in db.execute(query)]  # noqa: SLF001


def _verify(stored: str, password: str) -> bool:
    try:
        return HASHER.verify(stored, password)
    except (VerificationError, InvalidHashError):
        return False


def _check_password(password: str) -> None:
    if len(password) < SHORTEST_PASSWORD:
        raise Invalid.field("password", "密码太短", f"请设置至少 {SHORTEST_PASSWORD} 个字符的密码")
