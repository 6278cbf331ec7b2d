"""The server as it runs: who gets in, what a stream delivers, and how it closes."""

import json
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import httpx
import pytest

from dashboard.accounts import home_of
from data.domain.messages import StoreRows, WriteEntry
from data.domain.org import SYSTEM, Actor
from data.domain.team import Team
from tests.serving import PASSWORD, Running

DUTY = Actor.of("duty", "duty", "420000")
ADMIN = Actor.of("admin", "admin", "420000")
SECURITY = Actor.of("security", "security", "420000")


@pytest.fixture(scope="module")
def running(tmp_path_factory) -> Iterator[Running]:
    """One real center without pages, behind a real server."""
    with Running(tmp_path_factory.mktemp("var"), pages={}) as made:
        yield made


def write(running, text="一条记录", times=1) -> int:
    """Commit journal rows; the last number."""
    seq = 0
    for _ in range(times):
        seq = running.center.handle(WriteEntry(text=text, incident_id=None), DUTY).seq
    return seq


@contextmanager
def listening(client, **kwargs):
    """An open stream as an iterator of (event, id, data)."""
    with client.stream("GET", "/api/v1/stream", **kwargs) as answer:
        assert answer.status_code == 200
        yield events(answer.iter_lines())


def events(lines):
    """Server-sent events out of lines."""
    kind, number, data = "fact", None, None
    for line in lines:
        if not line:
            if data is not None:
                yield kind, number, data
            kind, number, data = "fact", None, None
        elif line.startswith("event: "):
            kind = line[7:]
        elif line.startswith("id: "):
            number = int(line[4:])
        elif line.startswith("data: "):
            data = json.loads(line[6:])


def facts_until(stream, last) -> list[int]:
    """Numbers of the facts up to and with one."""
    seen = []
    for kind, _, data in stream:
        if kind == "fact":
            seen.append(data["seq"])
            if data["seq"] >= last:
                return seen
    return seen


def next_of(stream, kind):
    """The next event of a kind."""
    return next(event for event in stream if event[0] == kind)


# ---------------------------------------------------------------- the gate


def test_strangers_are_sent_to_sign_in_or_told_401(running) -> None:
    """A browser going to a page is redirected with where it wanted to go; a script gets 401."""
    with running.client() as stranger:
        page = stranger.get("/wall?x=1", headers={"accept": "text/html"})
        data = stranger.get("/_dash-layout")
        stream = stranger.get("/api/v1/stream")
    assert page.status_code == 303
    assert page.headers["location"] == "/signin?next=%2Fwall%3Fx%3D1"
    assert data.status_code == stream.status_code == 401
    assert data.headers["content-type"] == "application/problem+json"
    assert data.json()["title"] == "请先登录"


def test_every_answer_carries_the_security_headers(running) -> None:
    """Open or refused, every answer has the policy and the other headers."""
    with running.client() as stranger:
        for path in ("/signin", "/healthz", "/_dash-layout"):
            headers = stranger.get(path).headers
            assert "default-src 'none'" in headers["content-security-policy"]
            assert headers["x-content-type-options"] == "nosniff"
            assert "geolocation=(self)" in headers["permissions-policy"]


def test_the_cookie_is_closed_to_scripts_and_the_secret_is_not_kept(running) -> None:
    """The session cookie is HttpOnly and SameSite; the database holds only its hash."""
    with running.client() as client:
        answer = client.post("/api/v1/session", json={"username": "duty", "password": PASSWORD})
        cookie = next(c for c in answer.headers.get_list("set-cookie") if "hubei_session" in c)
        assert "HttpOnly" in cookie
        assert "SameSite=lax" in cookie
        secret = client.cookies["hubei_session"]
    stored = [row["token_hash"] for row in running.center.accounts.sessions(SECURITY)]
    assert stored
    assert secret not in stored


def test_a_write_without_the_csrf_value_is_refused(running) -> None:
    """The cookie alone writes nothing, and neither does another site with both."""
    with running.client("duty") as client:
        csrf = client.headers.pop("X-CSRFToken")
        bare = client.delete("/api/v1/session")
        foreign = client.delete(
            "/api/v1/session", headers={"X-CSRFToken": csrf, "Origin": "http://elsewhere.example"}
        )
        site = client.delete(
            "/api/v1/session", headers={"X-CSRFToken": csrf, "Sec-Fetch-Site": "cross-site"}
        )
        still = client.get("/api/v1/session")
        done = client.delete("/api/v1/session", headers={"X-CSRFToken": csrf})
        after = client.get("/api/v1/session")
    assert [bare.status_code, foreign.status_code, site.status_code] == [403, 403, 403]
    assert still.status_code == 200
    assert done.status_code == 204
    assert after.status_code == 401


def test_another_site_cannot_sign_a_browser_in(running) -> None:
    """Signing in is open to strangers, not to other sites."""
    with running.client() as stranger:
        answer = stranger.post(
            "/api/v1/session", json={"username": "duty", "password": PASSWORD},
            headers={"Origin": "http://elsewhere.example"},
        )  # fmt: skip
    assert answer.status_code == 403


def test_guessing_is_slowed_down(running) -> None:
    """The sixth wrong password in a row is answered 429 with the time left, the right one too."""
    with running.client() as stranger:
        wrong = {"username": "auditor", "password": "not the password"}
        codes = [stranger.post("/api/v1/session", json=wrong).status_code for _ in range(6)]
        right = stranger.post(
            "/api/v1/session", json={"username": "auditor", "password": PASSWORD}
        )
    assert codes == [401] * 5 + [429]
    assert right.status_code == 429
    assert "秒后再试" in right.json()["detail"]


def test_a_bearer_token_needs_no_csrf_and_can_do_no_more_than_its_maker(running) -> None:
    """A token reads and writes without cookies; a permission beyond the maker's is refused."""
    with running.client("duty.421127") as maker:
        more = maker.post("/api/v1/tokens", json={"permissions": ["accounts"]})
        wider = maker.post("/api/v1/tokens", json={"permissions": ["read"], "org": "420000"})
        made = maker.post("/api/v1/tokens", json={"permissions": ["read"], "label": "网关"})
    assert more.status_code == wider.status_code == 403
    with httpx.Client(
        base_url=running.base, headers={"Authorization": f"Bearer {made.json()['token']}"}
    ) as program:
        who = program.get("/api/v1/session").json()
        refused = program.post("/api/v1/device-codes", json={})
    assert who["org"] == "421127"
    assert who["permissions"] == ["read"]
    assert refused.status_code == 403


def test_a_device_code_signs_one_wall_in_until_revoked(running) -> None:
    """The code works once; the machine's session has no end until security revokes it."""
    with running.client("admin") as admin:
        code = admin.post("/api/v1/device-codes", json={"label": "一号大屏"}).json()["code"]
    with running.client() as wall, running.client() as thief:
        opened = wall.post("/api/v1/session", json={"device_code": code})
        again = thief.post("/api/v1/session", json={"device_code": code})
        held = [s for s in running.center.accounts.sessions(SECURITY) if s["kind"] == "device"]
        running.center.accounts.revoke(SECURITY, held[0]["token_hash"])
        after = wall.get("/api/v1/session")
    assert opened.json()["role"] == "wall"
    assert again.status_code == 401
    assert held[0]["expires_at"] is None
    assert after.status_code == 401


def test_a_wrong_field_is_named_in_chinese(running) -> None:
    """A body that does not fit is answered 422 with the field and what to do."""
    with running.client("duty") as client:
        answer = client.post("/api/v1/tokens", json={"permissions": "read"})
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["field"] == "permissions"
    assert answer.json()["errors"][0]["remedy"]


def test_nobody_raises_or_disables_himself(running) -> None:
    """An administrator cannot disable his own account, and an auditor makes no accounts."""
    with running.client("security") as client:
        assert client.post("/api/v1/device-codes", json={}).status_code == 403
    with pytest.raises(Exception, match="自己的账号"):
        running.center.accounts.set_disabled(ADMIN, "admin", disabled=True)


def test_every_role_has_a_page_to_start_on() -> None:
    """The wall goes to the wall, leaders to the review, everybody else to work."""
    assert [home_of(r) for r in ("wall", "leader", "duty", "admin")] == [
        "/wall", "/review", "/duty", "/admin",
    ]  # fmt: skip


# ---------------------------------------------------------------- the stream


def test_what_is_committed_arrives_in_order_once(running) -> None:
    """Commits of several threads come as consecutive numbers, none twice."""
    with running.client("duty") as client, listening(client) as stream:
        start = next_of(stream, "hello")[2]["revision"]
        workers = [threading.Thread(target=write, args=(running, "并发", 10)) for _ in range(4)]
        for worker in workers:
            worker.start()
        seen = facts_until(stream, start + 40)
        for worker in workers:
            worker.join(60)
            assert not worker.is_alive(), "a writer did not end"
    assert seen == list(range(start + 1, start + 41))


def test_a_browser_that_comes_back_misses_nothing(running) -> None:
    """With Last-Event-ID or ?last= the stream goes on after that number, without gap or repeat."""
    start = running.center.queries.revision()
    end = write(running, times=5)
    with running.client("duty") as client:
        with listening(client, headers={"Last-Event-ID": str(start + 1)}) as stream:
            by_header = facts_until(stream, end)
        running.server.app.state.streams.ring.clear()  # as after a restart: from the journal
        with listening(client, params={"last": str(start)}) as stream:
            by_query = facts_until(stream, end)
    assert by_header == list(range(start + 2, end + 1))
    assert by_query == list(range(start + 1, end + 1))


def test_what_another_process_wrote_arrives_too(running) -> None:
    """A row that was not published here is found in the journal and pushed."""
    with running.client("duty") as client, listening(client) as stream:
        next_of(stream, "hello")
        listeners, running.center.database.units.listeners = (
            running.center.database.units.listeners, [],
        )  # fmt: skip
        try:
            end = write(running)
        finally:
            running.center.database.units.listeners = listeners
        assert facts_until(stream, end)[-1] == end


def test_a_county_sees_only_the_number_of_what_is_not_its_own(running) -> None:
    """Another area's fact is its number and nothing else; the province sees it whole."""
    with (
        running.client("duty.421127") as county,
        running.client("duty") as province,
        listening(county) as low,
        listening(province) as high,
    ):
        next_of(low, "hello")
        next_of(high, "hello")
        end = write(running, "省级内部记录")
        assert next_of(low, "fact")[2] == {"seq": end}
        assert "省级内部记录" in next_of(high, "fact")[2]["summary"]


def test_the_beat_tells_the_domain_time(running) -> None:
    """A heartbeat carries the clock, its speed and the newest number."""
    with running.client("duty") as client, listening(client) as stream:
        beat = next_of(stream, "heartbeat")[2]
    assert {"now", "speed", "paused", "revision", "boot"} <= set(beat)


def test_positions_are_pushed_and_the_newest_wins(running) -> None:
    """Two positions of one team in a burst arrive as the later one."""
    with running.client("duty") as client, listening(client) as stream:
        next_of(stream, "hello")
        running.center.hub.publish_positions(
            [{"team": "x", "lon": lon, "lat": 30.0, "at": "a"} for lon in (1.0, 2.0)]
        )
        assert [p["lon"] for p in next_of(stream, "positions")[2]] == [2.0]


def test_a_county_sees_its_own_team_move_and_no_other(running) -> None:
    """A position that comes in is for the desks of the team's area, and for the province's."""
    here = Team(id="TM-HM", name="黄梅队", area_code="421127", lon=115.9, lat=30.0, people=9)
    there = Team(id="TM-SY", name="十堰队", area_code="420300", lon=110.8, lat=32.6, people=9)
    running.center.handle(StoreRows(what="队伍", things=(here, there)), SYSTEM)
    with running.client("duty.421127") as county, listening(county) as stream:
        next_of(stream, "hello")
        now = running.center.clock.now()
        running.center.feed.positions(
            SYSTEM, [{"team": t.id, "lon": 115.0, "lat": 30.5, "at": now} for t in (here, there)]
        )
        assert [p["team"] for p in next_of(stream, "positions")[2]] == ["TM-HM"]


def test_a_revoked_session_loses_its_stream(running) -> None:
    """An open stream ends by itself once its session was revoked."""
    with running.client("leader") as client, listening(client) as stream:
        next_of(stream, "hello")
        mine = [s for s in running.center.accounts.sessions(SECURITY) if s["username"] == "leader"]
        running.center.accounts.revoke(SECURITY, mine[0]["token_hash"])
        assert all(kind in {"heartbeat", "fact"} for kind, _, _ in stream)


def test_a_client_that_does_not_read_is_cut_and_holds_nobody_up(running) -> None:
    """With 40 kB facts, the stalled client is dropped while another gets every one in order."""
    streams = running.server.app.state.streams
    units, hub = running.center.database.units, running.center.hub
    others = set(streams.clients)
    stalled = _stalled(running)
    slow = next(iter(streams.clients - others))
    listeners = units.listeners
    units.listeners = [lambda fact: hub.publish({**fact, "more": "x" * 40_000})]
    try:
        with running.client("duty") as client, listening(client) as stream:
            start = next_of(stream, "hello")[2]["revision"]
            writer = threading.Thread(target=write, args=(running, "长报文", 500))
            writer.start()
            assert facts_until(stream, start + 500) == list(range(start + 1, start + 501))
            writer.join(60)
            assert not writer.is_alive(), "the writer was held up"
    finally:
        units.listeners = listeners
    assert slow.over
    assert len(slow.waiting) <= 1  # told to resume, and nothing else
    stalled.close()


def _stalled(running) -> socket.socket:
    """A signed-in stream over a bare socket with a small buffer, that is never read."""
    with running.client("duty") as client:
        secret = client.cookies["hubei_session"]
    raw = socket.socket()
    raw.settimeout(60)
    raw.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    raw.connect(("127.0.0.1", running.port))
    raw.sendall(
        f"GET /api/v1/stream HTTP/1.1\r\nHost: 127.0.0.1:{running.port}\r\n"
        f"Cookie: hubei_session={secret}\r\n\r\n".encode()
    )
    heard = b""
    while b"event: hello" not in heard:
        heard += (piece := raw.recv(64))
        assert piece, f"the stream ended before its hello: {heard!r}"
    assert heard.startswith(b"HTTP/1.1 200")
    return raw


# ---------------------------------------------------------------- files, closing


def test_assets_come_compressed_and_may_be_kept(running) -> None:
    """A versioned asset is brotli, immutable, and answered 304 the second time."""
    with running.client("duty") as client:
        first = client.get("/assets/base.css?m=1", headers={"accept-encoding": "br"})
        second = client.get(
            "/assets/base.css?m=1", headers={"if-none-match": first.headers["etag"]}
        )
        outside = client.get("/assets/..%2fpyproject.toml")
    assert first.headers["content-encoding"] == "br"
    assert "immutable" in first.headers["cache-control"]
    assert second.status_code == 304
    assert outside.status_code == 404


def test_the_server_closes_at_once_with_streams_open(tmp_path) -> None:
    """Every open stream is ended by the server itself, not by a client or a time limit."""
    made = Running(tmp_path, pages={}).start()
    with made.client("duty") as client, listening(client) as stream:
        next_of(stream, "hello")
        took = made.stop()
        assert not made.thread.is_alive()
        assert [kind for kind, _, _ in stream if kind == "resume"] == []
    assert took < 5
