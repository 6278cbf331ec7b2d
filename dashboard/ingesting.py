"""The door for readings as the web server uses it: nothing of it blocks the event loop."""

from __future__ import annotations

import asyncio
from datetime import datetime, timedelta
from typing import Any

from data.center import Center
from data.domain.feeding import Taken
from data.domain.org import Actor
from data.errors import Invalid
from data.services.feed_wire import Lines, rows_of_lines, rows_of_list

QUICK_ROWS = 2_000  # checked on the loop in about a millisecond; more of them go to a thread

__all__ = ["Lines", "history_span", "rows_of_lines", "rows_of_list", "submit"]


async def submit(center: Center, actor: Actor, rows: list[Any]) -> asyncio.Future[Taken]:
    """Hand rows to the feed; the answer resolves once they are durable."""
    if len(rows) <= QUICK_ROWS and center.feed.at_hand(actor):
        waiting = center.feed.submit(actor, rows, source=actor.username)
    else:
        waiting = await center.ask(center.feed.submit, actor, rows, source=actor.username)
    return asyncio.wrap_future(waiting)


def history_span(
    since: int | datetime | None, until: int | datetime | None, now: datetime
) -> tuple[datetime, datetime]:
    """The span of a history: instants only, a day back unless told.

    Raises
    ------
    Invalid
        When a journal number is given for an instant.
    """
    for name, given in (("since", since), ("until", until)):
        if isinstance(given, int):
            raise Invalid.field(name, "请填时间", "请填带时区的时间，如 2020-07-08T08:00:00+08:00")
    last = until if isinstance(until, datetime) else now
    return (since if isinstance(since, datetime) else last - timedelta(days=1)), last
