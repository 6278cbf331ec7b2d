"""Looks at what is sent to a callback before Dash does, which would fail over a wrong form."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any

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
            sent = json.loads(body)
        except (ValueError, RecursionError):
            return False
        if not isinstance(sent, dict) or not isinstance(sent.get("output"), str):
            return False
        called = self.known().get(sent["output"])
        return (
            called is not None
            and _parts(sent.get("inputs")) == _parts(called["inputs"])
            and _parts(sent.get("state", [])) == _parts(called["state"])
            and _outputs_fit(sent, called)
            and _are_texts(sent.get("changedPropIds", []))
        )


def _parts(given: Any) -> list[tuple[Any, Any]] | None:
    """(id, property) of each part, or None when it is no list of parts."""
    if not isinstance(given, list) or not all(isinstance(one, dict) for one in given):
        return None
    return [(one.get("id"), one.get("property")) for one in given]


def _outputs_fit(sent: Form, called: Form) -> bool:
    """Whether the outputs that are named are those of the callback's own name."""
    if called.get("no_output"):
        return True
    outputs = sent.get("outputs")
    parts = _parts(outputs if isinstance(outputs, list) else [outputs])
    named = str(sent["output"])
    many = named.startswith("..")
    if parts is None or many != isinstance(outputs, list):
        return False
    told = [f"{key}.{prop}".split("@", 1)[0] for key, prop in parts]
    # an output that several callbacks answer carries a mark of whose it is
    return told == [one.split("@", 1)[0] for one in named.strip(".").split("...")]


def _are_texts(given: Any) -> bool:
    return isinstance(given, list) and all(isinstance(one, str) for one in given)


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
