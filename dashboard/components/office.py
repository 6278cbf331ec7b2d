"""The shell of the office pages: header, numbered parts as tabs, footer with the ways elsewhere."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from dash import html

from dashboard.components import desk, live, toasts


@dataclass(frozen=True, kw_only=True)
class Part:
    """One tab: the word on it, one sentence of what it is for, and its content."""

    word: str
    said: str
    content: Sequence[Any]


def page(name: str, title: str, body_id: StrEnum, parts: Sequence[Part], *outside: Any) -> Any:
    """An office page: the class is ``office office-<name>``; Alt+1… opens the parts.

    Parameters
    ----------
    body_id
        The id of the `main`, which carries the class ``at-<n>`` of the open part.
    outside
        What lies over the page: drawers, stores.
    """
    tabs = [
        html.Button([part.word, html.Kbd(f"Alt+{n}")], className=f"tab to-{n}",
                    **desk.key(f"Alt+{n}"), **desk.sets({body_id: opened(n)}))
        for n, part in enumerate(parts, 1)
    ]  # fmt: skip
    panels = [
        html.Section(
            [html.Header([html.H2(part.word), html.P(part.said)]), *part.content],
            className=f"panel panel-{n}", **{"aria-label": part.word},
        )
        for n, part in enumerate(parts, 1)
    ]  # fmt: skip
    return html.Div(
        [
            live.header(f"湖北省应急指挥中心 · {title}", name),
            html.Main([html.Nav(tabs, **{"aria-label": title}), *panels], id=body_id, **opened(1)),
            html.Footer([toasts.footer_part(), html.Span(className="sp")]),
            *outside,
            toasts.layout(),
        ],
        className=f"office office-{name}",
    )


def opened(number: int) -> dict[str, Any]:
    """The property that shows one part."""
    return {"className": f"at-{number}"}
