"""What a plan would leave: people and risk within reach before and after, and who loses cover."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from dash import ClientsideFunction, Dash, Input, html

from dashboard.components.desk import Desk
from dashboard.words import DASH, count
from data.center import Center

LIMITS = ("30", "60", "90")
MOST_LOSSES = 8
LOST = {"last": "失去最后一支", "second": "仅剩一支", "later": "到达变慢"}
PERCENT = 100


def panel(pair: Mapping[str, Any] | None, most: int = MOST_LOSSES) -> Any:
    """The cover of a plan's answer (`answer["coverage"]`) as markup; says so when there is none.

    Figures before → after for 30, 60 and 90 minutes, then the counties that lose their last or
    second team, the worst first, at most `most`; those merely reached later are counted.
    """
    if not pair or not pair.get("before") or not pair.get("after"):
        return html.P("方案未带覆盖数据；重新求解后显示", className="none")
    before, after = pair["before"], pair["after"]
    what = pair.get("capability") or "任意救援力量"
    return html.Section(
        [
            html.H4(["留守覆盖", html.Small(f"{what}，方案前 → 后")]),
            _figures(before, after),
            *_unknown(before),
            _losses(pair.get("losses") or [], most),
            *_by_capability(pair.get("by_capability") or []),
        ],
        className="cover-view",
    )  # fmt: skip


def _figures(before: Mapping[str, Any], after: Mapping[str, Any]) -> Any:
    """Three rows: minutes, people, risk points; what falls is marked."""
    rows = [
        html.Tr(
            [
                html.Th(f"{limit} 分内", scope="row"),
                *_change(before["population_within"], after["population_within"], limit,
                         before["population_known"]),
                *_change(before["risk_within"], after["risk_within"], limit,
                         before.get("risk_known", 0)),
            ]
        )
        for limit in LIMITS
    ]  # fmt: skip
    head = [html.Th(""), html.Th("人口", colSpan=2), html.Th("风险点", colSpan=2)]
    return html.Table([html.Thead(html.Tr(head)), html.Tbody(rows)])


def _change(
    before: Mapping[str, Any], after: Mapping[str, Any], limit: str, known: float
) -> tuple[Any, Any]:
    """Two cells: the figures, and the share of what is known with how much it falls."""
    old, new = before[limit], after[limit]
    if not known:
        return html.Td(DASH), html.Td("")
    figures = f"{count(old)} → {count(new)}" if old != new else count(new)
    share = PERCENT * new / known
    return (
        html.Td(figures, className="lack" if new < old else ""),
        html.Td(
            html.Small(f"{share:.1f}%" + (f"（−{count(old - new)}）" if new < old else "")),
            className="lack" if new < old else "",
        ),
    )


def _unknown(before: Mapping[str, Any]) -> list[Any]:
    """Said when some figures are not known."""
    unknown, risk = before.get("population_unknown") or 0, before.get("risk_known") or 0
    words = [f"{unknown} 个县人口未知，未计入"] if unknown else []
    words += [] if risk else ["尚无已登记的风险源、水库和超限测站"]
    return [html.Small("；".join(words), className="mu")] if words else []


def _losses(rows: list[Any], most: int) -> Any:
    """The counties that lose their last or second team, then how many are reached later."""
    grave = [row for row in rows if row["lost"] != "later"]
    slow = len(rows) - len(grave)
    lines = [html.Li(_loss(row), className=f"lost-{row['lost']}") for row in grave[:most]]
    more = [f"另有 {len(grave) - most} 个县失去一支以上"] if len(grave) > most else []
    more += [f"{slow} 个县到达变慢"] if slow else []
    if more:
        lines.append(html.Li("；".join(more), className="mu"))
    if not lines:
        return html.Div("没有县失去 90 分钟内的最后或第二支队伍", className="covered")
    return html.Ul(lines)


def _loss(row: Mapping[str, Any]) -> list[Any]:
    """One county: name, what it loses, people, and minutes before → after."""
    later = DASH if row["after_minutes"] is None else f"{row['after_minutes']:.0f}"
    risk = f" · 风险点 {row['risk']}" if row.get("risk") else ""
    scene = f" · {row['scene']} 事发地" if row.get("scene") else ""
    people = "人口未知" if row["population"] is None else f"{count(row['population'])}人"
    return [
        html.B(row["name"]),
        html.Span(LOST[row["lost"]], className="lack"),
        html.Small(f"{people}{risk}{scene}"),
        html.Span(f"{_minutes(row['before_minutes'])} → {later} 分", className="ar"),
    ]


def _by_capability(rows: list[Any]) -> list[Any]:
    """Per capability the plan uses: counties that lose the last or the second team of it."""
    words = [
        f"{row['capability']} {'、'.join(lost)}"
        for row in rows
        if (lost := [f"{LOST[k]} {row[k]} 县" for k in ("last", "second") if row[k]])
    ]
    return [html.Small(f"分能力：{'；'.join(words)}", className="mu")] if words else []


def _minutes(value: float | None) -> str:
    return DASH if value is None else f"{value:.0f}"


def register(app: Dash, _center: Center) -> None:
    """Let the map's cover layer know the plan the desk's draft holds."""
    app.clientside_callback(
        ClientsideFunction("hubei_map", "plan"),
        Input(Desk.DRAFT, "data"),
        Input(Desk.MAP, "id"),
    )
