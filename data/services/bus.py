"""Hands each command to its one handler inside one unit of work, and answers retries alike."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
from typing import Any

import msgspec

from data.domain.clock import Clock
from data.domain.messages import LATER, Command
from data.domain.org import Actor
from data.errors import CenterError, Invalid
from data.services.proving import require_for
from data.services.tools import Tools
from data.store.answers import first_answer, keep_answer
from data.store.codec import digest, encode, plain
from data.store.unit_of_work import Unit, UnitOfWork

Handler = Callable[[Unit, Any, Tools], dict[str, Any]]
Guard = Callable[[Command, Actor], None]
Observer = Callable[[str, str, float], None]  # command, outcome, seconds


@dataclass(frozen=True, kw_only=True)
class Answer:
    """What a command answered, and the journal number it was written under."""

    body: dict[str, Any]
    seq: int
    repeated: bool = False


class Bus:
    """Commands in, answers out; nothing else changes the center."""

    def __init__(
        self,
        units: UnitOfWork,
        handlers: Mapping[type[Command], Handler],
        tools: Tools,
        clock: Clock,
        guard: Guard | None = None,
    ) -> None:
        self.units = units
        self.handlers = handlers
        self.tools = tools
        self.clock = clock
        self.guard = guard  # asked before a command; refuses by name
        self.observers: list[Observer] = []

    def handle(self, command: Command, actor: Actor, request_id: str | None = None) -> Answer:
        """Carry a command out, once; the same `request_id` gets the first answer again.

        Raises
        ------
        CenterError
            Whatever the handler refuses by name; nothing is changed then.
        """
        began, outcome = time.perf_counter(), "failed"
        try:
            answer = self._handle(command, actor, request_id)
            outcome = "repeated" if answer.repeated else "done"
        except CenterError as error:
            outcome = error.code
            raise
        finally:
            for observer in self.observers:
                observer(type(command).__name__, outcome, time.perf_counter() - began)
        return answer

    def _handle(self, command: Command, actor: Actor, request_id: str | None) -> Answer:
        name = type(command).__name__
        require_for(command, actor)
        if self.guard and not self._answered(request_id, actor):
            self.guard(command, actor)
        handler = self.handlers[type(command)]
        mark = mark_of(command)
        with self.units.unit(name, actor, self.clock, request_id) as unit:
            if request_id:
                first = first_answer(unit.connection, request_id, actor.username)
                if first:
                    return _again(first, mark)
            body: dict[str, Any] = plain(handler(unit, command, self.tools))
            if request_id and (unit.told or unit.images):
                keep_answer(unit, name, request_id, mark, body)
            return Answer(body=body, seq=unit.seq if unit.told or unit.images else unit.seq - 1)

    def _answered(self, request_id: str | None, actor: Actor) -> bool:
        """Whether a request was answered before: then nobody is asked again."""
        if not request_id:
            return False
        with self.units.engine.connect() as connection:
            return first_answer(connection, request_id, actor.username) is not None


def mark_of(command: Command) -> str:
    """What tells a retry from another request under the same key.

    A field that a later release brought counts only where it says something, so that a request of
    then is still known after an upgrade.
    """
    unsaid = {
        f.name for f in fields(command)
        if f.metadata == LATER and getattr(command, f.name) == f.default
    }  # fmt: skip
    text = encode(command)
    if unsaid:  # the rest in the order it had
        said = {k: v for k, v in msgspec.json.decode(text).items() if k not in unsaid}
        text = msgspec.json.encode(said).decode()
    return digest(type(command).__name__, text)


def _again(first: tuple[str, int, str], mark: str) -> Answer:
    """The first answer to a retry.

    Raises
    ------
    Invalid
        When the key was used for another request.
    """
    print_, seq, answer = first
    if print_ != mark:
        raise Invalid.field(
            "Idempotency-Key", "同一幂等键已用于另一请求", "请为新的请求换一个幂等键"
        )
    return Answer(body=msgspec.json.decode(answer), seq=seq, repeated=True)
