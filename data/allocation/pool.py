"""Solver processes kept warm: a plan never shares a process with the pages or the event loop."""

from __future__ import annotations

import atexit
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import cache
from pathlib import Path
from queue import Empty, Queue
from threading import Condition, Thread, Timer
from typing import IO, Any

import msgspec

from data.allocation.answer import Allocation
from data.allocation.model import Problem
from data.allocation.queueing import Queue as SitesQueue
from data.allocation.queueing import Sites
from data.allocation.values import ProblemError
from data.allocation.worker import read_frame, write_frame
from data.errors import Superseded, Unavailable

WORKERS = 2  # processes at most; one solve uses two threads for a second
PATIENCE_S = 15.0  # over the time limit, before a process that says nothing is given up
WARMING_S = 180.0  # before its first word: after an update the solver's loops are compiled
LOADING_S = 10.0  # from the start of the first process: beyond, nobody waits for it to load
PROGRAM = [sys.executable, "-m", "data.allocation.worker"]
REVIVE_S = 5.0  # between two tries to bring a solver back that ended by itself
_ROOT = Path(__file__).resolve().parents[2]
_FIRST = "\0first"  # the key of who waits for a first word, so that closing ends it
_ENDED = "求解进程异常退出"
_LOADS = "求解程序仍在装载（更新后首次启动须编译，约需一分钟）"


class _Worker:
    """One process; not thread-safe, the pool hands it to one caller at a time."""

    def __init__(self) -> None:
        self.process = subprocess.Popen(  # noqa: S603 - this program's own
            PROGRAM, stdin=subprocess.PIPE, stdout=subprocess.PIPE, cwd=_ROOT
        )  # fmt: skip
        self.warm = False
        self.cancelled = False

    @property
    def alive(self) -> bool:
        """Whether the process runs."""
        return self.process.poll() is None

    def ask(self, body: bytes, patience_s: float) -> bytes | None:
        """The answer to a frame; None when the process ended or was ended meanwhile."""
        answer: bytes | None = None
        if self.hear():
            with self._watched(patience_s):
                write_frame(self._pipe(self.process.stdin), body)
                answer = read_frame(self._pipe(self.process.stdout))
        return answer

    def hear(self) -> bool:
        """Wait for its first word, which says that it can solve; whether it came."""
        if not self.warm:
            with self._watched(WARMING_S):
                self.warm = read_frame(self._pipe(self.process.stdout)) is not None
        return self.warm

    @contextmanager
    def _watched(self, patience_s: float) -> Iterator[None]:
        """End the process when it says nothing for too long; that it ended is no error."""
        watch = Timer(patience_s, self.end)
        watch.daemon = True
        watch.start()
        try:
            with suppress(BrokenPipeError, ValueError):
                yield
        finally:
            watch.cancel()

    @staticmethod
    def _pipe(pipe: IO[bytes] | None) -> IO[bytes]:
        if pipe is None:
            raise ValueError("the process has no pipes")
        return pipe

    def cancel(self) -> None:
        """End the solve at hand, and the process with it."""
        self.cancelled = True
        self.end()

    def end(self) -> None:
        """End the process and give its pipes back."""
        with suppress(ProcessLookupError):
            self.process.kill()
        self.process.wait()


class SolverPool:
    """Solves in other processes; started when first asked, or by `warm`."""

    def __init__(self, workers: int = WORKERS) -> None:
        self._free: Queue[_Worker] = Queue()
        self._changed = Condition()
        self._most = workers
        self._started = 0
        self._by_key: dict[str, _Worker] = {}
        self._closed = self._reviving = self._loading = False
        self.fault = ""  # why no plan can be solved at the moment

    @property
    def closed(self) -> bool:
        """Whether the center stops."""
        return self._closed

    def warm(self) -> None:
        """Start one process beforehand, without waiting for it; where one runs, do nothing.

        What is asked meanwhile waits for it, but not for long: `fault` says that it still loads.
        """
        with self._changed:
            if self._loading or self._started or self._closed:
                return
            self._loading = True
        Thread(target=self._load, name="solver-load", daemon=True).start()

    def _load(self) -> None:
        """Hear the first process out; say so where it takes long, or does not come at all."""
        slow = Timer(LOADING_S, self._loads_long)
        slow.daemon = True
        slow.start()
        heard = False
        with suppress(Unavailable):  # the center stops
            heard = self.stands()
        slow.cancel()
        with self._changed:
            self._loading, self.fault = False, ""
            self._changed.notify_all()
        if not heard:
            self._fell(_ENDED)

    def _loads_long(self) -> None:
        """Whoever waits for the first process goes without."""
        with self._changed:
            if self._loading:
                self.fault = _LOADS
                self._changed.notify_all()

    def stands(self) -> bool:
        """Whether a process starts and solves its first small problem. Blocking.

        Raises
        ------
        Unavailable
            When the center stops.
        """
        try:
            worker = self._take(_FIRST)
        except OSError:  # no memory, no file handles
            return False
        heard = worker.hear()
        self._give_back(worker, _FIRST)
        return heard

    def solve(
        self, problem: Problem, time_limit_s: float = 1.0, key: str | None = None
    ) -> Allocation:
        """The joint plan; blocking, call it from a worker thread.

        A newer call with the same `key` ends the older one.

        Raises
        ------
        ProblemError
            A ValueError that names the field that makes no sense.
        Superseded
            When a newer call with the same key took over.
        Unavailable
            When the solver processes end by themselves twice, or the first still loads.
        """
        problem.checked()
        told = self._ask({"problem": problem.to_json()}, time_limit_s, key)
        return msgspec.convert(told["plan"], Allocation)

    def queue(
        self, problem: Sites, time_limit_s: float = 1.0, key: str | None = None
    ) -> SitesQueue:
        """Who serves which sites in which order; otherwise as `solve`.

        Raises
        ------
        ProblemError, Superseded, Unavailable
            As `solve`.
        """
        problem.checked()
        told = self._ask({"sites": problem.to_json()}, time_limit_s, key)
        return msgspec.convert(told["queue"], SitesQueue)

    def _ask(
        self, question: dict[str, str], time_limit_s: float, key: str | None
    ) -> dict[str, Any]:
        """The answer of a process to one question."""
        body = msgspec.json.encode({**question, "time_limit_s": time_limit_s})
        with self._changed:
            self._changed.wait_for(lambda: not self._loading or self.fault or self._closed)
        if self._loading and self.fault:
            raise Unavailable(f"{self.fault}；此间请手工选队下达指令")
        for _ in range(0 if self.fault else 2):
            worker = self._take(key)
            answer = worker.ask(body, time_limit_s + PATIENCE_S)
            self._give_back(worker, key)
            if worker.cancelled:
                raise Superseded("已按更新后的条件重新求解，此次求解作废")
            if answer is not None:
                return _read(answer)
        self._fell(_ENDED)
        raise Unavailable("求解进程异常退出，正在自动恢复；此间请手工选队下达指令")

    def _fell(self, words: str) -> None:
        """No process can solve: say so, and try in the background until one can."""
        with self._changed:
            self.fault = words
            if self._reviving or self._closed:
                return
            self._reviving = True
        Thread(target=self._revive, name="solver-revive", daemon=True).start()

    def _revive(self) -> None:
        """Start processes until one says its first word."""
        heard = False
        with suppress(Unavailable):  # the center stops
            while not heard:
                heard = self.stands()
                with self._changed:
                    if not heard:
                        self._changed.wait_for(lambda: self._closed, REVIVE_S)
        with self._changed:
            self._reviving = False
            self.fault = "" if heard else self.fault

    def _take(self, key: str | None = None) -> _Worker:
        """A process for one caller; the older caller of the same key is ended."""
        with self._changed:
            older = self._by_key.pop(key, None) if key else None
        if older:
            older.cancel()
        while True:
            with self._changed:
                if self._closed:
                    raise Unavailable("本中心正在停止")
                worker = self._idle()
                if worker is None and self._started < self._most:
                    worker = _Worker()
                    self._started += 1
                if worker is not None:
                    if key:
                        self._by_key[key] = worker
                    return worker
                self._changed.wait(timeout=1.0)

    def _idle(self) -> _Worker | None:
        """A live process nobody uses."""
        while True:
            try:
                worker = self._free.get_nowait()
            except Empty:
                return None
            if worker.alive:
                return worker
            self._started -= 1

    def _give_back(self, worker: _Worker, key: str | None = None) -> None:
        """The process is free again, or gone."""
        with self._changed:
            if key and self._by_key.get(key) is worker:
                del self._by_key[key]
            if worker.alive and not self._closed:
                self._free.put(worker)
            else:
                worker.end()
                if worker.cancelled and not self._closed:
                    self._free.put(_Worker())  # warming up while nobody waits for it
                else:
                    self._started -= 1
            self._changed.notify_all()

    def close(self) -> None:
        """End every process; callers still waiting are told that the center stops."""
        with self._changed:
            self._closed = True
            held = list(self._by_key.values())
            while (worker := self._idle()) is not None:
                held.append(worker)
            self._changed.notify_all()
        for worker in held:
            worker.end()


def _read(answer: bytes) -> dict[str, Any]:
    """What a process told, or the problem's error raised here."""
    told: dict[str, Any] = msgspec.json.decode(answer)
    if "field" in told:
        raise ProblemError(told["field"], told["detail"])
    return told


@cache
def common_pool() -> SolverPool:
    """The pool that every center of this program shares: a solver keeps nothing of a center."""
    pool = SolverPool()
    atexit.register(pool.close)
    return pool
