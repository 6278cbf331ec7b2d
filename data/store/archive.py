"""The journal as an archive: parts in files of their own, from which any earlier moment is rebuilt.

A part holds the journal's rows between two numbers with their after-images and the answers that
were given; because every change stands in the journal, one archive restores to any number in it,
on either engine. What is not journaled (accounts, plans, files) is kept beside it as it was last.
"""

from __future__ import annotations

import gzip
import hashlib
import os
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import msgspec
from sqlalchemy import Connection, Table, select

from data.domain.clock import real_now
from data.errors import Invalid
from data.store.accounts_schema import ACCOUNT_TABLES, session
from data.store.database import Database
from data.store.journal import head_of, rows_after
from data.store.schema import blob, counter, image, plan, request

MANIFEST = "manifest.json"
BATCH = 500
# Kept whole at every run: small, changed in place, and not in the journal. Sessions are not kept:
# after a restore everybody signs in again, so that nobody who was shut out comes back in.
BESIDE: tuple[Table, ...] = (
    *(table for table in ACCOUNT_TABLES if table is not session), counter, plan
)  # fmt: skip


class Part(msgspec.Struct, frozen=True, kw_only=True):
    """One file of the archive: which numbers it holds, and the fingerprint it must still have."""

    file: str
    first: int
    last: int
    head: str
    sha256: str
    at: datetime


class Manifest(msgspec.Struct, frozen=True, kw_only=True):
    """What an archive holds: its parts in order, and what is kept beside them."""

    parts: tuple[Part, ...] = ()
    beside: str = ""
    beside_sha256: str = ""

    @property
    def last(self) -> int:
        """The newest journal number kept."""
        return self.parts[-1].last if self.parts else 0


def read_manifest(folder: Path) -> Manifest:
    """What an archive holds; nothing yet where there is none.

    Raises
    ------
    Invalid
        When the manifest cannot be read.
    """
    path = folder / MANIFEST
    if not path.exists():
        return Manifest()
    try:
        return msgspec.json.decode(path.read_bytes(), type=Manifest)
    except msgspec.DecodeError as error:
        raise Invalid.field(
            MANIFEST, f"备份清单无法读取（{error}）", "请换用另一份备份，或从别处取回此文件"
        ) from error


def keep(database: Database, folder: Path) -> Manifest:
    """Bring an archive up to the journal's head; a second run adds only what is new.

    Files are written beside, synced and renamed, the manifest last: an interrupted run leaves the
    archive as it was.

    Raises
    ------
    Invalid
        When the archive is of another center, or cannot be read.
    """
    folder.mkdir(parents=True, exist_ok=True)
    held = read_manifest(folder)
    reader = database.reader
    if reader.dialect.name == "postgresql":
        reader = reader.execution_options(isolation_level="REPEATABLE READ")
    with reader.connect() as connection:
        seq, last_hash = head_of(connection)
        _same_center(connection, held)
        parts = held.parts
        if seq > held.last:
            name = f"journal-{held.last + 1:010d}-{seq:010d}.jsonl.gz"
            mark = write_packed(folder / name, _rows(connection, held.last, seq))
            parts = (
                *parts,
                Part(
                    file=name, first=held.last + 1, last=seq, head=last_hash, sha256=mark,
                    at=real_now(),
                ),
            )  # fmt: skip
        beside = f"beside-{seq:010d}-{real_now():%Y%m%dT%H%M%S%f}.jsonl.gz"
        beside_mark = write_packed(folder / beside, _beside(connection))
        _keep_files(connection, folder / "files")
    made = Manifest(parts=parts, beside=beside, beside_sha256=beside_mark)
    publish(folder / MANIFEST, msgspec.json.format(msgspec.json.encode(made)))
    if held.beside and held.beside != beside:
        (folder / held.beside).unlink(missing_ok=True)
    return made


def _same_center(connection: Connection, held: Manifest) -> None:
    """Refuse an archive whose newest row is not this center's row of that number."""
    if not held.parts:
        return
    rows = rows_after(connection, held.last - 1, 1)
    if not rows or rows[0]["hash"] != held.parts[-1].head:
        raise Invalid.field(
            MANIFEST,
            f"该目录是另一个中心的备份（第 {held.last} 号记录不同）",
            "请为本中心另选一个空目录",
        )


def _rows(connection: Connection, after: int, until: int) -> Iterator[dict[str, Any]]:
    """The journal's rows with their images and answers, one line each."""
    while after < until and (rows := rows_after(connection, after, BATCH)):
        first, last = rows[0]["seq"], rows[-1]["seq"]
        images: dict[int, list[tuple[str, str, str]]] = {}
        for one in connection.execute(select(image).where(image.c.seq.between(first, last))):
            images.setdefault(one.seq, []).append((one.kind, one.id, one.body))
        answers: dict[int, list[dict[str, Any]]] = {}
        asked = connection.execute(select(request).where(request.c.seq.between(first, last)))
        for answer in asked.mappings():
            answers.setdefault(answer["seq"], []).append({str(k): v for k, v in answer.items()})
        for row in rows:
            key = row["seq"]
            told = {str(k): v for k, v in row.items()}
            yield {"row": told, "images": images.get(key, []), "answers": answers.get(key, [])}
        after = last


def _beside(connection: Connection) -> Iterator[dict[str, Any]]:
    for table in BESIDE:
        for row in connection.execute(select(table)).mappings():
            yield {"table": str(table.name), "row": {str(k): v for k, v in row.items()}}


def _keep_files(connection: Connection, folder: Path) -> None:
    """Photos and papers by the SHA-256 of their bytes; each is written once."""
    folder.mkdir(exist_ok=True)
    for key, media in connection.execute(select(blob.c.id, blob.c.media)).all():
        path = folder / key
        if not path.exists():
            body = connection.execute(select(blob.c.body).where(blob.c.id == key)).scalar_one()
            path.with_suffix(".media").write_text(media, encoding="utf-8")
            publish(path, bytes(body))


def write_packed(path: Path, lines: Iterator[dict[str, Any]]) -> str:
    """Write lines of JSON, packed and synced; the SHA-256 of the file."""
    part = path.with_suffix(".part")
    with part.open("wb") as raw:
        with gzip.GzipFile(fileobj=raw, mode="wb", mtime=0) as packed:
            for line in lines:
                packed.write(msgspec.json.encode(line) + b"\n")
        raw.flush()
        os.fsync(raw.fileno())
    part.replace(path)
    _sync_folder(path.parent)
    return fingerprint(path)


def publish(path: Path, body: bytes) -> None:
    """Write a file beside, synced, and rename it into place."""
    part = path.with_suffix(".part")
    with part.open("wb") as raw:
        raw.write(body)
        raw.flush()
        os.fsync(raw.fileno())
    part.replace(path)
    _sync_folder(path.parent)


def _sync_folder(folder: Path) -> None:
    """A rename is durable once its folder is."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def fingerprint(path: Path) -> str:
    """The SHA-256 of a file."""
    with path.open("rb") as body:
        return hashlib.file_digest(body, "sha256").hexdigest()
