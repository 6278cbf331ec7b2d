"""Reads a roster pasted from a table or a CSV file: one shift a line."""

from __future__ import annotations

import base64
import csv
import re
from datetime import datetime, timedelta

from data.domain.clock import SHANGHAI
from data.domain.messages.shifts import RosterRow
from data.domain.people import read_people
from data.errors import Invalid

COLUMNS = ("日期", "上班", "下班", "带班领导", "值班员", "备注")
LEAST = 5
MAX_BYTES = 200_000
_DAY = re.compile(r"^(?:(\d{4})[-/.年])?(\d{1,2})[-/.月](\d{1,2})日?$")
_TIME = re.compile(r"^(\d{1,2})[:：](\d{2})(?::\d{2})?$")


def read_roster(text: str | None, now: datetime) -> tuple[RosterRow, ...]:
    """Shifts of a table with the columns 日期、上班、下班、带班领导、值班员、备注.

    A line that starts with 日期 is the heading; columns are apart by tab or comma; an end not
    after the start is the next day's.

    Raises
    ------
    Invalid
        Naming the line and the column.
    """
    lines = [x for x in (text or "").splitlines() if x.strip()]
    mark = "\t" if any("\t" in x for x in lines) else ","
    rows = []
    for number, cells in enumerate(csv.reader(lines, delimiter=mark), 1):
        held = [c.strip().lstrip("\ufeff") for c in cells]
        if held[0] == COLUMNS[0]:
            continue
        rows.append(_row(number, held, now))
    if not rows:
        raise Invalid.field("roster", "没有班次", f"请按 {'、'.join(COLUMNS)} 一行一班填写")
    return tuple(rows)


def _row(number: int, cells: list[str], now: datetime) -> RosterRow:
    if len(cells) < LEAST:
        raise _wrong(number, "列数不足", f"应有 {'、'.join(COLUMNS[:LEAST])}，用逗号或制表符隔开")
    starts = _at(number, cells[0], cells[1], now)
    ends = _at(number, cells[0], cells[2], now)
    chief = read_people(cells[3])
    if len(chief) != 1:
        raise _wrong(number, "带班领导应为一人", "请只填一名带班领导")
    return RosterRow(
        starts_at=starts, ends_at=ends if ends > starts else ends + timedelta(days=1),
        chief=chief[0], officers=read_people(cells[4]),
        note=cells[5] if len(cells) > LEAST else "",
    )  # fmt: skip


def _at(number: int, day: str, time: str, now: datetime) -> datetime:
    date, hour = _DAY.match(day), _TIME.match(time)
    here = now.astimezone(SHANGHAI)
    if date is None:
        raise _wrong(number, f"日期“{day}”看不懂", "请写成 2020-07-08 或 7-8")
    if hour is None:
        raise _wrong(number, f"时间“{time}”看不懂", "请写成 08:00")
    try:
        return datetime(
            int(date[1] or here.year), int(date[2]), int(date[3]), int(hour[1]), int(hour[2]),
            tzinfo=SHANGHAI,
        )  # fmt: skip
    except ValueError as error:
        raise _wrong(number, f"没有“{day} {time}”这一时刻", "请核对日期和时间") from error


def _wrong(number: int, message: str, remedy: str) -> Invalid:
    return Invalid.field("roster", f"第 {number} 行：{message}", remedy)


def text_of(contents: str) -> str:
    """The text of an uploaded CSV, UTF-8 or GB18030.

    Raises
    ------
    Invalid
        When it is not a text, or too large.
    """
    try:
        raw = base64.b64decode(contents.partition(",")[2], validate=True)
    except ValueError as error:
        raise Invalid.field("roster", "文件没有传完整", "请重新选择文件") from error
    if len(raw) > MAX_BYTES:
        raise Invalid.field("roster", "文件超过 200 KB", "排班表不会这么大，请核对文件")
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            text = raw.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\x00" not in text:
            return text
    raise Invalid.field("roster", "不是文本文件", "请另存为 CSV 后重试")
