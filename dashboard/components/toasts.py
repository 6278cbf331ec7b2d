"""What just happened and what went wrong: words beside the work, never over it; and undo."""

from __future__ import annotations

from enum import StrEnum
from typing import Any

from dash import Dash, Input, Output, State, dcc, html, no_update, set_props

from dashboard.gate import current_actor
from data.center import Center
from data.domain.messages import AdvanceAssignment, AdvanceTransfer, Command, EndZone
from data.domain.messages.hazards import ReopenHazard
from data.errors import CenterError


class Ids(StrEnum):
    """The ids of the toasts, the last action and its undo."""

    BOX = "toasts"
    LAST = "last-action"
    UNDO = "undo-what"
    UNDO_ACT = "act-undo"
    UNDO_BUTTON = "undo-button"


def layout() -> Any:
    """Where toasts appear; it takes no focus."""
    return html.Div(
        [
            html.Div(id=Ids.BOX, role="status", **{"aria-live": "polite"}),
            dcc.Store(id=Ids.UNDO),
            dcc.Store(id=Ids.UNDO_ACT),
        ],
        className="toasts",
    )


def footer_part() -> Any:
    """The last action and its undo, for the footer."""
    return html.Span(
        [
            html.Span("最近：—", id=Ids.LAST, className="last"),
            html.Button(
                [html.Kbd("Ctrl Z"), " 撤销"],
                id=Ids.UNDO_BUTTON,
                className="undo",
                hidden=True,
                **{"data-key": "ctrl+z", "data-acts": f'{{"store": "{Ids.UNDO_ACT}"}}'},
            ),
        ],
        className="last-line",
    )


def say(words: str, undo: dict[str, Any] | None = None) -> None:
    """Tell what was done; `undo` is `{"do": what `undoing` knows, "ids": [...]}`."""
    set_props(Ids.BOX, {"children": html.Div(words, className="toast good", key=words)})
    set_props(Ids.LAST, {"children": f"最近：{words}"})
    set_props(Ids.UNDO, {"data": undo})
    set_props(Ids.UNDO_BUTTON, {"hidden": undo is None})


def complain(error: CenterError) -> None:
    """Tell what was refused, who holds it and what to do next."""
    set_props(Ids.BOX, {"children": refusal(error)})


def refusal(error: CenterError) -> Any:
    """The refusal as a panel that stays until dismissed."""
    lines = [html.Li([e["message"], "。", e["remedy"]]) for e in error.errors]
    lines += [html.Li(holder_words(h)) for h in error.holders]
    shown = "" if error.errors and not error.holders else error.detail
    return html.Div(
        [
            html.B(error.title),
            html.P(shown) if shown and shown != error.title else None,
            html.Ul(lines) if lines else None,
            html.Button(
                ["知道了 ", html.Kbd("Esc")],
                **{"data-key": "Escape", "data-sets": f'{{"{Ids.BOX}": {{"children": null}}}}'},
            ),
        ],
        className="toast bad",
        role="alert",
    )


def holder_words(holder: dict[str, Any]) -> str:
    """Who holds a thing, and what is next best."""
    name = holder.get("name") or holder.get("thing") or "该项"
    incident = holder.get("incident_name") or holder.get("incident") or ""
    by = holder.get("held_by") or ""
    if not by and holder.get("message"):
        words = str(holder["message"])
        words += f"；{holder['remedy']}" if holder.get("remedy") else ""
    else:
        words = f"{name}：已由{by or '他人'}调派" + (f"至 {incident}" if incident else "")
    best = holder.get("next_best")
    if isinstance(best, dict):
        best = best.get("name")
    if isinstance(best, list | tuple):
        best = "、".join(str(b.get("name", b)) if isinstance(b, dict) else str(b) for b in best)
    return f"{words}；可改用：{best}" if best else words


def undoing(undo: dict[str, Any]) -> list[Command]:
    """The commands that take an action back."""
    ids = undo.get("ids", ())
    if undo.get("do") == "cancel":
        return [AdvanceAssignment(assignment_id=i, to="cancelled", note="撤销") for i in ids]
    if undo.get("do") == "cancel_transfer":
        return [AdvanceTransfer(transfer_id=i, to="cancelled") for i in ids]
    if undo.get("do") == "lift":
        return [EndZone(zone_id=i) for i in ids]
    if undo.get("do") == "reopen_hazard":
        return [ReopenHazard(hazard_id=i, reason="撤销刚才的核实结论") for i in ids]
    return []


def register(app: Dash, center: Center) -> None:
    """Take the last action back where the world allows it."""

    @app.callback(
        Output(Ids.UNDO, "data", allow_duplicate=True),
        Input(Ids.UNDO_ACT, "data"),
        State(Ids.UNDO, "data"),
        prevent_initial_call=True,
    )
    async def undo(act: dict[str, Any] | None, what: dict[str, Any] | None) -> Any:
        if not act or not what:
            return no_update
        try:
            for command in undoing(what):
                await center.do(command, current_actor())
        except CenterError as error:
            complain(error)
            return no_update
        say("已撤销上一步")
        return None
