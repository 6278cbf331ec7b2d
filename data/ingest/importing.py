"""Carries a read table into the center: a dry run first, then batches, each one journal line."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any, Protocol

from data.domain.messages import StoreRows
from data.domain.org import Actor, AreaTree, Permission
from data.errors import CenterError
from data.ingest.tables import ImportReport, Known, Refused, read_table, refusal, table_of
from data.ingest.watch_tables import kinds_told

BATCH = 500
Progress = Callable[[int, int], None]


class Importing(Protocol):
    """What an import needs of the center."""

    @property
    def areas(self) -> AreaTree:
        """The tree of areas."""

    @property
    def tools(self) -> Any:
        """Geometry, to find where a position lies, and the rules."""

    @property
    def queries(self) -> Any:
        """What is known, for what rows refer to."""

    def handle(self, command: Any, actor: Actor, request_id: str | None = None) -> Any:
        """Carry a command out."""


def known_to(center: Importing, actor: Actor) -> Known:
    """What the rows of an actor may refer to."""
    now = center.queries.situation(actor)
    names = {
        "depot_id": {d.name: d.id for d in now.depots.values()} | {i: i for i in now.depots},
        "source_id": {s.name: s.id for s in now.sources.values()} | {i: i for i in now.sources},
        "contingency_id": {c.name: c.id for c in now.contingencies.values()}
        | {i: i for i in now.contingencies},
        "item_id": {t.name: t.id for t in now.items.values()} | {i: i for i in now.items},
    }
    return Known(
        areas=center.areas, unit_at=center.tools.spatial.unit_at, names=names, org=actor.org,
        sensors=now.sensors,
    )  # fmt: skip


def run_import(
    center: Importing,
    kind: str,
    path: Path,
    *,
    dry_run: bool = True,
    actor: Actor,
    progress: Progress | None = None,
) -> ImportReport:
    """Read a file and, unless it is a dry run, store its good rows in batches.

    `progress` is told (done, total) rows. A row the center refuses joins the refused ones; the
    others are kept.

    Raises
    ------
    Forbidden
        When the actor may not import.
    Invalid
        When the file as a whole cannot be taken.
    """
    actor.require(Permission.IMPORT)
    report = read_table(path, kind, known_to(center, actor))
    if kind == "sources":
        kinds = ((report.lines[row.id], row.kind) for row in report.rows)
        told = kinds_told(center.tools.rules["alarms"], kinds, "行")
        report = replace(report, told=told)
    if dry_run:
        return report
    counts = {"made": 0, "changed": 0, "unchanged": 0}
    refused = list(report.refused)
    store = partial(_store, center, f"{table_of(kind).word}表 {path.name}", actor)
    for start in range(0, len(report.rows), BATCH):
        batch = report.rows[start : start + BATCH]
        for answer in store(batch, refused, report.lines):
            counts = {k: n + answer[k] for k, n in counts.items()}
        if progress:
            progress(min(start + BATCH, len(report.rows)), len(report.rows))
    return replace(
        report, refused=tuple(refused), written=True, made=counts["made"],
        changed=counts["changed"], unchanged=counts["unchanged"],
    )  # fmt: skip


def _store(
    center: Importing,
    what: str,
    actor: Actor,
    batch: tuple[Any, ...],
    refused: list[Refused],
    lines: Mapping[str, int],
) -> Iterator[dict[str, int]]:
    """Store a batch whole; when one row is refused, row by row."""
    try:
        whole = center.handle(StoreRows(what=what, things=batch), actor).body
    except CenterError:
        whole = None
    if whole is not None:
        yield whole
        return
    for thing in batch:
        line = lines.get(thing.id, 0)
        try:
            yield center.handle(StoreRows(what=what, things=(thing,)), actor).body
        except CenterError as why:
            refused.append(refusal(line, "编号", thing.id, why.title, why.detail))
