"""The wall's top line, its shared pool with what is contested, and its line of alarms."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from dashboard.picture import tree
from dashboard.picture.side import IDENTITY, INK, MUTED, PANEL, SOFT, WHITE, chip, inline
from dashboard.words import WEEKDAYS
from data.domain.clock import SHANGHAI
from data.domain.situation import Situation
from layers.pen import Pen

WIDE = 1920.0
KEEP, KEEP_INK = "#2a3a57", "#dbe5f5"
POOL_WIDE, EDGE = 880.0, 28.0


def head(pen: Pen, seen: Situation, *, replay: bool) -> None:
    """Title, 演练, what moment it is, and the journal's number."""
    pen.box((0, 0, WIDE, 64), PANEL)
    x = EDGE + pen.text((EDGE, 32), "湖北省应急指挥中心", 30, WHITE, weight=700) + 28
    if seen.exercise:
        pen.box((x, 14, x + 92, 50), line=WHITE, width=2, radius=4)
        pen.text((x + 46, 32), "演 练", 22, WHITE, weight=700, anchor="mm")
        x += 120
    local = seen.at.astimezone(SHANGHAI)
    day = f"{local:%Y-%m-%d} 周{WEEKDAYS[local.weekday()]}"
    right = WIDE - EDGE
    right -= pen.text((right, 32), f"{local:%H:%M:%S}", 36, WHITE, weight=700, anchor="rm") + 14
    right -= pen.text((right, 32), day, 20, MUTED, anchor="rm") + 34
    said = "回放截图" if replay else "截图"
    pen.text((right, 32), f"{said} · 记录 #{seen.revision:,}".replace(",", "\u2009"), 20, MUTED,
             anchor="rm")  # fmt: skip


def pool(pen: Pen, top: float, bars: Any, contested: Any, at: datetime) -> None:
    """The bars of the pool on the left, contested and missing on the right."""
    pen.box((0, top, WIDE, top + 190), PANEL)
    pen.rule((0, top), (WIDE, top), "#22304a")
    title, caps = tree.kids(bars)
    x = EDGE
    for part in tree.kids(title):
        x = _legend(pen, x, top + 26, part, at)
    rows = [c for c in tree.kids(caps) if "cap" in tree.classes(c)]
    half = (POOL_WIDE - 30) / 2
    for n, row in enumerate(rows):
        _bar(pen, EDGE + (n % 2) * (half + 30), top + 60 + (n // 2) * 34, half, row, at)
    if not rows:
        pen.text((EDGE, top + 60), tree.words(caps, at), 20, MUTED)
    _contested(pen, EDGE + POOL_WIDE + 34, top, contested, at)


def _legend(pen: Pen, x: float, middle: float, part: Any, at: datetime) -> float:
    if not hasattr(part, "children"):
        return x + pen.text((x, middle), str(part), 21, MUTED, weight=600) + 20
    swatch, word = tree.kids(part)
    colour = next((IDENTITY[c] for c in tree.classes(swatch) if c in IDENTITY), "#4a5f8a")
    pen.box((x, middle - 8, x + 16, middle + 8), colour)
    return x + 24 + pen.text((x + 24, middle), tree.words(word, at), 21, WHITE, weight=600) + 20


def _bar(pen: Pen, x: float, middle: float, wide: float, row: Any, at: datetime) -> None:
    """One capability: who has how many teams of it."""
    name, bar, total = tree.kids(row)
    pen.text((x, middle), tree.words(name, at), 22, WHITE, most=108)
    parts = [(p, float((p.style or {}).get("flexGrow", 1))) for p in tree.kids(bar)]
    room = wide - 120 - 50 - 2 * max(0, len(parts) - 1)
    least = min(34.0, room / max(1, len(parts)))
    free = room - least * len(parts)
    every = sum(n for _, n in parts) or 1
    left = x + 120
    for part, number in parts:
        right = left + least + free * number / every
        colour = next((IDENTITY[c] for c in tree.classes(part) if c in IDENTITY), KEEP)
        pen.box((left, middle - 13, right, middle + 13), colour)
        pen.text(((left + right) / 2, middle), tree.words(part, at), 20,
                 KEEP_INK if colour == KEEP else INK, weight=700, anchor="mm")  # fmt: skip
        left = right + 2
    pen.text((x + wide, middle), tree.words(total, at), 22, WHITE, weight=700, anchor="rm")


def _contested(pen: Pen, x: float, top: float, part: Any, at: datetime) -> None:
    title, rows = tree.kids(part)
    pen.text((x, top + 26), tree.words(title, at), 21, MUTED, weight=600)
    for n, row in enumerate(tree.kids(rows)):
        middle, bits = top + 66 + 41 * n, tree.kids(row)
        if len(bits) == 1:
            pen.text((x, middle), tree.words(row, at), 22, MUTED)
            continue
        what, who, then = bits
        wide = pen.text((x, middle), tree.words(what, at), 22, WHITE, weight=700, most=330)
        wide += 14 + pen.text((x + wide + 14, middle), tree.words(who, at), 22, SOFT, most=280)
        inline(pen, WIDE - EDGE, middle, then, at, 22, MUTED, right=True,
               most=WIDE - EDGE - x - wide - 20)  # fmt: skip
        pen.rule((x, middle + 20), (WIDE - EDGE, middle + 20), "#1a2740")


def ticker(pen: Pen, top: float, parts: Any, at: datetime) -> None:
    """The newest alarms and warnings in one line, as many as fit."""
    pen.box((0, top, WIDE, top + 44), "#070b13")
    x = EDGE
    for part in parts if isinstance(parts, list) else [parts]:
        said = [k for k in tree.kids(part) if not (tree.classes(k) & {"w1", "w2", "w3", "w4"})]
        text = "".join(f"{' ' if tree.kind(k) == 'small' else ''}{tree.words(k, at)}" for k in said)
        if x + pen.wide(text, 20) + 70 > WIDE:
            break
        marks = [k for k in tree.kids(part) if tree.classes(k) & {"w1", "w2", "w3", "w4"}]
        for mark in marks:
            x += chip(pen, x, top + 22, mark, at, 18) + 8
        x += pen.text((x, top + 22), text or tree.words(part, at), 20, SOFT) + 24
