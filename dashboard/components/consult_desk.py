"""会商: who takes part, what is said, and each conclusion given out as a task."""

from __future__ import annotations

from enum import StrEnum
from typing import Any

from dash import Dash, Input, Output, State, dcc, html, no_update

from dashboard.components import admin_parts as parts
from dashboard.components import desk, desk_fields, office_form, toasts
from dashboard.components.desk_words import clock
from dashboard.components.due_field import HINT, read_due
from dashboard.components.flat import FLAT, flat
from dashboard.components.live import Live
from dashboard.components.task_words import place_of
from dashboard.gate import current_actor
from data.center import Center
from data.domain.command_post import LINKS, Attendee, Consultation
from data.domain.messages import Command
from data.domain.messages import directing as m
from data.domain.org import Actor, Permission
from data.domain.situation import Situation
from data.errors import Invalid

NAME = "consult"
FORM = "consultation"
FIELDS = ("topic", "link", "host", "attendees", "record")
DONE = "conclusion"
DONE_FIELDS = ("text", "incident_id", "owner_org", "owner", "due_at", "task")


class Ids(StrEnum):
    """The ids of the consultations."""

    LIST = "consult-list"
    OF = "consult-incidents"
    CHOSEN = "consult-chosen"
    TITLE = "consult-title"
    BOX = "consult-form"
    DONE_BOX = "consult-done-form"


def layout() -> list[Any]:
    """The consultations on the left, the record and the next conclusion on the right."""
    record = html.Div(
        [
            html.H3("新会商", id=Ids.TITLE),
            html.Div(
                [
                    html.Div([html.Label("涉及事件"),
                              dcc.Checklist(id=Ids.OF, className="pills", options=[], value=[])],
                             className="field wide"),
                    desk_fields.text(FORM, "topic", "议题", wide=True),
                    desk_fields.choice(FORM, "link", "方式", LINKS, "video"),
                    desk_fields.text(FORM, "host", "主持"),
                    desk_fields.area(FORM, "attendees", "参加", "一行一方：单位 姓名", rows=4),
                    desk_fields.area(FORM, "record", "会商情况", rows=5),
                ],
                className="fields",
            ),
            html.Div(
                [
                    html.Button(["保存 ", html.Kbd("Ctrl ⏎")], className="btn pri",
                                **desk.key("ctrl+Enter"), **desk.acts(NAME, do="save")),
                    html.Button("结束会商", className="btn", **desk.confirm("再按一次结束"),
                                **desk.acts(NAME, do="end")),
                    html.Button("另开会商", className="btn", **desk.acts(NAME, do="new")),
                ],
                className="bar",
            ),
        ],
        id=Ids.BOX, **{"data-draft": FORM},
    )  # fmt: skip
    ways = {"yes": "转任务", "no": "只记结论"}
    done = html.Div(
        [
            html.H3("议定事项"),
            html.Div(
                [
                    desk_fields.text(DONE, "text", "事项", "一句话：决定办什么", wide=True),
                    desk_fields.choice(DONE, "incident_id", "事件", {}),
                    desk_fields.text(DONE, "owner_org", "承办单位", "市县名称"),
                    desk_fields.text(DONE, "owner", "承办人或工作组"),
                    desk_fields.text(DONE, "due_at", "时限", HINT, wide=True),
                    desk_fields.choice(DONE, "task", "处理", ways, "yes"),
                ],
                className="fields",
            ),
            html.Div(
                html.Button("写入议定事项", className="btn pri", **desk.acts(NAME, do="conclude")),
                className="bar",
            ),
        ],
        id=Ids.DONE_BOX, **{"data-draft": DONE},
    )  # fmt: skip
    return [
        html.Div([html.Div(parts.hole(Ids.LIST), className="main"),
                  html.Div([record, done], className="side")], className="two"),
        dcc.Store(id=Ids.CHOSEN),
        desk.act_store(NAME),
    ]  # fmt: skip


def register(app: Dash, center: Center) -> None:
    """Show the consultations and carry the forms out."""

    @app.callback(
        Output(Ids.LIST, FLAT),
        Output(Ids.OF, "options"),
        Output(desk_fields.field_id(DONE, "incident_id"), "options"),
        Input(Live.REVISION, "data"),
        Input(Ids.CHOSEN, "data"),
    )
    async def show(_revision: Any, chosen: str | None) -> Any:
        seen = await desk.see(center)
        options = [
            {"label": f"{i.letter} {i.short_name or i.name}", "value": i.id} for i in seen.sided()
        ]
        return flat(view(seen, current_actor(), chosen)), options, options

    @app.callback(
        Output(Ids.CHOSEN, "data"),
        Output(Ids.TITLE, "children"),
        Input(desk.act_id(NAME), "data"),
        State(Ids.CHOSEN, "data"),
        State(Ids.OF, "value"),
        *office_form.states(FORM, FIELDS),
        *office_form.states(DONE, DONE_FIELDS),
        prevent_initial_call=True,
    )
    async def act(
        asked: dict[str, Any] | None, chosen: str | None, of: list[str] | None, *values: Any
    ) -> Any:
        same = (no_update, no_update)
        if not asked:
            return same
        held = (await desk.see(center)).consultations.get(asked.get("id") or chosen or "")
        if asked["do"] == "new":
            _fill(None)
            return None, "新会商"
        if asked["do"] == "open" and held is not None:
            _fill(held)
            return held.id, f"会商 {held.id} {held.topic}"
        typed = office_form.typed_of(FIELDS, values[: len(FIELDS)])
        done = office_form.typed_of(DONE_FIELDS, values[len(FIELDS) :])
        concludes = asked["do"] == "conclude"
        form, names = (DONE, DONE_FIELDS) if concludes else (FORM, FIELDS)

        def make() -> Command:
            return command_of(center, asked["do"], held, typed | {"of": of or []}, done)

        answer = await office_form.sent(center, form, names, make, asked["n"])
        if answer is None:
            return same
        if concludes:
            office_form.emptied(DONE, ("text", "owner", "owner_org", "due_at"), Ids.DONE_BOX,
                                asked["n"])  # fmt: skip
            toasts.say("议定事项已转任务" if answer.body.get("task") else "已写入议定事项")
            return same
        kept = answer.body["consultation"]
        desk_fields.drop(FORM, Ids.BOX, asked["n"])
        toasts.say("会商已结束" if asked["do"] == "end" else "会商记录已保存")
        return kept["id"], f"会商 {kept['id']} {kept['topic']}"


def command_of(
    center: Center, do: str, held: Consultation | None, typed: dict[str, Any],
    done: dict[str, str],
) -> Command:  # fmt: skip
    """The command for what was typed.

    Raises
    ------
    Invalid
        Naming the field that cannot be read.
    """
    if do == "save":
        there = {k: typed[k] for k in ("topic", "link", "host", "record")}
        there["link"] = there["link"] or "video"
        who = attendees_of(typed["attendees"])
        if held is None:
            return m.HoldConsultation(incidents=tuple(typed["of"]), attendees=who, **there)
        return m.EditConsultation(
            consultation_id=held.id, attendees=who, expect_version=held.version, **there
        )
    if held is None:
        raise Invalid.field("text" if do == "conclude" else "topic", "没有选中会商",
                            "请先保存新会商，或在左边点开一次会商")  # fmt: skip
    if do == "end":
        return m.EndConsultation(consultation_id=held.id, record=typed["record"])
    org = None
    if done["owner_org"]:
        try:
            org = parts.area_of(center.areas, done["owner_org"])
        except Invalid as error:
            first = error.errors[0]
            raise Invalid.field("owner_org", first["message"], first["remedy"]) from None
    return m.Conclude(
        consultation_id=held.id, text=done["text"], incident_id=done["incident_id"] or None,
        owner=done["owner"], owner_org=org, task=done["task"] != "no",
        due_at=read_due(done["due_at"], center.clock.now()),
    )  # fmt: skip


def attendees_of(text: str) -> tuple[Attendee, ...]:
    """Who took part, one line each: the body, a space, the person if known."""
    found = []
    for line in filter(None, (x.strip() for x in text.splitlines())):
        body, _, name = line.partition(" ")
        found.append(Attendee(body=body, name=name.strip()))
    return tuple(found)


def _fill(held: Consultation | None) -> None:
    known: dict[str, Any] = dict.fromkeys(FIELDS, "") | {"link": "video"}
    if held is not None:
        known |= {n: getattr(held, n) for n in ("topic", "link", "host", "record")}
        known["attendees"] = "\n".join(f"{a.body} {a.name}".strip() for a in held.attendees)
    desk_fields.fill(FORM, known)
    desk_fields.show_errors(FORM, FIELDS, ())


def view(seen: Situation, actor: Actor, chosen: str | None) -> Any:
    """The consultations, the newest first, each with its conclusions and their tasks."""
    held = sorted(seen.consultations.values(), key=lambda c: c.id, reverse=True)
    if not held:
        return html.P("还没有会商：在右边填写议题后保存。", className="none")
    may = actor.may(Permission.TASK)
    return [_one_view(seen, c, chosen, may) for c in held]


def _one_view(seen: Situation, c: Consultation, chosen: str | None, may: bool) -> Any:
    marks = [place_of(seen, i) for i in c.incidents]
    at = f"/api/v1/consultations/{c.id}/document?format="
    ends = f" 至 {clock(c.ends_at, seen.at)}" if c.ends_at else "　进行中"
    rows = []
    for x in c.conclusions:
        task = seen.tasks.get(x.task_id or "")
        owner = task.owner or (task.owner_org or "") if task else ""
        rows.append((str(x.number), x.text, owner, task.state.word if task else "不转任务"))
    who = "、".join(" ".join(p for p in (a.body, a.name) if p) for a in c.attendees)
    return html.Div(
        [
            html.H3(
                [*[html.B(letter, className=f"letter {side}") for side, letter, _ in marks],
                 f" {c.topic}"]
            ),
            html.P(f"{clock(c.starts_at, seen.at)}{ends}　{LINKS[c.link]}"
                   + (f"　主持 {c.host}" if c.host else "") + (f"　参加 {who}" if who else "")),
            html.P(c.record) if c.record else None,
            parts.table(("", "议定事项", "承办", "进度"), rows, "还没有议定事项。"),
            html.Div(
                [
                    html.Button("在办" if c.id == chosen else "打开", className="btn tiny",
                                **desk.acts(NAME, do="open", id=c.id)) if may else None,
                    *[html.A(w, href=at + f, className="btn tiny")
                      for w, f in (("打印", "html"), ("Word", "docx"), ("PDF", "pdf"))],
                ],
                className="bar",
            ),
        ],
        className="box",
    )  # fmt: skip
