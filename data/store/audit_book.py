"""The auditor's searches over journal and sign-in log: newest first, page by page, by index."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, Table, or_, select

from data.domain.auditing import REFUSED, AuditFilter
from data.store.accounts_schema import account, sign_in_log
from data.store.schema import journal

_JOURNAL = tuple(
    journal.c[name]
    for name in ("seq", "at", "recorded_at", "command", "actor", "role", "org", "area",
                 "incident_id", "authority", "summary", "hash")
)  # fmt: skip
_ENDS = 1000  # lines at either end of a span whose clock may have been set meanwhile


def journal_page(
    db: Connection, wanted: AuditFilter, limit: int, *,
    codes: Collection[str] | None, visible: Collection[str] | None = None,
    within: Collection[str] | None = None,
) -> list[dict[str, Any]]:  # fmt: skip
    """Journal rows that fit, newest first.

    Parameters
    ----------
    codes
        The areas searched for, None for all.
    within, visible
        The areas and incidents that whoever asks may see, None for all.
    """
    query = select(*_JOURNAL).order_by(journal.c.seq.desc()).limit(limit)
    if wanted.person:
        query = query.where(journal.c.actor == wanted.person)
    if wanted.kind:
        query = query.where(journal.c.command == wanted.kind)
    if within is not None:
        own = _in(within) & journal.c.incident_id.is_(None)
        query = query.where(or_(own, journal.c.incident_id.in_(list(visible or ()))))
    query = _spanned(db, query, journal, "seq", wanted)
    return _rows(db, query) if codes is None else _of_areas(db, query, codes, limit)


def _of_areas(
    db: Connection, query: Select[Any], codes: Collection[str], limit: int
) -> list[dict[str, Any]]:
    """The newest of each area by its own index, put together: all at once would sort them all."""
    found: dict[int, dict[str, Any]] = {}
    for column in (journal.c.area, journal.c.org):
        for code in codes:
            found |= {row["seq"]: row for row in _rows(db, query.where(column == code))}
    return [found[seq] for seq in sorted(found, reverse=True)[:limit]]


def log_page(
    db: Connection, wanted: AuditFilter, limit: int, *,
    codes: Collection[str] | None, within: Collection[str] | None = None,
) -> list[dict[str, Any]]:  # fmt: skip
    """Lines of the sign-in log that fit, newest first, each with its account's role and area."""
    log = sign_in_log
    query = (
        select(log, account.c.role, account.c.org, account.c.name)
        .outerjoin(account, account.c.username == log.c.username)
        .order_by(log.c.id.desc()).limit(limit)
    )  # fmt: skip
    if wanted.person:
        query = query.where(or_(log.c.username == wanted.person, log.c.by == wanted.person))
    if wanted.kind:
        query = query.where(log.c.outcome == wanted.kind)
    if wanted.result:
        refused = log.c.outcome.in_(sorted(REFUSED))
        query = query.where(refused if wanted.result == "refused" else ~refused)
    for areas in (codes, within):
        if areas is not None:
            query = query.where(account.c.org.in_(sorted(areas)))
    return _rows(db, _spanned(db, query, log, "id", wanted))


def commands(db: Connection) -> list[str]:
    """The kinds of commands that the journal holds, found key by key and not line by line."""
    found: list[str] = []
    last = ""
    while True:
        query = select(journal.c.command).where(journal.c.command > last)
        following = db.scalar(query.order_by(journal.c.command).limit(1))
        if following is None:
            return found
        found.append(last := str(following))


def last_check(db: Connection) -> dict[str, Any] | None:
    """The newest line that says how a walk along the chains came out."""
    log = sign_in_log
    query = select(log).where(log.c.outcome.in_(("chain-verified", "chain-broken")))
    row = db.execute(query.order_by(log.c.id.desc()).limit(1)).mappings().one_or_none()
    return dict(row) if row else None


# ---------------------------------------------------------------- inside


def _in(codes: Collection[str]) -> ColumnElement[bool]:
    listed = sorted(codes)
    return or_(journal.c.area.in_(listed), journal.c.org.in_(listed))


def _spanned(
    db: Connection, query: Select[Any], table: Table, key: str, wanted: AuditFilter
) -> Select[Any]:
    """The query bound to its span of time, and to the numbers that span can have.

    Numbers follow time but for a clock that was set: the bound is wide, the time itself decides.
    """
    number = table.c[key]
    if wanted.since is not None:
        low = _edge(db, table, key, wanted.since, first=True)
        query = query.where(table.c.at >= wanted.since, number > (low or 0) - _ENDS)
    if wanted.until is not None:
        high = _edge(db, table, key, wanted.until, first=False)
        query = query.where(table.c.at < wanted.until, number < (high or 0) + _ENDS)
    if wanted.before is not None:
        query = query.where(number < wanted.before)
    return query


def _edge(db: Connection, table: Table, key: str, at: datetime, *, first: bool) -> int | None:
    """The number next to an instant, by the index over time."""
    query = select(table.c[key])
    if first:
        return db.scalar(query.where(table.c.at >= at).order_by(table.c.at).limit(1))
    return db.scalar(query.where(table.c.at < at).order_by(table.c.at.desc()).limit(1))


def _rows(db: Connection, query: Select[Any]) -> list[dict[str, Any]]:
    return [dict(row) for row in db.execute(query).mappings()]
