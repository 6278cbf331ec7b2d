"""The table of what incidents are taken to need: templates by type and grade, strictly read."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from math import inf
from pathlib import Path
from typing import Any

import yaml

from data.domain.capabilities import CAPABILITIES
from data.domain.incident_types import INCIDENT_TYPES as TYPES
from data.domain.strict_yaml import loaded

GRADES: tuple[str | None, ...] = ("I", "II", "III", "IV", None)
OTHER = "other"
SHIPPED = Path(__file__).parents[1] / "reference" / "needs.yaml"
Rows = tuple[tuple[str, float, float], ...]


@dataclass(frozen=True, kw_only=True)
class Template:
    """Capabilities and items, (name, amount, minutes it is wanted within), and on what they rest.

    For a Ⅲ incident, unless the line is for a `grade` of its own.
    """

    types: frozenset[str]
    basis: str
    capabilities: Rows
    items: Rows = ()
    grade: str | None = None


@dataclass(frozen=True, kw_only=True)
class NeedsBook:
    """The templates in the order of the table, how they grow with the grade, and what weighs."""

    scale: Mapping[str | None, float]
    weight: Mapping[str | None, float]
    templates: tuple[Template, ...]

    def of(self, kind: str, grade: str | None) -> tuple[Template, float]:
        """The first template that fits, and what its amounts are multiplied by."""
        for wanted in (kind, OTHER):
            for line in self.templates:
                if wanted in line.types and line.grade in (None, grade):
                    return line, 1.0 if line.grade else self.scale[grade]
        raise LookupError(kind)  # a book without 其他 is refused when it is read


def read_needs(content: Mapping[str, Any]) -> NeedsBook:
    """A table as it was written.

    Raises
    ------
    ValueError
        Naming the line and what is wrong with it.
    """
    _known(content, ("scale", "weight", "templates"), "表")
    lines = content.get("templates")
    if not isinstance(lines, list) or not lines:
        raise ValueError("templates 为空；至少要有 other 一条")
    book = NeedsBook(
        scale=_by_grade(content, "scale"), weight=_by_grade(content, "weight"),
        templates=tuple(_template(line, n + 1) for n, line in enumerate(lines)),
    )  # fmt: skip
    if not any(OTHER in t.types and t.grade is None for t in book.templates):
        raise ValueError("templates 缺少不分级别的 other（其他类型）一条")
    return book


def parse_needs(text: str) -> NeedsBook:
    """A table as somebody typed it.

    Raises
    ------
    ValueError
        Naming the line of the text and what is wrong with it.
    """
    try:
        content = loaded(text)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        where = f"第 {mark.line + 1} 行" if mark else "此表"
        raise ValueError(f"{where}不合格式（括号、冒号、逗号或缩进）") from error
    except yaml.YAMLError as error:
        raise ValueError("此表不合 YAML 格式") from error
    if not isinstance(content, Mapping):
        raise ValueError("此表应有 scale、weight、templates 三部分")  # noqa: TRY004
    try:
        return read_needs(content)
    except ValueError as error:
        place = re.match(r"templates 第 (\d+) 条", str(error))
        line = _line_of(text, int(place[1])) if place else None
        raise ValueError(f"第 {line} 行起，{error}" if line else str(error)) from error


def _line_of(text: str, place: int) -> int | None:
    """The line of the text where a template begins."""
    root = yaml.compose(text, Loader=yaml.SafeLoader)
    for key, value in root.value if isinstance(root, yaml.MappingNode) else ():
        if key.value == "templates" and place <= len(value.value):
            return int(value.value[place - 1].start_mark.line) + 1
    return None


def _template(line: Any, place: int) -> Template:
    """One line of the table."""
    at = f"templates 第 {place} 条"
    if not isinstance(line, Mapping):
        raise ValueError(f"{at}应为 types、basis、capabilities 的对照表")  # noqa: TRY004
    _known(line, ("types", "grade", "basis", "capabilities", "items"), at)
    types = line.get("types")
    if not isinstance(types, list) or not types:
        raise ValueError(f"{at}没有 types（事件类型）")
    strange = [str(t) for t in types if t not in TYPES]
    if strange:
        raise ValueError(f"{at}的类型 {'、'.join(strange)} 不在类型表中；可选：{'、'.join(TYPES)}")
    grade = line.get("grade")
    if grade is not None and grade not in GRADES:
        raise ValueError(f"{at}的 grade “{grade}”有误；可选：I、II、III、IV")
    basis = line.get("basis")
    if not isinstance(basis, str) or not basis.strip():
        raise ValueError(f"{at}没有 basis（依据；没有依据写“假定”）")
    return Template(
        types=frozenset(types), grade=grade, basis=basis.strip(),
        capabilities=_rows(line.get("capabilities"), f"{at}的 capabilities", CAPABILITIES),
        items=_rows(line.get("items") or [], f"{at}的 items", None),
    )  # fmt: skip


def _rows(found: Any, at: str, names: Iterable[str] | None) -> Rows:
    """Rows of (name, amount, minutes)."""
    if not isinstance(found, list):
        raise ValueError(f"{at}应为 [名称, 数量, 分钟] 的列表")  # noqa: TRY004
    rows = []
    for row in found:
        if not isinstance(row, list) or len(row) != 3:  # noqa: PLR2004 (name, amount, minutes)
            raise ValueError(f"{at}：“{row}”应为 [名称, 数量, 分钟]")
        name, amount, within = row
        if not isinstance(name, str) or (names is not None and name not in names):
            said = f"；可选：{'、'.join(names)}" if names is not None else ""
            raise ValueError(f"{at}：没有“{name}”{said}")
        rows.append((name, _number(amount, f"{at}：{name}的数量"),
                     _number(within, f"{at}：{name}的分钟数")))  # fmt: skip
    if len({name for name, *_ in rows}) < len(rows):
        raise ValueError(f"{at}：同一名称写了两次")
    return tuple(rows)


def _by_grade(content: Mapping[str, Any], name: str) -> dict[str | None, float]:
    """A number for every grade."""
    table = content.get(name)
    if not isinstance(table, Mapping):
        raise ValueError(f"{name} 应为 I、II、III、IV、none 各一个数")  # noqa: TRY004
    words = {g or "none": g for g in GRADES}
    _known(table, words, name)
    missing = [w for w in words if w not in table]
    if missing:
        raise ValueError(f"{name} 缺少 {'、'.join(missing)}")
    return {g: _number(table[w], f"{name} 的 {w}") for w, g in words.items()}


def _number(value: Any, at: str) -> float:
    """A number above nothing."""
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 < value < inf:
        raise ValueError(f"{at} “{value}”应为大于 0 的数")
    return float(value)


def _known(content: Mapping[str, Any], names: Iterable[str], at: str) -> None:
    """Nothing that would be read past."""
    strange = [str(k) for k in content if k not in set(names)]
    if strange:
        raise ValueError(f"{at}里的 {'、'.join(strange)} 不认识；可用：{'、'.join(names)}")


@cache
def shipped() -> NeedsBook:
    """The table that comes with the program."""
    return read_needs(loaded(SHIPPED.read_text(encoding="utf-8")))
