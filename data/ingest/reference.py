"""Reads the shipped reference files into plain rows and frames; no database here."""

from __future__ import annotations

import csv
import json
from collections.abc import Mapping
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any, Literal

import geopandas as gpd

from data.domain.strict_yaml import loaded

REFERENCE = Path(__file__).resolve().parents[1] / "reference"
Row = dict[str, Any]

_NUMBERS = frozenset(
    [
        "lon",
        "lat",
        "area_km2",
        "observed_quantity",
        "quantity",
        "sample_z_m",
        "value_m",
        "check_lon",
        "check_lat",
        "tolerance_km",
        "hysteresis",
        "stuck_after_h",
        "lowest",
        "highest",
        "orange_of_red",
        "km",
    ]
)
_WHOLE = frozenset(["pop2020", "population", "people", "vehicles", "place"])
_FLAGS = frozenset(
    [
        "is_prefecture",
        "is_county",
        "coord_is_stand_in",
        "live",
        "major_inferred",
        "is_reference",
        "derived",
        "unchecked",
        "falls",
    ]
)
_DATES = frozenset(("valid_from", "valid_to"))


def read_areas() -> list[Row]:
    """Province, 17 prefecture-level and 103 county-level units; four stand at both levels."""
    return _table("areas")


@cache
def read_boundaries(detail: Literal["wall", "full"]) -> gpd.GeoDataFrame:
    """Polygons in WGS 84: code, name, short_name, level, parent; a row per unit and level."""
    return _frame(f"boundaries_{detail}")


@cache
def read_rivers() -> gpd.GeoDataFrame:
    """River lines in WGS 84: part, name (None where unproved), rank 1–4, length_km."""
    return _frame("rivers")


@cache
def read_lakes() -> gpd.GeoDataFrame:
    """Water surfaces in WGS 84: part, name, kind (lake | river), rank, area_km2."""
    return _frame("lakes")


def read_places() -> list[Row]:
    """Towns and townships for search, each with the county it lies in."""
    return _table("places")


def read_forces() -> list[Row]:
    """支队, enterprises, associations: parents of teams."""
    return _table("forces")


def read_teams() -> list[Row]:
    """Teams sent whole; `provides` is a mapping of capability to amount, empty when unknown."""
    rows = _table("teams")
    for row in rows:
        row["provides"] = json.loads(row["provides"]) if row["provides"] else {}
    return rows


def read_formations() -> list[Row]:
    """What was once sent, as a model for strengths; never a team."""
    return _table("formations")


def read_depots() -> list[Row]:
    """Depots with their status; only rows with `live` are in use."""
    return _table("depots")


def read_items() -> list[Row]:
    """The materials catalogue; observed quantities are context, not stock."""
    return _table("items")


def read_lots() -> list[Row]:
    """The few stocks a source states, each with its date."""
    return _table("lots")


def read_stations() -> list[Row]:
    """River, lake and reservoir stations; `is_reference` stands outside the province."""
    return _table("stations")


def read_thresholds() -> list[Row]:
    """Dated levels of the stations, in metres; blank dates mean no change is known."""
    return _table("thresholds")


def read_airports() -> list[Row]:
    """Airports; blank positions are unknown."""
    return _table("airports")


def read_expressways() -> list[Row]:
    """Expressways as sequences of county codes (`seats`): schematic."""
    rows = _table("expressways")
    for row in rows:
        row["seats"] = row["seats"].split()
    return rows


def read_incident_types() -> list[Row]:
    """The four classes of GB/T 35561; rows with `unchecked` carry codes not yet verified."""
    return _table("incident_types")


def read_water_names() -> list[Row]:
    """The check points that prove the names of waters."""
    return _table("water_names")


def read_rules(name: str) -> dict[str, Any]:
    """The rules of a name: `grading` or `reporting`.

    Raises
    ------
    FileNotFoundError
        When no such rules are shipped.
    """
    path = REFERENCE / f"{name}.json"
    if not path.is_file():
        raise FileNotFoundError(f"没有名为“{name}”的规则文件，可用：grading、reporting")
    rules: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return rules


def read_contingencies() -> list[tuple[str, str]]:
    """(file name without suffix, text) of every shipped contingency, by name."""
    files = sorted((REFERENCE / "contingencies").glob("*.yaml"))
    return [(path.stem, path.read_text(encoding="utf-8")) for path in files]


def read_authority() -> dict[str, Any]:
    """Which supply orders need an approval; each figure says what it rests on."""
    path = REFERENCE / "authority.yaml"
    rules: dict[str, Any] = loaded(path.read_text(encoding="utf-8"))
    return rules


def read_quantities() -> list[Row]:
    """监测量: unit, hysteresis, limits of the plausible, and what each rests on."""
    return _table("quantities")


def read_alarm_rules() -> dict[str, Any]:
    """The rules of alarms as they stand in the file."""
    path = REFERENCE / "alarm_rules.yaml"
    rules: dict[str, Any] = loaded(path.read_text(encoding="utf-8"))
    return rules


def read_structure() -> dict[str, Any]:
    """三委三部: which committee or headquarters leads a type, which level commands a grade."""
    path = REFERENCE / "command_structure.yaml"
    structure: dict[str, Any] = loaded(path.read_text(encoding="utf-8"))
    return structure


def read_river_order() -> list[Row]:
    """Stations of a river in order downstream; `km` is blank where no distance is sourced."""
    return _table("river_order")


def _table(name: str) -> list[Row]:
    """Rows of one file, cells typed by their column, blanks as None."""
    path = REFERENCE / f"{name}.csv"
    with path.open(encoding="utf-8", newline="") as file:
        return [_typed(row) for row in csv.DictReader(file)]


def _typed(row: Mapping[str, str]) -> Row:
    """One row with typed values."""
    return {column: _value(column, text) for column, text in row.items()}


def _value(column: str, text: str) -> Any:
    """One cell; codes stay text."""
    if text == "":
        return None
    if column in _FLAGS:
        return text == "true"
    if column in _NUMBERS:
        return float(text)
    if column in _WHOLE:
        return int(text)
    return date.fromisoformat(text) if column in _DATES else text


def _frame(name: str) -> gpd.GeoDataFrame:
    """One geometry file; missing text is None."""
    frame = gpd.read_file(REFERENCE / f"{name}.fgb", engine="pyogrio")
    for column in frame.columns.drop("geometry"):
        if frame[column].isna().any():
            frame[column] = frame[column].astype(object).where(frame[column].notna(), None)
    return frame
