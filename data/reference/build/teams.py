"""Sorts the collected rows into forces, teams and one-time formations."""

from __future__ import annotations

import json
import re
from itertools import pairwise
from typing import Any

from data.reference.build.common import collected, write

FORCE_COLUMNS = (
    "id", "name", "kind", "level", "parent", "area_code", "city", "lon", "lat", "coord_source",
    "coord_is_stand_in", "note", "source", "confidence",
)  # fmt: skip
TEAM_COLUMNS = (
    "id", "force_id", "name", "kind", "level", "area_code", "lon", "lat", "coord_source",
    "coord_is_stand_in", "people", "vehicles", "boats", "equipment", "provides", "figures_date",
    "note", "source", "confidence",
)  # fmt: skip
FORMATION_COLUMNS = (
    "id", "name", "force_id", "city", "people", "people_text", "vehicles", "boats", "equipment",
    "date", "note", "source", "confidence",
)  # fmt: skip

AREAS = {
    "武汉": "420100", "黄石": "420200", "十堰": "420300", "宜昌": "420500", "襄阳": "420600",
    "鄂州": "420700", "荆门": "420800", "孝感": "420900", "荆州": "421000", "黄冈": "421100",
    "咸宁": "421200", "随州": "421300", "恩施": "422800", "神农架": "429021", "仙桃": "429004",
    "武汉市江夏区大花岭(黄家湖畔)": "420115", "武汉经开区(汉南区)通用航空及卫星产业园": "420113",
    "荆州洪湖新滩镇": "421083", "黄石大冶": "420281", "武汉硚口": "420104",
}  # fmt: skip
AREA_BY_NAME = {
    "黄冈市蓝天": "421100", "襄阳": "420600", "宜昌蓝天": "420500", "荆州蓝天": "421000",
    "武汉": "420100", "京山市": "420882",
}  # fmt: skip

# Rows that are one-time deployments or exercises, though listed as standing bodies: what was sent.
SENT = {
    "HB-XF-13": ("恩施支队州城抢险编成", 120, 12, "4艇", "2016"),
    "HB-NAT-02": ("森林消防驻鄂四大队出动", 97, None, "", "2019-09-13"),
    "HB-NAT-03": ("中国安能武汉基地首批出动", 40, None, "", "2021-07-21"),
    "HB-PRO-04": ("长江武汉水上应急演练参演力量", None, None, "13艘艇", "2025-04"),
    "HB-AIR-03": ("汉南通用机场直升机备勤（北方航空护林总站调驻）", None, None, "", "2019-07-25"),
}
SENT_MORE = (
    ("HB-NAT-02", "森林消防驻鄂四大队进驻黄冈", 73, None, "", "2021-10"),
    ("HB-NAT-03", "中国安能武汉基地首批出动", 100, None, "", "2024-07-06"),
)
SENT_EQUIPMENT = {
    ("HB-NAT-03", "2021-07-21"): "18台套", ("HB-NAT-03", "2024-07-06"): "35台套",
    ("HB-AIR-03", "2019-07-25"): "2架米-26 1架AS350",
}  # fmt: skip
SENT_PEOPLE_TEXT = {"HB-PRO-04": "80余人"}

# Standing teams, sent whole: id -> parent (an id of this table, or the name of its body).
TEAMS = {
    "HB-NAT-06": "武汉城投流域治理公司", "HB-PRO-01": "大冶有色金属集团", "HB-PRO-02": "武汉有机实业",  # noqa: E501
    "HB-PRO-03": "HB-XF-01", "HB-AIR-01": "", "HB-AIR-02": "",
    **{f"HB-SOC-{n:02d}": "" for n in range(1, 9)},
}  # fmt: skip
PROVIDES = {
    "HB-NAT-06": {"排涝": 30000},
    "HB-SOC-01": {"冲锋舟": 3},
    "HB-SOC-05": {"冲锋舟": 2},
    "HB-AIR-01": {"航空救援": 1},
}
TEAM_NAMES = {
    "HB-PRO-03": "硚口汉江湾水上消防站", "HB-AIR-01": "湖北省武当山航空护林站（1架米-171）",
    "HB-NAT-06": "国家城市排水防涝应急救援武汉基地",
}  # fmt: skip
TEAM_NOTES = {
    "HB-PRO-03": "上级按名称推断为武汉市消防救援支队",
    "HB-SOC-01": "人数、车船为2023-08-02一次出动的数字",
    "HB-SOC-05": "人数、车船为2021-07-21一次出动的数字",
    "HB-SOC-06": "人数、艇为2021-07-21一次出动的数字",
    "HB-SOC-07": "人数为2023-08一次出动的数字",
}
HEADQUARTERS = {
    "id": "HB-XF-00", "name": "湖北省消防救援总队", "kind": "国家综合性消防救援队伍", "level": "总队",  # noqa: E501
    "area_code": "420000", "city": "", "coord_is_stand_in": False,
    "note": "名称取自直属支队全称；驻地未附来源", "source": "163.com GFE6SECJ0512CCJ3",
    "confidence": "verified(name)",
}  # fmt: skip


def build() -> None:
    """Write `forces.csv`, `teams.csv` and `formations.csv`."""
    rows = _resolved(collected("teams.csv"))
    forces: list[dict[str, Any]] = [HEADQUARTERS]
    teams: list[dict[str, Any]] = []
    formations: list[dict[str, Any]] = []
    for row in rows:
        if "编成样例" in row["type"]:
            formations.append(_formation(row))
        elif row["type"] in ("统计", "机场") or row["id"] == "HB-AIR-04":
            continue
        elif row["id"] in TEAMS:
            teams.append(_team(row))
            forces.extend(_parent(row))
        elif row["id"] != "HB-AIR-03":
            forces.append(_force(row))
        if row["id"] in SENT:
            formations.append(_sent(row, *SENT[row["id"]]))
            formations.extend(_sent(row, *more[1:]) for more in SENT_MORE if more[0] == row["id"])
    write("forces.csv", forces, FORCE_COLUMNS)
    write("teams.csv", teams, TEAM_COLUMNS)
    write("formations.csv", formations, FORMATION_COLUMNS)


def _resolved(rows: list[dict[str, str]]) -> list[dict[str, str]]:
    """The rows with 同上 replaced by what stands above."""
    for above, row in pairwise(rows):
        if row["source"] == "同上":
            row["source"] = above["source"]
    return rows


def _area(row: dict[str, str]) -> str | None:
    """The area a row belongs to, where it says so."""
    if code := AREAS.get(row["city"]):
        return code
    return next((c for start, c in AREA_BY_NAME.items() if row["name"].startswith(start)), None)


def _place(row: dict[str, str]) -> dict[str, Any]:
    """Position; every collected one is a town or airport standing in for the station."""
    return {
        "area_code": _area(row), "city": row["city"], "lon": row["lon"], "lat": row["lat"],
        "coord_source": row["coord_source"].replace(
            "city centre proxy (not the barracks)", "城市中心代用，非驻地"
        ).replace("proxy", "代用"),
        "coord_is_stand_in": bool(row["lon"]),
    }  # fmt: skip


def _force(row: dict[str, str]) -> dict[str, Any]:
    """A parent force."""
    facts = [row["notes"], row["equipment"]]
    if row["id"] == "HB-NAT-04":
        facts.append("人数与直升机为2022-12规划值，建成情况未核")
    return _place(row) | {
        "id": row["id"], "name": row["name"], "kind": row["type"], "level": row["level"],
        "parent": "HB-XF-00" if row["id"].startswith("HB-XF-") else None,
        "note": "；".join(f for f in facts if f), "source": row["source"],
        "confidence": row["confidence"],
    }  # fmt: skip


def _parent(row: dict[str, str]) -> list[dict[str, Any]]:
    """The body a team belongs to; a team that is its own association gives the force its name."""
    body = TEAMS[row["id"]]
    if body.startswith("HB-"):
        return []
    note = "" if body else "队伍所属组织以队名记"
    return [
        _force(row) | {"id": f"{row['id']}-F", "name": body or row["name"], "note": note,
                       "parent": None}
    ]  # fmt: skip


def _team(row: dict[str, str]) -> dict[str, Any]:
    """A team sent whole; unknown strength and position stay blank."""
    body = TEAMS[row["id"]]
    note = "；".join(n for n in (row["notes"], TEAM_NOTES.get(row["id"])) if n)
    provides = PROVIDES.get(row["id"])
    return _place(row) | {
        "id": row["id"], "force_id": body if body.startswith("HB-") else f"{row['id']}-F",
        "name": TEAM_NAMES.get(row["id"], row["name"]), "kind": row["type"],
        "level": row["level"], "people": row["people"], "vehicles": row["vehicles"],
        "boats": row["boats_other"], "equipment": row["equipment"],
        "provides": json.dumps(provides, ensure_ascii=False) if provides else None,
        "figures_date": row["date_of_figures"], "note": note, "source": row["source"],
        "confidence": row["confidence"],
    }  # fmt: skip


def _formation(row: dict[str, str]) -> dict[str, Any]:
    """What was sent once."""
    exact = re.fullmatch(r"\d+", row["people"])
    return {
        "id": row["id"], "name": row["name"], "city": row["city"],
        "people": row["people"] if exact else None,
        "people_text": None if exact else row["people"], "vehicles": row["vehicles"],
        "boats": row["boats_other"], "equipment": row["equipment"],
        "date": row["date_of_figures"], "note": row["notes"], "source": row["source"],
        "confidence": row["confidence"],
    }  # fmt: skip


def _sent(
    row: dict[str, str], name: str, people: int | None, vehicles: int | None, boats: str, date: str
) -> dict[str, Any]:
    """What a standing body once sent, as a model and not as its strength."""
    return {
        "id": f"{row['id']}-{date}", "name": name,
        "force_id": row["id"] if row["id"] != "HB-AIR-03" else None, "city": row["city"],
        "people": people, "people_text": SENT_PEOPLE_TEXT.get(row["id"]), "vehicles": vehicles,
        "boats": boats, "equipment": SENT_EQUIPMENT.get((row["id"], date)), "date": date,
        "note": row["notes"], "source": row["source"], "confidence": row["confidence"],
    }  # fmt: skip
