"""The shipped reference data: complete, sourced, and nothing passing for what it is not."""

from __future__ import annotations

import pytest
import shapely
from shapely.geometry import Point

from data.domain.spatial import Spatial, area_m2
from data.ingest import reference

TABLES = (
    reference.read_areas, reference.read_places, reference.read_forces, reference.read_teams,
    reference.read_formations, reference.read_depots, reference.read_items, reference.read_lots,
    reference.read_stations, reference.read_thresholds, reference.read_airports,
    reference.read_expressways, reference.read_incident_types,
)  # fmt: skip


@pytest.mark.parametrize("read", TABLES, ids=lambda f: f.__name__)
def test_every_row_has_a_source(read):
    """A table is never empty and no row stands without its source."""
    rows = read()
    assert rows
    assert [r for r in rows if not r["source"] or r["source"] == "同上"] == []


def test_the_tree_of_areas_is_whole():
    """One province, 17 prefecture-level and 103 county-level units, all hanging together."""
    areas = {a["code"]: a for a in reference.read_areas()}
    assert sum(a["is_prefecture"] for a in areas.values()) == 17
    assert sum(a["is_county"] for a in areas.values()) == 103
    assert [a["code"] for a in areas.values() if a["parent"] is None] == ["420000"]
    assert all(a["parent"] in areas for a in areas.values() if a["parent"])
    both = {a["code"] for a in areas.values() if a["is_prefecture"] and a["is_county"]}
    assert both == {"429004", "429005", "429006", "429021"}
    assert {areas[c]["parent"] for c in both} == {"420000"}


@pytest.mark.parametrize(
    ("code", "name"), [("421088", "监利市"), ("420882", "京山市"), ("420304", "郧阳区")]
)
def test_changed_codes_are_the_new_ones(code, name):
    """Counties that changed code carry the one in force."""
    assert {a["code"]: a["name"] for a in reference.read_areas()}[code] == name


@pytest.mark.parametrize("detail", ["wall", "full"])
def test_boundaries_keep_every_unit_without_gaps(detail):
    """Each level is valid, complete, without overlaps, and the counties make up the province."""
    frame = reference.read_boundaries(detail)
    assert frame.crs.to_epsg() == 4326
    assert frame["level"].value_counts().to_dict() == {
        "province": 1, "prefecture": 17, "county": 103,
    }  # fmt: skip
    assert frame.geometry.is_valid.all()
    assert not frame.geometry.is_empty.any()
    province = frame[frame["level"] == "province"].geometry.iloc[0]
    for level in ("county", "prefecture"):
        parts = frame[frame["level"] == level].geometry.to_numpy()
        assert shapely.coverage_is_valid(parts)
        off = shapely.union_all(parts).symmetric_difference(province)
        assert area_m2(off) < 1e4


def test_county_seats_lie_in_their_county():
    """Every county seat stands inside its own polygon."""
    counties = reference.read_boundaries("full")
    spatial = Spatial.of_frame(counties[counties["level"] == "county"])
    seats = [a for a in reference.read_areas() if a["is_county"]]
    wrong = [a["name"] for a in seats if spatial.unit_at(a["lon"], a["lat"]) != a["code"]]
    assert wrong == []


def test_named_waters_pass_their_check_points():
    """No water bears a name that its check point does not prove."""
    shapes = {"river": reference.read_rivers(), "lake": reference.read_lakes()}
    checked = set()
    for row in reference.read_water_names():
        named = shapes[row["kind"]]
        named = named[named["name"] == row["name"]].to_crs("+proj=aeqd +lat_0=31 +lon_0=112.5")
        point = shapes["river"].head(0).geometry
        point = type(point)([Point(row["check_lon"], row["check_lat"])], crs=4326).to_crs(named.crs)
        away_km = named.distance(point.iloc[0]).min() / 1e3
        assert away_km <= row["tolerance_km"], (row["name"], row["check_place"], away_km)
        checked.add((row["kind"], row["name"]))
    borne = {(k, n) for k, f in shapes.items() for n in f["name"] if n is not None}
    assert borne == checked
    assert {("river", "长江"), ("river", "汉江"), ("river", "清江")} <= borne


def test_no_statistic_formation_airport_or_force_is_a_team():
    """Teams are standing bodies sent whole, each with a parent force that exists."""
    teams, forces = reference.read_teams(), {f["id"] for f in reference.read_forces()}
    assert not {t["kind"] for t in teams} & {"统计", "编成样例", "机场"}
    assert not any("支队" in t["name"] or "统计" in t["name"] for t in teams)
    assert not {t["id"] for t in teams} & forces
    assert not {t["id"] for t in teams} & {f["id"] for f in reference.read_formations()}
    assert all(t["force_id"] in forces for t in teams)


@pytest.mark.parametrize(
    "read", [reference.read_forces, reference.read_teams, reference.read_depots,
             reference.read_stations], ids=lambda f: f.__name__,
)  # fmt: skip
def test_stand_in_positions_say_so(read):
    """Every collected position is a stand-in, is flagged, and names where it comes from."""
    placed = [r for r in read() if r["lon"] is not None]
    assert placed
    assert all(r["coord_is_stand_in"] and r["coord_source"] for r in placed)


def test_depots_not_yet_built_are_not_live():
    """Only a depot in use is live, and only a live one holds stock."""
    depots = {d["id"]: d for d in reference.read_depots()}
    assert not any(depots[d]["live"] for d in ("D13", "D14", "D15", "D16"))
    assert all(d["live"] == (d["status"] == "已投用") for d in depots.values())
    items = {i["id"] for i in reference.read_items()}
    lots = reference.read_lots()
    assert {lot["depot_id"] for lot in lots} == {"D08"}
    assert all(lot["item_id"] in items and lot["date"] for lot in lots)


def test_thresholds_change_with_the_tables():
    """监利 stood at 35.50 before the 2023 table and at 35.70 after; 长湖 at 33.00 in 2020."""
    ids = {s["name"]: s["id"] for s in reference.read_stations()}
    assert {t["station_id"] for t in reference.read_thresholds()} <= set(ids.values())

    def held(name, level):
        rows = [t for t in reference.read_thresholds()
                if (t["station_id"], t["level"]) == (ids[name], level)]  # fmt: skip
        return sorted((t["value_m"], str(t["valid_from"]), str(t["valid_to"])) for t in rows)

    assert held("监利", "警戒") == [
        (35.5, "2012-07-21", "2023-02-07"), (35.7, "2023-02-08", "None"),
    ]  # fmt: skip
    assert held("长湖", "保证")[0] == (33.0, "2020-01-01", "2023-02-07")
    assert held("汉口", "警戒") == [(27.3, "None", "None")]


def test_expressways_run_over_known_seats():
    """Each seat of an expressway is one county."""
    counties = {a["code"] for a in reference.read_areas() if a["is_county"]}
    assert all(set(e["seats"]) <= counties for e in reference.read_expressways())


def test_places_of_the_exercises_can_be_found():
    """黄梅大河镇 and 仙桃西流河镇 are among the places, in the right county."""
    found = {(p["name_zh"], p["area_code"]) for p in reference.read_places()}
    assert {("大河镇", "421127"), ("西流河镇", "429004")} <= found


def test_grading_tables_are_whole():
    """Each table cites a law and bands every level; a landslide has its own words."""
    tables = reference.read_rules("grading")["tables"]
    assert set(tables) == {
        "production_accident", "geohazard", "forest_fire", "earthquake", "environment",
    }  # fmt: skip
    for table in tables.values():
        assert table["law"]
        assert table["source"]
        assert set(table["levels"]) == set(table["words"]) == {"I", "II", "III", "IV"}
        assert all(table["levels"][level] for level in ("I", "II", "III"))
    assert tables["geohazard"]["words"]["III"] == "中型"
    assert tables["production_accident"]["levels"]["I"]["dead"] == [30, None]
    with pytest.raises(FileNotFoundError, match="grading"):
        reference.read_rules("没有")
