"""The line behind the door: batches wait, are stored together, watched together, then answered."""

from __future__ import annotations

import gc
import logging
import time
from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import Future, InvalidStateError
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import groupby, islice
from threading import Condition, Thread

from data.domain.feeding import Columns, Reading, Refused, Taken, Via
from data.domain.org import Actor
from data.errors import Unavailable
from data.services.feed_check import text_of
from data.store.hot import Stored

log = logging.getLogger("hubei.feed")
MOST_WAITING_ROWS = 100_000  # beyond this who sends has to wait: memory stays bounded
MOST_GROUP_ROWS = 20_000  # stored in one commit
PAUSE_S = 0.1  # for memory to come free
NOTHING = Columns()


@dataclass(eq=False)
class Batch:
    """Rows of one sender, checked already, and the answer somebody waits for."""

    actor: Actor
    via: Via
    source: str
    readings: Columns
    places: Sequence[int] = ()  # of the readings in what was sent
    refused: list[Refused] = field(default_factory=list)
    answer: Future[Taken] = field(default_factory=Future)
    duplicates: int = 0
    late: int = 0
    keep: bool = True  # the refused, in the quarantine
    fresh: Columns = NOTHING  # what was not there before

    @property
    def weight(self) -> int:
        """Rows, refused ones too; an empty batch weighs one."""
        return len(self.readings) + len(self.refused) or 1

    def settle(self) -> None:
        """Answer: everything is stored and watched."""
        taken = Taken(
            accepted=len(self.fresh) + self.duplicates, rejected=tuple(self.refused),
            duplicates=self.duplicates, late=self.late,
        )  # fmt: skip
        if not self.answer.cancelled():
            self.answer.set_result(taken)


def sort_out(batches: list[Batch], stored: Stored) -> None:
    """Tell each batch which of its rows were new, repeated, late, or at odds with what stands."""
    if not stored.duplicates and not stored.conflicts and not stored.late:
        for batch in batches:
            batch.fresh = batch.readings
        return
    place = 0
    for batch in batches:
        fresh: list[int] = []
        for own, (at, reading) in enumerate(zip(batch.places, batch.readings, strict=True)):
            if place in stored.conflicts:
                batch.refused.append(_conflict(at, reading, stored.conflicts[place]))
            elif place in stored.duplicates:
                batch.duplicates += 1
            else:
                fresh.append(own)
                batch.late += place in stored.late
            place += 1
        batch.fresh = batch.readings.picked(fresh)
        batch.refused.sort(key=lambda r: r.index)


def _conflict(index: int, reading: Reading, standing: float) -> Refused:
    return Refused(
        index=index, kind="conflict", raw=text_of(reading),
        reason=f"该时刻已存有另一数值 {standing:g}，以先到的为准；确需更正请核实后另报",
    )  # fmt: skip


class _Waiting:
    """A queue of batches bounded by rows; who puts waits while it is full."""

    def __init__(self, most: int) -> None:
        self.most = most
        self.rows = 0
        self._held: deque[Batch] = deque()
        self._changed = Condition()
        self._shut = False

    def put(self, *batches: Batch) -> bool:
        """Add batches, waiting for room; False when the line is closed."""
        with self._changed:
            while self.rows >= self.most and not self._shut:
                self._changed.wait()
            if self._shut:
                return False
            self._held.extend(batches)
            self.rows += sum(batch.weight for batch in batches)
            self._changed.notify_all()
            return True

    def take(self, most: int) -> list[Batch]:
        """What waits, up to about `most` rows; empty once the line is closed and drained."""
        with self._changed:
            while not self._held and not self._shut:
                self._changed.wait()
            count = rows = 0
            for batch in self._held:
                if count and rows + batch.weight > most:
                    break
                count, rows = count + 1, rows + batch.weight
            taken = list(islice(self._held, count))  # nothing is lost if there is no memory for it
            for _ in range(count):
                self._held.popleft()
            self.rows -= rows
            self._changed.notify_all()
            return taken

    def shut(self) -> None:
        """Let nothing more in."""
        with self._changed:
            self._shut = True
            self._changed.notify_all()


class Line:
    """Two workers in a row: one stores groups of batches, the next watches what was stored.

    While one group is watched the next is being stored. Both queues are bounded, so a slow watcher
    slows the senders instead of filling the memory.
    """

    def __init__(
        self,
        store: Callable[[list[Batch]], None],
        watch: Callable[[Actor, Columns], None],
    ) -> None:
        self.store = store
        self.watch = watch
        self._in = _Waiting(MOST_WAITING_ROWS)
        self._stored = _Waiting(MOST_GROUP_ROWS * 2)
        self._threads = [
            Thread(target=self._storing, name="feed-store", daemon=True),
            Thread(target=self._watching, name="feed-watch", daemon=True),
        ]
        for thread in self._threads:
            thread.start()

    def put(self, batch: Batch) -> Future[Taken]:
        """Queue a batch; waits while the line is full.

        Raises
        ------
        Unavailable
            When the center is closing.
        """
        if not self._in.put(batch):
            raise Unavailable("系统正在停止，请稍后重发")
        return batch.answer

    @property
    def waiting(self) -> int:
        """Rows that are not stored yet."""
        return self._in.rows

    def close(self) -> None:
        """Store and answer what waits, then end."""
        self._in.shut()
        self._threads[0].join()
        self._stored.shut()
        self._threads[1].join()

    def _storing(self) -> None:
        _work_off(self._in, self._store_group)

    def _store_group(self, batches: list[Batch]) -> None:
        self.store(batches)
        self._stored.put(*batches)

    def _watching(self) -> None:
        _work_off(self._stored, self._watch_group)

    def _watch_group(self, batches: list[Batch]) -> None:
        for _, own in groupby(batches, key=lambda b: b.actor):
            of_one = list(own)
            try:
                fresh = Columns.joined([b.fresh for b in of_one])
                if fresh:
                    self.watch(of_one[0].actor, fresh)
            except Exception:
                # stored all the same; what stands in memory is watched again at the next start
                log.exception("stored readings were not watched")
            for batch in of_one:
                batch.settle()


def _work_off(waiting: _Waiting, work: Callable[[list[Batch]], None]) -> None:
    """Work off what waits until the line is closed.

    Whatever goes wrong with a group, also that there is no memory, its senders are told to send it
    again (what was stored is a repeat then), and the next group is taken.
    """
    while True:
        try:
            batches = waiting.take(MOST_GROUP_ROWS)
        except MemoryError:
            time.sleep(PAUSE_S)  # nothing was taken
            continue
        if not batches:
            return
        try:
            work(batches)
        except Exception as error:  # noqa: BLE001 - it is told to every sender
            _give_back(batches, error)


def _give_back(batches: list[Batch], error: Exception) -> None:
    """Tell the senders of a group that nothing may be counted on."""
    with suppress(MemoryError):
        log.error("a group of %d batches was not stored", len(batches), exc_info=error)
    for batch in batches:
        with suppress(MemoryError, InvalidStateError):  # answered already, or given up
            refusal = Unavailable("数据没有存下，请稍后重发")
            refusal.__cause__ = error
            batch.answer.set_exception(refusal)
    gc.collect()  # what failed for want of memory lies in cycles with its own traceback
