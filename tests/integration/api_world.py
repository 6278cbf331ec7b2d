"""What the tests of the HTTP contract share: calls, checks, and incidents made over HTTP."""

from __future__ import annotations

from itertools import count
from typing import Any

import httpx

from tests.serving import Running

HUANGMEI = {"lon": 115.94, "lat": 30.07}  # in 421127
WUHAN = {"lon": 114.30, "lat": 30.60}
_keys = count()


def fresh_key() -> str:
    """An idempotency key nobody has used."""
    return f"key-{next(_keys)}"


def post(client: httpx.Client, path: str, body: Any = None, *, status: int = 201, **kw: Any) -> Any:
    """POST under /api/v1 and the answer's body; fails on any other status."""
    answer = client.post(f"/api/v1{path}", json=body, **kw)
    assert answer.status_code == status, answer.text
    return answer.json()


def get(client: httpx.Client, path: str, *, status: int = 200, **params: Any) -> Any:
    """GET under /api/v1 and the answer's body."""
    answer = client.get(f"/api/v1{path}", params=params)
    assert answer.status_code == status, answer.text
    return answer.json()


def report(client: httpx.Client, **given: Any) -> Any:
    """A landslide with nine missing in 黄梅, unless told otherwise."""
    base = {"type": "landslide", "place": "大河镇", "casualties": {"missing": 9}, **HUANGMEI}
    return post(client, "/reports", base | given)


def incident(client: httpx.Client, name: str = "袁山村滑坡", **given: Any) -> str:
    """An open incident's id."""
    made = report(client, **given)
    body = {
        "report_id": made["report"]["id"], "name": name, "short_name": name,
        "commander": "甲某", "lead_body": "市自然资源局", "desk": "席位一",
    }  # fmt: skip
    return str(post(client, "/incidents", body)["incident"]["id"])


def free_teams(client: httpx.Client, number: int, capability: str = "搜救") -> list[dict[str, Any]]:
    """Teams that may be sent now."""
    found = get(client, "/teams", capability=capability, limit=1000)["items"]
    free = [t for t in found if t["state"] == "standby" and t["plannable"]]
    assert len(free) >= number
    return free[:number]


def send(client: httpx.Client, team: str, to: str, **kw: Any) -> httpx.Response:
    """Order one team to one incident."""
    body = {"assignments": [{"team": team, "incident": to}]}
    return client.post("/api/v1/dispatches", json=body, **kw)


def problem(answer: httpx.Response, status: int) -> Any:
    """The problem of a refused request: its shape checked, its words Chinese."""
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"].startswith("application/problem+json")
    body = answer.json()
    assert body["status"] == status
    assert {"type", "title", "status", "detail", "errors"} <= set(body)
    assert any("一" <= c <= "鿿" for c in body["title"])
    assert any("一" <= c <= "鿿" for c in body["detail"]), body["detail"]
    return body


def revision(running: Running) -> int:
    """The newest journal number."""
    return running.center.queries.revision()
