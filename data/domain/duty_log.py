"""The 值班日志: journal lines and hand-written lines by the minute; corrections are appended."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from data.domain.incident import Entry
from data.domain.situation import Situation

HAND = frozenset({"WriteEntry", "CorrectLine"})  # shown as the entries they wrote
LATE = timedelta(minutes=2)  # a line noted later than this after its time was added afterwards


@dataclass(frozen=True, kw_only=True)
class LogLine:
    """One line; `ref` names it (`#12` a journal number, `N-00012` a hand-written one)."""

    ref: str
    at: datetime
    text: str
    author: str
    kind: str
    incident_id: str | None = None
    written_at: datetime | None = None
    corrects: str | None = None
    reason: str = ""
    corrected_by: tuple[str, ...] = ()

    @property
    def late(self) -> bool:
        """Whether it was written down noticeably after its time."""
        return self.written_at is not None and self.written_at - self.at > LATE


def duty_log(
    seen: Situation, *, since: datetime | None = None, until: datetime | None = None,
    incident_id: str | None = None, text: str = "", kind: str = "",
) -> list[LogLine]:  # fmt: skip
    """The log of a span (from `since` up to, not at, `until`), oldest first.

    Parameters
    ----------
    text
        Every word of it must be in the line.
    kind
        `hand` for hand-written lines only, `record` for the journal's only; blank for both.
    """
    lines = _linked([*_records(seen), *(_written(e) for e in seen.entries.values())])
    found = [
        x
        for x in lines
        if (since is None or x.at >= since)
        and (until is None or x.at < until)
        and incident_id in {None, x.incident_id}
        and (not kind or (x.kind == "record") == (kind == "record"))
        and all(word in f"{x.text} {x.author} {x.ref}" for word in text.split())
    ]
    return sorted(found, key=lambda x: (x.at, x.ref))


def line_of(seen: Situation, ref: str) -> LogLine | None:
    """The line of a reference."""
    return next((x for x in duty_log(seen) if x.ref == ref), None)


def _records(seen: Situation) -> Iterable[LogLine]:
    for line in seen.lines:
        if line["command"] not in HAND:
            yield LogLine(
                ref=f"#{line['seq']}", at=line["at"], text=line["summary"], author=line["actor"],
                kind="record", incident_id=line["incident_id"],
            )  # fmt: skip


def _written(entry: Entry) -> LogLine:
    return LogLine(
        ref=entry.id, at=entry.at, text=entry.text, author=entry.author, kind=entry.kind,
        incident_id=entry.incident_id, written_at=entry.written_at, corrects=entry.corrects,
        reason=(entry.basis or "") if entry.corrects else "",
    )  # fmt: skip


def _linked(lines: list[LogLine]) -> list[LogLine]:
    """Each corrected line with the references of its corrections."""
    found: dict[str, list[str]] = {}
    for line in lines:
        if line.corrects:
            found.setdefault(line.corrects, []).append(line.ref)
    return [
        replace(x, corrected_by=tuple(sorted(found[x.ref]))) if x.ref in found else x for x in lines
    ]
