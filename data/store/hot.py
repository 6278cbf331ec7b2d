"""What a store of hot days does, and the sums over chunks that tell raw from rolled up."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Protocol

from data.domain.feeding import Reading

CHUNK_US = 600_000_000  # ten minutes: rolled up together once they are over
MINUTE_US = 60_000_000

Row = tuple[str, int, float]  # sensor, microseconds, value
Bucket = tuple[int, float, float, float, int, float]  # start, low, high, total, count, last


@dataclass(frozen=True, slots=True)
class Chunk:
    """Ten minutes of a day: how many rows, how often written, and when last rolled up."""

    start: int
    rows: int
    mark: int
    rolled: int

    @property
    def dirty(self) -> bool:
        """Whether it was written since it was last rolled up."""
        return self.mark != self.rolled


def marked(chunks: Iterable[Chunk]) -> int:
    """How often all these chunks together were written: it only grows."""
    return sum(chunk.mark for chunk in chunks)


@dataclass(kw_only=True)
class Stored:
    """What became of a group of readings; by their places in it."""

    rows: int = 0
    duplicates: set[int] = field(default_factory=set)
    late: set[int] = field(default_factory=set)
    conflicts: dict[int, float] = field(default_factory=dict)  # the value that stands

    @property
    def new(self) -> int:
        """Rows that were not there before."""
        return self.rows - len(self.duplicates) - len(self.conflicts)


class HotDays(Protocol):
    """Days that are written: one SQLite file or one PostgreSQL partition each."""

    own: Counter[int]  # how often this program has written each chunk

    def days(self) -> list[date]:
        """The days held, oldest first."""
        ...

    def insert(self, groups: Mapping[date, Split]) -> dict[int, float]:
        """Store new rows, durable when this returns.

        Answers the rows that were there before: place in the group → value that stands.
        """
        ...

    def sensors(self, day: date) -> list[str]:
        """Every sensor that has rows in a day."""
        ...

    def raw(self, day: date, since: int, until: int, sensor: str | None = None) -> list[Row]:
        """Rows of [since, until], by time; of one sensor or of all."""
        ...

    def newest(self, day: date, since: int, until: int) -> list[Row]:
        """The newest row of each sensor in [since, until]."""
        ...

    def chunks(self, day: date) -> list[Chunk]:
        """The ten-minute chunks of a day that have rows, oldest first."""
        ...

    def roll(self, day: date, chunk: Chunk) -> None:
        """Roll a chunk up by minute and sensor, replacing what was rolled before."""
        ...

    def minutes(self, day: date, sensor: str, since: int, until: int) -> list[Bucket]:
        """Rolled-up minutes of a sensor that begin in [since, until)."""
        ...

    def size(self, day: date) -> int:
        """Bytes a day takes on disk, roll-ups apart."""
        ...

    def drop(self, day: date, mark: int) -> bool:
        """Delete a day, unless it was written since its chunks were marked so; whether it is gone.

        Parameters
        ----------
        mark
            How often all its chunks together had been written when it was archived.
        """
        ...

    def close(self) -> None:
        """Give the connections back."""
        ...


@dataclass
class Split:
    """A day's share of a group: rows newer than all we know of their sensor, and the others."""

    fresh: list[tuple[int, Reading, int]] = field(default_factory=list)  # place, reading, micros
    old: list[tuple[int, Reading, int]] = field(default_factory=list)

    @property
    def rows(self) -> list[tuple[int, Reading, int]]:
        """Both together."""
        return self.fresh + self.old

    def chunk_rows(self, new: Iterable[int]) -> dict[int, int]:
        """How many rows each ten-minute chunk gets, of the instants of new rows."""
        found: dict[int, int] = {}
        for us in new:
            start = us - us % CHUNK_US
            found[start] = found.get(start, 0) + 1
        return found
