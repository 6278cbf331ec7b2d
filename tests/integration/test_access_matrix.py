"""Every route, callback and stream × every role × own area, another area, none; strangers first."""

from __future__ import annotations

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
        if key.split(" ")[1].startswith(("/api/", "/ogc/", "/geo/", "/metrics", "/healthz"))
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


async def test_a_callback_asks_who_may_open_its_page(app, center):
    """Whoever may not read is refused by every callback of every page that shows the situation."""
    dash = {key: page for key, page in app.state.callbacks.items() if PAGES[page] != "signed"}
    async with client_of(app, center, "security.none") as client:
        listed = (await client.get("/_dash-dependencies")).json()
        wrong = []
        for each in listed:
            if each["output"] not in dash or each.get("clientside_function"):
                continue
            answer = await client.post("/_dash-update-component", json=asked_of(each))
            if "没有此项权限" not in json.loads(answer.text or "{}").__str__():
                wrong.append(f"{each}: {answer.status_code} {answer.text[:80]}")
    assert wrong == []


def asked_of(callback: dict[str, Any]) -> dict[str, Any]:
    """The request that a browser sends for a callback, every value blank."""
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
        "inputs": [{**i, "value": None} for i in callback["inputs"]],
        "state": [{**i, "value": None} for i in callback["state"]],
        "changedPropIds": [f"{i['id']}.{i['property']}" for i in callback["inputs"][:1]],
    }  # fmt: skip


def test_prefixes_are_those_of_the_routers(app):
    """The table's whole paths are what the gate's dependency puts together."""
    assert all(
        key.split(" ")[1].startswith((*PREFIXES, "/geo/", "/metrics")) for key in ROWS
    )
