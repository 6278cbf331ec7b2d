"""A paper as plain text, for a fax gateway, a short message or reading aloud."""

from __future__ import annotations

from dashboard.documents.paper import Block, Grid, Heading, Pairs, Paper, Paragraph, Picture

INDENT = "　　"


def to_text(paper: Paper) -> str:
    """The paper as UTF-8 text, lines ended by a line feed; pictures leave their captions."""
    lines = [x for x in (paper.mark, paper.issuer, paper.number) if x]
    lines += ["", paper.title, ""] if lines else [paper.title, ""]
    if paper.to:
        lines.append(paper.to)
    for block in paper.blocks:
        lines += _block(block)
    if paper.signed or paper.date:
        lines.append("")
    lines += [INDENT * 8 + x for x in (paper.signed, paper.date) if x]
    if paper.foot:
        lines += ["", *paper.foot]
    return "\n".join(lines) + "\n"


def _block(block: Block) -> list[str]:
    match block:
        case Heading():
            return [INDENT + block.text]
        case Paragraph():
            return [INDENT + text for text in block.text.split("\n")]
        case Pairs():
            return [f"{INDENT}{name}：{value}" for name, value in block.rows]
        case Grid():
            caption = [block.caption] if block.caption else []
            return [*caption, *("｜".join(row) for row in (block.heads, *block.rows)), ""]
        case Picture():
            return [f"{INDENT}（图：{block.caption or '见附件'}）"]
