"""What stands above every list: a search with its key, and choices as pills; both are kept."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from dash import dcc, html

from dashboard.components import desk

_KEPT = {"persistence": True, "persistence_type": "local"}


def search(name: str, words: str, *, kept: bool = True) -> list[Any]:
    """The field a list is searched with, and the key that goes to it."""
    more = _KEPT if kept else {}
    return [
        html.Label(html.Kbd("/"), htmlFor=name, **desk.key("/")),
        dcc.Input(id=name, type="search", placeholder=words, value="", debounce=0.3,
                  className="filter", autoComplete="off", **more),
    ]  # fmt: skip


def pills(name: str, words: Mapping[str, str], value: str, *, kept: bool = True) -> Any:
    """One of several, by word; `words` are what each value is called."""
    more = _KEPT if kept else {}
    options = [{"label": w, "value": v} for v, w in words.items()]
    return dcc.RadioItems(id=name, className="pills", options=options, value=value, **more)
