"""Where teams were: every fix in one table, the newest of each team in memory."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from threading import Lock
from typing import Any

from sqlalchemy import Column, Engine, Float, Index, MetaData, String, Table, and_, func, select
from sqlalchemy.dialects import postgresql, sqlite

from data.domain.situation import Position
from data.store.schema import UtcTime

metadata = MetaData()
LATEST = datetime(9999, 1, 1, tzinfo=UTC)
# Time first: writing is 1.4 to 2 times faster than with the team first.
position = Table(
    "position",
    metadata,
    Column("at", UtcTime, primary_key=True),
    Column("team", String(64), primary_key=True),
    Column("lon", Float, nullable=False),
    Column("lat", Float, nullable=False),
    Index("position_team_at", "team", "at"),
)


@dataclass(frozen=True, kw_only=True)
class Fix:
    """One team's position at an instant, WGS84."""

    team: str
    lon: float
    lat: float
    at: datetime


class Positions:
    """Stores fixes and remembers the newest of each team."""

    def __init__(self, writer: Engine, reader: Engine) -> None:
        self.writer = writer
        self.reader = reader
        metadata.create_all(writer)
        self._lock = Lock()
        self._newest = self.at(LATEST)

    def add(self, fixes: Iterable[Fix]) -> None:
        """Store fixes; the same team and instant twice is kept once."""
        rows: list[dict[str, Any]] = [
            {"at": f.at, "team": f.team, "lon": f.lon, "lat": f.lat} for f in fixes
        ]
        if not rows:
            return
        made = postgresql if self.writer.dialect.name == "postgresql" else sqlite
        with self.writer.begin() as connection:
            connection.execute(made.insert(position).on_conflict_do_nothing(), rows)
        with self._lock:
            for row in rows:
                kept = self._newest.get(row["team"])
                if kept is None or kept.at <= row["at"]:
                    self._newest[row["team"]] = Position(
                        lon=row["lon"], lat=row["lat"], at=row["at"]
                    )

    def newest(self) -> dict[str, Position]:
        """The newest position of each team."""
        with self._lock:
            return dict(self._newest)

    def at(self, at: datetime) -> dict[str, Position]:
        """The newest position of each team as known at an instant."""
        newest = (
            select(position.c.team, func.max(position.c.at).label("at"))
            .where(position.c.at <= at)
            .group_by(position.c.team)
            .subquery()
        )
        query = select(position).join(
            newest, and_(position.c.team == newest.c.team, position.c.at == newest.c.at)
        )
        with self.reader.connect() as connection:
            return {
                row.team: Position(lon=row.lon, lat=row.lat, at=row.at)
                for row in connection.execute(query)
            }

    def track(self, team: str, since: datetime, until: datetime) -> list[Fix]:
        """A team's positions between two instants, oldest first."""
        query = (
            select(position)
            .where(position.c.team == team, position.c.at.between(since, until))
            .order_by(position.c.at)
        )
        with self.reader.connect() as connection:
            return [
                Fix(team=row.team, lon=row.lon, lat=row.lat, at=row.at)
                for row in connection.execute(query)
            ]
