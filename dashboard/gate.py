"""The gate in front of everything, http and websocket alike: who is not let in stays outside."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Callable
from contextvars import ContextVar
from urllib.parse import quote, urlsplit

from starlette.datastructures import Headers
from starlette.responses import RedirectResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from dashboard.api.problems import CUT_OFF, is_cut_off, problem_response
from dashboard.policy import SECURITY_HEADERS
from data.domain.org import Actor
from data.errors import CenterError, Forbidden, NotSignedIn, StepUpNeeded, Unavailable
from data.services.accounts import AccountService, Session
from data.services.proving import refused

SESSION_COOKIE = "hubei_session"
TLS_PREFIX = "__Host-"  # browsers take such a cookie from this host over TLS alone
CSRF_COOKIE = "_csrf_token"  # the name Dash reads and sends back
CSRF_HEADER = "x-csrftoken"
SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})

# Everything a stranger may reach: the health probe, and signing in with what that page needs.
OPEN: frozenset[tuple[str, str]] = frozenset(
    {
        ("GET", "/healthz"),
        ("GET", "/signin"),
        ("GET", "/oidc/start"),
        ("GET", "/oidc/callback"),
        ("POST", "/api/v1/session"),
        ("GET", "/assets/icon.svg"),
        ("GET", "/assets/tokens.css"),
        ("GET", "/assets/signin.css"),
        ("GET", "/assets/signin.js"),
        # the phone's page asks for its code itself, and opens without a link
        ("GET", "/field"),
        ("GET", "/field-worker.js"),
        ("GET", "/assets/field.css"),
        ("GET", "/assets/field.js"),
        ("GET", "/assets/field_keep.js"),
        ("GET", "/assets/field_send.js"),
        ("GET", "/assets/field_show.js"),
        ("GET", "/assets/phone_draft.js"),
        # a grid worker's page likewise: it signs in by itself, and writes without a link
        ("GET", "/hazard"),
        ("GET", "/hazard-worker.js"),
        ("GET", "/assets/hazard.css"),
        ("GET", "/assets/hazard.js"),
        ("GET", "/assets/hazard_map.js"),
        ("GET", "/assets/hazard_send.js"),
        ("GET", "/assets/hazard_show.js"),
    }
)
OPEN_PREFIX = "/fonts/"
_BEARERS = frozenset({"token", "share", "node"})  # no cookie, so no other site can make use of it

_actor: ContextVar[Actor | None] = ContextVar("actor", default=None)
_session: ContextVar[Session | None] = ContextVar("session", default=None)


def current_actor() -> Actor:
    """Who asks, in a Dash callback or anything below it.

    Raises
    ------
    NotSignedIn
        Outside of a signed-in request.
    """
    actor = _actor.get()
    if actor is None:
        raise NotSignedIn("请先登录")
    return actor


def current_session() -> Session | None:
    """The session of the request at hand, if any."""
    return _session.get()


# All that a phone in the field may reach besides.
FIELD_API = "/api/v1/field/"


def is_field(path: str) -> bool:
    """Whether a phone bound to one order may ask for this."""
    return path.startswith(FIELD_API) or path == "/api/v1/session"


# All that a grid worker's phone may reach besides.
GRID_API = ("/api/v1/hazards", "/api/v1/rectifications", "/api/v1/session")


def is_grid(path: str) -> bool:
    """Whether a grid worker may ask for this."""
    return path == "/" or any(path == p or path.startswith(p + "/") for p in GRID_API)


# All that a token of another body may reach: its own connector.
SHARE_API = "/api/v1/share/"

# All that a county's own machine may reach.
NODE_API = "/api/v1/node/"

# What is left to whoever must first change the password or set up a second factor.
PENDING_WORDS = {
    "password": "密码须先更换，请在登录页设置新密码",
    "totp": "本角色须先启用动态口令",
}


def _asking_proof(
    unproved: list[StepUpNeeded], provider: str, scope: Scope, receive: Receive, send: Send
) -> Send:
    """Send on; but when a proof was wanting, the browser is told so, whatever the page made."""
    told = False

    async def sending(message: Message) -> None:
        nonlocal told
        if told:
            return
        if message["type"] == "http.response.start" and unproved:
            told = True
            asking = problem_response(unproved[0])
            asking.headers["x-step-up"] = "1"
            if provider:
                asking.headers["x-step-up-provider"] = quote(provider)
            await asking(scope, receive, send)
            return
        await send(message)

    return sending


def is_open(method: str, path: str) -> bool:
    """Whether a stranger may ask for this."""
    method = "GET" if method == "HEAD" else method
    if (method, path) in OPEN:
        return True
    return method == "GET" and path.startswith(OPEN_PREFIX) and ".." not in path


class Gate:
    """Pure ASGI, outermost: identifies, refuses, and sets the security headers on every answer."""

    def __init__(
        self, app: ASGIApp, accounts: AccountService, policy: str, *, secure: bool = False
    ) -> None:
        self.app = app
        self.secure = secure  # whether browsers come over TLS that ends at a proxy
        self.accounts = accounts
        standing = {
            "content-security-policy": policy, **SECURITY_HEADERS, "cache-control": "no-store",
        }  # fmt: skip
        self._standing = [(n.encode(), v.encode("latin-1")) for n, v in standing.items()]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let in or refuse."""
        if scope["type"] == "lifespan":
            await self.app(scope, receive, send)
        elif scope["type"] == "websocket":
            # nothing here speaks websocket; Dash's own route would run callbacks past this gate
            await send({"type": "websocket.close", "code": 1008, "reason": "not used here"})
        else:
            await self._http(scope, receive, self._with_headers(scope, send))

    async def _http(self, scope: Scope, receive: Receive, send: Send) -> None:
        headers = Headers(scope=scope)
        secure = self.secure or scope["scheme"] == "https"
        try:
            session = await self._identify(headers, secure=secure)
        except Exception as error:
            if not is_cut_off(error):
                raise
            await problem_response(Unavailable(CUT_OFF))(scope, receive, send)
            return
        refusal = self._refusal(scope, headers, session)
        if refusal is not None:
            await refusal(scope, receive, send)
            return
        state = scope.setdefault("state", {})
        state["session"] = session
        state["actor"] = session.actor if session else None
        set_actor, set_session = _actor.set(state["actor"]), _session.set(session)
        unproved: list[StepUpNeeded] = []
        set_refused = refused.set(unproved)
        try:
            provider = self.accounts.provider_name
            await self.app(
                scope, receive, _asking_proof(unproved, provider, scope, receive, send)
            )
        finally:
            _actor.reset(set_actor)
            _session.reset(set_session)
            refused.reset(set_refused)

    async def _identify(self, headers: Headers, *, secure: bool) -> Session | None:
        """By bearer token, else by cookie; a bad token is not rescued by a good cookie."""
        scheme, _, bearer = headers.get("authorization", "").partition(" ")
        if scheme.lower() == "bearer":
            return await self._opened(self.accounts.bearer, bearer.strip())
        secret = cookie_of(headers, session_cookie(secure=secure))
        if secret:
            return await self._opened(self.accounts.session_of, secret)
        plain = cookie_of(headers, SESSION_COOKIE) if secure else ""
        if not plain:
            return None
        # a wall machine keeps the cookie of a year ago; anybody else signs in again
        found = await self._opened(self.accounts.session_of, plain)
        return found if found is not None and found.kind == "device" else None

    async def _opened(self, ask: Callable[[str], Session | None], secret: str) -> Session | None:
        """The session a secret opens; no thread for what is in memory."""
        held = self.accounts.remembered(secret)
        return held if held is not None else await asyncio.to_thread(ask, secret)

    def _refusal(self, scope: Scope, headers: Headers, session: Session | None) -> Response | None:
        method, path = scope["method"], scope["path"]
        opened = is_open(method, path)
        if session is None and not opened:
            if _is_navigation(method, headers):
                query = scope.get("query_string", b"").decode("latin-1")
                target = quote(path + ("?" + query if query else ""), safe="")
                suffix = "" if path == "/" else f"?next={target}"
                return RedirectResponse(f"/signin{suffix}", status_code=303)
            return problem_response(NotSignedIn("会话已结束或尚未登录，请登录后重试"))
        strayed = None if session is None or opened else _strayed(session, path)
        if strayed is not None:
            home, words = strayed
            if home and _is_navigation(method, headers):
                return RedirectResponse(home, status_code=303)
            return problem_response(Forbidden(words))
        if method in SAFE_METHODS or (session is not None and session.kind in _BEARERS):
            return None
        error = _cross_site(headers)
        if error is None and session is not None and not opened:
            given = headers.get(CSRF_HEADER, "")
            if not secrets.compare_digest(given.encode(), session.csrf.encode()):
                error = Forbidden("校验码缺失或已更新，请刷新页面后重试")
        return problem_response(error) if error else None

    def _with_headers(self, scope: Scope, send: Send) -> Send:
        async def sending(message: Message) -> None:
            if message["type"] == "http.response.start":
                given = message["headers"]
                own = {name.lower() for name, _ in given}
                headers = [*given, *(each for each in self._standing if each[0] not in own)]
                if self.secure or scope["scheme"] == "https":
                    headers.append((b"strict-transport-security", b"max-age=31536000"))
                message["headers"] = headers
            await send(message)

        return sending


def session_cookie(*, secure: bool) -> str:
    """What the session's cookie is called."""
    return TLS_PREFIX + SESSION_COOKIE if secure else SESSION_COOKIE


def cookie_of(headers: Headers, name: str) -> str:
    """A cookie's value, or nothing; of several by one name the last."""
    found = ""
    for part in headers.get("cookie", "").split(";"):
        key, _, value = part.partition("=")
        if key.strip() == name:
            found = value.strip().strip('"')
    return found


def _strayed(session: Session, path: str) -> tuple[str, str] | None:
    """Where somebody bound to one thing belongs, and why he may not be here; None where he may."""
    own = path == "/api/v1/session" or path.startswith("/api/v1/session/")
    if session.pending:
        return None if own else ("/signin", PENDING_WORDS[session.pending])
    if session.kind == "field" and not is_field(path):
        return "/field", "现场码只能办理本队的这一项任务"
    if session.actor.role == "grid" and not is_grid(path):
        return "/hazard", "网格员账号只能上报隐患、查看办理情况"
    if session.kind == "share" and path != SHARE_API + session.scope:
        return "", "此令牌只能向它自己的共享接口推送"
    if session.kind == "node" and not path.startswith(NODE_API):
        return "", "此令牌只供县级节点上报和同步"
    return None


def _is_navigation(method: str, headers: Headers) -> bool:
    """Whether a person's browser is going to a page, rather than a script asking for data."""
    mode = headers.get("sec-fetch-mode")
    if mode is not None:
        return method == "GET" and mode == "navigate"
    return method == "GET" and "text/html" in headers.get("accept", "")


def _cross_site(headers: Headers) -> CenterError | None:
    """A write from another site, seen by either header a browser cannot be made to forge."""
    site = headers.get("sec-fetch-site")
    origin = headers.get("origin")
    foreign = site is not None and site not in {"same-origin", "none"}
    if origin is not None and urlsplit(origin).netloc != headers.get("host", ""):
        foreign = True
    return Forbidden("请求来自其他网站，已拒绝；请在本系统页面内操作") if foreign else None
