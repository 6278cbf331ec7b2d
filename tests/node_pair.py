"""Two real servers, a province's and a county's own, with a TLS link between them to be cut."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from dashboard.fonts import FontSet
from data.config import NodeSettings
from data.domain.messages import StoreRows
from data.domain.org import SYSTEM, Actor
from data.store.journal import verify
from data.store.queries import FIELDS
from tests.integration.node_world import ADMIN, COUNTY, things
from tests.serving import Running
from tests.tls_proxy import TlsProxy

WAIT_S = 60.0
LOOKER = Actor.of("look", "duty", COUNTY)


def until(holds: Callable[[], bool], what: str, wait_s: float = WAIT_S) -> None:
    """Wait until something holds.

    Raises
    ------
    AssertionError
        When it does not in time.
    """
    end = time.monotonic() + wait_s
    while not holds():
        assert time.monotonic() < end, what
        time.sleep(0.05)  # asked again until it holds


@dataclass
class Pair:
    """Both servers and the link."""

    province: Running
    node: Running
    link: TlsProxy

    @property
    def name(self) -> str:
        """The node's name."""
        return self.node.center.link.name

    def settled(self, wait_s: float = WAIT_S) -> None:
        """Wait until nothing waits to go up or down."""

        def quiet() -> bool:
            stands = self.node.center.link.standing
            head = self.province.center.queries.revision()
            level = stands.cursor == head and not stands.comparing
            return stands.linked and not stands.waiting and level

        try:
            until(quiet, "the link did not settle", wait_s)
        except AssertionError as error:
            error.add_note(f"{self.node.center.link.standing}")
            raise

    def faults(self) -> list[str]:
        """What does not hold: equality, teams, ledgers, chains."""
        found = []
        here = self.province.center.queries.situation(LOOKER)
        there = self.node.center.queries.situation(LOOKER)
        for kind, field in FIELDS.items():
            one, other = getattr(here, field), getattr(there, field)
            found += [f"{kind} {k} differs" for k in one if one[k] != other.get(k)]
            found += [f"{kind} {k} is on the node alone" for k in other if k not in one]
        for who, server in (("province", self.province), ("node", self.node)):
            seen = server.center.queries.situation(SYSTEM)
            active = [a.team_id for a in seen.assignments.values() if a.active]
            found += [f"{who}: {t} twice" for t in set(active) if active.count(t) > 1]
            for lot in seen.lots.values():
                lines = [x for x in seen.movements.values() if x.lot_id == lot.id]
                sums = tuple(round(sum(part), 6) for part in zip(
                    *((x.amount, x.held) for x in lines), strict=True
                ))  # fmt: skip
                if lines and sums != (lot.on_hand, lot.reserved):
                    found.append(f"{who}: ledger of {lot.id} says {sums}")
            with server.center.database.reader.connect() as connection:
                verdict = verify(connection)
            found += [] if verdict.ok else [f"{who}: chain {verdict.reason}"]
        return found


@contextmanager
def pair(
    folder: Path, *, teams: int = 3, pages: Mapping[str, str] | None = None,
    url: str | None = None, fonts: FontSet | None = None,
) -> Iterator[Pair]:  # fmt: skip
    """Both servers running, the county's things loaded, the node level with the province."""
    shown = {} if pages is None else pages
    at = folder / "province"
    with Running(at, pages=shown, database_url=url, fonts=fonts) as province:
        province.center.handle(StoreRows(what="演练", things=things(teams)), SYSTEM)
        made = province.center.nodes.enrol(ADMIN, COUNTY)
        link = TlsProxy(folder / "tls", province.port).start()
        given = NodeSettings(
            name=made.name, province=link.base, token=made.token, ca=link.pem
        )
        try:
            with Running(folder / "node", pages=shown, node=given, fonts=fonts) as node:
                both = Pair(province=province, node=node, link=link)
                both.settled()
                yield both
        finally:
            link.close()
