"""What the wall's sides show while there is no incident: risk, warnings, alarms, who is on duty."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from dash import html

from dashboard.components.desk_words import level
from dashboard.components.wall_words import (
    colour_mark,
    newest_alarms,
    state_mark,
    warning_words,
)
from dashboard.words import RUNG_CHAR, RUNG_CLASS, clock_time, iso, short_area
from data.domain.county_risk import CountyRisk, county_risks
from data.domain.org import AreaTree
from data.domain.point_state import PointState
from data.domain.rectification import SUPERVISIONS, Rectification
from data.domain.shift import ShiftState
from data.domain.situation import Situation
from data.domain.warning_watch import Watch, active, open_watches

MOST_COUNTIES, MOST_WARNINGS, MOST_WATCHED, MOST_ALARMS, MOST_WATCHES = 9, 4, 5, 5, 2
MOST_BESIDE = 6
# More than any wall has room for: the page shows what fits and says how many more there are.
MOST_SUPERVISED = 20
# Rows each list keeps when room is short, and how gladly it gives up those above.
LEAST_FACTS, LEAST_WATCHED, LEAST_ALARMS, LEAST_COUNTIES = 2, 2, 3, 4
FACTS_YIELD, OTHERS_YIELD, SUPERVISED_YIELD = 1, 2, 3


def risk_side(seen: Situation, areas: AreaTree) -> Any:
    """Counties by what is known of them, the gravest first; then the warnings in force."""
    risks = [r for r in county_risks(seen, areas) if r.stirred]
    return html.Section(
        [
            html.H2("县域风险"),
            html.H3([_tally(risks), html.Em(f"{len(risks)} 县有情况")]),
            _list([_county(r) for r in risks[:MOST_COUNTIES]], "各县平稳：无预警、无报警"),
            *_warnings(seen, areas),
        ],
        className="inc-card calm",
    )


def _tally(risks: list[CountyRisk]) -> Any:
    """How many counties stand at each colour."""
    each = {s: sum(r.state == s for r in risks) for s in reversed(PointState)}
    return html.Span(
        [
            html.Span([state_mark(s), str(n)], className="tally-one")
            for s, n in each.items()
            if n and s > PointState.MISSING
        ]
        or "红橙黄蓝均无",
        className="tally",
    )


def _county(risk: CountyRisk) -> Any:
    parts = [
        f"预警 {risk.warnings}" if risk.warnings else "",
        f"报警 {risk.alarms}" if risk.alarms else "",
        f"数据存疑 {risk.faults}" if risk.faults else "",
    ]
    return html.Li(
        [
            state_mark(risk.state),
            html.Span(short_area(risk.name), title=risk.name),
            html.Em(" · ".join(p for p in parts if p)),
        ],
        key=risk.code,
    )


def _warnings(seen: Situation, areas: AreaTree) -> list[Any]:
    """Warnings in force, the gravest first, each until when; foreign ones say whose."""
    held = active(seen)
    rows = [
        html.Li(
            [
                colour_mark(w.colour),
                html.Span(words := warning_words(areas, w), title=w.headline or words),
                html.Em(f"至 {clock_time(w.expires, seen.at)}" if w.expires else ""),
            ],
            key=w.id,
        )
        for w in held[:MOST_WARNINGS]
    ]
    watched = len(open_watches(seen))
    note = f"{len(held)} 条" + (f" · 关注 {watched}" if watched else "")
    return [html.H3(["生效预警", html.Em(note)]), _list(rows, "无生效预警")]


def watch_side(seen: Situation) -> Any:
    """The watch list, stations over a level, the newest alarms, who is on duty."""
    return html.Section(
        [
            html.H2("关注"),
            *_watches(seen, open_watches(seen)[:MOST_WATCHES]),
            *_supervised(seen, overdue_supervised(seen)),
            *_watched(seen),
            *_alarms(seen),
            *_on_duty(seen),
        ],
        className="inc-card calm",
    )


def _watches(seen: Situation, watches: list[Watch]) -> list[Any]:
    """What somebody keeps an eye on because of a warning; nothing while there is none."""
    if not watches:
        return []
    rows = [
        html.Li(
            [
                colour_mark(w.colour),
                html.Span(w.title, title=w.title),
                html.Em([w.keeper, " ", html.Small(**_age(w.opened_at))]),
            ],
            key=w.id,
        )
        for w in watches
    ]
    return [html.H3(["关注清单", html.Em(f"{len(open_watches(seen))} 项")]), _list(rows, "")]


def overdue_supervised(seen: Situation) -> list[Rectification]:
    """What a level put up 挂牌督办 and is past its deadline, the longest overdue first."""
    held = [
        r for r in seen.rectifications.values() if r.supervision != "none" and r.overdue(seen.at)
    ]
    return sorted(held, key=lambda r: (r.due_at or seen.at, r.id))


def _supervised(seen: Situation, late: list[Rectification]) -> list[Any]:
    """挂牌督办 past their deadlines; nothing while there are none."""
    if not late:
        return []
    rows = [
        html.Li(
            html.Span(
                [html.U(_overdue(r.due_at, seen.at)), r.title],
                title=f"{SUPERVISIONS[r.supervision]} · {r.owner_words}",
            ),
            key=r.id,
        )
        for r in late[:MOST_SUPERVISED]
    ]
    beyond = {"data-beyond": str(len(late) - len(rows))}
    more = html.Li(className="more", key="more", **beyond)  # the page counts and says
    note = html.Em(html.U(f"{len(late)} 项"))
    return [
        html.H3(["挂牌督办逾期", note]),
        _list([*rows, more], "", least=1, yields=SUPERVISED_YIELD, look="late"),
    ]


def _overdue(due: datetime | None, now: datetime) -> str:
    hours = int((now - (due or now)).total_seconds() // 3600)
    return f"{hours // 24} 天" if hours >= 24 else f"{hours} 小时"  # noqa: PLR2004


def _watched(seen: Situation) -> list[Any]:
    rows = sorted(seen.over_threshold(), key=lambda r: (RUNG_CLASS.get(r[2], "w9"), -r[3]))
    shown = [
        html.Li(
            [
                html.B(RUNG_CHAR.get(rung, "超"), className=f"mark {RUNG_CLASS.get(rung, 'w4')}"),
                html.Span(f"{sensor.river or ''} {sensor.name}".strip()),
                html.Em([f"超{rung} {over:.2f} ", html.Small(**_age(latest.at))]),
            ],
            key=sensor.id,
        )
        for sensor, latest, rung, over in rows[:MOST_WATCHED]
    ]
    return [
        html.H3(["超限监测点", html.Em(f"{len(rows)} 处")]),
        _list(shown, "无超限监测点", least=LEAST_WATCHED, yields=OTHERS_YIELD),
    ]


def _age(at: datetime | None) -> dict[str, str]:
    return {"data-age-since": iso(at), "data-age-after": "前"}


def _alarms(seen: Situation) -> list[Any]:
    held = newest_alarms(seen)
    waiting = sum(a.waits for a in held)
    rows = [
        html.Li(
            [
                state_mark(None, alarm=a),
                html.Span(level(a), title=level(a)),
                html.Em(html.Small(**_age(a.raised_at))),
            ],
            key=a.id,
        )
        for a in held[:MOST_ALARMS]
    ]
    note = html.Em(html.U(f"待签收 {waiting}") if waiting else f"{len(held)} 条")
    return [
        html.H3(["最新报警", note]),
        _list(rows, "当前无报警", least=LEAST_ALARMS, yields=OTHERS_YIELD),
    ]


def _on_duty(seen: Situation) -> list[Any]:
    """Leader and officers of the room nearest to the province, and the forces standing by."""
    on = sorted((s for s in seen.shifts.values() if s.state == ShiftState.ON), key=lambda s: s.org)
    people = "、".join(p.name for p in on[0].people) if on else "未排班或未接班"
    facts = [
        ("在岗", people),
        ("可调派队伍", f"{len(seen.available_teams())} 支"),
        ("储备库 / 批次", f"{sum(d.live for d in seen.depots.values())} / {len(seen.lots)}"),
        ("监测点有数据", f"{len(seen.readings)} / {len(seen.sensors)}"),
    ]
    rows = [html.Li([html.Span(name), html.Em(value)], key=name) for name, value in facts]
    return [
        html.H3(["值守", ""]),
        _list(rows, "", least=LEAST_FACTS, yields=FACTS_YIELD, look="facts"),
    ]


def _list(rows: list[Any], nothing: str, *, least: int = 0, yields: int = 0, look: str = "") -> Any:
    """A list; one that yields is cut to the room there is by the page, to `least` rows at most.

    The lowest `yields` gives up its rows first, the longest among equals.
    """
    said = rows or [html.Li(html.Span(nothing, className="none"))]
    room = {"data-least": str(least), "data-yields": str(yields)} if yields else {}
    return html.Ul(said, className=f"teams {look}".strip(), **room)


def second_side(seen: Situation, areas: AreaTree) -> Any:
    """The empty side beside one incident: risk elsewhere, newest alarms, what stands by."""
    risks = [r for r in county_risks(seen, areas) if r.stirred]
    counties = [_county(r) for r in risks[:MOST_BESIDE]]
    return html.Section(
        [
            html.H2("无并发事件"),
            html.H3([_tally(risks), html.Em(f"{len(risks)} 县有情况")]),
            _list(counties, "各县平稳：无预警、无报警", least=LEAST_COUNTIES, yields=OTHERS_YIELD),
            *_supervised(seen, overdue_supervised(seen)),
            *_alarms(seen),
            *_on_duty(seen),
        ],
        className="inc-card calm",
    )
