"""A paper as PDF in the layout of GB/T 9704-2012, the product's own font embedded."""

from __future__ import annotations

import io
from threading import Lock
from typing import Any

from reportlab.lib.colors import Color, black
from reportlab.lib.enums import TA_CENTER, TA_RIGHT
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.lib.utils import ImageReader
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.platypus import Flowable, HRFlowable, Image, SimpleDocTemplate, Spacer, Table
from reportlab.platypus import Paragraph as Flow

from dashboard.documents.face import BOLD, REGULAR, cut_face
from dashboard.documents.paper import Block, Grid, Heading, Pairs, Paper, Paragraph, Picture

# GB/T 9704-2012 5.2: 天头 37 mm, 订口 28 mm, 版心 156 × 225 mm
TOP, LEFT, WIDTH, HEIGHT = 37 * mm, 28 * mm, 156 * mm, 225 * mm
BODY, LINE = 16, 28  # 三号 and 22 lines a page, in points
RED = Color(0.83, 0.07, 0.07)
_PLAIN, _HEAVY = "HubeiPaper", "HubeiPaper-Bold"
# The font registry of the library is one for the process: one paper is drawn at a time.
_ONE_AT_A_TIME = Lock()


def to_pdf(paper: Paper) -> bytes:
    """The paper as a PDF file; takes a second or two, never call it on the event loop."""
    text = paper.text()
    faces = {_PLAIN: cut_face(text, REGULAR), _HEAVY: cut_face(text, BOLD)}
    with _ONE_AT_A_TIME:
        for name, face in faces.items():
            _register(TTFont(name, io.BytesIO(face)))
        pdfmetrics.registerFontFamily(_PLAIN, normal=_PLAIN, bold=_HEAVY)
        packed = io.BytesIO()
        document = SimpleDocTemplate(
            packed, pagesize=A4, leftMargin=LEFT, rightMargin=A4[0] - LEFT - WIDTH, topMargin=TOP,
            bottomMargin=A4[1] - TOP - HEIGHT, title=paper.title,
            author=paper.issuer or paper.signed,
        )  # fmt: skip
        document.build(_flow(paper), onFirstPage=_number, onLaterPages=_number)
    return packed.getvalue()


def _register(font: TTFont) -> None:
    """Put a paper's own cut in the place of the last paper's: the library keeps the first one."""
    pdfmetrics._fonts.pop(font.fontName, None)  # noqa: SLF001 - it has no way to take one back
    pdfmetrics._dynFaceNames.pop(font.face.name, None)  # noqa: SLF001
    pdfmetrics.registerFont(font)


def _style(name: str, size: float, **more: Any) -> ParagraphStyle:
    given: dict[str, Any] = {
        "fontName": _PLAIN, "fontSize": size, "leading": size * LINE / BODY, "wordWrap": "CJK",
        "textColor": black, **more,
    }  # fmt: skip
    return ParagraphStyle(name, **given)


_TEXT = _style("text", BODY, firstLineIndent=2 * BODY)
_TO = _style("to", BODY)
_HEADINGS = {1: _style("h1", BODY, fontName=_HEAVY, firstLineIndent=2 * BODY),
             2: _style("h2", BODY, firstLineIndent=2 * BODY)}  # fmt: skip
_TITLE = _style("title", 22, fontName=_HEAVY, alignment=TA_CENTER, leading=33)
_ISSUER = _style("issuer", 30, fontName=_HEAVY, alignment=TA_CENTER, textColor=RED, leading=44)
_MARK = _style("mark", BODY, fontName=_HEAVY)
_CENTRE = _style("centre", BODY, alignment=TA_CENTER)
_RIGHT = _style("right", BODY, alignment=TA_RIGHT, rightIndent=2 * BODY)
_CELL, _HEAD = _style("cell", 10.5, leading=15), _style("head", 10.5, fontName=_HEAVY, leading=15)
_FOOT = _style("foot", 12, leading=19)


def _said(text: str) -> str:
    """Text as the library's markup: nothing in it is markup, lines stay lines."""
    kept = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return kept.replace("\n", "<br/>")


def _flow(paper: Paper) -> list[Flowable]:
    """The paper from top to bottom."""
    found: list[Flowable] = []
    if paper.mark:
        found.append(Flow(_said(paper.mark), _MARK))
    if paper.issuer:
        found.append(Flow(_said(paper.issuer), _ISSUER))
    if paper.number:
        found.append(Flow(_said(paper.number), _CENTRE))
    if paper.issuer or paper.number:
        found.append(HRFlowable(width="100%", thickness=1.5, color=RED, spaceBefore=6))
    found += [Spacer(1, 18), Flow(_said(paper.title), _TITLE), Spacer(1, 14)]
    if paper.to:
        found.append(Flow(_said(paper.to), _TO))
    for block in paper.blocks:
        found += _block(block)
    found += [Spacer(1, LINE)] if paper.signed or paper.date else []
    found += [Flow(_said(t), _RIGHT) for t in (paper.signed, paper.date) if t]
    if paper.foot:
        found += [Spacer(1, 12), HRFlowable(width="100%", thickness=0.7, color=black)]
        found += [Flow(_said(t), _FOOT) for t in paper.foot]
    return found


def _block(block: Block) -> list[Flowable]:
    match block:
        case Heading():
            return [Flow(_said(block.text), _HEADINGS.get(block.level, _HEADINGS[2]))]
        case Paragraph():
            return [Flow(_said(t), _TEXT) for t in block.text.split("\n")]
        case Pairs():
            return [Flow(f"<b>{_said(k)}</b>：{_said(v)}", _TEXT) for k, v in block.rows]
        case Grid():
            return _grid(block)
        case Picture():
            return _picture(block)


def _grid(grid: Grid) -> list[Flowable]:
    shares = grid.widths or (1.0,) * len(grid.heads)
    widths = [WIDTH * share / sum(shares) for share in shares]
    rows = [[Flow(_said(c), _HEAD) for c in grid.heads]]
    rows += [[Flow(_said(c), _CELL) for c in row] for row in grid.rows]
    lines = [("GRID", (0, 0), (-1, -1), 0.5, black), ("VALIGN", (0, 0), (-1, -1), "MIDDLE")]
    table = Table(rows, colWidths=widths, repeatRows=1, style=lines)
    caption = [Flow(_said(grid.caption), _CENTRE)] if grid.caption else []
    return [*caption, table, Spacer(1, 10)]


def _picture(picture: Picture) -> list[Flowable]:
    wide, high = ImageReader(io.BytesIO(picture.data)).getSize()
    width = min(picture.width_mm * mm, WIDTH)
    height = width * high / wide
    if height > HEIGHT * 0.8:
        width, height = width * HEIGHT * 0.8 / height, HEIGHT * 0.8
    shown: list[Flowable] = [Image(io.BytesIO(picture.data), width=width, height=height)]
    return [*shown, Flow(_said(picture.caption), _CENTRE)] if picture.caption else shown


def _number(canvas: Any, document: Any) -> None:
    """— 1 — below the type area: odd pages to the right, even ones to the left."""
    canvas.setFont(_PLAIN, 14)
    said, y = f"— {document.page} —", A4[1] - TOP - HEIGHT - 7 * mm
    if document.page % 2:
        canvas.drawRightString(LEFT + WIDTH - BODY, y, said)
    else:
        canvas.drawString(LEFT + BODY, y, said)
