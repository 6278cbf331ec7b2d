"""A paper on the screen, in the desk's own look: what will be printed, before it is."""

from __future__ import annotations

from typing import Any

from dash import html

from dashboard.documents.paper import Block, Grid, Heading, Pairs, Paper, Paragraph


def paper_view(paper: Paper) -> Any:
    """The paper's title and blocks as plain html; pictures are left to the print."""
    return html.Article(
        [
            html.H2(paper.title),
            html.P(" ".join(x for x in (paper.mark, paper.issuer, paper.number) if x)),
            *[_block(b) for b in paper.blocks],
            *[html.P(html.Small(line)) for line in paper.foot],
        ],
        className="paper-view",
    )


def _block(block: Block) -> Any:
    if isinstance(block, Heading):
        return html.H3(block.text) if block.level == 1 else html.H4(block.text)
    if isinstance(block, Paragraph):
        return html.P(block.text)
    if isinstance(block, Pairs):
        return html.Dl([x for k, v in block.rows if v for x in (html.Dt(k), html.Dd(v))])
    if isinstance(block, Grid):
        rows = [html.Tr([html.Td(cell) for cell in row]) for row in block.rows]
        head = html.Thead(html.Tr([html.Th(h, scope="col") for h in block.heads]))
        caption = html.Caption(block.caption) if block.caption else None
        return html.Table([caption, head, html.Tbody(rows)])
    return None
