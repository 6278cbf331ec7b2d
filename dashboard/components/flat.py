"""Turns a tree of html components into escaped markup that one component carries.

Dash mounts each component by itself: six thousand of them block a page for half a minute. Lists
that only show (their clicks travel as data attributes) are therefore sent as one `data-flat`
attribute, which `assets/flat.js` writes into the element.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from html import escape
from typing import Any

from dash.development.base_component import Component

# The property a flat list is written to: Output(id, FLAT).
FLAT = "data-flat"
_NAMES = {
    "className": "class", "htmlFor": "for", "tabIndex": "tabindex", "colSpan": "colspan",
    "rowSpan": "rowspan", "dateTime": "datetime",
}  # fmt: skip
_KEPT = frozenset(
    {
        "class", "for", "tabindex", "colspan", "rowspan", "datetime", "title", "role", "href",
        "id", "hidden", "disabled", "type", "scope", "download", "lang", "open", "value",
        "draggable", "src", "alt", "target", "rel",
    }
)  # fmt: skip
_VOID = frozenset({"br", "hr", "img", "col"})


@dataclass(frozen=True)
class Field:
    """A plain input of a flat list, which Dash's html has none of; what is typed in it stays."""

    attributes: Mapping[str, Any]


def flat(tree: Any) -> str:
    """The markup of a tree; text and attributes are escaped, unknown attributes left out.

    Raises
    ------
    TypeError
        When the tree holds a component that is no plain html (an input of Dash, a graph).
    """
    if tree is None or tree is False:
        return ""
    if isinstance(tree, list | tuple):
        return "".join(flat(part) for part in tree)
    if isinstance(tree, Field):
        parts = [f' {k}="{escape(str(v))}"' for k, v in tree.attributes.items() if v is not None]
        return f"<input{''.join(parts)}>"
    if not isinstance(tree, Component):
        return escape(str(tree))
    if not type(tree).__module__.startswith("dash.html"):
        raise TypeError(f"{type(tree).__name__} cannot be flattened")
    tag = type(tree).__name__.lower()
    opened = f"<{tag}{_attributes(tree)}>"
    if tag in _VOID:
        return opened
    return f"{opened}{flat(getattr(tree, 'children', None))}</{tag}>"


def _attributes(tree: Component) -> str:
    """The attributes that are kept, escaped."""
    parts = []
    # not to_plotly_json, which takes longer than all the rest: what is not kept falls out below
    for name, value in sorted(vars(tree).items(), key=_place):
        attribute = _NAMES.get(name, name)
        if name == "style":
            parts.append(("style", ";".join(f"{_css(k)}:{v}" for k, v in value.items())))
        elif value is True and attribute in _KEPT:
            parts.append((attribute, ""))
        elif value is None or value is False:
            continue
        elif attribute in _KEPT or attribute.startswith(("data-", "aria-")):
            parts.append((attribute, str(value)))
    return "".join(f' {name}="{escape(value)}"' for name, value in parts)


def _place(pair: tuple[str, Any]) -> tuple[bool, str]:
    """A steady order of attributes: names, then data-* and aria-*."""
    return "-" in pair[0], pair[0]


def _css(name: str) -> str:
    """A style's name as CSS writes it: flexGrow is flex-grow, --w stays."""
    return "".join(f"-{c.lower()}" if c.isupper() else c for c in name)
