"""The warning at hand: what it says by every channel, what may be done, who has it, its record."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from dash import html

from dashboard.components import desk
from dashboard.components import task_words as tw
from dashboard.components import warning_words as ww
from dashboard.components.admin_parts import stamp, table
from dashboard.components.desk_words import clock, empty
from data.center import Center
from data.domain.delivery import CHANNEL_WORDS, DESK, Delivery, DeliveryState
from data.domain.org import Actor, Permission
from data.domain.situation import Situation
from data.domain.warning import Warning, WarningState  # noqa: A004 - the field's word
from data.domain.warning_text import (
    area_words,
    full_text,
    period,
    short_text,
    sms_parts,
    spoken_text,
)
from data.domain.warning_watch import touched

NAME = "warnings"
S = WarningState


def head_view(center: Center, seen: Situation, held: Warning | None) -> Any:
    """Which warning it is, its facts, and what lies inside its area."""
    if held is None:
        return empty("选一条预警查看", "按 N 拟预警；也可从值班台的报警或事件直接拟稿")
    rules, areas = center.tools.rules["warnings"], center.areas
    mark = html.Em("演练", className="drill") if held.origin == "exercise" else None
    return [
        html.P([ww.chip(held.colour), html.Span(f"{held.event_word}预警　{held.id}"), mark,
                html.Em(held.state.word)], className="of"),
        html.H2(ww.headline(rules, areas, held)),
        html.Dl([x for k, v in _facts(center, seen, held) if v
                 for x in (html.Dt(k), html.Dd(v))]),
        html.P("防御指南仍是示例文本（假定），请按实际修改后再发。", className="sample")
        if held.sample_advice and held.state.unissued else None,
    ]  # fmt: skip


def _facts(center: Center, seen: Situation, held: Warning) -> list[tuple[str, Any]]:
    inside = touched(seen, held) if held.counties else None
    signed = held.signature
    return [
        ("范围", area_words(center.areas, held)),
        ("时间", period(held)),
        ("范围内", inside.words() if inside else ""),
        ("发布", f"{held.sender_name} {stamp(held.issued_at)}" if held.issued_at else ""),
        ("编号", held.identifier),
        ("拟稿", f"{held.author}（{center.areas.name(held.org)}）" if held.author else ""),
        ("签发", f"{signed.words()} {clock(signed.at, seen.at)}"
         + ("，待补签" if held.signature_owed else "") if signed else ""),
        ("依据", held.basis),
        ("来源", _whence(held)),
        ("附加", "；".join(f"{k}：{v}" for k, v in held.parameters.items())),
    ]  # fmt: skip


def _whence(held: Warning) -> str:
    """What it was made from, or how it came."""
    if held.incoming:
        return "外来 CAP 报文" + ("，带数字签名，原样保存" if held.message_signed else "，原样保存")
    parts = [f"报警 {held.alarm_id}" if held.alarm_id else "",
             f"事件 {held.incident_id}" if held.incident_id else "",
             f"上一条 {held.before}" if held.before else ""]  # fmt: skip
    return "、".join(p for p in parts if p)


def texts_view(center: Center, held: Warning | None) -> Any:
    """The words as each channel carries them."""
    if held is None:
        return None
    rules, areas = center.tools.rules["warnings"], center.areas
    shown = replace(held, headline=ww.headline(rules, areas, held))
    if held.incoming:
        parts = [html.P(t) for t in (held.description, held.instruction) if t]
        return [html.H3("原文"), html.Div(parts, className="wording"), _cap_link(held)]
    short = short_text(areas, shown)
    rows = (
        ("值班台、网络接口、邮件", full_text(areas, shown)),
        ("大喇叭、屏幕", spoken_text(rules, areas, shown)),
        (f"短信（{len(short)} 字，{sms_parts(short)} 条）", short),
    )
    return [
        html.H3("各渠道将发出的文本" if held.state.unissued else "各渠道发出的文本"),
        *[
            html.Details(
                [html.Summary(name), html.P(text)], open=n == 0, className="wording",
                **{"data-fold": f"text-{n}"},
            )
            for n, (name, text) in enumerate(rows)
        ],
        _cap_link(held),
    ]  # fmt: skip


def _cap_link(held: Warning) -> Any:
    return html.P(
        html.A("CAP 1.2 报文", href=f"/api/v1/warnings/{held.id}.cap", target="_blank",
               rel="noopener", className="btn tiny"), className="bar",
    )  # fmt: skip


def actions(center: Center, actor: Actor, held: Warning | None) -> list[Any]:
    """The buttons that do something in this state, for this account."""
    if held is None or not center.areas.covers(actor.org, held.org):
        return []
    found: list[Any] = []

    def add(word: str, do: str, kind: str = "btn", sure: str = "", key: str = "") -> None:
        more = {**(desk.confirm(sure) if sure else {}), **(desk.key(key) if key else {})}
        shown = [f"{word} ", html.Kbd(key.upper())] if key else word
        found.append(html.Button(shown, className=kind, **desk.acts(NAME, do=do), **more))

    warns, signs = actor.may(Permission.WARN), actor.may(Permission.SIGN)
    must = held.colour in center.tools.rules["warnings"].signed
    if held.state.unissued and warns:
        ready = held.signature is not None or not must
        add("发布", "issue", "btn pri" if ready or signs else "btn", "再按一次：发布预警", "p")
        add("修改", "edit", key="e")
        if must and held.state == S.DRAFT:
            add("送签", "submit", "btn pri" if not ready else "btn", key="q")
    if held.state in (S.DRAFT, S.SIGNING) and signs and must:
        add("签发", "sign", "btn pri", key="a")
        if held.state == S.SIGNING:
            add("退回", "return", key="b")
    if held.signature_owed and signs:
        add("补签", "sign", "btn pri", key="a")
    if held.state == S.ISSUED and warns and not held.incoming:
        add("更新", "update", "btn pri", key="u")
        add("催签收", "remind", key="r")
    if held.state in (S.ISSUED, S.EXPIRED) and warns:
        add("归档" if held.incoming else "解除", "cancel", "btn danger", "再按一次：解除预警")
    if held.state.unissued and warns:
        add("作废", "withdraw", "btn danger", "再按一次：作废")
    return found


def receipts_view(center: Center, seen: Situation, actor: Actor, held: Warning | None) -> Any:
    """Who got it by which way, how far it has come, who signed; what failed and why."""
    if held is None or held.state.unissued or held.incoming:
        return None
    mine = ww.of_warning(seen, held.id)
    told = "　".join(w for w, _ in ww.receipt_words(mine)) or "全部送达"
    rows = [_row(center, seen, actor, d) for d in mine]
    return [
        html.H3(["送达与签收", html.Small(told)]),
        table(("单位", "渠道", "状态", "签收"), rows, "没有接收单位。"),
    ]


def _row(center: Center, seen: Situation, actor: Actor, held: Delivery) -> tuple[Any, ...]:
    boxed = html.Em("演练，未外发", className="drill") if held.drill else None
    state: list[Any] = [html.B(held.state.word, className=f"ds {held.state.value}"), boxed]
    if held.state == DeliveryState.FAILED:
        state += [html.Small(held.reason),
                  html.Button("重发", className="btn tiny",
                              **desk.acts(NAME, do="retry", delivery=held.id))]  # fmt: skip
    elif held.state == DeliveryState.WAITING and held.reason:
        state.append(html.Small(f"第 {held.tries} 次未成：{held.reason}，将自动重发"))
    return (
        html.Span([held.receiver, html.Small(held.address)]) if held.address else held.receiver,
        CHANNEL_WORDS.get(held.channel, held.channel), html.Span(state),
        _receipt(center, seen, actor, held),
    )  # fmt: skip


def _receipt(center: Center, seen: Situation, actor: Actor, held: Delivery) -> Any:
    """The receipt, or the button for it."""
    if held.signed_at is not None:
        return f"{clock(held.signed_at, seen.at)} {held.signed_by}（{held.signed_way}）"
    if not held.wants_receipt:
        return ""
    own = held.channel == DESK and held.area_code == actor.org
    reach = own or any(center.areas.covers(actor.org, org) for org in held.orgs)
    reminded = html.Small(f"已催 {held.reminders} 次") if held.reminders else None
    if not reach or not actor.may(Permission.WARN):
        return html.Span(["未签收", reminded])
    key = desk.key("s") if own else {}
    word = ["签收 ", html.Kbd("S")] if own else "登记电话签收"
    button = html.Button(
        word, className="btn pri tiny" if own else "btn tiny", **key,
        **desk.acts(NAME, do="receipt", delivery=held.id, own=own),
    )  # fmt: skip
    return html.Span([button, reminded])


def record_view(seen: Situation, held: Warning | None) -> Any:
    """What was done about it."""
    return None if held is None else [html.H3("办理记录"), tw.steps_view(held.steps, seen.at)]
