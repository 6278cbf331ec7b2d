"""How commands are told in the journal: concise field Chinese."""

from __future__ import annotations

from dataclasses import fields
from datetime import datetime

from data.domain.clock import SHANGHAI
from data.domain.incident import CASUALTY_WORDS, Casualties, Grading, Incident
from data.domain.incident_types import type_name


def people(c: Casualties) -> str:
    """Known counts: 遇难 1 人、失联 8 人; empty when nothing is known."""
    known = ((CASUALTY_WORDS[f.name], getattr(c, f.name)) for f in fields(c))
    return "、".join(f"{word} {n} 人" for word, n in known if n)


def changes(before: Casualties, newer: Casualties) -> list[str]:
    """What a newer report changes: 失联 9→2 人."""
    return [
        f"{CASUALTY_WORDS[name]} {'不详' if old is None else old}→{new} 人"
        for name, (old, new) in before.changes(newer).items()
    ]


def received(place: str, type_key: str, c: Casualties, source: str) -> str:
    """接报：黄梅县大河镇袁山村 滑坡，失联 9 人（黄冈市值班室 电话）."""
    what = " ".join(x for x in (place, type_name(type_key)) if x)
    counted = people(c)
    return f"接报：{what}{'，' + counted if counted else ''}{f'（{source}）' if source else ''}"


def graded(grading: Grading) -> str:
    """定级：Ⅲ 中型（死亡 9 人（3–9 人）；失联 9 人按遇难计）."""
    why = "；".join((*grading.measures, *grading.assumptions)) or grading.basis
    return f"{grading.label}{f'（{why}）' if why else ''}"


def titled(incident: Incident) -> str:
    """甲 黄梅滑坡."""
    return f"{incident.letter} {incident.short_name}"


def clock_time(at: datetime) -> str:
    """An instant as month, day, hour and minute in Beijing time."""
    local = at.astimezone(SHANGHAI)
    return f"{local.month}月{local.day}日 {local:%H:%M}"
