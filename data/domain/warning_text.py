"""The words of a warning as each channel carries them; in an exercise all of them say 演练."""

from __future__ import annotations

import math
from collections.abc import Callable
from datetime import datetime

from data.domain.clock import SHANGHAI
from data.domain.org import PROVINCE, AreaTree
from data.domain.warning import Warning  # noqa: A004 - the field's word
from data.domain.warning_rules import WarningRules

DRILL = "【演练】"
DRILL_END = "以上为演练内容。"
SMS_FIRST, SMS_PART = 70, 67  # characters of a short message, and of each part of a longer one
NAMED = 6  # units named before the rest is counted


def clock_words(at: datetime | None) -> str:
    """7月8日7时30分."""
    if at is None:
        return ""
    local = at.astimezone(SHANGHAI)
    minutes = f"{local.minute}分" if local.minute else ""
    return f"{local.month}月{local.day}日{local.hour}时{minutes}"


def area_words(
    areas: AreaTree,
    warning: Warning,
    *,
    most: int = NAMED,
    whole: str = "湖北全省",
    name: Callable[[AreaTree, str], str] | None = None,
) -> str:
    """Where: as somebody wrote it, else the units named, the first few of many.

    Parameters
    ----------
    most
        Units named before the rest is counted.
    whole
        What the whole province is called.
    name
        How a unit is named by its code; by default with its prefecture.
    """
    if warning.area_words:
        return warning.area_words
    codes = warning.areas or warning.counties
    if PROVINCE in codes:
        return whole
    named = "、".join((name or _named)(areas, code) for code in codes[:most])
    return f"{named}等{len(codes)}地" if len(codes) > most else named


def _named(areas: AreaTree, code: str) -> str:
    """黄冈市黄梅县; a prefecture alone."""
    above = areas.prefecture_of(code)
    name = areas.name(code)
    return name if above in (None, code) else f"{areas.name(above)}{name}"


def made_headline(rules: WarningRules, areas: AreaTree, warning: Warning, sender: str) -> str:
    """湖北省应急指挥中心发布暴雨红色预警[Ⅰ级/特别严重]."""
    what = f"{warning.event_word}{_colour(rules, warning)}预警"
    if warning.kind == "cancel":
        return f"{sender}解除{what}"
    word = "更新" if warning.kind == "update" else "发布"
    # for the whole of one's own area the name says it already
    own = warning.areas == (warning.org,) and not warning.area_words
    return f"{sender}{word}{'' if own else area_words(areas, warning)}{what}"


def sender_words(areas: AreaTree, org: str) -> str:
    """The body that warns, as it signs."""
    return f"{areas.name(org)}应急指挥中心"


def _colour(rules: WarningRules, warning: Warning) -> str:
    return rules.colours[warning.colour].name if warning.colour else ""


def period(warning: Warning) -> str:
    """From when until when, as far as it is said."""
    start = clock_words(warning.onset or warning.effective)
    end = clock_words(warning.expires)
    return f"{start}至{end}" if start and end else f"有效至{end}" if end else start


def full_text(areas: AreaTree, warning: Warning) -> str:
    """Everything, for mail, web hooks and the desk."""
    rows = [
        warning.headline,
        f"范围：{area_words(areas, warning)}",
        f"时间：{period(warning)}" if period(warning) else "",
        warning.description,
        f"防御指南：{warning.instruction}" if warning.instruction else "",
        f"发布：{warning.sender_name or sender_words(areas, warning.org)}"
        + (f"　{clock_words(warning.issued_at)}" if warning.issued_at else ""),
        f"编号：{warning.identifier}" if warning.identifier else "",
    ]
    return _marked(warning, "\n".join(r for r in rows if r), "\n")


def spoken_text(rules: WarningRules, areas: AreaTree, warning: Warning) -> str:
    """What a loudspeaker reads out: short sentences, no numbers of documents."""
    colour = _colour(rules, warning)
    if warning.kind == "cancel":
        said = f"请注意，{area_words(areas, warning)}{warning.event_word}{colour}预警已解除。"
        return _marked(warning, f"{said}{warning.description}", "")
    parts = [
        f"请注意，现在播发{warning.event_word}{colour}预警。",
        f"范围：{area_words(areas, warning)}。",
        f"时间：{period(warning)}。" if period(warning) else "",
        _ended(warning.description), _ended(warning.instruction),
    ]  # fmt: skip
    return _marked(warning, "".join(parts), "")


def short_text(areas: AreaTree, warning: Warning) -> str:
    """What a short message says: the headline, until when, and what to do."""
    sender = warning.sender_name or sender_words(areas, warning.org)
    until = f"有效至{clock_words(warning.expires)}。" if warning.expires else ""
    body = f"【{sender}】{_ended(warning.headline)}{until}{_ended(warning.instruction)}"
    return _marked(warning, body, "")


def sms_parts(text: str) -> int:
    """How many short messages a text takes."""
    return 1 if len(text) <= SMS_FIRST else math.ceil(len(text) / SMS_PART)


def _ended(text: str) -> str:
    """A text with its full stop."""
    said = text.strip()
    return said if not said or said[-1] in "。！；.!" else f"{said}。"


def _marked(warning: Warning, text: str, between: str) -> str:
    """The text with the exercise's mark before and after it."""
    if warning.status != "Exercise":
        return text
    return f"{DRILL}{between}{text}{between}{DRILL_END}"
