"""What a store of hot days does, and the sums over chunks that tell raw from rolled up."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import cached_property
from typing import Protocol

from data.domain.feeding import Columns
from data.domain.retention import DAY_US

CHUNK_US = 600_000_000  # ten minutes: rolled up together once they are over
MINUTE_US = 60_000_000
_ORIGIN = date(1970, 1, 1)
_OFFSET_US = DAY_US // 3  # Beijing is eight hours ahead

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


@dataclass(frozen=True)
class Rows:
    """Rows in columns, as a driver takes them; times in microseconds, places in the group."""

    places: Sequence[int] = ()
    sensors: Sequence[str] = ()
    times: Sequence[int] = ()
    values: Sequence[float] = ()

    @cached_property
    def chunks(self) -> Mapping[int, int]:
        """How many of them each ten-minute chunk gets."""
        return per_chunk(self.times)

    def picked(self, places: Sequence[int]) -> Rows:
        """The rows at these places."""
        return Rows(
            [self.places[p] for p in places], [self.sensors[p] for p in places],
            [self.times[p] for p in places], [self.values[p] for p in places],
        )  # fmt: skip

    def __len__(self) -> int:
        return len(self.places)

    def __iter__(self) -> Iterator[tuple[int, str, int, float]]:
        return zip(self.places, self.sensors, self.times, self.values, strict=True)

    def __add__(self, other: Rows) -> Rows:
        return Rows(
            [*self.places, *other.places], [*self.sensors, *other.sensors],
            [*self.times, *other.times], [*self.values, *other.values],
        )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Split:
    """A day's share of a group: rows newer than all we know of their sensor, and the others."""

    fresh: Rows = Rows()
    old: Rows = Rows()

    @property
    def rows(self) -> Rows:
        """Both together."""
        return self.fresh + self.old if self.old else self.fresh


def in_days(readings: Columns, behind: Collection[int]) -> dict[date, Split]:
    """A group by day; `behind` are the places of rows not newer than what is known."""
    times = [round(at * 1e6) for at in readings.seconds]
    rows = Rows(range(len(times)), readings.sensors, times, readings.values)
    first, last = min(rows.chunks), max(rows.chunks)
    if not behind and day_of(first) == day_of(last):  # the usual group
        return {day_of(first): Split(fresh=rows)}
    days: defaultdict[date, tuple[list[int], list[int]]] = defaultdict(lambda: ([], []))
    for place, us in enumerate(times):
        days[day_of(us)][place in behind].append(place)
    return {
        day: Split(fresh=rows.picked(fresh), old=rows.picked(old))
        for day, (fresh, old) in days.items()
    }


def day_of(us: int) -> date:
    """The Beijing day of an instant."""
    return _ORIGIN + timedelta(days=(us + _OFFSET_US) // DAY_US)


def per_chunk(times: Sequence[int]) -> dict[int, int]:
    """How many rows each ten-minute chunk gets, of the instants of rows."""
    if not times:
        return {}
    start = min(times)
    start -= start % CHUNK_US
    if max(times) < start + CHUNK_US:
        return {start: len(times)}
    return dict(Counter([us - us % CHUNK_US for us in times]))
