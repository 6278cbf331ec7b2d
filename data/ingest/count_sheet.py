"""A depot's stock-taking as a table: given out with the book, read back with the counts."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from data.domain.depot import Item, Lot
from data.domain.messages.stock import Counted
from data.errors import Invalid
from data.ingest.sheets import read_cells
from data.ingest.tables import safe_cell

LOT, FOUND, REASON = "批次编号", "盘点数", "差异原因"
HEADS = (LOT, "品类", "单位", "批号", "账面数", FOUND, REASON)


@dataclass(frozen=True, kw_only=True)
class CountTable:
    """The rows that may be taken, and those refused, each with line, field, reason and remedy."""

    counts: tuple[Counted, ...]
    refused: tuple[dict[str, Any], ...]


def count_sheet(lots: Iterable[Lot], items: Mapping[str, Item]) -> bytes:
    """The lots of a depot as CSV (UTF-8 with mark, as spreadsheets want it), to be filled in."""
    out = io.StringIO()
    rows = csv.writer(out)
    rows.writerow(HEADS)
    for lot in sorted(lots, key=lambda x: (x.item_id, x.id)):
        item = items.get(lot.item_id)
        cells = (lot.id, item.name if item else "", item.unit if item else "", lot.batch or "",
                 f"{lot.on_hand:g}", "", "")  # fmt: skip
        rows.writerow([safe_cell(cell) for cell in cells])
    return out.getvalue().encode("utf-8-sig")


def read_counts(path: Path, lots: Mapping[str, Lot]) -> CountTable:
    """The counts of a filled-in table; a line without a count was not counted.

    Raises
    ------
    Invalid
        When the file is no table, or lacks the columns of lot and count.
    """
    rows = read_cells(path)
    heads = [c.strip() for c in rows[0][1]] if rows else []
    for wanted in (LOT, FOUND):
        if wanted not in heads:
            raise Invalid.field("file", f"表中没有“{wanted}”列", "请用“下载盘点表”得到的表填写")
    counts: dict[str, Counted] = {}
    refused = []
    for line, cells in rows[1:]:
        row = dict(zip(heads, (c.strip() for c in cells), strict=False))
        key, typed = row.get(LOT, ""), row.get(FOUND, "")
        if not typed:
            continue
        wrong = _wrong(key, typed, lots, counts)
        if wrong:
            refused.append({"line": line, **wrong})
            continue
        counts[key] = Counted(
            lot=key, counted=float(typed.replace(",", "")), reason=row.get(REASON, "")
        )
    return CountTable(counts=tuple(counts.values()), refused=tuple(refused))


def _wrong(
    key: str, typed: str, lots: Mapping[str, Lot], before: Mapping[str, Counted]
) -> dict[str, str] | None:
    """What is wrong with a line, None when nothing is."""
    if key not in lots:
        return {"field": LOT, "value": key, "reason": "本库没有这一批次", "remedy": "请核对编号"}
    if key in before:
        return {"field": LOT, "value": key, "reason": "同一批次填了两次", "remedy": "请只留一行"}
    try:
        amount = float(typed.replace(",", ""))
    except ValueError:
        amount = -1.0
    if not 0 <= amount < float("inf"):
        return {"field": FOUND, "value": typed, "reason": "不是数量", "remedy": "请填不小于 0 的数"}
    return None
