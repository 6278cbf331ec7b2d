"""Hands a paper out as a file: Word, PDF, plain text, or a page to print."""

from __future__ import annotations

from urllib.parse import quote

from fastapi import Response

from dashboard.documents.paper import Paper
from dashboard.documents.writing import written
from data.center import Center


async def handed_out(center: Center, paper: Paper, form: str, name: str) -> Response:
    """The paper as a file named `name`; a page opens in the browser, the others are saved.

    Raises
    ------
    Invalid
        When there is no such format.
    """
    body, headers = await center.ask(written, paper, form)
    way = "inline" if form == "html" else "attachment"
    file = quote("".join(c for c in name if c not in '/:*?<>|"')[:80] + f".{form}")
    headers["content-disposition"] = f"{way}; filename*=UTF-8''{file}"
    return Response(body, headers=headers)
