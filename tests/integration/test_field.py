"""A phone in the field: let in by a code, bound to one order, each action once."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from io import BytesIO
from typing import Any

import httpx
import pytest
from PIL import Image

from data.domain.messages import StoreRows
from data.domain.org import SYSTEM
from data.domain.team import Team, TeamState
from tests.integration import api_world as w
from tests.serving import Running


@pytest.fixture(scope="module")
def running(tmp_path_factory, request) -> Iterator[Running]:
    """A real center with teams in 黄梅 and 武汉 and one incident."""
    with Running(tmp_path_factory.mktemp("var"), pages={}) as made:
        teams = tuple(
            Team(
                id=f"TM-{n}", name=f"黄梅{n}队", area_code="421127", lon=115.9, lat=30.0,
                people=20, provides={"搜救": 20.0}, state=TeamState.STANDBY,
            )
            for n in range(1, 13)
        )  # fmt: skip
        made.center.handle(StoreRows(what="测试队伍", things=teams), SYSTEM)
        with made.client("duty") as duty:
            w.incident(duty, "黄梅滑坡")
        yield made


@pytest.fixture
def duty(running) -> Iterator[httpx.Client]:
    """The provincial duty officer."""
    with running.client("duty") as client:
        yield client


def ordered(duty: httpx.Client) -> str:
    """A free team ordered to the incident: the assignment's id."""
    team = w.free_teams(duty, 1)[0]["id"]
    answer = w.send(duty, team, "I-0001")
    assert answer.status_code == 201, answer.text
    return str(answer.json()["assignments"][0]["id"])


def phone(running: Running, code: str) -> httpx.Client:
    """A phone signed in with a code."""
    answer = httpx.post(running.base + "/api/v1/session", json={"field_code": code}, timeout=20)
    answer.raise_for_status()
    client = running.client()
    client.cookies = answer.cookies
    client.headers["X-CSRFToken"] = answer.json()["csrf"]
    return client


def let_in(running: Running, duty: httpx.Client) -> tuple[str, httpx.Client]:
    """An order and its phone."""
    order = ordered(duty)
    return order, phone(running, w.post(duty, f"/assignments/{order}/code")["code"])


def jpeg(width: int = 2400, height: int = 1200) -> bytes:
    """A photo with a place in its hidden data, lying on its side."""
    image, exif, out = Image.new("RGB", (width, height), "red"), Image.Exif(), BytesIO()
    exif[0x0112] = 6
    exif[0x010E] = "SECRET-PLACE"
    image.save(out, "JPEG", exif=exif)
    return out.getvalue()


def keyed() -> dict[str, str]:
    """A header with a fresh idempotency key."""
    return {"Idempotency-Key": w.fresh_key()}


def test_a_code_lets_one_phone_in_once(running, duty):
    """The second use, a wrong code and a replaced code are refused alike."""
    order = ordered(duty)
    old = w.post(duty, f"/assignments/{order}/code")["code"]
    made = w.post(duty, f"/assignments/{order}/code")
    assert made["path"] == "/field#" + made["code"].replace(" ", "")
    with running.client() as stranger:
        for code in (old, "000 000 0000"):
            w.problem(stranger.post("/api/v1/session", json={"field_code": code}), 401)
    with phone(running, made["code"]) as first:
        view = w.get(first, "/field/order")
        assert (view["id"], view["state"], view["next"]["to"]) == (order, "ordered", "accepted")
        assert view["incident"]["gcj02"] != [view["incident"]["lon"], view["incident"]["lat"]]
        assert "公里" in view["route"] or "路线未知" in view["route"]
        with running.client() as stranger:
            again = stranger.post("/api/v1/session", json={"field_code": made["code"]})
            w.problem(again, 401)


def test_a_phone_reaches_its_order_and_nothing_else(running, duty):
    """Every other GET of the document is refused; a page leads back to the phone's own."""
    _, client = let_in(running, duty)
    paths = running.server.app.openapi()["paths"]
    with client:
        for path, methods in paths.items():
            if "get" in methods and not path.startswith(("/api/v1/field/", "/healthz")):
                answer = client.get(path.replace("{", "").replace("}", ""))
                assert answer.status_code == (200 if path == "/api/v1/session" else 403), path
        w.problem(w.send(client, "TM-12", "I-0001"), 403)
        sent = client.get("/duty", headers={"Accept": "text/html", "Sec-Fetch-Mode": "navigate"})
        assert (sent.status_code, sent.headers["location"]) == (303, "/field")


def test_revoking_ends_the_phone(running, duty):
    """Within the two seconds of the session's cache the phone is a stranger."""
    order, client = let_in(running, duty)
    gone = duty.delete(f"/api/v1/assignments/{order}/code")
    assert gone.json()["revoked"] == 1
    running.center.accounts._cache.clear()  # instead of waiting two seconds
    with client:
        w.problem(client.get("/api/v1/field/order"), 401)


def test_a_mission_sent_late_keeps_its_times_and_happens_once(running, duty):
    """Steps taken without a link arrive in order with the phone's times, retries change nothing."""
    order, client = let_in(running, duty)
    began = running.center.clock.now()
    with client:
        for n, to in enumerate(("accepted", "departed", "arrived", "working")):
            at = (began + timedelta(seconds=n)).isoformat()
            body, key = {"to": to, "at": at, "phone_at": at}, keyed()
            first = w.post(client, "/field/state", body, status=200, headers=key)
            again = w.post(client, "/field/state", body, status=200, headers=key)
            assert first == again
            assert first["state"] == to
        times = w.get(client, "/field/order")["times"]
        steps = ["ordered", "accepted", "departed", "arrived", "working"]
        assert sorted(times, key=lambda step: (times[step], steps.index(step))) == steps
        back = client.post("/api/v1/field/state", json={"to": "cancelled"}, headers=keyed())
        w.problem(back, 422)
    lines = [
        r for r in w.get(duty, "/journal", limit=1000)["items"] if r["actor"] == f"field.{order}"
    ]
    assert len(lines) == 4


def test_a_step_the_desk_entered_already_is_no_error(running, duty):
    """The phone's late 接令 after the desk's is told and changes nothing; an impossible one is."""
    order, client = let_in(running, duty)
    w.post(duty, f"/assignments/{order}/status", {"status": "accepted"}, status=200)
    with client:
        told = w.post(client, "/field/state", {"to": "accepted"}, status=200, headers=keyed())
        assert told["already"] is True
        w.problem(client.post("/api/v1/field/state", json={"to": "working"}, headers=keyed()), 409)
        no = client.post("/api/v1/field/state", json={"to": "declined"}, headers=keyed())
        assert w.problem(no, 422)["errors"][0]["field"] == "note"


def test_a_time_from_a_wrong_clock_is_kept_within_reason(running, duty):
    """A step from tomorrow is dated now, one from last year after the step before; both said."""
    order, client = let_in(running, duty)
    now = running.center.clock.now()
    with client:
        for to, days in (("accepted", 1), ("departed", -365)):
            at = (now + timedelta(days=days)).isoformat()
            w.post(client, "/field/state", {"to": to, "at": at}, status=200, headers=keyed())
    held = running.center.queries.situation(SYSTEM).assignments[order]
    assert held.times["ordered"] <= held.times["accepted"] <= held.times["departed"]
    assert held.times["departed"] <= running.center.clock.now()
    assert "手机时间" in held.note


def test_a_photo_is_painted_anew(running, duty):
    """Upright, at most 1600 pixels, without its hidden data; its area sees it, others do not."""
    _, client = let_in(running, duty)
    key = keyed()
    with client:
        made = [
            client.post("/api/v1/field/photos?note=裂缝", content=jpeg(), headers=key).json()
            for _ in range(2)
        ]
        assert made[0] == made[1]
        for bad in (b"", b"<svg/>", b"GIF89a" + b"0" * 100, jpeg()[:500] + b"x"):
            w.problem(client.post("/api/v1/field/photos", content=bad, headers=keyed()), 422)
        big = client.post("/api/v1/field/photos", content=b"x" * 8_100_000, headers=keyed())
        w.problem(big, 422)
    photo = made[0]["photo"]
    got = duty.get(f"/api/v1/photos/{photo['id']}/image")
    assert got.headers["content-type"] == "image/jpeg"
    assert b"SECRET-PLACE" not in got.content
    shown = Image.open(BytesIO(got.content))
    assert shown.size == (800, 1600)
    assert not shown.getexif()
    with running.client("duty.421127") as county:
        assert county.get(f"/api/v1/photos/{photo['id']}/image").status_code == 200
    assert w.post(duty, f"/photos/{photo['id']}/seen", status=200)["photo"]["seen_by"]


def test_a_need_is_answered_and_the_phone_is_told(running, duty):
    """Open, made a task, met; a refusal needs its reason; the phone reads the answer."""
    _, client = let_in(running, duty)
    with client:
        body = {"kind": "item", "what": "雨衣", "amount": 30, "unit": "件"}
        need = w.post(client, "/field/needs", body, headers=keyed())["need"]
        assert need["id"] in {n["id"] for n in w.get(duty, "/needs", open=True)["items"]}
        no = duty.post(f"/api/v1/needs/{need['id']}/answer", json={"to": "refused"})
        assert w.problem(no, 422)["errors"][0]["field"] == "words"
        made = w.post(duty, f"/needs/{need['id']}/task", {"owner": "后勤组"})
        assert made["task"]["source"] == "现场需求"
        assert "雨衣 30件" in made["task"]["title"]
        w.problem(duty.post(f"/api/v1/needs/{need['id']}/task", json={}), 409)
        w.post(duty, f"/needs/{need['id']}/answer", {"to": "met", "words": "已送"}, status=200)
        [told] = w.get(client, "/field/order")["needs"]
        assert (told["word"], told["answer"]) == ("已满足", "已送")
        said = w.post(client, "/field/words", {"text": "道路中断"}, headers=keyed())["need"]
        w.post(duty, f"/needs/{said['id']}/answer", {"to": "read"}, status=200)
        for bad in ({"kind": "item"}, {"kind": "other", "words": "x", "amount": -1}):
            w.problem(client.post("/api/v1/field/needs", json=bad, headers=keyed()), 422)


def test_positions_need_consent_and_come_as_wgs84(running, duty):
    """Refused before consent and after its end; a GCJ-02 position is turned back."""
    order, client = let_in(running, duty)
    at = running.center.clock.now().isoformat()
    fix: dict[str, Any] = {"fixes": [{"lon": 115.945, "lat": 30.067, "at": at, "crs": "GCJ02"}]}
    with client:
        w.problem(client.post("/api/v1/field/positions", json=fix), 403)
        w.post(client, "/field/consent", {"agreed": True}, status=200, headers=keyed())
        assert w.post(client, "/field/positions", fix, status=202)["accepted"] == 1
        seen = running.center.queries.situation(SYSTEM)
        held = seen.positions[seen.assignments[order].team_id]
        assert 0.003 < 115.945 - held.lon < 0.008
        w.post(client, "/field/consent", {"agreed": False}, status=200, headers=keyed())
        w.problem(client.post("/api/v1/field/positions", json=fix), 403)
