"""多点排程: many small sites pasted as a table, and the order in which teams serve them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from enum import StrEnum
from typing import Any

from dash import Dash, Input, Output, State, dcc, html, no_update

from dashboard.components import desk, sites_text, sites_view, toasts
from dashboard.components.desk_words import kbd
from dashboard.components.flat import FLAT, flat
from dashboard.components.live import Live
from dashboard.components.sites_map import picture
from dashboard.gate import current_actor
from dashboard.place_index import search_places
from data.center import Center
from data.domain.org import Actor
from data.errors import CenterError, Invalid
from data.ingest.coordinates import to_wgs84

AREA = "sites"
NEWEST_WINS = "duty-sites"  # a newer question of the same officer ends the older one's solver
OPEN, SHUT = "sites-view plan-look open", "sites-view plan-look"
SYSTEMS = {"WGS84": "WGS 84", "GCJ02": "GCJ-02（高德、腾讯）", "BD09": "BD-09（百度）"}
USUAL_MINUTES = 60.0
EXAMPLE = (
    "名称，经度，纬度，权重，能力，作业分钟\n苦竹乡，115.86，30.20，5，搜救，40\n"
    "停前镇　3　搜救、破拆　30分\n分路镇小学 20分"
)


class SitesIds(StrEnum):
    """The view's own ids."""

    BOX = "sites-view"
    TEXT = "sites-text"
    SYSTEM = "sites-system"
    MINUTES = "sites-minutes"
    INCIDENTS = "sites-incidents"
    LINES = "sites-lines"
    RESULT = "sites-result"
    WORDS = "sites-words"
    PROBLEM = "sites-problem"
    BUSY = "sites-busy"
    SOLVE = "sites-go"


def opener() -> Any:
    """The button that opens the view."""
    return html.Button(
        ["多点排程 ", kbd("F7")], className="btn", **desk.key("F7"),
        title="灾点多、队伍少时：排出每队先去哪、后去哪",
        **desk.sets({SitesIds.BOX: {"className": OPEN}}), **{"data-focus": f"#{SitesIds.TEXT}"},
    )  # fmt: skip


def layout() -> Any:
    """The view, shut until asked for; what is typed in it stays."""
    return html.Section(
        [
            desk.act_store(AREA),
            html.Header(
                [
                    html.H2("多点排程"),
                    html.Div("灾点多、队伍少时：哪队先去哪、后去哪，使各处权重 × 完成时刻之和最小；"
                             "只作建议，不下达任何指令", className="plan-said"),
                    html.Span("排程中…", id=SitesIds.BUSY, className="fbusy", hidden=True,
                              role="status"),
                    html.Button(["排程 ", kbd("F8")], id=SitesIds.SOLVE, className="btn pri",
                                **desk.key("F8"), **desk.acts(AREA, do="solve")),
                    html.Button(["收起 ", kbd("Esc")], className="mini", **desk.key("Escape"),
                                **desk.sets({SitesIds.BOX: {"className": SHUT}})),
                ],
                className="plan-top",
            ),
            html.Div([_asked(), _told()], className="sites-body"),
        ],
        id=SitesIds.BOX, className=SHUT, **{"aria-label": "多点排程"},
    )  # fmt: skip


def _asked() -> Any:
    """The left side: the table, what is assumed, and the lines as they were read."""
    return html.Div(
        [
            html.H3("灾点"),
            html.P("粘贴表格，一行一处；只有地名没有坐标的，按地名定位", className="mu"),
            dcc.Textarea(id=SitesIds.TEXT, rows=9, placeholder=EXAMPLE, persistence=True,
                         persistence_type="local", value=""),
            dcc.RadioItems(
                id=SitesIds.SYSTEM, className="pills", value="WGS84",
                options=[{"label": word, "value": key} for key, word in SYSTEMS.items()],
            ),
            html.Label(
                ["没写作业时长的按 ",
                 dcc.Input(id=SitesIds.MINUTES, type="text", inputMode="decimal",
                           value=f"{USUAL_MINUTES:g}", maxLength=4, size="4"), " 分钟"],
                className="sites-usual",
            ),
            html.H3("并入进行中的事件"),
            dcc.Checklist(id=SitesIds.INCIDENTS, className="pills", options=[], value=[]),
            html.H3("读到的点位"),
            html.Div(id=SitesIds.LINES),
        ],
        className="sites-asked",
    )  # fmt: skip


def _told() -> Any:
    """The right side: what is wrong, the queue, and the queue in words."""
    return html.Div(
        [
            html.Div(id=SitesIds.PROBLEM, role="alert", className="fproblem"),
            html.Div(id=SitesIds.RESULT, className="sites-result"),
            html.Details(
                [html.Summary("文字版（可复制）"),
                 dcc.Textarea(id=SitesIds.WORDS, rows=12, readOnly=True, value="")],
                className="sites-copy",
            ),
        ],
        className="sites-told-box",
    )  # fmt: skip


def register(app: Dash, center: Center) -> None:
    """Read what is pasted, and queue teams over it when asked."""

    @app.callback(
        Output(SitesIds.INCIDENTS, "options"),
        Input(SitesIds.BOX, "className"),
        Input(Live.REVISION, "data"),
    )
    async def offered(box: str, _revision: Any) -> Any:
        if box != OPEN:
            return no_update
        seen = await desk.see(center)
        return [{"label": f"{i.letter} {i.short_name}", "value": i.id}
                for i in seen.open_incidents()]  # fmt: skip

    @app.callback(
        Output(SitesIds.LINES, FLAT),
        Input(SitesIds.BOX, "className"),
        Input(SitesIds.TEXT, "value"),
        Input(SitesIds.SYSTEM, "value"),
        Input(SitesIds.MINUTES, "value"),
    )
    async def read(box: str, text: str | None, system: str, minutes: str | None) -> Any:
        if box != OPEN:
            return no_update
        found = await center.ask(placed, center, current_actor(), text, system)
        return flat(sites_view.lines(found, _minutes(minutes) or USUAL_MINUTES))

    @app.callback(
        Output(SitesIds.RESULT, FLAT),
        Output(SitesIds.WORDS, "value"),
        Output(SitesIds.PROBLEM, "children"),
        Input(desk.act_id(AREA), "data"),
        State(SitesIds.TEXT, "value"),
        State(SitesIds.SYSTEM, "value"),
        State(SitesIds.MINUTES, "value"),
        State(SitesIds.INCIDENTS, "value"),
        running=[
            (Output(SitesIds.BUSY, "hidden"), False, True),
            (Output(SitesIds.SOLVE, "disabled"), True, False),
        ],
        prevent_initial_call=True,
    )
    async def solve(
        act: dict[str, Any] | None, text: str | None, system: str, minutes: str | None,
        incidents: list[str] | None,
    ) -> Any:  # fmt: skip
        if not act:
            return (no_update,) * 3
        try:
            return await center.ask(
                queued, center, current_actor(), (text, system, minutes), incidents or []
            )
        except CenterError as error:
            if error.code == "superseded":
                return (no_update,) * 3
            return no_update, no_update, toasts.refusal(error)


def queued(
    center: Center, actor: Actor, typed: tuple[str | None, str, str | None], incidents: list[str]
) -> tuple[str, str, None]:
    """The queue as markup and as plain words. Blocking.

    Raises
    ------
    Invalid
        When the usual minutes are no number, or what `queue_sites` refuses.
    """
    text, system, usual = typed
    minutes = _minutes(usual)
    if minutes is None:
        raise Invalid.field("minutes", f"“{usual or ''}”不是分钟数", "请填大于 0 的数，如 60")
    found = placed(center, actor, text, system)
    asked = sites_text.request(found, incidents, minutes)
    answer = center.queue_sites(actor, {**asked, "key": NEWEST_WINS})
    return flat(sites_view.result(answer, _drawn(center, actor, answer, asked))), (
        sites_view.as_text(answer)
    ), None


def _drawn(
    center: Center, actor: Actor, answer: Mapping[str, Any], asked: Mapping[str, Any]
) -> str:
    """The picture of an answer."""
    seen = center.queries.situation(actor)
    starts = {}
    for route in answer["routes"]:
        where = seen.team_position(route["team"])
        if where is not None:
            starts[route["team"]] = (where.lon, where.lat)
    at = {s["id"]: (s["lon"], s["lat"]) for s in asked["sites"]}
    left = [at[r["site"]] for r in answer["unserved"] if r["site"] in at]
    return picture(answer["routes"], starts, left, center.tools.spatial.polygons)


def placed(
    center: Center, actor: Actor, text: str | None, system: str
) -> list[sites_text.Line]:
    """The lines read, each brought to WGS 84 or placed by its name. Blocking."""
    return [_placed(center, actor, line, system) for line in sites_text.read_sites(text)]


def _placed(
    center: Center, actor: Actor, line: sites_text.Line, system: str
) -> sites_text.Line:
    if line.problem:
        return line
    if line.lon is not None and line.lat is not None:
        try:
            lon, lat = to_wgs84(line.lon, line.lat, system)  # type: ignore[arg-type]
        except ValueError as error:
            return replace(line, problem=str(error))
        return replace(line, lon=lon, lat=lat, note=f"{lon:.3f}°E {lat:.3f}°N")
    found = [
        f for f in search_places(center, actor, line.name) if f["kind"] in ("place", "area")
    ]  # fmt: skip
    if not found:
        return replace(line, problem="没有坐标，也没有这个地名；请补经度、纬度或改写地名")
    first = found[0]
    more = f"，同名或相近的还有 {len(found) - 1} 处" if len(found) > 1 else ""
    note = f"按地名“{first['name']}”（{first['detail']}）定位{more}"
    return replace(line, lon=first["lon"], lat=first["lat"], note=note)


def _minutes(text: str | None) -> float | None:
    """Minutes typed; None when it is no number above 0."""
    try:
        value = float((text or "").strip())
    except ValueError:
        return None
    return value if 0 < value < float("inf") else None
