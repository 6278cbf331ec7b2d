"""What the monitoring page says of one source or sensor: facts, people, values, rules, levels."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from dash import html

from dashboard.components import alarm_words as aw
from dashboard.components import desk
from dashboard.components.desk_words import clock, empty, level
from dashboard.components.monitor_list import Ids, standing_mark
from dashboard.words import DASH, iso
from data.domain.alarm import Alarm, shown
from data.domain.alarm_rules import RuleBook
from data.domain.clock import SHANGHAI
from data.domain.org import AreaTree
from data.domain.sensing import Sensed, open_alarms, sensed, sources_sensed
from data.domain.sensor import Sensor, Threshold
from data.domain.situation import Situation
from data.domain.source import RiskSource

Facts = Iterable[tuple[str, Any]]


def detail_view(
    seen: Situation, areas: AreaTree, book: RuleBook, chosen: str
) -> tuple[Any, Any]:
    """What stands above the course and what below it; words where there is nothing."""
    kind, _, key = chosen.partition(":")
    if kind == "source" and key in seen.sources:
        return source_view(seen, areas, book, seen.sources[key])
    if kind == "sensor" and key in seen.sensors:
        return sensor_view(seen, areas, book, seen.sensors[key])
    return empty("请在左侧选择一个风险源或监测点", "不在本辖区的不显示"), None


def source_view(
    seen: Situation, areas: AreaTree, book: RuleBook, source: RiskSource
) -> tuple[Any, Any]:
    """A source: whom to call, who lives beside it, its contingency, its sensors."""
    mine = sorted(
        (s for s in seen.sensors.values() if s.source_id == source.id),
        key=lambda s: (s.quantity, s.name),
    )
    how = sources_sensed(seen)[source.id]
    own = open_alarms(seen).get(source.id, [])
    above = [
        _head(source.name, how, source.kind or "风险源"),
        _dl(_source_facts(seen, areas, source)),
        *_alarms(seen, own),
        html.H3(f"监测点 {len(mine)} 个"),
        sensor_table(seen, mine) if mine else html.P("没有登记监测点", className="mu"),
    ]
    told = book.kind_told(source.kind)
    return above, [
        html.H3("组合规则"),
        html.P(told, className="mu") if told else _rules(book.combinations(source.kind)),
    ]


def _source_facts(seen: Situation, areas: AreaTree, source: RiskSource) -> Facts:
    near = source.neighbours
    people = [
        f"{word} {number}" for word, number in (
            ("人口", near.population), ("学校", near.schools), ("医院", near.hospitals)
        ) if number is not None
    ]  # fmt: skip
    plan = seen.contingencies.get(source.contingency_id or "")
    return (
        ("编号", source.id), ("所在", areas.name(source.area_code)),
        ("坐标", _position(source)), ("等级", source.grade or DASH),
        ("责任单位", source.organisation or DASH), ("责任人", source.person or DASH),
        ("电话", _phone(source.phone)),
        ("周边", " · ".join([*people, near.note] if near.note else people) or DASH),
        ("应急预案", html.A(plan.name, href="/contingencies") if plan else DASH),
        ("视频", _video(source)), ("来源", source.source or DASH), ("备注", source.note),
    )  # fmt: skip


def _video(source: RiskSource) -> Any:
    """The button that opens the source's cameras under its facts."""
    if not source.videos:
        return DASH
    names = "、".join(v.name or v.kind for v in source.videos)
    return html.Button(f"打开视频：{names}", className="mini", **{"data-video": source.id})


def _phone(phone: str | None) -> Any:
    return html.A(phone, href=f"tel:{phone}") if phone else DASH


def _position(thing: RiskSource | Sensor) -> str:
    if thing.lon is None or thing.lat is None:
        return DASH
    stand_in = "（同名城镇代用坐标）" if thing.coord_is_stand_in else ""
    return f"{thing.lon:.4f}°E {thing.lat:.4f}°N{stand_in}"


def sensor_view(
    seen: Situation, areas: AreaTree, book: RuleBook, sensor: Sensor
) -> tuple[Any, Any]:
    """A sensor: its newest value, its alarms, its levels with dates, the rules that watch it."""
    latest = seen.readings.get(sensor.id)
    alarms = open_alarms(seen).get(sensor.id, [])
    source = seen.sources.get(sensor.source_id or "")
    every = f"{sensor.expected_every_s} 秒一报" if sensor.expected_every_s else "不定时，不判中断"
    facts: Facts = (
        ("风险源", _to("source", source.id, source.name) if source else ""),
        ("所在", areas.name(sensor.area_code) if sensor.area_code else DASH),
        ("河流", sensor.river), ("监测量", f"{sensor.quantity}（{sensor.unit or '无单位'}）"),
        ("坐标", _position(sensor)), ("上报", every),
        ("设备", " / ".join(x for x in (sensor.device, sensor.element) if x) or DASH),
        ("来源", sensor.source or DASH), ("备注", sensor.note),
    )  # fmt: skip
    how = sensed(sensor, latest, alarms, seen.at, seen.missed_times)
    kind = source.kind if source else ""
    newest = html.Div(
        [
            html.B(shown(latest.value, sensor.unit) if latest else DASH,
                   **{"data-live-value": sensor.id}),
            html.Time(**{"data-age-since": iso(latest.at) if latest else "",
                         "data-live-at": sensor.id}),
            html.Span(how.level or how.standing.word),
        ],
        className="newest",
    )  # fmt: skip
    above = [_head(sensor.name, how, sensor.kind), newest, *_alarms(seen, alarms)]
    below = [
        html.H3("限值"), levels_table(seen, sensor),
        html.H3("盯它的规则"), _rules(book.watching(sensor, kind)),
        html.H3("登记"), _dl(facts),
    ]  # fmt: skip
    return above, below


def _to(kind: str, key: str, name: str) -> Any:
    chosen = desk.sets({Ids.CHOSEN: {"data": f"{kind}:{key}"}})
    return html.Button(name, className="quiet", **chosen)


def _head(name: str, how: Sensed, kind: str) -> Any:
    char, tone = standing_mark(how)
    words = f"{how.standing.word}{' ' + how.level if how.level else ''}"
    return html.Header(
        [html.B(char, className=f"mark {tone}"), html.H2(name), html.Em(kind), html.Span(words)]
    )


def _dl(facts: Facts) -> Any:
    return html.Dl([part for k, v in facts if v for part in (html.Dt(k), html.Dd(v))])


def _alarms(seen: Situation, alarms: Sequence[Alarm]) -> list[Any]:
    """The open alarms, each with its rule and what became of it."""
    if not alarms:
        return []
    items = [
        html.Li(
            [
                html.B(aw.mark(a)[0], className=f"mark {aw.mark(a)[1]}"),
                html.Span([html.Strong(level(a)), html.Small(aw.rule_line(a)),
                           html.Small(aw.done(seen, a) or aw.called(a))]),
                html.Em(f"{a.state.word} {clock(a.raised_at, seen.at)}"),
            ]
        )
        for a in alarms
    ]  # fmt: skip
    return [html.H3("未解除的报警"), html.Ul(items, className="alarms")]


def sensor_table(seen: Situation, sensors: Sequence[Sensor]) -> Any:
    """A source's sensors with newest value, age and state."""
    alarms = open_alarms(seen)
    rows = []
    for s in sensors:
        latest = seen.readings.get(s.id)
        how = sensed(s, latest, alarms.get(s.id, ()), seen.at, seen.missed_times)
        char, tone = standing_mark(how)
        rows.append(
            html.Tr(
                [
                    html.Td(html.B(char, className=f"mark {tone}")),
                    html.Td(_to("sensor", s.id, s.name)), html.Td(s.quantity),
                    html.Td(shown(latest.value, s.unit) if latest else DASH, className="num",
                            **{"data-live-value": s.id}),
                    html.Td(html.Time(**{"data-age-since": iso(latest.at) if latest else "",
                                         "data-live-at": s.id})),
                    html.Td(how.level or how.standing.word),
                ]
            )
        )  # fmt: skip
    heads = ("", "监测点", "监测量", "最新", "来数", "状态")
    return html.Table([html.Thead(html.Tr([html.Th(h, scope="col") for h in heads])),
                       html.Tbody(rows)])  # fmt: skip


def levels_table(seen: Situation, sensor: Sensor) -> Any:
    """Every level ever set, in force first, with dates, reason and source."""
    if not sensor.thresholds:
        return html.P("没有限值；可在下方设定", className="mu")
    today = seen.at.astimezone(SHANGHAI).date()
    held = sorted(sensor.thresholds, key=lambda t: (not t.holds(today), -t.value))
    rows = [
        html.Tr(
            [
                html.Td(t.level),
                html.Td(f"{'≤' if t.below else '≥'} {t.value:g}", className="num"),
                html.Td(_dates(t)), html.Td(t.set_by or "随附资料"),
                html.Td(t.reason or t.source or DASH, title=t.source),
            ],
            className="" if t.holds(today) else "past",
        )
        for t in held
    ]  # fmt: skip
    heads = ("级别", "限值", "有效期", "设定", "理由或来源")
    return html.Table([html.Thead(html.Tr([html.Th(h, scope="col") for h in heads])),
                       html.Tbody(rows)])  # fmt: skip


def _dates(threshold: Threshold) -> str:
    since = threshold.valid_from.isoformat() if threshold.valid_from else "起始不详"
    until = threshold.valid_to.isoformat() if threshold.valid_to else "今后"
    return f"{since} 至 {until}"


def _rules(rules: Iterable[Any]) -> Any:
    items = [html.Li([html.Strong(r.title), html.Small(f"依据：{r.source}")]) for r in rules]
    return html.Ul(items, className="rules") if items else html.P("没有", className="mu")
