"""Makes a county machine's link from its settings, and the province's desk for such machines."""

from __future__ import annotations

from dataclasses import replace

from data.config import NodeSettings
from data.domain.clock import Clock
from data.domain.incident import COUNTY_LETTERS
from data.domain.node import org_of
from data.errors import Invalid
from data.services.accounts import AccountService
from data.services.bus import Bus
from data.services.node_follow import Follower
from data.services.node_intake import Intake
from data.services.node_link import Link
from data.services.node_wire import Wire
from data.services.nodes import Nodes
from data.services.tools import Tools
from data.store.database import Database
from data.store.leader import Leadership
from data.store.queries import Queries


def nodes_of(database: Database, queries: Queries, accounts: AccountService, bus: Bus) -> Nodes:
    """The province's desk for county machines."""
    return Nodes(
        units=database.units, queries=queries, accounts=accounts, tools=bus.tools,
        intake=Intake(database.units, bus.tools, bus.clock),
    )  # fmt: skip


def linked(
    given: NodeSettings | None, database: Database, queries: Queries, tools: Tools, clock: Clock
) -> tuple[Link | None, Tools]:
    """A node's link, and the tools that know it; its name goes into every id made from now on.

    Raises
    ------
    Invalid
        When the node's area, the address or the authority cannot be.
    """
    if given is None:
        return None, tools
    org = org_of(given.name)
    if org not in tools.areas.areas:
        raise Invalid.field("HUBEI_NODE", f"没有代码为 {org} 的市县", "请填省里登记的名字")
    database.units.mark = f"{given.name}-"
    made = Link(
        name=given.name, wire=Wire(given.province, given.token, given.ca), queries=queries,
        follower=Follower(database.units, clock), areas=tools.areas,
        office=Leadership(database, "node"),
    )  # fmt: skip
    database.units.listeners.append(made.wake)
    return made, replace(tools, letters=COUNTY_LETTERS, apart=made.apart)
