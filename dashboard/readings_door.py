"""The way for readings past the routing of everything else: nothing is asked oftener.

FastAPI's own way to a route costs as much as taking a hundred readings. Inside the gate, the limits
and the bound on bodies, this door knows its one path, asks the same table who may use it, and
answers errors with the same problems. The route itself stays, for the API's document.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from types import SimpleNamespace

from fastapi import Depends, FastAPI, Request, Response
from starlette.middleware.exceptions import ExceptionMiddleware
from starlette.types import ASGIApp, Receive, Scope, Send

from dashboard.access import ROWS, admitted, require_any
from dashboard.api.ingest import PATH, taking
from dashboard.api.problems import LARGEST_STREAM
from data.center import Center

Take = Callable[[Request], Awaitable[Response]]
_ROUTE = SimpleNamespace(path=PATH)  # what the figures of requests go by


class ReadingsDoor:
    """Pure ASGI, innermost: takes readings itself and passes on everything else."""

    def __init__(self, app: ASGIApp, server: FastAPI, take: Take) -> None:
        self.app = app
        self.take = take
        self.own = ExceptionMiddleware(self._answer, handlers=server.exception_handlers)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Take readings, or pass on."""
        mine = scope["type"] == "http" and scope["path"] == PATH and scope["method"] == "POST"
        await (self.own if mine else self.app)(scope, receive, send)

    async def _answer(self, scope: Scope, receive: Receive, send: Send) -> None:
        scope["route"] = _ROUTE
        request = Request(scope, receive, send)
        require_any(scope["state"].get("actor"), ROWS[f"POST {PATH}"])
        response = await self.take(request)
        await response(scope, receive, send)


def open_door(server: FastAPI, center: Center) -> None:
    """The door, and its route for the document; before any other part of the server."""
    take = taking(center)
    server.add_middleware(ReadingsDoor, server=server, take=take)
    server.post(
        PATH, status_code=202, max_body_size=LARGEST_STREAM, tags=["ingest"],
        dependencies=[Depends(admitted)],
    )(take)  # fmt: skip
