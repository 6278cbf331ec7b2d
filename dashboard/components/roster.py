"""The roster under the map: every team filtered, sorted, and one key away from the draft."""

from __future__ import annotations

from enum import StrEnum
from typing import Any

from dash import Dash, Input, Output, State, dcc, html, no_update

from dashboard.components import desk, drafting, etas, roster_rows, toasts
from dashboard.components.desk import Desk
from dashboard.components.flat import FLAT, flat
from dashboard.components.live import Live
from dashboard.components.roster_rows import AREA
from dashboard.gate import current_actor
from data.center import Center
from data.domain.capabilities import CAPABILITIES
from data.domain.messages import CompleteTeam
from data.domain.situation import Situation
from data.domain.team import Team
from data.errors import CenterError, Invalid
from data.ingest.coordinates import to_wgs84


class Roster(StrEnum):
    """The roster's own ids."""

    FILTER = "roster-filter"
    TEXT = "roster-text"
    LIMIT = "roster-limit"
    CHIPS = "roster-chips"
    COUNT = "roster-count"
    HEAD = "roster-head"
    BODY = "roster-body"
    PRINT = "roster-print"
    FORM = "roster-form"
    FORM_TEAM = "roster-form-team"
    FORM_TITLE = "roster-form-title"
    PEOPLE = "roster-people"
    LON = "roster-lon"
    LAT = "roster-lat"
    CRS = "roster-crs"
    PROVIDES = "roster-provides"
    AMOUNT = "roster-amount"
    CONTACT = "roster-contact"
    SOURCE = "roster-source"


# Negative values are minutes of travel, positive ones kilometres in a straight line.
LIMITS = (
    ("远近不限", 0), ("50 公里内", 50), ("100 公里内", 100), ("200 公里内", 200),
    ("1 小时内到", -60), ("2 小时内到", -120), ("4 小时内到", -240),
)  # fmt: skip
SYSTEMS = ("WGS84", "CGCS2000", "GCJ02", "BD09")


def layout() -> Any:
    """The filter line, the table, and the form for what is unknown about a team."""
    return html.Div(
        [
            dcc.Store(id=Roster.FILTER, storage_type="local"),
            dcc.Store(id=Roster.PRINT),
            dcc.Store(id=Roster.FORM_TEAM),
            desk.act_store(AREA),
            html.Div(
                [
                    html.Div(id=Roster.CHIPS, className="chip-rows"),
                    dcc.Input(
                        id=Roster.TEXT, placeholder="找队伍…", debounce=0.3, persistence=True,
                        persistence_type="local", className="find-team", autoComplete="off",
                    ),
                    dcc.Dropdown(
                        id=Roster.LIMIT, clearable=False, searchable=False, persistence=True,
                        options=[{"label": w, "value": km} for w, km in LIMITS], value=0,
                        className="limit",
                    ),
                    html.Span(id=Roster.COUNT, className="mu"),
                ],
                className="fil",
            ),
            _form(),
            html.Div(
                html.Table([html.Thead(id=Roster.HEAD), html.Tbody(id=Roster.BODY)]),
                className="ros-scroll", **{"data-rows": "1"},
            ),
        ],
        className="roster",
    )  # fmt: skip


def _form() -> Any:
    """What is unknown about a team, to be filled in; hidden until asked for."""

    def field(words: str, part: Any) -> Any:
        return html.Label([html.Span(words), part])

    options = [{"label": f"{c.id}（{c.unit}）", "value": c.id} for c in CAPABILITIES.values()]
    return html.Div(
        [
            html.B(id=Roster.FORM_TITLE),
            field("人数", dcc.Input(id=Roster.PEOPLE, type="number", min=0, step=1)),
            field("经度", dcc.Input(id=Roster.LON, type="number", step="any")),
            field("纬度", dcc.Input(id=Roster.LAT, type="number", step="any")),
            field("坐标系", dcc.Dropdown(list(SYSTEMS), SYSTEMS[0], id=Roster.CRS,
                                      clearable=False, searchable=False)),
            field("专业能力", dcc.Dropdown(options, id=Roster.PROVIDES, searchable=False)),
            field("数量", dcc.Input(id=Roster.AMOUNT, type="number", min=0, step="any")),
            field("联系方式", dcc.Input(id=Roster.CONTACT)),
            field("依据", dcc.Input(id=Roster.SOURCE, placeholder="谁、何时、以何方式告知")),
            html.Button("保存", className="mini pri", **desk.acts(AREA, do="save")),
            html.Button("取消", className="mini", **desk.acts(AREA, do="shut")),
        ],
        id=Roster.FORM, className="complete-form", hidden=True,
    )  # fmt: skip


def register(app: Dash, center: Center) -> None:
    """Redraw on every number, filter and sort in place, and complete teams."""
    _drawing(app, center)

    @app.callback(
        Output(Roster.FILTER, "data"),
        Input(desk.act_id(AREA), "data"),
        State(Roster.FILTER, "data"),
        prevent_initial_call=True,
    )
    async def turn(act: dict[str, Any] | None, kept: dict[str, Any] | None) -> Any:
        if not act or act.get("do") not in {"state", "cap", "sort", "all"}:
            return no_update
        return roster_rows.turned(kept, act)

    _completing(app, center)


def _drawing(app: Dash, center: Center) -> None:
    @app.callback(
        Output(Roster.CHIPS, "children"),
        Output(Roster.COUNT, "children"),
        Output(Roster.HEAD, "children"),
        Output(Roster.BODY, FLAT),
        Output(Roster.PRINT, "data"),
        Input(Live.REVISION, "data"),
        Input(Roster.FILTER, "data"),
        Input(Roster.TEXT, "value"),
        Input(Roster.LIMIT, "value"),
        Input(Desk.INCIDENT, "data"),
        Input(Desk.DRAFT, "data"),
        State(Roster.PRINT, "data"),
    )
    async def redraw(
        _revision: Any, kept: Any, text: str | None, limit: float | None,
        incident_id: str | None, draft: Any, print_: str | None,
    ) -> Any:  # fmt: skip
        seen = await desk.see(center)
        table = await center.ask(etas.table, center, seen)
        held = roster_rows.kept_filter(kept)
        at_hand = desk.chosen(seen, incident_id)
        areas = {code: area.short_name or area.name for code, area in center.areas.areas.items()}
        listed = roster_rows.rows(
            seen, table, areas, held, (text or "").strip(), limit or None, at_hand
        )
        drafted = in_draft(draft, current_actor().username)
        now = fingerprint(seen, listed, held, drafted, at_hand.id if at_hand else "")
        if now == print_:
            return no_update
        return (
            roster_rows.chips(seen, held),
            f"{len(listed)} 队",
            roster_rows.head(seen, held, at_hand),
            flat(roster_rows.body(seen, listed, drafted, at_hand, whole=bool(held["all"]))),
            now,
        )


def in_draft(draft: Any, owner: str) -> dict[str, set[str]]:
    """The incidents each team stands in the draft for."""
    found: dict[str, set[str]] = {}
    for row in drafting.mine(draft, owner)["teams"]:
        found.setdefault(row["team"], set()).add(row["incident"])
    return found


def fingerprint(seen: Situation, listed: list[Any], held: Any, drafted: Any, at_hand: str) -> str:
    """What the table shows, in few characters: the same again need not be drawn again."""
    sides = [(i.id, i.letter) for i in seen.sided()]
    places = sorted((k, sorted(v)) for k, v in drafted.items())
    shown = [
        (r.team.id, r.team.version, r.bound, r.heard, [m and round(m) for m in r.minutes])
        for r in listed
    ]
    return drafting.digest([sides, places, shown, sorted(map(str, held.items())), at_hand])


def _completing(app: Dash, center: Center) -> None:
    fields = (Roster.PEOPLE, Roster.LON, Roster.LAT, Roster.CRS, Roster.PROVIDES, Roster.AMOUNT,
              Roster.CONTACT, Roster.SOURCE)  # fmt: skip

    @app.callback(
        Output(Roster.FORM, "hidden"),
        Output(Roster.FORM_TITLE, "children"),
        Output(Roster.FORM_TEAM, "data"),
        *[Output(f, "value", allow_duplicate=True) for f in fields],
        Input(desk.act_id(AREA), "data"),
        State(Roster.FORM_TEAM, "data"),
        *[State(f, "value") for f in fields],
        prevent_initial_call=True,
    )
    async def complete(act: dict[str, Any] | None, team_id: str | None, *typed: Any) -> Any:
        do = (act or {}).get("do")
        if do == "complete":
            seen = await desk.see(center)
            return _opened(seen.teams[str((act or {})["team"])])
        if do == "save" and team_id:
            if await _save(center, team_id, typed):
                return True, "", None, *[no_update] * len(fields)
        elif do == "shut":
            return True, "", None, *[no_update] * len(fields)
        return no_update


def _opened(team: Team) -> tuple[Any, ...]:
    """The form opened for a team, with what is known already."""
    able = next(iter(team.provides), None)
    title = f"{team.name}　缺：{'、'.join(team.missing_fields) or '无'}"
    return (
        False, title, team.id, team.people, team.lon, team.lat, SYSTEMS[0], able,
        team.provides.get(able or ""), team.contact, "",
    )  # fmt: skip


async def _save(center: Center, team_id: str, typed: tuple[Any, ...]) -> bool:
    """Complete the team with what was typed; whether it was taken."""
    people, lon, lat, crs, able, amount, contact, source = typed
    seen = await desk.see(center)
    team = seen.teams.get(team_id)
    try:
        if lon is not None and lat is not None:
            lon, lat = to_wgs84(float(lon), float(lat), crs)
        provides = (
            {**(team.provides if team else {}), able: float(amount)} if able and amount else None
        )
        command = CompleteTeam(
            team_id=team_id, expect_version=team.version if team else None,
            people=int(people) if people is not None else None, lon=lon, lat=lat,
            provides=provides, contact=contact or None, source=source or "",
        )  # fmt: skip
        await center.do(command, current_actor())
    except ValueError as error:
        toasts.complain(Invalid.field("lon", str(error), "请核对经纬度和坐标系"))
        return False
    except CenterError as error:
        toasts.complain(error)
        return False
    toasts.say(f"已补录 {team.name if team else team_id}")
    return True


def _provides(team: Team | None, able: str | None, amount: float | None) -> dict[str, float] | None:
    """What the team provides with the capability typed; None when none was."""
    if not able or not amount:
        return None
    return {**(team.provides if team else {}), able: float(amount)}
