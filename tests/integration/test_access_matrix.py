"""Every route, callback and stream × every role × own area, another area, none; strangers first."""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from fastapi.routing import APIRoute

from dashboard.access import OPEN_ROUTES, PAGES, PREFIXES, ROWS
from dashboard.app import PAGES as SERVED
from dashboard.app import create_app
from dashboard.gate import CSRF_COOKIE, SESSION_COOKIE
from data.center import Center, build_center
from data.config import Settings
from data.domain.messages import OpenIncident, ReceiveReport
from data.domain.messages import hazards as hz
from data.domain.messages import tasks as tk
from data.domain.org import ROLE_PERMISSIONS, SYSTEM, Actor
from tests.integration.test_api_refusals import BODIES, IDS
from tests.serving import PASSWORD

ADMIN = Actor.of("admin", "admin", "420000")
COUNTY = Actor.of("duty.421127", "duty", "421127", "县值班")
MARK = "只在黄梅"  # stands in everything of the one county, and nowhere else
AREAS = {"own": "421127", "other": "420500", "none": "420000"}
ROLES = [r for r in ROLE_PERMISSIONS if r not in ("runner", "field")]
# One's own session: nothing of an area is behind it, and calling it would end the test's.
OWN = re.compile(r"^\w+ /api/v1/session")
# Answers that last as long as somebody listens.
ENDLESS = {"GET /api/v1/stream"}
DASH = (
    "GET /api/openapi.json", "POST /_dash-update-component", "GET /_dash-layout",
    "GET /_dash-dependencies",
)  # fmt: skip


def walk(routes: Any, prefix: str = "") -> Iterator[str]:
    """"METHOD path" of every endpoint, those of included routers with their whole path."""
    for route in routes:
        if isinstance(route, APIRoute):
            for method in route.methods - {"HEAD", "OPTIONS"}:
                yield f"{method} {prefix}{route.path}"
        elif hasattr(route, "original_router"):
            inside = prefix + route.include_context.prefix
            yield from walk(route.original_router.routes, inside)


def url_of(path: str) -> str:
    """A path with the ids of the one county's things."""
    for name, value in IDS.items():
        path = path.replace(name, value)
    return re.sub(r"\{[^}]*\}", "1", path)


@pytest.fixture(scope="module")
def center(tmp_path_factory) -> Iterator[Center]:
    """A center whose one county has an incident, a task, a hazard: all of them marked."""
    made = build_center(
        Settings(
            var=tmp_path_factory.mktemp("var"), scenario="none", seed_password=PASSWORD,
            requests_per_second=10**6,
        )
    )  # fmt: skip
    made.accounts.seed(PASSWORD, exercise=False)
    for role in ROLES:
        for where, org in AREAS.items():
            if role != "wall":
                name = f"{role}.{where}"
                made.accounts.create(ADMIN, name, name, role, org, PASSWORD)
    told = made.handle(
        ReceiveReport(type="landslide", place=MARK, text=MARK, lon=115.94, lat=30.07), COUNTY
    )
    made.handle(
        OpenIncident(
            report_id=told.body["report"]["id"], name=MARK, short_name=MARK, commander="甲某",
            lead_body=MARK, desk="一席",
        ),
        COUNTY,
    )  # fmt: skip
    made.handle(tk.AddTask(title=MARK, incident_id="I-0001"), COUNTY)
    made.handle(hz.TellHazard(kind="slope", words=MARK, lon=115.94, lat=30.07), COUNTY)
    yield made
    made.close()


@pytest.fixture(scope="module")
def app(center: Center) -> Any:
    """The whole program with every page."""
    return create_app(center)


def client_of(app: Any, center: Center, username: str = "") -> httpx.AsyncClient:
    """A browser's client without a socket, signed in when a name is given."""
    client = httpx.AsyncClient(
        transport=httpx.ASGITransport(app=app), base_url="http://127.0.0.1", timeout=30
    )
    if username:
        secret, held = center.accounts._open(username, "person", "", "127.0.0.1", "test")
        client.cookies.set(SESSION_COOKIE, secret)
        client.cookies.set(CSRF_COOKIE, held.csrf)
        client.headers["X-CSRFToken"] = held.csrf
    return client


def accounts(where: str) -> list[tuple[str, str]]:
    """(role, account) of every role in an area; the wall has one."""
    return [(r, "wall" if r == "wall" else f"{r}.{where}") for r in ROLES]


def test_every_route_has_its_row(app):
    """A new route without a row in `dashboard/access.csv` is shut, and named here."""
    served = {
        key for key in walk(app.router.routes)
        if key.split(" ")[1].startswith(("/api/", "/ogc", "/geo/", "/metrics", "/healthz"))
    }  # fmt: skip
    served -= {"GET /api/openapi.json"}
    assert served - OPEN_ROUTES == set(ROWS)


def test_every_page_has_its_row_and_every_callback_its_page(app, center):
    """A page or a callback without a row does not start; all are counted."""
    assert set(SERVED) == set(PAGES)
    told = app.state.callbacks
    assert set(told.values()) == set(PAGES)
    assert len(told) > 100


async def test_strangers_come_nowhere(app, center):
    """Every endpoint, Dash's own routes, every page and the stream: signed in or not at all."""
    async with client_of(app, center) as client:
        for key in (*ROWS, *ENDLESS, *DASH, *(f"GET {page}" for page in PAGES)):
            method, path = key.split(" ")
            answer = await client.request(method, url_of(path))
            assert answer.status_code == 401, key
            page = await client.get(path, headers={"accept": "text/html"})
            assert page.status_code == 303 or method != "GET" or "{" in path, key


@pytest.mark.parametrize("where", list(AREAS))
async def test_who_lacks_the_permission_is_refused(app, center, where):
    """Role × route in each area: 403 before anything is read, and nothing moves."""
    before, wrong = center.queries.revision(), []
    for role, username in accounts(where):
        held = {p.value for p in ROLE_PERMISSIONS[role]}
        async with client_of(app, center, username) as client:
            for key, needs in ROWS.items():
                if not needs or needs & held:
                    continue
                method, path = key.split(" ")
                answer = await client.request(method, url_of(path), json=BODIES.get(path))
                if answer.status_code != 403:
                    wrong.append(f"{username} {key}: {answer.status_code}")
    assert wrong == []
    assert center.queries.revision() == before


async def test_nobody_reads_another_areas_things(app, center):
    """Every GET that another city's accounts may ask: no answer holds a word of the county."""
    leaks, asked = [], 0
    for role, username in accounts("other"):
        if role not in ("duty", "auditor", "grid"):  # all that can be read, by other ways
            continue
        held = {p.value for p in ROLE_PERMISSIONS[role]}
        async with client_of(app, center, username) as client:
            for key, needs in ROWS.items():
                method, path = key.split(" ")
                if method != "GET" or OWN.match(key) or not needs & held:
                    continue
                answer = await client.get(url_of(path))
                asked += 1
                assert answer.status_code < 500, f"{username} {key}: {answer.status_code}"
                if MARK in answer.text or json.dumps(MARK)[1:-1] in answer.text:
                    leaks.append(f"{username} {key}")
    assert asked > 200
    assert leaks == []


async def test_the_county_reads_its_own(app, center):
    """The same questions from the county's own duty room are answered with its things."""
    found = set()
    async with client_of(app, center, "duty.own") as client:
        for key in ("/api/v1/incidents", "/api/v1/tasks", "/api/v1/hazards", "/api/v1/reports"):
            if MARK in (await client.get(key)).text:
                found.add(key)
    assert len(found) == 4


async def test_nobody_changes_another_areas_things(app, center):
    """Every write that another city's accounts may make, at the county's ids: nothing changes."""
    kept = marked(center)
    for role, username in accounts("other"):
        if role == "wall":
            continue
        held = {p.value for p in ROLE_PERMISSIONS[role]}
        for key, needs in ROWS.items():
            method, path = key.split(" ")
            if method == "GET" or OWN.match(key) or "{" not in path or not needs & held:
                continue
            if path.startswith("/api/v1/accounts/"):
                continue  # accounts are tested where they are kept
            async with client_of(app, center, username) as client:
                answer = await client.request(method, url_of(path), json=BODIES.get(path))
            assert answer.status_code < 500, f"{username} {key}: {answer.text[:200]}"
            assert marked(center) == kept, f"{username} {key}: {answer.status_code}"


def marked(center: Center) -> dict[str, int]:
    """The versions of everything of the one county."""
    seen = center.queries.situation(SYSTEM)
    return {
        "incident": seen.incidents["I-0001"].version, "task": seen.tasks["TK-00001"].version,
        "hazard": seen.hazards["YH-00001"].version, "report": seen.reports["R-0001"].version,
    }  # fmt: skip


async def served_callbacks(app: Any, center: Center, page: str = "") -> list[dict[str, Any]]:
    """The callbacks that the server answers: all that show the situation, or those of one page."""
    told = app.state.callbacks
    mine = {k for k, p in told.items() if (p == page if page else PAGES[p] != "signed")}
    async with client_of(app, center, "duty.none") as client:
        listed = (await client.get("/_dash-dependencies")).json()
    found = [c for c in listed if c["output"] in mine and not c.get("clientside_function")]
    assert found
    return found


@pytest.mark.parametrize("where", list(AREAS))
async def test_a_callback_asks_who_may_open_its_page(app, center, where):
    """Whoever may not read, in whichever area: refused by every callback of every such page."""
    wrong, asked = [], 0
    callbacks = await served_callbacks(app, center)
    for role, username in accounts(where):
        if "read" in ROLE_PERMISSIONS[role]:
            continue
        async with client_of(app, center, username) as client:
            for each in callbacks:
                answer = await client.post("/_dash-update-component", json=asked_of(each))
                asked += 1
                kept_out = answer.status_code == 403 or "没有此项权限" in str(
                    json.loads(answer.text or "{}")
                )
                if not kept_out:
                    wrong.append(f"{username} {each['output']}: {answer.text[:80]}")
    assert asked > 100
    assert wrong == []


# What a browser could send for a part of a page: nothing, the county's incident, things of it.
SENT = (
    None, "I-0001", {"id": "I-0001", "incident": "I-0001", "n": 1, "do": "open", "key": "I-0001"},
    ["I-0001", "TK-00001"],
)  # fmt: skip


async def test_no_callback_shows_another_areas_things_or_changes_them(app, center):
    """Every callback of every page, asked by another city with the county's ids; its own sees."""
    callbacks, leaks, seen = await served_callbacks(app, center), [], 0
    kept, before = marked(center), center.queries.revision()
    for value in SENT:
        for username in ("duty.other", "auditor.other", "duty.own"):
            async with client_of(app, center, username) as client:
                for each in callbacks:
                    if username == "duty.own" and value is not None:
                        break
                    body = asked_of(each, value)
                    answer = await client.post("/_dash-update-component", json=body)
                    shows = MARK in answer.text or json.dumps(MARK)[1:-1] in answer.text
                    if username == "duty.own":
                        seen += shows
                    elif shows:
                        leaks.append(f"{username} {each['output']} {value}")
    assert leaks == []
    assert seen > 5  # the same question is answered where it belongs
    assert marked(center) == kept
    assert center.queries.revision() == before


async def test_the_administration_shows_each_role_its_own_part_alone(app, center):
    """Every callback of it: who keeps neither accounts, sessions nor audit learns of no account."""
    callbacks, wrong = await served_callbacks(app, center, "/admin"), []
    for role, username in accounts("own"):
        held = {p.value for p in ROLE_PERMISSIONS[role]}
        if held & {"accounts", "sessions", "audit"}:
            continue
        async with client_of(app, center, username) as client:
            for each in callbacks:
                for value in (None, "log"):
                    body = asked_of(each, value)
                    answer = await client.post("/_dash-update-component", json=body)
                    if "auditor.none" in answer.text or "keeper.other" in answer.text:
                        wrong.append(f"{username} {each['output']}")
    assert wrong == []


@pytest.mark.parametrize("role", ["admin", "security", "auditor"])
async def test_who_keeps_one_area_learns_of_no_account_of_another(app, center, role):
    """Accounts, sessions, devices and both logs, through the page, for each of the three."""
    wrong = []
    async with client_of(app, center, f"{role}.own") as client:
        callbacks = await served_callbacks(app, center, "/admin")
        client_of(app, center, "leader.other")  # somebody is signed in elsewhere
        for each in callbacks:
            for value in (None, "log", "journal"):
                answer = await client.post("/_dash-update-component", json=asked_of(each, value))
                if ".other" in answer.text:
                    wrong.append(f"{each['output']} {value}: {answer.text[:200]}")
    assert wrong == []


async def heard(app: Any, center: Center, username: str, count: int) -> tuple[int, str]:
    """The status and text of the stream from its very first number on, so many messages of it."""
    request = client_of(app, center, username).build_request("GET", "/api/v1/stream")
    got, gone = [], asyncio.Event()
    status = 0

    async def receive() -> dict[str, Any]:
        await gone.wait()
        return {"type": "http.disconnect"}

    async def send(told: dict[str, Any]) -> None:
        nonlocal status
        status = told.get("status", status)
        got.append(told.get("body", b""))
        if len(got) > count or (told["type"] == "http.response.body" and not told.get("more_body")):
            gone.set()

    sent = [(k.lower().encode(), v.encode()) for k, v in request.headers.items()]
    scope = {
        "type": "http", "asgi": {"version": "3.0"}, "http_version": "1.1", "method": "GET",
        "scheme": "http", "path": "/api/v1/stream", "raw_path": b"/api/v1/stream",
        "query_string": b"", "headers": [*sent, (b"last-event-id", b"0")],
        "client": ("127.0.0.1", 1), "server": ("127.0.0.1", 80), "root_path": "",
    }  # fmt: skip
    await asyncio.wait_for(app(scope, receive, send), 30)
    return status, b"".join(got).decode()


async def test_the_stream_tells_each_role_of_its_own_area_alone(app, center):
    """Every role × area from the first number on: words of the county for those it belongs to."""
    revision = app.state.streams.last = center.queries.revision()
    wrong = []
    for where in AREAS:
        for role, username in accounts(where):
            status, said = await heard(app, center, username, revision + 1)
            reads = "read" in ROLE_PERMISSIONS[role]
            may = reads and (where != "other" or role == "wall")
            told = MARK in said or json.dumps(MARK)[1:-1] in said
            if role == "grid":
                may, told = False, status != 403 or told  # the gate keeps a grid worker out
            if told is not may:
                wrong.append(f"{username}: {status} told {told}")
    assert wrong == []


async def test_no_websocket_is_let_through_for_anybody(app, center):
    """Every role × area, and strangers, at Dash's own address and any other."""
    names = ["", *(username for where in AREAS for _, username in accounts(where))]
    for username in names:
        request = client_of(app, center, username).build_request("GET", "/")
        sent = [(k.lower().encode(), v.encode()) for k, v in request.headers.items()]
        for path in ("/_dash-ws-callback", "/api/v1/stream", "/"):
            told: list[dict[str, Any]] = []

            async def receive() -> dict[str, Any]:
                return {"type": "websocket.connect"}

            async def send(message: dict[str, Any], told: list[dict[str, Any]] = told) -> None:
                told.append(message)

            scope = {"type": "websocket", "path": path, "headers": sent, "query_string": b""}
            await app({**scope, "client": ("127.0.0.1", 1)}, receive, send)
            assert [m["type"] for m in told] == ["websocket.close"], (username, path)


def asked_of(callback: dict[str, Any], value: Any = None) -> dict[str, Any]:
    """The request that a browser sends for a callback, every value the same."""
    output = callback["output"]
    names = output.strip(".").split("...") if output.startswith("..") else [output]
    outputs = [
        {"id": n.rpartition(".")[0], "property": n.rpartition(".")[2]}
        for n in names
    ]
    if callback.get("no_output"):
        outputs = []
    many = output.startswith("..") or not outputs
    return {
        "output": output, "outputs": outputs if many else outputs[0],
        "inputs": [{**i, "value": value} for i in callback["inputs"]],
        "state": [{**i, "value": value} for i in callback["state"]],
        "changedPropIds": [f"{i['id']}.{i['property']}" for i in callback["inputs"][:1]],
    }  # fmt: skip


def test_prefixes_are_those_of_the_routers(app):
    """The table's whole paths are what the gate's dependency puts together."""
    assert all(
        key.split(" ")[1].startswith((*PREFIXES, "/geo/", "/metrics")) for key in ROWS
    )
