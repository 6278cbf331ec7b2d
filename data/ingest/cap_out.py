"""Writes a warning as a CAP 1.2 message, schema-valid for every colour, update and cancel."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from lxml import etree

from data.domain.clock import SHANGHAI
from data.domain.org import AreaTree
from data.domain.printable import printable
from data.domain.warning import Warning  # noqa: A004 - the field's word
from data.domain.warning_rules import WarningRules
from data.domain.warning_text import area_words, sender_words

NS = "urn:oasis:names:tc:emergency:cap:1.2"
GEOCODE = "GB/T 2260"  # codes of administrative units; other names of it are read as well
EVENT_CODE = "hubei:incident-type"
KINDS: Mapping[str, str] = {"alert": "Alert", "update": "Update", "cancel": "Cancel"}
DRILL_NOTE = "演练，非实际预警。Exercise only."


def write_cap(warning: Warning, rules: WarningRules, areas: AreaTree) -> bytes:
    """The message of a warning; a draft's has the status Draft and no number yet."""
    root = etree.Element(f"{{{NS}}}alert", nsmap={None: NS})  # type: ignore[dict-item]
    drafted = warning.issued_at is None
    sent = warning.issued_at or warning.effective or warning.steps[-1].at
    _put(root, "identifier", warning.identifier or f"draft.{warning.id}")
    _put(root, "sender", warning.sender or rules.code_of(warning.org))
    _put(root, "sent", _time(sent))
    _put(root, "status", "Draft" if drafted else warning.status)
    _put(root, "msgType", KINDS[warning.kind])
    _put(root, "scope", "Public")
    _put(root, "note", DRILL_NOTE if warning.status == "Exercise" else "")
    _put(root, "references", " ".join(warning.references))
    _info(etree.SubElement(root, f"{{{NS}}}info"), warning, rules, areas)
    text: bytes = etree.tostring(root, xml_declaration=True, encoding="UTF-8", pretty_print=True)
    return text


def _info(info: etree._Element, warning: Warning, rules: WarningRules, areas: AreaTree) -> None:
    colour = rules.colours.get(warning.colour or "")
    lifted = warning.kind == "cancel"
    response = ("AllClear",) if lifted else rules.advice_for(warning.event).response
    _put(info, "language", "zh-CN")
    _put(info, "category", rules.categories.get(warning.event, "Other"))
    _put(info, "event", warning.event_word)
    for each in response:
        _put(info, "responseType", each)
    _put(info, "urgency", "Past" if lifted else colour.urgency if colour else "Unknown")
    _put(info, "severity", colour.severity if colour else "Unknown")
    _put(info, "certainty", colour.certainty if colour else "Unknown")
    _pair(info, "eventCode", EVENT_CODE, warning.event)
    _put(info, "effective", _time(warning.effective))
    _put(info, "onset", _time(warning.onset))
    _put(info, "expires", _time(warning.expires))
    _put(info, "senderName", warning.sender_name or sender_words(areas, warning.org))
    _put(info, "headline", warning.headline)
    _put(info, "description", warning.description)
    _put(info, "instruction", warning.instruction)
    if colour:
        _pair(info, "parameter", "颜色", colour.name)
        _pair(info, "parameter", "级别", f"{colour.level}/{colour.word}")
    area = etree.SubElement(info, f"{{{NS}}}area")
    _put(area, "areaDesc", area_words(areas, warning) or "未注明")
    for ring in _rings(warning.geometry):
        _put(area, "polygon", " ".join(f"{round(lat, 6)},{round(lon, 6)}" for lon, lat in ring))
    for code in warning.areas or warning.counties:
        _pair(area, "geocode", GEOCODE, code)


def _rings(geometry: Mapping[str, Any] | None) -> Iterable[list[list[float]]]:
    """The outer rings; CAP knows no holes."""
    if geometry is None:
        return []
    if geometry["type"] == "Polygon":
        return [geometry["coordinates"][0]]
    return [part[0] for part in geometry["coordinates"]]


def _put(node: etree._Element, name: str, text: str) -> None:
    """A child with its text; nothing when there is none. What XML cannot hold is left out."""
    said = printable(text)
    if said:
        etree.SubElement(node, f"{{{NS}}}{name}").text = said


def _pair(node: etree._Element, name: str, key: str, value: str) -> None:
    made = etree.SubElement(node, f"{{{NS}}}{name}")
    _put(made, "valueName", key)
    _put(made, "value", value)


def _time(at: datetime | None) -> str:
    """2020-07-08T07:30:00+08:00; blank when unknown."""
    return at.astimezone(SHANGHAI).isoformat(timespec="seconds") if at else ""
