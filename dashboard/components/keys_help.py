"""The `?` overlay: every key that works now, read from the buttons themselves."""

from __future__ import annotations

from enum import StrEnum
from typing import Any

from dash import html


class Ids(StrEnum):
    """The overlay's ids; the list is written by the browser module."""

    BOX = "keys-help"
    LIST = "keys-help-list"


def layout() -> Any:
    """The overlay, hidden until `?` is pressed."""
    return html.Div(
        [html.H2("全部按键"), html.Div(id=Ids.LIST), html.Small("再按 ? 或 Esc 收起")],
        id=Ids.BOX, className="keys-help", hidden=True, role="dialog",
    )  # fmt: skip


def button() -> Any:
    """The button in the footer that shows it."""
    return html.Button([html.Kbd("?"), " 全部按键"], className="quiet", **{"data-key": "?"},
                       **{"data-keys-help": Ids.BOX})  # fmt: skip
