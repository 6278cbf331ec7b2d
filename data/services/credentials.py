"""What an account proves itself with: passwords and their age, one-time passwords, lockout."""

from __future__ import annotations

import json
import secrets
from datetime import datetime
from typing import Any

import pyotp
from sqlalchemy import insert, select, update

from data.domain.org import Actor, Permission
from data.domain.whole_number import digits_of
from data.errors import Forbidden, Invalid, NotFound, NotSignedIn, SecondFactorNeeded, TooMany
from data.services.one_time import clock_hint, fitting_step, kept_with, used_steps
from data.services.sessions import HASHER, Session, hash_of, verify
from data.services.tokens import Tokens
from data.store.accounts_schema import backup_code, credential, session
from data.store.upsert import ensure, put

ISSUER = "湖北省应急指挥中心"
BACKUP_CODES = 10


class Credentials(Tokens):
    """Sessions of all kinds, and the proofs that open or confirm them."""

    def sign_in(
        self, username: str, password: str, address: str, agent: str = "", code: str = ""
    ) -> tuple[str, Session]:
        """A new session's secret and the session; slow on purpose, call it in a thread.

        Raises
        ------
        TooMany, NotSignedIn, SecondFactorNeeded
        """
        self.throttle.check(username, address)
        self._refuse_locked(username)
        row = self._account(username)
        stored = row.password_hash if row and row.password_hash else self._dummy
        right = verify(stored, password) and bool(row and row.password_hash and not row.disabled)
        if not right:
            self._failed(username, address, agent)
            raise NotSignedIn("用户名或密码不正确，请核对后重试")
        held = self._credential(username)
        if held and held.totp_secret and held.totp_since:
            if not code.strip():
                raise SecondFactorNeeded("请输入动态口令，或一个备用码")
            if not self._second(username, held, code):
                self._failed(username, address, agent)
                raise SecondFactorNeeded(f"动态口令不正确或已用过，{clock_hint(self._real())}")
        self.throttle.passed(username, address)
        self._keep(username, failures=0, locked_until=None)
        return self._open(username, "person", "", address, agent)

    def step_up(self, held: Session, password: str, code: str, address: str) -> datetime:
        """Prove again who one is; answers until when that is remembered.

        Raises
        ------
        TooMany, Forbidden, Invalid
        """
        username = held.actor.username
        if held.kind != "person":
            raise Forbidden("只有人员登录的会话需要再次验证身份")
        self.throttle.check(username, address)
        row, known = self._account(username), self._credential(username)
        if password:
            right = row is not None and verify(row.password_hash or self._dummy, password)
        else:
            right = bool(known and known.totp_since and self._second(username, known, code))
        if not right:
            self.throttle.failed(username, address)
            self._log(username, "step-up-refused", username, address, "")
            raise Invalid.field("password", "密码或动态口令不正确", self._advice(password))
        self.throttle.passed(username, address)
        now = self._real()
        with self._transaction() as db:
            db.execute(
                update(session).where(session.c.token_hash == held.key).values(proved_at=now)
            )
            self._write_log(db, username, "stepped-up", username, address)
        with self._lock:
            self._cache.pop(held.key, None)
        return now + self.policy.step_up

    def _advice(self, password: str) -> str:
        """What to do about a proof that did not fit."""
        return "请核对后重试" if password else clock_hint(self._real())

    def unlock(self, by: Actor, username: str) -> None:
        """Lift an account's lock before its time.

        Raises
        ------
        Forbidden, NotFound
        """
        by.require(Permission.SESSIONS)
        row = self._account(username)
        if row is None:
            raise NotFound(f"没有账号 {username}")
        self._require_reach(by, row.org)
        self._keep(username, failures=0, locked_until=None)
        self._log(username, "unlocked", by.username, "", "")

    # ------------------------------------------------------------ the second factor

    def begin_totp(self, by: Actor) -> dict[str, str]:
        """A fresh secret for one's own phone; it counts only once a code of it was given.

        Raises
        ------
        Forbidden
            When a second factor is in use already.
        """
        held = self._credential(by.username)
        if held and held.totp_since:
            raise Forbidden("已启用动态口令；要更换，请先用现在的动态口令停用")
        secret = pyotp.random_base32()
        self._keep(by.username, totp_secret=secret, totp_since=None, totp_last=0, totp_used="[]")
        uri = pyotp.TOTP(secret).provisioning_uri(name=by.username, issuer_name=ISSUER)
        return {"secret": secret, "uri": uri}

    def confirm_totp(self, by: Actor, code: str) -> list[str]:
        """Take the second factor into use; answers the backup codes, said this once.

        Raises
        ------
        Invalid
        """
        held = self._credential(by.username)
        if held is None or not held.totp_secret or held.totp_since:
            raise Invalid.field("code", "没有待启用的动态口令", "请先扫描二维码")
        if not self._totp(by.username, held, code):
            raise Invalid.field("code", "动态口令不正确", clock_hint(self._real(), backup=False))
        codes = [f"{secrets.randbelow(10**8):08d}" for _ in range(BACKUP_CODES)]
        now = self._real()
        with self._transaction() as db:
            put(db, credential, username=by.username, totp_since=now)
            db.execute(backup_code.delete().where(backup_code.c.username == by.username))
            db.execute(
                insert(backup_code),
                [{"code_hash": hash_of(f"{by.username}:{c}"), "username": by.username,
                  "created_at": now} for c in codes],
            )
            self._write_log(db, by.username, "totp-enabled", by.username)
        self._forget_all()
        return codes

    def stop_totp(self, by: Actor, username: str, code: str = "") -> None:
        """Stop one's own second factor with a code of it; a lost one is reset by the officer.

        Raises
        ------
        Forbidden, Invalid, NotFound
        """
        if username != by.username:
            by.require(Permission.SESSIONS)
        held = self._credential(username)
        if held is None or not held.totp_since:
            raise NotFound("没有启用动态口令")
        if username == by.username:
            if not self._second(username, held, code):
                raise Invalid.field("code", "动态口令不正确", clock_hint(self._real()))
        else:
            row = self._account(username)
            self._require_reach(by, row.org if row else "")
        self._keep(username, totp_secret=None, totp_since=None)
        self._log(username, "totp-stopped", by.username, "", "")
        if username != by.username:
            self._end(session.c.username == username, by.username, "revoked")

    def second_factor(self, username: str) -> bool:
        """Whether the account carries a second factor."""
        held = self._credential(username)
        return bool(held and held.totp_since)

    # ------------------------------------------------------------ inside

    def _second(self, username: str, held: Any, code: str) -> bool:
        """Whether a one-time password or an unused backup code fits; each counts once."""
        digits = digits_of(code)
        if len(digits) == 6:  # noqa: PLR2004 - RFC 6238 as phones show it
            return self._totp(username, held, digits)
        mark = hash_of(f"{username}:{digits}")
        with self._transaction() as db:
            used = db.execute(
                update(backup_code)
                .where(backup_code.c.code_hash == mark, backup_code.c.used_at.is_(None))
                .values(used_at=self._real())
            )
            if used.rowcount == 1:
                self._write_log(db, username, "backup-code", username)
        return bool(used.rowcount == 1)

    def _totp(self, username: str, held: Any, code: str) -> bool:
        """Whether the code fits a step not used before; the step is then used (RFC 6238 5.2)."""
        used = used_steps(held.totp_last or 0, held.totp_used)
        digits = digits_of(code)
        step = fitting_step(held.totp_secret, digits, self._real(), used)
        if step is None:
            return False
        with self._transaction() as db:
            taken = db.execute(
                update(credential)
                .where(credential.c.username == username, credential.c.totp_used == held.totp_used)
                .where(credential.c.totp_secret == held.totp_secret)
                .values(totp_last=step, totp_used=kept_with(used, step))
            )
        return bool(taken.rowcount == 1)

    def _refuse_locked(self, username: str) -> None:
        held, now = self._credential(username), self._real()
        if held and held.locked_until and held.locked_until > now:
            # a lock that was set by a fast clock lasts no longer than any other
            until = min(held.locked_until, now + self.policy.password.lock_for)
            if until != held.locked_until:
                self._keep(username, locked_until=until)
            left = int((until - now).total_seconds() // 60) + 1
            raise TooMany(f"账号因多次登录失败已锁定，请 {left} 分钟后再试，或请安全管理员解锁")

    def _failed(self, username: str, address: str, agent: str) -> None:
        """Count a failure; too many in a row lock the account when the policy says so."""
        self.throttle.failed(username, address)
        self._log(username, "refused", username, address, agent)
        rules = self.policy.password
        if not rules.lock_after or self._account(username) is None:
            return
        with self._transaction() as db:
            ensure(db, credential, username=username)
            mine = update(credential).where(credential.c.username == username)
            count = db.execute(
                mine.values(failures=credential.c.failures + 1).returning(credential.c.failures)
            ).scalar_one()
            if count < rules.lock_after:
                return
            db.execute(mine.values(failures=0, locked_until=self._real() + rules.lock_for))
            self._write_log(db, username, "locked", "system", address)

    def _new_password(self, username: str, name: str, password: str) -> str:
        """The hash of a password that the policy allows; it is remembered as used.

        Raises
        ------
        Invalid
        """
        rules = self.policy.password
        rules.check(password, (username, name))
        held = self._credential(username)
        before = json.loads(held.history) if held else []
        if any(verify(old, password) for old in before[-rules.history :] if rules.history):
            raise Invalid.field(
                "password", f"与最近 {rules.history} 个密码之一相同", "请换一个没有用过的密码"
            )
        hashed = HASHER.hash(password)
        kept = [*before, hashed][-max(rules.history, 1) :]
        self._keep(username, password_at=self._real(), history=json.dumps(kept))
        return hashed

    def _credential(self, username: str) -> Any:
        with self._reader.connect() as db:
            return db.execute(
                select(credential).where(credential.c.username == username)
            ).one_or_none()

    def _keep(self, username: str, **values: Any) -> None:
        with self._transaction() as db:
            put(db, credential, username=username, **values)

    def _forget_all(self) -> None:
        with self._lock:
            self._cache.clear()
