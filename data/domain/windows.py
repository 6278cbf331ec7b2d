"""Rolling windows over readings: sums of what fell, changes of what moved."""

from __future__ import annotations

from array import array
from collections import deque
from collections.abc import Sequence
from math import inf

GRAIN_S = 60.0  # what falls within a minute is one amount; a gauge that reports slower is exact
POINTS = 240  # points of a change window's span
LOOKS = 2  # times a span that points are looked through; meanwhile half as many more are kept
COMPACT = 512


class SumWindow:
    """Sums over several spans that end now; times are seconds since the epoch."""

    __slots__ = ("_amounts", "_starts", "_sums", "_times", "spans")

    def __init__(self, spans: Sequence[float]) -> None:
        self.spans = tuple(spans)
        self._times = array("d")
        self._amounts = array("d")
        self._starts = [0] * len(self.spans)
        self._sums = [0.0] * len(self.spans)

    def add(self, at: float, amount: float) -> None:
        """Something fell until `at`, which is not before what fell last."""
        if self._times and at - self._times[-1] < GRAIN_S and min(self._starts) < len(self._times):
            self._amounts[-1] += amount
        else:
            self._times.append(at)
            self._amounts.append(amount)
        for which, start in enumerate(self._starts):
            if start < len(self._times):
                self._sums[which] += amount

    def sums(self, now: float) -> list[float]:
        """What fell within each span up to `now`."""
        for which, span in enumerate(self.spans):
            start, edge = self._starts[which], now - span
            while start < len(self._times) and self._times[start] <= edge:
                self._sums[which] -= self._amounts[start]
                start += 1
            self._starts[which] = start
            if start == len(self._times):
                self._sums[which] = 0.0
        self._compact()
        return [round(total, 6) for total in self._sums]

    def _compact(self) -> None:
        gone = min(self._starts)
        if gone > COMPACT:
            del self._times[:gone], self._amounts[:gone]
            self._starts = [start - gone for start in self._starts]


class ChangeWindow:
    """How much a value changed over one span that ends with the newest reading.

    Before `due` a reading moves nothing here: its change is the value less `first`. From
    `next_point` on a reading is a point, to be kept (`keep`) even where nobody asks for the change.
    """

    __slots__ = ("_look_at", "_times", "_values", "due", "first", "grain", "next_point", "span")

    def __init__(self, span: float) -> None:
        self.span, self.grain = span, span / POINTS
        self.due, self.first, self.next_point, self._look_at = -inf, 0.0, -inf, -inf
        # two of numbers, not one of pairs: there are millions, and pairs are searched for garbage
        self._times, self._values = deque[float](), deque[float]()

    def change(self, at: float, value: float) -> tuple[float, int]:
        """Take a value; the change since the span's oldest, and how many readings that rests on."""
        times, values, edge = self._times, self._values, at - self.span
        while times and times[0] < edge:
            times.popleft()
            values.popleft()
        count = len(times) + 1
        if at >= self.next_point:
            self.keep(at, value)
        self.first = values[0]
        over, next_point = times[0] + self.span, self.next_point
        self.due = over if over < next_point else next_point  # noqa: FURB136 - twice as quick
        return value - self.first, count

    def keep(self, at: float, value: float) -> None:
        """Keep a reading as a point."""
        self._times.append(at)
        self._values.append(value)
        self.next_point = at + self.grain

    def calm(self, at: float, much: float) -> tuple[float, float, float]:
        """Between which values, and until when, no reading after `at` can change by `much`.

        Where all points lie close together that is a band half of `much` about their middle: of
        two values in it none is `much` above the other, whichever will be the oldest. Else it
        rests on the oldest point, as long as it is that.
        """
        if at >= self._look_at:
            self._look_at = at + self.span / LOOKS
            low, high = min(self._values), max(self._values)
            if high - low < much:
                middle = (low + high) / 2
                return middle - much / 2, middle + much / 2, self._look_at
        return self.first - much, self.first + much, self.due
