"""A paper as Word file in the layout of GB/T 9704-2012, open for the last change by hand."""

from __future__ import annotations

import io
from datetime import datetime
from typing import Any

from docx import Document
from docx.enum.text import WD_ALIGN_PARAGRAPH, WD_LINE_SPACING
from docx.opc.constants import RELATIONSHIP_TYPE
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Mm, Pt, RGBColor

from dashboard.documents.paper import Block, Grid, Heading, Pairs, Paper, Paragraph, Picture
from data.domain.printable import printable

# The official faces are not free to pass on: they are named, and a machine without them takes
# the next named here, which Word reads as the alternative of the font table.
FANGSONG, HEI, KAI, SONG = "仿宋_GB2312", "黑体", "楷体_GB2312", "方正小标宋简体"
INSTEAD = {FANGSONG: "仿宋", HEI: "SimHei", KAI: "楷体", SONG: "宋体"}
RED = RGBColor(0xD4, 0x12, 0x12)
CENTRE, RIGHT = WD_ALIGN_PARAGRAPH.CENTER, WD_ALIGN_PARAGRAPH.RIGHT
BODY, LINE = 16.0, 28.0  # 三号, 22 lines a page, in points
LONGEST_PROPERTY = 255  # characters of a property of an OPC package


def to_docx(paper: Paper, made_at: datetime | None = None) -> bytes:
    """The paper as a .docx file.

    Parameters
    ----------
    made_at
        What the file states as its time of making; None leaves the library's.
    """
    document = Document()
    _page(document)
    if paper.mark:
        _line(document, paper.mark, HEI)
    if paper.issuer:
        _line(document, paper.issuer, SONG, size=32, align=CENTRE, colour=RED, spacing=44)
    if paper.number:
        _line(document, paper.number, FANGSONG, align=CENTRE)
    if paper.issuer or paper.number:
        _rule(document.paragraphs[-1], "D41212", 12)
    _line(document, "", FANGSONG)
    title = _line(document, paper.title, SONG, size=22, align=CENTRE, spacing=33)
    title.style = document.styles["Title"]
    _line(document, "", FANGSONG)
    if paper.to:
        _line(document, paper.to, FANGSONG)
    for block in paper.blocks:
        _block(document, block)
    _line(document, "", FANGSONG)
    for text in filter(None, (paper.signed, paper.date)):
        _line(document, text, FANGSONG, align=RIGHT).paragraph_format.right_indent = Pt(2 * BODY)
    for n, text in enumerate(paper.foot):
        made = _line(document, text, FANGSONG, size=14)
        if n == 0:
            _rule(made, "000000", 6, "top")
    _fallbacks(document)
    document.core_properties.title = _property(paper.title)
    document.core_properties.author = _property(paper.issuer or paper.signed)
    if made_at is not None:
        document.core_properties.created = document.core_properties.modified = made_at
    packed = io.BytesIO()
    document.save(packed)
    return packed.getvalue()


def _property(text: str) -> str:
    """As much of a text as a property of a package holds, without control characters."""
    return "".join(c for c in text if c.isprintable())[:LONGEST_PROPERTY]


def _page(document: Any) -> None:
    """A4 with the type area of 156 × 225 mm, and — 1 — below it."""
    section = document.sections[0]
    section.page_width, section.page_height = Mm(210), Mm(297)
    section.top_margin, section.bottom_margin = Mm(37), Mm(35)
    section.left_margin, section.right_margin = Mm(28), Mm(26)
    section.footer_distance = Mm(25)
    for name in ("Normal", "Title"):
        style = document.styles[name]
        _face(style, FANGSONG if name == "Normal" else SONG)
        style.font.size = Pt(BODY if name == "Normal" else 22)
        style.font.color.rgb = RGBColor(0, 0, 0)
    borders = document.styles["Title"].element.find(".//" + qn("w:pBdr"))
    if borders is not None:
        borders.getparent().remove(borders)
    foot = section.footer.paragraphs[0]
    foot.alignment = CENTRE
    _run(foot, "— ", FANGSONG, 14)
    _field(foot, "PAGE")
    _run(foot, " —", FANGSONG, 14)


def _face(holder: Any, name: str) -> None:
    """Name a face for Chinese and Latin characters alike."""
    holder.font.name = name
    fonts = holder.element.get_or_add_rPr().get_or_add_rFonts()
    for kind in ("w:eastAsia", "w:hAnsi", "w:ascii"):
        fonts.set(qn(kind), name)
    for theme in ("w:asciiTheme", "w:hAnsiTheme", "w:eastAsiaTheme", "w:cstheme"):
        if qn(theme) in fonts.attrib:
            del fonts.attrib[qn(theme)]


def _run(paragraph: Any, text: str, face: str, size: float = BODY, *, bold: bool = False) -> Any:
    run = paragraph.add_run(printable(text))
    _face(run, face)
    run.font.size = Pt(size)
    run.font.bold = bold
    return run


def _line(
    holder: Any, text: str, face: str, *, size: float = BODY, align: Any = None,
    colour: RGBColor | None = None, spacing: float = LINE, indent: bool = False,
) -> Any:  # fmt: skip
    """A paragraph of one face with the exact line pitch of the standard."""
    paragraph = holder.add_paragraph()
    shape = paragraph.paragraph_format
    shape.line_spacing_rule, shape.line_spacing = WD_LINE_SPACING.EXACTLY, Pt(spacing)
    shape.space_before = shape.space_after = Pt(0)
    shape.alignment = align
    if indent:
        shape.first_line_indent = Pt(2 * size)
    run = _run(paragraph, text, face, size)
    if colour is not None:
        run.font.color.rgb = colour
    return paragraph


def _block(document: Any, block: Block) -> None:
    match block:
        case Heading():
            _line(document, block.text, HEI if block.level == 1 else KAI, indent=True)
        case Paragraph():
            for text in block.text.split("\n"):
                _line(document, text, FANGSONG, indent=True)
        case Pairs():
            for name, value in block.rows:
                made = _line(document, f"{name}：", HEI, indent=True)
                _run(made, value, FANGSONG)
        case Grid():
            _grid(document, block)
        case Picture():
            document.add_picture(io.BytesIO(block.data), width=Mm(min(block.width_mm, 156)))
            document.paragraphs[-1].alignment = CENTRE
            if block.caption:
                _line(document, block.caption, KAI, size=12, align=CENTRE)


def _grid(document: Any, grid: Grid) -> None:
    """A ruled table whose head repeats on every page."""
    if grid.caption:
        _line(document, grid.caption, HEI, size=14, align=CENTRE)
    table = document.add_table(rows=0, cols=len(grid.heads), style="Table Grid")
    shares = grid.widths or (1.0,) * len(grid.heads)
    for n, row in enumerate((grid.heads, *grid.rows)):
        cells = table.add_row().cells
        for cell, text, share in zip(cells, row, shares, strict=True):
            cell.width = Mm(156 * share / sum(shares))
            paragraph = cell.paragraphs[0]
            _run(paragraph, text, HEI if n == 0 else FANGSONG, 10.5)
    repeated = OxmlElement("w:tblHeader")
    repeated.set(qn("w:val"), "true")
    table.rows[0]._tr.get_or_add_trPr().append(repeated)  # noqa: SLF001 - the library's own way


def _rule(paragraph: Any, colour: str, eighths: int, side: str = "bottom") -> None:
    """A line across the page below or above a paragraph, in eighths of a point."""
    borders, line = OxmlElement("w:pBdr"), OxmlElement(f"w:{side}")
    for name, value in (("val", "single"), ("sz", str(eighths)), ("space", "4"), ("color", colour)):
        line.set(qn(f"w:{name}"), value)
    borders.append(line)
    paragraph._p.get_or_add_pPr().append(borders)  # noqa: SLF001 - the library's own way


def _field(paragraph: Any, code: str) -> None:
    """A field that Word computes, such as the page's number."""
    run = _run(paragraph, "", FANGSONG, 14)
    for kind in ("begin", None, "end"):
        part = OxmlElement("w:fldChar" if kind else "w:instrText")
        if kind:
            part.set(qn("w:fldCharType"), kind)
        else:
            part.text = code
        run._r.append(part)  # noqa: SLF001 - the library's own way


def _fallbacks(document: Any) -> None:
    """State in the font table which face stands in for one that is not installed."""
    part = document.part.part_related_by(RELATIONSHIP_TYPE.FONT_TABLE)
    entries = "".join(
        f'<w:font w:name="{name}"><w:altName w:val="{other}"/><w:charset w:val="86"/></w:font>'
        for name, other in INSTEAD.items()
    )
    part._blob = part.blob.replace(  # noqa: SLF001 - parts of this kind have no setter
        b"</w:fonts>", entries.encode() + b"</w:fonts>"
    )
