"""The exercise's controls: pause, speed, jump, restart; nothing at all in the real center."""

from __future__ import annotations

from datetime import timedelta
from enum import StrEnum
from typing import Any

from dash import Dash, Input, Output, State, ctx, html, no_update

from dashboard.components import desk, desk_fields, toasts
from dashboard.components.desk_words import clock
from dashboard.components.live import Live
from dashboard.components.report_fields import read_moment
from dashboard.gate import current_actor
from data.center import Center
from data.domain.situation import ExerciseState, Situation
from data.errors import CenterError, Invalid

SPEEDS = (1, 10, 60)
FORM = "exercise"


class Ids(StrEnum):
    """The bar's ids."""

    BAR = "exercise-bar"
    VIEW = "exercise-view"


def layout() -> Any:
    """The bar, hidden until an exercise runs."""
    return html.Div(
        [
            html.Div(id=Ids.VIEW, className="ex-view"),
            desk_fields.text(FORM, "jump", "跳到", "时:分"),
            html.Button("跳转", className="btn tiny", **desk.acts("exercise", do="jump")),
            html.Button(
                "重新开始", className="btn tiny", **desk.acts("exercise", do="restart"),
                **desk.confirm("再按一次：清空本次演练"),
            ),
            desk.act_store("exercise"),
        ],
        id=Ids.BAR, className="exercise-bar", hidden=True,
    )  # fmt: skip


def bar_view(state: ExerciseState) -> Any:
    """Pause or go on, and the speeds, the one in use marked."""
    pause = html.Button(
        "继续" if state.paused else "暂停", className="btn tiny" + (" on" if state.paused else ""),
        **desk.acts("exercise", do="pause", paused=not state.paused),
    )  # fmt: skip
    speeds = [
        html.Button(
            f"×{n}", className="btn tiny" + (" on" if state.speed == n else ""),
            **desk.acts("exercise", do="speed", speed=n),
        )
        for n in SPEEDS
    ]  # fmt: skip
    return [html.Strong("演练", title=state.title), pause, *speeds]


def register(app: Dash, center: Center) -> None:
    """Show how the exercise's clock goes, and steer it."""

    @app.callback(
        Output(Ids.VIEW, "children"),
        Output(Ids.BAR, "hidden"),
        Input(Live.REVISION, "data"),
        Input(desk.act_id("exercise"), "data"),
        State(desk_fields.field_id(FORM, "jump"), "value"),
    )
    async def steer(_revision: Any, act: Any, jump: str | None) -> Any:
        if center.exercise is None:
            return no_update, True
        if act and _fresh(act):
            await _steer(center, act, jump or "")
        seen: Situation = await desk.see(center)
        return (bar_view(seen.exercise), False) if seen.exercise else (no_update, True)


def _fresh(act: dict[str, Any]) -> bool:
    """Whether the callback runs because of the button, not because of the journal."""
    return any(t["prop_id"].startswith(desk.act_id("exercise")) for t in ctx.triggered) and bool(
        act.get("do")
    )


async def _steer(center: Center, act: dict[str, Any], jump: str) -> None:
    actor = current_actor()
    try:
        if act["do"] == "jump":
            try:
                at = read_moment(jump, center.clock.now())
            except ValueError:
                raise Invalid.field("jump_to", "看不懂时间", "请填 时:分 或 月-日 时:分") from None
            if at < center.clock.now() and "-" not in jump:
                at += timedelta(days=1)
            await center.ask(center.steer_exercise, actor, jump_to=at)
            desk_fields.fill(FORM, {"jump": ""})
            toasts.say(f"演练跳到 {clock(at)}")
        elif act["do"] == "restart":
            await center.ask(center.steer_exercise, actor, restart=True)
        elif act["do"] == "pause":
            await center.ask(center.steer_exercise, actor, paused=bool(act["paused"]))
        else:
            await center.ask(center.steer_exercise, actor, speed=float(act["speed"]))
    except CenterError as error:
        toasts.complain(error)
