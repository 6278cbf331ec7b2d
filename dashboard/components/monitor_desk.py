"""The first part of 监测: the list, the one at hand, its course, and its levels to be set."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Any
from urllib.parse import parse_qs

from dash import Dash, Input, Output, State, dcc, html, no_update

from dashboard.components import desk, desk_fields, office_form, toasts
from dashboard.components import monitor_list as ml
from dashboard.components.flat import FLAT, flat
from dashboard.components.live import Live
from dashboard.components.monitor_chart import figure
from dashboard.components.monitor_view import detail_view
from dashboard.gate import current_actor
from data.center import Center
from data.domain.clock import SHANGHAI
from data.domain.messages.monitoring import SetThreshold
from data.domain.org import Actor, Permission
from data.domain.sensor import Sensor
from data.domain.situation import Situation
from data.errors import Invalid

NAME = "monitor"
FORM = "level"
FIELDS = ("level", "value", "valid_from", "valid_to", "reason", "source")
SPANS = {"24h": "24 小时", "7d": "7 天", "30d": "30 天", "own": "自选"}
HOURS = {"24h": 24, "7d": 24 * 7, "30d": 24 * 30}


class Ids(StrEnum):
    """The ids of the course and the levels."""

    SPAN = "monitor-span"
    SINCE = "monitor-since"
    UNTIL = "monitor-until"
    COURSE = "monitor-course"
    OF = "monitor-of"
    BELOW = "monitor-below"
    CHART = "monitor-chart"
    LEVELS = "monitor-levels"


def layout(levels: list[str]) -> list[Any]:
    """The list on the left; the one at hand with chart and form on the right."""
    side = html.Div(
        [
            html.Div(id=ml.Ids.DETAIL, className="mon-detail", **{FLAT: ""}),
            html.Div(**{"data-video-box": "1"}),  # cameras stand here, whatever is written anew
            html.Section(_course(), id=Ids.COURSE, className="course", hidden=True),
            html.Div(id=Ids.BELOW, className="mon-detail", **{FLAT: ""}),
            html.Section(_levels(levels), id=Ids.LEVELS, className="levels", hidden=True,
                         **{"data-draft": FORM}),
        ],
        className="side",
    )  # fmt: skip
    return [
        html.Div([html.Div(ml.layout(), className="main"), side], className="two"),
        dcc.Store(id=ml.Ids.CHOSEN),
        desk.act_store(NAME),
    ]


def _course() -> list[Any]:
    options = [{"label": w, "value": v} for v, w in SPANS.items()]
    typed = {"type": "text", "value": "", "className": "short", "autoComplete": "off",
             "debounce": True}  # fmt: skip
    return [
        html.Div(
            [
                html.H3("过程线"),
                dcc.RadioItems(id=Ids.SPAN, className="pills", options=options, value="24h"),
                dcc.Input(id=Ids.SINCE, placeholder="起 2026-07-01 08:00", **typed),
                dcc.Input(id=Ids.UNTIL, placeholder="止，留空为现在", **typed),
                html.Button(["刷新 ", html.Kbd("R")], className="btn", **desk.key("r"),
                            **desk.acts(NAME, do="refresh")),
            ],
            className="bar",
        ),
        dcc.RadioItems(id=Ids.OF, className="pills of", options=[]),
        dcc.Graph(id=Ids.CHART, config={"displayModeBar": False, "responsive": True},
                  style={"height": "300px"}),
    ]  # fmt: skip


def _levels(levels: list[str]) -> list[Any]:
    text = desk_fields.text
    fields = [
        desk_fields.choice(FORM, "level", "级别", {word: word for word in levels}),
        text(FORM, "value", "限值", "数字；写“取消”即停用此级"),
        text(FORM, "valid_from", "生效日期", "留空为今天，如 2026-07-01"),
        text(FORM, "valid_to", "截止日期", "留空为长期"),
        text(FORM, "reason", "调整理由", "如：省水利厅 2026 年第 5 号文", wide=True),
        text(FORM, "source", "来源", "文件名或网址，可留空", wide=True),
    ]  # fmt: skip
    button = html.Button(
        ["设定限值 ", html.Kbd("Ctrl ⏎")], className="btn pri", **desk.key("ctrl+Enter"),
        **desk.acts(NAME, do="level"),
    )  # fmt: skip
    head = html.H3("设定限值")
    said = html.P("原值自动在前一天截止，历史保留；报警随即按新值重判。", className="mu")
    return [head, said, html.Div(fields, className="fields"), button]


def sensor_of(seen: Situation, chosen: str, of: str = "") -> Sensor | None:
    """The sensor at hand: the one chosen, or of a source `of`, else its first that was heard."""
    kind, _, key = chosen.partition(":")
    if kind == "sensor":
        return seen.sensors.get(key)
    mine = [s for s in seen.sensors.values() if s.source_id == key]
    picked = next((s for s in mine if s.id == of), None)
    first = min(mine, key=lambda s: (s.id not in seen.readings, s.quantity, s.name), default=None)
    return picked or first


def courses(seen: Situation, chosen: str) -> list[dict[str, str]]:
    """The sensors of a source whose course can be drawn, as pills; none where it has but one."""
    kind, _, key = chosen.partition(":")
    mine = [s for s in seen.sensors.values() if s.source_id == key] if kind == "source" else []
    mine.sort(key=lambda s: (s.quantity, s.name))
    pills = [{"label": f"{s.name} {s.quantity}", "value": s.id} for s in mine]
    return pills if len(pills) > 1 else []


def chosen_by(search: str | None) -> str:
    """What an address asks for: ?sensor=S07 or ?source=RS-1."""
    asked = parse_qs((search or "").lstrip("?"))
    for kind in ("sensor", "source"):
        if asked.get(kind):
            return f"{kind}:{asked[kind][0]}"
    return ""


def span_of(kind: str, since: str, until: str, now: datetime) -> tuple[datetime, datetime]:
    """The span of the chart.

    Raises
    ------
    Invalid
        When the typed times cannot be read.
    """
    if kind in HOURS:
        return now - timedelta(hours=HOURS[kind]), now
    end = _typed(until, "until") if until.strip() else now
    start = _typed(since, "since") if since.strip() else end - timedelta(days=1)
    return start, end


def _typed(text: str, field: str) -> datetime:
    try:
        return datetime.fromisoformat(text.strip()).replace(tzinfo=SHANGHAI)
    except ValueError:
        raise Invalid.field(field, f"看不懂时间“{text}”", "请写成 2026-07-01 08:00") from None


def level_command(sensor: Sensor, typed: dict[str, str]) -> SetThreshold:
    """What the form asks for.

    Raises
    ------
    Invalid
        By field.
    """
    value: float | None = None
    if typed["value"] != "取消":
        try:
            value = float(typed["value"])
        except ValueError:
            raise Invalid.field("value", "限值不是数字", "请填数字，停用请写“取消”") from None
    if not typed["level"]:
        raise Invalid.field("level", "没有选级别", "请选一个级别")
    return SetThreshold(
        sensor_id=sensor.id, level=typed["level"], value=value, reason=typed["reason"],
        source=typed["source"], valid_from=_day(typed["valid_from"], "valid_from"),
        valid_to=_day(typed["valid_to"], "valid_to"), expect_version=sensor.version,
    )  # fmt: skip


def _day(text: str, field: str) -> date | None:
    if not text:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise Invalid.field(field, f"看不懂日期“{text}”", "请写成 2026-07-01") from None


def register(app: Dash, center: Center) -> None:
    """Draw list, detail and chart; set levels."""
    _draw(app, center)
    _chart(app, center)
    _set(app, center)


def drawn(
    center: Center, actor: Actor, chosen: str, filters: dict[str, str], of: str
) -> tuple[Any, ...]:
    """List, what stands above and below the course, what is hidden, whose course there may be."""
    seen = center.queries.situation(actor)
    found = ml.rows(seen, center.areas, **filters)
    if not chosen and found.rows:
        chosen = f"{found.rows[0].kind}:{found.rows[0].id}"
    above, below = detail_view(seen, center.areas, center.tools.rules["alarms"], chosen)
    sensor = sensor_of(seen, chosen, of)
    mine = sensor is not None and center.areas.covers(actor.org, sensor.area_code)
    form = chosen.startswith("sensor:") and mine and actor.may(Permission.MONITOR)
    listed = flat(ml.list_view(found, chosen))
    pills = courses(seen, chosen)
    at_hand = sensor.id if sensor and pills else None
    return listed, flat(above), flat(below), sensor is None, not form, pills, at_hand


def _draw(app: Dash, center: Center) -> None:
    @app.callback(
        Output(ml.Ids.LIST, FLAT),
        Output(ml.Ids.DETAIL, FLAT),
        Output(Ids.BELOW, FLAT),
        Output(Ids.COURSE, "hidden"),
        Output(Ids.LEVELS, "hidden"),
        Output(Ids.OF, "options"),
        Output(Ids.OF, "value"),
        Input(Live.REVISION, "data"),
        Input(ml.Ids.TEXT, "value"),
        Input(ml.Ids.WHAT, "value"),
        Input(ml.Ids.STATE, "value"),
        Input(ml.Ids.SORT, "value"),
        Input(ml.Ids.CHOSEN, "data"),
        Input(Live.PLACE, "search"),
        State(Ids.OF, "options"),
        State(Ids.OF, "value"),
    )
    async def redraw(_revision: Any, text: Any, what: Any, state: Any, sort: Any, chosen: Any,
                     search: Any, pills: Any, of: Any) -> Any:  # fmt: skip
        filters = {"text": text or "", "what": what or "all", "state": state or "",
                   "sort": sort or "state"}  # fmt: skip
        at_hand = chosen or chosen_by(search)
        *parts, found, picked = await center.ask(
            drawn, center, current_actor(), at_hand, filters, of or ""
        )
        same = found == (pills or []) and picked == of  # a pill just pressed is not taken back
        return (*parts, *((no_update, no_update) if same else (found, picked)))


def _chart(app: Dash, center: Center) -> None:
    def course(actor: Actor, chosen: str, of: str, span: str, since: str, until: str) -> Any:
        seen = center.queries.situation(actor)
        if not chosen:
            rows = ml.rows(seen, center.areas, text="", what="all", state="", sort="state").rows
            chosen = f"{rows[0].kind}:{rows[0].id}" if rows else ""
        sensor = sensor_of(seen, chosen, of)
        if sensor is None:
            return no_update
        start, end = span_of(span, since, until, seen.at)
        history = center.queries.history(actor, sensor.id, start, end, 360)
        return figure(sensor, history, center.tools.rules["alarms"])

    @app.callback(
        Output(Ids.CHART, "figure"),
        Input(ml.Ids.CHOSEN, "data"),
        Input(Live.PLACE, "search"),
        Input(Ids.OF, "value"),
        Input(Ids.SPAN, "value"),
        Input(Ids.SINCE, "value"),
        Input(Ids.UNTIL, "value"),
        Input(desk.act_id(NAME), "data"),
    )
    async def draw(chosen: Any, search: Any, of: Any, span: Any, since: Any, until: Any,
                   _act: Any) -> Any:  # fmt: skip
        at_hand = chosen or chosen_by(search)
        typed = (span or "24h", since or "", until or "")
        try:
            return await center.ask(course, current_actor(), at_hand, of or "", *typed)
        except Invalid as error:
            toasts.complain(error)
            return no_update


def _set(app: Dash, center: Center) -> None:
    @app.callback(
        Input(desk.act_id(NAME), "data"),
        State(ml.Ids.CHOSEN, "data"),
        State(Live.PLACE, "search"),
        *office_form.states(FORM, FIELDS),
        prevent_initial_call=True,
    )
    async def level(asked: Any, chosen: Any, search: Any, *values: Any) -> None:
        if not asked or asked["do"] != "level":
            return
        seen = await desk.see(center)
        sensor = sensor_of(seen, chosen or chosen_by(search))
        if sensor is None:
            return
        typed = office_form.typed_of(FIELDS, values)
        done = await office_form.sent(
            center, FORM, FIELDS, lambda: level_command(sensor, typed), asked["n"]
        )
        if done is not None:
            office_form.emptied(FORM, FIELDS, Ids.LEVELS, asked["n"])
            toasts.say(f"已设定 {sensor.name} {typed['level']} {typed['value']}")
