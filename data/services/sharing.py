"""Keeps connectors: their mapping files by edition, paused and resumed by people who may share."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from data.domain import mapping_file
from data.domain.messages import Command
from data.domain.messages import sharing as m
from data.domain.org import PROVINCE, Permission
from data.domain.sharing import TARGET_WORDS, Connector
from data.errors import Invalid, NotFound
from data.services import checks
from data.services.bus import Handler
from data.services.tools import Tools
from data.store.unit_of_work import Unit

MOST = 200


def save_connector(unit: Unit, command: m.SaveConnector, tools: Tools) -> dict[str, Any]:
    """A new connector, or a new edition of one.

    Raises
    ------
    Forbidden, Invalid, NotFound, Stale
    """
    unit.actor.require(Permission.SHARE)
    known = mapping_file.read(command.text)
    area = known.area_code or unit.actor.org
    if area not in tools.areas.areas:
        raise Invalid.field("area_code", f"没有代码为 {area} 的行政区划", "请填六位代码或删去此行")
    tools.areas.require(unit.actor.org, [area])
    given: dict[str, Any] = {
        "name": known.name, "body": known.body, "target": known.target, "text": command.text,
        "url": known.poll.url if known.poll else "", "area_code": area,
    }  # fmt: skip
    if command.connector_id is None:
        if len(unit.find(Connector)) >= MOST:
            raise Invalid.field("text", f"已有 {MOST} 个共享接口", "请先停用不用的")
        kept = unit.put(Connector(id=unit.next_id("connector"), **given))
        said = "新增"
    else:
        held = _own(unit, tools, command.connector_id)
        if held.text == command.text:
            return {"connector": held, "changed": False}
        kept = unit.put(
            replace(held, **given, edition=held.edition + 1), expect=command.expect_version
        )
        said = f"修订为第 {kept.edition} 版"
    words = f"{said}：{kept.body}共享{TARGET_WORDS[known.target]}（{kept.name}）"
    unit.tell(f"共享接口 {kept.id} {words}", area=area)
    return {"connector": kept, "changed": True}


def pause_connector(unit: Unit, command: m.PauseConnector, tools: Tools) -> dict[str, Any]:
    """Take nothing from it until it is resumed."""
    held = _own(unit, tools, command.connector_id)
    reason = checks.required(command.reason, "reason", "暂停理由", "请写明为何暂停")
    if not held.running:
        return {"connector": held}
    kept = unit.put(replace(held, state="paused"))
    unit.tell(f"暂停共享接口 {held.id}（{held.name}）：{reason}", area=held.area_code)
    return {"connector": kept}


def resume_connector(unit: Unit, command: m.ResumeConnector, tools: Tools) -> dict[str, Any]:
    """Take from it again."""
    held = _own(unit, tools, command.connector_id)
    if held.running:
        return {"connector": held}
    kept = unit.put(replace(held, state="on"))
    unit.tell(f"恢复共享接口 {held.id}（{held.name}）", area=held.area_code)
    return {"connector": kept}


def _own(unit: Unit, tools: Tools, connector_id: str) -> Connector:
    """A connector within the actor's area."""
    unit.actor.require(Permission.SHARE)
    held = unit.get(Connector, connector_id)
    if unit.actor.org != PROVINCE:
        try:
            tools.areas.require(unit.actor.org, [held.area_code] if held.area_code else [])
        except NotFound as error:
            raise NotFound(f"没有共享接口 {connector_id}，或不在本辖区") from error
    return held


HANDLERS: Mapping[type[Command], Handler] = {
    m.SaveConnector: save_connector,
    m.PauseConnector: pause_connector,
    m.ResumeConnector: resume_connector,
}
