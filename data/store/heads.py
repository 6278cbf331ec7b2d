"""The journal's head, signed and kept for a host elsewhere: who rewrites the whole chain is found.

The chain shows the row somebody changed, but not that somebody rewrote every row from there on.
A head that left this machine before, signed with a key whose public half left with it, does.
"""

from __future__ import annotations

import os
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

import msgspec
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from sqlalchemy import Connection, select

from data.domain.clock import SHANGHAI, real_now
from data.domain.steady import APART
from data.errors import Invalid
from data.store.accounts_schema import record_part, sign_in_head, sign_in_log
from data.store.journal import head_of
from data.store.schema import journal

EVERY = timedelta(hours=1)
KEY, PUBLIC = "head-key.pem", "head-key.pub.pem"


class SignedHead(msgspec.Struct, frozen=True, kw_only=True):
    """The newest numbers of journal and sign-in log with their hashes at an instant, signed.

    Heads of before the sign-in log was chained say nothing of it.
    """

    seq: int
    hash: str
    at: datetime
    signature: str
    log_seq: int = 0
    log_hash: str = ""

    @property
    def said(self) -> bytes:
        """What is signed."""
        log = f"{self.log_seq}\n{self.log_hash}\n" if self.log_hash else ""
        return f"{self.seq}\n{self.hash}\n{self.at.isoformat()}\n{log}".encode()


@dataclass(frozen=True, kw_only=True)
class HeadsVerdict:
    """Whether the journal still agrees with heads that left it, and the first that does not."""

    ok: bool
    heads: int
    broken_at: int | None = None
    reason: str = ""


def keep_head(connection: Connection, folder: Path, *, now: datetime | None = None) -> SignedHead:
    """Sign the head and add it to the day's file, one line of JSON; the file is synced.

    The key is made at the first call, readable by its owner alone; its public half stands beside.
    """
    seq, last = head_of(connection)
    at = now or real_now()
    log = connection.execute(select(sign_in_head.c.seq, sign_in_head.c.hash)).one()
    bare = SignedHead(
        seq=seq, hash=last, at=at, signature="", log_seq=log.seq, log_hash=log.hash
    )
    made = msgspec.structs.replace(bare, signature=sign_with(folder, bare.said))
    path = folder / f"heads-{at.astimezone(SHANGHAI):%Y%m%d}.jsonl"
    with path.open("ab") as out:
        out.write(msgspec.json.encode(made) + b"\n")
        out.flush()
        os.fsync(out.fileno())
    return made


def due(folder: Path, now: datetime) -> bool:
    """Whether an hour has passed since the newest head was kept."""
    # of a fast clock there may be heads of moments still to come: they do not count
    times = [one.at for one in _lately(folder) if one.at <= now + APART]
    return not times or now - max(times) >= EVERY


def newest_head(folder: Path) -> SignedHead | None:
    """The head of the highest number that this machine signed lately, if it signed any.

    Raises
    ------
    Invalid
        When a line cannot be read, naming it.
    """
    return max(_lately(folder), key=lambda one: one.seq, default=None)


def _lately(folder: Path) -> list[SignedHead]:
    """The heads of the newest two days."""
    return [one for path in sorted(folder.glob("heads-*.jsonl"))[-2:] for one in read_heads(path)]


def read_heads(path: Path) -> list[SignedHead]:
    """The heads of a file, oldest first.

    Raises
    ------
    Invalid
        When a line cannot be read, naming it.
    """
    held = []
    for number, line in enumerate(path.read_bytes().splitlines(), 1):
        try:
            held.append(msgspec.json.decode(line, type=SignedHead))
        except msgspec.DecodeError as error:
            raise Invalid.field(
                f"{path.name}:{number}", "这一行读不出来", "请从外部主机取回原来的文件"
            ) from error
    return held


def check_heads(connection: Connection, held: Iterable[SignedHead], public: bytes) -> HeadsVerdict:
    """Compare the journal with heads that were kept elsewhere.

    Parameters
    ----------
    public
        The public key in PEM, kept elsewhere too.

    Raises
    ------
    Invalid
        When the key is no Ed25519 public key.
    """
    key, count = public_key(public), 0
    for one in held:
        count += 1
        reason = _fault(connection, one, key)
        if reason:
            return HeadsVerdict(ok=False, heads=count, broken_at=one.seq, reason=reason)
    return HeadsVerdict(ok=True, heads=count)


def public_key(public: bytes) -> Ed25519PublicKey:
    """The public key that heads and parts are checked with.

    Raises
    ------
    Invalid
        When it is no Ed25519 public key in PEM.
    """
    try:
        key = serialization.load_pem_public_key(public)
    except ValueError as error:
        raise Invalid.field("key", "公钥读不出来", f"请用 {PUBLIC} 的副本") from error
    if not isinstance(key, Ed25519PublicKey):
        raise Invalid.field("key", "不是 Ed25519 公钥", f"请用 {PUBLIC} 的副本")
    return key


def sign_with(folder: Path, said: bytes) -> str:
    """The signature over some words, in hex; the key is made at the first call."""
    return _key(folder).sign(said).hex()


def _fault(connection: Connection, one: SignedHead, key: Ed25519PublicKey) -> str:
    try:
        key.verify(bytes.fromhex(one.signature), one.said)
    except (InvalidSignature, ValueError):
        return "签名不符：这一行被改动，或不是本中心签的"
    if one.log_hash and (reason := _log_fault(connection, one)):
        return reason
    if one.seq == 0:
        return ""
    found = connection.execute(select(journal.c.hash).where(journal.c.seq == one.seq)).scalar()
    if found is None:
        return f"第 {one.seq} 号记录不见了"
    return "" if found == one.hash else f"第 {one.seq} 号记录之前的内容被整体改写"


def _log_fault(connection: Connection, one: SignedHead) -> str:
    """Whether the sign-in log still holds the line; those in the archive are checked there."""
    if one.log_seq == 0:
        return ""
    found = connection.scalar(select(sign_in_log.c.hash).where(sign_in_log.c.id == one.log_seq))
    if found is None:
        part = connection.scalar(
            select(record_part.c.first).where(
                record_part.c.first <= one.log_seq, record_part.c.last >= one.log_seq
            )
        )
        return f"登录记录第 {one.log_seq} 条不见了" if part is None else ""
    return "" if found == one.log_hash else f"登录记录第 {one.log_seq} 条之前的内容被整体改写"


def _key(folder: Path) -> Ed25519PrivateKey:
    path = folder / KEY
    if path.exists():
        held = serialization.load_pem_private_key(path.read_bytes(), password=None)
        if isinstance(held, Ed25519PrivateKey):
            return held
        raise Invalid.field(KEY, "不是 Ed25519 私钥", "请移开此文件，再把新的公钥交给外部主机")
    folder.mkdir(parents=True, exist_ok=True)
    made = Ed25519PrivateKey.generate()
    pem, none = serialization.Encoding.PEM, serialization.NoEncryption()
    body = made.private_bytes(pem, serialization.PrivateFormat.PKCS8, none)
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "wb") as out:
        out.write(body)
    public = made.public_key().public_bytes(pem, serialization.PublicFormat.SubjectPublicKeyInfo)
    (folder / PUBLIC).write_bytes(public)
    return made
