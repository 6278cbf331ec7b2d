"""Accounts: who may let others in, and the first ones of a new center."""

from __future__ import annotations

import secrets
from typing import Any

from sqlalchemy import insert, select, update

from data.domain.org import PROVINCE, ROLE_PERMISSIONS, ROLE_WORDS, Actor, Permission
from data.errors import Conflict, Forbidden, Invalid, NotFound
from data.services.federating import Federated
from data.services.proving import require_proof
from data.services.sessions import HASHER, Session, verify
from data.store.accounts_schema import account, session, sign_in_log, token
from data.store.upsert import ensure

__all__ = ["AccountService", "Session"]

SEEDS: tuple[tuple[str, str, str, str], ...] = (
    ("admin", "系统管理员", "admin", PROVINCE),
    ("security", "安全管理员", "security", PROVINCE),
    ("auditor", "审计员", "auditor", PROVINCE),
    ("duty", "省级值班员", "duty", PROVINCE),
    ("chief", "省级带班领导", "chief", PROVINCE),
    ("leader", "省级领导", "leader", PROVINCE),
    ("wall", "指挥大厅大屏", "wall", PROVINCE),
    ("duty.421100", "黄冈市值班员", "duty", "421100"),
    ("duty.421127", "黄梅县值班员", "duty", "421127"),
)
# Who acts on a county's own machine, besides the three who keep it.
OF_COUNTY = (("duty", "县值班员"), ("chief", "县带班领导"), ("wall", "县大屏"))
# 三员: each apart from the others and from all who act.
KEEPERS = frozenset({"admin", "security", "auditor"})
RUNNER = ("runner", "演练导演", "runner", PROVINCE)


class AccountService(Federated):
    """Sessions, and the administration of accounts, codes and tokens."""

    def seed(
        self, password: str | None, *, exercise: bool, org: str = PROVINCE
    ) -> tuple[list[str], str | None]:
        """Make the first accounts that are missing; on a county's own machine, the county's.

        Returns the names made, and the password they got when it was drawn at random (it is
        known nowhere else: print it once).
        """
        wanted = [*SEEDS, RUNNER] if exercise else list(SEEDS)
        if org != PROVINCE:
            wanted = [(name, said, name, org) for name, said, _, _ in SEEDS[:3]]
            wanted += [(f"{who}.{org}", said, who, org) for who, said in OF_COUNTY]
        drawn = password or self.draw_password()
        with self._transaction() as db:
            known = set(db.scalars(select(account.c.username)))
            fresh = [seed for seed in wanted if seed[0] not in known]
            for username, name, role, area in fresh:
                # the runner is no person: it gets a token of its own and no password
                secret = None if role == "runner" and not password else HASHER.hash(drawn)
                db.execute(
                    insert(account).values(
                        username=username, name=name, role=role, org=area, password_hash=secret,
                        disabled=False, created_at=self._real(), created_by="system",
                    )
                )  # fmt: skip
        return [seed[0] for seed in fresh], None if password or not fresh else drawn

    @staticmethod
    def draw_password() -> str:
        """A password drawn at random, easy to copy from a screen."""
        return "-".join(secrets.token_hex(3) for _ in range(3))

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
        if not username.strip():
            raise Invalid.field("username", "用户名不能为空", "请填写用户名")
        self.policy.password.check(password, (username, name))
        require_proof(by, "新建账号")
        hashed = HASHER.hash(password)
        with self._transaction() as db:
            made = ensure(
                db, account, username=username, name=name or username, role=role, org=org,
                password_hash=hashed, disabled=False, created_at=self._real(),
                created_by=by.username,
            )  # fmt: skip
            if not made:
                raise Conflict(f"用户名 {username} 已存在，请换一个")
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
        self._require_reach_of(by, username)
        self._change(username, by, "disabled" if disabled else "enabled", disabled=disabled)
        if disabled:
            self._end(session.c.username == username, by.username, "revoked")

    def change_password(self, by: Actor, username: str, new: str, old: str = "") -> None:
        """Change one's own password (knowing the old one), or reset another's as administrator.

        Raises
        ------
        Forbidden, Invalid, NotFound, NotSignedIn
        """
        if username != by.username:
            by.require(Permission.ACCOUNTS)
            self._require_reach_of(by, username)
        else:
            row = self._account(username)
            if row is None or not verify(row.password_hash or self._dummy, old):
                raise Invalid.field("old", "原密码不正确", "请重新输入原密码")
        hashed = self._new_password(username, "", new)
        self._change(username, by, "password-changed", password_hash=hashed)
        self._forget_all()
        if username != by.username:
            self._keep(username, password_at=None)  # who it is for sets their own
            self._end(session.c.username == username, by.username, "revoked")

    def change_role(self, by: Actor, username: str, role: str) -> None:
        """Give an account another role; its sessions and tokens end.

        The security officer does it, never for themselves; who keeps the system, its security or
        its audit does not come from or go to another role (三员分立), that is another account.

        Raises
        ------
        Forbidden, Invalid, NotFound, StepUpNeeded
        """
        by.require(Permission.SESSIONS)
        row = self._account(username)
        if row is None:
            raise NotFound(f"没有账号 {username}")
        self._require_reach(by, row.org)
        if username == by.username:
            raise Forbidden("不能变更自己的角色，请由另一位安全管理员办理")
        if role not in ROLE_PERMISSIONS or "runner" in (role, row.role):
            roles = "、".join(key for key in ROLE_WORDS if key != "runner")
            raise Invalid.field("role", f"没有角色 {role}", f"请选择：{roles}")
        if role == row.role:
            raise Invalid.field("role", "角色没有变化", "请选择另一角色")
        if KEEPERS & {role, row.role}:
            raise Forbidden("系统、安全、审计三员与业务角色不能互转，请另建账号并停用原账号")
        require_proof(by, "变更角色")
        with self._transaction() as db:
            db.execute(
                update(token)
                .where(token.c.username == username, token.c.revoked_at.is_(None))
                .values(revoked_at=self._real())
            )
        self._change(username, by, "role-changed", role=role)
        self._end(session.c.username == username, by.username, "revoked")
        self._forget_all()

    def accounts(self, by: Actor) -> list[dict[str, Any]]:
        """Every account within reach, without its secret.

        Raises
        ------
        Forbidden
        """
        if not by.may(Permission.SESSIONS):
            by.require(Permission.ACCOUNTS)
        columns = [c for c in account.c if c.name != "password_hash"]
        rows = self._rows(select(*columns).order_by(account.c.username))
        return [r for r in rows if self._areas is None or self._areas.covers(by.org, r["org"])]

    def sessions(self, by: Actor) -> list[dict[str, Any]]:
        """Open sessions within reach, newest first; `token_hash` names one for `revoke`.

        Raises
        ------
        Forbidden
        """
        by.require(Permission.SESSIONS)
        return self._open_sessions(by)

    def revoke(self, by: Actor, key: str) -> None:
        """End somebody's session; an open stream of it is cut within seconds.

        Raises
        ------
        Forbidden, NotFound
        """
        by.require(Permission.SESSIONS)
        if key not in {row["token_hash"] for row in self._open_sessions(by)}:
            raise NotFound("没有这个会话，或已结束；请刷新列表")
        self._end(session.c.token_hash == key, by.username, "revoked")

    def log(self, by: Actor, limit: int = 200) -> list[dict[str, Any]]:
        """The newest lines of the sign-in log.

        Raises
        ------
        Forbidden
        """
        if not by.may(Permission.SESSIONS):
            by.require(Permission.AUDIT)
        query = select(sign_in_log).order_by(sign_in_log.c.id.desc()).limit(limit)
        if self._areas is not None and by.org != PROVINCE:  # of one's own area's accounts
            mine = select(account.c.username).where(
                account.c.org.in_(sorted(self._areas.subtree(by.org)))
            )
            query = query.where(sign_in_log.c.username.in_(mine))
        return self._rows(query)

    def note(self, username: str, outcome: str, said: str) -> None:
        """Leave a line in the log of what is neither a sign-in nor an account's change."""
        self._log(username, outcome, username, "", said)

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

    def _change(self, username: str, by: Actor, outcome: str, **values: Any) -> None:
        with self._transaction() as db:
            done = db.execute(
                update(account).where(account.c.username == username).values(**values)
            )
            if done.rowcount != 1:
                raise NotFound(f"没有账号 {username}")
            self._write_log(db, username, outcome, by.username)

    def _require_reach_of(self, by: Actor, username: str) -> None:
        row = self._account(username)
        if row is None:
            raise NotFound(f"没有账号 {username}")
        self._require_reach(by, row.org)
