"""What a request was answered the first time, so that a retry is told the same."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, insert, select

from data.store.codec import encode
from data.store.schema import request
from data.store.unit_of_work import Unit


def first_answer(
    connection: Connection, request_id: str, actor: str
) -> tuple[str, int, str] | None:
    """What a request was answered the first time: (fingerprint, seq, answer JSON)."""
    found = connection.execute(
        select(request.c.fingerprint, request.c.seq, request.c.answer).where(
            request.c.request_id == request_id, request.c.actor == actor
        )
    ).one_or_none()
    return (found.fingerprint, found.seq, found.answer) if found else None


def keep_answer(unit: Unit, command: str, request_id: str, print_: str, answer: Any) -> None:
    """Keep the answer to a request, so that a retry is told the same."""
    unit.connection.execute(
        insert(request).values(
            request_id=request_id, actor=unit.actor.username, command=command,
            fingerprint=print_, seq=unit.seq, answer=encode(answer),
        )
    )  # fmt: skip
