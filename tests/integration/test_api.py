"""The HTTP contract over a real server, line by line."""

import pytest

from data.ingest.coordinates import wgs84_to_bd09, wgs84_to_gcj02
from tests.integration import api_world as w
from tests.serving import PASSWORD, Running


@pytest.fixture(scope="module")
def running(exercise_server) -> Running:
    """The exercise all tests of the contract share."""
    return exercise_server


@pytest.fixture(scope="module")
def duty(running):
    """The provincial duty officer."""
    with running.client("duty") as client:
        yield client


@pytest.fixture(scope="module")
def first(duty):
    """An open incident in 黄梅."""
    return w.incident(duty)


@pytest.fixture(scope="module")
def second(duty):
    """Another open incident, in 武汉."""
    return w.incident(duty, "江岸火灾", type="fire", place="江岸区", **w.WUHAN)


def test_the_session_opens_and_ends(running):
    """A session answers csrf, user, role and org; DELETE ends it."""
    with running.client() as client:
        body = w.post(client, "/session", {"username": "duty", "password": PASSWORD}, status=200)
        assert (body["user"], body["role"], body["org"]) == ("duty", "duty", "420000")
        headers = {"X-CSRFToken": body["csrf"]}
        assert client.delete("/api/v1/session", headers=headers).status_code == 204
        w.problem(client.get("/api/v1/incidents"), 401)


def test_healthz_tells_strangers_the_revision(running):
    """No sign-in; the journal number and the version."""
    with running.client() as client:
        body = client.get("/healthz").json()
    assert body["status"] == "ok"
    assert body["revision"] == w.revision(running)
    assert body["version"]


def test_a_token_works_for_programs_within_its_permissions(running, duty):
    """A bearer token reads without cookie or CSRF, and cannot do what it was not given."""
    secret = w.post(duty, "/tokens", {"label": "看板", "permissions": ["read"]})["token"]
    with running.client() as program:
        program.headers["Authorization"] = f"Bearer {secret}"
        assert w.get(program, "/teams", limit=1)["items"]
        w.problem(program.post("/api/v1/entries", json={"text": "一行"}), 403)


def test_a_report_is_graded_with_law_and_article(duty):
    """The suggestion names level, word, law, article, source and the figure that decided."""
    made = w.report(duty, type="mine", casualties={"dead": 10})
    grade = made["suggested"]
    assert (grade["level"], grade["word"]) == ("II", "重大")
    assert "生产安全事故" in grade["law"]
    assert "条" in grade["article"]
    assert grade["provisional"]
    assert grade["measures"]
    assert made["candidates"] is not None


@pytest.mark.parametrize(("crs", "shift"), [("GCJ02", wgs84_to_gcj02), ("BD09", wgs84_to_bd09)])
def test_shifted_coordinates_come_back_as_wgs84(duty, crs, shift):
    """A position read off a Chinese map lands where it is."""
    lon, lat = shift(115.94, 30.07)
    kept = w.report(duty, lon=lon, lat=lat, crs=crs)["report"]
    assert (kept["lon"], kept["lat"]) == pytest.approx((115.94, 30.07), abs=1e-6)
    assert abs(lon - 115.94) > 1e-3


def test_a_person_is_counted_once(duty):
    """Missing and trapped both count towards the dead that grade, each once: 2 + 4 + 4 = 10."""
    counts = {"dead": 2, "missing": 4, "trapped": 4}
    made = w.report(duty, type="landslide", casualties=counts)
    alone = w.report(duty, type="landslide", casualties={"dead": 10})
    assert made["report"]["casualties"]["missing"] == 4
    assert made["suggested"]["level"] == alone["suggested"]["level"]
    assert made["suggested"]["assumptions"]


def test_an_incident_is_opened_graded_followed_and_closed(running, duty):
    """Report → incident → grade → 续报 → 终报 → closed, each one journal row."""
    key = w.incident(duty, "临时事件")
    before = w.revision(running)
    shown = w.get(duty, f"/incidents/{key}")
    for part in ("grade", "responses", "casualties", "deadlines", "teams", "supplies", "timeline"):
        assert part in shown
    graded = w.post(duty, f"/incidents/{key}/grade", {"as_suggested": True}, status=200)
    assert graded["incident"]["grading"]["confirmed_by"]
    body = {"kind": "续报", "casualties": {"missing": 7, "dead": 2}}
    w.post(duty, f"/incidents/{key}/followups", body)
    assert w.get(duty, f"/incidents/{key}")["casualties"]["missing"] == 7
    w.post(duty, f"/incidents/{key}/followups", {"kind": "终报", "text": "处置完毕"})
    assert w.get(duty, f"/incidents/{key}/open-ends")["items"] == []
    w.post(duty, f"/incidents/{key}/close", {"reason": "处置完毕", "left_open": []}, status=200)
    assert w.revision(running) == before + 4
    opened = duty.get("/api/v1/incidents", params={"status": "open"}).json()["items"]
    assert key not in [i["id"] for i in opened]
    w.problem(duty.post(f"/api/v1/incidents/{key}/close", json={"reason": "再结"}), 409)


def test_teams_are_filtered(duty):
    """bbox, org, capability, status and limit each hold for every row that is answered."""
    whole = w.get(duty, "/teams", limit=1000)
    assert len(whole["items"]) == whole["total"] > 100
    boats = w.get(duty, "/teams", capability="冲锋舟", limit=1000)["items"]
    assert boats
    assert all("冲锋舟" in t["provides"] for t in boats)
    local = w.get(duty, "/teams", org="421100", limit=1000)["items"]
    assert local
    assert {t["area_code"] for t in local} >= {"421100", "421127"}
    assert all(t["area_code"].startswith("4211") for t in local)
    boxed = w.get(duty, "/teams", bbox="115,29,117,31", limit=1000)["items"]
    assert boxed
    assert all(115 <= t["position"]["lon"] <= 117 for t in boxed if t["position"])
    free = duty.get("/api/v1/teams", params={"status": "available", "limit": 1000}).json()["items"]
    assert free
    assert all(t["state"] in {"standby", "returning"} and t["plannable"] for t in free)
    page = w.get(duty, "/teams", limit=3)
    after = w.get(duty, "/teams", limit=3, offset=page["next"])
    assert not {t["id"] for t in page["items"]} & {t["id"] for t in after["items"]}


@pytest.mark.parametrize("name", ["depots", "lots", "sensors"])
def test_other_listings_are_paged(duty, name):
    """Depots, lots and sensors answer items and next."""
    page = w.get(duty, f"/{name}", limit=2)
    assert len(page["items"]) == 2
    assert page["next"] == 2


def test_a_plan_changes_nothing_operational(running, duty, first, second):
    """Stored with what it saw; the journal does not move and no team is bound."""
    before, bound = w.revision(running), len(w.get(duty, "/assignments")["items"])
    need = [{"capability": "搜救", "amount": 40, "unit": "人", "by": None}]
    asked = [{"id": first, "needs": need}, {"id": second, "needs": need}]
    made = w.post(duty, "/plans", {"incidents": asked})
    for part in (
        "assignments", "transfers", "shortfalls", "contested", "kept_back", "objective",
        "baseline", "id", "seen", "certificate",
    ):  # fmt: skip
        assert part in made
    assert {a["incident"] for a in made["assignments"]} == {first, second}
    assert {"value", "bound", "gap", "optimal", "seconds"} <= set(made["objective"])
    assert all(check["ok"] for check in made["certificate"])
    assert w.revision(running) == before
    assert len(w.get(duty, "/assignments")["items"]) == bound
    assert w.get(duty, f"/plans/{made['id']}")["answer"]["assignments"] == made["assignments"]


def test_a_plan_is_issued_by_its_id(duty):
    """A stored plan becomes orders, and issued again it is refused by name."""
    key = w.incident(duty, "方案下达")
    asked = [{"id": key, "needs": [{"capability": "破拆", "amount": 10}]}]
    made = w.post(duty, "/plans", {"incidents": asked})
    done = w.post(duty, "/dispatches", {"plan_id": made["id"]})
    assert {a["team"] for a in done["assignments"]} == {a["team"] for a in made["assignments"]}
    again = duty.post("/api/v1/dispatches", json={"plan_id": made["id"]})
    assert w.problem(again, 409)["holders"]


def test_a_dispatch_is_all_or_nothing_and_names_the_holder(running, duty, first, second):
    """One taken team refuses the whole order, naming who holds it and the next best."""
    held, free = w.free_teams(duty, 2)
    assert w.send(duty, held["id"], first).status_code == 201
    before = w.revision(running)
    wanted = [{"team": t["id"], "incident": second} for t in (free, held)]
    body = w.problem(duty.post("/api/v1/dispatches", json={"assignments": wanted}), 409)
    [holder] = body["holders"]
    assert holder["id"] == held["id"]
    assert holder["incident_id"] == first
    assert holder["held_by"]
    assert holder["next_best"]
    assert held["name"] in body["detail"]
    assert w.revision(running) == before
    assert w.free_teams(duty, 1)[0]["id"] == free["id"]


def test_a_retry_is_answered_alike_and_written_once(running, duty, first):
    """The same key and body: one journal row, the same answer; another body: 422."""
    one, other = w.free_teams(duty, 2)
    headers = {"Idempotency-Key": w.fresh_key()}
    made = w.send(duty, one["id"], first, headers=headers)
    after = w.revision(running)
    again = w.send(duty, one["id"], first, headers=headers)
    assert (again.status_code, again.json()) == (made.status_code, made.json())
    assert w.revision(running) == after == made.json()["revision"]
    refused = w.send(duty, other["id"], first, headers=headers)
    assert w.problem(refused, 422)["errors"][0]["field"] == "Idempotency-Key"


def test_a_stale_order_is_refused(duty, first):
    """A version that is no longer the newest is 409, nothing is sent."""
    [team] = w.free_teams(duty, 1)
    body = {
        "assignments": [{"team": team["id"], "incident": first}],
        "seen": {team["id"]: team["version"] + 7},
    }
    w.problem(duty.post("/api/v1/dispatches", json=body), 409)
    assert w.free_teams(duty, 1)[0]["id"] == team["id"]


def test_an_assignment_goes_its_way_and_no_other(duty, first):
    """Ordered → accepted → … → returned; a skipped step is 409 and names both states."""
    [team] = w.free_teams(duty, 1)
    key = w.send(duty, team["id"], first).json()["assignments"][0]["id"]
    path = f"/assignments/{key}/status"
    refused = w.problem(duty.post(f"/api/v1{path}", json={"status": "working"}), 409)
    assert "展开" in refused["detail"]
    for status in ("accepted", "departed", "arrived", "working", "released", "returned"):
        assert w.post(duty, path, {"status": status}, status=200)["state"] == status
    assert team["id"] in [t["id"] for t in w.free_teams(duty, 1)]


def test_supplies_leave_the_lot_and_arrive(duty, first):
    """A transfer reserves, shipping takes out of stock, more than is free is 409."""
    lot = max(w.get(duty, "/lots", limit=1000)["items"], key=lambda row: row["free"])
    wanted = {"lot": lot["id"], "incident": first, "amount": 5}
    made = w.post(duty, "/dispatches", {"transfers": [wanted]})["transfers"][0]
    w.post(duty, f"/transfers/{made['id']}/status", {"status": "shipped"}, status=200)
    now = next(r for r in w.get(duty, "/lots", limit=1000)["items"] if r["id"] == lot["id"])
    assert (now["on_hand"], now["reserved"]) == (lot["on_hand"] - 5, lot["reserved"])
    too_much = {"transfers": [wanted | {"amount": now["free"] + 1}]}
    body = w.problem(duty.post("/api/v1/dispatches", json=too_much), 409)
    assert body["holders"][0]["thing"] == "lot"
