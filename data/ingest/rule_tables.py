"""The rules in force: read at the start, reread when a file changes, the last good ones kept."""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from threading import Lock
from typing import Any

from data.domain import needs
from data.domain.clock import real_now
from data.domain.messages import NoteRules
from data.domain.needs_book import read_needs
from data.domain.org import SYSTEM, Actor, Permission
from data.domain.rule_table import TITLES, RuleTable
from data.domain.warning_rules import read_warning_rules
from data.errors import Invalid
from data.ingest.rule_book import rule_book
from data.ingest.rule_files import RuleFile, rule_file, rule_path
from data.services.bus import Bus

log = logging.getLogger("hubei.rules")


class RuleTables(Mapping[str, Any]):
    """What handlers and pages look up by name; a table that cannot be read changes nothing.

    `fixed` are rules that no file of one's own may change.
    """

    def __init__(self, var: Path, fixed: Mapping[str, Any]) -> None:
        self.var = var
        self._lock = Lock()
        self._tables: dict[str, RuleTable] = {}
        self._held: Mapping[str, Any] = fixed
        for name in TITLES:
            self._tables[name], looked_up = self._fresh(name)
            self._held = {**self._held, **looked_up}
        needs.use(self._held["needs"])

    def __getitem__(self, name: str) -> Any:
        return self._held[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._held)

    def __len__(self) -> int:
        return len(self._held)

    @property
    def tables(self) -> tuple[RuleTable, ...]:
        """Every table as it stands."""
        return tuple(self._tables.values())

    def reread(self) -> None:
        """Look at every file; read the changed ones, and keep what held where that fails."""
        with self._lock:
            for name, table in self._tables.items():
                if _look(rule_path(name, self.var)) != table.looked:
                    self._renew(name, table)

    def told(self, name: str) -> None:
        """The journal has the change."""
        with self._lock:
            self._tables[name] = replace(self._tables[name], told=True)

    def _renew(self, name: str, table: RuleTable) -> None:
        looked = _look(rule_path(name, self.var))
        try:
            fresh, looked_up = self._fresh(name)
        except Invalid as error:
            fault = "；".join(e["message"] for e in error.errors) or error.detail
            log.warning("规则表未更换：%s", fault)
            self._tables[name] = replace(table, looked=looked, fault=fault)
            return
        same = (fresh.digest, fresh.path) == (table.digest, table.path)
        self._tables[name] = replace(
            fresh, looked=looked, told=same and table.told,
            read_at=table.read_at if same else fresh.read_at,
        )  # fmt: skip
        if not same:
            self._held = {**self._held, **looked_up}
            needs.use(self._held["needs"])

    def _fresh(self, name: str) -> tuple[RuleTable, dict[str, Any]]:
        """A table as its file says it now, and what handlers find by name for it.

        Raises
        ------
        Invalid
        """
        looked, held = _look(rule_path(name, self.var)), rule_file(name, self.var)
        table = RuleTable(
            name=name, path=str(held.path), own=held.own, words=held.words, looked=looked,
            digest=hashlib.sha256(held.text.encode()).hexdigest(), read_at=real_now(),
        )  # fmt: skip
        return table, _looked_up(held)


def _look(path: Path) -> tuple[str, int, int]:
    """What shows that a file is another: its place, its time, its size."""
    try:
        seen = path.stat()
    except OSError:
        return str(path), 0, 0
    return str(path), seen.st_mtime_ns, seen.st_size


def _looked_up(held: RuleFile) -> dict[str, Any]:
    """What handlers find by name for one file."""
    found: dict[str, Any] = {held.name: held.content, f"{held.name}_file": held.words}
    if held.name == "alarm_rules":
        found["alarms"] = rule_book(held.content)
    if held.name == "warnings":
        found["warnings"] = read_warning_rules(held.content)
    if held.name == "needs":
        found["needs"] = read_needs(held.content)
    return found


@dataclass(frozen=True, kw_only=True)
class RuleDesk:
    """The part of the center that keeps its rule tables; every call is blocking."""

    bus: Bus
    rules: RuleTables = field(repr=False)

    def reread_rules(self) -> int:
        """Read again what changed; the journal gets a line for each. Returns how many changed.

        On several servers each reads its own files, and the line is written once.
        """
        self.rules.reread()
        changed = [table for table in self.rules.tables if not table.told]
        for table in changed:
            note = NoteRules(title=table.title, words=table.words, digest=table.digest)
            key = f"rules.{table.name}.{table.digest[:16]}.{table.looked[1]}"
            self.bus.handle(note, SYSTEM, key)
            self.rules.told(table.name)
        return len(changed)

    def rule_tables(self, actor: Actor, *, reread: bool = False) -> tuple[RuleTable, ...]:
        """Every table, its file and what is wrong with a newer one.

        Raises
        ------
        Forbidden
        """
        if not actor.may(Permission.ACCOUNTS):
            actor.require(Permission.IMPORT)
        if reread:
            self.reread_rules()
        return self.rules.tables
