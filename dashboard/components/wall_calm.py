"""What the wall's sides show while there is no incident: the watch list and who is on duty."""

from __future__ import annotations

from typing import Any

from dash import html

from dashboard.words import RUNG_CHAR, RUNG_CLASS, iso
from data.domain.shift import ShiftState
from data.domain.situation import Situation

MOST = 12


def watch_list(seen: Situation) -> Any:
    """Stations at or over a threshold, the gravest first."""
    rows = sorted(seen.over_threshold(), key=lambda r: (RUNG_CLASS.get(r[2], "w9"), -r[3]))
    return html.Section(
        [
            html.H2("关注"),
            html.H3(["水位超限", html.Em(f"{len(rows)} 站")]),
            html.Ul(
                [
                    html.Li(
                        [
                            html.B(RUNG_CHAR.get(rung, ""), className=f"mark {RUNG_CLASS[rung]}"),
                            html.Span(f"{sensor.river or ''} {sensor.name}"),
                            html.Em(
                                [
                                    f"超{rung} {over:.2f} 米 ",
                                    html.Small(
                                        **{"data-age-since": iso(latest.at), "data-age-after": "前"}
                                    ),
                                ]
                            ),
                        ],
                        key=sensor.id,
                    )
                    for sensor, latest, rung, over in rows[:MOST]
                ]
                or [html.Li([html.I(), html.Span("无超限站点", className="none"), ""])],
                className="teams",
            ),
        ],
        className="inc-card calm",
    )


def _on(seen: Situation) -> str:
    """Who is on duty in the room nearest to the province: leader and officers."""
    on = sorted((s for s in seen.shifts.values() if s.state == ShiftState.ON), key=lambda s: s.org)
    return "、".join(p.name for p in on[0].people) if on else "未排班或未接班"


def readiness(seen: Situation, *, alone: bool) -> Any:
    """Forces standing by, and what is known about the rest."""
    ready = seen.available_teams()
    unknown = [t for t in seen.teams.values() if not t.plannable]
    facts = [
        ("在岗", _on(seen)),
        ("可调派队伍", f"{len(ready)} 支"),
        ("不可规划（资料不全）", f"{len(unknown)} 支"),
        ("储备库", f"{sum(d.live for d in seen.depots.values())} 处"),
        ("在库批次", f"{len(seen.lots)} 批"),
        ("监测点", f"{len(seen.sensors)} 个，有数据 {len(seen.readings)} 个"),
        ("待处理报告", f"{sum(r.state == 'new' for r in seen.reports.values())} 件"),
    ]
    title = "备勤" if alone else "第二起事件位"
    return html.Section(
        [
            html.H2(title),
            html.H3(["当前无突发事件" if alone else "无并发事件", ""]),
            html.Ul(
                [
                    html.Li([html.I(), html.Span(name), html.Em(value)], key=name)
                    for name, value in facts
                ],
                className="teams",
            ),
        ],
        className="inc-card calm",
    )
