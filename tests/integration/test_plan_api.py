"""Plans over HTTP: asked with every field, compared, verified, and who may do what."""

import json

import pytest

from data.allocation.check import verify
from tests.integration import api_world as w


@pytest.fixture(scope="module")
def running(exercise_server):
    """The exercise standing still."""
    return exercise_server


@pytest.fixture(scope="module")
def duty(running):
    """The provincial duty officer."""
    with running.client("duty") as client:
        yield client


@pytest.fixture(scope="module")
def leader(running):
    """A leader: may plan, may not order."""
    with running.client("leader") as client:
        yield client


@pytest.fixture(scope="module")
def incident(duty):
    """An open incident in 黄梅."""
    return w.incident(duty)


def _need(**row):
    return {"capability": "搜救", "amount": 20, "by": 90} | row


def test_a_plan_is_verified_from_what_the_center_hands_out(duty, incident):
    """Problem and plan as given over HTTP pass the checker; the plan itself stays slim."""
    made = w.post(duty, "/plans", {"incidents": [{"id": incident}]})
    told = w.get(duty, f"/plans/{made['id']}/certificate")
    assert all(c["ok"] for c in told["checks"])
    assert all(c["ok"] for c in verify(json.dumps(told["problem"]), json.dumps(told["plan"])))
    kept = w.get(duty, f"/plans/{made['id']}")
    assert kept["answer"]["assignments"] == made["assignments"]
    assert "problem" not in kept


def test_a_leader_forks_and_compares_and_cannot_issue(duty, leader, incident):
    """What-if with a supposed incident over HTTP, against the real plan; no order comes of it."""
    real = w.post(duty, "/plans", {"incidents": [{"id": incident, "needs": [_need()]}]})
    fork = w.post(
        leader, "/plans",
        {
            "incidents": [{"id": incident, "needs": [_need(amount=40)]}], "what_if": True,
            "extra_incidents": [
                {"id": "假设-1", "type": "fire", "level": "III", "lon": 114.3, "lat": 30.6}
            ],
            "previous": real["id"], "flying": False, "key": "fork", "time_limit_s": 0.5,
        },
    )  # fmt: skip
    assert fork["supposed"] == ["假设事件“假设-1”"]
    compared = w.get(leader, f"/plans/{fork['id']}/against/{real['id']}")
    assert compared["plans"] == [real["id"], fork["id"]]
    assert len(compared["diff"]["added"]) == len(fork["diff"]["added"]) > 0
    w.problem(leader.post("/api/v1/dispatches", json={"plan_id": fork["id"]}), 403)
    body = w.problem(duty.post("/api/v1/dispatches", json={"plan_id": fork["id"]}), 422)
    assert "不能下达" in body["detail"]
    assert body["errors"][0]["remedy"]


@pytest.mark.parametrize(
    "change",
    [
        {"locks": [["没有此队", None]]}, {"release": ["没有此队"]}, {"closed_roads": ["天路"]},
        {"what_if": True, "closed_roads": ["天路"]}, {"colour": 1}, {"time_limit_s": 0},
        {"closures": [{"type": "Polygon", "coordinates": []}], "what_if": True},
        {"extra_incidents": [{"id": "9", "type": "fire", "lon": 114, "lat": 30}], "what_if": True},
    ],
)  # fmt: skip
def test_faults_are_problems_with_fields(duty, incident, change):
    """422 with the field named, in Chinese, never a 500."""
    body = duty.post("/api/v1/plans", json={"incidents": [{"id": incident}]} | change)
    told = w.problem(body, 422)
    assert told["errors"]
    assert told["errors"][0]["field"]


@pytest.mark.parametrize("amount", ["NaN", "Infinity", "-1", "0"])
def test_amounts_that_are_none_are_refused(duty, incident, amount):
    """NaN and its like pass no JSON of ours."""
    text = (
        f'{{"incidents": [{{"id": "{incident}", "needs": '
        f'[{{"capability": "搜救", "amount": {amount}}}]}}]}}'
    )
    headers = {"Content-Type": "application/json"}
    w.problem(duty.post("/api/v1/plans", content=text.encode(), headers=headers), 422)


def test_needs_are_read_changed_and_taken_back(duty, incident):
    """GET shows needs with units beside the template; PATCH states them; an empty list undoes."""
    path = f"/incidents/{incident}/needs"
    before = w.get(duty, path)
    assert before["stated"] == {"needs": False, "supplies": False}
    assert {n["unit"] for n in before["needs"]} >= {"人"}
    changed = duty.patch(f"/api/v1/incidents/{incident}", json={"needs": [_need()]})
    assert changed.status_code == 200, changed.text
    assert w.get(duty, path)["needs"] == [{**_need(), "unit": "人"}]
    wrong = duty.patch(f"/api/v1/incidents/{incident}", json={"needs": [_need(amount=-1)]})
    assert "数量" in w.problem(wrong, 422)["detail"]
    assert duty.patch(f"/api/v1/incidents/{incident}", json={"needs": []}).status_code == 200
    assert w.get(duty, path)["stated"]["needs"] is False


def test_plans_are_listed_newest_first_and_only_to_their_own_area(running, duty, leader, incident):
    """The province reads all with what became of each; another county reads none of them."""
    first = w.post(duty, "/plans", {"incidents": [{"id": incident}]})
    second = w.post(duty, "/plans", {"incidents": [{"id": incident}], "what_if": True})
    told = w.get(leader, "/plans", limit=2)["items"]
    assert [t["id"] for t in told] == [second["id"], first["id"]]
    assert [t["what_if"] for t in told] == [True, False]
    assert told[1]["dispatches"] == []
    assert told[1]["objective"]["value"] == first["objective"]["value"]
    assert w.get(leader, "/plans", limit=1, offset=1)["items"] == told[1:]
    assert leader.get("/api/v1/plans?limit=0").status_code == 422
    with running.client("duty.421127") as county:
        assert w.get(county, "/plans")["items"] == []
    assert running.client().get("/api/v1/plans").status_code == 401
