"""下达调派: who authorised it, what is ordered, and what to do when something is taken."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Any

from dash import Dash, Input, Output, State, dcc, html, no_update, set_props

from dashboard.components import clearance_hint, desk, drafting, follow, sites, toasts
from dashboard.components.desk import Desk
from dashboard.components.desk_words import kbd
from dashboard.components.dispatch_refusal import AREA, still, told_of
from dashboard.components.draft import DraftIds
from dashboard.components.fork_panel import opener
from dashboard.gate import current_actor
from data.center import Center
from data.domain.clock import SHANGHAI
from data.domain.dispatch import Authority
from data.domain.messages import IssueDispatch, WantedLot, WantedTeam
from data.domain.org import ROLE_WORDS, Permission
from data.errors import CenterError, Invalid

WAYS = ("系统", "电话", "当面", "书面")


class DispatchIds(StrEnum):
    """The order's own ids."""

    NAME = "dispatch-name"
    POST = "dispatch-post"
    WAY = "dispatch-way"
    TIME = "dispatch-time"
    REFUSED = "dispatch-refused"
    COUNT = "dispatch-count"
    ISSUE = "dispatch-issue"
    FORM = "dispatch-form"
    TOLD = "dispatch-told"
    NEEDS = "dispatch-needs"


def layout() -> Any:
    """The assignments being followed, the authority, and the bar of the big buttons."""
    return html.Div(
        [
            desk.act_store(AREA),
            dcc.Store(id=DispatchIds.TOLD),
            follow.layout(),
            html.Div(
                [
                    html.Div(id=DispatchIds.REFUSED, role="alert"),
                    html.Div(id=DispatchIds.NEEDS),
                    _authority_form(),
                    html.Div(
                        [
                            html.Button(["求解 ", kbd("F8")], id=DraftIds.SOLVE, className="btn",
                                        **desk.key("F8"), **desk.acts("draft", do="solve")),
                            opener(),
                            sites.opener(),
                            html.Button(
                                [html.Span("草案是空的", id=DispatchIds.COUNT), kbd("Ctrl ⏎")],
                                id=DispatchIds.ISSUE, className="btn pri", disabled=True,
                                **desk.key("ctrl+Enter"), **desk.acts(AREA, do="issue"),
                            ),
                        ],
                        className="act",
                    ),
                ],
                className="order",
            ),
        ],
        className="dispatch",
    )  # fmt: skip


def _authority_form() -> Any:
    return html.Div(
        [
            html.Span("授权", className="mu"),
            html.Label([html.Span("姓名"), dcc.Input(id=DispatchIds.NAME, autoComplete="off")]),
            html.Label([html.Span("职务"), dcc.Input(id=DispatchIds.POST, autoComplete="off")]),
            dcc.RadioItems(list(WAYS), WAYS[0], id=DispatchIds.WAY, inline=True, className="ways"),
            html.Label(
                [
                    html.Span("时间"),
                    dcc.Input(id=DispatchIds.TIME, placeholder="此刻", maxLength=5, size="5"),
                ]
            ),
        ],
        id=DispatchIds.FORM, className="authority", title="时间写 HH:MM；不填即下达时刻",
    )  # fmt: skip


def register(app: Dash, center: Center) -> None:
    """Count what would be ordered, and order it once however often it is pressed."""
    follow.register(app, center)

    @app.callback(
        Output(DispatchIds.COUNT, "children"),
        Output(DispatchIds.ISSUE, "disabled"),
        Output(DispatchIds.NAME, "placeholder"),
        Output(DispatchIds.POST, "placeholder"),
        Output(DispatchIds.REFUSED, "children"),
        Output(DispatchIds.NEEDS, "children"),
        Input(Desk.DRAFT, "data"),
        Input(DispatchIds.TOLD, "data"),
        Input(DispatchIds.NAME, "value"),
    )
    async def counted(kept: Any, told: dict[str, Any] | None, name: str | None) -> Any:
        actor = current_actor()
        draft = drafting.mine(kept, actor.username)
        refused = drafting.is_empty(draft) or not actor.may(Permission.DISPATCH)
        post = ROLE_WORDS.get(actor.role, actor.role)
        seen = await desk.see(center)
        named = (name or "").strip() not in ("", actor.name)
        needs = clearance_hint.view(center, seen, draft, actor, named)
        return button_words(draft), refused, actor.name, post, still(told, draft), needs

    @app.callback(
        Output(Desk.DRAFT, "data", allow_duplicate=True),
        Output(DispatchIds.TOLD, "data"),
        Input(desk.act_id(AREA), "data"),
        State(Desk.DRAFT, "data"),
        State(DraftIds.SEEN, "data"),
        State(DispatchIds.NAME, "value"),
        State(DispatchIds.POST, "value"),
        State(DispatchIds.WAY, "value"),
        State(DispatchIds.TIME, "value"),
        prevent_initial_call=True,
        running=[(Output(DispatchIds.ISSUE, "disabled"), True, False)],
    )
    async def press(
        act: Mapping[str, Any] | None, kept: Any, versions: Any,
        name: str | None, post: str | None, way: str | None, time: str | None,
    ) -> Any:  # fmt: skip
        do = (act or {}).get("do")
        if do == "dismiss":
            return no_update, None
        if do != "issue":
            return no_update
        actor = current_actor()
        draft = drafting.mine(kept, actor.username)
        try:
            if draft["ask"]:
                raise Invalid.field("draft", "正在按改动重新求解", "请等方案更新后再下达")
            authority = replace(
                authority_of(name, post, way, actor.name, ROLE_WORDS.get(actor.role, "")),
                at=clock_typed(time, center.clock.now()),
            )
            command = order(draft, versions or {}, authority)
            made = await center.do(command, actor, draft["request_id"])
        except CenterError as error:
            if _pressed_twice(error):
                return drafting.emptied(draft), None
            return no_update, told_of(error, draft)
        issued(made.body)
        return drafting.emptied(draft), None


def _pressed_twice(error: CenterError) -> bool:
    """Whether the same draft was already ordered under its request id."""
    return isinstance(error, Invalid) and any(e["field"] == "Idempotency-Key" for e in error.errors)


def button_words(draft: drafting.Draft) -> str:
    """下达调派：6 队 · 3 批物资."""
    if drafting.is_empty(draft):
        return "草案是空的"
    words = [f"{len(draft['teams'])} 队"] if draft["teams"] else []
    words += [f"{len(draft['lots'])} 批物资"] if draft["lots"] else []
    return f"下达调派：{' · '.join(words)}"


def authority_of(
    name: str | None, post: str | None, way: str | None, own_name: str, own_post: str
) -> Authority:
    """Who authorised: as typed, else the signed-in officer; the time is the order's own."""
    typed = (name or "").strip()
    own = own_post if not typed else ""
    return Authority(name=typed or own_name, post=(post or "").strip() or own, way=way or WAYS[0])


def clock_typed(text: str | None, now: datetime) -> datetime | None:
    """The latest moment with the HH:MM typed (Beijing); None when nothing was typed.

    Raises
    ------
    Invalid
        When it is no time of day.
    """
    typed = (text or "").strip().replace("：", ":")
    if not typed:
        return None
    try:
        hour, minute = (int(part) for part in typed.split(":"))
        at = now.astimezone(SHANGHAI).replace(hour=hour, minute=minute, second=0, microsecond=0)
    except ValueError as error:
        raise Invalid.field("at", f"“{typed}”不是时刻", "请按 08:30 的格式填写，或留空") from error
    return (at if at <= now else at - timedelta(days=1)).astimezone(UTC)


def order(
    draft: drafting.Draft, versions: Mapping[str, int], authority: Authority
) -> IssueDispatch:
    """The command that orders the whole draft."""
    teams = tuple(
        WantedTeam(
            team=r["team"], incident=r["incident"], capability=r.get("capability"),
            amount=r.get("amount"), reason=str(r.get("reason") or ""),
        )
        for r in draft["teams"]
    )  # fmt: skip
    lots = tuple(
        WantedLot(lot=r["lot"], incident=r["incident"], amount=float(r["amount"]))
        for r in draft["lots"]
    )
    inside = {r["team"] for r in draft["teams"]} | {r["lot"] for r in draft["lots"]}
    seen = {k: int(v) for k, v in {**draft["seen"], **versions}.items() if k in inside}
    return IssueDispatch(
        plan_id=draft["plan_id"], assignments=teams, transfers=lots, seen=seen,
        authorised_by=authority,
    )  # fmt: skip


def issued(body: Mapping[str, Any]) -> None:
    """Say what was ordered; what is still waiting can be taken back."""
    teams = [a["id"] for a in body.get("assignments", [])]
    lots = [t["id"] for t in body.get("transfers", [])]
    parts = [f"{len(teams)} 队"] if teams else []
    parts += [f"{len(lots)} 批物资"] if lots else []
    undo = {"do": "cancel", "ids": teams} if teams else {"do": "cancel_transfer", "ids": lots}
    waits = sum(bool(a.get("held")) for a in body.get("assignments", []))
    owed = sum(c["state"] != "asked" for c in body.get("clearances", []))
    parts += [f"其中 {waits} 队待批"] if waits else []
    parts += [f"{owed} 件事后补批"] if owed else []
    parts += [f"与方案不同：{body['by_hand']}"] if body.get("by_hand") else []
    wrong = [c for c in body.get("checks", []) if not c["ok"]]
    parts += [f"核验未通过：{c['check']}（{c['detail']}）" for c in wrong]
    toasts.say(f"已下达调派 {body.get('number', '')}：{'、'.join(parts)}", undo=undo)
    set_props(DispatchIds.ISSUE, {"disabled": True})
