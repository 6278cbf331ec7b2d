"""What the center does with its record besides reading it: signs its head, hands heads out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from data.config import Settings
from data.domain.clock import real_now
from data.domain.org import Actor, Permission
from data.store import heads
from data.store.database import Database


@dataclass(frozen=True, kw_only=True)
class RecordDesk:
    """The part of the center that proves its record; every call is blocking."""

    settings: Settings
    database: Database

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
