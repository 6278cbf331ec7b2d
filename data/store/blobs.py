"""Files that things refer to, kept once by the SHA-256 of their bytes."""

from __future__ import annotations

from hashlib import sha256

from sqlalchemy import Connection, Engine, select

from data.domain.clock import real_now
from data.errors import NotFound
from data.store.schema import blob
from data.store.upsert import ensure


def keep_blob(connection: Connection, body: bytes, media: str) -> str:
    """Keep a file in this transaction and return its id; the same bytes are kept once."""
    key = sha256(body).hexdigest()
    if connection.execute(select(blob.c.id).where(blob.c.id == key)).scalar() is None:
        ensure(
            connection, blob, id=key, media=media, size=len(body), created_at=real_now(), body=body
        )
    return key


def read_blob(engine: Engine, key: str) -> tuple[bytes, str]:
    """A file's bytes and media type.

    Raises
    ------
    NotFound
        When there is none.
    """
    with engine.connect() as connection:
        row = connection.execute(
            select(blob.c.body, blob.c.media).where(blob.c.id == key)
        ).one_or_none()
    if row is None:
        raise NotFound("没有这个文件")
    return bytes(row.body), str(row.media)
