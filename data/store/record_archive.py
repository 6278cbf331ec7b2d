"""The sign-in log's old lines as signed files: taken out after six months, verified, brought back.

A part is written, synced and read again before a line leaves the database; its hash chain goes on
from the part before and is gone on with by the lines that stay.
"""

from __future__ import annotations

import gzip
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import msgspec
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from sqlalchemy import Connection, delete, func, insert, select

from data.domain.clock import SHANGHAI, real_now
from data.errors import Invalid
from data.store.accounts_schema import record_part, sign_in_log
from data.store.archive import fingerprint, publish, write_packed
from data.store.database import Database
from data.store.heads import public_key, sign_with
from data.store.journal import GENESIS, Verdict
from data.store.sign_in_book import KEPT, adopt, lines_after, start_of, verify_log, walk

MOST = 200_000  # lines of one part
BATCH = 2000


class SignedPart(msgspec.Struct, frozen=True, kw_only=True):
    """What stands beside a part's file: which lines, the ends of their chain, its mark, signed."""

    file: str
    first: int
    last: int
    previous: str
    head: str
    sha256: str
    since: datetime
    until: datetime
    at: datetime
    signature: str = ""

    @property
    def said(self) -> bytes:
        """What is signed: everything but the signature."""
        return msgspec.json.encode(msgspec.structs.replace(self, signature=""))


@dataclass(frozen=True, kw_only=True)
class PartsVerdict:
    """Whether the archive and what stayed are one chain, and the first thing that does not fit."""

    ok: bool
    parts: int
    lines: int
    reason: str = ""


def archive_log(
    database: Database, folder: Path, keys: Path, older: timedelta = KEPT,
    now: datetime | None = None,
) -> SignedPart | None:  # fmt: skip
    """Move lines older than `older` into one signed part; None when there are none.

    Raises
    ------
    Invalid
        When younger lines than six months are asked for, or the chain does not hold.
    """
    at = now or real_now()
    if older < KEPT:
        raise Invalid.field(
            "days", f"登录记录至少留存 {KEPT.days} 天", f"请填不小于 {KEPT.days} 的天数"
        )
    folder.mkdir(parents=True, exist_ok=True)
    with database.units.transaction() as db:  # what was brought back goes again first
        known = db.scalar(select(func.max(record_part.c.last))) or 0
        db.execute(delete(sign_in_log).where(sign_in_log.c.id <= known))
    with database.reader.connect() as db:
        previous, _ = start_of(db)
        lines = list(_old(db, at - older))
    if not lines:
        return None
    walked = walk(lines, previous)
    if not walked.ok:
        raise _broken(walked)
    made = _written(folder, keys, lines, previous, at)
    if walk(read_part(folder / made.file), previous) != walked:
        raise Invalid.field("file", f"{made.file} 写出后读回不符", "请检查磁盘后重试；数据库未改动")
    with database.units.transaction() as db:
        db.execute(
            insert(record_part).values(
                first=made.first, last=made.last, head=made.head, file=made.file,
                sha256=made.sha256, at=made.at,
            )
        )  # fmt: skip
        db.execute(delete(sign_in_log).where(sign_in_log.c.id.between(made.first, made.last)))
    return made


def read_part(path: Path) -> Iterator[dict[str, Any]]:
    """The lines of a part's file, oldest first."""
    with gzip.open(path, "rb") as packed:
        for row in packed:
            line = msgspec.json.decode(row)
            yield {**line, "at": datetime.fromisoformat(line["at"])}


def parts_in(folder: Path) -> list[SignedPart]:
    """The parts of a folder, oldest first.

    Raises
    ------
    Invalid
        When one cannot be read, naming it.
    """
    held = []
    for path in sorted(folder.glob("sign-in-*.json")):
        try:
            held.append(msgspec.json.decode(path.read_bytes(), type=SignedPart))
        except msgspec.DecodeError as error:
            raise Invalid.field(path.name, "读不出来", "请从外部主机取回原来的文件") from error
    return held


def verify_archive(db: Connection, folder: Path, public: bytes) -> PartsVerdict:
    """Walk the archive from the very first line and on through what stayed.

    Raises
    ------
    Invalid
        When the key is none, or a part cannot be read.
    """
    key, previous, lines = public_key(public), GENESIS, 0
    held = parts_in(folder)
    for count, part in enumerate(held, 1):
        reason = _fault(folder, part, key, previous)
        if not reason:
            walked = walk(read_part(folder / part.file), previous)
            lines += walked.rows
            reason = "" if walked.ok else f"第 {walked.broken_at} 条{walked.reason}"
            if walked.ok and walked.head != part.head:
                reason = "末条与签名所记不符"
        if reason:
            return PartsVerdict(
                ok=False, parts=count, lines=lines, reason=f"{part.file}：{reason}"
            )
        previous = part.head
    known = db.execute(select(func.max(record_part.c.last))).scalar() or 0
    if known > (held[-1].last if held else 0):
        reason = f"归档到第 {known} 条，目录中缺少后面的文件"
        return PartsVerdict(ok=False, parts=len(held), lines=lines, reason=reason)
    stayed, begins = verify_log(db), start_of(db)[0]
    if not stayed.ok:
        return PartsVerdict(
            ok=False, parts=len(held), lines=lines,
            reason=f"数据库中第 {stayed.broken_at} 条：{stayed.reason}",
        )  # fmt: skip
    if begins not in {GENESIS, *(part.head for part in held)}:
        return PartsVerdict(ok=False, parts=len(held), lines=lines, reason="归档与数据库接不上")
    return PartsVerdict(ok=True, parts=len(held), lines=lines + stayed.rows)


def bring_back(database: Database, folder: Path, public: bytes) -> int:
    """Put every archived line back into the log, to be searched there; how many.

    Raises
    ------
    Invalid
        When the archive does not hold.
    """
    with database.reader.connect() as db:
        found = verify_archive(db, folder, public)
    if not found.ok:
        raise Invalid.field("folder", found.reason, "请从外部主机取回原来的文件；数据库未改动")
    done = 0
    with database.units.transaction() as db:
        first = db.scalar(select(func.min(sign_in_log.c.id)))
        for part in parts_in(folder):
            lines = [x for x in read_part(folder / part.file) if first is None or x["id"] < first]
            if lines:
                db.execute(insert(sign_in_log), lines)
                done += len(lines)
        adopt(db)
        after = verify_log(db)
        if not after.ok:
            raise _broken(after)
    return done


# ---------------------------------------------------------------- inside


def _old(db: Connection, before: datetime) -> Iterator[dict[str, Any]]:
    """Lines from the first on, up to the first that is too young or the most one part holds."""
    after, count = -1, 0
    while count < MOST and (rows := lines_after(db, after, BATCH)):
        for row in rows:
            if row["at"] >= before or count >= MOST:
                return
            count += 1
            yield row
        after = rows[-1]["id"]


def _written(
    folder: Path, keys: Path, lines: list[dict[str, Any]], previous: str, at: datetime
) -> SignedPart:
    first, last = lines[0], lines[-1]
    span = f"{first['at'].astimezone(SHANGHAI):%Y%m%d}-{last['at'].astimezone(SHANGHAI):%Y%m%d}"
    name = f"sign-in-{first['id']:010d}-{last['id']:010d}-{span}.jsonl.gz"
    mark = write_packed(
        folder / name, ({**line, "at": line["at"].isoformat()} for line in lines)
    )
    bare = SignedPart(
        file=name, first=first["id"], last=last["id"], previous=previous, head=last["hash"],
        sha256=mark, since=first["at"], until=last["at"], at=at,
    )  # fmt: skip
    made = msgspec.structs.replace(bare, signature=sign_with(keys, bare.said))
    beside = name.removesuffix(".jsonl.gz") + ".json"
    publish(folder / beside, msgspec.json.format(msgspec.json.encode(made)))
    return made


def _fault(folder: Path, part: SignedPart, key: Ed25519PublicKey, previous: str) -> str:
    try:
        key.verify(bytes.fromhex(part.signature), part.said)
    except (InvalidSignature, ValueError):
        return "签名不符：文件被改动，或不是本中心签的"
    path = folder / part.file
    if Path(part.file).name != part.file or not path.is_file():
        return "文件缺失"
    if fingerprint(path) != part.sha256:
        return "文件已被改动或损坏"
    return "" if part.previous == previous else "与前一份接不上，缺少中间的文件"


def _broken(found: Verdict) -> Invalid:
    return Invalid.field(
        "sign_in_log", f"登录记录第 {found.broken_at} 条：{found.reason}",
        "请保全数据库文件和备份，报告安全管理员；没有归档任何记录",
    )  # fmt: skip
