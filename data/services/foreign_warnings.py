"""Other bodies' warnings: kept as they came, drawn, ended by their own updates, watched."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from shapely.geometry import shape

from data.domain.incident_types import INCIDENT_TYPES
from data.domain.messages import Command
from data.domain.messages import warnings as m
from data.domain.org import Permission
from data.domain.task import Step
from data.domain.warning import (
    KIND_WORDS,
    Kind,
    Warning,  # noqa: A004 - the field's word
    WarningState,
)
from data.domain.warning_rules import WarningRules
from data.errors import Invalid
from data.services import keeping_watch, warned_area
from data.services.bus import Handler
from data.services.issuing_warnings import CAP_MEDIA, drilling, rules_of
from data.services.tools import Tools
from data.store.blobs import keep_blob
from data.store.unit_of_work import Unit

S = WarningState
KINDS: Mapping[str, Kind] = {"Alert": "alert", "Update": "update", "Cancel": "cancel"}
_COLOUR_WORD = re.compile(r"([红橙黄蓝])色?预警|预警.{0,6}?([红橙黄蓝])色")
_COLOUR_KEY = re.compile(r"颜色|预警级别|colou?r", re.IGNORECASE)
_CHARS = {"红": "red", "橙": "orange", "黄": "yellow", "蓝": "blue"}


def take_foreign_warning(unit: Unit, command: m.TakeForeignWarning, tools: Tools) -> dict[str, Any]:
    """Keep a message; the same one twice is one, an update ends what it updates, a watch begins.

    Raises
    ------
    Forbidden, Invalid
        Acknowledgements and errors are no warnings; neither is what lies outside Hubei.
    """
    if not unit.actor.may(Permission.TELEMETRY):
        unit.actor.require(Permission.WARN)
    read, rules = command.read, rules_of(tools)
    kind = KINDS.get(read["msg_type"])
    if kind is None:
        raise Invalid.field(
            "msgType", f"{read['msg_type']} 不是预警", "只接收 Alert、Update、Cancel"
        )
    known = [w for w in unit.find(Warning) if w.incoming]
    twice = next((w for w in known if _same(w, read)), None)
    if twice is not None:
        return {"warning": twice, "repeated": True, "ended": [], "watch": None}
    before = _referred(known, read["references"])
    made = _warning(unit, tools, rules, kind, read, before)
    made = replace(made, message=keep_blob(unit.connection, command.raw, CAP_MEDIA))
    kept = unit.put(made)
    ended = _end(unit, before, kept) if made.state == S.ISSUED or kind == "cancel" else []
    watch = keeping_watch.start_watch(unit, tools, kept) if kept.state == S.ISSUED else None
    unit.tell(
        f"收到{KIND_WORDS[kind]}预警：{kept.headline}（{kept.sender_name}）", area=kept.area_code
    )
    return {"warning": kept, "repeated": False, "ended": [w.id for w in ended], "watch": watch}


def _same(held: Warning, read: Mapping[str, Any]) -> bool:
    """Whether a message is one that is here already: sender, identifier and time alike."""
    return (held.sender, held.identifier, held.issued_at) == (
        read["sender"], read["identifier"], read["sent"],
    )  # fmt: skip


def _referred(known: list[Warning], references: list[str]) -> list[Warning]:
    """The messages here that a message refers to."""
    named = {tuple(r.split(",")[:2]) for r in references}
    return [w for w in known if (w.sender, w.identifier) in named]


def _warning(
    unit: Unit, tools: Tools, rules: WarningRules, kind: Kind, read: Mapping[str, Any],
    before: list[Warning],
) -> Warning:  # fmt: skip
    """The message as a warning of this center."""
    info: Mapping[str, Any] = read["info"] or {}
    sent: datetime = read["sent"]
    last = before[-1] if before else None
    real = read["status"] == "Actual" or (drilling(tools) and read["status"] == "Exercise")
    expires = info.get("expires")
    alive = real and kind != "cancel" and (expires is None or expires > unit.now)
    sender = info.get("sender_name") or read["source"] or read["sender"]
    made = Warning(
        id=unit.next_id("warning"), state=S.ISSUED if alive else S.NOTICE, kind=kind,
        colour=colour_said(rules, info) or (last.colour if last and kind == "cancel" else None),
        event=_event(info.get("event", "")) if info else (last.event if last else "other"),
        headline=info.get("headline") or _titled(info, kind, last),
        description=info.get("description") or read["note"],
        instruction=info.get("instruction", ""), effective=info.get("effective") or sent,
        onset=info.get("onset"), expires=expires, org=unit.actor.org, incoming=True,
        identifier=read["identifier"], sender=read["sender"], sender_name=sender,
        status=read["status"], issued_at=sent, before=last.id if last else None,
        references=tuple(read["references"]), message_signed=read["signed"],
        parameters={**info.get("parameters", {}), **info.get("event_codes", {}),
                    **read["area"]["geocodes"]},
        steps=(Step(what="收到", by=unit.actor.name, at=unit.now, words=sender),),
        origin="exercise" if drilling(tools) else "real",
    )  # fmt: skip
    return _placed(tools, made, read["area"], last)


def _placed(tools: Tools, made: Warning, area: Mapping[str, Any], last: Warning | None) -> Warning:
    """The warning with its area; a bare cancel has its forerunner's."""
    codes = tuple(c for c in area["codes"] if c in tools.areas.areas)
    counties = set(warned_area.counties_of(tools.areas, codes))
    if area["geometry"] is not None:
        counties |= set(warned_area.touched_counties(tools, shape(area["geometry"])))
    if not counties and last is not None:
        return replace(
            made, areas=last.areas, counties=last.counties, geometry=last.geometry,
            area_words=last.area_words, area_code=last.area_code,
        )  # fmt: skip
    if not counties and made.kind != "cancel":
        raise Invalid.field(
            "area", "看不出在湖北哪里", "请写明多边形、圆或六位行政区划代码（geocode）"
        )
    found = tuple(sorted(counties))
    return replace(
        made, areas=codes, counties=found, geometry=area["geometry"],
        area_words=area["words"][:300], area_code=warned_area.common(tools.areas, found),
    )  # fmt: skip


def _end(unit: Unit, before: list[Warning], newer: Warning) -> list[Warning]:
    """What an update or a cancel refers to ends with it."""
    if newer.kind == "alert":
        return []
    to = S.CANCELLED if newer.kind == "cancel" else S.UPDATED
    step = Step(what=to.word, by=newer.sender_name, at=unit.now, words=newer.identifier)
    return [unit.put(w.moved(to, step, ended_at=unit.now)) for w in before if w.state == S.ISSUED]


def colour_said(rules: WarningRules, info: Mapping[str, Any]) -> str | None:
    """The colour: as the headline or a parameter says it, else by the severity (assumed)."""
    said = [info.get("headline", ""), info.get("event", "")]
    named = {**info.get("parameters", {}), **info.get("event_codes", {})}
    for text in said:
        hit = _COLOUR_WORD.search(text)
        if hit:
            return _CHARS[hit.group(1) or hit.group(2)]
    for key, value in named.items():
        if _COLOUR_KEY.search(key):
            colour = _named_colour(value)
            if colour:
                return colour
    severity = info.get("severity")
    return next((c for c, rule in rules.colours.items() if rule.severity == severity), None)


def _named_colour(text: str) -> str | None:
    low = text.strip().lower()
    return next((colour for char, colour in _CHARS.items() if char in text or colour == low), None)


def _event(text: str) -> str:
    """A type of incident by its name, else the sender's own words."""
    known = next((t.key for t in INCIDENT_TYPES.values() if t.name in text), None)
    return known or text[:60]


def _titled(info: Mapping[str, Any], kind: Kind, last: Warning | None) -> str:
    """A headline where the sender wrote none."""
    event = info.get("event") or (last.event_word if last else "")
    return f"{KIND_WORDS[kind]}{event}预警"


HANDLERS: Mapping[type[Command], Handler] = {m.TakeForeignWarning: take_foreign_warning}
