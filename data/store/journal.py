"""The 值班记录: append-only rows in one gap-free order, chained by hashes."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, func, select

from data.store.codec import digest
from data.store.schema import head, image, journal

GENESIS = "0" * 64


@dataclass(frozen=True, kw_only=True)
class Row:
    """One journal row without its images; `hash` chains it to the row before."""

    seq: int
    at: datetime
    recorded_at: datetime
    command: str
    actor: str
    role: str
    org: str
    authority: str
    incident_id: str | None
    area: str | None
    summary: str
    images_hash: str
    request_id: str | None
    prev_hash: str

    def chained(self) -> str:
        """The row's own hash."""
        return digest(
            str(self.seq), self.at.isoformat(), self.recorded_at.isoformat(), self.command,
            self.actor, self.role, self.org, self.authority, self.incident_id or "",
            self.area or "", self.summary, self.images_hash, self.request_id or "",
            self.prev_hash,
        )  # fmt: skip


def images_hash(images: list[tuple[str, str, str]]) -> str:
    """One hash over a row's images, each (kind, id, body), in the order of kind and id."""
    return digest(*(part for triple in sorted(images) for part in triple))


def head_of(connection: Connection) -> tuple[int, str]:
    """The newest sequence number and its hash."""
    row = connection.execute(select(head.c.seq, head.c.hash)).one()
    return row.seq, row.hash


def rows_after(connection: Connection, after: int, limit: int) -> list[dict[str, Any]]:
    """Journal rows with a number over `after`, oldest first."""
    found = connection.execute(
        select(journal).where(journal.c.seq > after).order_by(journal.c.seq).limit(limit)
    )
    return [dict(row) for row in found.mappings()]


def seq_at(connection: Connection, instant: datetime) -> int:
    """The last journal number written at or before a domain instant; 0 when none was."""
    found = connection.execute(select(func.max(journal.c.seq)).where(journal.c.at <= instant))
    return found.scalar_one() or 0


@dataclass(frozen=True, kw_only=True)
class Verdict:
    """Whether the chain holds, how many rows were read, and the first broken row."""

    ok: bool
    rows: int
    head: str
    broken_at: int | None = None
    reason: str = ""


def verify(connection: Connection) -> Verdict:
    """Walk the whole chain, images included, and name the first row that does not hold."""
    seq, last = head_of(connection)
    previous, count = GENESIS, 0
    for row, images in _with_images(connection):
        count += 1
        reason = _fault(row, images, expected=count, previous=previous)
        if reason:
            return Verdict(ok=False, rows=count, head=last, broken_at=count, reason=reason)
        previous = row["hash"]
    if (count, previous) != (seq, last if seq else GENESIS):
        return Verdict(
            ok=False, rows=count, head=last, broken_at=count + 1, reason="记录末尾与链头不符"
        )
    return Verdict(ok=True, rows=count, head=last)


def _fault(
    row: dict[str, Any], images: list[tuple[str, str, str]], *, expected: int, previous: str
) -> str:
    """Why a row does not hold, or an empty string."""
    stored = dict(row)
    own = stored.pop("hash")
    if row["seq"] != expected:
        return f"编号不连续：应为 {expected}，实为 {row['seq']}"
    if row["prev_hash"] != previous:
        return "与上一条的哈希不符"
    if row["images_hash"] != images_hash(images):
        return "附带的数据被改动"
    if Row(**stored).chained() != own:
        return "内容被改动"
    return ""


def _with_images(
    connection: Connection, batch: int = 500
) -> Iterator[tuple[dict[str, Any], list[tuple[str, str, str]]]]:
    """Every row with its images, in order, read in batches."""
    after = 0
    while rows := rows_after(connection, after, batch):
        first, after = rows[0]["seq"], rows[-1]["seq"]
        found = connection.execute(
            select(image.c.seq, image.c.kind, image.c.id, image.c.body).where(
                image.c.seq.between(first, after)
            )
        )
        grouped: dict[int, list[tuple[str, str, str]]] = {}
        for seq, kind, thing, body in found:
            grouped.setdefault(seq, []).append((kind, thing, body))
        for row in rows:
            yield row, grouped.get(row["seq"], [])
