"""What the forms of the office pages share: typed text by name, a command tried, words beside."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from dash import State

from dashboard.components import desk_fields, toasts
from dashboard.gate import current_actor
from data.center import Answer, Center
from data.domain.messages import Command
from data.errors import CenterError


def states(form: str, names: Sequence[str]) -> list[State]:
    """What is typed into a form's fields, as callback states."""
    return [State(desk_fields.field_id(form, name), "value") for name in names]


def typed_of(names: Sequence[str], values: Sequence[Any]) -> dict[str, str]:
    """What is typed by name, trimmed; blank where nothing is."""
    return {n: str(v or "").strip() for n, v in zip(names, values, strict=True)}


async def sent(
    center: Center, form: str, names: Sequence[str], make: Callable[[], Command], request_id: str
) -> Answer | None:
    """Carry out what was typed; what is wrong is said beside its field and None returned."""
    try:
        answer = await center.do(make(), current_actor(), request_id)
    except CenterError as error:
        desk_fields.show_errors(form, names, error.errors)
        if not {e["field"].split(".")[-1] for e in error.errors} & set(names):
            toasts.complain(error)
        return None
    desk_fields.show_errors(form, names, ())
    return answer


def emptied(form: str, names: Sequence[str], container: str, request_id: str) -> None:
    """Empty a form that was taken, its kept draft with it."""
    desk_fields.fill(form, dict.fromkeys(names, ""))
    desk_fields.drop(form, container, request_id)
