"""Small marks of the desk: keys, letters, state squares, spans of time."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from dash import html

from dashboard.words import DASH, clock_time, grade_chip
from data.domain.alarm import Alarm, Family
from data.domain.incident import CASUALTY_WORDS, Casualties, Grading, Incident

LETTER_CLASS = {"甲": "jia", "乙": "yi"}
CASUALTY_ORDER = (
    "dead", "missing", "trapped", "injured_serious", "injured_minor", "poisoned", "threatened",
    "evacuated", "rescued",
)  # fmt: skip


def level(alarm: Alarm) -> str:
    """What a reading reached: 汉口 27.30 米 达警戒, or 超警戒 0.12 when above it."""
    if alarm.family != Family.LEVEL or alarm.threshold > alarm.value:
        return alarm.told
    over = round(alarm.value - alarm.threshold, 2)
    words = f"超{alarm.level} {over:.2f}" if over > 0 else f"达{alarm.level}"
    return f"{alarm.sensor_name} {metres(alarm.value, alarm.unit)} {words}"


def metres(value: float, unit: str) -> str:
    """A reading with its unit, water levels to the centimetre: 27.30 米."""
    return f"{value:.2f} 米" if unit == "m" else number(value, unit)


def number(value: float | None, unit: str = "") -> str:
    """A number with its unit; — when unknown, never 0."""
    return (
        DASH if value is None else f"{value:,.10g}".replace(",", " ") + (f" {unit}" if unit else "")
    )


def clock(at: datetime | None, now: datetime | None = None) -> str:
    """HH:MM in Beijing, with month and day when it is another day than `now`."""
    return clock_time(at, now)


def span(length: timedelta | float | None) -> str:
    """A span as said aloud: 1 时 28 分."""
    if length is None:
        return DASH
    seconds = length.total_seconds() if isinstance(length, timedelta) else length
    minutes = round(abs(seconds) / 60)
    hours, rest = divmod(minutes, 60)
    words = f"{hours} 时 {rest:02d} 分" if hours else f"{rest} 分"
    return f"−{words}" if seconds < 0 else words


def identity(incident: Incident | None) -> str:
    """The class of an incident's identity colour."""
    return LETTER_CLASS.get(incident.letter if incident else "", "bing")


def letter_box(incident: Incident) -> Any:
    """The incident's letter in its colour."""
    return html.B(incident.letter, className=f"letter {identity(incident)}")


def chip(grading: Grading) -> Any:
    """The grade as a chip in the standard's colour, the numeral always written."""
    text, colour = grade_chip(grading)
    return html.Span(text, className=f"chip {colour}")


def kbd(name: str) -> Any:
    """A key as it is printed on a button."""
    return html.Kbd(name)


def state_box(char: str) -> Any:
    """A team's state: one character in a square."""
    return html.B(char, className="st")


def casualty_words(casualties: Casualties, most: int = 9) -> str:
    """The known figures in one line: 遇难 1 · 失联 8; empty when nothing is known."""
    known = [(CASUALTY_WORDS[n], getattr(casualties, n)) for n in CASUALTY_ORDER]
    return " · ".join(f"{word} {people}" for word, people in known[:] if people is not None)[
        : most * 12
    ]


def changed_words(before: Casualties, after: Casualties) -> str:
    """What a newer report changes: 失联 4→无报, 遇难 — → 6; empty when nothing."""
    changes = before.changes(after)
    return "，".join(
        f"{CASUALTY_WORDS[n]} {number(changes[n][0])} → {number(changes[n][1])}"
        for n in CASUALTY_ORDER
        if n in changes
    )


def empty(text: str, hint: str = "") -> Any:
    """An honest empty state."""
    return html.Div([html.P(text), html.Small(hint)] if hint else html.P(text), className="empty")
