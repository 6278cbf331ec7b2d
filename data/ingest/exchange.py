"""Import as pages and programs speak of it: the report as plain values, tables as bytes."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from data.ingest.tables import ImportReport, Refused
from data.ingest.templates import write_refused, write_template


def described(report: ImportReport) -> dict[str, Any]:
    """A report without its rows; a row refused while writing no longer counts as good."""
    written = report.made + report.changed + report.unchanged
    return {
        "kind": report.kind,
        "file": report.file,
        "good": written if report.written else len(report.rows),
        "refused": [asdict(row) for row in sorted(report.refused, key=lambda row: row.line)],
        "unknown_columns": list(report.unknown_columns),
        "told": list(report.told),
        "written": report.written,
        "made": report.made,
        "changed": report.changed,
        "unchanged": report.unchanged,
    }


def template(kind: str, suffix: str) -> bytes:
    """An empty table of a kind.

    Raises
    ------
    Invalid
        When the kind or the suffix is unknown.
    """
    return _bytes(suffix, lambda path: write_template(kind, path))


def refused_rows(refused: Iterable[Mapping[str, Any]], suffix: str) -> bytes:
    """Refused rows, each with its line, field, reason and remedy."""
    return _bytes(suffix, lambda path: write_refused([Refused(**row) for row in refused], path))


def _bytes(suffix: str, write: Callable[[Path], Path]) -> bytes:
    """What a writer writes into a file of its own."""
    with TemporaryDirectory() as folder:
        return write(Path(folder) / f"table{suffix}").read_bytes()
