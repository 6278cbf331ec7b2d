"""Reads strangers' .xlsx and .csv files as bare cells, in a child process with limits."""

from __future__ import annotations

import csv
import json
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from data import confined
from data.errors import Invalid

MAX_FILE_BYTES = 20 * 2**20
MAX_UNPACKED_BYTES = 60 * 2**20
MAX_RATIO = 150  # repetitive honest sheets stay well below
MAX_MEMBERS = 1000
MAX_ROWS = 100_000
MAX_COLUMNS = 80
MAX_CELL = 4000  # characters
CHILD_MEMORY_BYTES = 1536 * 2**20
CHILD_SECONDS = 120

Row = tuple[int, list[str]]  # the line in the file, and its cells as text


def read_cells(path: Path) -> list[Row]:
    """Every non-blank line of a file, header first; formulas come as text and stay text.

    Raises
    ------
    Invalid
        When the file is missing, oversized, hostile, or not a table.
    """
    check_file(path)
    try:
        said = confined.run(
            "data.ingest.sheets", str(path.resolve()), seconds=CHILD_SECONDS,
            memory=CHILD_MEMORY_BYTES,
        )  # fmt: skip
    except confined.OverLimits as error:
        if error.slow:
            raise _refused("读取超时", "请删去多余的工作表和格式，或分成几个文件") from error
        remedy = "请用表格软件另存为 .xlsx 后重试"
        raise _refused("文件已损坏，或内容超出内存限制", remedy) from error
    answer: dict[str, Any] = json.loads(said)
    if "refused" in answer:
        raise _refused(*answer["refused"])
    return [(line, cells) for line, cells in answer["rows"]]


def check_file(path: Path) -> None:
    """Refuse a file by its name, size and packing before anything parses it.

    Raises
    ------
    Invalid
        Saying what to do instead.
    """
    if not path.is_file():
        raise _refused(f"找不到文件 {path.name}", "请核对文件路径")
    if path.suffix.lower() not in {".xlsx", ".csv"}:
        raise _refused(f"不支持 {path.suffix or '此类'} 文件", "请另存为 .xlsx 或 .csv")
    if path.stat().st_size > MAX_FILE_BYTES:
        raise _refused("文件超过 20 MB", "请分成几个文件")
    if path.suffix.lower() == ".xlsx":
        _check_packing(path)


def _check_packing(path: Path) -> None:
    """Refuse a zip that unpacks to too much."""
    try:
        with zipfile.ZipFile(path) as packed:
            members = packed.infolist()
    except (zipfile.BadZipFile, OSError, ValueError) as error:
        raise _refused("不是有效的 .xlsx 文件", "请用表格软件另存为 .xlsx") from error
    unpacked = sum(m.file_size for m in members)
    packed_size = max(1, sum(m.compress_size for m in members))
    if len(members) > MAX_MEMBERS or unpacked > MAX_UNPACKED_BYTES:
        raise _refused("解压后超过 60 MB", "请删去多余内容，或分成几个文件")
    if unpacked > 2**20 and unpacked / packed_size > MAX_RATIO:
        raise _refused("压缩比异常，疑似恶意文件", "请从原始数据重新导出")


def _refused(message: str, remedy: str) -> Invalid:
    """A refusal of the whole file."""
    return Invalid.field("file", message, remedy)


def _csv_rows(path: Path) -> Iterator[Row]:
    """Lines of a CSV in UTF-8 (with or without BOM) or GB18030."""
    raw = path.read_bytes()
    if raw[:2] in (b"\xff\xfe", b"\xfe\xff") or b"\x00" in raw:
        raise _refused("编码不是 UTF-8 或 GB18030", "请另存为“CSV UTF-8”")
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            text = raw.decode(encoding)
            break
        except UnicodeDecodeError:
            continue
    else:
        raise _refused("编码不是 UTF-8 或 GB18030", "请另存为“CSV UTF-8”")
    first = text.split("\n", 1)[0]
    mark = max(",\t;", key=first.count)
    csv.field_size_limit(MAX_CELL * 4)
    reader = csv.reader(text.splitlines(keepends=True), delimiter=mark)
    for cells in reader:
        yield reader.line_num, cells[:MAX_COLUMNS]


def _xlsx_rows(path: Path) -> Iterator[Row]:
    """Lines of the first sheet; a formula is its text, never its result."""
    from openpyxl import load_workbook

    book = load_workbook(path, read_only=True, data_only=False, keep_links=False)
    sheet = book.worksheets[0]
    rows = sheet.iter_rows(max_row=MAX_ROWS + 2, max_col=MAX_COLUMNS, values_only=True)
    for line, cells in enumerate(rows, start=1):
        yield line, [_text(cell) for cell in cells]


def _text(cell: object) -> str:
    """A cell as a person would type it."""
    if cell is None:
        return ""
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    if type(cell).__name__ in ("ArrayFormula", "DataTableFormula"):
        return "=公式"
    return str(cell)


def _parsed(path: Path) -> dict[str, Any]:
    """What the child answers: rows, or a refusal."""
    found: list[Row] = []
    try:
        for line, cells in _csv_rows(path) if path.suffix.lower() == ".csv" else _xlsx_rows(path):
            trimmed = [cell.strip()[:MAX_CELL] for cell in cells]
            if any(trimmed):
                found.append((line, trimmed))
            if len(found) > MAX_ROWS + 1:
                raise _refused("超过 100,000 行", "请分成几个文件")
    except Invalid as error:
        return {"refused": [error.errors[0]["message"], error.errors[0]["remedy"]]}
    except csv.Error:
        return {"refused": ["CSV 格式有误", "请检查引号和分隔符，或另存为 .xlsx"]}
    return {"rows": found}


if __name__ == "__main__":
    sys.stdout.write(json.dumps(_parsed(Path(sys.argv[1]))))
