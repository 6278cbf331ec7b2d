"""A province and a county's own machine in one process, and a link between them that can be cut."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import msgspec

from data.center import Center, build_center
from data.config import NodeSettings, Settings
from data.domain import messages as m
from data.domain.depot import Depot, Item, Lot
from data.domain.incident import Casualties
from data.domain.node import NodeRow, Page, Taken
from data.domain.org import SYSTEM, Actor
from data.domain.team import Team, TeamState
from data.services.node_wire import LinkLost
from data.store.journal import verify
from data.store.queries import FIELDS

COUNTY = "421127"
PROVINCE_DUTY = Actor.of("duty", "duty", "420000", "省值班员")
COUNTY_DUTY = Actor.of("duty.421127", "duty", COUNTY, "县值班员")
ADMIN = Actor.of("admin", "admin", "420000")
PASSWORD = "test-password-1"


class Near:
    """The link inside one process: the same bytes, and a switch for every kind of cut."""

    def __init__(self, province: Center, name: str) -> None:
        self.province, self.name = province, name
        self.actor = Actor(
            username="admin", name="节点", role="admin", org=COUNTY,
            permissions=frozenset({"read", "node"}),  # type: ignore[arg-type]
        )  # fmt: skip
        self.up = True
        self.lose_answers = 0  # so many answers are lost after the province has done it

    def _answered(self) -> None:
        if self.lose_answers:
            self.lose_answers -= 1
            raise LinkLost("答复丢失")

    def _reach(self) -> None:
        if not self.up:
            raise LinkLost("不通")

    def page(self, after: int, waiting: int, *, whole: bool) -> Page:
        """As over HTTP."""
        self._reach()
        page = self.province.nodes.page(self.actor, self.name, after, waiting, whole=whole)
        self._answered()
        return msgspec.json.decode(msgspec.json.encode(page), type=Page)

    def send(self, rows: list[NodeRow], files: dict[str, tuple[bytes, str]]) -> list[Taken]:
        """As over HTTP."""
        self._reach()
        sent = msgspec.json.decode(msgspec.json.encode(rows), type=list[NodeRow])
        taken = self.province.nodes.take(self.actor, self.name, sent, list(files.values()))
        self._answered()
        return taken

    def keep(self, teams: list[str], by: str) -> None:
        """As over HTTP."""
        self._reach()
        self.province.nodes.keep(self.actor, self.name, teams, by)
        self._answered()

    def file(self, key: str) -> tuple[bytes, str] | None:
        """As over HTTP."""
        self._reach()
        return self.province.nodes.file(self.actor, key)

    def close(self) -> None:
        """Nothing to give back."""


class World:
    """Both centers, their officers' hands, and what must be equal in the end."""

    def __init__(self, province: Center, node: Center, wire: Near) -> None:
        self.province, self.node, self.wire = province, node, wire
        self.link = node.link
        assert self.link is not None

    def sync(self) -> None:
        """What the link's thread does once."""
        self.link.step()

    def cut(self) -> None:
        """The link is gone, and the node has noticed."""
        self.wire.up = False
        self.link._lost(LinkLost("不通"))

    def mend(self) -> None:
        """The link is back; everything goes over it."""
        self.wire.up = True
        self.sync()

    def incident(self, at: Center, who: Actor, name: str = "袁山村滑坡", **given: Any) -> str:
        """An open incident in the county."""
        base: dict[str, Any] = {
            "type": "landslide", "place": name, "area_code": COUNTY, "lon": 115.94, "lat": 30.07,
            "casualties": Casualties(missing=9),
        }  # fmt: skip
        report = at.handle(m.ReceiveReport(**base | given), who).body["report"]["id"]
        made = at.handle(
            m.OpenIncident(
                report_id=report, name=name, short_name=name, commander="甲某",
                lead_body="县自然资源局", desk="席位一",
            ),
            who,
        )  # fmt: skip
        return str(made.body["incident"]["id"])

    def order(self, at: Center, who: Actor, team: str, incident: str, **kw: Any) -> Any:
        """One team ordered to one incident."""
        want = m.WantedTeam(team=team, incident=incident)
        return at.handle(m.IssueDispatch(assignments=(want,)), who, **kw).body

    def load(self, at: Center, who: Actor, lot: str, incident: str, amount: float) -> Any:
        """An amount of a lot ordered to an incident."""
        want = m.WantedLot(lot=lot, incident=incident, amount=amount)
        return at.handle(m.IssueDispatch(transfers=(want,)), who).body

    def step(self, at: Center, who: Actor, assignment: str, to: str) -> None:
        """An assignment moved on."""
        at.handle(m.AdvanceAssignment(assignment_id=assignment, to=to), who)

    def assert_equal(self) -> None:
        """The node is what the county may see at the province, thing for thing."""
        viewer = Actor.of("look", "duty", COUNTY)
        here = self.province.queries.situation(viewer)
        there = self.node.queries.situation(viewer)
        for kind, field in FIELDS.items():
            assert getattr(there, field) == getattr(here, field), kind

    def assert_sound(self) -> None:
        """On both: no team twice, the ledger agrees with the stock, the chain holds."""
        for center in (self.province, self.node):
            seen = center.queries.situation(SYSTEM)
            active = [a.team_id for a in seen.assignments.values() if a.active]
            assert len(active) == len(set(active))
            for lot in seen.lots.values():
                lines = [x for x in seen.movements.values() if x.lot_id == lot.id]
                if lines:
                    assert round(sum(x.amount for x in lines), 6) == lot.on_hand, lot.id
                    assert round(sum(x.held for x in lines), 6) == lot.reserved, lot.id
            with center.database.reader.connect() as connection:
                assert verify(connection).ok


def things(team: int = 3) -> tuple[Any, ...]:
    """Teams, a depot and a lot of the county, invented for a drill."""
    teams = [
        Team(
            id=f"TM-D{n}", name=f"黄梅演练队{n}", area_code=COUNTY, lon=115.9, lat=30.1, people=20,
            provides={"搜救": 20.0}, state=TeamState.STANDBY, origin="exercise",
        )
        for n in range(1, team + 1)
    ]  # fmt: skip
    depot = Depot(id="DP-D1", name="黄梅演练库", area_code=COUNTY, lon=115.9, lat=30.1)
    item = Item(id="IT-D1", name="演练帐篷", unit="顶")
    lot = Lot(id="L-D1", depot_id="DP-D1", item_id="IT-D1", on_hand=60.0)
    return (*teams, depot, item, lot)


@contextmanager
def world(tmp: Path, province_url: str, node_url: str = "") -> Iterator[World]:
    """A province with the county's things, and a node that has taken everything over once."""
    settings = Settings(
        var=tmp / "province", scenario="none", database_url=province_url or None,
        seed_password=PASSWORD,
    )  # fmt: skip
    province = build_center(settings)
    province.accounts.seed(PASSWORD, exercise=False)
    province.handle(m.StoreRows(what="演练", things=things()), SYSTEM)
    made = province.nodes.enrol(ADMIN, COUNTY)
    node = build_center(
        replace(
            settings, var=tmp / "node", database_url=node_url or None,
            node=NodeSettings(name=made.name, province="https://127.0.0.1:1", token=made.token),
        )
    )
    assert node.link is not None
    node.link.wire.close()
    wire = Near(province, made.name)
    node.link.wire = wire  # type: ignore[assignment]
    held = World(province, node, wire)
    held.sync()
    try:
        yield held
    finally:
        node.close()
        province.close()
