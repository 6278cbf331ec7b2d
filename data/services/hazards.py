"""Takes hazards in, has them verified, and turns them into incidents; nothing is typed twice."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from data.domain.clock import aware
from data.domain.hazard import KINDS, URGENCIES, WAYS, HazardReport, HazardState
from data.domain.incident import Incident
from data.domain.messages import Command, MergeReport, OpenIncident, ReceiveReport
from data.domain.messages import hazards as m
from data.domain.org import Permission
from data.domain.task import Step
from data.errors import Forbidden, IllegalMove, Invalid, NotFound
from data.services import checks, incidents, rectifying, reports
from data.services.bus import Handler
from data.services.tools import Tools
from data.store.unit_of_work import Unit

S = HazardState
LONGEST_WORDS = 2000
MOST_PHOTOS = 9


def tell_hazard(unit: Unit, command: m.TellHazard, tools: Tools) -> dict[str, Any]:
    """Take a hazard in; it waits for the county's duty room, wherever it was told.

    Raises
    ------
    Forbidden, Invalid
    """
    actor = unit.actor
    actor.require(Permission.HAZARD)
    if command.way == "public":
        actor.require(Permission.VERIFY)
    area = checks.own_area(
        unit, checks.place_area(tools, command.lon, command.lat, command.area_code)
    )
    hazard = unit.put(
        HazardReport(
            id=unit.next_id("hazard"), area_code=area, org=actor.org, kind=_kind(command.kind),
            urgency=_urgency(command.urgency), way=command.way, words=_told(command),
            place=command.place.strip()[:200] or tools.areas.name(area), lon=command.lon,
            lat=command.lat, placed_by=command.placed_by[:16], reporter=actor.username,
            reporter_name=actor.name, contact=command.contact.strip()[:64],
            caller=command.caller.strip()[:64], caller_phone=command.caller_phone.strip()[:32],
            at=_seen_at(command.at, unit.now), phone_at=command.phone_at,
            received_at=unit.now,
            steps=(Step(what="上报", by=actor.name, at=unit.now),),
        )
    )  # fmt: skip
    _tell(unit, hazard, f"{WAYS[hazard.way]}上报：{hazard.title}（{hazard.kind_name}）")
    return {"hazard": hazard}


def _kind(key: str) -> str:
    if key not in KINDS:
        names = "、".join(f"{k.key}（{k.name}）" for k in KINDS.values())
        raise Invalid.field("kind", f"没有隐患类别“{key}”", f"请选择：{names}")
    return key


def _urgency(key: str) -> Any:
    if key not in URGENCIES:
        words = "、".join(f"{k}（{u.word}）" for k, u in URGENCIES.items())
        raise Invalid.field("urgency", f"没有紧急程度“{key}”", f"请选择：{words}")
    return key


def _told(command: m.TellHazard) -> str:
    """The words; a caller must be named and say something, a worker's photo may speak alone."""
    words = _words(command.words)
    if command.way == "public":
        checks.required(command.caller, "caller", "来电人", "请填称呼；不愿透露的填“匿名”")
        checks.required(words, "words", "来电内容", "请写明何处有何隐患")
    if not words and not command.place.strip() and command.lon is None:
        raise Invalid.field("words", "没有写明隐患", "请写一句话，或选定位置")
    return words


def _seen_at(at: datetime | None, now: datetime) -> datetime:
    return now if at is None else min(aware(at), now)


def add_photo(unit: Unit, command: m.AddHazardPhoto, tools: Tools) -> dict[str, Any]:
    """One more photo, by who told it or by the duty room.

    Raises
    ------
    NotFound, Forbidden, Invalid
    """
    hazard = _reachable(unit, tools, command.hazard_id)
    if len(hazard.photos) >= MOST_PHOTOS:
        raise Invalid.field("photo", f"一处隐患最多 {MOST_PHOTOS} 张照片", "请另报一处，或写成文字")
    photo = rectifying.kept_photo(unit, command.photo)
    hazard = unit.put(replace(hazard, photos=(*hazard.photos, photo)))
    _tell(unit, hazard, f"增加照片（{len(hazard.photos)} 张）{photo.note}")
    return {"hazard": hazard}


def supplement(unit: Unit, command: m.SupplementHazard, tools: Tools) -> dict[str, Any]:
    """More about it; a question asked back is answered by it."""
    hazard = _reachable(unit, tools, command.hazard_id)
    words = checks.required(_words(command.words), "words", "补充内容", "请写明补充的情况")
    step = Step(what="补充", by=unit.actor.name, at=unit.now, words=words)
    answered = hazard.now == S.ASKED
    hazard = unit.put(hazard.moved(S.REPORTED, step) if answered else hazard.noted(step))
    _tell(unit, hazard, f"补充：{words}")
    return {"hazard": hazard}


def ask_back(unit: Unit, command: m.AskHazard, tools: Tools) -> dict[str, Any]:
    """Ask who told it; the phone shows the question."""
    hazard = _verifiable(unit, tools, command.hazard_id)
    words = checks.required(_words(command.words), "words", "要问的内容", "请写明需要补充什么")
    step = Step(what="追问", by=unit.actor.name, at=unit.now, words=words)
    again = hazard.now == S.ASKED
    hazard = unit.put(hazard.noted(step) if again else hazard.moved(S.ASKED, step))
    _tell(unit, hazard, f"追问：{words}")
    return {"hazard": hazard}


def verify(unit: Unit, command: m.VerifyHazard, tools: Tools) -> dict[str, Any]:
    """Say whether it is true; untrue needs words, a duplicate names the other.

    Raises
    ------
    NotFound, Forbidden, Invalid, IllegalMove, Stale
    """
    hazard = _verifiable(unit, tools, command.hazard_id)
    if not hazard.now.unverified:
        raise IllegalMove(
            f"隐患 {hazard.id} 已由{hazard.verified_by or '他人'}核为“{hazard.now.word}”；"
            "要改请先“重新核实”"
        )
    words, other = _words(command.words), None
    if command.verdict == "false":
        checks.required(words, "words", "核实情况", "请写明为何不属实，上报人会看到")
    if command.verdict == "duplicate":
        other = _original(unit, tools, hazard, command.duplicate_of)
        words = words or f"与 {other.id} 重复"
    to = S(command.verdict)
    step = Step(what=f"核实：{to.word}", by=unit.actor.name, at=unit.now, words=words)
    hazard = unit.put(
        replace(
            hazard.moved(to, step), verified_by=unit.actor.name, verified_at=unit.now,
            duplicate_of=other.id if other else None,
        ),
        expect=command.expect_version,
    )  # fmt: skip
    _tell(unit, hazard, f"核实为{to.word}{f'：{words}' if words else ''}")
    return {"hazard": hazard}


def _original(unit: Unit, tools: Tools, hazard: HazardReport, other_id: str | None) -> HazardReport:
    """The hazard another one repeats: one that stands itself, and is not the same."""
    if not other_id or other_id == hazard.id:
        raise Invalid.field("duplicate_of", "没有指明与哪一处重复", "请从相近隐患中选择，或填编号")
    try:
        other = _reachable(unit, tools, other_id)
    except NotFound as error:
        raise Invalid.field("duplicate_of", f"没有隐患 {other_id}", "请核对编号") from error
    if other.now in (S.DUPLICATE, S.FALSE):
        raise Invalid.field(
            "duplicate_of", f"{other.id} 本身{other.now.word}", "请选择实际存在的那一处"
        )
    return other


def reopen(unit: Unit, command: m.ReopenHazard, tools: Tools) -> dict[str, Any]:
    """Take a verdict back: it waits to be verified again."""
    hazard = _verifiable(unit, tools, command.hazard_id)
    if hazard.now.unverified:
        raise IllegalMove(f"隐患 {hazard.id} 尚未核实，无需重新核实")
    reason = checks.required(_words(command.reason), "words", "理由", "请写明为何重新核实")
    step = Step(what="重新核实", by=unit.actor.name, at=unit.now, words=reason)
    hazard = unit.put(
        replace(
            hazard.moved(S.REPORTED, step), verified_by="", verified_at=None, duplicate_of=None
        )
    )
    _tell(unit, hazard, f"重新核实：{reason}")
    return {"hazard": hazard}


def note_caller(unit: Unit, command: m.NoteCaller, tools: Tools) -> dict[str, Any]:
    """Put on record that who told it was told what became of it."""
    hazard = _verifiable(unit, tools, command.hazard_id)
    words = checks.required(_words(command.words), "words", "回告内容", "请写明告知了什么")
    step = Step(what="回告", by=unit.actor.name, at=unit.now, words=words)
    hazard = unit.put(hazard.noted(step))
    _tell(unit, hazard, f"已回告上报人：{words}")
    return {"hazard": hazard}


def to_incident(unit: Unit, command: m.HazardToIncident, tools: Tools) -> dict[str, Any]:
    """It has happened: a report with all that is known, opened or merged when told how.

    Raises
    ------
    Forbidden, NotFound, Invalid, IllegalMove
    """
    hazard = _verifiable(unit, tools, command.hazard_id)
    received = reports.receive_report(unit, _as_report(hazard, command), tools)
    report, incident = received["report"], None
    if command.incident_id:
        merge = MergeReport(report_id=report.id, incident_id=command.incident_id)
        incident = reports.merge_report(unit, merge, tools)["incident"]
    elif command.commander.strip() or command.lead_body.strip() or command.desk.strip():
        incident = incidents.open_incident(unit, _opening(command, report.id), tools)["incident"]
    to = f"事件 {incident.letter} {incident.short_name}" if incident else f"接报 {report.id}"
    step = Step(what="转事件", by=unit.actor.name, at=unit.now, words=to)
    hazard = unit.put(
        replace(
            hazard.moved(S.INCIDENT, step), report_id=report.id,
            incident_id=incident.id if incident else None,
            verified_by=hazard.verified_by or unit.actor.name,
            verified_at=hazard.verified_at or unit.now,
        )
    )  # fmt: skip
    _tell(unit, hazard, f"转为{to}：{hazard.title}", incident)
    return {**received, "hazard": hazard, "incident": incident}


def _as_report(hazard: HazardReport, command: m.HazardToIncident) -> ReceiveReport:
    """Everything the hazard knows, as a report."""
    told = [hazard.words, *(f"{s.what}：{s.words}" for s in hazard.steps if s.what == "补充")]
    return ReceiveReport(
        type=command.type or KINDS[hazard.kind].incident_type, place=hazard.place,
        area_code=hazard.area_code, lon=hazard.lon, lat=hazard.lat,
        occurred_at=hazard.at, source=f"{hazard.source_words}（隐患 {hazard.id}）",
        text="\n".join(t for t in told if t),
    )  # fmt: skip


def _opening(command: m.HazardToIncident, report_id: str) -> OpenIncident:
    return OpenIncident(
        report_id=report_id, name=command.name, short_name=command.short_name,
        type=command.type, commander=command.commander, lead_body=command.lead_body,
        desk=command.desk,
    )  # fmt: skip


# ---------------------------------------------------------------- inside


def _words(text: str) -> str:
    kept = text.strip()
    if len(kept) > LONGEST_WORDS:
        raise Invalid.field("words", f"超过 {LONGEST_WORDS} 字", "请精简，或分几次补充")
    return kept


def _reachable(unit: Unit, tools: Tools, hazard_id: str) -> HazardReport:
    """A hazard of one's own telling, or one the duty room may see."""
    unit.actor.require(Permission.HAZARD)
    hazard = unit.get(HazardReport, hazard_id)
    if hazard.reporter == unit.actor.username:
        return hazard
    if not unit.actor.may(Permission.VERIFY):
        raise NotFound(f"没有隐患 {hazard_id}，或不是你上报的")
    tools.areas.require(unit.actor.org, [hazard.area_code or "", hazard.org])
    return hazard


def _verifiable(unit: Unit, tools: Tools, hazard_id: str) -> HazardReport:
    """A hazard whose area the officer answers for."""
    unit.actor.require(Permission.VERIFY)
    hazard = _reachable(unit, tools, hazard_id)
    if not tools.areas.covers(unit.actor.org, hazard.area_code):
        raise Forbidden(f"隐患在{tools.areas.name(hazard.area_code)}，由当地值班室核实")
    return hazard


def _tell(unit: Unit, hazard: HazardReport, what: str, incident: Incident | None = None) -> None:
    unit.tell(
        f"隐患 {hazard.id} {what}", incident_id=incident.id if incident else None,
        area=hazard.area_code,
    )  # fmt: skip


HANDLERS: Mapping[type[Command], Handler] = {
    m.TellHazard: tell_hazard,
    m.AddHazardPhoto: add_photo,
    m.SupplementHazard: supplement,
    m.AskHazard: ask_back,
    m.VerifyHazard: verify,
    m.ReopenHazard: reopen,
    m.NoteCaller: note_caller,
    m.HazardToIncident: to_incident,
    **rectifying.HANDLERS,
}
