"""The composition root: the one place where the center's parts are made and joined."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, ParamSpec, TypeVar

from data.allocation.travel import Travel
from data.config import Settings
from data.domain.clock import Clock, RealClock
from data.domain.messages import Command, StoreRows
from data.domain.org import SYSTEM, Actor, AreaTree
from data.exercise.scenario import Exercise
from data.ingest import reference
from data.ingest.geography import build_spatial, build_travel
from data.ingest.seeding import area_tree, reference_things
from data.services.accounts import AccountService
from data.services.bus import Answer, Bus
from data.services.handlers import HANDLERS
from data.services.hub import Hub
from data.services.tools import Tools
from data.store.database import Database
from data.store.queries import Queries
from data.store.telemetry import Telemetry

P = ParamSpec("P")
T = TypeVar("T")


@dataclass(frozen=True, kw_only=True)
class Center:
    """Everything the pages and programs reach: ask `queries`, tell `bus`, listen to `hub`."""

    settings: Settings
    clock: Clock
    areas: AreaTree
    tools: Tools
    travel: Travel
    database: Database
    telemetry: Telemetry
    queries: Queries
    accounts: AccountService
    hub: Hub
    bus: Bus
    exercise: Exercise | None

    def handle(self, command: Command, actor: Actor, request_id: str | None = None) -> Answer:
        """Carry a command out; blocking, so never on the event loop."""
        return self.bus.handle(command, actor, request_id)

    async def do(self, command: Command, actor: Actor, request_id: str | None = None) -> Answer:
        """Carry a command out in a worker thread."""
        return await asyncio.to_thread(self.bus.handle, command, actor, request_id)

    async def ask(self, query: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Run a blocking read in a worker thread."""
        return await asyncio.to_thread(query, *args, **kwargs)

    def seed(self) -> tuple[list[str], str | None]:
        """Load the reference data, and in an exercise its overlay; make the first accounts.

        Repeating it changes nothing. Returns the accounts made and their drawn password.
        """
        self.handle(StoreRows(what="参考数据", things=tuple(reference_things())), SYSTEM)
        if self.exercise:
            self.handle(
                StoreRows(what="演练假定数据", things=tuple(self.exercise.overlay())), SYSTEM
            )
        return self.accounts.seed(self.settings.seed_password, exercise=self.exercise is not None)

    def close(self) -> None:
        """Give everything back."""
        self.telemetry.close()
        self.database.close()


def build_center(settings: Settings) -> Center:
    """Make one center, real or exercise, with its schema up to date."""
    exercise = Exercise.create_or_resume(settings) if settings.is_exercise else None
    clock: Clock = exercise.clock if exercise else RealClock()
    areas = area_tree()
    database = Database(settings.url)
    database.migrate()
    telemetry = Telemetry(database.telemetry_url)
    hub = Hub()
    database.units.listeners.append(hub.publish)
    travel = build_travel()
    tools = Tools(areas=areas, rules=_rules(), spatial=build_spatial(), travel=travel)
    return Center(
        settings=settings,
        clock=clock,
        areas=areas,
        tools=tools,
        travel=travel,
        database=database,
        telemetry=telemetry,
        queries=Queries(
            database.reader, telemetry, areas, clock, exercise.state if exercise else None
        ),
        accounts=AccountService(database.units.transaction, database.reader, areas),
        hub=hub,
        bus=Bus(database.units, HANDLERS, tools, clock),
        exercise=exercise,
    )


def _rules() -> dict[str, Any]:
    """The rules of the field, as data."""
    return {name: reference.read_rules(name) for name in ("grading", "reporting")}
