"""Depots, the materials catalogue and the few stocks a source states."""

from __future__ import annotations

from typing import Any

from data.reference.build.common import collected, write

# id -> (owner level, area, status)
DEPOTS: dict[str, tuple[str, str | None, str]] = {
    "D01": ("中央", "420112", "已投用"), "D02": ("省", "420500", "已投用"),
    "D03": ("省", "421200", "已投用"), "D04": ("省", "422800", "已投用"),
    "D05": ("省", "420300", "已投用"), "D06": ("省", "421000", "已投用"),
    "D07": ("省", "420600", "已投用"), "D08": ("市", "420102", "已投用"),
    "D09": ("中央", "420100", "已投用"), "D10": ("省", "421102", "已投用"),
    "D11": ("市", "420800", "已投用"), "D12": ("市", "420300", "已投用"),
    "D13": ("中央", "420500", "在建"), "D14": ("", "420626", "未建成"),
    "D15": ("县", "420982", "在建"), "D16": ("中央", None, "规划"),
}  # fmt: skip
NOTES = {
    "D01": "中央与省级物资同库",
    "D09": "库存未知；来源所载为2012-07一次调出",
    "D12": "库存未知；来源所载为一次调出",
    "D13": "2024-11开工，是否投用未查到",
}
STOCKS = (("编织袋", 423800), ("彩条布", 59800), ("土工布", 16800), ("冲锋舟", 8))
# What the sample overlay of a public-health emergency asks for: no source names them, so each
# line says 假定; the class is inferred like the others'.
ASSUMED = (("医用口罩", "只"), ("医用防护服", "套"), ("医用手套", "双"), ("测温仪", "台"))
MAJORS = {"1": "基本生活保障物资", "2": "应急装备及配套物资", "3": "工程材料与机械加工设备"}


def build() -> None:
    """Write `depots.csv`, `items.csv` and `lots.csv`."""
    items = _items()
    _depots()
    write(
        "items.csv", items,
        ("id", "name", "unit", "major", "major_name", "major_inferred", "code", "scenario",
         "observed_quantity", "observed_context", "source", "confidence"),
    )  # fmt: skip
    by_name = {i["name"]: i for i in items}
    write(
        "lots.csv",
        [
            {
                "id": f"L{n:02d}", "depot_id": "D08", "item_id": by_name[name]["id"],
                "quantity": quantity, "unit": by_name[name]["unit"], "date": "2020-05",
                "note": "2020-05报道的库存，现存量未核", "source": "m.wuhan.com/life/46048",
                "confidence": "verified",
            }
            for n, (name, quantity) in enumerate(STOCKS, 1)
        ],
        ("id", "depot_id", "item_id", "quantity", "unit", "date", "note", "source", "confidence"),
    )  # fmt: skip


def _depots() -> None:
    """Every depot with what stage it has reached."""
    rows = []
    for r in collected("depots.csv"):
        owner, area, status = DEPOTS[r["id"]]
        note = [NOTES.get(r["id"], ""), r["capacity_or_response"].replace('"', "")]
        coord = r["coord_source"].replace(
            "city centre proxy (not the barracks)", "城市中心代用，非库址"
        )
        coord = coord.replace("from memory, approx", "待核，约略").replace("proxy", "代用")
        rows.append(
            {
                "id": r["id"], "name": r["name"], "owner_level": owner, "level_text": r["level"],
                "kind": r["category"], "status": status, "live": status == "已投用",
                "area_code": area, "address": r["address"], "lon": r["lon"], "lat": r["lat"],
                "coord_source": coord, "coord_is_stand_in": bool(r["lon"]),
                "area_m2_text": r["area_m2"], "stock_summary": r["stock_summary"],
                "manager": r["manager"], "note": "；".join(n for n in note if n),
                "source": r["source"], "confidence": r["confidence"],
            }
        )  # fmt: skip
    write("depots.csv", rows, tuple(rows[0]))


def _items() -> list[dict[str, Any]]:
    """The catalogue; what was once seen of an item is context, never stock."""
    rows: list[dict[str, Any]] = []
    source = context = ""
    for n, r in enumerate(collected("materials.csv"), 1):
        source = source if r["source"] == "同上" else r["source"]
        seen = r["observed_context"]
        if seen.startswith(("同上", "见上")):
            seen = context + seen[2:]
        else:
            context = seen
        major = r["GBT38565_major_inferred"][:1]
        rows.append(
            {
                "id": f"M{n:02d}", "name": r["name"], "unit": r["unit"], "major": major,
                "major_name": MAJORS[major], "major_inferred": True, "code": r["GBT38565_code7"],
                "scenario": r["scenario"], "observed_quantity": r["observed_quantity"],
                "observed_context": seen, "source": _cited(source),
                "confidence": r["confidence"],
            }
        )  # fmt: skip
    for n, (name, unit) in enumerate(ASSUMED, len(rows) + 1):
        rows.append(
            {
                "id": f"M{n:02d}", "name": name, "unit": unit, "major": "2",
                "major_name": MAJORS["2"], "major_inferred": True, "scenario": "防疫",
                "source": "示例（假定）：公共卫生叠加预案所需品类，未附来源",
                "confidence": "assumed",
            }
        )  # fmt: skip
    return rows


def _cited(source: str) -> str:
    """The source in the words of the tables: memory is said to be memory."""
    return source.replace("from memory", "待核，未附来源").replace("memory", "待核，未附来源")
