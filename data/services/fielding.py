"""Takes what team leaders send from the field, and what the desk answers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from data.domain.clock import SHANGHAI, aware, real_now
from data.domain.dispatch import Assignment, AssignmentState
from data.domain.field import FieldNeed, NeedState, Photo
from data.domain.incident import Incident
from data.domain.messages import AdvanceAssignment, Command
from data.domain.messages import fielding as m
from data.domain.org import Permission
from data.domain.team import Team
from data.errors import Forbidden, IllegalMove, Invalid
from data.services import checks, following, passes, tasking
from data.services.bus import Handler
from data.services.tools import Tools
from data.store.blobs import keep_blob
from data.store.unit_of_work import Unit

A = AssignmentState
STEPS = (A.ACCEPTED, A.DEPARTED, A.ARRIVED, A.WORKING, A.RELEASED, A.RETURNED, A.DECLINED)
MOST_AMOUNT = 1e9
LONGEST_NOTE = 500  # characters typed on a phone
MINUTE = timedelta(minutes=1)


def order_of(unit: Unit) -> Assignment:
    """The one order the phone is bound to.

    Raises
    ------
    Forbidden
        When it is no phone in the field.
    """
    unit.actor.require(Permission.FIELD)
    if not unit.actor.order:
        raise Forbidden("现场页只供持现场码的队伍负责人使用，请用现场码登录")
    return unit.get(Assignment, unit.actor.order)


def field_state(unit: Unit, command: m.FieldState, tools: Tools) -> dict[str, Any]:
    """The next step of the order, at the time the phone stated.

    A step the desk has entered already (by telephone) is not refused: the phone's time goes on
    record beside it and the order stays as it is.

    Raises
    ------
    Invalid, IllegalMove, Forbidden
    """
    order = order_of(unit)
    if command.to not in [s.value for s in STEPS]:
        words = "、".join(f"{s.value}（{s.word}）" for s in STEPS)
        raise Invalid.field("to", f"不能转为“{command.to}”", f"可填：{words}")
    to, note = A(command.to), _words(command.note, "note")
    if to == A.DECLINED and not note:
        raise Invalid.field("note", "不能执行没有写明原因", "请写明原因")
    at, stated = _when(command, unit.now, order)
    if to.value in order.times:
        _tell(unit, order, f"{to.word}（值班席已登记；现场时间 {_clock(stated)}）{note}")
        return {"id": order.id, "state": order.state.value, "times": order.times, "already": True}
    said = note if abs(at - stated) < MINUTE else f"{note} 手机时间 {_clock(stated)}".strip()
    move = AdvanceAssignment(
        assignment_id=order.id, to=to.value, at=at, lon=command.lon, lat=command.lat, note=said
    )
    return {**following.step(unit, move, order, tools), "already": False}


def say_from_field(unit: Unit, command: m.SayFromField, tools: Tools) -> dict[str, Any]:
    """A message to the desk; it waits there until somebody has read it."""
    del tools
    order = order_of(unit)
    text = checks.required(_words(command.text, "text"), "text", "情况", "请写明情况")
    need = unit.put(_need(unit, order, command, kind="words", words=text))
    _tell(unit, order, f"现场情况：{text}")
    return {"need": need}


def state_need(unit: Unit, command: m.StateNeed, tools: Tools) -> dict[str, Any]:
    """A need of the scene; it waits at the desk until it is met or refused with the reason."""
    del tools
    order = order_of(unit)
    what, words = command.what.strip()[:LONGEST_NOTE], _words(command.words, "words")
    if command.kind in ("capability", "item") and not what:
        raise Invalid.field("what", "没有写明需要什么", "请选择力量或物资")
    if not what and not words:
        raise Invalid.field("words", "没有写明需要什么", "请写明需要什么")
    if command.amount is not None and not 0 < command.amount <= MOST_AMOUNT:
        raise Invalid.field("amount", "数量不对", "请填大于 0 的数量，或留空")
    need = unit.put(
        _need(
            unit, order, command, kind=command.kind, what=what, words=words,
            amount=command.amount, unit_word=command.unit.strip()[:16],
        )
    )  # fmt: skip
    _tell(unit, order, f"现场需求：{need.title}")
    return {"need": need}


def _need(
    unit: Unit, order: Assignment, command: Any, *, kind: Any, words: str, what: str = "",
    amount: float | None = None, unit_word: str = "",
) -> FieldNeed:  # fmt: skip
    incident, team = unit.get(Incident, order.incident_id), unit.get(Team, order.team_id)
    at, _ = _when(command, unit.now, None)
    return FieldNeed(
        id=unit.next_id("need"), incident_id=incident.id, team_id=team.id, kind=kind, what=what,
        amount=amount, unit=unit_word, words=words, assignment_id=order.id, team_name=team.name,
        at=at, received_at=unit.now, phone_at=command.phone_at, origin=incident.origin,
    )  # fmt: skip


def send_photo(unit: Unit, command: m.SendPhoto, tools: Tools) -> dict[str, Any]:
    """Keep a photo that was made new already."""
    del tools
    order = order_of(unit)
    incident = unit.get(Incident, order.incident_id)
    at, _ = _when(command, unit.now, None)
    photo = unit.put(
        Photo(
            id=unit.next_id("photo"), incident_id=incident.id, team_id=order.team_id,
            blob_id=keep_blob(unit.connection, command.jpeg, "image/jpeg"),
            assignment_id=order.id, note=_words(command.note, "note"), width=command.width,
            height=command.height, size=len(command.jpeg), lon=command.lon, lat=command.lat,
            at=at, received_at=unit.now, phone_at=command.phone_at, origin=incident.origin,
        )
    )  # fmt: skip
    _tell(unit, order, f"现场照片 {photo.id}{f'：{photo.note}' if photo.note else ''}")
    return {"photo": photo}


def share_position(unit: Unit, command: m.SharePosition, tools: Tools) -> dict[str, Any]:
    """The leader's consent to sending the phone's position, or its end."""
    del tools
    order = order_of(unit)
    if order.sharing != command.agreed:
        order = unit.put(replace(order, sharing=command.agreed))
        _tell(unit, order, "负责人同意共享手机位置" if command.agreed else "负责人停止共享手机位置")
    return {"sharing": order.sharing}


def give_field_code(unit: Unit, command: m.GiveFieldCode, tools: Tools) -> dict[str, Any]:
    """Keep the hash of an order's new code; the older one and its phone end.

    Raises
    ------
    Forbidden, NotFound, IllegalMove
    """
    order, team = _followed(unit, tools, command.assignment_id)
    if not order.active and order.state != A.RELEASED:
        raise IllegalMove(f"{team.name} 的任务已{order.state.word}，不再签发现场码")
    if order.waits:
        raise IllegalMove(f"{team.name} 的调派令待批，批准后再签发现场码")
    passes.keep_code(
        unit.connection, unit.actor, code_hash=command.code_hash, order=order.id,
        name=f"{team.name}负责人", now=real_now(), expires_at=command.expires_at,
    )  # fmt: skip
    _tell(unit, order, "签发现场码（一次有效，旧码作废）")
    return {"assignment": order.id, "expires_at": command.expires_at}


def revoke_field_code(unit: Unit, command: m.RevokeFieldCode, tools: Tools) -> dict[str, Any]:
    """Take an order's code back and end its phone's session, at once."""
    order, _ = _followed(unit, tools, command.assignment_id)
    gone = passes.revoke_codes(unit.connection, unit.actor.username, [order.id], real_now())
    if gone:
        _tell(unit, order, "收回现场码，手机已退出")
    return {"assignment": order.id, "revoked": gone}


def answer_need(unit: Unit, command: m.AnswerNeed, tools: Tools) -> dict[str, Any]:
    """Answer a need or a message; the phone shows the answer.

    Raises
    ------
    Invalid, IllegalMove, Forbidden, NotFound
    """
    unit.actor.require(Permission.FOLLOW)
    need, incident = _open_need(unit, tools, command.need_id)
    words = command.words.strip()
    to = NeedState(command.to)
    if to == NeedState.REFUSED:
        words = checks.required(words, "words", "不能满足的原因", "请写明原因，现场会看到")
    need = unit.put(need.answered(to, unit.actor.name, unit.now, words))
    said = f"：{words}" if words else ""
    unit.tell(f"{need.team_name}“{need.title[:60]}” {to.word}{said}", incident_id=incident.id,
              area=incident.area_code)  # fmt: skip
    return {"need": need}


def need_to_task(unit: Unit, command: m.NeedToTask, tools: Tools) -> dict[str, Any]:
    """Make a task of a need; the need is then 办理中 and names its task.

    Raises
    ------
    Invalid, IllegalMove, Forbidden, NotFound
    """
    unit.actor.require(Permission.TASK)
    need, incident = _open_need(unit, tools, command.need_id)
    if need.task_id:
        raise IllegalMove(f"{need.id} 已转为任务 {need.task_id}")
    if command.owner_org and not tools.areas.covers(unit.actor.org, command.owner_org):
        raise Forbidden("办理单位不在本辖区，请选择辖区内的单位")
    kept = need.answered(NeedState.TAKEN, unit.actor.name, unit.now, "") if (
        need.state == NeedState.OPEN
    ) else need  # fmt: skip
    title = command.title.strip() or f"现场需求：{need.title}"
    task = tasking.make_task(
        unit, title=title[: tasking.LONGEST_TITLE], incident_id=incident.id,
        owner=command.owner.strip(), owner_org=command.owner_org,
        due_at=aware(command.due_at) if command.due_at else None, source="现场需求",
        detail=f"{need.team_name} {_clock(need.at or unit.now)} 提出：{need.title}",
    )  # fmt: skip
    need = unit.put(replace(kept, task_id=task.id, answer=f"已转任务 {task.id}"))
    unit.tell(f"现场需求转任务 {task.id}：{need.title[:80]}", incident_id=incident.id,
              area=incident.area_code)  # fmt: skip
    return {"need": need, "task": task}


def see_photo(unit: Unit, command: m.SeePhoto, tools: Tools) -> dict[str, Any]:
    """Put on record who looked at a photo first, and when."""
    unit.actor.require(Permission.FOLLOW)
    photo = unit.get(Photo, command.photo_id)
    incident = unit.get(Incident, photo.incident_id)
    tools.areas.require(unit.actor.org, incident.all_areas)
    if photo.seen_at is None:
        photo = unit.put(replace(photo, seen_at=unit.now, seen_by=unit.actor.name))
        unit.tell(f"已阅现场照片 {photo.id}", incident_id=incident.id, area=incident.area_code)
    return {"photo": photo}


def _open_need(unit: Unit, tools: Tools, need_id: str) -> tuple[FieldNeed, Incident]:
    need = unit.get(FieldNeed, need_id)
    incident = unit.get(Incident, need.incident_id)
    tools.areas.require(unit.actor.org, incident.all_areas)
    return need, incident


def _followed(unit: Unit, tools: Tools, assignment_id: str) -> tuple[Assignment, Team]:
    """An order the officer follows, with its team."""
    unit.actor.require(Permission.FOLLOW)
    order = unit.get(Assignment, assignment_id)
    team, incident = unit.get(Team, order.team_id), unit.get(Incident, order.incident_id)
    tools.areas.require(unit.actor.org, [*incident.all_areas, team.area_code or ""])
    return order, team


def _tell(unit: Unit, order: Assignment, words: str) -> None:
    team, incident = unit.get(Team, order.team_id), unit.get(Incident, order.incident_id)
    unit.tell(f"{incident.letter} {team.name} {words}", incident_id=incident.id,
              area=incident.area_code)  # fmt: skip


def _words(text: str, field: str) -> str:
    """What was typed, trimmed."""
    kept = text.strip()
    if len(kept) > LONGEST_NOTE:
        raise Invalid.field(field, f"超过 {LONGEST_NOTE} 字", "请缩短，或分几次发送")
    return kept


def _when(command: Any, now: datetime, order: Assignment | None) -> tuple[datetime, datetime]:
    """When it happened, kept between the step before and now; and the time as stated."""
    stated = aware(command.at) if command.at else now
    at = min(stated, now)
    if order is not None:
        at = max([at, *order.times.values()])
    return at, stated


def _clock(at: datetime) -> str:
    return at.astimezone(SHANGHAI).strftime("%m-%d %H:%M:%S")


HANDLERS: Mapping[type[Command], Handler] = {
    m.FieldState: field_state,
    m.SayFromField: say_from_field,
    m.StateNeed: state_need,
    m.SendPhoto: send_photo,
    m.SharePosition: share_position,
    m.GiveFieldCode: give_field_code,
    m.RevokeFieldCode: revoke_field_code,
    m.AnswerNeed: answer_need,
    m.NeedToTask: need_to_task,
    m.SeePhoto: see_photo,
}
