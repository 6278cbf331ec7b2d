"""The rule tables a department may set: its own file in the state folder, else the shipped."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from data.domain.authority import read_table
from data.domain.needs_book import read_needs
from data.domain.reporting_rules import read_reporting
from data.domain.review_targets import read_targets
from data.domain.rule_table import TITLES, RuleText
from data.domain.strict_yaml import loaded
from data.domain.warning_rules import read_warning_rules
from data.errors import Invalid
from data.ingest.reference import REFERENCE
from data.ingest.rule_book import rule_book

FOLDER = "rules"
# whatever a check stumbles over where a table has another form than it should
UNREADABLE = (
    OSError, ValueError, TypeError, LookupError, AttributeError, ArithmeticError, RecursionError,
    yaml.YAMLError,
)  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class RuleFile:
    """One table as it is in force: its content, its file, and whether it is one's own."""

    name: str
    content: Mapping[str, Any]
    path: Path
    own: bool
    text: str = ""
    kept_by: str = ""  # who saved it on the administrator's page; it is then no file

    @property
    def words(self) -> str:
        """Which file is in force, for the page that shows the table."""
        if self.kept_by:
            return f"执行 {self.kept_by} 在系统管理页保存的一份"
        if self.own:
            return f"执行本单位的 {self.path}"
        shipped = f"data/reference/{self.path.name}"
        return f"执行随附的 {shipped}；要改，另存为数据目录下 {FOLDER}/{self.path.name}"


def _authority(content: Mapping[str, Any], file: str) -> None:
    del file  # the table names it by itself
    read_table(content)


def _alarms(content: Mapping[str, Any], file: str) -> None:
    rule_book(content, file=file)


def _warnings(content: Mapping[str, Any], file: str) -> None:
    del file  # the table names it by itself
    read_warning_rules(content)


def _needs(content: Mapping[str, Any], file: str) -> None:
    del file  # the table names it by itself
    read_needs(content)


def _review(content: Mapping[str, Any], file: str) -> None:
    del file  # the table names its lines by itself
    read_targets(content)


_NAMES: Mapping[str, tuple[str, Callable[[str], Any], Callable[[Mapping[str, Any], str], Any]]] = {
    "reporting": ("reporting.json", json.loads, read_reporting),
    "authority": ("authority.yaml", loaded, _authority),
    "alarm_rules": ("alarm_rules.yaml", loaded, _alarms),
    "warnings": ("warnings.yaml", loaded, _warnings),
    "needs": ("needs.yaml", loaded, _needs),
    "review": ("review.yaml", loaded, _review),
}


def rule_path(name: str, var: Path) -> Path:
    """Where the table in force stands: one's own under `var/rules` first."""
    file = _NAMES[name][0]
    mine = var / FOLDER / file
    return mine if mine.is_file() else REFERENCE / file


def rule_file(name: str, var: Path) -> RuleFile:
    """The table of a name in `_NAMES`, one's own under `var/rules` first.

    Raises
    ------
    Invalid
        Naming the file, the line and the remedy, when it cannot be read.
    """
    path = rule_path(name, var)
    remedy = "请改正；移开此文件即恢复随附的规则"
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, ValueError) as error:
        raise Invalid.field(name, f"规则文件 {path} 读不懂：{error}", remedy) from error
    content = _checked(name, text, str(path), f"规则文件 {path}", remedy)
    return RuleFile(name=name, content=content, path=path, own=path.parent != REFERENCE, text=text)


def kept_table(kept: RuleText) -> RuleFile:
    """A table as it was saved on the administrator's page.

    Raises
    ------
    Invalid
        When it cannot be read any more.
    """
    where = f"系统管理页保存的{TITLES[kept.id]}"
    content = _checked(kept.id, kept.text, kept.id, where, "请在系统管理 → 规则表改正或恢复")
    return RuleFile(
        name=kept.id, content=content, path=Path(where), own=True, text=kept.text,
        kept_by=kept.saved_by,
    )  # fmt: skip


def _checked(name: str, text: str, file: str, where: str, remedy: str) -> dict[str, Any]:
    """The content of a text, found sound."""
    _, parse, check = _NAMES[name]
    try:
        content = dict(parse(text))
        check(content, file)
    except UNREADABLE as error:
        raise Invalid.field(name, f"{where} 读不懂：{error}", remedy) from error
    return content
