"""Hands a paper out as a file: Word, PDF, plain text, or a page to print."""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from urllib.parse import quote

from fastapi import Response

from dashboard.documents.paper import Paper
from data.center import Center
from data.errors import Invalid

_WAYS = {
    "docx": ("word", "to_docx",
             "application/vnd.openxmlformats-officedocument.wordprocessingml.document"),
    "pdf": ("pdf", "to_pdf", "application/pdf"),
    "txt": ("text", "to_text", "text/plain; charset=utf-8"),
    "html": ("page", "to_html", "text/html; charset=utf-8"),
}  # fmt: skip


async def handed_out(center: Center, paper: Paper, form: str, name: str) -> Response:
    """The paper as a file named `name`; a page opens in the browser, the others are saved.

    Raises
    ------
    Invalid
        When there is no such format.
    """
    if form not in _WAYS:
        raise Invalid.field("format", f"没有“{form[:20]}”这种格式", f"可选 {'、'.join(_WAYS)}")
    module, function, media = _WAYS[form]

    def write() -> bytes:
        made: Callable[[Paper], bytes | str] = getattr(
            import_module(f"dashboard.documents.{module}"), function
        )
        body = made(paper)
        return body.encode() if isinstance(body, str) else body

    way = "inline" if form == "html" else "attachment"
    file = quote(f"{name}.{form}")
    return Response(
        await center.ask(write), media_type=media,
        headers={"Content-Disposition": f"{way}; filename*=UTF-8''{file}"},
    )  # fmt: skip
