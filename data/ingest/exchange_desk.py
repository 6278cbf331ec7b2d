"""What the center takes in and hands out as tables, and positions of other systems."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from data.domain.org import Actor, AreaTree, Permission
from data.errors import NotFound
from data.ingest import exchange
from data.ingest.coordinates import Crs, to_wgs84
from data.ingest.count_sheet import CountTable, count_sheet, read_counts
from data.ingest.importing import run_import
from data.store.queries import Queries


@dataclass(frozen=True, kw_only=True)
class ExchangeDesk:
    """The part of the center that reads and writes tables; every call is blocking."""

    areas: AreaTree
    tools: Any
    queries: Queries

    if TYPE_CHECKING:

        def handle(self, command: Any, actor: Actor, request_id: str | None = None) -> Any:
            """Carry a command out; the center does."""

    def import_table(self, actor: Actor, kind: str, path: Path, *, write: bool) -> dict[str, Any]:
        """Check a table of the user's own and, when asked, write its good rows.

        Returns the report: `good`, `refused` rows with line, field, value, reason and remedy,
        `unknown_columns`, `told`, `written`, `made`, `changed`, `unchanged`.

        Raises
        ------
        Forbidden, Invalid
        """
        return exchange.described(run_import(self, kind, path, dry_run=not write, actor=actor))

    def import_template(self, actor: Actor, kind: str, suffix: str) -> bytes:
        """An empty table to fill in, as a file of `.xlsx` or `.csv`.

        Raises
        ------
        Forbidden, Invalid
        """
        actor.require(Permission.IMPORT)
        return exchange.template(kind, suffix)

    def refused_table(self, refused: list[dict[str, Any]], suffix: str) -> bytes:
        """Refused rows of a report as a table to put right."""
        return exchange.refused_rows(refused, suffix)

    def count_sheet(self, actor: Actor, depot_id: str) -> bytes:
        """A depot's lots as a table to be counted by, CSV in UTF-8 with a mark.

        Raises
        ------
        NotFound
        """
        seen = self.queries.situation(actor)
        if depot_id not in seen.depots:
            raise NotFound(f"没有储备库 {depot_id}，或不在本辖区")
        lots = [x for x in seen.lots.values() if x.depot_id == depot_id]
        return count_sheet(lots, seen.items)

    def count_table(self, actor: Actor, depot_id: str, path: Path) -> CountTable:
        """The counts of a filled-in table, and the lines that cannot be taken; nothing is written.

        Raises
        ------
        Forbidden, Invalid
        """
        actor.require(Permission.SUPPLY)
        lots = self.queries.situation(actor).lots
        return read_counts(path, {k: x for k, x in lots.items() if x.depot_id == depot_id})

    def to_wgs84(self, lon: float, lat: float, crs: Crs) -> tuple[float, float]:
        """A position of another coordinate system, in WGS 84 degrees.

        Raises
        ------
        ValueError
            When the system is unknown or the position no position.
        """
        return to_wgs84(lon, lat, crs)
