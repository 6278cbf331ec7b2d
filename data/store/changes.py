"""What became of a thing since a version of it was seen, read from the journal's images."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import msgspec
from sqlalchemy import Connection, func, select

from data.store.accounts_schema import account
from data.store.schema import image, journal

_BACK = 50  # images read back at most


@dataclass(frozen=True, kw_only=True)
class Changed:
    """How often a thing changed, by whom and when last, and its body at the version seen.

    `before` is None where that version is too far back or never was.
    """

    times: int
    by: str
    at: datetime | None
    before: dict[str, Any] | None


def changed_since(connection: Connection, kind: str, thing_id: str, version: int) -> Changed:
    """The changes of a thing after a version of it."""
    query = (
        select(image.c.body, func.coalesce(account.c.name, journal.c.actor), journal.c.at)
        .join(journal, journal.c.seq == image.c.seq)
        .outerjoin(account, account.c.username == journal.c.actor)
        .where(image.c.kind == kind, image.c.id == thing_id)
        .order_by(image.c.seq.desc())
        .limit(_BACK)
    )
    later = []
    for body, actor, at in connection.execute(query):
        told: dict[str, Any] = msgspec.json.decode(body)
        if told.get("version", 0) <= version:
            before = told if told.get("version", 0) == version else None
            break
        later.append((actor, at))
    else:
        before = None
    by, at = later[0] if later else ("", None)
    return Changed(times=len(later), by=by, at=at, before=before)
