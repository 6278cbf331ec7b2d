"""The exercise's own people: duty rosters and a directory, invented and marked 演练 by name."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from datetime import UTC, datetime, time, timedelta
from pathlib import Path

from data.domain.clock import SHANGHAI
from data.domain.directory import Contact, ContactKind
from data.domain.people import Person, read_people
from data.domain.shift import Shift, ShiftState

HERE = Path(__file__).parent
NOTE = "演练假定：人名为虚构，号码不是真实电话"
# 假定: two turns a day, changed at eight
TURNS = (("day", time(8)), ("night", time(20)))
LENGTH = timedelta(hours=12)
AFTER = timedelta(hours=24)  # so long after the script's end the roster still names somebody


def load_people(starts_at: datetime, ends_at: datetime) -> tuple[Shift | Contact, ...]:
    """Rosters from the turn that is on when the exercise starts, and the directory.

    The turn at the start has taken over; all later ones are to take over themselves.
    """
    return (*_shifts(starts_at, ends_at + AFTER), *_contacts())


def _shifts(starts_at: datetime, until: datetime) -> Iterator[Shift]:
    rows = {(row["org"], row["turn"]): row for row in _rows("overlay_shifts.csv")}
    for org in dict.fromkeys(org for org, _ in rows):
        for turn, begins in _turns(starts_at, until):
            row, on = rows[org, turn], begins <= starts_at
            yield Shift(
                id=f"EX-BC-{org}-{begins.astimezone(SHANGHAI):%m%d%H}", org=org,
                state=ShiftState.ON if on else ShiftState.PLANNED, starts_at=begins,
                ends_at=begins + LENGTH,
                chief=Person(name=row["chief"], phone=row["chief_phone"], post=row["chief_post"]),
                officers=read_people(row["officers"]), note=NOTE,
                took_at=begins if on else None, origin="exercise",
            )  # fmt: skip


def _turns(starts_at: datetime, until: datetime) -> Iterator[tuple[str, datetime]]:
    """Every turn from the one that is on at the start, as (name, when it begins in UTC)."""
    day = starts_at.astimezone(SHANGHAI).date() - timedelta(days=1)
    while True:
        for turn, begins in TURNS:
            at = datetime.combine(day, begins, SHANGHAI).astimezone(UTC)
            if at >= until:
                return
            if at + LENGTH > starts_at:
                yield turn, at
        day += timedelta(days=1)


def _contacts() -> Iterator[Contact]:
    for n, row in enumerate(_rows("overlay_contacts.csv"), 1):
        yield Contact(
            id=f"EX-TX-{n:03d}", area_code=row["area_code"], kind=ContactKind(row["kind"]),
            name=row["name"], body=row["body"], post=row["post"], phone=row["phone"],
            duty_phone=row["duty_phone"], specialty=row["specialty"], note=NOTE,
            source="演练假定", origin="exercise",
        )  # fmt: skip


def _rows(name: str) -> list[dict[str, str]]:
    with (HERE / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))
