"""The columns of the users' own tables: headers, meaning, how a cell becomes a value."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from data.domain.capabilities import CAPABILITIES
from data.domain.depot import Depot, Lot
from data.domain.team import Force, Team

CRS_NAMES: Mapping[str, str] = {
    "": "WGS84", "wgs84": "WGS84", "wgs-84": "WGS84", "gps": "WGS84", "cgcs2000": "CGCS2000",
    "国家2000": "CGCS2000", "gcj02": "GCJ02", "gcj-02": "GCJ02", "高德": "GCJ02", "腾讯": "GCJ02",
    "火星": "GCJ02", "bd09": "BD09", "bd-09": "BD09", "百度": "BD09",
}  # fmt: skip


class Refusal(Exception):
    """Why a cell is refused, and what to do."""

    def __init__(self, reason: str, remedy: str) -> None:
        super().__init__(reason)
        self.reason = reason
        self.remedy = remedy


def text(value: str) -> str:
    """Plain text; one apostrophe that kept a cell from being a formula is dropped."""
    if value.startswith("="):
        raise Refusal("单元格是公式", "请改为“粘贴为数值”，公式不会被计算")
    return value[1:] if value[:1] == "'" and value[1:2] in tuple("=+-@＝＋－＠\t\r\n") else value


def number(value: str) -> float:
    """A finite number not below zero."""
    found = signed(value)
    if found < 0:
        raise Refusal("不能为负数", "请填 0 或留空")
    return found


def signed(value: str) -> float:
    """A finite number."""
    try:
        found = float(text(value).replace(",", "").replace("，", ""))
    except ValueError:
        raise Refusal("不是数字", "只填数字，单位不要写在单元格里") from None
    if not math.isfinite(found):
        raise Refusal("不是有限的数", "请填普通数字")
    return found


def whole(value: str) -> int:
    """A whole number not below zero."""
    found = number(value)
    if found != int(found):
        raise Refusal("不是整数", "请填整数")
    return int(found)


def crs(value: str) -> str:
    """A coordinate system by any of its usual names."""
    found = CRS_NAMES.get(text(value).lower().removesuffix("坐标系").removesuffix("坐标"))
    if found is None:
        raise Refusal("不认识的坐标系", "请填 WGS84、GCJ02（高德、腾讯）或 BD09（百度）")
    return found


@dataclass(frozen=True, kw_only=True)
class Column:
    """One column: its field, headers (the first is the template's), note and example."""

    field: str
    headers: tuple[str, ...]
    parse: Callable[[str], Any] = text
    required: bool = False
    note: str = ""
    example: str = ""


def column(
    field: str,
    *headers: str,
    parse: Callable[[str], Any] = text,
    required: bool = False,
    note: str = "",
    example: str = "",
) -> Column:
    """A column that is also known by its English field name."""
    return Column(
        field=field, headers=(*headers, field), parse=parse, required=required, note=note,
        example=example,
    )  # fmt: skip


ID = column("id", "编号", note="留空则由名称和区划生成；同一编号再次导入即更新")
NAME = column("name", "名称", required=True, note="必填")
KIND = column("kind", "类型", "类别")
LEVEL = column("level", "级别")
NOTE = column("note", "备注")
SOURCE = column("source", "来源", "资料来源", note="数据出自何处", example="单位上报")
PLACE = (
    column(
        "area_code", "行政区划", "行政区划代码", "区划代码", "市县",
        note="6 位代码或市县全称；有坐标时可留空", example="黄梅县",
    ),
    column("lon", "经度", parse=signed, note="十进制度", example="115.93"),
    column("lat", "纬度", parse=signed, note="十进制度", example="30.08"),
    column("crs", "坐标系", parse=crs,
            note="WGS84、GCJ02（高德、腾讯）、BD09（百度）；留空为 WGS84"),
)  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class Table:
    """One kind of table: what it makes and its columns."""

    kind: str
    word: str
    prefix: str
    makes: type[Any]
    columns: tuple[Column, ...]


BASE_TABLES: Mapping[str, Table] = {
    table.kind: table
    for table in (
        Table(
            kind="forces", word="上级力量", prefix="F", makes=Force,
            columns=(
                ID, NAME, KIND, LEVEL, column("parent", "上级编号"), *PLACE, NOTE, SOURCE,
            ),
        ),
        Table(
            kind="teams", word="队伍", prefix="TM", makes=Team,
            columns=(
                ID, NAME, KIND, LEVEL, column("force_id", "上级力量编号"), *PLACE,
                column("people", "人数", parse=whole, note="人", example="36"),
                column("vehicles", "车辆", "车辆数", parse=whole, note="台"),
                column("boats", "船艇", "舟艇", parse=whole, note="艘"),
                column("equipment", "装备"),
                *(
                    Column(
                        field=f"provides.{c.id}", headers=(c.id, f"{c.id}（{c.unit}）"),
                        parse=number, note=c.unit, example="36" if c.id == "搜救" else "",
                    )
                    for c in CAPABILITIES.values()
                ),
                column("ready_minutes", "出动准备", parse=number, note="分钟；留空为 5"),
                column("contact", "联系方式", "联系人", "电话"),
                column("figures_date", "数据日期"), NOTE, SOURCE,
            ),
        ),
        Table(
            kind="depots", word="储备库", prefix="DP", makes=Depot,
            columns=(
                ID, NAME, column("owner_level", "归口级别", "级别"), KIND, *PLACE,
                column("status", "状态", note="留空为 已投用"),
                column("vehicles", "运输车辆", parse=whole, note="辆；留空为未知，方案不作限制"),
                column("vehicle_t", "单车载重", parse=number, note="吨", example="10"),
                column("stock_summary", "库存概况"), column("phone", "电话", "值班电话"),
                NOTE, SOURCE,
            ),
        ),
        Table(
            kind="lots", word="批次", prefix="L", makes=Lot,
            columns=(
                ID,
                column("depot_id", "储备库", "储备库编号", required=True, note="必填，编号或名称",
                        example="黄冈市救灾物资储备库"),
                column("item_id", "物资", "物资编号", "物资名称", required=True,
                        note="必填，编号或名称", example="救灾帐篷(12㎡单)"),
                column("on_hand", "库存", "库存数量", "数量", parse=number, required=True,
                        note="必填，按物资品类的单位", example="200"),
                column("keep", "保底", "保底数量", parse=number, note="不参与调拨的数量"),
                column("batch", "批号"), column("expires", "有效期", note="2027-12-31"),
                column("as_of", "盘点日期"), SOURCE,
            ),
        ),
    )
}  # fmt: skip
