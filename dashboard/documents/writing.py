"""Which ways a paper can be written: Word, PDF, plain text, a page; with name and media type."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from urllib.parse import quote

from dashboard.documents.page import to_html
from dashboard.documents.paper import Paper
from dashboard.documents.pdf import to_pdf
from dashboard.documents.text import to_text
from dashboard.documents.word import to_docx
from data.errors import Invalid

_WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
WAYS: Mapping[str, tuple[str, Callable[[Paper], bytes]]] = {
    "docx": (_WORD, to_docx),
    "pdf": ("application/pdf", to_pdf),
    "txt": ("text/plain; charset=utf-8", lambda paper: to_text(paper).encode()),
    "html": ("text/html; charset=utf-8", lambda paper: to_html(paper).encode()),
}


def written(paper: Paper, way: str) -> tuple[bytes, dict[str, str]]:
    """The file and its headers; blocking work of up to two seconds.

    Raises
    ------
    Invalid
        When there is no such way.
    """
    if way not in WAYS:
        raise Invalid.field("format", f"不支持“{way[:12]}”", f"请填 {'、'.join(WAYS)}")
    media, write = WAYS[way]
    name = quote(f"{''.join(c for c in paper.title if c not in chr(10) + '/:*?<>|')[:80]}.{way}")
    return write(paper), {
        "content-type": media,
        "content-disposition": f"attachment; filename=\"paper.{way}\"; filename*=UTF-8''{name}",
        "cache-control": "no-store",
    }
