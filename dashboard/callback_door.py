"""Looks at what is sent to a callback before Dash does, which would fail over a wrong form."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import msgspec
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from dashboard.api.problems import problem_response, too_large
from data.errors import Invalid

PATH = "/_dash-update-component"
LARGEST_BYTES = 16_000_000  # a file of 10 MB is a third longer as text, and a page sends it whole
WORDS = "页面发来的请求不完整；请刷新页面后重试"
Form = Mapping[str, Any]


class CallbackDoor:
    """Pure ASGI before Dash: lets through only calls of a known callback with just its parts.

    Parameters
    ----------
    known
        Dash's callbacks by their output, each with the `inputs` and the `state` it takes.
    """

    def __init__(self, app: ASGIApp, known: Callable[[], Mapping[str, Form]]) -> None:
        self.app = app
        self.known = known

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass on, or refuse with what to do."""
        if scope["type"] != "http" or scope["path"] != PATH or scope["method"] != "POST":
            await self.app(scope, receive, send)
            return
        body = await _whole(receive)
        if body is None:
            await too_large()(scope, receive, send)
        elif not self._fits(body):
            await problem_response(Invalid(WORDS))(scope, receive, send)
        else:
            await self.app(scope, _again(body, receive), send)

    def _fits(self, body: bytes) -> bool:
        """Whether it calls a callback there is, with its inputs and state in their order."""
        try:
            sent = msgspec.json.decode(body, type=_Call)
        except (msgspec.DecodeError, RecursionError):  # of another form, or no JSON
            return False
        called = self.known().get(sent.output)
        return (
            called is not None
            and _named(sent.inputs) == _told(called["inputs"])
            and _named(sent.state) == _told(called["state"])
            and (bool(called.get("no_output")) or _outputs_fit(sent))
        )


class _Part(msgspec.Struct):
    """A component's property; its value is not looked at."""

    id: Any = None
    property: Any = None


class _Call(msgspec.Struct, rename={"changed": "changedPropIds"}):
    """What the browser sends to a callback, less the values, which are passed over unread."""

    output: str
    inputs: list[_Part]
    outputs: list[_Part] | _Part | None = None
    state: list[_Part] = []
    changed: list[str] = []


def _named(given: list[_Part]) -> list[tuple[Any, Any]]:
    return [(one.id, one.property) for one in given]


def _told(parts: list[Form]) -> list[tuple[Any, Any]]:
    return [(one.get("id"), one.get("property")) for one in parts]


def _outputs_fit(sent: _Call) -> bool:
    """Whether the outputs that are named are those of the callback's own name."""
    many = sent.output.startswith("..")
    if sent.outputs is None or many != isinstance(sent.outputs, list):
        return False
    parts = sent.outputs if isinstance(sent.outputs, list) else [sent.outputs]
    told = [f"{one.id}.{one.property}".split("@", 1)[0] for one in parts]
    # an output that several callbacks answer carries a mark of whose it is
    return told == [one.split("@", 1)[0] for one in sent.output.strip(".").split("...")]


async def _whole(receive: Receive) -> bytes | None:
    """The whole body, or None when it is too large."""
    parts, size = [], 0
    while True:
        message = await receive()
        if message["type"] != "http.request":
            return b""  # the browser went away
        part = message.get("body", b"")
        size += len(part)
        if size > LARGEST_BYTES:
            return None
        parts.append(part)
        if not message.get("more_body", False):
            return b"".join(parts)


def _again(body: bytes, receive: Receive) -> Receive:
    """A body that was read is given once more, then whatever comes after it."""
    given = False

    async def receiving() -> Message:
        nonlocal given
        if given:
            return await receive()
        given = True
        return {"type": "http.request", "body": body, "more_body": False}

    return receiving
