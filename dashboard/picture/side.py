"""One side of the wall: an incident's card, or what stands there without an incident."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any

from dashboard.picture import tree
from layers.pen import Pen

WIDE, PAD = 440.0, 20.0
INNER = WIDE - 2 * PAD
WHITE, SOFT, MUTED, LINE = "#e8eef8", "#c9d5e8", "#9fb0cb", "#22304a"
INK, GROUND, PANEL, TRACK = "#0a0f1a", "#0a0f1a", "#0d1524", "#1c2940"
LATE_BACK, LATE, LATE_BAR = "#5a2630", "#ffd9da", "#ff9a9c"
IDENTITY = {"jia": "#74e0bf", "yi": "#c6a4ff", "bing": "#e8eef8"}
GRADES = {
    "g1": ("#ff3b3b", "#140606"), "g2": ("#ff9a2e", "#14100a"), "g3": ("#ffd84d", "#14100a"),
    "g4": ("#4da3ff", "#06101f"), "g0": ("#aebbd0", "#0a0f1a"), "w1": ("#ff3b3b", "#140606"),
    "w2": ("#ff9a2e", "#14100a"), "w3": ("#ffd84d", "#14100a"), "w4": ("#4da3ff", "#06101f"),
}  # fmt: skip
SOON = timedelta(minutes=30)


def colour_of(part: Any) -> str:
    """The identity colour a component carries."""
    return next((IDENTITY[c] for c in tree.classes(part) if c in IDENTITY), "#33486c")


def chip(pen: Pen, x: float, y: float, part: Any, at: datetime, size: float = 22) -> float:
    """A grade or warning chip; returns its width."""
    back, ink = next((GRADES[c] for c in tree.classes(part) if c in GRADES), ("#aebbd0", INK))
    text = tree.words(part, at)
    wide = pen.wide(text, size, 800) + 20
    pen.box((x, y - size * 0.72, x + wide, y + size * 0.72), back, radius=4)
    pen.text((x + 10, y), text, size, ink, weight=800)
    return wide


def inline(
    pen: Pen, x: float, y: float, part: Any, at: datetime, size: float, colour: str, *,
    right: bool = False, most: float = INNER, weight: int = 400,
) -> float:  # fmt: skip
    """Runs of text in a line, what is late marked; from the right edge when asked."""
    runs = [r for r in tree.runs(part, at) if r[0]]
    total = sum(pen.wide(t, size, weight) + (12 if late else 0) for t, late in runs)
    if total > most:
        text = pen.cut("".join(t for t, _ in runs), size, most, weight)
        runs, total = [(text, any(late for _, late in runs))], pen.wide(text, size, weight)
    at_x = x - total if right else x
    for text, late in runs:
        wide = pen.wide(text, size, weight) + (12 if late else 0)
        if late:
            pen.box((at_x, y - size * 0.66, at_x + wide, y + size * 0.66), LATE_BACK, radius=4)
        pen.text((at_x + (6 if late else 0), y), text, size, LATE if late else colour,
                 weight=weight)  # fmt: skip
        at_x += wide
    return total


def draw(pen: Pen, left: float, top: float, height: float, card: Any, at: datetime) -> None:
    """The whole card in its place; what does not fit below is left off, as on the wall."""
    colour = colour_of(card)
    pen.box((left, top, left + WIDE, top + height), PANEL)
    pen.box((left, top, left + WIDE, top + 4), colour)
    x, y, floor = left + PAD, top + 20, top + height - 8
    for part in tree.kids(card):
        for cls in (*tree.classes(part), tree.kind(part)):
            painter = _PARTS.get(cls)
            if painter is not None and y < floor:
                y = painter(pen, x, y, part, at, colour, floor)
                break


Painter = Callable[[Pen, float, float, Any, datetime, str, float], float]


def _title(
    pen: Pen, x: float, y: float, part: Any, at: datetime, colour: str, _floor: float
) -> float:
    badge, title = tree.kids(part)[0], tree.kids(part)[-1]
    pen.box((x, y, x + 62, y + 62), colour, radius=10)
    pen.text((x + 31, y + 31), tree.words(badge, at), 38, INK, weight=800, anchor="mm")
    lines = balanced(pen, tree.words(title, at), 27, INNER - 76, 700)
    for n, line in enumerate(lines):
        pen.text((x + 76, y + 17 + 33 * n), line, 27, WHITE, weight=700)
    return y + 78


def balanced(pen: Pen, text: str, size: float, most: float, weight: int) -> list[str]:
    """A name in two lines of like length where one does not hold it, never torn inside quotes."""
    if pen.wide(text, size, weight) <= most:
        return [text]
    middle = pen.wide(text, size, weight) / 2
    cuts = sorted(range(1, len(text)), key=lambda n: abs(pen.wide(text[:n], size, weight) - middle))
    for cut in cuts:
        head, rest = text[:cut], text[cut:]
        whole = head.count("“") == head.count("”") and not (head[-1:] + rest[:1]).isascii()
        if whole and max(pen.wide(head, size, weight), pen.wide(rest, size, weight)) <= most:
            return [head, rest]
    return pen.lines(text, size, most, 2, weight)


def _heading(
    pen: Pen, x: float, y: float, part: Any, at: datetime, _colour: str, _floor: float
) -> float:
    pen.text((x, y + 16), tree.words(part, at), 27, WHITE, weight=700, most=INNER)
    return y + 40


def _grade(
    pen: Pen, x: float, y: float, part: Any, at: datetime, _colour: str, _floor: float
) -> float:
    grade, elapsed, responses = tree.kids(part)
    chip(pen, x, y + 16, grade, at)
    label, since = tree.kids(elapsed)
    wide = pen.text((x + INNER, y + 16), tree.words(since, at), 28, WHITE, weight=700, anchor="rm")
    pen.text((x + INNER - wide - 8, y + 16), tree.words(label, at), 20, MUTED, anchor="rm")
    lines = pen.lines(tree.words(responses, at), 20, INNER, 2)
    for n, line in enumerate(lines):
        pen.text((x, y + 52 + 27 * n), line, 20, SOFT)
    return y + 44 + 27 * len(lines) + 8


def _figures(
    pen: Pen, x: float, y: float, part: Any, at: datetime, _colour: str, _floor: float
) -> float:
    cells = tree.kids(part)
    wide = INNER / max(1, len(cells))
    pen.box((x, y, x + INNER, y + 78), line=LINE, radius=8)
    for n, cell in enumerate(cells):
        value, word = tree.kids(cell)
        middle = x + wide * (n + 0.5)
        if n:
            pen.rule((x + wide * n, y), (x + wide * n, y + 78), LINE)
        pen.text((middle, y + 26), tree.words(value, at), 32, WHITE, weight=700, anchor="mm")
        pen.text((middle, y + 58), tree.words(word, at), 20, MUTED, anchor="mm", most=wide - 6)
    return y + 90


def _clocks(
    pen: Pen, x: float, y: float, part: Any, at: datetime, _colour: str, _floor: float
) -> float:
    for row in tree.kids(part):
        name, bar, due = tree.kids(row)
        starts, ends = (tree.data(bar, f"data-{n}") for n in ("from", "to"))
        until = datetime.fromisoformat(ends)
        share = 1.0
        if starts and until > (since := datetime.fromisoformat(starts)):
            share = min(1.0, max(0.0, (at - since) / (until - since)))
        close = until - at < SOON
        pen.text((x, y + 13), tree.words(name, at), 20, WHITE if close else SOFT, most=164)
        pen.box((x + 178, y + 9, x + 288, y + 17), TRACK, radius=4)
        pen.box((x + 178, y + 9, x + 178 + 110 * share, y + 17),
                LATE_BAR if close else "#8fa3c4", radius=4)  # fmt: skip
        text = tree.words(due, at)
        if close:
            wide = pen.wide(text, 20, 600) + 12
            pen.box((x + INNER - wide, y, x + INNER, y + 26), LATE_BACK, radius=4)
        pen.text((x + INNER - (6 if close else 0), y + 13), text, 20, WHITE if close else SOFT,
                 weight=600, anchor="rm")  # fmt: skip
        y += 32
    return y + 2


def _section(
    pen: Pen, x: float, y: float, part: Any, at: datetime, _colour: str, _floor: float
) -> float:
    name, *rest = tree.kids(part)
    wide = pen.text((x, y + 16), tree.words(name, at), 20, MUTED, weight=600)
    for note in rest:
        inline(pen, x + INNER, y + 16, note, at, 20, WHITE, right=True, most=INNER - wide - 12,
               weight=500)  # fmt: skip
    pen.rule((x, y + 32), (x + INNER, y + 32), LINE)
    return y + 36


def _teams(
    pen: Pen, x: float, y: float, part: Any, at: datetime, colour: str, floor: float
) -> float:
    for row in tree.kids(part):
        if y + 33 > floor:
            break
        mark, name, *note = tree.kids(row) if len(tree.kids(row)) > 1 else [None, row]
        middle = y + 16
        if mark is not None and tree.words(mark, at):
            _mark(pen, x, middle, mark, at, colour)
        said = note[0] if note else ""
        wide = inline(pen, x + INNER, middle, said, at, 22, SOFT, right=True, most=230)
        dim = "none" in tree.classes(name)
        pen.text((x + 42, middle), tree.words(name, at), 22, MUTED if dim else WHITE,
                 most=INNER - 52 - wide)  # fmt: skip
        y += 33
    return y + 4


def _mark(pen: Pen, x: float, middle: float, mark: Any, at: datetime, colour: str) -> None:
    """A team's state in its square, a warning's character on its colour, or a plain sign."""
    box, text = (x, middle - 14, x + 28, middle + 14), tree.words(mark, at)
    known = tree.classes(mark)
    if "st" in known:
        pen.box(box, line=colour, width=2, radius=5)
        pen.text((x + 14, middle), text, 19, colour, weight=700, anchor="mm")
    elif "mark" in known:
        back, ink = next((GRADES[c] for c in known if c in GRADES), ("#aebbd0", INK))
        pen.box(box, back, radius=4)
        pen.text((x + 14, middle), text, 20, ink, weight=700, anchor="mm")
    else:
        pen.text((x + 14, middle), text, 20, MUTED, anchor="mm")


def _supplies(
    pen: Pen, x: float, y: float, part: Any, at: datetime, colour: str, floor: float
) -> float:
    for row in tree.kids(part):
        if y + 30 > floor:
            break
        if "wide" in tree.classes(row):
            pen.text((x, y + 15), tree.words(row, at), 20, MUTED)
        else:
            name, bar, figures = tree.kids(row)
            said = tree.words(figures, at)
            wide = max(96.0, pen.wide(said, 20, 600))
            pen.text((x + INNER, y + 15), said, 20, WHITE, weight=600, anchor="rm")
            pen.text((x, y + 15), tree.words(name, at), 22, WHITE, most=160)
            _shares(pen, x + 174, x + INNER - wide - 10, y + 15, bar.style, colour)
        y += 30
    return y + 4


def _shares(
    pen: Pen, left: float, right: float, middle: float, style: Mapping[str, str], colour: str
) -> None:
    """What is there and what is on its way, of what is wanted."""
    there, way = (float(style.get(k, "0%").rstrip("%")) / 100 for k in ("--w", "--w2"))
    wide = right - left
    pen.box((left, middle - 6, right, middle + 6), TRACK, radius=3)
    if way:
        end = left + wide * min(1.0, there + way)
        pen.box((left, middle - 6, end, middle + 6), "#4a5c7c", radius=3)
    if there:
        pen.box((left, middle - 6, left + wide * min(1.0, there), middle + 6), colour, radius=3)


def _log(
    pen: Pen, x: float, y: float, part: Any, at: datetime, _colour: str, floor: float
) -> float:
    for row in tree.kids(part):
        if y + 31 > floor:
            break
        when, text = tree.kids(row)
        wide = pen.text((x, y + 15), tree.words(when, at), 20, MUTED)
        pen.text((x + wide + 14, y + 15), tree.words(text, at), 20, SOFT, most=INNER - wide - 14)
        y += 31
    return y


_PARTS: Mapping[str, Painter] = {
    "header": _title, "h2": _heading, "grade": _grade, "cas": _figures, "dl": _clocks,
    "h3": _section, "teams": _teams, "sup": _supplies, "log": _log,
}  # fmt: skip
