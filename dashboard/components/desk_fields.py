"""Static form fields of the desk: label, input, the error beside it; drafts are kept by name."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from dash import dcc, html, set_props

from data.errors import FieldError


def field_id(form: str, name: str) -> str:
    """The id of a form's field."""
    return f"{form}-{name.replace('_', '-')}"


def error_id(form: str, name: str) -> str:
    """The id of the words beside a form's field that say what is wrong."""
    return f"{field_id(form, name)}-error"


def text(
    form: str, name: str, label: str, hint: str = "", *, unit: str = "", wide: bool = False
) -> Any:
    """One line of text."""
    entry = dcc.Input(
        id=field_id(form, name), type="text", placeholder=hint, autoComplete="off", value=""
    )
    return _wrapped(form, name, label, entry, unit=unit, wide=wide)


def digits(form: str, name: str, label: str, unit: str = "") -> Any:
    """A number typed as text, so that nothing typed is lost; blank is unknown."""
    entry = dcc.Input(
        id=field_id(form, name), type="text", inputMode="decimal", placeholder="—",
        autoComplete="off", value="",
    )  # fmt: skip
    return _wrapped(form, name, label, entry, unit=unit)


def area(form: str, name: str, label: str, hint: str = "", rows: int = 3) -> Any:
    """Several lines of text."""
    entry = dcc.Textarea(id=field_id(form, name), placeholder=hint, rows=rows, value="")
    return _wrapped(form, name, label, entry, wide=True)


def choice(
    form: str, name: str, label: str, options: Mapping[str, str], value: str | None = None
) -> Any:
    """One of several, all in view; arrow keys move."""
    entry = dcc.RadioItems(
        id=field_id(form, name), className="pills", value=value,
        options=[{"label": words, "value": key} for key, words in options.items()],
    )  # fmt: skip
    return _wrapped(form, name, label, entry, wide=True)


def _wrapped(
    form: str, name: str, label: str, entry: Any, *, unit: str = "", wide: bool = False
) -> Any:
    head = [html.Span(label), html.Em(unit) if unit else None]
    error = html.Span(id=error_id(form, name), className="field-error", role="alert")
    return html.Div(
        [html.Label(head, htmlFor=field_id(form, name)), entry, error],
        className="field wide" if wide else "field",
        **{"data-field": field_id(form, name)},
    )


def error_words(errors: Iterable[FieldError]) -> dict[str, str]:
    """The sentence of each refused field, by the last part of its name."""
    return {e["field"].split(".")[-1]: f"{e['message']}。{e['remedy']}" for e in errors}


def show_errors(form: str, names: Iterable[str], errors: Iterable[FieldError]) -> None:
    """Write each error beside its field, and clear the others."""
    said = error_words(errors)
    for name in names:
        set_props(error_id(form, name), {"children": said.get(name)})


def fill(form: str, values: Mapping[str, Any]) -> None:
    """Write values into a form's fields."""
    for name, value in values.items():
        set_props(field_id(form, name), {"value": "" if value is None else value})


def drop(form: str, container: str, mark: str) -> None:
    """Forget the kept draft of a form that was taken."""
    set_props(container, {"data-drop": f"{form}#{mark}"})
