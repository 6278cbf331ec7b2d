"""What the field sent about an incident: needs and messages to answer, photos to look at."""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum
from typing import Any

from dash import Dash, Input, Output, State, dcc, html, no_update

from dashboard.components import desk, toasts
from dashboard.components.desk import Desk
from dashboard.components.desk_words import empty
from dashboard.components.flat import FLAT, flat
from dashboard.components.live import Live
from dashboard.components.waiting import Waiting
from dashboard.words import clock_time, iso
from data.center import Center
from data.domain.field import FieldNeed, NeedState, Photo
from data.domain.incident import Incident
from data.domain.messages.fielding import AnswerNeed, NeedToTask, SeePhoto
from data.domain.situation import Situation

AREA = "field-card"
MOST_PHOTOS = 60
ANSWERS = (("taken", "办理中"), ("met", "已满足"), ("refused", "不能满足"))


class Ids(StrEnum):
    """The ids of the panel."""

    VIEW = "field-view"
    FORM = "field-form"
    TITLE = "field-form-title"
    WHICH = "field-form-which"
    WORDS = "field-form-words"


def layout() -> Any:
    """The panel, and the form for an answer, which is never re-rendered."""
    buttons = [
        html.Button(word, className="mini", **desk.acts(AREA, do="answer", to=to))
        for to, word in ANSWERS
    ]
    form = html.Div(
        [
            html.B(id=Ids.TITLE),
            dcc.Input(id=Ids.WORDS, placeholder="答复（现场手机会看到；不能满足必填）",
                      className="wide"),
            *buttons,
            html.Button("取消", className="mini", **desk.acts(AREA, do="shut")),
        ],
        id=Ids.FORM, className="complete-form", hidden=True,
    )  # fmt: skip
    return html.Div(
        [
            desk.act_store(AREA), dcc.Store(id=Ids.WHICH), form,
            html.Div(id=Ids.VIEW, className="scroll-in field-in"),
        ],
        className="panel panel-field",
    )  # fmt: skip


def waiting_for(seen: Situation) -> list[Waiting]:
    """Queue rows: every open need and message, and photos nobody has looked at, one row a team."""
    return [*_open_needs(seen), *_new_photos(seen)]


def _open_needs(seen: Situation) -> Iterable[Waiting]:
    for need in sorted(seen.field_needs.values(), key=lambda n: n.id):
        incident = seen.incidents.get(need.incident_id)
        if need.state != NeedState.OPEN or incident is None or incident.status != "open":
            continue
        yield Waiting(
            kind="task", char="言" if need.kind == "words" else "需", since=need.received_at,
            title=need.title, note=f"{incident.letter} · {need.team_name} 现场上报",
            changes={
                Desk.INCIDENT: {"data": incident.id}, Desk.WORK: desk.tab("field"),
            },
        )  # fmt: skip


def _new_photos(seen: Situation) -> Iterable[Waiting]:
    groups: dict[tuple[str, str], list[Photo]] = {}
    for photo in sorted(seen.photos.values(), key=lambda p: p.id):
        if photo.seen_at is None:
            groups.setdefault((photo.incident_id, photo.team_id), []).append(photo)
    for (incident_id, team_id), held in groups.items():
        incident, team = seen.incidents.get(incident_id), seen.teams.get(team_id)
        if incident is None or incident.status != "open":
            continue
        yield Waiting(
            kind="task", char="图", since=held[0].received_at,
            title=f"现场照片 {len(held)} 张 {held[-1].note}".strip(),
            note=f"{incident.letter} · {team.name if team else team_id}",
            changes={
                Desk.INCIDENT: {"data": incident.id}, Desk.WORK: desk.tab("field"),
            },
        )  # fmt: skip


def field_view(seen: Situation, incident: Incident | None) -> Any:
    """Needs and messages, the open ones first, then photos, the newest first."""
    if incident is None:
        return empty("当前没有进行中的事件")
    needs = [n for n in seen.field_needs.values() if n.incident_id == incident.id]
    photos = [p for p in seen.photos.values() if p.incident_id == incident.id]
    if not needs and not photos:
        return empty("现场还没有发来需求、情况或照片",
                     "在“联合调派”的队伍上按“现场码”，队伍负责人用手机登录后即可上报")  # fmt: skip
    needs.sort(key=lambda n: n.id, reverse=True)
    needs.sort(key=lambda n: not n.open)
    photos.sort(key=lambda p: p.id, reverse=True)
    waits = sum(n.open for n in needs)
    return [
        html.H3(f"需求与情况　待办 {waits}") if needs else None,
        html.Ul([_need(seen, n) for n in needs], className="needs") if needs else None,
        html.H3(f"现场照片　{len(photos)}") if photos else None,
        html.Div([_photo(seen, p) for p in photos[:MOST_PHOTOS]], className="photos"),
    ]


def _need(seen: Situation, need: FieldNeed) -> Any:
    said = f"{need.word} {need.answered_by}：{need.answer}" if need.answer else need.word
    buttons = []
    if need.open:
        if need.kind == "words":
            buttons.append(_button("已阅", "mini pri", do="read", id=need.id))
        else:
            buttons.append(_button("答复…", "mini pri", do="open", id=need.id))
        if not need.task_id:
            buttons.append(_button("转任务", "mini", do="task", id=need.id))
    late = need.at and need.received_at and (need.received_at - need.at).total_seconds() > 60  # noqa: PLR2004
    when = [html.Time(clock_time(need.at, seen.at))]
    if late:
        when.append(html.Small(f"{clock_time(need.received_at, seen.at)} 收到"))
    return html.Li(
        [
            html.Div(when, className="when"),
            html.Div([html.Strong(need.title), html.Small(f"{need.team_name} · {said}")]),
            html.Div(buttons, className="to"),
        ],
        className=f"is-{need.state}", **{"data-row": need.id},
    )  # fmt: skip


def _photo(seen: Situation, photo: Photo) -> Any:
    team = seen.teams.get(photo.team_id)
    address = f"/api/v1/photos/{photo.id}/image"
    seen_by = f"{photo.seen_by} {clock_time(photo.seen_at, seen.at)} 已阅" if photo.seen_at else ""
    return html.Div(
        [
            html.A(html.Img(src=address, alt=photo.note or "现场照片"),
                   href=address, target="_blank", rel="noopener"),
            html.Strong(photo.note or "（无说明）", title=photo.note),
            html.Small(f"{team.name if team else photo.team_id} "
                       f"{clock_time(photo.at, seen.at)}"),
            html.Small(seen_by) if seen_by else _button("已阅", "mini pri", do="seen", id=photo.id),
        ],
        **{"data-row": photo.id, "data-at": iso(photo.at) or ""},
    )  # fmt: skip


def _button(words: str, look: str, **act: Any) -> Any:
    return html.Button(words, className=look, **desk.acts(AREA, **act))


def register(app: Dash, center: Center) -> None:
    """Redraw at every number; answer, read and make tasks as pressed."""

    @app.callback(
        Output(Ids.VIEW, FLAT), Input(Live.REVISION, "data"), Input(Desk.INCIDENT, "data")
    )
    async def redraw(_revision: Any, incident_id: str | None) -> Any:
        seen = await desk.see(center)
        return flat(field_view(seen, desk.chosen(seen, incident_id)))

    @app.callback(
        Output(Ids.FORM, "hidden"),
        Output(Ids.TITLE, "children"),
        Output(Ids.WHICH, "data"),
        Output(Ids.WORDS, "value"),
        Input(desk.act_id(AREA), "data"),
        State(Ids.WHICH, "data"),
        State(Ids.WORDS, "value"),
        prevent_initial_call=True,
    )
    async def press(act: dict[str, Any] | None, which: str | None, words: str | None) -> Any:
        do, thing = (act or {}).get("do"), str((act or {}).get("id") or "")
        shut = (True, "", None, "")
        if do == "shut":
            return shut
        if do == "open":
            need = (await desk.see(center)).field_needs[thing]
            return False, f"答复 {need.team_name}：{need.title}", thing, ""
        key = str((act or {}).get("n") or "")
        if do == "answer" and which:
            to: Any = (act or {})["to"]
            command = AnswerNeed(need_id=which, to=to, words=words or "")
            done = await desk.attempt(center, command, key)
            if done:
                toasts.say("已答复，现场手机会看到")
            return shut if done else no_update
        await _row_act(center, do, thing, key)
        return no_update


async def _row_act(center: Center, do: str | None, thing: str, key: str) -> None:
    """What a row's own button does."""
    commands = {
        "read": (AnswerNeed(need_id=thing, to="read"), "已阅"),
        "task": (NeedToTask(need_id=thing), "已转为任务，请在“任务”中明确承办人和时限"),
        "seen": (SeePhoto(photo_id=thing), "已阅"),
    }
    if do in commands:
        command, words = commands[do]
        if await desk.attempt(center, command, key):
            toasts.say(words)
