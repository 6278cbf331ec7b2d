"""The outbox: sends what was committed, at least once, after a crash too; and the clock's part."""

from __future__ import annotations

import logging
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

from data.domain.clock import real_now
from data.domain.delivery import Delivery, DeliveryState
from data.domain.messages.warnings import Outcome, RecordOutcomes, SweepWarnings
from data.domain.org import SYSTEM
from data.domain.situation import Situation
from data.domain.steady import machine
from data.domain.warning import Warning, WarningState  # noqa: A004 - the field's word
from data.domain.warning_text import full_text, short_text, spoken_text
from data.rounds import Rounds
from data.services import channels
from data.services.bus import Bus
from data.services.channels.base import Failed, Parcel
from data.services.channels.settings import ChannelSettings
from data.services.issuing_warnings import rules_of
from data.store.blobs import read_blob
from data.store.leader import Leadership
from data.store.queries import Queries

log = logging.getLogger("hubei.outbox")
AT_ONCE = 8  # deliveries on their way at one time
EVERY_S = 2.0  # between two looks when nothing wakes it


@dataclass(frozen=True, kw_only=True)
class _Try:
    delivery: Delivery
    parcel: Parcel
    late: bool  # it would only arrive after the warning has run out


class Outbox:
    """One thread that looks after every commit, and at the clock."""

    def __init__(self, *, queries: Queries, bus: Bus, office: Leadership) -> None:
        self.queries = queries
        self.bus = bus
        self.settings: ChannelSettings = bus.tools.rules["channels"]
        self.office = office
        self._rounds = Rounds("outbox", self._round, EVERY_S)
        self._sending: dict[str, Future[Outcome]] = {}
        self._pool: ThreadPoolExecutor | None = None

    def wake(self, fact: dict[str, Any]) -> None:
        """Something was committed; look when it concerns deliveries."""
        if {"delivery", "warning"} & set(fact.get("kinds", ())):
            self._rounds.wake()

    def start(self) -> None:
        """Begin; what was left waiting by an earlier program goes first."""
        self._rounds.start()

    def stop(self) -> None:
        """End soon; what is on its way and not noted is sent again by the next program."""
        self._rounds.stop()
        if self._pool is not None:
            self._pool.shutdown(wait=False, cancel_futures=True)
            self._pool = None
        self.office.give_up()

    def _round(self) -> None:
        if self.office.holds():
            self.look()

    def look(self, *, wait: bool = False) -> int:
        """Sweep by the clock, note what came back, send what is due; how many were begun.

        With `wait` it returns only when everything begun has come back and is noted.
        """
        self._note(wait=False)
        # read after noting: an older look would still show as waiting what has just gone
        seen = self.queries.situation(SYSTEM)
        if not machine().jumped() and sweep_due(seen, self.bus):
            self.bus.handle(SweepWarnings(), SYSTEM)
        begun = 0
        for one in self._due(seen):
            if self._rounds.ending or len(self._sending) >= AT_ONCE * 4:
                break
            self._begin(one)
            begun += 1
        if wait:
            self._note(wait=True)
        return begun

    def _due(self, seen: Situation) -> list[_Try]:
        """What waits and whose time has come, the gravest and oldest first."""
        now = real_now()
        waiting = [
            d for d in seen.deliveries.values()
            if d.state == DeliveryState.WAITING and d.id not in self._sending
            and d.may_go(now) and d.warning_id in seen.warnings
        ]  # fmt: skip
        waiting.sort(key=lambda d: d.id)
        return [
            _Try(
                delivery=d,
                parcel=self.parcel(d, seen.warnings[d.warning_id]),
                late=seen.warnings[d.warning_id].state == WarningState.EXPIRED,
            )
            for d in waiting
        ]

    def parcel(self, delivery: Delivery, warning: Warning) -> Parcel:
        """A delivery with the warning in every form."""
        rules, areas = rules_of(self.bus.tools), self.bus.tools.areas
        cap, _ = read_blob(self.queries.engine, warning.message)
        return Parcel(
            delivery=delivery.id, identifier=warning.identifier, receiver=delivery.receiver,
            address=delivery.address, status=warning.status, kind=warning.kind,
            secret=self.settings.secret_of(delivery.channel, delivery.address),
            colour=warning.colour or "", headline=headline_of(warning),
            text=full_text(areas, warning), spoken=spoken_text(rules, areas, warning),
            short=short_text(areas, warning),
            expires=warning.expires.isoformat() if warning.expires else "", cap=cap,
        )  # fmt: skip

    def _begin(self, one: _Try) -> None:
        if self._pool is None:
            self._pool = ThreadPoolExecutor(AT_ONCE, thread_name_prefix="outbox")
        future = self._pool.submit(self._send, one)
        self._sending[one.delivery.id] = future
        future.add_done_callback(lambda _: self._rounds.wake())

    def _send(self, one: _Try) -> Outcome:
        """One try; whatever goes wrong is an outcome."""
        delivery = one.delivery
        if one.late:
            return Outcome(
                delivery_id=delivery.id, state="failed", reason="预警已到期，不再发送", again=False
            )
        try:
            sent, boxed = channels.dispatch(one.parcel, delivery.channel, self.settings)
        except Failed as error:
            return Outcome(
                delivery_id=delivery.id, state="failed", reason=error.reason, again=error.again
            )
        except Exception:
            log.exception("channel %s failed", delivery.channel)
            return Outcome(delivery_id=delivery.id, state="failed", reason="渠道程序出错，已记录")
        return Outcome(delivery_id=delivery.id, state=sent.state, drill=boxed)

    def _note(self, *, wait: bool) -> None:
        """Write down what came back, all in one commit."""
        ready = {k: f for k, f in self._sending.items() if wait or f.done()}
        if not ready:
            return
        outcomes = tuple(f.result() for f in ready.values() if not f.cancelled())
        self.bus.handle(RecordOutcomes(outcomes=outcomes, at=real_now()), SYSTEM)
        for key in ready:
            del self._sending[key]


def headline_of(warning: Warning) -> str:
    """The headline, marked in an exercise."""
    return f"【演练】{warning.headline}" if warning.status == "Exercise" else warning.headline


def sweep_due(seen: Situation, bus: Bus) -> bool:
    """Whether the clock has anything to do: a warning over its time, a receiver silent too long."""
    rules = rules_of(bus.tools)
    if any(w.ended_early(seen.at) for w in seen.warnings.values()):
        return True
    issued = {w.id: w for w in seen.warnings.values() if w.state == WarningState.ISSUED}
    if any(not w.in_force(seen.at) for w in issued.values()):
        return True
    return any(
        d.reminders < rules.reminders
        and d.due_reminder(rules.colours[issued[d.warning_id].colour or ""].within, seen.at)
        for d in seen.deliveries.values()
        if d.warning_id in issued and issued[d.warning_id].colour and d.unsigned
    )
