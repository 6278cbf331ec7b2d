"""A CAP 1.2 message written from the fields of a body that has warnings but sends no CAP."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from lxml import etree

from data.domain.clock import SHANGHAI
from data.domain.sharing import Connector
from data.errors import Invalid
from data.ingest.cap import NS

KINDS: Mapping[str, str] = {
    "alert": "Alert", "update": "Update", "cancel": "Cancel", "": "Alert",
    "发布": "Alert", "更新": "Update", "解除": "Cancel",
}  # fmt: skip
_CODES = re.compile(r"[\s,，、;；]+")


def cap_of(row: Mapping[str, Any], connector: Connector) -> bytes:
    """The message; its sender is the connector, what the body does not say is Unknown.

    Raises
    ------
    Invalid
        When it says neither that it warns, updates nor cancels.
    """
    said = str(row.get("does", "")).strip()
    kind = KINDS.get(said.lower(), KINDS.get(said))
    if kind is None:
        raise Invalid.field("does", f"“{said[:20]}”不是发布、更新或解除", "请在 codes 里对应")
    sender = f"{connector.id}@share"
    root = etree.Element(f"{{{NS}}}alert", nsmap={None: NS})  # type: ignore[dict-item]
    _put(root, "identifier", row["identifier"])
    _put(root, "sender", sender)
    _put(root, "sent", _time(row["sent"]))
    _put(root, "status", "Actual")
    _put(root, "msgType", kind)
    _put(root, "source", connector.body)
    _put(root, "scope", "Public")
    if row.get("before"):
        # the body says which message, not when that was sent; what counts is sender and identifier
        _put(root, "references", f"{sender},{row['before']},{_time(row['sent'])}")
    _info(root, row, connector)
    return etree.tostring(root, xml_declaration=True, encoding="UTF-8")


def _info(root: etree._Element, row: Mapping[str, Any], connector: Connector) -> None:
    info = etree.SubElement(root, f"{{{NS}}}info")
    _put(info, "language", "zh-CN")
    _put(info, "category", "Other")
    _put(info, "event", row.get("event") or row["headline"])
    for name in ("urgency", "severity", "certainty"):
        _put(info, name, "Unknown")
    for name in ("effective", "onset", "expires"):
        if row.get(name):
            _put(info, name, _time(row[name]))
    _put(info, "senderName", connector.body)
    _put(info, "headline", row["headline"])
    for name in ("description", "instruction"):
        if row.get(name):
            _put(info, name, row[name])
    if row.get("colour"):
        _pair(info, "parameter", "颜色", row["colour"])
    area = etree.SubElement(info, f"{{{NS}}}area")
    _put(area, "areaDesc", row.get("area_words") or row["areas"])
    for code in filter(None, _CODES.split(row["areas"])):
        _pair(area, "geocode", "行政区划", code)


def _pair(node: etree._Element, name: str, key: str, value: str) -> None:
    held = etree.SubElement(node, f"{{{NS}}}{name}")
    _put(held, "valueName", key)
    _put(held, "value", value)


def _put(node: etree._Element, name: str, text: str) -> None:
    try:
        etree.SubElement(node, f"{{{NS}}}{name}").text = str(text)
    except ValueError as error:  # a control character
        raise Invalid.field(name, f"{name} 里有控制字符", "请对方去掉后重发") from error


def _time(at: datetime) -> str:
    return at.astimezone(SHANGHAI).isoformat(timespec="seconds")
