"""Wall machines: one-time codes to let them in, and their sessions listed and ended."""

from __future__ import annotations

import secrets
from datetime import timedelta
from typing import Any

from sqlalchemy import func, insert, select

from data.domain.org import PROVINCE, Actor, Permission
from data.errors import Invalid, NotFound
from data.services.sessions import Sessions, hash_of
from data.store.accounts_schema import account, device_code, field_code, session

CODE_LIFE = timedelta(hours=24)
_CODE_LETTERS = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"


class Devices(Sessions):
    """Sessions, and the wall machines among them."""

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
        self._require_reach(by, row.org)
        code = "".join(secrets.choice(_CODE_LETTERS) for _ in range(12))
        now = self._real()
        with self._transaction() as db:
            db.execute(
                insert(device_code).values(
                    code_hash=hash_of(code), username=username, label=label or "大屏",
                    created_at=now, created_by=by.username, expires_at=now + CODE_LIFE,
                )
            )  # fmt: skip
            self._write_log(db, username, "device-code", by.username)
        return "-".join(code[i : i + 4] for i in range(0, 12, 4))

    def devices(self, by: Actor) -> list[dict[str, Any]]:
        """Open sessions of wall machines, newest first; `token_hash` names one.

        Raises
        ------
        Forbidden
        """
        by.require(Permission.ACCOUNTS)
        return self._open_sessions(by, session.c.kind == "device")

    def open_codes(self, by: Actor) -> list[dict[str, Any]]:
        """Device codes neither used nor run out, newest first, without the codes themselves.

        Raises
        ------
        Forbidden
        """
        by.require(Permission.ACCOUNTS)
        columns = [c for c in device_code.c if c.name != "code_hash"]
        query = select(*columns).where(
            device_code.c.used_at.is_(None), device_code.c.expires_at > self._real()
        )
        return self._rows(query.order_by(device_code.c.created_at.desc()))

    def revoke_device(self, by: Actor, key: str) -> None:
        """End a wall machine's session; a person's session is not the administrator's to end.

        Raises
        ------
        Forbidden, NotFound
        """
        if key not in {row["token_hash"] for row in self.devices(by)}:
            raise NotFound("没有这台大屏设备，或已收回；请刷新列表")
        self._end((session.c.token_hash == key) & (session.c.kind == "device"), by.username,
                  "revoked")  # fmt: skip

    # ------------------------------------------------------------ inside

    def _open_sessions(self, by: Actor, *which: Any) -> list[dict[str, Any]]:
        """Open sessions of accounts, and of phones, that belong to the actor's area or below."""
        org = func.coalesce(account.c.org, field_code.c.org).label("org")
        columns = [c for c in session.c if c.name != "csrf"]
        query = (
            select(*columns, org)
            .outerjoin(account, account.c.username == session.c.username)
            .outerjoin(field_code, field_code.c.token_hash == session.c.token_hash)
            .where(session.c.ended_at.is_(None), *which)
            .order_by(session.c.created_at.desc())
        )
        return [
            {k: v for k, v in row.items() if k != "org"}
            for row in self._rows(query)
            if self._areas is None or self._areas.covers(by.org, row["org"] or PROVINCE)
        ]
