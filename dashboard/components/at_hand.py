"""The thing at hand on an office page's right side: what it is, what is said, what may be done."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from dash import html

from dashboard.components.flat import FLAT


def at_hand(
    detail: str, says: Sequence[Any], actions: str, *after: Any, steps: str | None = None
) -> Any:
    """The skeleton; all but the detail hides while the detail is an empty state.

    Parameters
    ----------
    detail, actions, steps
        The ids of what re-renders: the thing, its buttons, its record if it has one.
    says
        The fields an answer is typed into; they hide where there is nothing to press.
    after
        What stands below the buttons.
    """
    record = [html.H3("办理记录"), html.Div(id=steps, **{FLAT: ""})] if steps else []
    below = [
        html.Div([html.Div(x, className="field") for x in says], className="words"),
        html.Div(id=actions, className="bar acts", **{FLAT: ""}),
        *after,
        *record,
    ]
    for part in below:  # named, for the style sheet: to hide "all others" costs at every change
        part.className = " ".join(filter(None, (getattr(part, "className", ""), "below")))
    return html.Div([html.Div(id=detail, **{FLAT: ""}), *below], className="detail at-hand")
