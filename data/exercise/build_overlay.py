"""Writes the exercise's overlay tables: teams, depots, items, lots, suppliers, all 演练假定.

Deterministic: `python -m data.exercise.build_overlay SEATS...` with tables of
`adcode,name,lng,lat` (county and prefecture seats) writes `overlay_*.csv` beside this file.
"""

from __future__ import annotations

import csv
import sys
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from data.exercise import special_teams, stock
from data.exercise.seating import COUNTY_DEPOTS, COUNTY_STATIONS, PREFECTURES

HERE = Path(__file__).parent
TF1 = "参照湖北消防水域增援编成 365人70车23舟21艇（湖北日报 2021-07-21）"
TF2 = "参照湖北消防排涝增援编成 98人34车（2024-07）"
TF5 = "参照黄梅滑坡消防编成 120余人5只搜救犬（新华网 2020-07-09）"
TF6 = "参照五峰滑坡编成 139人32车（央视 2023-07-09）"
TF7 = "参照消防站水域编成样例 每站一舟一艇12人（2020-07）"
TF8 = "参照消防站单次出动样例 12人2车（随州 2020-06-28）"
# 演练假定: lorries of a depot by level, tonnes of each
LORRIES, LORRY_T = {"市级": 12, "县级": 5, "企业": 4}, 10.0
TF4 = "参照仙桃闪爆消防编成 82人18车（中新社 2020-08）"


@dataclass(frozen=True, kw_only=True)
class Seat:
    """A prefecture or county seat, standing in for the barracks."""

    code: str
    name: str
    lon: float
    lat: float


@dataclass
class Sheet:
    """The teams written so far."""

    seats: Mapping[str, Seat]
    rows: list[dict[str, object]] = field(default_factory=list)

    def team(
        self,
        code: str,
        name: str,
        kind: str,
        people: int,
        provides: str,
        basis: str,
        *,
        force: str = "",
        vehicles: int | None = None,
        boats: int | None = None,
        ready: int = 10,
        level: str = "市级",
        at: tuple[float, float, str] | None = None,
    ) -> None:
        """Add one team at a seat, or at a place of its own `at` (lon, lat, source)."""
        seat = self.seats[code]
        lon, lat, place = at or (seat.lon, seat.lat, f"{seat.name}政府驻地代驻地（非营区坐标）")
        self.rows.append(
            {
                "id": f"EX-T-{len(self.rows) + 1:03d}", "force_id": force, "name": name,
                "kind": kind, "level": level, "area_code": code, "lon": lon, "lat": lat,
                "coord_source": place, "people": people,
                "vehicles": "" if vehicles is None else vehicles,
                "boats": "" if boats is None else boats, "provides": provides,
                "ready_minutes": ready, "assumption": f"演练假定：{basis}",
            }
        )  # fmt: skip


def prefecture_teams(sheet: Sheet) -> None:
    """What every prefecture has: search, water, fire, medical, some pumps, hazchem and drones."""
    for code, short, force, pumps in PREFECTURES:
        big = code in {"420100", "420500", "420600", "421000", "421100"}
        people = 30 if big else 20
        sheet.team(
            code, f"{short}支队特勤搜救分队", "搜救", people,
            f"搜救={people};破拆={people // 2};抢险救援={people}", TF6, force=force, vehicles=5,
        )  # fmt: skip
        boats = 4 if big else 2
        sheet.team(
            code, f"{short}支队水域救援编队", "水域救援", 12 * boats // 2,
            f"水域救援={12 * boats // 2};冲锋舟={boats}", f"{TF7}；{TF1}", force=force,
            vehicles=boats, boats=boats,
        )  # fmt: skip
        sheet.team(
            code, f"{short}支队灭火编队", "灭火", 2 * people // 2 + 4,
            f"灭火={people + 4};危化处置={people // 3}", TF4, force=force, vehicles=6, ready=5,
        )  # fmt: skip
        medics = 20 if big else 12
        sheet.team(
            code, f"{short}紧急医学救援队", "医疗救护", medics, f"医疗救护={medics}",
            "卫健系统医疗队，人数为假定", vehicles=medics // 4,
        )  # fmt: skip
        if pumps:
            flow = 3000 if code == "420100" else 2000
            sheet.team(
                code, f"{short}支队排涝编队", "排涝", 16, f"排涝={flow}", TF2, force=force,
                vehicles=5, ready=20,
            )  # fmt: skip


def county_teams(sheet: Sheet) -> None:
    """A fire station in many counties: twelve people and two vehicles, some with boats."""
    force_of = {code: force for code, _, force, _ in PREFECTURES}
    for number, code in enumerate(COUNTY_STATIONS):
        force = force_of[code[:4] + "00"]
        name = sheet.seats[code].name
        wet = number % 2 == 0
        provides = "抢险救援=12;搜救=6;" + ("水域救援=12;冲锋舟=2" if wet else "灭火=12;破拆=6")
        sheet.team(
            code, f"{name}消防救援站", "综合救援", 12, provides, TF7 if wet else TF8,
            force=force, vehicles=2, boats=2 if wet else None, ready=5, level="县级",
        )  # fmt: skip


def depot_rows(seats: Mapping[str, Seat]) -> list[dict[str, object]]:
    """A depot in every prefecture and in many counties, and one of an enterprise."""
    chosen = [(code, "市级") for code, *_ in PREFECTURES] + [(c, "县级") for c in COUNTY_DEPOTS]
    chosen.append((stock.SUPPLIERS[0][1], "企业"))
    return [
        {
            "id": f"EX-D-{number:03d}",
            "name": f"{stock.SUPPLIERS[0][0]}成品库" if level == "企业"
            else f"{seats[code].name}应急物资储备库",
            "owner_level": level, "kind": "企业成品" if level == "企业" else "救灾+防汛",
            "area_code": code,
            "lon": seats[code].lon, "lat": seats[code].lat,
            "coord_source": f"{seats[code].name}政府驻地代库址（非库房坐标）",
            "vehicles": LORRIES[level], "vehicle_t": LORRY_T,
            "assumption": "演练假定：库、库存、运力均为假定，县城中心代库址",
        }
        for number, (code, level) in enumerate(chosen, start=1)
    ]  # fmt: skip


def read_seats(paths: Iterable[Path]) -> dict[str, Seat]:
    """Seats by area code from tables with adcode, name, lng and lat."""
    seats: dict[str, Seat] = {}
    for path in paths:
        with path.open(encoding="utf-8-sig", newline="") as file:
            for row in csv.DictReader(file):
                seats[row["adcode"]] = Seat(
                    code=row["adcode"], name=row["name"],
                    lon=float(row["lng"]), lat=float(row["lat"]),
                )  # fmt: skip
    return seats


def write(name: str, rows: Sequence[Mapping[str, object]]) -> None:
    """Write one overlay table beside this file."""
    with (HERE / name).open("w", encoding="utf-8", newline="") as file:
        sheet = csv.DictWriter(file, fieldnames=list(rows[0]), lineterminator="\n")
        sheet.writeheader()
        sheet.writerows(rows)


def build(paths: Iterable[Path]) -> None:
    """Write the five tables."""
    seats = read_seats(paths)
    sheet = Sheet(seats)
    prefecture_teams(sheet)
    county_teams(sheet)
    for given in special_teams.TEAMS:
        sheet.team(
            given.code, given.name, given.kind, given.people, given.provides, given.basis,
            force=given.force, vehicles=given.vehicles, boats=given.boats, ready=given.ready,
            level=given.level, at=given.at,
        )  # fmt: skip
    depots = depot_rows(seats)
    write("overlay_teams.csv", sheet.rows)
    write("overlay_depots.csv", depots)
    write("overlay_items.csv", stock.item_rows())
    write("overlay_suppliers.csv", stock.supplier_rows())
    tiers = [(str(d["id"]), str(d["owner_level"])) for d in depots]
    write("overlay_lots.csv", stock.lot_rows(tiers))


if __name__ == "__main__":
    build([Path(arg) for arg in sys.argv[1:]])
