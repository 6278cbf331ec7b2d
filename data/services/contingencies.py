"""Keeps contingencies: each change is a new edition, the earlier ones stay readable."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from data.domain.contingency import Contingency, Edition
from data.domain.contingency_file import read, write
from data.domain.depot import Item
from data.domain.messages import Command
from data.domain.messages import contingencies as m
from data.domain.org import PROVINCE, Permission
from data.errors import Conflict, Forbidden, IllegalMove, Invalid
from data.services import checks, instantiating
from data.services.bus import Handler
from data.services.tools import Tools
from data.store.unit_of_work import Unit


def save_contingency(unit: Unit, command: m.SaveContingency, tools: Tools) -> dict[str, Any]:
    """Keep a contingency from its text; a known one gets its next edition.

    Raises
    ------
    Invalid, Forbidden, NotFound, Conflict, Stale
        Naming the file, the field and the remedy; another body's plan; a name taken.
    """
    unit.actor.require(Permission.CONTINGENCY)
    fields = read(command.text, command.file)
    _checked(unit, fields, tools, command.file)
    if command.contingency_id is None:
        return _made(unit, fields, command)
    held = unit.get(Contingency, command.contingency_id)
    _own(unit, tools, held.area_code)
    _free_name(unit, fields, held.id)
    reason = checks.required(command.reason, "reason", "修订说明", "请写明改了什么、依据什么")
    bare = Contingency(id=held.id, **fields)
    fresh = replace(
        bare, edition=held.edition, editions=held.editions, withdrawn=held.withdrawn,
        origin=held.origin, version=held.version,
    )  # fmt: skip
    if fresh == held:
        return {"contingency": held, "changed": False}
    kept = _edition(unit, replace(fresh, edition=held.edition + 1, withdrawn=False), reason, held)
    kept = unit.put(kept, expect=command.expect_version)
    unit.tell(
        f"预案《{kept.name}》修订为第 {kept.edition} 版：{reason}", area=_area(kept.area_code)
    )
    return {"contingency": kept, "changed": True}


def _made(unit: Unit, fields: dict[str, Any], command: m.SaveContingency) -> dict[str, Any]:
    """A new contingency."""
    _free_name(unit, fields, None)
    plan = Contingency(id=unit.next_id("contingency"), **fields)
    kept = unit.put(_edition(unit, plan, command.reason.strip() or "首次录入", None))
    unit.tell(f"预案《{kept.name}》录入", area=_area(kept.area_code))
    return {"contingency": kept, "changed": True}


def _edition(unit: Unit, plan: Contingency, words: str, before: Contingency | None) -> Contingency:
    """The plan with its own text on record; a shipped first edition is put on record first."""
    past = plan.editions
    if before is not None and not past:
        past = (
            Edition(number=before.edition, at=unit.now, by="随系统提供", words="修订前的文本",
                    text=write(before)),
        )  # fmt: skip
    now = Edition(
        number=plan.edition, at=unit.now, by=unit.actor.name, words=words, text=write(plan)
    )
    return replace(plan, editions=(*past, now))


def withdraw_contingency(
    unit: Unit, command: m.WithdrawContingency, tools: Tools
) -> dict[str, Any]:
    """Take a contingency out of use; saving it again takes it back."""
    unit.actor.require(Permission.CONTINGENCY)
    held = unit.get(Contingency, command.contingency_id)
    _own(unit, tools, held.area_code)
    if held.withdrawn:
        raise IllegalMove(f"预案《{held.name}》已停用")
    reason = checks.required(command.reason, "reason", "停用理由", "请写明为何停用")
    kept = unit.put(_edition(unit, replace(held, withdrawn=True), f"停用：{reason}", held))
    unit.tell(f"预案《{held.name}》停用：{reason}", area=_area(held.area_code))
    return {"contingency": kept}


def _checked(unit: Unit, fields: Mapping[str, Any], tools: Tools, file: str) -> None:
    """What only the store knows: the area, its level, the materials."""
    code, tier = fields["area_code"], fields["tier"]
    area = tools.areas.areas.get(code)
    if area is None:
        raise Invalid.field(
            "area_code", f"{file} 的 area_code：没有行政区划 {code}", "请填六位行政区划代码"
        )
    fits = {"province": code == PROVINCE, "prefecture": area.is_prefecture,
            "county": area.is_county}  # fmt: skip
    if not fits[tier]:
        raise Invalid.field(
            "tier", f"{file} 的 tier：{area.name}与所填层级不符", "请核对层级和行政区划"
        )
    _own(unit, tools, code)
    known = {name for i in unit.find(Item) for name in (i.id, i.name)}
    for n, row in enumerate(fields.get("items", ()), 1):
        if row.item not in known:
            raise Invalid.field(
                "items", f"{file} 的 items[{n}].item：没有物资品类“{row.item}”",
                "请填物资品类表中的名称",
            )  # fmt: skip


def _own(unit: Unit, tools: Tools, code: str) -> None:
    """Refuse the plan of a body that is not the actor's own or below it."""
    if not tools.areas.covers(unit.actor.org, code):
        raise Forbidden("这是上级或其他地区的预案，只能查看；请修改本级预案")


def _free_name(unit: Unit, fields: Mapping[str, Any], own: str | None) -> None:
    for other in unit.find(Contingency, area_code=fields["area_code"]):
        if other.id != own and other.name == fields["name"]:
            raise Conflict(f"已有同名预案《{other.name}》（{other.id}），请修订它或改名")


def _area(code: str) -> str | None:
    return None if code == PROVINCE else code


HANDLERS: Mapping[type[Command], Handler] = {
    m.SaveContingency: save_contingency,
    m.WithdrawContingency: withdraw_contingency,
    m.StartResponse: instantiating.start_response,
    m.ChangeResponse: instantiating.change_response,
}
