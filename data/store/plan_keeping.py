"""Which stored plans are let go: proposals nobody ordered or was sent, thirty days on.

A plan is the record of what was proposed; one that was ordered, or that stands as the draft of a
granted request, is part of the operation and stays for good.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import Connection, delete, select

from data.domain.linking import SupportRequest
from data.store.codec import decode
from data.store.schema import TABLES, plan

KEPT = timedelta(days=30)  # assumed: a review of the operation is written within the month


def forget_plans(connection: Connection, now: datetime) -> int:
    """Let go of the plans made `KEPT` before `now` that nothing names; how many they were."""
    dispatch, support = TABLES["dispatch"], TABLES["support"]
    ordered = select(dispatch.c.plan_id).where(dispatch.c.plan_id.is_not(None))
    old = set(
        connection.execute(
            select(plan.c.id).where(plan.c.created_at < now - KEPT, plan.c.id.not_in(ordered))
        ).scalars()
    )
    if old:
        for body in connection.execute(select(support.c.body)).scalars():
            old.discard(decode(body, SupportRequest).plan_id or "")
    if old:
        connection.execute(delete(plan).where(plan.c.id.in_(sorted(old)[:500])))
    return len(old)
