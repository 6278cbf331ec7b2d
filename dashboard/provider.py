"""The ways to the provider and back: sent out with a secret of this browser's, taken in with it."""

from __future__ import annotations

from html import escape

from fastapi import APIRouter, Request, Response
from starlette.responses import HTMLResponse, RedirectResponse

from dashboard.accounts import address_of, home_of, secure_of, set_cookies
from dashboard.gate import cookie_of
from dashboard.pages import signin
from dashboard.theme import TITLE, plain_page
from data.center import Center
from data.domain.identity import CALLBACK
from data.errors import CenterError, Forbidden, NotSignedIn
from data.services.federating import FLOW_LIFE

COOKIE = "hubei_oidc"
DONE = """<h1>已验证身份</h1>
<p class="hint">可以关闭这个窗口，回到原来的页面再按一次；已填内容都在。</p>"""


def build(center: Center) -> APIRouter:
    """The three addresses."""
    router = APIRouter(include_in_schema=False)

    @router.get("/oidc/start")
    async def start(request: Request, next: str = "/") -> Response:  # noqa: A002 - its name on the page
        """Send a stranger's browser to the provider."""
        return await _out(center, request, own_path(next), held=None)

    @router.get("/oidc/step-up")
    async def again(request: Request) -> Response:
        """Send somebody signed in there once more, to be asked again."""
        held = request.state.session
        if held is None or held.kind != "person":
            raise Forbidden("只有人员登录的会话需要再次验证身份")
        return await _out(center, request, "", held=held)

    @router.get(CALLBACK)
    async def back(
        request: Request, state: str = "", code: str = "", error: str = ""
    ) -> Response:
        """Take a browser in with its proof."""
        try:
            if error or not (state and code):
                raise NotSignedIn("认证平台没有完成登录，请重试，或用用户名和密码登录")
            done = await center.ask(
                center.accounts.come_back, state[:200], code[:4000],
                cookie_of(request.headers, COOKIE), address_of(request),
                request.headers.get("user-agent", ""),
            )  # fmt: skip
        except CenterError as refused:
            return _said(center, refused)
        if done.anew:
            drill = center.settings.is_exercise
            return HTMLResponse(plain_page(f"已验证身份 · {TITLE}", DONE, drill=drill))
        pending = bool(done.session.pending)
        then = done.then if done.then != "/" else home_of(done.session.actor.role)
        response = RedirectResponse("/signin" if pending else then, status_code=303)
        set_cookies(response, done.secret, done.session, secure=secure_of(center, request))
        response.delete_cookie(COOKIE, path="/oidc")
        return response

    return router


async def _out(center: Center, request: Request, then: str, *, held: object) -> Response:
    """A redirect to the provider, and the cookie the browser must come back with."""
    try:
        url, browser = await center.ask(
            center.accounts.send_out, address_of(request), then, held
        )
    except CenterError as refused:
        return _said(center, refused)
    response = RedirectResponse(url, status_code=303)
    # Lax: the way back is a navigation that another site begins
    response.set_cookie(
        COOKIE, browser, max_age=int(FLOW_LIFE.total_seconds()), path="/oidc", httponly=True,
        samesite="lax", secure=secure_of(center, request),
    )  # fmt: skip
    return response


def own_path(given: str) -> str:
    """A path of this center, or its entry: nobody is sent on to another site."""
    plain = given.startswith("/") and not given.startswith(("//", "/\\", "/oidc", "/signin"))
    return given if plain and given.isprintable() else "/"


def _said(center: Center, refused: CenterError) -> Response:
    """The sign-in page with what went wrong."""
    page = signin.page(
        drill=center.settings.is_exercise, provider=center.accounts.provider_name,
        said=escape(refused.detail or refused.title),
    )  # fmt: skip
    return HTMLResponse(page, status_code=refused.status)
