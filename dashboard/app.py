"""Puts the program together: our FastAPI, Dash on it, the API, the stream, the gate in front."""

from __future__ import annotations

import logging
import secrets
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from importlib import import_module
from importlib.util import find_spec
from types import ModuleType
from typing import Any

from dash import Dash, Input, Output, html, no_update, set_props
from dash.backends._fastapi import reset_current_request, set_current_request
from fastapi import Depends, FastAPI, Request, Response
from starlette.responses import HTMLResponse, RedirectResponse
from starlette.routing import Route

from dashboard import provider, readings_door, static
from dashboard.access import Paged, admitted, needs_of, require_any
from dashboard.accounts import home_of
from dashboard.api import build_router, problems
from dashboard.callback_door import CallbackDoor
from dashboard.components import live
from dashboard.components.live import Live
from dashboard.fonts import FontSet
from dashboard.gate import Gate, current_actor
from dashboard.limits import Limits
from dashboard.metrics import Metered, Metrics
from dashboard.pages import field, hazard, home, signin
from dashboard.policy import content_policy
from dashboard.stream import Broadcaster, Stream
from dashboard.theme import TITLE, index_string
from dashboard.version import VERSION
from data.center import Center
from data.errors import CenterError, NotFound

log = logging.getLogger("hubei.app")

# path -> module with layout() and register(app, center)
PAGES = {
    "/wall": "dashboard.pages.wall",
    "/duty": "dashboard.pages.duty",
    "/review": "dashboard.pages.review",
    "/admin": "dashboard.pages.admin",
    "/tasks": "dashboard.pages.tasks",
    "/supplies": "dashboard.pages.supplies",
    "/filing": "dashboard.pages.filing",
    "/contingencies": "dashboard.pages.contingencies",
    "/shift": "dashboard.pages.shift",
    "/directory": "dashboard.pages.directory",
    "/links": "dashboard.pages.links",
    "/hazards": "dashboard.pages.hazards",
    "/monitor": "dashboard.pages.monitor",
    "/ingest": "dashboard.pages.ingest",
    "/warnings": "dashboard.pages.warnings",
    "/sharing": "dashboard.pages.sharing",
}
TITLES = {
    "/wall": "大屏", "/duty": "值班台", "/review": "研判与复盘", "/admin": "系统管理",
    "/field": "现场", "/tasks": "任务与批示", "/supplies": "物资保障", "/filing": "信息报送",
    "/contingencies": "应急预案", "/shift": "值班与交接", "/directory": "指挥与通讯录",
    "/links": "上下联动", "/hazards": "隐患", "/monitor": "监测",
    "/ingest": "监测接入", "/warnings": "预警",
    "/sharing": "数据共享",
}  # fmt: skip


def create_app(
    center: Center, fonts: FontSet | None = None, pages: Mapping[str, str] = PAGES
) -> FastAPI:
    """The whole program as one ASGI application.

    Parameters
    ----------
    center
        What the pages show and the API serves.
    fonts
        The cut Chinese fonts; None serves an empty stylesheet and the machine's own fonts.
    pages
        Path to module, each with ``layout()`` and ``register(app, center)``.
    """
    streams = Broadcaster(center, boot=f"{static.fingerprint()}.{secrets.token_hex(4)}")

    @asynccontextmanager
    async def lifespan(_server: FastAPI) -> AsyncIterator[None]:
        await streams.start()
        if center.link:  # what leaves for outside is the province's to send
            center.link.start()
        else:
            center.outbox.start()
        yield
        center.outbox.stop()
        streams.close()

    server = FastAPI(
        title=TITLE, version=VERSION, lifespan=lifespan, docs_url=None, redoc_url=None,
        openapi_url="/api/openapi.json", swagger_ui_oauth2_redirect_url=None,
    )  # fmt: skip
    server.state.streams = streams
    server.state.metrics = Metrics(center, streams)
    readings_door.open_door(server, center)
    problems.install(server)
    dash_app = _add_dash(server, center, fonts, _pages(pages))
    server.add_middleware(CallbackDoor, known=lambda: dash_app.callback_map)
    server.add_middleware(Limits, per_second=center.settings.requests_per_second)
    policy = content_policy(dash_app.csp_hashes(), center.settings.video_hosts)
    server.add_middleware(
        Gate, accounts=center.accounts, policy=policy,
        secure=center.settings.secure_cookies,
    )  # fmt: skip
    server.add_middleware(Metered, metrics=server.state.metrics)
    return server


def _add_dash(
    server: FastAPI, center: Center, fonts: FontSet | None, pages: dict[str, ModuleType]
) -> Dash:
    """Our own routes first, then Dash's, then the pages: the first match answers."""
    late: list[Dash] = []
    _add_files(server, lambda: late[0], fonts)
    server.router.routes.append(
        Route("/api/v1/stream", Stream(server.state.streams), methods=["GET"])
    )
    server.include_router(build_router(center))
    _add_geo(server, center)
    _add_pages(server, lambda: late[0], center, frozenset(pages))
    late.append(_make_dash(server, center, pages))
    _add_missing(server, center)
    return late[0]


def _make_dash(server: FastAPI, center: Center, pages: dict[str, ModuleType]) -> Dash:
    drill = center.settings.is_exercise
    app = Dash(
        "dashboard", server=server, use_pages=False, pages_folder="",
        assets_folder=str(static.ASSETS),
        assets_ignore=r"^signin\.|^field[._]|^hazard[._]|^\.", serve_locally=True, title=TITLE,
        update_title=None, add_log_handler=False, enable_mcp=False, on_error=_show_error,
        index_string=index_string(drill=drill, version=VERSION),
    )  # fmt: skip
    app.backend.websocket_capability = False
    app.layout = live.root()
    skeletons = {path: module.layout() for path, module in pages.items()}
    # every page's ids are known, so that a misspelt one fails at once
    app.validation_layout = html.Div([live.root(), *skeletons.values()])
    live.register(app, center)
    server.state.callbacks = {}
    for path, module in pages.items():
        module.register(Paged(app, path, server.state.callbacks, _show_error), center)

    @app.callback(Output(Live.PAGE, "children"), Input(Live.PLACE, "pathname"))
    async def show(path: str) -> Any:
        module = pages.get(path)
        if module is None:
            return html.Div()
        require_any(current_actor(), needs_of(path))
        return module.layout()

    # Dash does this at its first request, and a page of ours may come before that one
    app._setup_server()  # noqa: SLF001
    return app


def _show_error(error: Exception) -> Any:
    """A callback failed: the operator is told, the page stays as it is."""
    if problems.is_cut_off(error):
        text = problems.CUT_OFF
    elif isinstance(error, CenterError):
        text = f"{error.title}：{error.detail}" if error.detail != error.title else error.title
    else:
        log.error("a callback failed", exc_info=error)
        text = "页面更新失败，已记录；请重试，仍不行请联系系统管理员"
    set_props(Live.NOTICE, {"children": html.P(text)})
    return no_update


def _pages(wanted: Mapping[str, str]) -> dict[str, ModuleType]:
    return {path: import_module(name) for path, name in wanted.items() if find_spec(name)}


def _add_geo(server: FastAPI, center: Center) -> None:
    router = import_module("dashboard.geo").geo_router(center)
    server.include_router(router, dependencies=[Depends(admitted)])


def _add_files(server: FastAPI, dash_app: Callable[[], Dash], fonts: FontSet | None) -> None:
    shelf = static.Shelf()

    @server.get("/assets/{name:path}", include_in_schema=False)
    async def asset(request: Request, name: str) -> Response:
        versioned = "m" in request.query_params or "v" in request.query_params
        cache = static.FOREVER if versioned else static.ASK_AGAIN
        return await shelf.file(request, static.ASSETS, name, cache)

    @server.get("/fonts/{name}", include_in_schema=False)
    async def font(request: Request, name: str) -> Response:
        if fonts is None:
            if name == "fonts.css":
                return Response("", media_type="text/css")
            raise NotFound("没有这个文件")
        if name == "fonts.css":
            return await shelf.file(request, fonts.directory, fonts.css.name, static.ASK_AGAIN)
        return await shelf.file(request, fonts.directory, name, static.FOREVER)

    @server.get("/_dash-component-suites/{package}/{path:path}", include_in_schema=False)
    async def bundle(request: Request, package: str, path: str) -> Response:
        return await shelf.bundle(request, dash_app(), package, path)


def _add_pages(
    server: FastAPI, dash_app: Callable[[], Dash], center: Center, pages: frozenset[str]
) -> None:
    drill, mark = center.settings.is_exercise, static.fingerprint()

    @server.get("/signin", include_in_schema=False)
    async def sign_in(_request: Request) -> Response:
        return HTMLResponse(signin.page(drill=drill, provider=center.accounts.provider_name))

    server.include_router(provider.build(center))

    @server.get("/", include_in_schema=False)
    async def entry(request: Request) -> Response:
        actor = request.state.actor
        if home_of(actor.role) in {*pages, "/hazard"} and "stay" not in request.query_params:
            return RedirectResponse(home_of(actor.role), status_code=303)
        return HTMLResponse(home.page(actor, drill=drill))

    @server.get("/field", include_in_schema=False)
    async def phone(_request: Request) -> Response:
        return HTMLResponse(field.page(drill=drill, mark=mark))

    @server.get("/field-worker.js", include_in_schema=False)
    async def worker(_request: Request) -> Response:
        return Response(field.worker(mark), media_type="text/javascript")

    @server.get("/hazard", include_in_schema=False)
    async def grid(_request: Request) -> Response:
        return HTMLResponse(hazard.page(drill=drill, mark=mark))

    @server.get("/hazard-worker.js", include_in_schema=False)
    async def grid_worker(_request: Request) -> Response:
        return Response(hazard.worker(mark), media_type="text/javascript")

    async def index(request: Request) -> Response:
        # no gzip here: the index is a few kilobytes
        held = set_current_request(request)
        try:
            name = TITLES.get(request.url.path)
            text = dash_app().index()
        finally:
            reset_current_request(held)
        if name:
            text = text.replace(f"<title>{TITLE}", f"<title>{name} · {TITLE}", 1)
        return HTMLResponse(text)

    for path in sorted(pages):
        server.add_api_route(path, index, methods=["GET"], include_in_schema=False)


def _add_missing(server: FastAPI, center: Center) -> None:
    """Whatever nobody answered: said so, before Dash would answer with its index."""

    @server.get("/{path:path}", include_in_schema=False)
    async def missing(path: str) -> Response:
        if path.startswith(("api/", "ogc/", "_dash-", "assets/", "geo/")):
            raise NotFound("没有这个地址，请核对后重试")
        text = home.missing(drill=center.settings.is_exercise)
        return HTMLResponse(text, status_code=404)
