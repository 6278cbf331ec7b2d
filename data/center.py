"""The composition root: the one place where the center's parts are made and joined."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, ParamSpec, TypeVar

from data.config import Settings, with_files
from data.domain import escalation
from data.domain.authority import read_table
from data.domain.clock import Clock, RealClock, real_now
from data.domain.depot import Depot, Item, Lot
from data.domain.messages import Command, SetExercise, StoreRows
from data.domain.messages.fielding import GiveFieldCode
from data.domain.messages.hazards import Jpeg
from data.domain.messages.tasks import CallOverdue
from data.domain.org import SYSTEM, Actor, AreaTree, Permission
from data.domain.steady import machine
from data.errors import NotFound, Unavailable
from data.exercise.exercise import Exercise, create_or_resume
from data.exercise.overlay import load_overlay
from data.exercise.people import load_people
from data.ingest import reference
from data.ingest.doors import Doors
from data.ingest.exchange_desk import ExchangeDesk
from data.ingest.geography import build_spatial, build_travel
from data.ingest.polling import Poller
from data.ingest.rule_tables import RuleDesk, RuleTables
from data.ingest.seeding import area_tree, reference_things
from data.ingest.sharing import Sharing
from data.ingest.standing_desk import StandingDesk
from data.services import granting, passes
from data.services.accounts import AccountService
from data.services.bus import Answer, Bus
from data.services.channels.settings import read_channels
from data.services.feeding import Feed
from data.services.handlers import HANDLERS
from data.services.hub import Hub
from data.services.node_link import Link
from data.services.node_start import linked, nodes_of
from data.services.nodes import Nodes
from data.services.outbox import Outbox
from data.services.pictures import made_new
from data.services.plan_desk import PlanDesk
from data.services.pulse import Pulse
from data.services.record_desk import RecordDesk
from data.services.sessions import hash_of
from data.services.tools import Tools
from data.store.database import Database
from data.store.leader import Leadership
from data.store.quarantine import Quarantine
from data.store.queries import Queries
from data.store.sharing_book import SharingBook
from data.store.telemetry import Telemetry

P = ParamSpec("P")
T = TypeVar("T")


@dataclass(kw_only=True)
class Hooks:
    """What the program that serves the center can do for it."""

    restart: Callable[[], None] | None = None


@dataclass(frozen=True, kw_only=True)
class Center(PlanDesk, ExchangeDesk, RecordDesk, RuleDesk, StandingDesk):
    """Everything the pages and programs reach: ask `queries`, tell `bus`, listen to `hub`."""

    settings: Settings
    clock: Clock
    telemetry: Telemetry
    accounts: AccountService
    hub: Hub
    bus: Bus
    feed: Feed
    pulse: Pulse
    poller: Poller
    outbox: Outbox
    nodes: Nodes
    link: Link | None
    exercise: Exercise | None
    hooks: Hooks = field(default_factory=Hooks)

    def handle(self, command: Command, actor: Actor, request_id: str | None = None) -> Answer:
        """Carry a command out; blocking, so never on the event loop."""
        return self.bus.handle(command, actor, request_id)

    async def do(self, command: Command, actor: Actor, request_id: str | None = None) -> Answer:
        """Carry a command out in a worker thread."""
        return await asyncio.to_thread(self.bus.handle, command, actor, request_id)

    async def ask(self, query: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Run a blocking read in a worker thread."""
        return await asyncio.to_thread(query, *args, **kwargs)

    def attend(self) -> int:
        """Look round once: call what is overdue, draft what was granted. Blocking.

        Returns how many things were done.

        Safe to call from several servers on one database: what is due is read again inside the
        one unit of work that answers it.
        """
        if self.link or machine().jumped():
            return 0  # a node's clocks are the province's; a clock just set decides nothing
        seen, rules = self.queries.situation(SYSTEM), self.tools.rules["reporting"]
        done = 0
        table = read_table(self.tools.rules["authority"])
        due = escalation.calls(seen, self.areas, rules, table)
        if due or escalation.unanswered(seen, rules):
            done = int(self.handle(CallOverdue(), SYSTEM).body["calls"])
        for held in granting.to_draft(seen):
            self.handle(self.draft_granted(held, seen), SYSTEM)
            done += 1
        return done

    def field_code(self, actor: Actor, assignment_id: str) -> dict[str, Any]:
        """A one-time code for an order's phone, said this once; the order's older one ends.

        Raises
        ------
        Forbidden, NotFound, IllegalMove
        """
        code, expires = passes.draw_code(), real_now() + passes.CODE_LIFE
        command = GiveFieldCode(
            assignment_id=assignment_id, code_hash=hash_of(code), expires_at=expires
        )
        self.handle(command, actor)
        return {
            "assignment": assignment_id, "code": passes.shown_code(code),
            "path": f"/field#{code}", "expires_at": expires,
        }  # fmt: skip

    def steer_exercise(
        self,
        actor: Actor,
        *,
        speed: float | None = None,
        paused: bool | None = None,
        jump_to: datetime | None = None,
        restart: bool = False,
    ) -> None:
        """Change the exercise's clock, or start it again from its beginning.

        Raises
        ------
        NotFound
            In the real center.
        Unavailable
            When this program cannot start the exercise again.
        """
        actor.require(Permission.EXERCISE)
        if self.exercise is None:
            raise NotFound("本实例不是演练")
        if restart:
            if self.hooks.restart is None or self.database.file is None:
                raise Unavailable("此处不能重新开始演练；请停止服务、移开演练数据库后再启动")
            self.hooks.restart()
            return
        self.exercise.set(SetExercise(speed=speed, paused=paused, jump_to=jump_to))

    def photo(self, data: bytes, note: str = "") -> Jpeg:
        """A photo made new, so that nothing hidden in it is kept; slow.

        Raises
        ------
        Invalid
            When it is no photo that can be read.
        """
        made = made_new(data)
        return Jpeg(jpeg=made.jpeg, width=made.width, height=made.height, note=note)

    def seed(self) -> tuple[list[str], str | None]:
        """Load the reference data, and in an exercise its overlay; make the first accounts.

        Repeating it changes nothing. Returns the accounts made and their drawn password.
        """
        if self.link:  # what it knows comes from the province
            secret, org = self.settings.seed_password, self.link.org
            return self.accounts.seed(secret, exercise=False, org=org)
        things = tuple(reference_things())
        self.handle(StoreRows(what="参考数据", things=things), SYSTEM)
        if self.exercise:
            overlay = load_overlay(
                items=[t for t in things if isinstance(t, Item)],
                depots=[t for t in things if isinstance(t, Depot)],
                lots=[t for t in things if isinstance(t, Lot)],
            )
            people = load_people(self.exercise.starts_at, self.exercise.ends_at)
            assumed = (*overlay.things, *people)
            self.handle(StoreRows(what="演练假定数据和虚构人员", things=assumed), SYSTEM)
        with self.database.alone("seed"):
            secret = self.settings.seed_password
            return self.accounts.seed(secret, exercise=self.exercise is not None)

    def close(self) -> None:
        """Give everything back."""
        self.outbox.stop()
        if self.link:
            self.link.stop()
        if self.exercise:
            self.exercise.close()
        self.pulse.stop()
        self.doors.close()
        self.poller.close()
        self.feed.close()
        self.pulse.office.give_up()  # what came last was still looked at
        self.telemetry.close()
        self.database.close()


def open_database(settings: Settings) -> Database:
    """The instance's database alone, for what is done to it from outside: backup, restore."""
    return Database(settings.url)


def open_telemetry(settings: Settings, database: Database) -> Telemetry:
    """Its telemetry, likewise."""
    own = settings.instance_dir / "telemetry"
    return Telemetry(database.telemetry_url, own, settings.retention)


def build_center(settings: Settings) -> Center:
    """Make one center, real or exercise, with its schema up to date."""
    exercise = (
        create_or_resume(settings.scenario, settings.instance_dir) if settings.is_exercise else None
    )
    clock: Clock = exercise.clock if exercise else RealClock()
    areas = area_tree()
    database = Database(settings.url)
    database.migrate()
    with database.alone("start"):
        telemetry = open_telemetry(settings, database)
        quarantine = Quarantine(database.quarantine_url)
    queries = Queries(
        database.reader, telemetry, areas, clock, exercise.state() if exercise else None
    )
    if exercise:
        exercise.not_before(queries.last_at() or exercise.clock.now())
        exercise.start_keeping()
    telemetry.keeper.start(clock.now)
    hub = Hub()
    database.units.listeners.append(hub.publish)
    rules = _rules(settings, queries)
    queries.missed_times = lambda: rules["alarms"].missed_times
    tools = _tools(areas, telemetry, rules, settings)
    link, tools = linked(settings.node, database, queries, tools, clock)
    bus = Bus(database.units, HANDLERS, tools, clock, link.guard if link else None)
    watch = Leadership(database, "watch")
    feed = Feed(
        queries=queries, telemetry=telemetry, quarantine=quarantine, bus=bus, hub=hub, clock=clock,
        retention=settings.retention, leads=watch.lately,
    )  # fmt: skip
    telemetry.moved.append(feed.moved)
    sharing, outbox = _exchange(database, queries, feed, bus)
    accounts = AccountService(
        database.units.transaction, database.reader, areas, policy=settings.access
    )
    return Center(
        settings=settings, clock=clock, areas=areas, tools=tools, rules=rules, travel=tools.travel,
        database=database, telemetry=telemetry, queries=queries, accounts=accounts,
        hub=hub, bus=bus, feed=feed, sharing=sharing,
        pulse=Pulse(watching=feed.watching, queries=queries, bus=bus, clock=clock, office=watch),
        doors=Doors(lambda _: feed, settings.doors),
        poller=Poller(sharing, private=settings.share_private, environ=with_files(os.environ)),
        outbox=outbox, nodes=nodes_of(database, queries, accounts, bus),
        link=link, exercise=exercise,
    )  # fmt: skip


def _exchange(
    database: Database, queries: Queries, feed: Feed, bus: Bus
) -> tuple[Sharing, Outbox]:
    """What comes from other bodies, and what leaves for them."""
    sharing = Sharing(
        queries=queries, feed=feed, bus=bus, clock=bus.clock,
        book=SharingBook(database.units.transaction, database.reader),
    )  # fmt: skip
    outbox = Outbox(queries=queries, bus=bus, office=Leadership(database, "outbox"))
    database.units.listeners.append(outbox.wake)
    return sharing, outbox


def _tools(
    areas: AreaTree, telemetry: Telemetry, rules: RuleTables, settings: Settings
) -> Tools:
    """Rules, geometry, travel times and the teams' whereabouts, for the handlers."""

    def whereabouts(team_id: str) -> tuple[float, float] | None:
        heard = telemetry.positions().get(team_id)
        return None if heard is None else (heard.lon, heard.lat)

    travel = build_travel(settings.roads, settings.osrm)
    return replace(
        Tools(areas=areas, rules=rules, spatial=build_spatial(), travel=travel),
        airfields={a["name"]: (a["lon"], a["lat"]) for a in reference.read_airports() if a["lon"]},
        whereabouts=whereabouts,
    )


def _rules(settings: Settings, queries: Queries) -> RuleTables:
    """The rule tables; one that cannot be read stops the start, and later changes nothing."""
    return RuleTables(
        settings.var,
        {
            "grading": reference.read_rules("grading"),
            "structure": reference.read_structure(),
            "rivers": reference.read_river_order(),
            "channels": read_channels(
                settings.channels, drill=settings.is_exercise, box=settings.outbox),
        },
        lambda: queries.situation(SYSTEM).rulings,
    )
