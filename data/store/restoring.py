"""Rebuilds a center from an archive of its journal, at the newest number or at any earlier one."""

from __future__ import annotations

import gzip
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import msgspec
from sqlalchemy import Connection, DateTime, Table, func, insert, select, update

from data.domain.registry import KINDS
from data.errors import Conflict, Invalid
from data.store.accounts_schema import sign_in_log
from data.store.archive import BESIDE, Manifest, fingerprint, read_manifest
from data.store.codec import decode
from data.store.database import Database
from data.store.journal import Verdict, verify
from data.store.schema import TABLES, blob, head, image, journal, request
from data.store.sign_in_book import adopt, verify_log, write_line


@dataclass(frozen=True, kw_only=True)
class Restored:
    """What was rebuilt: up to which number, how many things, and whether the chain holds."""

    seq: int
    at: datetime
    things: int
    verdict: Verdict


def restore(folder: Path, database: Database, until: int | datetime | None = None) -> Restored:
    """Rebuild an empty, migrated database up to a journal number or a domain instant.

    All in one transaction: it is whole or it is not there.

    Raises
    ------
    Conflict
        When the database is not empty.
    Invalid
        When the archive is damaged or has no such moment, naming the file.
    """
    held = read_manifest(folder)
    _check(folder, held, until)
    with database.units.transaction() as connection:
        if connection.execute(select(func.count()).select_from(journal)).scalar_one():
            raise Conflict("目标数据库不是空的：请换用空的 HUBEI_VAR 目录或空数据库后再恢复")
        newest: dict[tuple[str, str], str] = {}
        seq, last, at = 0, "", _asked(until)
        for line in _lines(folder, held):
            row = _times(journal, line["row"])
            if _beyond(row, until):
                break
            _replay(connection, row, line, newest)
            seq, last = row["seq"], row["hash"]
            at = at if isinstance(until, datetime) else row["at"]
        for (kind, _), body in newest.items():
            _put(connection, kind, body)
        connection.execute(update(head).values(seq=seq, hash=last))
        _put_beside(connection, folder, held)
        _put_files(connection, folder / "files")
        verdict = verify(connection)
        if not verdict.ok:
            raise Invalid.field(
                "journal", f"备份的第 {verdict.broken_at} 号记录：{verdict.reason}",
                "该备份已被改动或损坏，请换用另一份；数据库未作任何改动",
            )  # fmt: skip
    return Restored(seq=seq, at=at, things=len(newest), verdict=verdict)


def _asked(until: int | datetime | None) -> datetime:
    """The instant asked for; for a number it is that of its row, found on the way."""
    return until if isinstance(until, datetime) else datetime.fromtimestamp(0, UTC)


def _check(folder: Path, held: Manifest, until: int | datetime | None) -> None:
    if not held.parts:
        raise Invalid.field("folder", f"{folder} 中没有备份", "请核对目录")
    marks = {part.file: part.sha256 for part in held.parts} | {held.beside: held.beside_sha256}
    for name, mark in marks.items():
        if not (folder / name).exists() or fingerprint(folder / name) != mark:
            raise Invalid.field(name, "文件缺失或已损坏", "请从另一份备份取回此文件，或换用另一份")
    if isinstance(until, int) and not 1 <= until <= held.last:
        raise Invalid.field(
            "until", f"备份中没有第 {until} 号记录", f"请填 1 到 {held.last} 之间的编号，或一个时刻"
        )


def _lines(folder: Path, held: Manifest) -> Iterator[dict[str, Any]]:
    for part in held.parts:
        with gzip.open(folder / part.file, "rb") as packed:
            for line in packed:
                yield msgspec.json.decode(line)


def _beyond(row: dict[str, Any], until: int | datetime | None) -> bool:
    if isinstance(until, datetime):
        return bool(row["at"] > until)
    return until is not None and row["seq"] > until


def _replay(
    connection: Connection, row: dict[str, Any], line: dict[str, Any], newest: dict[Any, str]
) -> None:
    """One journal row with its images and answers; what each thing is now is remembered."""
    connection.execute(insert(journal).values(**row))
    images = [{"kind": k, "id": i, "seq": row["seq"], "body": b} for k, i, b in line["images"]]
    if images:
        connection.execute(insert(image), images)
    if line["answers"]:
        connection.execute(insert(request), line["answers"])
    newest.update({(one["kind"], one["id"]): one["body"] for one in images})


def _put(connection: Connection, kind: str, body: str) -> None:
    thing, table = decode(body, KINDS[kind]), TABLES[kind]
    values = {c.name: getattr(thing, c.name) for c in table.c if c.name != "body"}
    connection.execute(insert(table).values(**values, body=body))


def _put_beside(connection: Connection, folder: Path, held: Manifest) -> None:
    tables = {table.name: table for table in BESIDE}
    lines: list[dict[str, Any]] = []
    with gzip.open(folder / held.beside, "rb") as packed:
        for line in packed:
            one = msgspec.json.decode(line)
            table = tables.get(one["table"])
            if table is not None:
                known = {k: v for k, v in one["row"].items() if k in table.c}
                row = _times(table, known)
                if table is sign_in_log:
                    lines.append(row)
                else:
                    connection.execute(insert(table).values(**row))
    _put_log(connection, lines)


def _put_log(connection: Connection, lines: list[dict[str, Any]]) -> None:
    """The sign-in log as it was; one of before it was chained is chained now."""
    for line in sorted(lines, key=lambda x: x["id"]):
        if line.get("hash"):
            connection.execute(insert(sign_in_log).values(**line))
        else:
            write_line(connection, **{k: v for k, v in line.items() if k != "id"})
    adopt(connection)
    found = verify_log(connection)
    if not found.ok:
        raise Invalid.field(
            "sign_in_log", f"登录记录第 {found.broken_at} 条：{found.reason}",
            "该备份已被改动或损坏，请换用另一份；数据库未作任何改动",
        )  # fmt: skip


def _put_files(connection: Connection, folder: Path) -> None:
    for path in sorted(folder.glob("*.media")):
        body = path.with_suffix("")
        content = body.read_bytes()
        connection.execute(
            insert(blob).values(
                id=body.name, media=path.read_text(encoding="utf-8"), size=len(content),
                created_at=datetime.fromtimestamp(body.stat().st_mtime).astimezone(), body=content,
            )
        )  # fmt: skip


def _times(table: Table, row: dict[str, Any]) -> dict[str, Any]:
    """A row of JSON with its instants as instants again."""
    return {
        name: datetime.fromisoformat(value)
        if value and isinstance(getattr(table.c[name].type, "impl", None), DateTime)
        else value
        for name, value in row.items()
    }
