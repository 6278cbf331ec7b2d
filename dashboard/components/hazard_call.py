"""群众来电: the form in which a duty officer takes a call about a hazard."""

from __future__ import annotations

from enum import StrEnum
from typing import Any

from dash import Dash, Input, Output, State, html, no_update, set_props

from dashboard.components import (
    admin_parts,
    desk,
    desk_fields,
    hazard_desk,
    office_form,
    place_field,
    toasts,
)
from dashboard.components.desk_words import clock
from dashboard.components.flat import FLAT, flat
from dashboard.components.live import Live
from data.center import Center
from data.domain.hazard import KINDS, URGENCIES
from data.domain.messages import hazards as m
from data.domain.situation import Situation
from data.domain.whole_number import digits_of
from data.errors import Invalid

NAME = FORM = "call"
FIELDS = (
    "caller", "caller_phone", "kind", "urgency", "words", "place", "lon", "lat", "crs", "area_code",
)  # fmt: skip
MOST_BEFORE = 5


class Ids(StrEnum):
    """The ids of the form that are not its fields."""

    FORM = "call-form"
    PLACES = "call-places"
    BEFORE = "call-before"


def layout() -> list[Any]:
    """The static form: lists change around it, it never re-renders."""
    text = desk_fields.text
    kinds = {k.key: k.name for k in KINDS.values()}
    urgencies = {
        key: f"{u.word}（{_span(u.within.total_seconds())}内核实）" for key, u in URGENCIES.items()
    }
    fields = [
        text(FORM, "caller", "来电人", "称呼；不愿透露填“匿名”"),
        text(FORM, "caller_phone", "来电号码"),
        html.Div(id=Ids.BEFORE, className="wide before", **{FLAT: ""}),
        desk_fields.choice(FORM, "kind", "哪一类", kinds),
        desk_fields.choice(FORM, "urgency", "有多急", urgencies, "plain"),
        desk_fields.area(FORM, "words", "来电内容", "何处、何物、多大范围、有没有人受影响"),
        *place_field.layout(FORM, Ids.PLACES, "不知道就留空"),
        text(FORM, "area_code", "市县", "没有坐标时填；留空为本级", wide=True),
    ]  # fmt: skip
    submit = html.Button(
        ["登记来电 ", html.Kbd("Ctrl ⏎")], className="btn pri", **desk.key("ctrl+Enter"),
        **desk.acts(NAME, do="tell"),
    )  # fmt: skip
    return [
        html.Div(
            [
                html.Div(fields, className="fields"),
                html.Div([html.Small("随填随存；不清楚的留空"), submit], className="bar"),
                desk.act_store(NAME),
            ],
            id=Ids.FORM, className="call", **{"data-draft": FORM},
        )
    ]  # fmt: skip


def _span(seconds: float) -> str:
    minutes = int(seconds // 60)
    return f"{minutes} 分钟" if minutes < 60 else f"{minutes // 60} 小时"  # noqa: PLR2004


def before_view(seen: Situation, phone: str) -> Any:
    """Earlier hazards told from the same number, so that nobody is asked twice."""
    digits = digits_of(phone)
    if len(digits) < 5:  # noqa: PLR2004 - too short to be one person's
        return None
    mine = [
        h for h in seen.hazards.values()
        if digits_of(h.caller_phone) == digits
    ]  # fmt: skip
    mine.sort(key=lambda h: h.id, reverse=True)
    if not mine:
        return None
    return [
        html.Small(f"此号码报过 {len(mine)} 次："),
        html.Ul(
            [
                html.Li(html.A(
                    f"{h.id} {clock(h.received_at, seen.at)} {h.title} · {h.now.word}",
                    href=f"/hazards?id={h.id}",
                ))
                for h in mine[:MOST_BEFORE]
            ]
        ),
    ]  # fmt: skip


def register(app: Dash, center: Center) -> None:
    """Search places, recall earlier calls, and take the call."""
    _helping(app, center)
    _taking(app, center)


def _helping(app: Dash, center: Center) -> None:
    place_field.register(app, center, FORM, Ids.PLACES)

    @app.callback(
        Output(Ids.BEFORE, FLAT),
        Input(desk_fields.field_id(FORM, "caller_phone"), "value"),
        Input(Live.REVISION, "data"),
    )
    async def before(phone: str | None, _revision: Any) -> str:
        return flat(before_view(await desk.see(center), phone or ""))


def _taking(app: Dash, center: Center) -> None:
    @app.callback(
        Output(hazard_desk.Ids.CHOSEN, "data", allow_duplicate=True),
        Input(desk.act_id(NAME), "data"),
        *(State(desk_fields.field_id(FORM, name), "value") for name in FIELDS),
        prevent_initial_call=True,
    )
    async def take(asked: dict[str, Any] | None, *values: Any) -> Any:
        if not asked:
            return no_update
        typed = office_form.typed_of(FIELDS, values)
        done = await office_form.sent(
            center, FORM, FIELDS, lambda: read_call(center, typed), asked["n"]
        )
        if done is None:
            return no_update
        office_form.emptied(FORM, FIELDS, Ids.FORM, asked["n"])
        desk_fields.fill(FORM, {"urgency": "plain", "crs": "WGS84"})
        set_props(Ids.PLACES, {"children": None})
        hazard = done.body["hazard"]
        toasts.say(f"已登记来电 {hazard['id']}，转{center.areas.name(hazard['area_code'])}核实")
        return hazard["id"]


def read_call(center: Center, typed: dict[str, str]) -> m.TellHazard:
    """The hazard that was told over the telephone.

    Raises
    ------
    Invalid
        Naming the field that cannot be taken.
    """
    if not typed["kind"]:
        raise Invalid.field("kind", "没有选哪一类", "请选一项，实在不清楚选“其他”")
    lon, lat = _position(center, typed)
    area = _area(center, typed["area_code"])
    urgency: Any = typed["urgency"] or "plain"
    return m.TellHazard(
        kind=typed["kind"], words=typed["words"], urgency=urgency, way="public",
        place=typed["place"], area_code=area, lon=lon, lat=lat,
        placed_by="said" if lon is not None else "", caller=typed["caller"],
        caller_phone=typed["caller_phone"],
    )  # fmt: skip


def _area(center: Center, typed: str) -> str | None:
    try:
        return admin_parts.area_of(center.areas, typed) if typed else None
    except Invalid as error:
        said = error.errors[0]
        raise Invalid.field("area_code", said["message"], said["remedy"]) from error


def _position(center: Center, typed: dict[str, str]) -> tuple[float | None, float | None]:
    if not typed["lon"] and not typed["lat"]:
        return None, None
    crs: Any = typed["crs"] or "WGS84"
    try:
        return center.to_wgs84(float(typed["lon"]), float(typed["lat"]), crs)
    except ValueError as error:
        raise Invalid.field(
            "lon", "经纬度无法识别", "请填十进制度（经度约 108–117，纬度约 29–34），或留空"
        ) from error
