"""Moves the readings of older installations, kept in one table, into days; once, at the start."""

from __future__ import annotations

import logging

from sqlalchemy import Column, Engine, Float, MetaData, String, Table, inspect, select

from data.domain.feeding import Columns, Reading
from data.store.readings import Readings
from data.store.schema import UtcTime

log = logging.getLogger("hubei.telemetry")
BATCH = 5_000
reading = Table(
    "reading",
    MetaData(),
    Column("at", UtcTime, primary_key=True),
    Column("sensor", String(64), primary_key=True),
    Column("value", Float, nullable=False),
)


def move_readings(writer: Engine, readings: Readings) -> int:
    """Copy every row into its day, then drop the table; how many rows there were.

    Ended in the middle it begins again at the next start: a row copied twice is kept once.
    """
    if not inspect(writer).has_table(reading.name):
        return 0
    moved = 0
    with writer.connect() as connection:
        held = connection.execution_options(yield_per=BATCH).execute(
            select(reading).order_by(reading.c.at, reading.c.sensor)
        )
        for rows in held.partitions():
            some = [Reading(sensor=r.sensor, value=r.value, at=r.at) for r in rows]
            readings.store(Columns.of(some))
            moved += len(rows)
    reading.drop(writer)
    log.info("moved %d readings from one table into days", moved)
    return moved
