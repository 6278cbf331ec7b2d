"""Warnings end: lifted by a message of their own, or by the clock, which reminds the silent too."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from data.domain.messages import Command
from data.domain.messages import warnings as m
from data.domain.task import Step
from data.domain.warning import (
    Delivery,
    Warning,  # noqa: A004 - the field's word
    WarningState,
)
from data.services import addressing, checks
from data.services.bus import Handler
from data.services.issuing_warnings import own_warning, rules_of, send_out, tell
from data.services.tools import Tools
from data.store.unit_of_work import Unit

S = WarningState


def cancel_warning(unit: Unit, command: m.CancelWarning, tools: Tools) -> dict[str, Any]:
    """Lift a warning: a message of its own goes to everybody who had it.

    Another body's warning is only put away here; its sender lifts it.

    Raises
    ------
    Forbidden, IllegalMove, Invalid, NotFound
    """
    held = own_warning(unit, tools, command.warning_id)
    reason = checks.required(command.reason, "reason", "解除理由", "请写明为什么解除")
    if held.incoming:
        step = Step(what="归档", by=unit.actor.name, at=unit.now, words=reason)
        kept = unit.put(held.moved(S.CANCELLED, step, ended_at=unit.now))
        tell(unit, tools, kept, f"外来预警归档：{reason}")
        return {"warning": kept}
    if held.state not in (S.ISSUED, S.EXPIRED):
        held.moved(S.CANCELLED, Step(what="解除", by=unit.actor.name, at=unit.now))
    rules = rules_of(tools)
    lifting = unit.put(
        Warning(
            id=unit.next_id("warning"), kind="cancel", before=held.id, org=unit.actor.org,
            references=(*held.references, held.reference), colour=held.colour, event=held.event,
            description=f"解除理由：{reason}", effective=unit.now, expires=unit.now + rules.lasts,
            areas=held.areas, counties=held.counties, area_words=held.area_words,
            geometry=held.geometry, area_code=held.area_code, alarm_id=held.alarm_id,
            incident_id=held.incident_id, author=unit.actor.name,
            author_account=unit.actor.username, status=held.status, origin=held.origin,
            steps=(Step(what="拟稿", by=unit.actor.name, at=unit.now, words=reason),),
        )
    )  # fmt: skip
    return send_out(unit, tools, lifting, None)


def sweep_warnings(unit: Unit, _command: m.SweepWarnings, tools: Tools) -> dict[str, Any]:
    """End what has run out, remind who keeps silent; nothing is told where nothing is due."""
    rules, done = rules_of(tools), []
    expired, reminded = [], []
    for held in unit.find(Warning, state=S.ISSUED):
        if held.expires is not None and held.expires <= unit.now:
            step = Step(what="到期", by="系统", at=unit.now)
            expired.append(unit.put(held.moved(S.EXPIRED, step, ended_at=unit.now)))
            continue
        if held.incoming or held.colour is None:
            continue
        for each in unit.find(Delivery, warning_id=held.id):
            within = rules.colours[held.colour].within
            if each.reminders < rules.reminders and each.due_reminder(within, unit.now):
                reminded.append(unit.put(addressing.reminded(each, unit.now)))
    back = [unit.put(_back_in_force(unit, w)) for w in unit.find(Warning, state=S.EXPIRED)
            if w.ended_early(unit.now)]  # fmt: skip
    if back:
        named = "、".join(w.headline or w.id for w in back)
        done.append(f"时钟已拨回，预警未到期，恢复有效：{named}")
    if expired:
        done.append("预警到期：" + "、".join(w.headline or w.id for w in expired))
    if reminded:
        names = "、".join(d.receiver for d in reminded[:3])
        done.append(f"催签收：{names}{f'等 {len(reminded)} 处' if len(reminded) > 3 else ''}")  # noqa: PLR2004
    if done:
        unit.tell("；".join(done), area=(expired or back)[0].area_code if expired or back else None)
    return {
        "expired": [w.id for w in expired], "back": [w.id for w in back],
        "reminded": [d.id for d in reminded],
    }  # fmt: skip


def _back_in_force(unit: Unit, held: Warning) -> Warning:
    """A warning that a fast clock ended before its time; its move to the end is on record."""
    step = Step(what="恢复", by="系统", at=unit.now, words="时钟曾经偏快，未到期")
    return replace(held, state=S.ISSUED, ended_at=None, steps=(*held.steps, step))


HANDLERS: Mapping[type[Command], Handler] = {
    m.CancelWarning: cancel_warning,
    m.SweepWarnings: sweep_warnings,
}
