"""One record of another body, made into what the center takes, or refused with the reason."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any
from zoneinfo import ZoneInfo

import msgspec

from data.domain.sharing import FIELDS, Kind, MappingFile, Taking
from data.errors import Invalid
from data.ingest import sharing_things
from data.ingest.coordinates import to_wgs84
from data.ingest.sharing_records import found_at
from data.ingest.watch_tables import WATCH_TABLES
from data.services.addresses import address

LARGEST = 1e12
_EPOCHS = {"epoch_s": 1.0, "epoch_ms": 1000.0}


def made(known: MappingFile, record: Any) -> list[dict[str, Any]]:
    """The rows a record becomes: several readings, or one of anything else.

    Raises
    ------
    Invalid
        Naming the field of the center and where it was looked for.
    """
    if not isinstance(record, Mapping):
        raise Invalid.field("record", "这一条不是“字段: 内容”", "请核对映射文件的 rows")
    row = {
        name: _taken(known, record, name, taking, *FIELDS[known.target][name])
        for name, taking in known.fields.items()
    }
    row = {name: value for name, value in row.items() if value is not None}
    if "lon" in row or "lat" in row:
        row["lon"], row["lat"] = _place(known, row)
    if known.target in WATCH_TABLES:
        sharing_things.parsed(known.target, row)  # refused here, so that a try-out says it too
    if known.target != "readings":
        return [row]
    found = [
        {"sensor": address(row["sensor"], one.element), "at": row["at"].isoformat(), "value": value}
        for one in known.values
        if (value := _taken(known, record, one.element, one.taking, "number", False)) is not None
    ]
    if not found:
        looked = "、".join(one.taking.path for one in known.values)
        raise Invalid.field("values", f"{looked} 都没有值", "无数据的记录可不推送")
    return found


def key_of(known: MappingFile, record: Any) -> str:
    """A record's key: what stands at the paths of `key`, or all of it."""
    picked = [found_at(record, path) for path in known.key] if known.key else record
    return sha256(msgspec.json.encode(picked, order="sorted")).hexdigest()[:40]


def _taken(
    known: MappingFile, record: Mapping[str, Any], name: str, taking: Taking, kind: Kind, must: bool
) -> Any:  # fmt: skip
    """One value, in its kind and unit; None where there is none and none is needed."""
    found = taking.fixed or found_at(record, taking.path)
    text = "" if found is None else str(found).strip()
    if isinstance(found, dict | list):
        raise _wrong(name, taking, "是一组内容，不是单个值", "请在 from 里写到最里一层")
    if text in taking.blank or text == "":
        if must:
            raise _wrong(name, taking, "没有值", "请核对字段名，或请对方补齐")
        return None
    if taking.codes:
        if text not in taking.codes:
            raise _wrong(name, taking, f"“{text[:40]}”不在代码表里", "请在 codes 里补上这个代码")
        text = taking.codes[text]
    if kind == "time":
        return _time(known, name, taking, text)
    if kind == "text":
        return taking.prefix + text
    number = _number(name, taking, text)
    return round(number) if kind == "whole" else number


def _number(name: str, taking: Taking, text: str) -> float:
    try:
        number = float(text.replace(",", "")) * taking.factor + taking.offset
    except ValueError:
        number = float("nan")
    if not abs(number) < LARGEST:
        raise _wrong(name, taking, f"“{text[:40]}”不是有限的数", "请核对，无数据应留空")
    return number


def _time(known: MappingFile, name: str, taking: Taking, text: str) -> datetime:
    """An instant in UTC; a time without an offset is of the mapping's zone."""
    try:
        if known.time_format in _EPOCHS:
            return datetime.fromtimestamp(float(text) / _EPOCHS[known.time_format], UTC)
        if known.time_format == "iso":
            moment = datetime.fromisoformat(text)
        else:
            moment = datetime.strptime(text, known.time_format)  # noqa: DTZ007 - zoned below
        if moment.tzinfo is None:
            moment = moment.replace(tzinfo=ZoneInfo(known.zone))
        return moment.astimezone(UTC)
    except (ValueError, OverflowError, OSError) as error:
        remedy = f"映射文件写的是 {known.time_format}，请改成对方的格式"
        raise _wrong(name, taking, f"时间“{text[:40]}”看不懂", remedy) from error


def _place(known: MappingFile, row: Mapping[str, Any]) -> tuple[float, float]:
    if "lon" not in row or "lat" not in row:
        raise Invalid.field("lon", "经纬度只有一个", "请把经度和纬度都写进 fields")
    try:
        return to_wgs84(row["lon"], row["lat"], known.crs)  # type: ignore[arg-type]
    except ValueError as error:
        raise Invalid.field("lon", str(error), "请核对经纬度与坐标系") from error


def _wrong(name: str, taking: Taking, what: str, remedy: str) -> Invalid:
    where = f"（来自 {taking.path}）" if taking.path else ""
    return Invalid.field(name, f"{name}{where}：{what}", remedy)
