"""The HTTP side of signing in: cookies, addresses, and answers; every rule is in the service."""

from __future__ import annotations

from typing import Any

from fastapi import Request, Response

from dashboard.gate import CSRF_COOKIE, SESSION_COOKIE, session_cookie
from data.center import Center
from data.services.accounts import Session


def address_of(request: Request) -> str:
    """Where the request comes from, as the known proxies say it (`HUBEI_PROXIES`) or the socket."""
    return request.client.host if request.client else "?"


def described(center: Center, session: Session) -> dict[str, Any]:
    """Who is signed in, in the shape of the session endpoint."""
    actor = session.actor
    return {
        "csrf": session.csrf,
        "user": actor.username,
        "name": actor.name,
        "role": actor.role,
        "org": actor.org,
        "org_name": center.areas.name(actor.org),
        "permissions": sorted(actor.permissions),
        "home": home_of(actor.role),
        "pending": session.pending,
        "proved_until": actor.proved_until,
    }


def home_of(role: str) -> str:
    """The page a role starts on."""
    homes = {"wall": "/wall", "leader": "/review", "admin": "/admin", "security": "/admin",
             "auditor": "/admin", "field": "/field", "grid": "/hazard"}  # fmt: skip
    return homes.get(role, "/duty")


def secure_of(center: Center, request: Request) -> bool:
    """Whether browsers reach the center over TLS: here, or at the proxy in front of it."""
    return center.settings.secure_cookies or request.url.scheme == "https"


def set_cookies(response: Response, secret: str, session: Session, *, secure: bool) -> None:
    """The session's cookie, closed to scripts, and the CSRF value, open to them.

    Lax, not Strict: a link in a message must open the page it names. A wall machine's cookies
    last for years (browsers cap them), a phone's in the field for a week, everybody else's until
    the browser closes. Over TLS the session's cookie is `__Host-`: no other host and no page
    without TLS can plant one.
    """
    ages = {"device": 10 * 365 * 86400, "field": 7 * 86400}
    age = ages.get(session.kind)
    common: dict[str, Any] = {"max_age": age, "path": "/", "secure": secure}
    name = session_cookie(secure=secure)
    response.set_cookie(name, secret, httponly=True, samesite="lax", **common)
    response.set_cookie(CSRF_COOKIE, session.csrf, samesite="strict", **common)


def clear_cookies(response: Response) -> None:
    """Forget both cookies."""
    for name in (SESSION_COOKIE, session_cookie(secure=True)):
        response.delete_cookie(name, path="/", secure=name != SESSION_COOKIE)
    response.delete_cookie(CSRF_COOKIE, path="/")
