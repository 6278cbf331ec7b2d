"""What a paper says, apart from how it is written: headings, text, pairs, tables, pictures."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True, kw_only=True)
class Heading:
    """A heading, 一、 at level 1 and （一） at level 2; the numbering is part of the text."""

    text: str
    level: int = 1


@dataclass(frozen=True, kw_only=True)
class Paragraph:
    """A paragraph, indented by two characters."""

    text: str


@dataclass(frozen=True, kw_only=True)
class Pairs:
    """Names and values, one under the other; an unknown value stays blank."""

    rows: tuple[tuple[str, str], ...]


@dataclass(frozen=True, kw_only=True)
class Grid:
    """A table; `widths` are shares of the page, equal when left out."""

    heads: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    widths: tuple[float, ...] = ()
    caption: str = ""


@dataclass(frozen=True, kw_only=True)
class Picture:
    """A PNG or JPEG, `width_mm` wide (at most 156 mm, the type area of the page)."""

    data: bytes
    caption: str = ""
    width_mm: float = 156.0


Block = Heading | Paragraph | Pairs | Grid | Picture


@dataclass(frozen=True, kw_only=True)
class Paper:
    """One paper in the layout of GB/T 9704: issuer, number, title, addressee, body, signature."""

    title: str
    blocks: tuple[Block, ...] = ()
    issuer: str = ""
    number: str = ""
    mark: str = ""  # 演练, 急件 …: printed over the issuer
    to: str = ""
    signed: str = ""
    date: str = ""
    foot: tuple[str, ...] = field(default_factory=tuple)  # 签发人, 联系人, 抄送 … and notes

    def text(self) -> str:
        """Everything it says, in one string; for cutting fonts and for searching."""
        own = (self.title, self.issuer, self.number, self.mark, self.to, self.signed, self.date)
        return "\n".join((*own, *self.foot, *(said for b in self.blocks for said in words_of(b))))


def words_of(block: Block) -> list[str]:
    """The texts of a block, row by row."""
    match block:
        case Heading() | Paragraph():
            return [block.text]
        case Pairs():
            return [cell for row in block.rows for cell in row]
        case Grid():
            return [block.caption, *block.heads, *(cell for row in block.rows for cell in row)]
        case Picture():
            return [block.caption]
