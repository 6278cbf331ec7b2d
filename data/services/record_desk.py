"""What the center does with its record: signs its heads, proves it, searches it, hands it out."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

from data.config import Settings
from data.domain.auditing import MOST_EXPORTED, PAGE, AuditFilter
from data.domain.clock import real_now
from data.domain.org import PROVINCE, Actor, AreaTree, Permission
from data.errors import Invalid, NotFound
from data.services.accounts import AccountService
from data.store import audit_book, heads, sign_in_book
from data.store.database import Database
from data.store.queries import Queries

BOOKS = {"journal": "seq", "log": "id"}  # what is searched, and how its lines are numbered


@dataclass(frozen=True, kw_only=True)
class RecordDesk:
    """The part of the center that proves its record; every call is blocking."""

    settings: Settings
    areas: AreaTree
    database: Database
    queries: Queries
    accounts: AccountService

    def keep_head(self) -> bool:
        """Sign the journal's head when an hour has passed; whether it was. Blocking."""
        if not heads.due(self.settings.heads, real_now()):
            return False
        with self.database.reader.connect() as connection:
            heads.keep_head(connection, self.settings.heads)
        return True

    def heads(self, actor: Actor, files: int = 2) -> dict[str, Any]:
        """The signed heads of the newest days and the public key, for a host elsewhere. Blocking.

        Raises
        ------
        Forbidden
        """
        actor.require(Permission.AUDIT)
        folder = self.settings.heads
        days = sorted(folder.glob("heads-*.jsonl"))[-files:]
        held = [head for day in days for head in heads.read_heads(day)]
        public = folder / heads.PUBLIC
        return {"items": held, "public_key": public.read_text() if public.exists() else None}

    def audit(
        self, actor: Actor, book: str, wanted: AuditFilter, limit: int = PAGE
    ) -> dict[str, Any]:
        """A page of journal or sign-in log, newest first, as far as the auditor's area allows.

        `next` is the number that the page after it must stay under, None at the end. Blocking.

        Raises
        ------
        Forbidden, NotFound, Invalid
        """
        actor.require(Permission.AUDIT)
        if book not in BOOKS:
            raise NotFound(f"没有记录 {book}，可选 journal 或 log")
        if book == "journal":
            actor.require(Permission.READ)
        if wanted.area and wanted.area not in self.areas.areas:
            raise Invalid.field("area", f"没有行政区划 {wanted.area}", "请填六位行政区划代码")
        narrow = wanted.area and wanted.area != PROVINCE
        codes = self.areas.subtree(wanted.area) if narrow else None
        within = None if actor.org == PROVINCE else self.areas.subtree(actor.org)
        with self.database.reader.connect() as db:
            if book == "log":
                rows = audit_book.log_page(db, wanted, limit + 1, codes=codes, within=within)
            else:
                visible = None
                if within is not None:
                    visible = self.queries.situation(actor).incidents
                rows = audit_book.journal_page(
                    db, wanted, limit + 1, codes=codes, within=within, visible=visible
                )
        more = rows[limit - 1][BOOKS[book]] if len(rows) > limit else None
        return {"items": rows[:limit], "next": more}

    def audit_lines(
        self, actor: Actor, book: str, wanted: AuditFilter, most: int = MOST_EXPORTED
    ) -> Iterator[dict[str, Any]]:
        """Every line that fits, newest first, page by page, so many at most. Blocking.

        Raises
        ------
        Forbidden, NotFound
        """
        left = most
        while left > 0:
            found = self.audit(actor, book, wanted, min(left, 2000))
            yield from found["items"]
            left -= len(found["items"])
            if found["next"] is None:
                return
            wanted = replace(wanted, before=found["next"])

    def audit_kinds(self, actor: Actor) -> list[str]:
        """The kinds of commands that the journal holds. Blocking.

        Raises
        ------
        Forbidden
        """
        actor.require(Permission.AUDIT)
        with self.database.reader.connect() as db:
            return audit_book.commands(db)

    def audit_verify(self, actor: Actor) -> dict[str, Any]:
        """Walk both chains; how it came out becomes a line of the sign-in log. Blocking.

        Raises
        ------
        Forbidden
        """
        actor.require(Permission.AUDIT)
        with self.database.reader.connect() as db:
            log = sign_in_book.verify_log(db)
        journal = self.queries.verify(actor)
        whole = journal.ok and log.ok
        said = f"值班记录 {journal.rows} 条，登录记录 {log.rows} 条"
        if not journal.ok:
            said = f"值班记录第 {journal.broken_at} 条：{journal.reason}"
        elif not log.ok:
            said = f"登录记录第 {log.broken_at} 条：{log.reason}"
        self.accounts.note(
            actor.username, "chain-verified" if whole else "chain-broken", said
        )
        return {"ok": whole, "said": said, "journal": journal, "log": log}

    def audit_state(self, actor: Actor) -> dict[str, Any]:
        """When the chains were last walked, by whom and how it came out, and the last signed head.

        Blocking.

        Raises
        ------
        Forbidden
        """
        actor.require(Permission.AUDIT)
        with self.database.reader.connect() as db:
            check = audit_book.last_check(db)
            parts = sign_in_book.archived(db)
        told = self.heads(actor, files=1)["items"]
        return {
            "revision": self.queries.revision(), "check": check, "head": told[-1] if told else None,
            **parts,
        }  # fmt: skip
