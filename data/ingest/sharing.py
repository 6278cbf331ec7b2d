"""Takes what other bodies share: record by record through a mapping, nothing lost, each once."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import sha256
from typing import Any

import msgspec

from data.domain import mapping_file
from data.domain.clock import Clock, real_now
from data.domain.org import PROVINCE, SYSTEM, Actor, Permission
from data.domain.sharing import Connector, MappingFile
from data.errors import CenterError, IllegalMove, Invalid, NotFound
from data.ingest.cap import read_cap
from data.ingest.reference import REFERENCE
from data.ingest.sharing_records import decoded
from data.ingest.sharing_targets import TARGETS, Item, again, sorted_out
from data.ingest.watch_tables import kinds_told
from data.services.bus import Bus
from data.services.feeding import Feed
from data.store.queries import Queries
from data.store.sharing_book import SharingBook

log = logging.getLogger("hubei.sharing")

MOST_SHOWN = 50
_TIMES = ("at", "occurred_at", "sent")  # what says how old a record is
KEPT_RAW = 20_000  # characters of a refused record
_PERMISSIONS = frozenset(
    {
        Permission.READ, Permission.TELEMETRY, Permission.POSITION, Permission.REPORT,
        Permission.IMPORT, Permission.MONITOR, Permission.ZONE,
    }
)  # fmt: skip


@dataclass(kw_only=True)
class Answer:
    """How what came was taken, in the order of its records."""

    accepted: int = 0
    repeated: int = 0
    refused: list[dict[str, Any]] = field(default_factory=list)
    newest_at: datetime | None = None
    told: list[str] = field(default_factory=list)  # what was taken and should be looked at

    def body(self) -> dict[str, Any]:
        """As the API answers it."""
        return {
            "accepted": self.accepted, "repeated": self.repeated, "refused": self.refused,
            "told": self.told,
        }  # fmt: skip


def actor_of(connector: Connector) -> Actor:
    """Who acts when a body's data are taken: the connector, in its area, and no person."""
    return Actor(
        username=f"share.{connector.id}", name=connector.name, role="connector",
        org=connector.area_code or PROVINCE, permissions=_PERMISSIONS,
    )  # fmt: skip


class Sharing:
    """The door for other bodies' data; what it makes of them goes through the center's own."""

    def __init__(
        self, *, queries: Queries, feed: Feed, bus: Bus, book: SharingBook, clock: Clock
    ) -> None:
        self.queries, self.feed, self.bus, self.book = queries, feed, bus, book
        self.clock = clock
        self._read: dict[tuple[str, int], MappingFile] = {}

    def connector(self, viewer: Actor, connector_id: str) -> Connector:
        """A connector the viewer may see.

        Raises
        ------
        NotFound
        """
        found = self.queries.situation(viewer).connectors.get(connector_id)
        if found is None:
            raise NotFound(f"没有共享接口 {connector_id}，或不在本辖区")
        return found

    def held(self, connector_id: str) -> Connector:
        """A connector, for the body that pushes to it.

        Raises
        ------
        NotFound
        """
        return self.connector(SYSTEM, connector_id)

    def samples(self) -> dict[str, str]:
        """The shipped sample mapping files, by name."""
        found = {}
        for path in sorted((REFERENCE / "sharing").glob("*.yaml")):
            text = path.read_text(encoding="utf-8")
            found[mapping_file.read(text, path.name).name] = text
        return found

    def mapping(self, connector: Connector) -> MappingFile:
        """The connector's mapping as it is understood.

        Raises
        ------
        Invalid
        """
        key = connector.id, connector.version
        if key not in self._read:
            self._read[key] = mapping_file.read(connector.text, connector.name)
        return self._read[key]

    def take(self, connector: Connector, raw: bytes) -> Answer:
        """Take what came; answered once good records and refused ones are durable. Blocking.

        Raises
        ------
        IllegalMove
            While the connector is paused.
        Invalid
            When it is no such format at all; it is kept as it came.
        Unavailable
            When nothing could be stored: send it again.
        """
        if not connector.running:
            raise IllegalMove(f"共享接口 {connector.id} 已暂停，请与省应急指挥中心联系")
        try:
            answer = self._taken(connector, raw)
        except Invalid as error:
            self._keep(connector, [(decoded(raw), str(error), "malformed")])
            self.fault(connector.id, str(error))
            raise
        except CenterError as error:
            self.fault(connector.id, str(error))
            raise
        self._note(connector, answer)
        return answer

    def try_out(self, text: str, sample: str) -> dict[str, Any]:
        """What a mapping would take of a sample, and what it would refuse and why; keeps nothing.

        Raises
        ------
        Invalid
        """
        known = mapping_file.read(text)
        if known.format == "cap":
            said = [_said(sample)]
            return {"mapping": known, "rows": said, "refused": [], "told": [], "total": 1}
        items, refused = sorted_out(known, sample.encode())
        rows = [{**row, "_index": item.index} for item in items for row in item.rows]
        known_sensors = {"readings", "alarms"}
        return {
            "mapping": known, "rows": rows[:MOST_SHOWN], "refused": refused[:MOST_SHOWN],
            "total": len(items) + len(refused), "taken": len(items),
            "told": self._told(known, items),
            "checks_sensor": known.target in known_sensors,
        }  # fmt: skip

    def fault(self, connector_id: str, words: str, **more: Any) -> None:
        """Note what went wrong."""
        at = real_now().isoformat()
        self.book.note(
            connector_id, add={"requests": 1}, error=words[:400], error_at=at, **more
        )  # fmt: skip

    def retake(self, connector: Connector) -> Answer:
        """Take again what was refused of a connector and still lies in the quarantine."""
        held = self.feed.quarantine.rows(via="connector", source=connector.id, limit=1000)
        whole = Answer()
        for one in held:
            known = self.mapping(connector)
            record = _record(one.raw)
            answer = self._passed(connector, known, again(known, [record]), [])
            if answer.refused or one.kind == "malformed":
                continue
            self.feed.quarantine.settle([one.id], "replayed", connector.name, real_now())
            whole.accepted += answer.accepted
            whole.repeated += answer.repeated
        return whole

    # ------------------------------------------------------------ inside

    def _taken(self, connector: Connector, raw: bytes) -> Answer:
        known = self.mapping(connector)
        if known.format == "cap":
            item = Item(
                index=0, key=sha256(raw).hexdigest()[:40], rows=[{"cap": raw}],
                record=decoded(raw),
            )  # fmt: skip
            return self._passed(connector, known, [item], [])
        items, refused = sorted_out(known, raw)
        self._keep(
            connector, [(_text(r.pop("record")), r["reason"], "mapping") for r in refused]
        )  # fmt: skip
        return self._passed(connector, known, items, refused)

    def _passed(
        self, connector: Connector, known: MappingFile, items: Sequence[Item],
        refused: list[dict[str, Any]],
    ) -> Answer:  # fmt: skip
        """Through the target's own way; what that refuses is kept beside what the mapping did."""
        answer = Answer(refused=refused, told=self._told(known, items))
        outcomes = TARGETS[known.target](self, actor_of(connector), connector, items)
        kept = []
        for item, outcome in zip(items, outcomes, strict=True):
            answer.accepted += outcome.accepted
            answer.repeated += outcome.repeated
            if outcome.reason:
                answer.refused.append({"index": item.index, "reason": outcome.reason})
                if not outcome.kept:
                    kept.append((_text(item.record), outcome.reason, "refused"))
            times = [next((row[n] for n in _TIMES if n in row), None) for row in item.rows]
            moments = [t for t in map(_instant, times) if t is not None]
            answer.newest_at = max(
                [*moments, *([answer.newest_at] if answer.newest_at else [])], default=None
            )
        self._keep(connector, kept)
        answer.refused.sort(key=lambda r: r["index"])
        return answer

    def _told(self, known: MappingFile, items: Sequence[Item]) -> list[str]:
        """What of the records that become something a person should look at."""
        if known.target != "sources":
            return []
        kinds = ((item.index + 1, row.get("kind", "")) for item in items for row in item.rows)
        return list(kinds_told(self.bus.tools.rules["alarms"], kinds, "条"))

    def _keep(self, connector: Connector, rows: Sequence[tuple[str, str, str]]) -> None:
        """Refused records as they came, durable when this returns."""
        at = real_now()
        self.feed.quarantine.keep(
            {
                "received_at": at, "via": "connector", "source": connector.id,
                "org": connector.area_code or PROVINCE, "kind": kind, "reason": reason[:1000],
                "raw": raw[:KEPT_RAW].replace("\0", "�"), "state": "held",
            }
            for raw, reason, kind in rows
        )  # fmt: skip

    def _note(self, connector: Connector, answer: Answer) -> None:
        now = real_now()
        more: dict[str, Any] = {"received_at": now.isoformat()}
        if answer.newest_at is not None:
            more["newest_at"] = answer.newest_at.isoformat()
            more["delay_s"] = (self.clock.now() - answer.newest_at).total_seconds()
        if answer.refused:
            more |= {"error": answer.refused[-1]["reason"][:400], "error_at": now.isoformat()}
        self.book.note(
            connector.id,
            add={
                "requests": 1, "taken": answer.accepted, "repeated": answer.repeated,
                "refused": len(answer.refused),
            },
            **more,
        )  # fmt: skip


def _said(sample: str) -> dict[str, Any]:
    """What a CAP message says, in one line.

    Raises
    ------
    Invalid
    """
    read = read_cap(sample.encode())
    info = read["info"] or {}
    return {
        "identifier": read["identifier"], "sent": read["sent"], "does": read["msg_type"],
        "headline": info.get("headline", ""), "expires": info.get("expires"),
        "areas": read["area"]["words"],
    }  # fmt: skip


def _record(raw: str) -> Any:
    try:
        return msgspec.json.decode(raw.encode())
    except (msgspec.DecodeError, RecursionError):
        return raw


def _text(record: Any) -> str:
    return record if isinstance(record, str) else msgspec.json.encode(record).decode()


def _instant(value: Any) -> datetime | None:
    if isinstance(value, str):
        return datetime.fromisoformat(value)
    return value if isinstance(value, datetime) else None
