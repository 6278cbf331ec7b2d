"""What records of other bodies become: one way for each target, each record once by its key."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from data.domain import messages as m
from data.domain.alarm import Family
from data.domain.incident import Casualties
from data.domain.messages.monitoring import Signal, TakeSignals
from data.domain.messages.sharing import TakeClosure
from data.domain.messages.warnings import TakeForeignWarning
from data.domain.org import SYSTEM, Actor
from data.domain.sharing import Connector, MappingFile
from data.errors import CenterError, Invalid, Unavailable
from data.ingest import sharing_values
from data.ingest.cap import read_cap
from data.ingest.sharing_cap import cap_of
from data.ingest.sharing_records import records
from data.ingest.sharing_things import Making

if TYPE_CHECKING:
    from data.ingest.sharing import Sharing

_COUNTED = (
    "dead", "missing", "trapped", "injured_serious", "injured_minor", "threatened", "evacuated",
    "rescued",
)  # fmt: skip

_CLOSES: Mapping[str, Literal["close", "open"]] = {
    "": "close", "close": "close", "封闭": "close", "管制": "close", "open": "open",
    "恢复": "open", "解除": "open",
}  # fmt: skip
_APART = re.compile(r"[\s,，、;；]+")
CHANGED = "同一记录号的内容变了：已收的不改，请对方用新记录号再报"


@dataclass(frozen=True, kw_only=True)
class Item:
    """One record: its place, its key, the rows it became, and the record itself."""

    index: int
    key: str
    rows: list[dict[str, Any]]
    record: Any = None
    reason: str = ""


@dataclass(kw_only=True)
class Outcome:
    """What became of a record; `kept` says that its refused rows lie in the quarantine already."""

    accepted: int = 0
    repeated: int = 0
    reason: str = ""
    kept: bool = False


Way = Callable[["Sharing", Actor, Connector, Sequence[Item]], list[Outcome]]


def sorted_out(known: MappingFile, raw: bytes) -> tuple[list[Item], list[dict[str, Any]]]:
    """The records that become something, and those that do not, with the reason."""
    items, refused = [], []
    for index, record in enumerate(records(known, raw)):
        try:
            rows = sharing_values.made(known, record)
        except Invalid as error:
            refused.append({"index": index, "reason": error.detail, "record": record})
        else:
            key = sharing_values.key_of(known, record)
            items.append(Item(index=index, key=key, rows=rows, record=record))
    return items, refused


def again(known: MappingFile, held: Sequence[Any]) -> list[Item]:
    """Records that were refused once, as far as the mapping now understands them."""
    found = []
    for index, record in enumerate(held):
        try:
            rows = sharing_values.made(known, record)
        except Invalid as error:
            found.append(Item(index=index, key="", rows=[], record=record, reason=error.detail))
        else:
            key = sharing_values.key_of(known, record)
            found.append(Item(index=index, key=key, rows=rows, record=record))
    return found


def _readings(
    sharing: Sharing, actor: Actor, connector: Connector, items: Sequence[Item]
) -> list[Outcome]:
    """Through the one door for readings; the same sensor and instant twice is kept once."""
    rows = [(n, row) for n, item in enumerate(items) for row in item.rows]
    taken = sharing.feed.take(
        actor, [row for _, row in rows], via="connector", source=connector.id
    )  # fmt: skip
    found = [Outcome(reason=item.reason) for item in items]
    reasons = {r.index: r.reason for r in taken.rejected}
    for index, (n, _) in enumerate(rows):
        if index in reasons:
            found[n].reason, found[n].kept = reasons[index], True
        else:
            found[n].accepted = 1
    return found


def _positions(
    sharing: Sharing, actor: Actor, _connector: Connector, items: Sequence[Item]
) -> list[Outcome]:
    """Where teams are; the same team and instant twice is kept once."""
    found = [Outcome(reason=item.reason) for item in items]
    asked = [(n, item.rows[0]) for n, item in enumerate(items) if item.rows]
    done = sharing.feed.positions(actor, [row for _, row in asked])
    refused = {r["index"]: r["reason"] for r in done["rejected"]}
    for index, (n, _) in enumerate(asked):
        found[n] = Outcome(reason=refused.get(index, ""), accepted=int(index not in refused))
    return found


def _one_by_one(command: Callable[[dict[str, Any], Connector], m.Command]) -> Way:
    """Each record is a command; its key is the key of the request, so a repeat changes nothing."""

    def way(
        sharing: Sharing, actor: Actor, connector: Connector, items: Sequence[Item]
    ) -> list[Outcome]:
        found = []
        for item in items:
            if item.reason:
                found.append(Outcome(reason=item.reason))
                continue
            try:
                asked = command(item.rows[0], connector)
                done = sharing.bus.handle(asked, actor, f"{connector.id}.{item.key}")
            except Unavailable:
                raise
            except CenterError as error:
                twice = any(e["field"] == "Idempotency-Key" for e in error.errors)
                found.append(Outcome(reason=CHANGED if twice else error.detail))
            else:
                found.append(Outcome(accepted=1, repeated=int(done.repeated)))
        return found

    return way


def _report(row: dict[str, Any], connector: Connector) -> m.Command:
    plain = {k: v for k, v in row.items() if k not in _COUNTED}
    counted = {k: v for k, v in row.items() if k in _COUNTED}
    return m.ReceiveReport(**plain, source=connector.body, casualties=Casualties(**counted))


def _alarm(row: dict[str, Any], connector: Connector) -> m.Command:
    """Another body's alarm stands beside ours: its own subject, raised and cleared by that body."""
    signal = Signal(
        does="clear" if row.get("does") == "clear" else "raise",
        subject=f"{connector.id}.{row['point']}"[:64], name=row.get("name") or row["point"],
        family=Family.LEVEL, at=row["at"], value=row["value"], level=row["level"],
        threshold=row.get("threshold", 0.0), colour=row.get("colour", ""),
        unit=row.get("unit", ""), area_code=row.get("area_code") or connector.area_code,
        rule_id=f"{connector.id}.{row['level']}"[:64], rule=f"{connector.body}已判定",
        rule_source=connector.name,
    )  # fmt: skip
    return TakeSignals(signals=(signal,))


def _things(target: str) -> Way:
    """Things are stored together; where one is refused, each alone. Ids stay the body's own."""

    def way(
        sharing: Sharing, actor: Actor, connector: Connector, items: Sequence[Item]
    ) -> list[Outcome]:
        now = sharing.queries.situation
        making = Making(target, connector, held=now(SYSTEM), seen=now(actor))
        found = [Outcome(reason=item.reason) for item in items]
        made: dict[int, Any] = {}
        for n, item in enumerate(items):
            if not item.rows:
                continue
            try:
                made[n] = making.thing(item.rows[0])
            except Invalid as error:
                found[n].reason = error.detail
        stored = _stored(sharing, actor, connector, list(made.values()))
        for n, outcome in zip(made, stored, strict=True):
            found[n] = outcome
        return found

    return way


def _stored(
    sharing: Sharing, actor: Actor, connector: Connector, things: list[Any]
) -> list[Outcome]:
    if not things:
        return []
    what = f"{connector.body}共享数据"
    try:
        done = sharing.bus.handle(m.StoreRows(what=what, things=tuple(things)), actor).body
    except Unavailable:
        raise
    except CenterError as error:
        if len(things) == 1:
            return [Outcome(reason=error.detail)]
        half = len(things) // 2
        return [
            *_stored(sharing, actor, connector, things[:half]),
            *_stored(sharing, actor, connector, things[half:]),
        ]
    same = done["unchanged"]
    return [Outcome(accepted=1, repeated=int(n < same)) for n in range(len(things))]


def _warning(row: dict[str, Any], connector: Connector) -> m.Command:
    """A CAP message as it came, or one written from the fields of a record."""
    raw: bytes = row["cap"] if "cap" in row else cap_of(row, connector)
    return TakeForeignWarning(raw=raw, read=read_cap(raw))


def _closure(row: dict[str, Any], connector: Connector) -> m.Command:
    """A road closed or opened by the body that may; `roads` are ids of the center's own graph."""
    said = str(row.get("does", "")).strip()
    does = _CLOSES.get(said.lower())
    if does is None:
        raise Invalid.field("does", f"“{said[:20]}”不是封闭或恢复", "请在 codes 里对应")
    rest = {k: v for k, v in row.items() if k not in {"id", "does", "roads"}}
    return TakeClosure(
        **rest, subject=f"{connector.id}.{row['id']}"[:64], does=does, body=connector.body,
        roads=tuple(_APART.split(row["roads"].strip())) if row.get("roads") else (),
    )  # fmt: skip


TARGETS: Mapping[str, Way] = {
    "readings": _readings, "positions": _positions, "reports": _one_by_one(_report),
    "alarms": _one_by_one(_alarm), "sources": _things("sources"), "sensors": _things("sensors"),
    "warnings": _one_by_one(_warning), "closures": _one_by_one(_closure),
}  # fmt: skip
