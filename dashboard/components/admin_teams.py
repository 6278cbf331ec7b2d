"""Real teams that cannot be planned yet: what each lacks, and a form to fill it in."""

from __future__ import annotations

import re
from enum import StrEnum
from typing import Any

from dash import Dash, Input, Output, State, dcc, html, no_update

from dashboard.components import admin_parts as parts
from dashboard.components import desk, desk_fields, toasts
from dashboard.components.flat import FLAT, flat
from dashboard.components.live import Live
from dashboard.gate import current_actor
from dashboard.words import DASH
from data.center import Center
from data.domain.capabilities import CAPABILITIES
from data.domain.messages import CompleteTeam
from data.domain.org import Actor, AreaTree, Permission
from data.domain.situation import Situation
from data.domain.team import Team
from data.errors import Invalid

NAME = "teams"
WORD = "待完善队伍"
FORM = "fill-team"
FIELDS = ("people", "lon", "lat", "crs", "provides", "contact", "source")
CRS = {"WGS84": "WGS84", "CGCS2000": "国家2000", "GCJ02": "高德、腾讯", "BD09": "百度"}
SHOWN = 300
_AMOUNT = re.compile(r"^(\D+?)[\s:：]*(\d+(?:\.\d+)?)\D*$")


class Ids(StrEnum):
    """The ids of the teams to fill in."""

    LIST = "admin-teams"
    WANTED = "admin-teams-wanted"
    TEAM = "admin-team"
    TITLE = "admin-team-title"
    BOX = "admin-team-box"
    DONE = "admin-teams-done"


def allowed(actor: Actor) -> bool:
    """Whether the actor may fill in what is unknown of a team."""
    return actor.may(Permission.IMPORT) and actor.may(Permission.READ)


def layout() -> Any:
    """The skeleton; it holds no data."""
    hint = "如：搜救 30、破拆 12"
    names = "专业能力可填：" + "、".join(f"{c.id}（{c.unit}）" for c in CAPABILITIES.values())
    form = html.Div(
        [
            html.H3(id=Ids.TITLE),
            html.Div(
                [
                    desk_fields.digits(FORM, "people", "人数", "人"),
                    desk_fields.digits(FORM, "lon", "驻地经度", "度"),
                    desk_fields.digits(FORM, "lat", "驻地纬度", "度"),
                    desk_fields.choice(FORM, "crs", "坐标系", CRS, "WGS84"),
                    desk_fields.text(FORM, "provides", "专业能力", hint, wide=True),
                    html.Small(names, className="wide"),
                    desk_fields.text(FORM, "contact", "联系方式"),
                    desk_fields.text(FORM, "source", "资料来源", "如：单位上报 2026-05"),
                ],
                className="fields",
            ),
            html.Div(
                [
                    html.Button("保存", className="btn pri", **desk.acts(NAME, do="save")),
                    html.Button(
                        "不填了", className="btn", **desk.sets({Ids.BOX: {"hidden": True}})
                    ),
                ],
                className="bar",
            ),
        ],
        id=Ids.BOX, className="box", hidden=True,
    )  # fmt: skip
    return parts.panel(
        NAME, WORD, "真实队伍缺人数、驻地坐标或专业能力的，不参与规划；补齐后即转为备勤。",
        form,
        html.Div(
            dcc.Input(
                id=Ids.WANTED, type="search", placeholder="按名称、类型、市县或所缺筛选", value="",
                debounce=0.3, className="filter",
            ),
            className="bar",
        ),
        parts.hole(Ids.LIST),
        dcc.Store(id=Ids.TEAM),
        dcc.Store(id=Ids.DONE),
        desk.act_store(NAME),
    )  # fmt: skip


def register(app: Dash, center: Center) -> None:
    """List the teams, open the form, and complete a team."""

    @app.callback(
        Output(Ids.LIST, FLAT),
        Input(Ids.DONE, "data"),
        Input(Ids.WANTED, "value"),
        Input(Live.REVISION, "data"),
    )
    async def show(_done: Any, wanted: str | None, _revision: Any) -> str:
        return flat(view(pending(await desk.see(center)), center.areas, wanted or ""))

    @app.callback(
        Output(Ids.DONE, "data"),
        Output(Ids.TEAM, "data"),
        Output(Ids.TITLE, "children"),
        Output(Ids.BOX, "hidden"),
        Input(desk.act_id(NAME), "data"),
        State(Ids.TEAM, "data"),
        *(State(desk_fields.field_id(FORM, name), "value") for name in FIELDS),
        prevent_initial_call=True,
    )
    async def act(asked: dict[str, Any] | None, held: str | None, *typed: Any) -> Any:
        same = (no_update,) * 4
        if not asked:
            return same
        seen = await desk.see(center)
        team = seen.teams.get(asked.get("team") or held or "")
        if team is None:
            return same
        if asked["do"] == "open":
            return no_update, team.id, _opened(team), False
        if not await _save(center, team, dict(zip(FIELDS, typed, strict=True))):
            return same
        return asked["n"], None, "", True


def _opened(team: Team) -> str:
    """Fill the form with what is known of a team; the form's title."""
    provides = "、".join(f"{name} {amount:g}" for name, amount in team.provides.items())
    place = {} if team.coord_is_stand_in else {"lon": team.lon, "lat": team.lat}
    desk_fields.fill(
        FORM,
        {"people": team.people, "lon": None, "lat": None, **place, "crs": "WGS84",
         "provides": provides, "contact": team.contact, "source": ""},
    )  # fmt: skip
    desk_fields.show_errors(FORM, FIELDS, ())
    return f"{team.name}　还缺：{'、'.join(team.missing_fields) or '无'}"


async def _save(center: Center, team: Team, typed: dict[str, Any]) -> bool:
    """Complete the team with what was typed; whether it was taken."""
    actor = current_actor()

    def complete() -> Any:
        return center.handle(completion(center, team, typed), actor)

    answer = await parts.filed(center, FORM, FIELDS, complete)
    if answer is None:
        return False
    gaps = "、".join(answer.body.get("missing", ()))
    toasts.say(f"已补录 {team.name}" + (f"，还缺{gaps}" if gaps else "，可以规划"))
    return True


def completion(center: Center, team: Team, typed: dict[str, Any]) -> CompleteTeam:
    """The command for what was typed; blanks leave what is known.

    Raises
    ------
    Invalid
        Naming the field that cannot be read.
    """
    people = amount(typed["people"], "people", "人数")
    lon, lat = (
        amount(typed[n], n, word) for n, word in (("lon", "驻地经度"), ("lat", "驻地纬度"))
    )
    if (lon is None) != (lat is None):
        missing = "lon" if lon is None else "lat"
        raise Invalid.field(missing, "经纬度只填了一个", "请同时填写，或都留空")
    if people is not None and people != int(people):
        raise Invalid.field("people", "人数不是整数", "请填整数")
    if lon is not None and lat is not None:
        try:
            lon, lat = center.to_wgs84(lon, lat, typed["crs"] or "WGS84")
        except ValueError as error:
            raise Invalid.field("lon", str(error), "请核对经纬度和坐标系") from error
    return CompleteTeam(
        team_id=team.id, expect_version=team.version,
        people=None if people is None else int(people), lon=lon, lat=lat,
        provides=abilities(typed["provides"]), contact=(typed["contact"] or "").strip() or None,
        source=(typed["source"] or "").strip(),
    )  # fmt: skip


def amount(typed: Any, name: str, word: str) -> float | None:
    """A typed number, None when blank.

    Raises
    ------
    Invalid
    """
    said = str(typed if typed is not None else "").strip()
    if not said:
        return None
    try:
        return float(said)
    except ValueError as error:
        raise Invalid.field(name, f"{word}“{said}”不是数字", "只填数字，单位不用写") from error


def abilities(typed: str | None) -> dict[str, float] | None:
    """Capabilities typed as `搜救 30、破拆 12`; None when blank.

    Raises
    ------
    Invalid
    """
    found = {}
    for part in filter(None, re.split(r"[、，,；;\n]+", (typed or "").strip())):
        hit = _AMOUNT.match(part.strip())
        name = hit.group(1).strip() if hit else part.strip()
        if name not in CAPABILITIES:
            raise Invalid.field("provides", f"没有“{name}”这项专业能力", "请按下面列出的名称填写")
        if hit is None:
            raise Invalid.field("provides", f"“{name}”没有数量", f"请写成 {name} 30")
        found[name] = float(hit.group(2))
    return found or None


def pending(seen: Situation) -> list[Team]:
    """Real teams that lack something, those that lack least first."""
    lacking = [t for t in seen.teams.values() if t.origin == "real" and t.missing_fields]
    return sorted(lacking, key=lambda t: (len(t.missing_fields), t.area_code or "", t.name))


def view(teams: list[Team], areas: AreaTree, wanted: str) -> Any:
    """The teams that fit, each with what it lacks."""
    words = wanted.split()
    found = [t for t in teams if all(w in _text(t, areas) for w in words)]
    said = f"共 {len(teams)} 支待完善" + (f"，符合 {len(found)} 支" if words else "")
    said += f"，显示前 {SHOWN} 支" if len(found) > SHOWN else ""
    body = parts.table(
        ("队伍", "类型", "市县", "还缺", "来源", ""),
        (
            (
                html.B(t.name), t.kind or DASH, areas.name(t.area_code),
                html.Span("、".join(t.missing_fields), className="off"),
                html.Small(t.source, title=t.source, className="agent"),
                html.Button("补填", className="btn tiny", **desk.acts(NAME, do="open", team=t.id)),
            )
            for t in found[:SHOWN]
        ),
        "没有符合的队伍。" if teams else "真实队伍的资料都已齐全。",
    )  # fmt: skip
    return [html.P(said, className="count"), body]


def _text(team: Team, areas: AreaTree) -> str:
    return f"{team.name} {team.kind} {areas.name(team.area_code)} {' '.join(team.missing_fields)}"
