"""A process that does nothing but solve: problems come in on its input, plans go out.

``python -m data.allocation.worker`` reads frames (eight bytes of length, then JSON) and answers
each with one frame. It ends when its input does, so it never outlives who started it.
"""

from __future__ import annotations

import os
import sys
from contextlib import suppress
from typing import IO, Any

import msgspec

from data.allocation.model import Problem
from data.allocation.queueing import Sites, schedule
from data.allocation.solve import solve
from data.allocation.values import ProblemError
from data.allocation.warming import warm

LENGTH = 8
SMALLEST = (
    '{"capabilities":[{"id":"a","people":true}],"teams":[{"id":"t","people":9,"provides":{"a":9}}],'
    '"incidents":[{"id":"i","needs":[{"capability":"a","amount":5}]}],"minutes":[[10]]}'
)


def read_frame(pipe: IO[bytes]) -> bytes | None:
    """The next frame; None at the end of the input."""
    head = pipe.read(LENGTH)
    if len(head) < LENGTH:
        return None
    size = int.from_bytes(head, "big")
    body = pipe.read(size)
    return body if len(body) == size else None


def write_frame(pipe: IO[bytes], body: bytes) -> None:
    """One frame out."""
    pipe.write(len(body).to_bytes(LENGTH, "big") + body)
    pipe.flush()


def main() -> int:
    """Solve until the input ends."""
    out = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # whatever a library prints goes to the log, not between the frames
    warm()
    solve(Problem.from_json(SMALLEST), time_limit_s=0.2)
    with suppress(BrokenPipeError):  # whoever asked is gone
        write_frame(out, b"{}")
        while (body := read_frame(sys.stdin.buffer)) is not None:
            write_frame(out, _answer(body))
    return 0


def _answer(body: bytes) -> bytes:
    """One problem's plan or one queue over sites, or what is wrong with it."""
    asked: dict[str, Any] = msgspec.json.decode(body)
    try:
        if "sites" in asked:
            queue = schedule(Sites.from_json(asked["sites"]), asked["time_limit_s"])
            return msgspec.json.encode({"queue": queue})
        found = solve(Problem.from_json(asked["problem"]), time_limit_s=asked["time_limit_s"])
    except ProblemError as error:
        return msgspec.json.encode({"field": error.field, "detail": error.detail})
    return msgspec.json.encode({"plan": found})


if __name__ == "__main__":
    raise SystemExit(main())
