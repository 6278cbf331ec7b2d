"""The gate is closed: what is open to strangers is listed here, and nothing else is."""

import re

import pytest

from dashboard.gate import OPEN, Gate, content_policy, is_open
from dashboard.pages import home, signin
from data.domain.org import Actor

LISTED = {
    ("GET", "/healthz"),
    ("GET", "/signin"),
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

    await Gate(inside, None, lambda: "")({"type": "websocket"}, None, send)
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
