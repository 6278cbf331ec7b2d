"""通讯录: search over bodies, leaders, experts and the teams' contacts; a form for one entry."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from dash import Dash, Input, Output, State, dcc, html, no_update

from dashboard.components import admin_parts as parts
from dashboard.components import desk, desk_fields, directory_calls, finding, office_form, toasts
from dashboard.components.contact_text import COLUMNS, read_contacts
from dashboard.components.flat import FLAT, flat
from dashboard.components.live import Live
from dashboard.gate import current_actor
from data.center import Center
from data.domain.directory import CONTACT_WORDS, Contact, ContactKind
from data.domain.messages import Command
from data.domain.messages import directing as m
from data.domain.org import Actor, AreaTree, Permission
from data.domain.people import phone_ok
from data.domain.situation import Situation
from data.errors import CenterError, FieldError, Invalid

NAME = "contacts"
FORM = "contact"
PASTE = "contactpaste"
TEXTS = ("name", "body", "post", "phone", "duty_phone", "fax", "specialty", "note", "source")
FIELDS = ("kind", *TEXTS, "area", "reason")
KINDS = {"": "全部", **{k.value: w for k, w in CONTACT_WORDS.items()}, "retired": "已停用"}
SHOWN = 300
KEYED = 9  # rows whose call is noted by one key


class Ids(StrEnum):
    """The ids of the directory."""

    LIST = "contacts-list"
    TEXT = "contacts-text"
    KIND = "contacts-kind"
    EDITED = "contacts-edited"
    TITLE = "contacts-title"
    RETIRE = "contacts-retire"
    BOX = "contacts-form"
    PASTE = "contacts-paste-box"


@dataclass(frozen=True, kw_only=True)
class Row:
    """One line of the directory; without an entry of its own it is a team's or a source's."""

    kind: str
    name: str
    body: str
    post: str
    area: str
    numbers: tuple[str, ...]
    specialty: str
    source: str
    entry: Contact | None = None


def layout() -> list[Any]:
    """Search and list on the left, the form on the right."""
    filters = html.Div(
        [
            *finding.search(Ids.TEXT, "姓名、单位、专长、市县或号码"),
            finding.pills(Ids.KIND, KINDS, ""),
        ],
        className="bar",
    )  # fmt: skip
    kinds = {k.value: w for k, w in CONTACT_WORDS.items()}
    words = {
        "name": "姓名或名称", "body": "单位", "post": "职务", "phone": "电话",
        "duty_phone": "24 小时值班电话", "fax": "传真", "specialty": "专长", "note": "备注",
        "source": "资料来源",
    }  # fmt: skip
    form = html.Div(
        [
            html.H3("新条目", id=Ids.TITLE),
            html.Div(
                [
                    desk_fields.choice(FORM, "kind", "类别", kinds, "body"),
                    *[desk_fields.text(FORM, n, words[n]) for n in TEXTS],
                    desk_fields.text(FORM, "area", "市县", "名称或代码；空为本级"),
                    desk_fields.text(FORM, "reason", "停用或恢复理由", wide=True),
                ],
                className="fields",
            ),
            html.Div(
                [
                    html.Button(["保存 ", html.Kbd("Ctrl ⏎")], className="btn pri",
                                **desk.key("ctrl+Enter"), **desk.acts(NAME, do="save")),
                    html.Button("停用", id=Ids.RETIRE, className="btn danger", hidden=True,
                                **desk.confirm("再按一次确认"), **desk.acts(NAME, do="retire")),
                    html.Button("清空，另加一条", className="btn", **desk.acts(NAME, do="new")),
                ],
                className="bar",
            ),
        ],
        id=Ids.BOX, **{"data-draft": FORM},
    )  # fmt: skip
    return [
        html.Div([html.Div([filters, parts.hole(Ids.LIST)], className="main"),
                  html.Div([form, _paste_form()], className="side")], className="two"),
        dcc.Store(id=Ids.EDITED),
        desk.act_store(NAME),
    ]  # fmt: skip


def _paste_form() -> Any:
    """Where a whole table is pasted."""
    return html.Div(
        [
            html.H3("整表导入"),
            html.Small(f"从表格粘贴，列为 {'、'.join(COLUMNS)}；"),
            html.Small("同名同单位的更新，空白不清掉已有资料。"),
            desk_fields.area(PASTE, "contacts", "通讯录", rows=5),
            html.Div(
                html.Button("导入通讯录", className="btn pri", **desk.acts(NAME, do="import")),
                className="bar",
            ),
        ],
        id=Ids.PASTE, **{"data-draft": PASTE},
    )  # fmt: skip


def register(app: Dash, center: Center) -> None:
    """Search, and carry the form's buttons out."""

    @app.callback(
        Output(Ids.LIST, FLAT),
        Output(Ids.RETIRE, "hidden"),
        Output(Ids.RETIRE, "children"),
        Input(Live.REVISION, "data"),
        Input(Ids.TEXT, "value"),
        Input(Ids.KIND, "value"),
        Input(Ids.EDITED, "data"),
    )
    async def show(_revision: Any, text: str | None, kind: str | None, edited: str | None) -> Any:
        seen = await desk.see(center)
        found = await center.ask(rows_of, seen, center.areas, text or "", kind or "")
        held = seen.contacts.get(edited or "")
        word = "恢复" if held is not None and held.state == "retired" else "停用"
        return flat(view(found, current_actor(), edited)), held is None, word

    @app.callback(
        Output(Ids.EDITED, "data"),
        Output(Ids.TITLE, "children"),
        Input(desk.act_id(NAME), "data"),
        State(Ids.EDITED, "data"),
        *office_form.states(PASTE, ("contacts",)),
        *office_form.states(FORM, FIELDS),
        prevent_initial_call=True,
    )
    async def act(
        asked: dict[str, Any] | None, edited: str | None, pasted: str | None, *values: Any
    ) -> Any:
        if not asked:
            return no_update, no_update
        if asked["do"] == "import":
            await _import(center, asked["n"], pasted)
            return no_update, no_update
        held = (await desk.see(center)).contacts.get(asked.get("contact") or edited or "")
        if asked["do"] == "new":
            _fill(None, center.areas)
            return None, "新条目"
        if asked["do"] == "open" and held is not None:
            _fill(held, center.areas)
            return held.id, f"{held.kind.word} {held.name}"
        typed = office_form.typed_of(FIELDS, values)

        def make() -> Command:
            return command_of(center.areas, asked["do"], held, typed)

        if await office_form.sent(center, FORM, FIELDS, make, asked["n"]) is None:
            return no_update, no_update
        office_form.emptied(FORM, FIELDS[1:], Ids.BOX, asked["n"])
        toasts.say(f"已更新通讯录：{typed['name'] or (held.name if held else '')}")
        return None, "新条目"


async def _import(center: Center, request_id: str, pasted: str | None) -> None:
    """Take the pasted table over; what is wrong is said beside it."""
    try:
        command = m.StoreContacts(rows=read_contacts(pasted, center.areas))
        body = (await center.do(command, current_actor(), request_id)).body
    except CenterError as error:
        first = error.errors[0] if error.errors else None
        shown: list[FieldError] = [{**first, "field": "contacts"}] if first else []
        desk_fields.show_errors(PASTE, ("contacts",), shown)
        if not shown:
            toasts.complain(error)
        return
    desk_fields.show_errors(PASTE, ("contacts",), ())
    office_form.emptied(PASTE, ("contacts",), Ids.PASTE, request_id)
    toasts.say(f"已导入通讯录：新增 {body['made']} 条，更新 {body['changed']} 条")


def command_of(areas: AreaTree, do: str, held: Contact | None, typed: dict[str, str]) -> Command:
    """The command for what was typed.

    Raises
    ------
    Invalid
        Naming the field that cannot be read.
    """
    if do == "retire":
        if held is None:
            raise Invalid.field("reason", "没有选中条目", "请先在左边点开一条")
        back = held.state == "retired"
        return m.RetireContact(contact_id=held.id, reason=typed["reason"], back=back)
    try:
        area = parts.area_of(areas, typed["area"]) if typed["area"] else None
    except Invalid as error:
        raise Invalid.field("area", error.errors[0]["message"], error.errors[0]["remedy"]) from None
    if not typed["kind"]:
        raise Invalid.field("kind", "未选类别", "请选择类别")
    row = m.ContactRow(
        kind=ContactKind(typed["kind"]), area_code=area, **{n: typed[n] for n in TEXTS}
    )
    if held is None:
        return m.AddContact(row=row)
    return m.EditContact(contact_id=held.id, row=row, expect_version=held.version)


def _fill(held: Contact | None, areas: AreaTree) -> None:
    known: dict[str, Any] = dict.fromkeys(FIELDS, "") | {"kind": "body"}
    if held is not None:
        known |= {n: getattr(held, n) for n in TEXTS}
        known |= {"kind": held.kind.value,
                  "area": areas.name(held.area_code) if held.area_code else ""}  # fmt: skip
    desk_fields.fill(FORM, known)
    desk_fields.show_errors(FORM, FIELDS, ())


def rows_of(seen: Situation, areas: AreaTree, text: str, kind: str) -> list[Row]:
    """The lines that fit: entries of the directory, then teams that gave a contact. Blocking."""
    entries = [
        Row(kind=c.kind.word, name=c.name, body=c.body, post=c.post, area=areas.name(c.area_code),
            numbers=c.numbers, specialty=c.specialty or c.note, source=c.source, entry=c)
        for c in seen.contacts.values()
        if (c.state == "retired") == (kind == "retired")
        and kind in {"", "retired", c.kind.value}
        and c.fits(text, areas.name(c.area_code))
    ]  # fmt: skip
    entries.sort(key=lambda r: (r.kind, r.body, r.name))
    if kind not in {"", ContactKind.FORCE.value}:
        return entries
    teams = []
    words = text.lower().split()
    for t in seen.teams.values():
        if not t.contact:
            continue
        area = areas.name(t.area_code)
        whole = f"{t.name} {t.kind} {t.contact} {area} {' '.join(t.provides)} 救援力量".lower()
        if all(w in whole for w in words):
            number = (t.contact,) if phone_ok(t.contact) else ()
            teams.append(
                Row(kind="队伍", name=t.name, body="" if number else t.contact, post=t.kind or "",
                    area=area, numbers=number, specialty="、".join(t.provides), source=t.source)
            )  # fmt: skip
    return [*entries, *sorted(teams, key=lambda r: (r.area, r.name))]


def view(found: list[Row], actor: Actor, edited: str | None) -> Any:
    """The lines, each with its numbers to dial."""
    said = f"符合 {len(found)} 条" + (f"，显示前 {SHOWN} 条" if len(found) > SHOWN else "")
    may = actor.may(Permission.DIRECTORY)
    table = parts.table(
        ("类别", "姓名或名称", "单位职务", "市县", "电话", "专长、备注", "核对", ""),
        (_cells(r, may, edited, n) for n, r in enumerate(found[:SHOWN], 1)),
        "没有符合的条目：换个词试试，或在右边添加。",
    )
    return [html.P(said, className="count"), table]


def _cells(row: Row, may: bool, edited: str | None, place: int) -> tuple[Any, ...]:
    entry = row.entry
    number = row.numbers[0] if row.numbers else ""
    keyed = place <= KEYED
    call = html.Button(
        ["记通话 ", html.Kbd(str(place))] if keyed else "记通话", className="btn tiny",
        **(desk.key(str(place)) if keyed else {}),
        **desk.acts(
            directory_calls.NAME, do="open", contact=entry.id if entry else "", name=row.name,
            number=number),
    )  # fmt: skip
    edit = ""
    if entry and may:
        word = "修改中" if entry.id == edited else "修改"
        edit = html.Button(word, className="btn tiny",
                           **desk.acts(NAME, do="open", contact=entry.id))  # fmt: skip
    return (
        row.kind, html.B(row.name), " ".join(x for x in (row.body, row.post) if x), row.area,
        [html.Div(html.A(n, href=f"tel:{n}", className="tel")) for n in row.numbers] or "—",
        html.Small(row.specialty, title=row.source),
        html.Small(parts.stamp(entry.checked_at)[:10] if entry and entry.checked_at else ""),
        [call, " ", edit],
    )  # fmt: skip
