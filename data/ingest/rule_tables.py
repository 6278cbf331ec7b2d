"""The rules in force: read at the start, reread when a file changes, the last good ones kept."""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from threading import Lock
from typing import Any

from data.domain import needs
from data.domain.clock import real_now
from data.domain.messages import NoteRules
from data.domain.messages.standing import SaveRules
from data.domain.needs_book import read_needs
from data.domain.org import SYSTEM, Actor, Permission
from data.domain.review_targets import read_targets
from data.domain.rule_table import TITLES, RuleTable, RuleText
from data.domain.warning_rules import read_warning_rules
from data.errors import Invalid
from data.ingest.rule_book import rule_book
from data.ingest.rule_files import RuleFile, kept_table, rule_file, rule_path
from data.services.bus import Bus

log = logging.getLogger("hubei.rules")


class RuleTables(Mapping[str, Any]):
    """What handlers and pages look up by name; a table that cannot be read changes nothing.

    `fixed` are rules that no file of one's own may change; `saved` answers the tables that were
    saved on the administrator's page, which count before any file.
    """

    def __init__(
        self,
        var: Path,
        fixed: Mapping[str, Any],
        saved: Callable[[], Mapping[str, RuleText]] = dict,
    ) -> None:
        self.var, self.saved = var, saved
        self._lock = Lock()
        self._tables: dict[str, RuleTable] = {}
        self._held: Mapping[str, Any] = fixed
        for name in TITLES:
            self._tables[name], looked_up = self._first(name)
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
        """Every table as it stands, with the version of what was saved on the page, if ever."""
        saved = self.saved()
        return tuple(
            replace(t, version=saved[t.name].version) if t.name in saved else t
            for t in self._tables.values()
        )

    def reread(self) -> None:
        """Look at every file; read the changed ones, and keep what held where that fails."""
        with self._lock:
            saved = self.saved()
            for name, table in self._tables.items():
                kept = _kept(saved, name)
                if self._look(name, kept) != table.looked:
                    self._renew(name, table, kept)

    def told(self, name: str) -> None:
        """The journal has the change."""
        with self._lock:
            self._tables[name] = replace(self._tables[name], told=True)

    def _first(self, name: str) -> tuple[RuleTable, dict[str, Any]]:
        """A table at the start; a saved one that cannot be read any more yields to the file."""
        kept = _kept(self.saved(), name)
        try:
            return self._fresh(name, kept)
        except Invalid as error:
            if kept is None:
                raise
            table, looked_up = self._fresh(name, None)
            looked = self._look(name, kept)
            return replace(table, looked=looked, fault=_words(error)), looked_up

    def _renew(self, name: str, table: RuleTable, kept: RuleText | None) -> None:
        looked = self._look(name, kept)
        try:
            fresh, looked_up = self._fresh(name, kept)
        except Invalid as error:
            fault = _words(error)
            log.warning("规则表未更换：%s", fault)
            self._tables[name] = replace(table, looked=looked, fault=fault)
            return
        same = (fresh.digest, fresh.path) == (table.digest, table.path)
        self._tables[name] = replace(
            fresh, looked=looked, told=kept is not None or (same and table.told),
            read_at=table.read_at if same else fresh.read_at,
        )  # fmt: skip
        if not same:
            self._held = {**self._held, **looked_up}
            needs.use(self._held["needs"])

    def _fresh(self, name: str, kept: RuleText | None) -> tuple[RuleTable, dict[str, Any]]:
        """A table as it is said now, and what handlers find by name for it.

        Raises
        ------
        Invalid
        """
        looked = self._look(name, kept)
        held = kept_table(kept) if kept else rule_file(name, self.var)
        since = kept.saved_at if kept and kept.saved_at else real_now()
        table = RuleTable(
            name=name, path=str(held.path), own=held.own, words=held.words, looked=looked,
            digest=hashlib.sha256(held.text.encode()).hexdigest(), read_at=since, text=held.text,
        )  # fmt: skip
        return table, _looked_up(held)

    def _look(self, name: str, kept: RuleText | None) -> tuple[str, int, int]:
        """What shows that a table is another: its place, its time or version, its size."""
        if kept is not None:
            return "saved", kept.version, len(kept.text)
        path = rule_path(name, self.var)
        try:
            seen = path.stat()
        except OSError:
            return str(path), 0, 0
        return str(path), seen.st_mtime_ns, seen.st_size


def _kept(saved: Mapping[str, RuleText], name: str) -> RuleText | None:
    """The table saved on the page; none where it was given back to the file."""
    found = saved.get(name)
    return found if found is not None and found.text else None


def _words(error: Invalid) -> str:
    return "；".join(e["message"] for e in error.errors) or error.detail


def _looked_up(held: RuleFile) -> dict[str, Any]:
    """What handlers find by name for one file."""
    found: dict[str, Any] = {held.name: held.content, f"{held.name}_file": held.words}
    if held.name == "alarm_rules":
        found["alarms"] = rule_book(held.content)
    if held.name == "warnings":
        found["warnings"] = read_warning_rules(held.content)
    if held.name == "needs":
        found["needs"] = read_needs(held.content)
    if held.name == "review":
        found["review"] = read_targets(held.content)
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

    def save_rules(
        self, actor: Actor, name: str, text: str, expect_version: int | None = None,
        request_id: str | None = None,
    ) -> RuleTable:  # fmt: skip
        """Keep a table's text, which counts at once here and within seconds on other servers.

        An empty text gives the file's back.

        Raises
        ------
        Forbidden, Invalid, Stale
        """
        command = SaveRules(name=name, text=text, expect_version=expect_version)
        self.bus.handle(command, actor, request_id)
        self.reread_rules()
        return next(t for t in self.rules.tables if t.name == name)
