"""YAML files of people read strictly: a refusal names the file, the field and the remedy."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import yaml

from data.errors import Invalid

LONGEST = 200_000  # characters of a file
# libyaml's reader is eight times as quick; PyYAML's own stands in where it was built without
_QUICK = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class At:
    """Where in which file something stands, for the words of a refusal."""

    def __init__(self, file: str, path: str = "") -> None:
        self.file, self.path = file, path

    def of(self, name: str) -> At:
        """One step further in."""
        return At(self.file, f"{self.path}.{name}" if self.path else name)

    def nth(self, number: int) -> At:
        """The line of a list, counted from 1."""
        return At(self.file, f"{self.path}[{number}]")

    def wrong(self, what: str, remedy: str) -> Invalid:
        """What is wrong here, naming file and field."""
        return Invalid.field(self.path or "text", f"{self.file} 的 {self.path}：{what}", remedy)


def loaded(text: str) -> Any:
    """What a YAML text says: plain values, never objects.

    Raises
    ------
    yaml.YAMLError
        Where it is not YAML.
    """
    try:
        return yaml.load(text, _QUICK)  # noqa: S506 - a safe loader, both
    except yaml.YAMLError:
        return yaml.safe_load(text)  # the slower one names the line where people look for it


def parsed(text: str, file: str, remedy: str) -> dict[str, Any]:
    """The mapping of a YAML text.

    Parameters
    ----------
    remedy
        What to do where it is none.

    Raises
    ------
    Invalid
        Naming the line where YAML itself is broken.
    """
    if len(text) > LONGEST:
        raise Invalid.field("text", f"{file} 超过 {LONGEST} 字", "请拆分为多个文件")
    try:
        whole = loaded(text)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        where = f"第 {mark.line + 1} 行第 {mark.column + 1} 列" if mark else "某处"
        raise Invalid.field(
            "text", f"{file} {where}YAML 格式有误", "请检查缩进（用空格）、冒号后的空格和引号"
        ) from error
    except (ValueError, RecursionError) as error:
        raise Invalid.field("text", f"{file} 不是可读的 YAML：{error}"[:200], remedy) from error
    if not isinstance(whole, dict):
        raise Invalid.field("text", f"{file} 内容为空或不是“字段: 内容”", remedy)
    return whole


def known(
    at: At, given: Mapping[Any, Any], fields: Mapping[str, Any], needed: tuple[str, ...]
) -> None:
    """Refuse a field that is not known, and one that is missing.

    Raises
    ------
    Invalid
    """
    for name in given:
        if name not in fields:
            raise at.of(str(name)).wrong("没有这个字段", f"可填：{'、'.join(fields)}")
    for name in needed:
        if given.get(name) in (None, ""):
            raise at.of(name).wrong("未填写", "此项必填")
