"""The records of what a body sent, whatever its format: plain mappings, read safely."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Mapping
from typing import Any
from xml.etree.ElementTree import Element, ParseError

import msgspec
from defusedxml import ElementTree
from defusedxml.common import DefusedXmlException

from data.domain.sharing import MappingFile
from data.domain.whole_number import whole
from data.errors import Invalid

MOST_BYTES = 8_000_000
MOST_RECORDS = 50_000
MOST_DEPTH = 60
_STEP = re.compile(r"[./]")
_DECLARED = re.compile(r"^\s*<\?xml[^>]*\?>")
_MISSING = object()


def records(known: MappingFile, raw: bytes) -> list[Any]:
    """The records in what came; each is a mapping, or what stands in its place.

    Raises
    ------
    Invalid
        When it is too large, no such format, or holds no rows where the mapping looks for them.
    """
    if len(raw) > MOST_BYTES:
        raise _refused(f"数据 {len(raw)} 字节，超过 {MOST_BYTES}", "请对方分批推送")
    text = decoded(raw)
    if known.format == "csv":
        found: list[Any] = _csv(text)
    else:
        whole = _json(text) if known.format == "json" else _xml(text)
        found = _rows(known, whole)
    if len(found) > MOST_RECORDS:
        raise _refused(f"一次 {len(found)} 条，超过 {MOST_RECORDS}", "请对方分批推送")
    return found


def decoded(raw: bytes) -> str:
    """Text in UTF-8 with or without its mark, else in GB18030; what is neither keeps marks."""
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        return raw.decode("gb18030", "replace")


def found_at(record: Any, path: str) -> Any:
    """What stands at a path (`a.b.0` or `a/@id`) of a record; None where nothing does."""
    if isinstance(record, Mapping) and path in record:
        return record[path]  # a column may have a dot in its name
    at = record
    for step in _STEP.split(path):
        at = _step(at, step)
        if at is _MISSING:
            return None
    return at


def _step(at: Any, step: str) -> Any:
    if isinstance(at, Mapping):
        return at.get(step, _MISSING)
    number = whole(step)
    if isinstance(at, list) and number is not None and number < len(at):
        return at[number]
    return _MISSING


def _refused(what: str, remedy: str) -> Invalid:
    return Invalid.field("body", what, remedy)


def _json(text: str) -> Any:
    try:
        return msgspec.json.decode(text.encode("utf-8", "replace"))
    except (msgspec.DecodeError, RecursionError) as error:
        raise _refused(f"不是有效的 JSON：{error}"[:200], "请对方核对格式后重发") from error


def _csv(text: str) -> list[Any]:
    if "\0" in text:
        raise _refused("CSV 里有空字符", "请对方另存为 UTF-8 或 GB18030 的 CSV 后重发")
    try:
        reader = csv.DictReader(io.StringIO(text, newline=""), restkey="多出的列")
        return [{str(k).strip(): v for k, v in row.items()} for row in reader]
    except csv.Error as error:
        raise _refused(f"不是有效的 CSV：{error}", "请对方核对格式后重发") from error


def _xml(text: str) -> Any:
    """The root as nested mappings; no document type, no entities, nothing fetched."""
    try:
        root = ElementTree.fromstring(_DECLARED.sub("", text, count=1), forbid_dtd=True)
        return {_name(root.tag): _plain(root, 0)}
    except DefusedXmlException as error:
        raise _refused("XML 带有文档类型或实体定义，已拒收", "请对方去掉 DOCTYPE 后重发") from error
    except (ParseError, ValueError, RecursionError) as error:
        raise _refused(f"不是有效的 XML：{error}"[:200], "请对方核对格式后重发") from error


def _plain(node: Element, depth: int) -> Any:
    """Attributes under `@name`, children under their names without namespace, lists for many."""
    if depth > MOST_DEPTH:
        raise ValueError("层次过深")
    if not len(node) and not node.attrib:
        return (node.text or "").strip()
    made: dict[str, Any] = {f"@{_name(k)}": v for k, v in node.attrib.items()}
    for child in node:
        name, held = _name(child.tag), _plain(child, depth + 1)
        if name not in made:
            made[name] = held
        elif isinstance(made[name], list):
            made[name].append(held)
        else:
            made[name] = [made[name], held]
    if not len(node) and (node.text or "").strip():
        made["#text"] = (node.text or "").strip()
    return made


def _name(tag: Any) -> str:
    return str(tag).rsplit("}", 1)[-1]


def _rows(known: MappingFile, whole: Any) -> list[Any]:
    """The rows of a document: the list at `rows`, one mapping alone, or the document itself."""
    at = found_at(whole, known.rows) if known.rows else whole
    if at is None:
        raise _refused(f"没有找到 {known.rows}", "请核对映射文件的 rows 与对方的结构")
    return list(at) if isinstance(at, list) else [at]
