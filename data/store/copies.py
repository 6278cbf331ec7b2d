"""Which machines have archived a day: it leaves the shared database when every one of them has."""

from __future__ import annotations

import socket
from datetime import date, timedelta
from pathlib import Path

from sqlalchemy import Engine, text

from data.domain.clock import real_now

AWAY = timedelta(days=7)  # a machine silent for longer is no longer waited for
_SEEN = """INSERT INTO telemetry_home VALUES (:home, :now)
ON CONFLICT (home) DO UPDATE SET seen_at = excluded.seen_at"""
_NOTE = """INSERT INTO telemetry_copy VALUES (:home, :day, :mark)
ON CONFLICT (home, day) DO UPDATE SET mark = excluded.mark"""
_HELD = "SELECT mark FROM telemetry_copy WHERE home = :home AND day = :day"
_BEHIND = """SELECT count(*) FROM telemetry_home h WHERE h.seen_at > :since AND NOT EXISTS (
SELECT 1 FROM telemetry_copy c WHERE c.home = h.home AND c.day = :day AND c.mark = :mark)"""


class Copies:
    """The archives of several machines that share one database of hot days.

    Each keeps the older days in its own folder, so that each can answer for them and none is the
    only one that has them.
    """

    def __init__(self, writer: Engine, folder: Path) -> None:
        self.writer = writer
        self.home = f"{socket.gethostname()}:{folder.resolve()}"[:400]

    def seen(self) -> None:
        """Say that this machine is there, and is to be waited for."""
        with self.writer.begin() as connection:
            connection.execute(text(_SEEN), {"home": self.home, "now": real_now()})

    def held(self, day: date) -> int | None:
        """How often the day had been written when this machine archived it."""
        with self.writer.connect() as connection:
            asked = {"home": self.home, "day": day}
            return connection.execute(text(_HELD), asked).scalar_one_or_none()

    def note(self, day: date, mark: int) -> bool:
        """Keep that this machine has archived the day as of a mark; whether every other has too."""
        with self.writer.begin() as connection:
            told = {"home": self.home, "day": day, "mark": mark}
            connection.execute(text(_NOTE), told)
            asked = {"day": day, "mark": mark, "since": real_now() - AWAY}
            return not connection.execute(text(_BEHIND), asked).scalar_one()
