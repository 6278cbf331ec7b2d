"""Phones in the field: a one-time code lets one phone in for one order, until it is taken back."""

from __future__ import annotations

import secrets
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, insert, select, update

from data.domain.org import Actor
from data.domain.whole_number import digits_of
from data.errors import NotSignedIn
from data.services.devices import Devices
from data.services.sessions import Session, hash_of
from data.store.accounts_schema import field_code, session
from data.store.sign_in_book import write_line

CODE_LIFE = timedelta(hours=24)
PHONE_LIFE = timedelta(days=7)
DIGITS = 10  # said over a radio and typed with one thumb


def draw_code() -> str:
    """A fresh code: ten digits."""
    return "".join(secrets.choice("0123456789") for _ in range(DIGITS))


def shown_code(code: str) -> str:
    """The code as it is read out: 123 456 7890."""
    return f"{code[:3]} {code[3:6]} {code[6:]}"


def keep_code(
    connection: Connection, by: Actor, *, code_hash: str, order: str, name: str,
    now: datetime, expires_at: datetime,
) -> None:  # fmt: skip
    """Keep an order's new code in this transaction; its older codes and phones end."""
    revoke_codes(connection, by.username, [order], now)
    connection.execute(
        insert(field_code).values(
            code_hash=code_hash, assignment_id=order, name=name[:64], org=by.org, created_at=now,
            created_by=by.username, expires_at=expires_at,
        )
    )  # fmt: skip


def revoke_codes(connection: Connection, by: str, orders: Iterable[str], now: datetime) -> int:
    """Take back the codes of orders in this transaction and end their phones' sessions."""
    held = connection.execute(
        select(field_code).where(
            field_code.c.assignment_id.in_(list(orders)), field_code.c.revoked_at.is_(None)
        )
    ).all()
    for row in held:
        connection.execute(
            update(field_code).where(field_code.c.code_hash == row.code_hash).values(revoked_at=now)
        )
        if row.token_hash is None:
            continue
        connection.execute(
            update(session)
            .where(session.c.token_hash == row.token_hash, session.c.ended_at.is_(None))
            .values(ended_at=now, ended_by=by)
        )
        write_line(
            connection, at=now, username=_name(row.assignment_id), outcome="revoked", by=by
        )
    return len(held)


class Passes(Devices):
    """Sessions, wall machines, and the phones in the field."""

    def redeem_field(self, code: str, address: str, agent: str = "") -> tuple[str, Session]:
        """Sign a phone in with an order's one-time code; it stays seven days at most.

        Raises
        ------
        TooMany, NotSignedIn
        """
        self.throttle.check("field-code", address)
        plain = digits_of(code)
        now, secret = self._real(), secrets.token_urlsafe(32)
        with self._transaction() as db:
            row = db.execute(
                select(field_code).where(field_code.c.code_hash == hash_of(plain))
            ).one_or_none()
            good = (
                row is not None and row.used_at is None and row.revoked_at is None
                and row.expires_at > now
            )  # fmt: skip
            if row is not None and good:
                self._let_in(db, row, secret, address, agent)
        if row is None or not good:
            self.throttle.failed("field-code", address)
            self._log("(现场码)", "refused", "field", address, agent)
            raise NotSignedIn("现场码无效、已用过或已过期，请向指挥中心值班员重新领取")
        self.throttle.passed("field-code", address)
        found = self._read_session(hash_of(secret))
        if found is None:
            raise NotSignedIn("现场码已被收回，请向指挥中心值班员重新领取")
        return secret, found

    def field_codes(self) -> dict[str, dict[str, Any]]:
        """Per order its newest code that was not taken back: made, expires, used; no secrets."""
        columns = ("assignment_id", "created_at", "created_by", "expires_at", "used_at")
        query = select(*(field_code.c[name] for name in columns)).where(
            field_code.c.revoked_at.is_(None)
        )
        return {row["assignment_id"]: row for row in self._rows(query)}

    # ------------------------------------------------------------ inside

    def _let_in(self, db: Connection, row: Any, secret: str, address: str, agent: str) -> None:
        now, key = self._real(), hash_of(secret)
        db.execute(
            update(field_code)
            .where(field_code.c.code_hash == row.code_hash)
            .values(used_at=now, token_hash=key)
        )
        db.execute(
            insert(session).values(
                token_hash=key, username=_name(row.assignment_id),
                csrf=secrets.token_urlsafe(24), kind="field", label=row.name, created_at=now,
                seen_at=now, expires_at=now + PHONE_LIFE, address=address[:64],
                agent=agent[:200],
            )
        )  # fmt: skip
        self._write_log(db, _name(row.assignment_id), "signed-in", "field", address, agent)

    def _read_session(self, key: str) -> Session | None:
        return super()._read_session(key) or self._read_phone(key)

    def _read_phone(self, key: str) -> Session | None:
        query = select(
            session, field_code.c.assignment_id, field_code.c.name, field_code.c.org
        ).join_from(session, field_code, session.c.token_hash == field_code.c.token_hash)
        with self._reader.connect() as db:
            row = db.execute(
                query.where(
                    session.c.token_hash == key, session.c.kind == "field",
                    session.c.ended_at.is_(None), field_code.c.revoked_at.is_(None),
                )
            ).one_or_none()  # fmt: skip
        if row is None:
            return None
        held = Actor.of(row.username, "field", row.org, row.name)
        actor = Actor(
            username=held.username, name=held.name, role=held.role, org=held.org,
            permissions=held.permissions, order=row.assignment_id,
        )  # fmt: skip
        return Session(
            key=key, csrf=row.csrf, kind="field", created_at=row.created_at,
            seen_at=row.seen_at, expires_at=row.expires_at, actor=actor,
        )  # fmt: skip


def _name(order: str) -> str:
    """The name a phone acts under; the retry keys of one order belong together by it."""
    return f"field.{order}"
