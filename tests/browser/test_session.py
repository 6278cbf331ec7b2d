"""Signing in, a session that ends, and a server that goes away and comes back, in Chromium."""

from collections.abc import Iterator

import pytest

from data.domain.messages import WriteEntry
from data.domain.org import Actor
from tests.serving import PASSWORD, Running

DUTY = Actor.of("duty", "duty", "420000")
SECURITY = Actor.of("security", "security", "420000")
UP = "() => document.documentElement.dataset.link === 'up'"
DOWN = "() => document.documentElement.dataset.link === 'down'"


@pytest.fixture
def running(tmp_path) -> Iterator[Running]:
    """A center with the wall, behind a real server."""
    made = Running(tmp_path, pages={"/wall": "dashboard.pages.wall"}).start()
    yield made
    if made.thread.is_alive():
        made.stop()


@pytest.fixture
def complaints(page) -> list[str]:
    """What the console said of the content policy, and errors of scripts."""
    said: list[str] = []
    page.on("console", lambda m: "Content Security" in m.text and said.append(m.text))
    page.on("pageerror", lambda error: said.append(str(error)))
    return said


def sign_in(page, running) -> None:
    """Through the form, to the wall, until the link is up."""
    page.goto(running.base + "/wall")
    page.fill("[name=username]", "duty")
    page.fill("[name=password]", PASSWORD)
    page.click("[type=submit]")
    page.wait_for_url("**/wall")
    page.wait_for_selector("#live-header")
    page.wait_for_function(UP)


def test_signing_in_leads_back_to_where_one_was_going(page, running, complaints) -> None:
    """A wrong password is said in Chinese; the right one opens the page first asked for."""
    page.goto(running.base + "/wall")
    page.fill("[name=username]", "duty")
    page.fill("[name=password]", "wrong password")
    page.click("[type=submit]")
    page.get_by_text("用户名或密码不正确").wait_for()
    page.fill("[name=password]", PASSWORD)
    page.click("[type=submit]")
    page.wait_for_url(running.base + "/wall")
    page.wait_for_function(UP)
    page.wait_for_function("() => /\\d\\d:\\d\\d:\\d\\d/.test((document.querySelector('#live-clock') || {}).textContent)")  # noqa: E501
    assert complaints == []


def test_next_leads_nowhere_else(page, running) -> None:
    """An address of another site in `next` is not followed."""
    page.goto(running.base + "/signin?next=//elsewhere.example/x")
    page.fill("[name=username]", "wall")
    page.fill("[name=password]", PASSWORD)
    page.click("[type=submit]")
    page.wait_for_url(running.base + "/wall")


def test_a_session_that_ends_keeps_what_was_typed(page, running, complaints) -> None:
    """The page asks for the password over itself, keeps the text, and goes on."""
    sign_in(page, running)
    page.evaluate(
        "() => { const t = document.createElement('textarea'); t.id = 'draft'; document.body.append(t) }"  # noqa: E501
    )
    page.fill("#draft", "九人失联，已派队")
    for session in running.center.accounts.sessions(SECURITY):
        running.center.accounts.revoke(SECURITY, session["token_hash"])
    page.get_by_text("会话已结束，请重新登录").wait_for()
    page.fill(".relogin [name=username]", "duty")
    page.fill(".relogin [name=password]", PASSWORD)
    page.click(".relogin [type=submit]")
    page.wait_for_selector(".relogin", state="detached")
    page.wait_for_function(UP)
    seq = running.center.handle(WriteEntry(text="恢复后", incident_id=None), DUTY).seq
    page.wait_for_function(f"() => window.hubeiLink().revision >= {seq}")
    assert page.input_value("#draft") == "九人失联，已派队"
    assert complaints == []


def test_a_lost_server_is_seen_and_its_return_needs_no_hand(page, running) -> None:
    """The header says so when the link is gone; after a restart the page is live again."""
    sign_in(page, running)
    running.stop()
    page.wait_for_function(DOWN, timeout=5500)
    assert "连接中断" in page.inner_text("#live-header")
    running.start()
    page.wait_for_function(UP)
    seq = running.center.handle(WriteEntry(text="重启后", incident_id=None), DUTY).seq
    page.wait_for_function(f"() => window.hubeiLink().revision >= {seq}")


def test_tabs_share_one_stream(page, context, running) -> None:
    """A second tab is live without a stream of its own."""
    sign_in(page, running)
    other = context.new_page()
    other.goto(running.base + "/wall")
    other.wait_for_function(UP)
    seq = running.center.handle(WriteEntry(text="两个标签页", incident_id=None), DUTY).seq
    for tab in (page, other):
        tab.wait_for_function(f"() => window.hubeiLink().revision >= {seq}")
    assert len(running.server.app.state.streams.clients) == 1
