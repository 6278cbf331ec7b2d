"""Reads CAP 1.2 messages of strangers: refuses what is hostile or wrong by name, keeps the rest."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from datetime import datetime
from functools import cache
from typing import Any
from xml.parsers import expat

from lxml import etree

from data.errors import FieldError, Invalid
from data.ingest import cap_area, cap_rules
from data.ingest.coordinates import Crs
from data.ingest.reference import REFERENCE

NS = "urn:oasis:names:tc:emergency:cap:1.2"
DSIG = "http://www.w3.org/2000/09/xmldsig#"
LARGEST_BYTES = 2_000_000
DEEPEST = 32
MOST_ELEMENTS = 20_000
MOST_ERRORS = 20
_DECLARED = re.compile(rb"""^\s*<\?xml[^>]*?encoding\s*=\s*["']([A-Za-z0-9._-]+)["']""")
_DECLARATION = re.compile(r"^\s*<\?xml[^>]*\?>")
_CHINESE = frozenset(("gb18030", "gbk", "gb2312"))


def read_cap(raw: bytes, crs: Crs = "WGS84") -> dict[str, Any]:
    """What a message says, as plain values; the bytes themselves are kept by whoever asks.

    Parameters
    ----------
    raw
        The message as it came.
    crs
        What its positions are in. CAP says WGS 84; a sender that does not keep to it is told apart.

    Raises
    ------
    Invalid
        Naming every field that breaks the schema or the rules, or what makes the file hostile.
    """
    root = parsed(raw)
    errors = [*_schema_errors(root)] or [*cap_rules.broken(root)]
    if errors:
        raise Invalid(
            f"不是合格的 CAP 1.2 报文，共 {len(errors)} 处问题", errors=errors[:MOST_ERRORS]
        )
    info = _spoken(root)
    return {
        **_head(root),
        "info": None if info is None else _info(info),
        "area": cap_area.area_of(info, crs) if info is not None else cap_area.NOWHERE,
        "signed": root.find(f"{{{DSIG}}}Signature") is not None,
        "infos": len(root.findall(f"{{{NS}}}info")),
    }


def parsed(raw: bytes) -> etree._Element:
    """The root of a message that is not hostile.

    Raises
    ------
    Invalid
        Too large, another encoding, a DTD, too deep, too many elements, or no XML.
    """
    if len(raw) > LARGEST_BYTES:
        raise _refused("报文过大", f"请把报文控制在 {LARGEST_BYTES // 1_000_000} MB 以内")
    text = _decoded(raw).encode()
    _guard(text)
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, dtd_validation=False,
        huge_tree=False, remove_comments=True, remove_pis=True,
    )  # fmt: skip
    try:
        return etree.fromstring(text, parser)
    except etree.XMLSyntaxError as error:
        raise _refused("不是完整的 XML", f"解析停在第 {error.lineno} 行，请核对后重发") from error


def valid(raw: bytes) -> list[FieldError]:
    """Every schema and rule error of a message of our own; empty when there is none."""
    root = parsed(raw)
    return [*_schema_errors(root)] or [*cap_rules.broken(root)]


def _decoded(raw: bytes) -> str:
    """The text without its declaration; UTF-8, or GB18030 and what it contains."""
    found = _DECLARED.match(raw.removeprefix(b"\xef\xbb\xbf"))
    name = found.group(1).decode().lower() if found else "utf-8"
    if name not in _CHINESE and name not in ("utf-8", "utf8", "us-ascii", "ascii"):
        raise _refused(f"不支持编码 {name[:20]}", "请用 UTF-8 或 GB18030 编码")
    try:
        text = raw.decode("gb18030" if name in _CHINESE else "utf-8-sig")
    except UnicodeDecodeError as error:
        raise _refused("编码与声明不符", "请用 UTF-8 或 GB18030 编码") from error
    return _DECLARATION.sub("", text, count=1)


def _guard(text: bytes) -> None:
    """Walk the file once without building anything; refuse what is meant to hurt."""
    depth = count = 0

    def opened(_name: str, _attributes: dict[str, str]) -> None:
        nonlocal depth, count
        depth, count = depth + 1, count + 1
        if depth > DEEPEST:
            raise _refused("元素嵌套过深", f"CAP 报文不会超过 {DEEPEST} 层，已拒收")
        if count > MOST_ELEMENTS:
            raise _refused("元素过多", f"请把报文控制在 {MOST_ELEMENTS} 个元素以内")

    def closed(_name: str) -> None:
        nonlocal depth
        depth -= 1

    parser = expat.ParserCreate()
    parser.StartElementHandler = opened
    parser.EndElementHandler = closed
    parser.StartDoctypeDeclHandler = _no("含有文档类型声明（DTD）")
    parser.EntityDeclHandler = _no("含有实体声明")
    parser.ExternalEntityRefHandler = _no("引用外部实体")
    try:
        parser.Parse(text, True)
    except expat.ExpatError as error:
        raise _refused("不是完整的 XML", f"解析停在第 {error.lineno} 行，请核对后重发") from error


def _no(what: str) -> Callable[..., int]:
    """A handler that refuses."""

    def refuse(*_: object) -> int:
        raise _refused(what, "CAP 报文不需要它，已拒收，请去掉后重发")

    return refuse


def _refused(message: str, remedy: str) -> Invalid:
    return Invalid.field("body", message, remedy)


@cache
def _schema() -> etree.XMLSchema:
    """The OASIS schema, compiled once."""
    return etree.XMLSchema(etree.parse(str(REFERENCE / "cap" / "CAP-v1.2.xsd")))


def _schema_errors(root: etree._Element) -> Iterable[FieldError]:
    """What breaks the schema; line and element are the field."""
    schema = _schema()
    if schema.validate(root):
        return
    for error in schema.error_log:  # type: ignore[attr-defined]
        name = re.sub(r"\{[^}]*\}", "", error.message)
        where = re.search(r"Element '([^']+)'", name)
        yield FieldError(
            field=where.group(1) if where else "alert",
            message=f"第 {error.line} 行不符合 CAP 1.2 结构",
            remedy=f"请按 CAP 1.2 标准改正：{name[:200]}",
        )


def text_of(node: etree._Element, name: str) -> str:
    """The trimmed text of a child; blank when it is not there."""
    return (node.findtext(f"{{{NS}}}{name}") or "").strip()


def instant(text: str) -> datetime | None:
    """A CAP time; None when blank."""
    return datetime.fromisoformat(text) if text else None


def pairs(node: etree._Element, name: str) -> dict[str, str]:
    """Names → values of every parameter, eventCode or geocode; a repeated name keeps all."""
    found: dict[str, str] = {}
    for each in node.findall(f"{{{NS}}}{name}"):
        key, value = text_of(each, "valueName"), text_of(each, "value")
        found[key] = f"{found[key]} {value}" if key in found else value
    return found


def _head(root: etree._Element) -> dict[str, Any]:
    return {
        "identifier": text_of(root, "identifier"), "sender": text_of(root, "sender"),
        "sent": instant(text_of(root, "sent")), "status": text_of(root, "status"),
        "msg_type": text_of(root, "msgType"), "scope": text_of(root, "scope"),
        "source": text_of(root, "source"), "note": text_of(root, "note"),
        "references": text_of(root, "references").split(),
        "codes": [(c.text or "").strip() for c in root.findall(f"{{{NS}}}code")],
    }  # fmt: skip


def _spoken(root: etree._Element) -> etree._Element | None:
    """The info block to show: the Chinese one where there are several."""
    infos = root.findall(f"{{{NS}}}info")
    chinese = (i for i in infos if text_of(i, "language").lower().startswith("zh"))
    return next(chinese, infos[0] if infos else None)


def _info(info: etree._Element) -> dict[str, Any]:
    plain = ("event", "urgency", "severity", "certainty", "headline", "description", "instruction",
             "audience", "web", "contact")  # fmt: skip
    return {
        **{name: text_of(info, name) for name in plain},
        "sender_name": text_of(info, "senderName"),
        "categories": [(c.text or "").strip() for c in info.findall(f"{{{NS}}}category")],
        "event_codes": pairs(info, "eventCode"), "parameters": pairs(info, "parameter"),
        **{name: instant(text_of(info, name)) for name in ("effective", "onset", "expires")},
    }  # fmt: skip
