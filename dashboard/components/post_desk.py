"""现场指挥部: where it stands, who commands, which groups work, for each open incident."""

from __future__ import annotations

from enum import StrEnum
from typing import Any

from dash import Dash, Input, Output, html, no_update

from dashboard.components import admin_parts as parts
from dashboard.components import desk, desk_fields, office_form, toasts
from dashboard.components.desk_words import clock, empty, letter_box
from dashboard.components.flat import FLAT, flat
from dashboard.components.live import Live
from dashboard.gate import current_actor
from data.center import Center
from data.domain.command_post import CommandPost, PostGroup
from data.domain.incident import Incident
from data.domain.messages import Command
from data.domain.messages import directing as m
from data.domain.org import Actor, Permission
from data.domain.people import Person, read_people, typed_people
from data.domain.situation import Situation
from data.errors import Invalid

NAME = "posts"
FORM = "post"
FIELDS = (
    "incident_id", "place", "lon", "lat", "phone", "link", "commander", "deputies", "reason",
)  # fmt: skip
GROUP = "postgroup"
GROUP_FIELDS = ("name", "lead_body", "lead", "members", "bodies", "duties", "reason")


class Ids(StrEnum):
    """The ids of the command posts."""

    LIST = "posts-list"
    BOX = "posts-form"
    GROUP_BOX = "posts-group-form"
    INCIDENT = "post-incident-id"


def layout() -> list[Any]:
    """The posts on the left, the two forms on the right."""
    return [
        html.Div([html.Div(parts.hole(Ids.LIST), className="main"),
                  html.Div([_post_form(), _group_form()], className="side")], className="two"),
        desk.act_store(NAME),
    ]  # fmt: skip


def _post_form() -> Any:
    """The form of a post."""
    return html.Div(
        [
            html.H3("设立或修改指挥部"),
            html.Div(
                [
                    desk_fields.choice(FORM, "incident_id", "事件", {}),
                    desk_fields.text(FORM, "place", "位置", "如：袁山村村委会", wide=True),
                    desk_fields.digits(FORM, "lon", "经度", "度"),
                    desk_fields.digits(FORM, "lat", "纬度", "度"),
                    desk_fields.text(FORM, "phone", "值守电话"),
                    desk_fields.text(FORM, "link", "通信方式", "卫星电话、集群信道"),
                    desk_fields.text(FORM, "commander", "指挥长", "职务 姓名 电话", wide=True),
                    desk_fields.text(FORM, "deputies", "副指挥长", "多人用顿号隔开", wide=True),
                    desk_fields.text(FORM, "reason", "撤销理由", wide=True),
                ],
                className="fields",
            ),
            html.Div(
                [
                    html.Button(["保存 ", html.Kbd("Ctrl ⏎")], className="btn pri",
                                **desk.key("ctrl+Enter"), **desk.acts(NAME, do="save")),
                    html.Button("带入现有资料", className="btn", **desk.acts(NAME, do="open")),
                    html.Button("带入预案工作组", className="btn", **desk.acts(NAME, do="take")),
                    html.Button("撤销指挥部", className="btn danger",
                                **desk.confirm("再按一次撤销"), **desk.acts(NAME, do="close")),
                ],
                className="bar",
            ),
        ],
        id=Ids.BOX, **{"data-draft": FORM},
    )  # fmt: skip


def _group_form() -> Any:
    """The form of a group."""
    return html.Div(
        [
            html.H3("工作组（属上面所选事件）"),
            html.Div(
                [
                    desk_fields.text(GROUP, "name", "组名", "如：现场抢救组"),
                    desk_fields.text(GROUP, "lead_body", "牵头单位"),
                    desk_fields.text(GROUP, "lead", "组长", "职务 姓名 电话", wide=True),
                    desk_fields.text(GROUP, "members", "成员", "多人用顿号隔开", wide=True),
                    desk_fields.text(GROUP, "bodies", "参加单位", wide=True),
                    desk_fields.area(GROUP, "duties", "职责", rows=2),
                    desk_fields.text(GROUP, "reason", "撤组理由", wide=True),
                ],
                className="fields",
            ),
            html.Div(
                [
                    html.Button("保存工作组", className="btn pri", **desk.acts(NAME, do="group")),
                    html.Button("撤销此组", className="btn danger",
                                **desk.confirm("再按一次撤销"), **desk.acts(NAME, do="drop")),
                ],
                className="bar",
            ),
        ],
        id=Ids.GROUP_BOX, **{"data-draft": GROUP},
    )  # fmt: skip


def register(app: Dash, center: Center) -> None:
    """Show the posts and carry the forms out."""

    @app.callback(
        Output(Ids.LIST, FLAT), Output(Ids.INCIDENT, "options"), Input(Live.REVISION, "data")
    )
    async def show(_revision: Any) -> Any:
        seen = await desk.see(center)
        options = [
            {"label": f"{i.letter} {i.short_name or i.name}", "value": i.id} for i in seen.sided()
        ]
        return flat(view(seen, current_actor())), options

    @app.callback(
        Output(Ids.INCIDENT, "value"),
        Input(desk.act_id(NAME), "data"),
        *office_form.states(FORM, FIELDS),
        *office_form.states(GROUP, GROUP_FIELDS),
        prevent_initial_call=True,
    )
    async def act(asked: dict[str, Any] | None, *values: Any) -> Any:
        if not asked:
            return no_update
        typed = office_form.typed_of(FIELDS, values[: len(FIELDS)])
        group = office_form.typed_of(GROUP_FIELDS, values[len(FIELDS) :])
        incident_id = asked.get("incident") or typed["incident_id"]
        held = standing(await desk.see(center), incident_id)
        if asked["do"] in ("open", "edit"):
            _fill(held, asked.get("group", ""))
            return incident_id
        of_group = asked["do"] in ("group", "drop")
        form, names, box = (
            (GROUP, GROUP_FIELDS, Ids.GROUP_BOX) if of_group else (FORM, FIELDS, Ids.BOX)
        )

        def make() -> Command:
            return command_of(asked["do"], held, typed, group)

        if await office_form.sent(center, form, names, make, asked["n"]) is None:
            return no_update
        office_form.emptied(form, names if of_group else names[1:], box, asked["n"])
        toasts.say(_SAID[asked["do"]])
        return no_update


_SAID = {"save": "已保存现场指挥部", "take": "已带入预案工作组", "close": "已撤销现场指挥部",
         "group": "已保存工作组", "drop": "已撤销工作组"}  # fmt: skip


def standing(seen: Situation, incident_id: str) -> CommandPost | None:
    """The standing post of an incident."""
    return next(
        (p for p in seen.posts.values() if p.incident_id == incident_id and p.state == "open"),
        None,
    )


def command_of(
    do: str, held: CommandPost | None, typed: dict[str, str], group: dict[str, str]
) -> Command:
    """The command for what was typed.

    Raises
    ------
    Invalid
        Naming the field that cannot be read.
    """
    if not typed["incident_id"]:
        raise Invalid.field("incident_id", "未选事件", "请先选择事件")
    if do == "save":
        return _saving(held, typed)
    if held is None:
        raise Invalid.field("name" if do in ("group", "drop") else "place",
                            "该事件还没有现场指挥部", "请先填写位置并保存")  # fmt: skip
    if do == "take":
        return m.TakeGroups(post_id=held.id)
    if do == "close":
        return m.ClosePost(post_id=held.id, reason=typed["reason"])
    if do == "drop":
        return m.DropGroup(post_id=held.id, name=group["name"], reason=group["reason"])
    return m.PutGroup(
        post_id=held.id, name=group["name"], lead_body=group["lead_body"],
        lead=_one(group["lead"], "lead", "组长"), members=read_people(group["members"]),
        bodies=group["bodies"], duties=group["duties"],
    )  # fmt: skip


def _saving(held: CommandPost | None, typed: dict[str, str]) -> Command:
    lon, lat = _number(typed["lon"], "lon", "经度"), _number(typed["lat"], "lat", "纬度")
    chief = _one(typed["commander"], "commander", "指挥长")
    deputies = read_people(typed["deputies"])
    if held is None:
        return m.SetUpPost(
            incident_id=typed["incident_id"], place=typed["place"], lon=lon, lat=lat,
            phone=typed["phone"], link=typed["link"], commander=chief, deputies=deputies,
        )  # fmt: skip
    return m.EditPost(
        post_id=held.id, place=typed["place"] or None, lon=lon, lat=lat,
        phone=typed["phone"] or None, link=typed["link"] or None, commander=chief,
        deputies=deputies or None, expect_version=held.version,
    )  # fmt: skip


def _one(text: str, field: str, label: str) -> Person | None:
    found = read_people(text)
    if len(found) > 1:
        raise Invalid.field(field, f"{label}应为一人", "请只填一人")
    return found[0] if found else None


def _number(text: str, field: str, label: str) -> float | None:
    try:
        return float(text) if text else None
    except ValueError as error:
        raise Invalid.field(field, f"{label}“{text}”不是数字", "只填数字，单位不用写") from error


def _fill(held: CommandPost | None, group: str) -> None:
    """Fill the forms with what stands."""
    if held is None:
        return
    desk_fields.fill(
        FORM,
        {"place": held.place, "lon": held.lon, "lat": held.lat, "phone": held.phone,
         "link": held.link, "commander": held.commander.words() if held.commander else "",
         "deputies": typed_people(held.deputies)},
    )  # fmt: skip
    if (of := held.group(group)) is not None:
        desk_fields.fill(
            GROUP,
            {"name": of.name, "lead_body": of.lead_body, "lead": of.lead.words() if of.lead else "",
             "members": typed_people(of.members), "bodies": of.bodies, "duties": of.duties},
        )  # fmt: skip


def view(seen: Situation, actor: Actor) -> Any:
    """Each open incident with its post, then the posts that were closed."""
    open_ = seen.sided()
    if not open_:
        return empty("没有正在处置的事件")
    return [_incident_view(seen, actor, i) for i in open_]


def _incident_view(seen: Situation, actor: Actor, incident: Incident) -> Any:
    post = standing(seen, incident.id)
    head = html.H3([letter_box(incident), f" {incident.short_name or incident.name}"])
    closed = [
        html.P(html.Small(f"{p.name}（{p.place}）{clock(p.closed_at, seen.at)} 撤销："
                          f"{p.closed_reason}"))
        for p in seen.posts.values() if p.incident_id == incident.id and p.state == "closed"
    ]  # fmt: skip
    if post is None:
        none = html.P("未设现场指挥部：在右边选事件、填位置后保存。", className="none")
        return html.Div([head, none, *closed], className="box")
    where = f"{post.lon:.5f}，{post.lat:.5f}" if post.lon is not None and post.lat else "坐标不详"
    facts = (
        ("位置", f"{post.place}（{where}）"), ("设立", clock(post.set_up_at, seen.at)),
        ("指挥长", post.commander.words() if post.commander else "待定"),
        ("副指挥长", typed_people(post.deputies) or "—"),
        ("值守电话", html.A(post.phone, href=f"tel:{post.phone}", className="tel")
         if post.phone else "—"),
        ("通信", post.link or "—"),
    )  # fmt: skip
    may = actor.may(Permission.RESPOND)
    groups = [_group_view(incident, g, may) for g in post.groups]
    lacking = f"，{len(post.unmanned)} 组未明确组长" if post.unmanned else ""
    return html.Div(
        [
            head, html.Dl([x for k, v in facts for x in (html.Dt(k), html.Dd(v))]),
            html.P(f"工作组 {len(post.groups)} 个{lacking}", className="count"),
            html.Div(groups, className="groups"), *closed,
        ],
        className="box post",
    )  # fmt: skip


def _group_view(incident: Incident, group: PostGroup, may: bool) -> Any:
    lines = (
        ("牵头", group.lead_body), ("组长", group.lead.words() if group.lead else "待定"),
        ("成员", typed_people(group.members)), ("参加", group.bodies), ("职责", group.duties),
        ("来源", f"《{group.source}》{group.basis}" if group.source else ""),
    )  # fmt: skip
    edit = html.Button("修改", className="btn tiny", **desk.acts(
        NAME, do="edit", incident=incident.id, group=group.name)) if may else None  # fmt: skip
    return html.Div(
        [html.H4([group.name, edit]), *[html.P(f"{k}　{v}") for k, v in lines if v]],
        className="box",
    )
