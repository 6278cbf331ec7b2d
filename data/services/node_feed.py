"""What the province hands down to a county's machine: its journal, as far as the county may see."""

from __future__ import annotations

from collections import OrderedDict
from threading import Lock
from typing import Any

import msgspec
from sqlalchemy import select

from data.domain.node import Change, FollowedRow, Page, org_of
from data.domain.org import Actor
from data.domain.situation import Situation
from data.errors import Conflict
from data.store.codec import encode
from data.store.journal import rows_after
from data.store.queries import FIELDS, Queries
from data.store.schema import image

ROWS = 300  # of one page
KEPT = 64  # nodes whose last view is remembered
UNNAMED = "省级记录更新"  # a line of others that changed what the county may see
NOT_SENT = frozenset({"connector"})  # how the province gets its data is its own affair
Key = tuple[str, str]


class NodeFeed:
    """Pages of the journal for nodes; what each could see last is remembered, or worked out."""

    def __init__(self, queries: Queries) -> None:
        self.queries = queries
        self._seen: OrderedDict[tuple[str, int], frozenset[Key]] = OrderedDict()
        self._lock = Lock()

    def page(self, actor: Actor, name: str, after: int, taken: int, *, whole: bool) -> Page:
        """What comes after a number; from 0, or when asked for, all there is now.

        Raises
        ------
        Conflict
            When the node has followed further than this journal goes.
        """
        org = org_of(name)
        seen = self.queries.situation(actor)
        head = seen.revision
        apart = tuple(c.subject_id for c in seen.clashes.values() if c.open)
        if after > head:
            raise Conflict(
                f"节点已同步到第 {after} 号，省里的记录只到第 {head} 号："
                "省数据库可能恢复到了较早的备份，请由系统管理员重新登记节点"
            )
        if after == head and not whole:
            return Page(upto=head, head=head, taken=taken)
        if after + ROWS < head and after:
            seen = self.queries.situation(actor, at=after + ROWS)
        upto, things = seen.revision, _things(seen)
        whole = (whole or not after) and upto == head
        before = self._before(actor, org, after) if after else frozenset()
        self._remember(org, upto, frozenset(things))
        rows = self._rows(seen, things, before, after, name) if after else ()
        moved = {(c.kind, c.id) for row in rows for c in row.things}
        shown = [k for k in things if whole or (k not in before and k not in moved)]
        return Page(
            upto=upto, head=head, taken=taken, whole=whole, rows=rows,
            apart=apart,
            shown=tuple(_change(kind, key, encode(things[kind, key])) for kind, key in shown),
        )  # fmt: skip

    def _rows(
        self, seen: Situation, things: dict[Key, Any], before: frozenset[Key], after: int, name: str
    ) -> tuple[FollowedRow, ...]:
        told = _lines_after(seen, after)
        with self.queries.engine.connect() as connection:
            rows = [r for r in rows_after(connection, after, ROWS) if r["seq"] <= seen.revision]
            images: dict[int, list[Change]] = {}
            for seq, kind, key, body in connection.execute(
                select(image.c.seq, image.c.kind, image.c.id, image.c.body)
                .where(image.c.seq > after, image.c.seq <= seen.revision)
                .order_by(image.c.seq)
            ):
                # an incident that has left the county says so itself
                if (kind, key) in things or (kind == "incident" and (kind, key) in before):
                    images.setdefault(seq, []).append(_change(kind, key, body))
        found = []
        for row in rows:
            own, line = images.get(row["seq"], []), row["seq"] in told
            if not (own or line):
                continue
            found.append(
                FollowedRow(
                    number=row["seq"], at=row["at"], command=row["command"],
                    actor=row["actor"] if line else "省级", role=row["role"] if line else "",
                    org=row["org"], summary=row["summary"] if line else UNNAMED,
                    authority=row["authority"] if line else "",
                    incident_id=row["incident_id"] if line else None,
                    area=row["area"], things=tuple(own),
                    echo=(row["request_id"] or "").startswith(f"{name}#"),
                )
            )  # fmt: skip
        return tuple(found)

    def _before(self, actor: Actor, org: str, after: int) -> frozenset[Key]:
        with self._lock:
            held = self._seen.get((org, after))
        return held if held is not None else frozenset(
            _things(self.queries.situation(actor, at=after))
        )  # fmt: skip

    def _remember(self, org: str, upto: int, keys: frozenset[Key]) -> None:
        with self._lock:
            self._seen[org, upto] = keys
            while len(self._seen) > KEPT:
                self._seen.popitem(last=False)


def _things(seen: Situation) -> dict[Key, Any]:
    """Everything of a situation by kind and id."""
    return {
        (kind, key): thing
        for kind, field in FIELDS.items()
        if kind not in NOT_SENT
        for key, thing in getattr(seen, field).items()
    }


def _change(kind: str, key: str, body: str) -> Change:
    return Change(kind=kind, id=key, body=msgspec.json.decode(body))


def _lines_after(seen: Situation, after: int) -> set[int]:
    """The numbers of the lines that the county may read."""
    found = set()
    for line in reversed(seen.lines):
        if line["seq"] <= after:
            break
        found.add(line["seq"])
    return found
