"""River, lake and reservoir stations and their dated levels."""

from __future__ import annotations

from typing import Any

import geopandas as gpd

from data.reference.build.common import collected, write
from data.reference.build.places import area_of

T2023 = (
    "2023-02-08",
    "湖北省水利厅江河水情报表 2023-02-08 08时（github longavailable/hydrodata-crawler）",
)
T2016 = (
    "2016-10-04",
    "湖北省水利厅江河水情报表 2016-10-04 08时（github longavailable/hydrodata-crawler）",
)
LAST_OF_2016 = "2023-02-07"
RESERVOIRS = ("三峡水库", "丹江口水库", "水布垭", "隔河岩")
OUTSIDE = {
    "莲花塘": "湖南岳阳", "城陵矶": "湖南岳阳", "九江": "江西境", "湖口": "江西境",
    "码头镇": "江西瑞昌", "白河": "陕西白河", "安康": "陕西安康", "寸滩": "重庆", "武隆": "重庆",
}  # fmt: skip
COLUMNS = {"设防": "FRZ_设防水位", "警戒": "WRZ_警戒水位", "保证": "GRZ_保证水位"}
BETWEEN = "生效日期不详，以2016年表与2023年表的日期为界"
# Levels that a table or a report gives differently from the 2023 table:
# station, level, value, from, to, as of, source, note
EARLIER: tuple[tuple[str, str, float, str | None, str | None, str, str, str], ...] = (
    ("监利", "警戒", 35.50, "2012-07-21", LAST_OF_2016, T2016[0],
     f"{T2016[1]}; yinxiadownload 2012-07-23", BETWEEN + "；2012-07-21报道已按35.50"),
    ("监利", "设防", 34.00, T2016[0], LAST_OF_2016, *T2016, BETWEEN),
    ("城陵矶", "警戒", 32.50, T2016[0], LAST_OF_2016, *T2016, BETWEEN),
    ("九江", "设防", 19.50, T2016[0], LAST_OF_2016, *T2016, BETWEEN + "；2023年表无此级"),
    ("西河驿", "设防", 25.74, T2016[0], LAST_OF_2016, *T2016, BETWEEN + "；2023年表无此级"),
    ("西河驿", "警戒", 26.74, T2016[0], LAST_OF_2016, *T2016, BETWEEN + "；2023年表无此级"),
    ("长湖", "保证", 33.00, "2020-01-01", LAST_OF_2016, "2020", "2020年报道（m-jiayu.cjyun.org/p/35864）",  # noqa: E501
     "仅知2020年报道为33.00，起讫以年初与2023年表的日期为界"),
    ("长湖", "历史最高", 33.45, "2016-07-01", None, "2016-07", "m-jiayu.cjyun.org/p/35864",
     "报道的2016-07最高；2016-10-04表仍载33.30，两值并存"),
    ("余家嘴", "设防", 25.00, T2016[0], LAST_OF_2016, *T2016, "2016年表所用站，2023年表改用五房台"),
    ("余家嘴", "警戒", 25.70, T2016[0], LAST_OF_2016, *T2016, "2016年表所用站，2023年表改用五房台"),
    ("余家嘴", "历史最高", 26.87, None, None, *T2016, ""),
)  # fmt: skip
CHANGED = {(e[0], e[1]) for e in EARLIER if e[4] == LAST_OF_2016}
EXTRA = (
    {"river": "汈汊湖", "name": "余家嘴", "note": "2016年表所用站", "source": T2016[1]},
    {
        "river": "永安水库",
        "name": "永安水库",
        "area_code": "421127",
        "note": "黄梅县；2020-07-08 08时 17.01，超保证0.11，由此得保证16.90",
        "source": "hbrb.hebnews.cn 202007/09/44756 等2020-07-08、09报道",
    },
)
DERIVED = ("永安水库", "保证", 16.90, "2020-07-08")


def build(counties: gpd.GeoDataFrame) -> None:
    """Write `stations.csv` and `thresholds.csv`."""
    rows = collected("stations.csv")
    stations = [_station(n, r) for n, r in enumerate(rows, 1)]
    stations += [_extra(len(rows) + n, e) for n, e in enumerate(EXTRA, 1)]
    placed = [s for s in stations if s["lon"]]
    points = gpd.points_from_xy([s["lon"] for s in placed], [s["lat"] for s in placed])
    codes = area_of(gpd.GeoDataFrame(geometry=points, crs=4326), counties)
    for station, code in zip(placed, codes, strict=True):
        station["area_code"] = code
    ids = {s["name"]: s["id"] for s in stations}
    thresholds = [t for r in rows for t in _thresholds(r, ids)]
    thresholds += [
        _threshold(ids[s], level, value, span=(start, end), as_of=at, source=source, note=note)
        for s, level, value, start, end, at, source, note in EARLIER
    ]
    name, level, value, at = DERIVED
    thresholds.append(
        _threshold(ids[name], level, value, as_of=at, source=EXTRA[1]["source"], derived=True)
    )
    thresholds.sort(key=lambda t: (t["station_id"], t["value_m"]))
    write("stations.csv", stations, tuple(stations[0]))
    write("thresholds.csv", thresholds, tuple(thresholds[0]))


def _station(number: int, r: dict[str, str]) -> dict[str, Any]:
    """One collected station."""
    name, outside = r["station_STNM"], OUTSIDE.get(r["station_STNM"])
    river, _, reach = r["river_RVNM"].partition("(")
    kind = "水库" if name in RESERVOIRS else "湖泊" if river.endswith("湖") else "河道"
    notes = [r["notes"], reach.rstrip(")"), f"省外参考站（{outside}）" if outside else ""]
    coord = r["coord_source"].replace("from memory, approx", "待核，约略")
    return {
        "id": f"S{number:02d}", "name": name, "alias": "黄石港" if name == "黄石" else None,
        "river": river, "kind": kind, "is_reference": bool(outside), "area_code": None,
        "lon": r["lon"], "lat": r["lat"], "coord_source": coord,
        "coord_is_stand_in": bool(r["lon"]), "sample_z_m": r["sample_Z_20230208_0800_m"],
        "sample_q_text": r["sample_Q_m3s"],
        "sample_at": "2023-02-08T08:00+08:00" if r["sample_Z_20230208_0800_m"] else None,
        "note": "；".join(n for n in notes if n), "source": r["source"],
        "confidence": r["confidence"],
    }  # fmt: skip


def _extra(number: int, e: dict[str, str]) -> dict[str, Any]:
    """A station known from elsewhere than the tables."""
    kind = "水库" if e["name"].endswith("水库") else "湖泊"
    return {
        "id": f"S{number:02d}", "kind": kind, "is_reference": False, "lon": "",
        "coord_is_stand_in": False, "confidence": "verified", **e,
    }  # fmt: skip


def _thresholds(r: dict[str, str], ids: dict[str, str]) -> list[dict[str, Any]]:
    """The levels of one row, each with the date it was stated for."""
    name = r["station_STNM"]
    derived = "derived" in r["confidence"]
    as_of, source = T2023 if r["sample_Z_20230208_0800_m"] else (None, r["source"])
    if name == "恩施":
        as_of, source = T2016
    elif derived:
        as_of = "2020-07-13"
    found = [
        _threshold(
            ids[name], level, float(r[column]), as_of=as_of, source=source, derived=derived,
            span=(T2023[0], None) if (name, level) in CHANGED else (None, None),
            note=BETWEEN if (name, level) in CHANGED else r["notes"] if derived else "",
        )
        for level, column in COLUMNS.items()
        if r[column]
    ]  # fmt: skip
    if highest := r["MAXZ_历史最高(2016表)"]:
        found.append(
            _threshold(ids[name], "历史最高", float(highest), as_of=T2016[0], source=T2016[1])
        )
    return found


def _threshold(
    station: str,
    level: str,
    value: float,
    *,
    as_of: str | None,
    source: str,
    span: tuple[str | None, str | None] = (None, None),
    note: str = "",
    derived: bool = False,
) -> dict[str, Any]:
    """One dated level; blank dates mean that no change is known."""
    return {
        "station_id": station, "level": level, "value_m": value, "valid_from": span[0],
        "valid_to": span[1], "as_of": as_of, "derived": derived, "note": note, "source": source,
    }  # fmt: skip
