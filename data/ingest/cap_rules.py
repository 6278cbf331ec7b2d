"""The rules of CAP 1.2 that its schema cannot say; one function a rule, each names its clause."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterable
from datetime import datetime
from itertools import pairwise

from lxml import etree

from data.errors import FieldError
from data.ingest import cap_area

NS = "urn:oasis:names:tc:emergency:cap:1.2"
_BARRED = re.compile(r"[\s,<&]")
_LATER = ("Update", "Cancel", "Ack", "Error")
_SMALLEST_RING = 4


def broken(root: etree._Element) -> Iterable[FieldError]:
    """Every rule that a message, valid by the schema, breaks all the same."""
    for rule in HEAD:
        yield from rule(root)
    for info in root.findall(f"{{{NS}}}info"):
        for rule in INFO:
            yield from rule(info)


def _text(node: etree._Element, name: str) -> str:
    return (node.findtext(f"{{{NS}}}{name}") or "").strip()


def _error(field: str, message: str, remedy: str) -> FieldError:
    return FieldError(field=field, message=message, remedy=remedy)


def names(root: etree._Element) -> Iterable[FieldError]:
    """The identifier and the sender hold no space, comma, < or & (3.2.1)."""
    for field in ("identifier", "sender"):
        value = root.findtext(f"{{{NS}}}{field}") or ""
        if not value or _BARRED.search(value):
            yield _error(field, "为空，或含有空格、逗号、< 或 &", "请改为不含这些字符的标识")


def references(root: etree._Element) -> Iterable[FieldError]:
    """Update, Cancel, Ack and Error refer to what they speak of: sender,identifier,sent (3.2.1)."""
    given, kind = _text(root, "references"), _text(root, "msgType")
    if kind in _LATER and not given:
        yield _error("references", f"{kind} 没有写明所指的报文", "请填 发送者,标识,发送时间")
    for triple in given.split():
        parts = triple.split(",")
        if len(parts) != 3 or not all(parts) or not _is_time(parts[2]):  # noqa: PLR2004
            yield _error("references", f"看不懂“{triple[:60]}”", "请写成 发送者,标识,发送时间")


def scope(root: etree._Element) -> Iterable[FieldError]:
    """A restriction goes with Restricted, addresses with Private (3.2.1)."""
    said, restricted = _text(root, "scope"), _text(root, "restriction")
    if said == "Restricted" and not restricted:
        yield _error("restriction", "scope 为 Restricted 而未写限制", "请填写 restriction")
    if said != "Restricted" and restricted:
        yield _error("restriction", "只有 scope 为 Restricted 时才写限制", "请删去或改 scope")
    if said == "Private" and not _text(root, "addresses"):
        yield _error("addresses", "scope 为 Private 而未写收件人", "请填写 addresses")


def notes(root: etree._Element) -> Iterable[FieldError]:
    """An Error message says in note what is wrong (3.2.1)."""
    if _text(root, "msgType") == "Error" and not _text(root, "note"):
        yield _error("note", "Error 报文没有写明错误", "请填写 note")


def informs(root: etree._Element) -> Iterable[FieldError]:
    """Alert and Update say something: at least one info (3.2.2)."""
    kind = _text(root, "msgType")
    if kind in ("Alert", "Update") and root.find(f"{{{NS}}}info") is None:
        yield _error("info", f"{kind} 报文没有内容", "请至少写一个 info")


def zones(root: etree._Element) -> Iterable[FieldError]:
    """UTC is written -00:00, and offsets exist (3.3.2)."""
    for node in root.iter(*(f"{{{NS}}}{n}" for n in ("sent", "effective", "onset", "expires"))):
        text = (node.text or "").strip()
        if text and not _is_time(text):
            yield _error(
                etree.QName(node).localname, f"时间 {text[:40]} 不存在", "请核对日期和时区"
            )


def said(info: etree._Element) -> Iterable[FieldError]:
    """An event says something (3.2.2)."""
    if not _text(info, "event"):
        yield _error("event", "没有写明事件", "请填写 event")


def order(info: etree._Element) -> Iterable[FieldError]:
    """A warning ends after it begins and after it was sent (3.2.2)."""
    times = {n: _time(_text(info, n)) for n in ("effective", "onset", "expires")}
    parent = info.getparent()
    times["sent"] = _time(_text(parent, "sent")) if parent is not None else None
    end = times["expires"]
    for name, word in (("sent", "发送"), ("effective", "生效"), ("onset", "开始")):
        start = times[name]
        if end is not None and start is not None and end <= start:
            yield _error("expires", f"失效时间不晚于{word}时间", "请核对时间")
            return


def rings(info: etree._Element) -> Iterable[FieldError]:
    """A polygon closes, has four positions at least, and encloses something (3.2.4)."""
    for node in info.iter(f"{{{NS}}}polygon"):
        try:
            points = cap_area.positions(node.text or "")
        except (ValueError, IndexError) as error:
            yield _error("polygon", f"坐标有误：{_short(error)}", "请写成 纬度,经度 纬度,经度 …")
            continue
        if len(points) < _SMALLEST_RING or points[0] != points[-1]:
            yield _error("polygon", "不是闭合的多边形", "请至少写四对坐标，首尾相同")
        elif len(set(points)) < _SMALLEST_RING - 1 or _flat(points):
            yield _error("polygon", "多边形没有面积", "请核对坐标，CAP 写作 纬度,经度")


def circles(info: etree._Element) -> Iterable[FieldError]:
    """A circle has a centre and a radius in kilometres (3.2.4)."""
    for node in info.iter(f"{{{NS}}}circle"):
        try:
            cap_area.read_circle(node.text or "")
        except (ValueError, IndexError) as error:
            yield _error("circle", f"圆有误：{_short(error)}", "请写成 纬度,经度 半径（公里）")


def places(info: etree._Element) -> Iterable[FieldError]:
    """Where it is in words; ceiling only over an altitude; geocodes have name and value (3.2.4)."""
    for area in info.findall(f"{{{NS}}}area"):
        if not _text(area, "areaDesc"):
            yield _error("areaDesc", "没有写明地区", "请填写 areaDesc")
        if _text(area, "ceiling") and not _text(area, "altitude"):
            yield _error("ceiling", "有上限而无下限", "请同时填写 altitude")
    for name in ("geocode", "parameter", "eventCode"):
        for node in info.iter(f"{{{NS}}}{name}"):
            if not _text(node, "valueName") or not _text(node, "value"):
                yield _error(name, "名称或值为空", "请同时填写 valueName 和 value")


def resources(info: etree._Element) -> Iterable[FieldError]:
    """A resource has a type and a size that can be (3.2.3)."""
    for node in info.findall(f"{{{NS}}}resource"):
        if "/" not in _text(node, "mimeType"):
            yield _error("mimeType", "不是媒体类型", "请写成 image/png 的形式")
        if _text(node, "size").startswith("-"):
            yield _error("size", "大小为负", "请填写字节数")


HEAD: tuple[Callable[[etree._Element], Iterable[FieldError]], ...] = (
    names, references, scope, notes, informs, zones,
)  # fmt: skip
INFO: tuple[Callable[[etree._Element], Iterable[FieldError]], ...] = (
    said, order, rings, circles, places, resources,
)  # fmt: skip


def _time(text: str) -> datetime | None:
    try:
        return datetime.fromisoformat(text) if text else None
    except ValueError:
        return None


def _is_time(text: str) -> bool:
    found = _time(text)
    return found is not None and found.tzinfo is not None


def _flat(points: list[tuple[float, float]]) -> bool:
    """Whether a ring encloses nothing (shoelace)."""
    pairs = pairwise(points)
    return math.isclose(sum(a[1] * b[0] - b[1] * a[0] for a, b in pairs), 0, abs_tol=1e-12)


def _short(error: Exception) -> str:
    text = str(error)
    return "不是数字" if text.startswith("could not") else text
