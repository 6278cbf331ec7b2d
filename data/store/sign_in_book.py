"""The sign-in log: lines only added, each chained to the one before by its hash."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
from sqlalchemy import Connection, insert, select, update

from data.store.accounts_schema import record_part, sign_in_head, sign_in_log
from data.store.codec import digest
from data.store.journal import GENESIS, Verdict

# 网络安全法（2017）第二十一条（三）：网络日志留存不少于六个月. The longest six months are 184 days;
# the triggers of both engines refuse to let go of younger lines.
KEPT = timedelta(days=184)
LINE = ("at", "username", "outcome", "by", "address", "agent")  # what a line says
_SAID = ("id", *LINE, "prev_hash")


def chained(line: Mapping[str, Any]) -> str:
    """A line's own hash, over everything in it and the hash of the line before."""
    said = [line[name] for name in _SAID]
    said[1] = line["at"].isoformat()
    return digest(msgspec.json.encode(said).decode())


def write_line(
    db: Connection, *, at: datetime, username: str, outcome: str, by: str, address: str = "",
    agent: str = "",
) -> None:  # fmt: skip
    """Add a line in this transaction; lines are numbered and chained in commit order."""
    held = db.execute(
        select(sign_in_head.c.seq, sign_in_head.c.hash).with_for_update()
    ).one()
    line = {
        "id": held.seq + 1, "at": at.astimezone(UTC), "username": username[:64], "outcome": outcome,
        "by": by[:64], "address": address[:64], "agent": agent[:200], "prev_hash": held.hash,
    }  # fmt: skip
    own = chained(line)
    db.execute(insert(sign_in_log).values(**line, hash=own))
    db.execute(update(sign_in_head).values(seq=line["id"], hash=own))


def adopt(db: Connection) -> None:
    """Set the head to the newest line there is: after lines were brought in from elsewhere."""
    newest = db.execute(
        select(sign_in_log.c.id, sign_in_log.c.hash).order_by(sign_in_log.c.id.desc()).limit(1)
    ).one_or_none()
    part = db.execute(
        select(record_part.c.last, record_part.c.head)
        .order_by(record_part.c.last.desc()).limit(1)
    ).one_or_none()  # fmt: skip
    seq, last = newest or part or (0, GENESIS)
    db.execute(update(sign_in_head).values(seq=seq, hash=last))


def lines_after(db: Connection, after: int, limit: int) -> list[dict[str, Any]]:
    """Lines with a number over `after`, oldest first."""
    found = db.execute(
        select(sign_in_log).where(sign_in_log.c.id > after)
        .order_by(sign_in_log.c.id).limit(limit)
    )  # fmt: skip
    return [dict(row) for row in found.mappings()]


def verify_log(db: Connection) -> Verdict:
    """Walk the chain that is held here and name the first line that does not hold.

    It begins where the newest archived part before it ended, or at the very first line.
    """
    seq, last = db.execute(select(sign_in_head.c.seq, sign_in_head.c.hash)).one()
    previous, before = start_of(db)
    walked = walk(_all(db), previous)
    if not walked.ok:
        return walked
    ends = walked.head if walked.rows else previous
    reached = _newest(db) if walked.rows else before
    if (reached, ends) != (seq, last):
        return Verdict(
            ok=False, rows=walked.rows, head=last, broken_at=reached + 1,
            reason="记录末尾与链头不符",
        )  # fmt: skip
    return Verdict(ok=True, rows=walked.rows, head=last)


def archived(db: Connection) -> dict[str, Any]:
    """How many lines lie in the archive, up to which number, since when; and how many are here."""
    last = db.execute(
        select(record_part.c.last, record_part.c.at).order_by(record_part.c.last.desc()).limit(1)
    ).one_or_none()
    seq = db.scalar(select(sign_in_head.c.seq)) or 0
    upto, at = (last.last, last.at) if last else (0, None)
    return {"log_seq": seq, "archived": upto, "archived_at": at}


def start_of(db: Connection) -> tuple[str, int]:
    """The hash that the first line held here must follow, and that line's number less one."""
    first = db.scalar(select(sign_in_log.c.id).order_by(sign_in_log.c.id).limit(1))
    query = select(record_part.c.last, record_part.c.head)
    if first is not None:
        query = query.where(record_part.c.last < first)
    part = db.execute(query.order_by(record_part.c.last.desc()).limit(1)).one_or_none()
    return (part.head, part.last) if part else (GENESIS, 0)


def walk(lines: Iterable[Mapping[str, Any]], previous: str) -> Verdict:
    """Walk lines from the hash before them."""
    count = 0
    for line in lines:
        count += 1
        if line["prev_hash"] != previous:
            reason = "与上一条的哈希不符：之前有记录被删去、插入或调换"
        elif chained(line) != line["hash"]:
            reason = "内容被改动"
        else:
            previous = line["hash"]
            continue
        return Verdict(
            ok=False, rows=count, head=previous, broken_at=line["id"], reason=reason
        )
    return Verdict(ok=True, rows=count, head=previous)


def _newest(db: Connection) -> int:
    return db.scalar(select(sign_in_log.c.id).order_by(sign_in_log.c.id.desc()).limit(1)) or 0


def _all(db: Connection, batch: int = 1000) -> Iterator[dict[str, Any]]:
    after = -1
    while rows := lines_after(db, after, batch):
        yield from rows
        after = rows[-1]["id"]
