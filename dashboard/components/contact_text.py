"""Reads entries of the directory pasted from a table or a CSV file: one a line."""

from __future__ import annotations

import csv

from dashboard.components.admin_parts import area_of
from data.domain.directory import CONTACT_WORDS
from data.domain.messages.directing import ContactRow
from data.domain.org import AreaTree
from data.errors import Invalid

COLUMNS = ("类别", "姓名或名称", "单位", "职务", "电话", "值班电话", "专长", "市县", "备注", "来源")
_KINDS = {word: kind for kind, word in CONTACT_WORDS.items()}


def read_contacts(text: str | None, areas: AreaTree) -> tuple[ContactRow, ...]:
    """Entries of a table with the columns above; trailing columns may be left out.

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
        rows.append(_row(number, [*held, *[""] * len(COLUMNS)], areas))
    if not rows:
        raise Invalid.field("contacts", "没有条目", f"请按 {'、'.join(COLUMNS)} 一行一条填写")
    return tuple(rows)


def _row(number: int, cells: list[str], areas: AreaTree) -> ContactRow:
    kind, name, body, post, phone, duty, specialty, area, note, source = cells[: len(COLUMNS)]
    if kind not in _KINDS:
        raise _wrong(number, f"类别“{kind}”不对", f"请填 {'、'.join(_KINDS)}")
    if not name:
        raise _wrong(number, "未填姓名或名称", "请填写")
    code = None
    if area:
        try:
            code = area_of(areas, area)
        except Invalid as error:
            raise _wrong(number, error.errors[0]["message"], error.errors[0]["remedy"]) from error
    return ContactRow(
        kind=_KINDS[kind], name=name, body=body, post=post, phone=phone, duty_phone=duty,
        specialty=specialty, area_code=code, note=note, source=source,
    )  # fmt: skip


def _wrong(number: int, message: str, remedy: str) -> Invalid:
    return Invalid.field("contacts", f"第 {number} 行：{message}", remedy)
