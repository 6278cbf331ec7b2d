"""Turns the shipped reference tables into the things the center keeps, ids and sources included."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from itertools import groupby
from typing import Any

from data.domain.contingency import Contingency
from data.domain.contingency_file import read as read_plan
from data.domain.depot import Depot, Item, Lot
from data.domain.org import Area, AreaTree
from data.domain.sensor import Sensor, Threshold
from data.domain.team import Force, Team, TeamState
from data.ingest import reference

Row = Mapping[str, Any]


def area_tree() -> AreaTree:
    """The tree of the province, its prefectures and counties."""
    return AreaTree.of(
        Area(
            code=row["code"],
            name=row["name"],
            short_name=row["short_name"],
            parent=row["parent"],
            is_prefecture=bool(row["is_prefecture"]),
            is_county=bool(row["is_county"]),
            lon=row["lon"],
            lat=row["lat"],
            population=row["pop2020"],
        )
        for row in reference.read_areas()
    )


def reference_things() -> Iterator[Any]:
    """Every force, team, depot, item, lot, station and contingency shipped, in order of need."""
    yield from (_made(Force, row) for row in reference.read_forces())
    yield from (_team(row) for row in reference.read_teams())
    yield from (_made(Depot, row) for row in reference.read_depots())
    yield from (_made(Item, row) for row in reference.read_items())
    yield from (_lot(row) for row in reference.read_lots())
    yield from _sensors(reference.read_stations(), reference.read_thresholds())
    yield from (_plan(stem, text) for stem, text in reference.read_contingencies())


def _plan(stem: str, text: str) -> Contingency:
    """A shipped contingency; its id is its file's name, apart from those counted at work."""
    return Contingency(id=f"CP-{stem}", **read_plan(text, f"{stem}.yaml"))


def _made(cls: type[Any], row: Row) -> Any:
    """A thing of a class from the columns it knows; blanks keep the class's own default."""
    known = cls.__dataclass_fields__
    return cls(**{k: v for k, v in row.items() if k in known and v is not None})


def _team(row: Row) -> Team:
    """A real team; planned with only when strength, position and capability are known."""
    team: Team = _made(Team, row)
    state = TeamState.STANDBY if team.plannable else TeamState.UNPLANNABLE
    return _made(Team, {**row, "state": state})  # type: ignore[no-any-return]


def _lot(row: Row) -> Lot:
    """A reported stock; its date and the note that it is unverified go with it."""
    return Lot(
        id=row["id"],
        depot_id=row["depot_id"],
        item_id=row["item_id"],
        on_hand=float(row["quantity"]),
        as_of=str(row["date"] or ""),
        source="；".join(str(part) for part in (row["source"], row["note"]) if part),
    )


def _sensors(stations: Iterable[Row], thresholds: Iterable[Row]) -> Iterator[Sensor]:
    """Stations with their dated thresholds."""
    by_station = {
        station: tuple(_threshold(row) for row in rows)
        for station, rows in groupby(
            sorted(thresholds, key=lambda r: str(r["station_id"])), key=lambda r: r["station_id"]
        )
    }
    for row in stations:
        yield _made(Sensor, {**row, "thresholds": by_station.get(row["id"], ())})


def _threshold(row: Row) -> Threshold:
    """One dated level of a station."""
    return Threshold(
        level=row["level"],
        value=float(row["value_m"]),
        valid_from=_date(row["valid_from"]),
        valid_to=_date(row["valid_to"]),
        source=row["source"] or "",
        derived=bool(row.get("derived")),
    )


def _date(text: Any) -> date | None:
    """A date, or None for a blank."""
    return date.fromisoformat(str(text)) if text else None
