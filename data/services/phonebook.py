"""Keeps the directory and the calls made from it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, replace
from datetime import datetime
from typing import Any

from data.domain.clock import aware
from data.domain.directory import CallNote, Contact
from data.domain.incident import Incident
from data.domain.messages import Command
from data.domain.messages import directing as m
from data.domain.org import PROVINCE, Permission
from data.domain.people import phone_ok
from data.errors import CenterError, Forbidden, IllegalMove, Invalid
from data.services import checks, wording
from data.services.bus import Handler
from data.services.tools import Tools
from data.store.unit_of_work import Unit

MOST_ROWS = 5000
LONGEST_FIELD = 200
_NUMBERS = (("phone", "电话"), ("duty_phone", "值班电话"), ("fax", "传真"))


def add_contact(unit: Unit, command: m.AddContact, tools: Tools) -> dict[str, Any]:
    """Put an entry into the directory; one of the same kind, name and body is refused."""
    unit.actor.require(Permission.DIRECTORY)
    row = _row(unit, tools, command.row)
    twin = _twin(unit.find(Contact, area_code=row["area_code"]), row)
    if twin is not None:
        raise Invalid.field("name", f"通讯录已有 {twin.name}", "请修改原有条目，不要重复添加")
    kept = unit.put(Contact(id=unit.next_id("contact"), checked_at=unit.now, **row))
    unit.tell(f"通讯录新增{kept.kind.word} {_named(kept)}", area=kept.area_code)
    return {"contact": kept}


def edit_contact(unit: Unit, command: m.EditContact, tools: Tools) -> dict[str, Any]:
    """Replace what an entry says; saving it unchanged confirms it as of now."""
    held = _mine(unit, tools, command.contact_id)
    row = _row(unit, tools, command.row)
    same = all(getattr(held, name) == value for name, value in row.items())
    kept = unit.put(replace(held, **row, checked_at=unit.now), expect=command.expect_version)
    unit.tell(f"通讯录{'核对' if same else '修改'}{kept.kind.word} {_named(kept)}",
              area=kept.area_code)  # fmt: skip
    return {"contact": kept}


def retire_contact(unit: Unit, command: m.RetireContact, tools: Tools) -> dict[str, Any]:
    """Take an entry out of use, or into use again."""
    held = _mine(unit, tools, command.contact_id)
    reason = checks.required(command.reason, "reason", "理由", "请写明理由")
    wanted = "active" if command.back else "retired"
    if held.state == wanted:
        raise IllegalMove(f"{held.name} 已{'在用' if command.back else '停用'}")
    kept = unit.put(replace(held, state="active" if command.back else "retired",
                            retired_reason="" if command.back else reason))  # fmt: skip
    unit.tell(f"通讯录{'恢复' if command.back else '停用'} {_named(kept)}（{reason}）",
              area=kept.area_code)  # fmt: skip
    return {"contact": kept}


def store_contacts(unit: Unit, command: m.StoreContacts, tools: Tools) -> dict[str, Any]:
    """Take many entries over, all or nothing; blanks do not wipe what is known."""
    unit.actor.require(Permission.DIRECTORY)
    if not 0 < len(command.rows) <= MOST_ROWS:
        raise Invalid.field("rows", f"共 {len(command.rows)} 条", f"请填 1 到 {MOST_ROWS} 条")
    held = unit.find(Contact)
    known = {(c.kind, c.name, c.body): c for c in held}
    made = changed = 0
    for number, given in enumerate(command.rows):
        try:
            row = _row(unit, tools, given)
        except CenterError as error:
            raise _numbered(error, number) from error
        old = known.get((row["kind"], row["name"], row["body"]))
        if old is not None:
            tools.areas.require(unit.actor.org, (old.area_code or PROVINCE,))
            row = {k: v for k, v in row.items() if v not in ("", None)}
            new = replace(old, **row)
            if new != old:
                changed += 1
                new = unit.put(replace(new, checked_at=unit.now))
        else:
            made += 1
            new = unit.put(Contact(id=unit.next_id("contact"), checked_at=unit.now, **row))
        known[new.kind, new.name, new.body] = new
    unit.tell(f"导入通讯录：新增 {made} 条，更新 {changed} 条", area=_area(unit))
    return {"made": made, "changed": changed, "unchanged": len(command.rows) - made - changed}


def note_call(unit: Unit, command: m.NoteCall, tools: Tools) -> dict[str, Any]:
    """Note a telephone call; it may settle one that had to be made again."""
    unit.actor.require(Permission.ENTRY)
    contact = unit.get(Contact, command.contact_id) if command.contact_id else None
    number = command.number.strip() or (contact.numbers[0] if contact and contact.numbers else "")
    if number and not phone_ok(number):
        raise Invalid.field("number", f"号码“{number}”不能拨打", "只填数字、区号和分机")
    name = command.name.strip() or (contact.name if contact else "")
    name = checks.required(name or number, "name", "通话对象", "请写明与谁通话，或填写号码")
    words = command.words.strip()
    if command.result.reached:
        words = checks.required(words, "words", "通话内容", "接通的电话要写明说了什么")
    incident = _incident(unit, tools, command.incident_id)
    again = _again(command.again_at, unit.now)
    if command.answers:
        _settle(unit, command.answers)
    kept = unit.put(
        CallNote(
            id=unit.next_id("call"), incident_id=command.incident_id, org=unit.actor.org,
            contact_id=command.contact_id, name=name,
            body=command.body.strip() or (contact.body if contact else ""), number=number,
            direction=command.direction, result=command.result, words=words,
            at=checks.past(command.at, "at", "通话时间", unit.now) or unit.now,
            by=unit.actor.name, again_at=again, answers=command.answers,
            origin=incident.origin if incident else "real",
        )
    )  # fmt: skip
    way = "去电" if kept.direction == "out" else "来电"
    said = f"：{words}" if words else ""
    call_again = f"，{wording.clock_time(again)} 再拨" if again else ""
    unit.tell(f"{way} {name}（{kept.result.word}）{said}{call_again}",
              incident_id=command.incident_id,
              area=incident.area_code if incident else _area(unit))  # fmt: skip
    return {"call": kept}


def settle_call(unit: Unit, command: m.SettleCall, _tools: Tools) -> dict[str, Any]:
    """Say that a call need not be made again, and why."""
    unit.actor.require(Permission.ENTRY)
    reason = checks.required(command.reason, "reason", "理由", "请写明为何不必再拨")
    kept = _settle(unit, command.call_id)
    unit.tell(f"不再回拨 {kept.name}：{reason}", incident_id=kept.incident_id, area=_area(unit))
    return {"call": kept}


def _settle(unit: Unit, call_id: str) -> CallNote:
    held = unit.get(CallNote, call_id)
    if held.org != unit.actor.org:
        raise Forbidden("只能办理本值班室的通话")
    if held.settled or held.again_at is None:
        raise IllegalMove(f"与 {held.name} 的通话不待回拨")
    return unit.put(replace(held, settled=True))


def _mine(unit: Unit, tools: Tools, contact_id: str) -> Contact:
    """An entry of the actor's own area; what stands above it belongs to the level above."""
    unit.actor.require(Permission.DIRECTORY)
    held = unit.get(Contact, contact_id)
    tools.areas.require(unit.actor.org, (held.area_code or PROVINCE,))
    return held


def _row(unit: Unit, tools: Tools, given: m.ContactRow) -> dict[str, Any]:
    """What an entry says, trimmed and checked."""
    row = {k: v.strip() if isinstance(v, str) else v for k, v in asdict(given).items()}
    row["kind"] = given.kind
    row["name"] = checks.required(given.name, "name", "名称或姓名", "请填写单位名称或人员姓名")
    for name, value in row.items():
        if isinstance(value, str) and len(value) > LONGEST_FIELD:
            raise Invalid.field(name, f"超过 {LONGEST_FIELD} 字", "请精简")
    for name, word in _NUMBERS:
        if row[name] and not phone_ok(row[name]):
            raise Invalid.field(name, f"{word}“{row[name]}”不能拨打", "只填数字、区号和分机")
    area = row["area_code"] or None
    if area is not None and area not in tools.areas.areas:
        raise Invalid.field("area_code", f"没有代码为 {area} 的行政区划", "请从列表中选择市县")
    row["area_code"] = checks.own_area(unit, area)
    if not tools.areas.covers(unit.actor.org, row["area_code"]):
        raise Forbidden("只能维护本辖区的通讯录")
    return row


def _twin(held: list[Contact], row: dict[str, Any]) -> Contact | None:
    marks = ("kind", "name", "body")
    return next((c for c in held if all(getattr(c, k) == row[k] for k in marks)), None)


def _numbered(error: CenterError, number: int) -> CenterError:
    """The same refusal, naming the row."""
    if not error.errors:
        return error
    first = error.errors[0]
    said = f"第 {number + 1} 条：{first['message']}"
    return Invalid.field(f"rows.{number}.{first['field']}", said, first["remedy"])


def _incident(unit: Unit, tools: Tools, incident_id: str | None) -> Incident | None:
    """The incident a call was about, open or not, in the actor's area."""
    if incident_id is None:
        return None
    incident = unit.get(Incident, incident_id)
    tools.areas.require(unit.actor.org, incident.all_areas)
    return incident


def _again(at: datetime | None, now: datetime) -> datetime | None:
    if at is None:
        return None
    try:
        moment = aware(at)
    except ValueError as error:
        raise Invalid.field("again_at", "再拨时间有误", str(error)) from error
    if moment <= now:
        raise Invalid.field("again_at", "再拨时间早于现在", "请填写将来的时间")
    return moment


def _area(unit: Unit) -> str | None:
    return None if unit.actor.org == PROVINCE else unit.actor.org


def _named(contact: Contact) -> str:
    return " ".join(x for x in (contact.body, contact.name) if x)


HANDLERS: Mapping[type[Command], Handler] = {
    m.AddContact: add_contact,
    m.EditContact: edit_contact,
    m.RetireContact: retire_contact,
    m.StoreContacts: store_contacts,
    m.NoteCall: note_call,
    m.SettleCall: settle_call,
}
