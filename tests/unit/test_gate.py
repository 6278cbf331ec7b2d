"""The gate is closed: what is open to strangers is listed here, and nothing else is."""

import re

import httpx
import pytest
from starlette.responses import Response

from dashboard.accounts import set_cookies
from dashboard.gate import OPEN, Gate, is_open
from dashboard.pages import home, signin
from dashboard.policy import content_policy
from data.domain.clock import real_now
from data.domain.org import Actor
from data.services.sessions import Session

LISTED = {
    ("GET", "/healthz"),
    ("GET", "/signin"),
    ("GET", "/oidc/start"),
    ("GET", "/oidc/callback"),
    ("POST", "/api/v1/session"),
    ("GET", "/assets/icon.svg"),
    ("GET", "/assets/tokens.css"),
    ("GET", "/assets/signin.css"),
    ("GET", "/assets/signin.js"),
    ("GET", "/field"),
    ("GET", "/field-worker.js"),
    ("GET", "/assets/field.css"),
    ("GET", "/assets/field.js"),
    ("GET", "/assets/field_keep.js"),
    ("GET", "/assets/field_send.js"),
    ("GET", "/assets/field_show.js"),
    ("GET", "/assets/phone_draft.js"),
    ("GET", "/hazard"),
    ("GET", "/hazard-worker.js"),
    ("GET", "/assets/hazard.css"),
    ("GET", "/assets/hazard.js"),
    ("GET", "/assets/hazard_map.js"),
    ("GET", "/assets/hazard_send.js"),
    ("GET", "/assets/hazard_show.js"),
}


def test_every_open_path_is_listed() -> None:
    """Opening one more path needs a change here too."""
    assert set(OPEN) == LISTED
    assert is_open("GET", "/fonts/fonts.css")


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/"), ("GET", "/wall"), ("GET", "/_dash-layout"), ("GET", "/_dash-dependencies"),
        ("POST", "/_dash-update-component"), ("GET", "/_dash-ws-callback"),
        ("GET", "/_dash-component-suites/dash/deps/react.js"), ("GET", "/_reload-hash"),
        ("GET", "/api/openapi.json"), ("GET", "/api/v1/stream"), ("GET", "/api/v1/session"),
        ("DELETE", "/api/v1/session"), ("POST", "/healthz"), ("GET", "/assets/stream.js"),
        ("GET", "/fonts/../center.db"), ("GET", "/signin/"), ("GET", "//signin"), ("GET", "/docs"),
    ],
)  # fmt: skip
def test_everything_else_is_shut(method, path) -> None:
    """Pages, Dash's own routes, the stream and the API are not for strangers."""
    assert not is_open(method, path)


async def test_no_websocket_passes() -> None:
    """A websocket is closed before Dash sees it, whoever asks."""
    sent = []

    async def inside(*_):
        raise AssertionError

    async def send(message):
        sent.append(message)

    await Gate(inside, None, "")({"type": "websocket"}, None, send)
    assert sent[0]["type"] == "websocket.close"


def test_the_policy_allows_no_eval_and_nobody_else() -> None:
    """Scripts come from here or are counted by hash; no frame may hold the pages."""
    policy = content_policy(["'sha256-abc'"])
    assert "script-src 'self' 'sha256-abc';" in policy
    assert "unsafe-eval" not in policy
    assert "default-src 'none'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "http" not in policy


def test_the_sign_in_page_needs_only_what_is_open() -> None:
    """Every file the page asks for is open to strangers."""
    needs = re.findall(r'(?:href|src)="([^"]+)"', signin.page(drill=True))
    assert needs
    assert all(is_open("GET", path) for path in needs)


@pytest.mark.parametrize(
    ("role", "own"), [("wall", "/wall"), ("leader", "/review"), ("duty", "/duty")]
)
def test_each_role_finds_its_own_screen_first(role, own) -> None:
    """The entry shows all three screens, one's own first and marked."""
    text = home.page(Actor.of("x", role, "420000"), drill=False)
    links = re.findall(
        r'class="screen( own)?" href="([^"]+)"', text
    )
    assert links[0] == (" own", own)
    assert {"/wall", "/duty", "/review"} <= {path for _, path in links}


class Doorkeeper:
    """Knows one person's secret and one wall machine's."""

    provider_name = ""

    def remembered(self, _secret: str) -> Session | None:
        """Nothing is at hand: the gate must ask."""
        return None

    def session_of(self, secret: str) -> Session | None:
        """The session of a known secret."""
        if secret not in ("a-person", "a-wall"):
            return None
        now = real_now()
        return Session(
            key=secret, actor=Actor.of("duty", "duty", "420000"), csrf="c", created_at=now,
            seen_at=now, expires_at=None, kind="person" if secret == "a-person" else "device",
        )  # fmt: skip


async def inside(_scope, _receive, send) -> None:
    """What the gate lets through to."""
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": b""})


@pytest.mark.parametrize(
    ("secure", "base", "cookie", "status"),
    [
        (False, "http://h", "hubei_session=a-person", 200),
        (True, "http://h", "hubei_session=a-person", 401),  # TLS ends at the proxy
        (True, "http://h", "__Host-hubei_session=a-person", 200),
        (True, "http://h", "hubei_session=a-wall", 200),  # let in years ago, stays in
        (False, "https://h", "__Host-hubei_session=a-person", 200),
        (False, "https://h", "hubei_session=a-person", 401),
        (False, "http://h", "__Host-hubei_session=a-person", 401),
        (False, "http://h", 'a=1; hubei_session="a-person";b', 200),  # as some clients quote
        (False, "http://h", "hubei_session=no; hubei_session=a-person", 200),
        (False, "http://h", "xhubei_session=a-person; =; ;;hubei_session", 401),
    ],
)  # fmt: skip
async def test_over_tls_only_a_cookie_of_this_very_host_lets_a_person_in(
    secure, base, cookie, status
) -> None:
    """`__Host-` under TLS here or at the proxy, and HSTS with it; without TLS neither."""
    gate = Gate(inside, Doorkeeper(), "default-src 'none'", secure=secure)
    transport = httpx.ASGITransport(app=gate)
    async with httpx.AsyncClient(transport=transport, base_url=base) as client:
        answer = await client.get("/api/v1/session", headers={"cookie": cookie})
    assert answer.status_code == status
    tls = secure or base.startswith("https")
    assert ("strict-transport-security" in answer.headers) is tls
    for name in ("x-content-type-options", "referrer-policy", "permissions-policy",
                 "content-security-policy", "x-frame-options", "cross-origin-opener-policy"):
        assert answer.headers[name], name


def test_cookies_are_closed_to_scripts_and_bound_to_the_host_over_tls() -> None:
    """The session's is HttpOnly and Lax; over TLS both are Secure, the former with its prefix."""
    session = Doorkeeper().session_of("a-person")
    assert session is not None
    for secure in (True, False):
        response = Response()
        set_cookies(response, "s", session, secure=secure)
        own, csrf = response.headers.getlist("set-cookie")
        assert own.startswith("__Host-hubei_session=" if secure else "hubei_session=")
        assert "HttpOnly" in own
        assert "Path=/" in own
        assert "SameSite=lax" in own
        assert "Domain" not in own
        assert ("Secure" in own) is secure
        assert ("Secure" in csrf) is secure
        assert "SameSite=strict" in csrf
