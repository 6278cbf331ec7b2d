"""One watched sensor in memory: its compiled rules, rolling windows and the rungs it stands on."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Literal

from data.domain.alarm import COLOURS, Alarm, Family
from data.domain.alarm_rules import Rule, RuleBook
from data.domain.clock import SHANGHAI
from data.domain.sensor import Sensor, Threshold
from data.domain.watch import graver, released, watched
from data.domain.windows import ChangeWindow, SumWindow

HOUR = 3600.0
ROUNDED = 1e-6  # a change is compared after rounding
FEWEST = 3  # readings a change must rest on: one wild value raises nothing by itself
EITHER_WAY = frozenset({"位移", "库区滑坡位移", "裂缝宽度"})  # moves that worry in both directions


@dataclass(frozen=True, kw_only=True)
class Event:
    """One change of one family of a slot."""

    does: Literal["raise", "ease", "clear"]
    family: Family
    at: float
    value: float
    rule: Rule | None = None
    threshold: Threshold | None = None


class Slot:
    """The watch's memory of one sensor; times are seconds since the epoch."""

    __slots__ = (
        "_above", "_below", "_from", "_much", "_sums", "_until", "book", "calm_above",
        "calm_below", "calm_until", "count", "counted", "held", "last_at", "last_value",
        "level_colour", "missing", "rise_held", "rise_rule", "same_from", "sensor", "stuck",
        "stuck_rule", "stuck_s", "sum_held", "sum_rules", "unsure", "window",
    )  # fmt: skip

    def __init__(self, sensor: Sensor, book: RuleBook) -> None:
        self.book = book
        self.held: Threshold | None = None
        self.level_colour = ""
        self.sum_held: Rule | None = None
        self.rise_held: Rule | None = None
        self.stuck = False
        self.missing = False
        self.unsure = False  # how long the value has been the same is not known since the start
        self.last_at = -math.inf
        self.last_value = math.nan
        self.same_from, self.count = math.inf, 0  # of the same value in a row
        self.compile(sensor)

    def compile(self, sensor: Sensor) -> None:
        """Read the sensor's rules; windows begin anew, what is held stays held."""
        self.sensor, self.counted = sensor, sensor.counted
        rules = [r for r in self.book.rules if sensor.quantity in r.quantities]
        self.sum_rules = sorted(
            (r for r in rules if r.family == Family.SUM), key=lambda r: COLOURS.index(r.colour)
        )
        spans = [r.hours * HOUR for r in self.sum_rules]
        self._sums = SumWindow(spans) if spans else None
        self.rise_rule = next((r for r in rules if r.family == Family.RISE), None)
        self.window = ChangeWindow(self.rise_rule.hours * HOUR) if self.rise_rule else None
        self._much = self.rise_rule.at_least - ROUNDED if self.rise_rule else math.inf
        known = self.book.named.get(sensor.quantity)
        self.stuck_rule = next(iter(self.book.of_family(Family.STUCK)), None)
        hours = known.stuck_after_h if known and self.stuck_rule else None
        self.stuck_s = hours * HOUR if hours else math.inf
        self._from = self._until = math.nan  # the ladder is read at the first reading
        self.calm_below = self.calm_above = math.nan
        self.calm_until = -math.inf

    @property
    def windowed(self) -> float:
        """Seconds of history the slot needs to know what it would have known."""
        sums = max((r.hours for r in self.sum_rules), default=0.0)
        return max(sums, self.rise_rule.hours if self.rise_rule else 0.0) * HOUR

    @property
    def colour(self) -> str:
        """The gravest colour that holds here, blank when none."""
        held: list[str] = [self.sum_held.colour if self.sum_held else ""]
        held.append(self.rise_held.colour if self.rise_held else "")
        held.append(self.level_colour)
        return max(held, key=lambda c: COLOURS.index(c) if c else -1)

    def restore(self, alarm: Alarm) -> None:
        """Take up what an open alarm says the sensor stands on."""
        self.calm_until = -math.inf
        if alarm.family == Family.LEVEL:
            below = any(t.below for t in self.sensor.thresholds if t.level == alarm.level)
            self.held = Threshold(level=alarm.level, value=alarm.threshold, below=below)
            self.level_colour, self._from = alarm.colour, math.nan
        elif alarm.family == Family.SUM:
            self.sum_held = self.book.by_id.get(alarm.rule_id)
        elif alarm.family == Family.RISE:
            self.rise_held = self.book.by_id.get(alarm.rule_id)
        elif alarm.family == Family.STUCK:
            self.stuck = True
        elif alarm.family == Family.MISSING:
            self.missing = True

    def take(self, at: float, value: float) -> list[Event] | None:
        """A reading newer than the last; None is the usual answer: nothing changed.

        Before `calm_until` and between `calm_below` and `calm_above` all this comes to a few
        fields: the last instant and value, since when it is the same and how often it came; and
        to a point of `window` that is due. Who looks at very many readings does that himself.
        """
        events: list[Event] | None = None
        if value == self.last_value:
            self.count += 1
            # the time first, without a call: this runs for every reading
            if at - self.same_from >= self.stuck_s and self.stuck_due(at):
                events = [self._stuck(at)]
        else:
            self.same_from, self.count, self.unsure = at, 1, False
            if self.stuck:
                self.stuck = False
                events = [Event(does="clear", family=Family.STUCK, at=at, value=value)]
        if self._sums is not None and (self._fell(at, value) > 0 or self.sum_held is not None):
            events = [*(events or ()), *self.sum_events(at)]  # no rain raises nothing by itself
        window = self.window
        if window is not None and (
            at >= window.due
            or self.rise_held is not None
            or not -self._much < value - window.first < self._much
        ):
            change, readings = window.change(at, value)
            if self.rise_held is not None or abs(change) >= self._much:
                events = [*(events or ()), *self._rises(at, change, readings)]
        self.last_at, self.last_value = at, value
        if not (self._from <= at < self._until and self._below < value < self._above):
            events = [*(events or ()), *self._levels(at, value)]
        self._calm()
        return events or None

    def _calm(self) -> None:
        """Set within what a new value changes nothing but what is newest."""
        window = self.window
        if self._sums is not None or self.rise_held is not None or self.unsure or self.stuck:
            self.calm_until = -math.inf
            return
        below, above, until = self._below, self._above, self._until
        if (stuck := self.same_from + self.stuck_s) < until:
            until = stuck
        if window is not None:
            low, high, over = window.calm(self.last_at, self._much)
            below, above, until = max(below, low), min(above, high), min(until, over)
        self.calm_below, self.calm_above, self.calm_until = below, above, until

    def lost(self) -> None:
        """Nothing was heard for too long; the next reading is news."""
        self.missing, self.calm_until = True, -math.inf

    def fill(self, at: float, value: float) -> None:
        """A stored reading of before, for the windows alone."""
        if self._sums is not None:
            self._fell(at, value)
        if self.window is not None:
            self.window.change(at, value)
        if value == self.last_value:
            self.count += 1
        else:
            self.same_from, self.count = at, 1
        self.last_at, self.last_value = at, value
        self.calm_until = -math.inf

    def empty(self) -> None:
        """Forget what was read; what is held stays held."""
        if self._sums is not None:
            self._sums = SumWindow(self._sums.spans)
        if self.window is not None:
            self.window = ChangeWindow(self.window.span)
        self.last_at, self.last_value = -math.inf, math.nan
        self.same_from, self.count, self.calm_until = math.inf, 0, -math.inf

    def judge(self, at: float, value: float) -> list[Event]:
        """Look at a newest value again, as after a start or when the levels were edited."""
        if math.isnan(value):
            return []
        self._from, self.calm_until = math.nan, -math.inf
        return [*self.sum_events(at), *self._levels(at, value)]

    @property
    def doubtful(self) -> bool:
        """Whether what is stored should be asked since when the value has been the same."""
        rule = self.stuck_rule
        enough = rule is not None and self.count >= rule.count
        return self.unsure and not self.stuck and enough and self.stuck_s < math.inf

    def same_since(self, at: float | None) -> None:
        """What is stored says since when the value has been the same; None when it does not."""
        self.unsure = False
        if at is not None:
            self.same_from = min(self.same_from, at)

    def stuck_due(self, now: float) -> bool:
        """Whether the same value has come for too long, and often enough to mean something."""
        enough = self.stuck_rule is not None and self.count >= self.stuck_rule.count
        return enough and not self.stuck and now - self.same_from >= self.stuck_s

    def _stuck(self, at: float) -> Event:
        self.stuck = True
        hours = round((at - self.same_from) / HOUR, 1)
        return Event(
            does="raise", family=Family.STUCK, at=at, value=hours, rule=self.stuck_rule
        )  # fmt: skip

    def _fell(self, at: float, value: float) -> float:
        """What fell since the last report, into the sums."""
        amount = value
        if self.counted:
            if math.isnan(self.last_value):
                amount = 0.0
            else:
                amount = value - self.last_value if value >= self.last_value else value
        if amount > 0 and self._sums is not None:
            self._sums.add(at, amount)
        return amount

    def sum_events(self, now: float) -> Iterator[Event]:
        """What the sums that end now mean; also asked while nothing comes in."""
        if self._sums is None:
            return
        totals = dict(zip((r.id for r in self.sum_rules), self._sums.sums(now), strict=True))
        reached = [r for r in self.sum_rules if totals[r.id] >= r.at_least]
        gravest, held = (reached[-1] if reached else None), self.sum_held
        if gravest and (held is None or _above(gravest, held)):
            self.sum_held = gravest
            yield Event(
                does="raise", family=Family.SUM, at=now, value=totals[gravest.id], rule=gravest
            )
        elif held is not None and totals.get(held.id, 0.0) < (held.release or held.at_least):
            self.sum_held = gravest
            total = totals[gravest.id] if gravest else totals.get(held.id, 0.0)
            does: Literal["ease", "clear"] = "ease" if gravest else "clear"
            yield Event(does=does, family=Family.SUM, at=now, value=total, rule=gravest or held)

    def _rises(self, at: float, change: float, readings: int) -> Iterator[Event]:
        rule = self.rise_rule
        if rule is None:
            return
        much = abs(change) if self.sensor.quantity in EITHER_WAY else change
        enough = readings >= FEWEST and round(much, 6) >= rule.at_least
        if self.rise_held is None and enough:
            self.rise_held = rule
            yield Event(does="raise", family=Family.RISE, at=at, value=change, rule=rule)
        elif self.rise_held is not None and much < (rule.release or rule.at_least):
            self.rise_held = None
            yield Event(does="clear", family=Family.RISE, at=at, value=change, rule=rule)

    def _levels(self, at: float, value: float) -> Iterator[Event]:
        """Look at the ladder itself: the value left the band in which nothing changes."""
        on = datetime.fromtimestamp(at, SHANGHAI).date()
        before = self.held
        slack = self.book.hysteresis(self.sensor, before.value if before else 0.0)
        seen = watched(self.sensor, before, value, on, slack)
        self.held = seen.rung
        self._band(on)
        if seen.raises:
            yield Event(does="raise", family=Family.LEVEL, at=at, value=value, threshold=seen.rung)
        elif seen.eases:
            yield Event(does="ease", family=Family.LEVEL, at=at, value=value, threshold=seen.rung)
        elif seen.clears:
            yield Event(does="clear", family=Family.LEVEL, at=at, value=value, threshold=before)

    def _band(self, on: date) -> None:
        """The open interval of values, and the day, within which the rung cannot change."""
        ladder, held = self.sensor.in_force(on), self.held
        self.level_colour = _gravest(self.book, ladder, held)
        out = [t for t in ladder if held is None or t.level != held.level]
        up = [t.value for t in out if not t.below]
        down = [t.value for t in out if t.below]
        self._above, self._below = min(up, default=math.inf), max(down, default=-math.inf)
        if held is not None:
            edge = released(held, self.book.hysteresis(self.sensor, held.value))
            if held.below:
                self._above = math.nextafter(edge, math.inf)
                self._below = max((v for v in down if v < held.value), default=-math.inf)
            else:
                self._below = math.nextafter(edge, -math.inf)
                self._above = min((v for v in up if v > held.value), default=math.inf)
        start = datetime(on.year, on.month, on.day, tzinfo=SHANGHAI)
        self._from = start.timestamp()
        self._until = (start + timedelta(days=1)).timestamp()


def _above(one: Rule, other: Rule) -> bool:
    """Whether one rule is graver than another."""
    rank = {c: n for n, c in enumerate(COLOURS)}
    return rank.get(one.colour, -1) > rank.get(other.colour, -1)


def _gravest(book: RuleBook, ladder: tuple[Threshold, ...], held: Threshold | None) -> str:
    """The gravest colour of the rungs up to the one held: a record may lie below 保证."""
    if held is None:
        return ""
    passed = [t for t in ladder if t.below == held.below and not graver(t, held)]
    colours = [book.colour_of(t.level) for t in passed] + [book.colour_of(held.level)]
    return max(colours, key=lambda c: COLOURS.index(c) if c else -1)


def instant(seconds: float) -> datetime:
    """Seconds since the epoch as an aware instant."""
    return datetime.fromtimestamp(seconds, UTC)
