"""The frame of every HTML page: language, drill mark, fonts, and nothing from outside."""

from __future__ import annotations

from html import escape
from pathlib import Path

SIGNIN = Path(__file__).parent / "pages" / "signin.html"

TITLE = "湖北省应急指挥中心"


def index_string(*, drill: bool, version: str) -> str:
    """Dash's index page; `data-drill` marks an exercise before any script runs."""
    mark = ' data-drill="1"' if drill else ""
    return f"""<!DOCTYPE html>
<html lang="zh-CN" data-version="{escape(version)}"{mark}>
<head>
{{%metas%}}
<meta name="color-scheme" content="dark">
<title>{{%title%}}</title>
<link rel="icon" type="image/svg+xml" href="/assets/icon.svg">
<link rel="stylesheet" href="/fonts/fonts.css">
{{%css%}}
</head>
<body>
{{%app_entry%}}
<footer hidden>{{%config%}}{{%scripts%}}{{%renderer%}}</footer>
</body>
</html>"""


def plain_page(title: str, body: str, *, drill: bool) -> str:
    """A page without Dash: entry, not found."""
    mark = '<span class="drill">演练</span>' if drill else ""
    return f"""<!DOCTYPE html>
<html lang="zh-CN"><head><meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="dark"><title>{escape(title)}</title>
<link rel="icon" type="image/svg+xml" href="/assets/icon.svg">
<link rel="stylesheet" href="/fonts/fonts.css">
<link rel="stylesheet" href="/assets/tokens.css">
<link rel="stylesheet" href="/assets/signin.css"></head>
<body class="gate"><main class="card">
<p class="org">{TITLE}{mark}</p>
{body}
</main></body></html>"""
