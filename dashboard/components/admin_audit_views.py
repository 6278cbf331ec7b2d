"""How the audit looks: a page of lines, and how the record was last proved."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from dash import html

from dashboard.components import admin_parts as parts
from dashboard.words import DASH
from data.domain.auditing import MOST_EXPORTED, OUTCOMES, REFUSED
from data.domain.clock import SHANGHAI
from data.domain.org import ROLE_WORDS, AreaTree


def lines(
    areas: AreaTree, book: str, found: Mapping[str, Any], turned: int
) -> list[Any]:
    """One page, newest first, under what it is of how many."""
    rows = found["items"]
    said = f"第 {turned + 1} 页，{len(rows)} 条，新的在前" if rows else ""
    said += "，后面还有" if found["next"] is not None else ""
    said += f"；导出含全部符合的记录，至多最新 {MOST_EXPORTED:,} 条" if rows else ""
    body = _log(areas, rows) if book == "log" else _journal(areas, rows)
    return [html.P(said, className="count"), body] if rows else [body]


def _journal(areas: AreaTree, rows: list[dict[str, Any]]) -> Any:
    return parts.table(
        ("编号", "时间", "席位", "单位", "命令", "事件", "内容", "哈希"),
        (
            (
                html.B(str(row["seq"])), _second(row["at"]),
                html.Span(row["actor"], title=ROLE_WORDS.get(row["role"], row["role"])),
                _place(areas, row["org"]), html.Code(row["command"]), row["incident_id"] or DASH,
                html.Span(row["summary"], title=row["authority"] or ""),
                html.Code(row["hash"][:12], title=row["hash"]),
            )
            for row in rows
        ),
        "没有符合的值班记录。",
    )  # fmt: skip


def _log(areas: AreaTree, rows: list[dict[str, Any]]) -> Any:
    return parts.table(
        ("编号", "时间", "账号", "角色", "单位", "结果", "经办", "地址", "浏览器或说明", "哈希"),
        (
            (
                html.B(str(row["id"])), _second(row["at"]), html.B(row["username"]),
                ROLE_WORDS.get(row["role"], row["role"]) or DASH, _place(areas, row["org"]),
                html.Span(
                    OUTCOMES.get(row["outcome"], row["outcome"]),
                    className="off" if row["outcome"] in REFUSED else "",
                ),
                row["by"], row["address"] or DASH,
                html.Span(row["agent"][:60], title=row["agent"], className="agent"),
                html.Code(row["hash"][:12], title=row["hash"]),
            )
            for row in rows
        ),
        "没有符合的登录记录。",
    )  # fmt: skip


def state(told: Mapping[str, Any]) -> Any:
    """When the chains were last walked and by whom, the last signed head, what is archived."""
    check, head = told["check"], told["head"]
    good = check is not None and check["outcome"] == "chain-verified"
    walked = "还没有核验过"
    if check is not None:
        walked = f"{'核验通过' if good else '核验未通过'} {_second(check['at'])} {check['by']}"
    signed = (
        f"链头最近签发 {_second(head.at)}，到第 {head.seq} 号" if head else "链头还没有签发过"
    )
    archived = f"登录记录已归档到第 {told['archived']} 条" if told["archived"] else ""
    return html.Div(
        [
            html.B(walked), html.Span(check["agent"] if check else ""), html.Span(signed),
            html.Span(f"现有值班记录 {told['revision']} 号、登录记录 {told['log_seq']} 条"),
            html.Span(archived),
        ],
        className=f"verdict {'good' if good else 'bad' if check else ''}",
    )  # fmt: skip


def _second(at: Any) -> str:
    return str(at.astimezone(SHANGHAI).strftime("%Y-%m-%d %H:%M:%S"))


def _place(areas: AreaTree, code: str | None) -> str:
    return areas.name(code) if code else DASH
