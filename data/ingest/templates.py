"""Writes empty tables to fill in, and lists of refused rows to put right."""

from __future__ import annotations

import csv
from collections.abc import Iterable
from pathlib import Path

from data.errors import Invalid
from data.ingest.tables import EXAMPLE, NOTES, Refused, safe_cell, table_of


def write_template(kind: str, path: Path) -> Path:
    """Write a table with its header, a row of notes and one example row; import skips both.

    Raises
    ------
    Invalid
        When the kind is unknown or the file is neither .xlsx nor .csv.
    """
    columns = table_of(kind).columns
    header = [f"*{c.headers[0]}" if c.required else c.headers[0] for c in columns]
    notes = [f"{NOTES}：{columns[0].note}", *(c.note for c in columns[1:])]
    example = [f"{EXAMPLE}（本行不导入）" if c.field == "id" else c.example for c in columns]
    return write_rows([header, notes, example], path)


def write_refused(refused: Iterable[Refused], path: Path) -> Path:
    """Write the refused rows with line, field, reason and remedy."""
    rows = [["行", "列", "内容", "原因", "处理办法"]]
    rows += [[str(r.line or ""), r.field, r.value, r.reason, r.remedy] for r in refused]
    return write_rows(rows, path)


def write_rows(rows: list[list[str]], path: Path) -> Path:
    """Write rows of text; no cell can be taken for a formula.

    Raises
    ------
    Invalid
        When the file is neither .xlsx nor .csv.
    """
    safe = [[safe_cell(cell) for cell in row] for row in rows]
    if path.suffix.lower() == ".csv":
        with path.open("w", encoding="utf-8-sig", newline="") as out:
            csv.writer(out).writerows(safe)
        return path
    if path.suffix.lower() != ".xlsx":
        raise Invalid.field("file", "模板只能是 .xlsx 或 .csv", "请改文件名的后缀")
    from openpyxl import Workbook

    book = Workbook(write_only=True)
    sheet = book.create_sheet("填写")
    for row in safe:
        sheet.append(row)
    book.save(path)
    return path
