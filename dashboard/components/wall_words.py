"""The wall's small marks: a colour and its character in a square, alarms in order."""

from __future__ import annotations

from typing import Any

from dash import html

from dashboard.words import short_area
from data.domain.alarm import FAULTS, Alarm
from data.domain.org import AreaTree
from data.domain.point_state import OF_COLOUR, PointState, of_alarm
from data.domain.situation import Situation
from data.domain.warning import Warning  # noqa: A004 - the field's word
from data.domain.warning_text import area_words

NAMED = 3  # units named before the rest is counted
_CLASS = {
    PointState.BLUE: "w4", PointState.YELLOW: "w3", PointState.ORANGE: "w2", PointState.RED: "w1",
}  # fmt: skip


def state_mark(state: PointState | None, *, alarm: Alarm | None = None) -> Any:
    """A state's colour with its character; what is in doubt is pale red on dark red."""
    if alarm is not None:
        state = PointState.MISSING if alarm.family in FAULTS else of_alarm(alarm)
    held = state or PointState.CALM
    return html.B(held.char, className=f"mark {_CLASS.get(held, 'fault' if held.char else '')}")


def colour_mark(colour: str | None) -> Any:
    """A warning's colour with its character."""
    return state_mark(OF_COLOUR.get(colour or ""))


def warning_words(areas: AreaTree, warning: Warning) -> str:
    """暴雨 黄冈、咸宁; the units or the words of the area, with whose it is when foreign."""
    whose = f"（{warning.sender_name}）" if warning.incoming and warning.sender_name else ""
    return f"{warning.event_word} {where_words(areas, warning)}{whose}".strip()


def where_words(areas: AreaTree, warning: Warning) -> str:
    """Where, in few words: as somebody wrote it, else the first units by their short names."""
    return area_words(areas, warning, most=NAMED, whole="全省", name=_short)


def _short(areas: AreaTree, code: str) -> str:
    return short_area(areas.name(code))


def newest_alarms(seen: Situation) -> list[Alarm]:
    """Alarms whose cause holds, the newest first."""
    held = [a for a in seen.alarms.values() if a.open and a.raised_at <= seen.at]
    return sorted(held, key=lambda a: (a.raised_at, a.id), reverse=True)
