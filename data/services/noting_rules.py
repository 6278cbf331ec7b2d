"""Rule tables in the journal: one that changed while the center runs, one that somebody saved."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Any

from data.domain.depot import Item
from data.domain.incident_types import type_name
from data.domain.messages import Command, NoteRules
from data.domain.messages.standing import SaveRules
from data.domain.needs_book import NeedsBook, parse_needs
from data.domain.org import PROVINCE, SYSTEM, Permission
from data.domain.rule_table import EDITABLE, TITLES, RuleText
from data.errors import Forbidden, Invalid
from data.services.bus import Handler
from data.services.tools import Tools
from data.store.unit_of_work import Unit

LONGEST = 200_000  # characters of a table
NAMED = 5  # kinds named in the journal's line


def note_rules(unit: Unit, command: NoteRules, tools: Tools) -> dict[str, Any]:
    """Put on record from when which file is in force, with the fingerprint of its text.

    Raises
    ------
    Forbidden
        For any actor but the center itself.
    """
    del tools
    if unit.actor.username != SYSTEM.username:
        raise Forbidden("规则表由中心读取，请改动规则文件")
    said = f"更换规则表“{command.title}”：{command.words}（SHA-256 {command.digest[:16]}）"
    unit.tell(said)
    return {"title": command.title, "digest": command.digest}


def save_rules(unit: Unit, command: SaveRules, tools: Tools) -> dict[str, Any]:
    """Keep a table's text as an administrator of the province typed it; saved as before is nothing.

    Raises
    ------
    Forbidden, Invalid, Stale
        Without the permission; naming the line that cannot be read; somebody saved in between.
    """
    unit.actor.require(Permission.ACCOUNTS)
    if not tools.areas.covers(unit.actor.org, PROVINCE):
        raise Forbidden("需求模板全省一份，请由省级系统管理员修改")
    if command.name not in EDITABLE:
        raise Invalid.field("name", f"规则表“{command.name}”不在此页修改", "请改动规则文件")
    held = next((r for r in unit.find(RuleText) if r.id == command.name), RuleText(id=command.name))
    text = command.text.replace("\r\n", "\n").strip()
    said = f"修改规则表“{TITLES[command.name]}”："
    if text:
        text += "\n"
        said += _changed(tools.rules["needs"], _read(unit, text))
        said += f"（SHA-256 {hashlib.sha256(text.encode()).hexdigest()[:16]}）"
    else:
        said += "恢复执行规则文件"
    if text == held.text:
        return {"ruling": held}
    kept = RuleText(
        id=held.id, version=held.version, text=text, saved_by=unit.actor.name, saved_at=unit.now
    )
    kept = unit.put(kept, expect=command.expect_version)
    unit.tell(said)
    return {"ruling": kept}


def _read(unit: Unit, text: str) -> NeedsBook:
    """The table, with every item in the catalogue.

    Raises
    ------
    Invalid
    """
    if len(text) > LONGEST:
        raise Invalid.field("text", f"超过 {LONGEST} 字", "请删去多余的内容")
    try:
        book = parse_needs(text)
    except (ValueError, RecursionError) as error:
        raise Invalid.field("text", str(error), "请改正后再保存；现行的表没有变") from error
    known = {name for item in unit.find(Item) for name in (item.id, item.name)}
    strange = [
        (n, name) for n, line in enumerate(book.templates, 1) for name, *_ in line.items
        if known and name not in known
    ]  # fmt: skip
    if strange:
        n, name = strange[0]
        raise Invalid.field(
            "text", f"templates 第 {n} 条的 items：物资目录里没有“{name}”", "请写目录中的品名"
        )
    return book


def _changed(before: NeedsBook, after: NeedsBook) -> str:
    """Which templates are others: 改动 滑坡、泥石流 等 3 条."""
    new = [t for t in after.templates if t not in before.templates]
    gone = len([t for t in before.templates if t not in after.templates])
    if not new:
        scale = (before.scale, before.weight) != (after.scale, after.weight)
        return "改动级别系数或权重" if scale else f"删去 {gone} 条" if gone else "内容未变"
    names = [type_name(min(t.types)) + (f"·{t.grade}级" if t.grade else "") for t in new]
    return f"改动 {'、'.join(names[:NAMED])}" + (f" 等 {len(new)} 条" if len(new) > NAMED else "")


HANDLERS: Mapping[type[Command], Handler] = {NoteRules: note_rules, SaveRules: save_rules}
