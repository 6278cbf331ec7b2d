"""Watches 关注: begun by a foreign warning or by hand, kept by somebody, closed with words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from data.domain.messages import Command
from data.domain.messages import warnings as m
from data.domain.org import Permission
from data.domain.task import Step
from data.domain.warning import (
    Warning,  # noqa: A004 - the field's word
    Watch,
)
from data.services import checks
from data.services.bus import Handler
from data.services.issuing_warnings import drilling
from data.services.tools import Tools
from data.store.unit_of_work import Unit


def start_watch(unit: Unit, tools: Tools, warning: Warning) -> Watch:
    """The watch of a warning; an update's goes on with the one of the warning before."""
    step = Step(what="开始关注", by=unit.actor.name, at=unit.now, words=warning.headline)
    mine = unit.find(Watch, warning_id=warning.before, state="open") if warning.before else []
    if mine:
        held = mine[0]
        return unit.put(
            replace(
                held.noted(replace(step, what="预警更新")), warning_id=warning.id,
                title=warning.headline, colour=warning.colour, counties=warning.counties,
                area_code=warning.area_code,
            )
        )  # fmt: skip
    return unit.put(
        Watch(
            id=unit.next_id("watch"), warning_id=warning.id, area_code=warning.area_code,
            org=unit.actor.org, title=warning.headline, colour=warning.colour,
            opened_at=unit.now, counties=warning.counties, steps=(step,),
            origin="exercise" if drilling(tools) else "real",
        )
    )  # fmt: skip


def open_watch(unit: Unit, command: m.OpenWatch, tools: Tools) -> dict[str, Any]:
    """Start a watch by hand; whoever starts it keeps it."""
    unit.actor.require(Permission.WARN)
    title = checks.required(command.title, "title", "关注什么", "请用一句话写明")[:200]
    code = checks.own_area(unit, command.area_code)
    warning = unit.get(Warning, command.warning_id) if command.warning_id else None
    counties: tuple[str, ...] = ()
    if warning is not None:
        tools.areas.require(unit.actor.org, warning.orgs)
        code, counties = code or warning.area_code, warning.counties
    if code is not None:
        checks.known_areas(tools, (code,))
        if warning is None:
            tools.areas.require(unit.actor.org, (code,))
    made = unit.put(
        Watch(
            id=unit.next_id("watch"), warning_id=command.warning_id, area_code=code,
            org=unit.actor.org, title=title, keeper=unit.actor.name, opened_at=unit.now,
            colour=warning.colour if warning else None, counties=counties,
            steps=(Step(what="开始关注", by=unit.actor.name, at=unit.now),),
            origin="exercise" if drilling(tools) else "real",
        )
    )  # fmt: skip
    unit.tell(f"开始关注：{title}", area=code)
    return {"watch": made}


def move_watch(unit: Unit, command: m.MoveWatch, tools: Tools) -> dict[str, Any]:
    """Take a watch over, write about it, or close it with words.

    Raises
    ------
    Forbidden, NotFound, Invalid, IllegalMove
    """
    unit.actor.require(Permission.WARN)
    held = unit.get(Watch, command.watch_id)
    tools.areas.require(unit.actor.org, held.orgs)
    words = command.words.strip()
    if command.do == "keep":
        step = Step(what="接手", by=unit.actor.name, at=unit.now, words=words)
        kept = unit.put(held.noted(step, keeper=unit.actor.name))
        unit.tell(f"关注 {held.title}：{unit.actor.name}接手", area=held.area_code)
        return {"watch": kept}
    what = "记录" if command.do == "note" else "结束关注"
    words = checks.required(words, "words", f"{what}内容", "请写明看到了什么、为什么可以结束")
    step = Step(what=what, by=unit.actor.name, at=unit.now, words=words)
    closed = {"state": "closed", "closed_at": unit.now} if command.do == "close" else {}
    kept = unit.put(held.noted(step, **closed))
    unit.tell(f"关注 {held.title} {what}：{words}", area=held.area_code)
    return {"watch": kept}


HANDLERS: Mapping[type[Command], Handler] = {m.OpenWatch: open_watch, m.MoveWatch: move_watch}
