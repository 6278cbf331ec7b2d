"""Reads the users' own tables: good rows become things, refused rows say why and what to do."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from data.domain.org import PROVINCE, AreaTree
from data.domain.sensor import Sensor
from data.domain.team import Team, TeamState
from data.errors import Invalid
from data.ingest.columns import BASE_TABLES, Column, Refusal, Table
from data.ingest.coordinates import to_wgs84
from data.ingest.sheets import read_cells
from data.ingest.watch_tables import WATCH_TABLES, assembled

TABLES: Mapping[str, Table] = {**BASE_TABLES, **WATCH_TABLES}
EXAMPLE = "示例"
NOTES = "填写说明"
# Columns that name something registered already, by id or by name.
REFERS = {
    "depot_id": "储备库", "item_id": "物资", "source_id": "风险源", "contingency_id": "应急预案",
}  # fmt: skip
NEAR_HUBEI = (107.0, 28.0, 117.5, 34.5)  # west, south, east, north


@dataclass(frozen=True, kw_only=True)
class Refused:
    """One refused row: its line, field, what stood there, why, and what to do."""

    line: int
    field: str
    value: str
    reason: str
    remedy: str


@dataclass(frozen=True, kw_only=True)
class Known:
    """What rows may refer to: areas, units at a point, names and ids, and sensors kept already."""

    areas: AreaTree | None = None
    unit_at: Callable[[float, float], str | None] | None = None
    names: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    org: str = PROVINCE
    sensors: Mapping[str, Sensor] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class ImportReport:
    """What a file holds, and after writing, what came of it."""

    kind: str
    file: str
    rows: tuple[Any, ...]
    refused: tuple[Refused, ...]
    unknown_columns: tuple[str, ...] = ()
    lines: Mapping[str, int] = field(default_factory=dict)
    written: bool = False
    made: int = 0
    changed: int = 0
    unchanged: int = 0
    told: tuple[str, ...] = ()  # what was taken and should be looked at


def table_of(kind: str) -> Table:
    """The table of a kind.

    Raises
    ------
    Invalid
        When there is no such kind.
    """
    if kind not in TABLES:
        names = "、".join(f"{t.kind}（{t.word}）" for t in TABLES.values())
        raise Invalid.field("kind", f"没有“{kind}”这种表", f"可导入：{names}")
    return TABLES[kind]


def read_table(path: Path, kind: str, known: Known | None = None) -> ImportReport:
    """Read a file; nothing is stored.

    Raises
    ------
    Invalid
        When the file as a whole cannot be taken: hostile, oversized, or a required column missing.
    """
    table, known = table_of(kind), known or Known()
    cells = read_cells(path)
    if not cells:
        raise Invalid.field("file", "表格是空的", "请先导出模板，按表头填写")
    columns, unknown = _columns(table, cells[0][1])
    rows: list[Any] = []
    refused: list[Refused] = []
    seen: dict[str, int] = {}
    for line, values in cells[1:]:
        if _is_example(values):
            continue
        made = _made(table, columns, line, values, known)
        if isinstance(made, Refused):
            refused.append(made)
        elif made.id in seen:
            reason = f"与第 {seen[made.id]} 行重复"
            refused.append(refusal(line, "编号", made.id, reason, "请删去其中一行"))
        else:
            seen[made.id] = line
            rows.append(made)
    return ImportReport(
        kind=kind, file=path.name, rows=tuple(rows), refused=tuple(refused),
        unknown_columns=unknown, lines=seen,
    )  # fmt: skip


def refusal(line: int, name: str, value: str, reason: str, remedy: str) -> Refused:
    """One refused row."""
    return Refused(line=line, field=name, value=value[:80], reason=reason, remedy=remedy)


def _is_example(values: list[str]) -> bool:
    """Whether a row is the template's own example or notes."""
    return any(v.startswith((EXAMPLE, NOTES)) for v in values)


def _columns(table: Table, header: list[str]) -> tuple[dict[int, Column], tuple[str, ...]]:
    """The known columns by position; the first of two alike counts."""
    names = {h.lower(): c for c in reversed(table.columns) for h in c.headers}
    found: dict[int, Column] = {}
    unknown = []
    for place, heading in enumerate(header):
        title = heading.strip().lstrip("*").strip().lower()
        column = names.get(title)
        if column is not None and column not in found.values():
            found[place] = column
        elif title:
            unknown.append(heading)
    missing = [c.headers[0] for c in table.columns if c.required and c not in found.values()]
    if missing:
        raise Invalid.field(
            "file", f"缺少列：{'、'.join(missing)}", "请导出模板核对表头（第一行必须是表头）"
        )
    return found, tuple(unknown)


def _made(
    table: Table, columns: Mapping[int, Column], line: int, values: list[str], known: Known
) -> Any:
    """The thing of a row, or why it is refused."""
    parsed: dict[str, Any] = {}
    provides: dict[str, float] = {}
    for place, column in columns.items():
        value = values[place] if place < len(values) else ""
        title = column.headers[0]
        if not value:
            if column.required:
                return refusal(line, title, "", "必填项为空", "请填写后重新导入")
            continue
        try:
            found = column.parse(value)
        except Refusal as why:
            return refusal(line, title, value, why.reason, why.remedy)
        if column.field.startswith("provides."):
            provides |= {column.field.removeprefix("provides."): found} if found else {}
        else:
            parsed[column.field] = found
    try:
        return _thing(table, parsed, provides, known)
    except _RowRefusal as why:
        return refusal(line, why.title, why.value, why.reason, why.remedy)


class _RowRefusal(Refusal):
    """A refusal that names its column."""

    def __init__(self, title: str, value: str, reason: str, remedy: str) -> None:
        super().__init__(reason, remedy)
        self.title = title
        self.value = value


def _thing(table: Table, parsed: dict[str, Any], provides: dict[str, float], known: Known) -> Any:
    """The domain thing of a row's values."""
    if "area_code" in {c.field for c in table.columns}:
        _place(parsed, known)
    for name in REFERS:
        if name in parsed:
            parsed[name] = _refer(name, parsed[name], known)
    if "id" not in parsed:
        keys: tuple[str, ...] = ("name", "area_code", "depot_id", "item_id", "batch")
        keys += ("source_id", "quantity") if table.makes is Sensor else ()
        mark = "|".join(str(parsed.get(k) or "") for k in keys)
        parsed["id"] = f"{table.prefix}-{hashlib.sha256(mark.encode()).hexdigest()[:10]}"
    parsed = assembled(table.makes, parsed, known.sensors.get(parsed["id"]))
    thing = table.makes(**parsed, **({"provides": provides} if table.makes is Team else {}))
    if isinstance(thing, Team) and thing.plannable:
        return Team(**{**parsed, "provides": provides, "state": TeamState.STANDBY})
    return thing


def _place(parsed: dict[str, Any], known: Known) -> None:
    """Bring a row's position to WGS 84 and find its area."""
    lon, lat, crs = parsed.get("lon"), parsed.get("lat"), parsed.pop("crs", "WGS84")
    if (lon is None) != (lat is None):
        raise _RowRefusal("经度", "", "经纬度只填了一个", "请同时填写，或都留空")
    if lon is not None and lat is not None:
        west, south, east, north = NEAR_HUBEI
        if not (west <= lon <= east and south <= lat <= north):
            raise _RowRefusal(
                "经度", f"{lon}, {lat}", "位置不在湖北及周边", "请核对经纬度是否填反，单位是否为度"
            )
        parsed["lon"], parsed["lat"] = (round(v, 6) for v in to_wgs84(lon, lat, crs))
        parsed["coord_is_stand_in"] = False
    parsed["area_code"] = _area(parsed, known)
    if known.org != PROVINCE and known.areas is not None:
        code = parsed["area_code"]
        if not known.areas.covers(known.org, code):
            name = known.areas.name(code)
            raise _RowRefusal("行政区划", name, "不在本辖区", "只能导入本辖区的数据")


def _area(parsed: Mapping[str, Any], known: Known) -> str | None:
    """The code of a row's area: as named, else where its position lies."""
    said = parsed.get("area_code")
    if said and known.areas is not None:
        if said in known.areas.areas:
            return str(said)
        hits = [a.code for a in known.areas.areas.values() if said in (a.name, a.short_name)]
        if len(hits) == 1:
            return hits[0]
        reason = "有多个同名市县" if hits else "没有这个市县"
        raise _RowRefusal("行政区划", str(said), reason, "请填 6 位代码或市县全称")
    if said:
        return str(said)
    if parsed.get("lon") is not None and known.unit_at is not None:
        return known.unit_at(parsed["lon"], parsed["lat"])
    return None


def _refer(name: str, value: str, known: Known) -> str:
    """The id of a depot or item said by id or name."""
    held = known.names.get(name)
    if held is None:
        return value
    if value not in held:
        what = REFERS[name]
        raise _RowRefusal(what, value, f"没有这个{what}", f"请核对编号或名称，或先登记{what}")
    return held[value]


# OWASP, CSV Injection; table programs in Chinese take the full-width signs for the same.
FORMULA_SIGNS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")


def safe_cell(value: object) -> str:
    """A cell that no table program takes for a formula: the one place where exports are made so."""
    shown = "" if value is None else str(value)
    return f"'{shown}" if shown.startswith(FORMULA_SIGNS) else shown
