"""The journal's line about a rule table that was changed while the center runs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from data.domain.messages import Command, NoteRules
from data.domain.org import SYSTEM
from data.errors import Forbidden
from data.services.bus import Handler
from data.services.tools import Tools
from data.store.unit_of_work import Unit


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


HANDLERS: Mapping[type[Command], Handler] = {NoteRules: note_rules}
