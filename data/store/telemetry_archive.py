"""Telemetry in a center's archive: hot days by ten minutes, older days and places as files."""

from __future__ import annotations

import shutil
from collections.abc import Iterable, Iterator, Mapping
from datetime import date, datetime, timedelta
from pathlib import Path

import msgspec
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from data.domain.feeding import Columns, Reading
from data.domain.retention import bounds, day_of, instant, micros
from data.store.hot import CHUNK_US
from data.store.parquet_days import RAW, Written
from data.store.positions import Fix, Positions
from data.store.readings import Readings

BOOK = "kept.json"
BATCH = 50_000
PLACES = pa.schema(
    [
        pa.field("sensor", pa.string(), nullable=False),  # the team's id
        pa.field("at", pa.timestamp("us", tz="UTC"), nullable=False),
        pa.field("lon", pa.float64(), nullable=False),
        pa.field("lat", pa.float64(), nullable=False),
    ]
)


class Kept(msgspec.Struct, kw_only=True):
    """How often each ten minutes had been written when they were kept; the newest day of places."""

    marks: dict[str, int] = {}
    places: str = ""


def keep_telemetry(readings: Readings, positions: Positions, folder: Path) -> None:
    """Bring the archive up to what is stored; only what was written since is written again.

    Hot days first: a day that is archived meanwhile is then found among the older ones.
    """
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / BOOK
    held = msgspec.json.decode(path.read_bytes(), type=Kept) if path.exists() else Kept()
    hot = set(readings.hot.days())
    for day in sorted(hot):
        _keep_hot(readings, day, folder, held)
    _keep_older(readings, folder)
    for gone in (p for p in (folder / "hot").glob("*") if date.fromisoformat(p.name) not in hot):
        if (folder / "hour" / f"{gone.name}.parquet").exists():
            shutil.rmtree(gone)
            held.marks = {k: v for k, v in held.marks.items() if not k.startswith(gone.name)}
    held.places = _keep_places(positions, folder / "places", held.places)
    part = path.with_suffix(".part")
    part.write_bytes(msgspec.json.encode(held))
    part.replace(path)


def _keep_hot(readings: Readings, day: date, folder: Path, held: Kept) -> None:
    for chunk in readings.hot.chunks(day):
        name = f"{day.isoformat()}/{chunk.start}"
        if held.marks.get(name) == chunk.mark:
            continue
        rows = readings.hot.raw(day, chunk.start, chunk.start + CHUNK_US - 1)
        sensor, at, value = zip(*rows, strict=True) if rows else ((), (), ())
        columns = {"sensor": sensor, "at": at, "value": value}
        _write(folder / "hot" / f"{name}.parquet", RAW, columns)
        held.marks[name] = chunk.mark


def _keep_older(readings: Readings, folder: Path) -> None:
    """Files of older days as they lie; what the rule of retention deleted stays in the archive."""
    shelf = readings.shelf
    if shelf is None:
        return
    for form in ("raw", "hour"):
        (folder / form).mkdir(exist_ok=True)
        for day in shelf.archive.days(form):
            source = shelf.archive.path(form, day)
            kept = folder / form / source.name
            if not kept.exists() or kept.stat().st_mtime_ns != source.stat().st_mtime_ns:
                part = kept.with_suffix(".part")
                shutil.copy2(source, part)
                part.replace(kept)
    shelf.book.copy(folder / "days.db")


def _keep_places(positions: Positions, folder: Path, newest: str) -> str:
    """Days from the one before the newest kept: a phone may send a day late."""
    span = positions.span()
    if span is None:
        return newest
    first, last = day_of(span[0]), day_of(span[1])
    if newest:
        first = max(first, date.fromisoformat(newest) - timedelta(days=1))
    while first <= last:
        since, end = bounds(first)
        fixes = positions.between(instant(since), instant(end - 1))
        if fixes:
            _write(
                folder / f"{first.isoformat()}.parquet", PLACES,
                {
                    "sensor": [f.team for f in fixes], "at": [micros(f.at) for f in fixes],
                    "lon": [f.lon for f in fixes], "lat": [f.lat for f in fixes],
                },
            )  # fmt: skip
        first += timedelta(days=1)
    return last.isoformat()


def _write(path: Path, schema: pa.Schema, columns: Mapping[str, Iterable[object]]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    made = Written(path, schema)
    made.add({k: list(v) for k, v in columns.items()})
    made.finish()


def restore_telemetry(
    readings: Readings, positions: Positions, folder: Path, until: datetime | None = None
) -> int:
    """Put an archive's telemetry into an empty store, up to an instant; how many rows were hot.

    Repeating it changes nothing: a row that is there is kept once.
    """
    last = None if until is None else day_of(until)
    older = sorted((folder / "raw").glob("*.parquet"))
    again = [p for p in older if last is not None and date.fromisoformat(p.stem) == last]
    _restore_older(readings, folder, until)
    count = 0
    for path in [*again, *sorted((folder / "hot").glob("*/*.parquet"))]:
        for table in _tables(path, until):
            columns = (table.column(n).to_pylist() for n in ("sensor", "at", "value"))
            rows = [Reading(sensor=s, at=at, value=v) for s, at, v in zip(*columns, strict=True)]
            count += readings.store(Columns.of(rows)).new
    for path in sorted((folder / "places").glob("*.parquet")):
        for table in _tables(path, until):
            columns = (table.column(n).to_pylist() for n in ("sensor", "at", "lon", "lat"))
            positions.add(
                Fix(team=team, at=at, lon=lon, lat=lat)
                for team, at, lon, lat in zip(*columns, strict=True)
            )
    return count


def _restore_older(readings: Readings, folder: Path, until: datetime | None) -> None:
    """Whole days that ended before the instant, as files."""
    shelf = readings.shelf
    if shelf is None:
        return
    last = None if until is None else day_of(until)
    for form in ("raw", "hour"):
        for path in sorted((folder / form).glob("*.parquet")):
            day = date.fromisoformat(path.stem)
            if last is None or day < last:
                shutil.copy2(path, shelf.archive.path(form, day))
    if (folder / "days.db").exists():
        shelf.book.take(folder / "days.db", bounds(last)[0] if last else 1 << 62)


def _tables(path: Path, until: datetime | None) -> Iterator[pa.Table]:
    """A file's rows in pieces, up to an instant."""
    file = pq.ParquetFile(path)
    for batch in file.iter_batches(batch_size=BATCH, use_threads=False):
        table = pa.table(batch)
        if until is not None:
            at = table.column("at").cast(pa.int64())
            table = table.filter(pc.less_equal(at, micros(until)))
        if table.num_rows:
            yield table
