"""Telemetry beside the journal: positions and readings, batched, the newest in memory."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from pathlib import Path

from data.domain.feeding import Columns, Latest, Reading
from data.domain.history import History
from data.domain.retention import Retention
from data.domain.situation import Position
from data.store.copies import Copies
from data.store.engine import read_engine, sqlite_path, write_engine
from data.store.hot import HotDays, Stored
from data.store.hot_postgres import PostgresDays
from data.store.hot_sqlite import SqliteDays
from data.store.keeping import Keeper
from data.store.moving import move_readings
from data.store.positions import Fix, Positions
from data.store.readings import Readings, Shelf
from data.store.telemetry_archive import keep_telemetry, restore_telemetry

__all__ = ["Fix", "Reading", "Telemetry"]


class Telemetry:
    """Stores positions and readings and remembers the newest of each.

    Parameters
    ----------
    url
        The database of positions; on PostgreSQL of hot readings too.
    folder
        Where day files and archives go; beside the SQLite file unless given. A PostgreSQL store
        without one keeps every day in the database.
    """

    def __init__(
        self, url: str, folder: Path | None = None, retention: Retention | None = None
    ) -> None:
        self.writer = write_engine(url)
        self.reader = read_engine(url)
        self._positions = Positions(self.writer, self.reader)
        file = sqlite_path(url)
        folder = folder or (file.with_name("telemetry") if file else None)
        hot: HotDays = (
            SqliteDays(folder / "hot")
            if file and folder
            else PostgresDays(self.writer, self.reader)
        )
        shelf = Shelf.of(folder) if folder else None
        self._readings = Readings(hot, shelf, retention or Retention())
        move_readings(self.writer, self._readings)
        self.moved: list[Callable[[list[Fix]], None]] = []
        copies = None if file or folder is None else Copies(self.writer, folder)
        look = self.hear if file else (lambda: None)  # PostgreSQL says so itself
        self.keeper = Keeper(self._readings, None if file else url, copies, look)

    def add_positions(self, fixes: Iterable[Fix]) -> None:
        """Store fixes; the same team and instant twice is kept once."""
        self._positions.add(fixes)

    def hear(self, teams: Iterable[str] | None = None) -> None:
        """Other servers stored positions, of these teams or of any: tell `moved` what is news."""
        news = self._positions.heard(teams)
        if news:
            for listener in self.moved:
                listener(news)

    def add_readings(self, readings: Iterable[Reading] | Columns) -> Stored:
        """Store readings; the same sensor and instant twice is kept once."""
        return self._readings.store(Columns.of(readings))

    def positions(self, at: datetime | None = None) -> dict[str, Position]:
        """The newest position of each team, now or as known at an instant."""
        return self._positions.newest() if at is None else self._positions.at(at)

    def readings(self, at: datetime | None = None) -> Mapping[str, Latest]:
        """The newest reading of each sensor, now or as known at an instant; never changes."""
        return self._readings.newest() if at is None else self._readings.newest_at(at)

    def series(self, sensor: str, since: datetime, until: datetime) -> list[Reading]:
        """A sensor's readings between two instants, oldest first."""
        return self._readings.series(sensor, since, until)

    def history(self, sensor: str, since: datetime, until: datetime, buckets: int = 300) -> History:
        """A sensor's span in so many buckets with low, high, mean, last and count."""
        return self._readings.history(sensor, since, until, buckets)

    def track(self, team: str, since: datetime, until: datetime) -> list[Fix]:
        """A team's positions between two instants, oldest first."""
        return self._positions.track(team, since, until)

    def keep(self, folder: Path) -> None:
        """Bring an archive up to what is stored (`telemetry_archive`)."""
        keep_telemetry(self._readings, self._positions, folder)

    def restore(self, folder: Path, until: datetime | None = None) -> int:
        """Put an archive's readings and positions in, up to an instant; how many rows were hot."""
        return restore_telemetry(self._readings, self._positions, folder, until)

    def close(self) -> None:
        """Give the connections back."""
        self.keeper.close()
        self._readings.close()
        self.writer.dispose()
        self.reader.dispose()
