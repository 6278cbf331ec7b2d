"""A page with nothing but a map, served from a thread, for the map's tests and benchmark."""

import socket
import threading
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from time import monotonic

import dash_leaflet as dl
import uvicorn
from dash import Dash, html
from fastapi import FastAPI, Request, Response
from starlette.staticfiles import StaticFiles

from dashboard.api import problems
from dashboard.components import map as live
from dashboard.fonts import ensure_fonts
from dashboard.geo import geo_router
from tests.map_world import WorldCenter, actor

ASSETS = Path(__file__).parent.parent / "assets"
_NAMES = (
    "live_map|map|point|rain|cover|gaps|geodesy|glyphs|names|overlay|placing|risk|scene|sketch"
    "|tools|shape"
)
_OURS = rf"^(?!{_NAMES}).*"
_CSP = (
    "default-src 'none'; script-src 'self' {hashes}; style-src 'self' 'unsafe-inline'; "
    "img-src 'self' data: blob:; font-src 'self' data:; connect-src 'self'"
)


def make_app(center: WorldCenter, mode: str, var: Path, *, plain: bool = False) -> FastAPI:
    """The map alone under the center's own content policy; ``plain`` adds an empty GeoJSON."""
    server = FastAPI()
    fonts = ensure_fonts(var, lambda _: None, rare=False)
    app = Dash("dashboard", server=server, use_pages=False, pages_folder="",
               assets_folder=str(ASSETS), assets_ignore=_OURS,
               external_stylesheets=[fonts.href])  # fmt: skip

    @server.middleware("http")
    async def signed_in(
        request: Request, following: Callable[[Request], Awaitable[Response]]
    ) -> Response:
        request.state.actor = actor()
        answer = await following(request)
        answer.headers["content-security-policy"] = _CSP.format(hashes=" ".join(app.csp_hashes()))
        return answer

    problems.install(server)
    server.include_router(geo_router(center))
    server.mount("/fonts", StaticFiles(directory=fonts.directory))
    drawn = live.live_map("m", mode=mode)
    if plain:
        drawn.children[0].children.append(
            dl.GeoJSON(id="plain", data=None, pointToLayer={"variable": "bench.dot"})
        )
    app.layout = html.Div(drawn, style={"position": "fixed", "inset": "0"})
    live.register(app, center, "m")
    app.backend.websocket_capability = False
    return server


@contextmanager
def served(app: FastAPI) -> Iterator[str]:
    """The app on a free port of this machine, until the block is left."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    server = uvicorn.Server(uvicorn.Config(app, port=port, log_level="error", ws="none"))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    until = monotonic() + 30
    while not server.started and monotonic() < until:
        thread.join(0.02)
    try:
        yield f"http://127.0.0.1:{port}/"
    finally:
        server.should_exit = True
        thread.join(10)


def wait_for(page, expression: str, what: str = "", seconds: float = 15):
    """Wait until an expression is true; asked from outside, since the policy forbids eval."""
    until = monotonic() + seconds
    while True:
        value = page.evaluate(expression)
        if value:
            return value
        if monotonic() > until:
            raise AssertionError(f"never true: {what or expression}")
        page.evaluate("new Promise((done) => requestAnimationFrame(done))")


READY = "!!(window.hubeiMap?.maps?.m?.scene.names.length && hubeiMap.maps.m.scene.written)"
