"""A paper as one HTML file that opens and prints anywhere without a network."""

from __future__ import annotations

from base64 import b64encode
from html import escape

from dashboard.documents.paper import Block, Grid, Heading, Pairs, Paper, Paragraph, Picture

_STYLE = """
body{margin:0;background:#eee;color:#000;
font:16pt/28pt "仿宋_GB2312","仿宋",FangSong,"Songti SC",serif}
main{box-sizing:border-box;max-width:210mm;margin:8mm auto;
padding:37mm 26mm 35mm 28mm;background:#fff}
.issuer{color:#d41212;font:700 30pt/44pt "方正小标宋简体","宋体",serif;text-align:center}
.number{text-align:center;padding-bottom:6pt;border-bottom:1.5pt solid #d41212}
h1{font:700 22pt/33pt "方正小标宋简体","宋体",serif;text-align:center;margin:18pt 0 14pt}
h2,h3{font-size:16pt;line-height:28pt;margin:0;text-indent:2em;font-family:"黑体",SimHei,sans-serif}
h3{font-family:"楷体_GB2312","楷体",KaiTi,serif;font-weight:400}p{margin:0}.in{text-indent:2em}
.right{text-align:right;padding-right:2em}table{width:100%;border-collapse:collapse;margin:6pt 0;
font-size:10.5pt;line-height:15pt}th,td{border:.5pt solid #000;padding:3pt 5pt;text-align:left}
thead{display:table-header-group}figure{margin:8pt 0;text-align:center}img{max-width:100%}
figcaption,caption{font-size:12pt}footer{margin-top:12pt;border-top:.7pt solid #000;font-size:12pt;
line-height:19pt}@page{size:A4;margin:37mm 26mm 35mm 28mm}
@media print{body{background:#fff}main{margin:0;padding:0;max-width:none}}
""".strip()


def to_html(paper: Paper) -> str:
    """The paper as a whole HTML document; nothing it says is taken for markup."""
    head = f'<meta charset="utf-8"><title>{escape(paper.title)}</title><style>{_STYLE}</style>'
    parts = [
        f"<p>{escape(paper.mark)}</p>" if paper.mark else "",
        f'<p class="issuer">{escape(paper.issuer)}</p>' if paper.issuer else "",
        f'<p class="number">{escape(paper.number)}</p>' if paper.number else "",
        f"<h1>{_said(paper.title)}</h1>",
        f"<p>{escape(paper.to)}</p>" if paper.to else "",
        *map(_block, paper.blocks),
        *(f'<p class="right">{escape(t)}</p>' for t in (paper.signed, paper.date) if t),
    ]
    if paper.foot:
        parts.append(f"<footer>{''.join(f'<p>{escape(t)}</p>' for t in paper.foot)}</footer>")
    body = f"<body><main>{''.join(parts)}</main></body>"
    return f'<!doctype html><html lang="zh-CN"><head>{head}</head>{body}</html>'


def _said(text: str) -> str:
    return escape(text).replace("\n", "<br>")


def _block(block: Block) -> str:
    match block:
        case Heading():
            tag = "h2" if block.level == 1 else "h3"
            return f"<{tag}>{escape(block.text)}</{tag}>"
        case Paragraph():
            return "".join(f'<p class="in">{escape(t)}</p>' for t in block.text.split("\n"))
        case Pairs():
            return "".join(
                f'<p class="in"><b>{escape(k)}</b>：{_said(v)}</p>' for k, v in block.rows
            )
        case Grid():
            return _grid(block)
        case Picture():
            kind = "png" if block.data.startswith(b"\x89PNG") else "jpeg"
            source = f"data:image/{kind};base64,{b64encode(block.data).decode()}"
            caption = f"<figcaption>{escape(block.caption)}</figcaption>" if block.caption else ""
            return f'<figure><img src="{source}" alt="{escape(block.caption)}">{caption}</figure>'


def _grid(grid: Grid) -> str:
    caption = f"<caption>{escape(grid.caption)}</caption>" if grid.caption else ""
    head = "".join(f"<th>{escape(c)}</th>" for c in grid.heads)
    rows = "".join(f"<tr>{''.join(f'<td>{_said(c)}</td>' for c in row)}</tr>" for row in grid.rows)
    return f"<table>{caption}<thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>"
