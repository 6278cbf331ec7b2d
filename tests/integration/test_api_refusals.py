"""What the API refuses, whom, and in which words."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from data.domain.messages import StoreRows
from data.domain.org import SYSTEM
from data.domain.team import Team, TeamState
from tests.integration import api_world as w
from tests.serving import PASSWORD, Running

READERS = ("wall", "leader", "admin", "security", "auditor")
# what a role may write besides reading: nothing for the wall and the auditor
OWN_ACCOUNT = {
    "/api/v1/session", "/api/v1/session/password", "/api/v1/session/step-up",
    "/api/v1/session/totp", "/api/v1/session/totp/confirm", "/api/v1/session/totp/stop",
}  # fmt: skip
MAY = {
    "wall": set(),
    "auditor": set(),
    "security": {
        "/api/v1/tokens/{token_id}/revoke", "/api/v1/accounts/{username}/role",
        "/api/v1/accounts/{username}/unlock", "/api/v1/accounts/{username}/totp/reset",
    },
    "leader": {
        "/api/v1/plans",
        "/api/v1/plans/queue",
        "/api/v1/entries",
        "/api/v1/tokens",
        "/api/v1/log/corrections",
        "/api/v1/calls",
        "/api/v1/calls/{call_id}/settle",
        "/api/v1/filings/{filing_id}/judge",
        "/api/v1/instructions",
        "/api/v1/instructions/{instruction_id}/accept",
        "/api/v1/instructions/{instruction_id}/return",
        "/api/v1/instructions/{instruction_id}/remind",
        "/api/v1/instructions/{instruction_id}/withdraw",
        "/api/v1/transfers/{transfer_id}/approve",
        "/api/v1/clearances/{clearance_id}/grant",
        "/api/v1/clearances/{clearance_id}/refuse",
        "/api/v1/warnings/{warning_id}/sign",
    },
    "admin": {
        "/api/v1/accounts/{username}/identity",
        "/api/v1/rules/{name}",
        "/api/v1/tokens",
        "/api/v1/device-codes",
        "/api/v1/teams/{team_id}",
        "/api/v1/stock/norms",
        "/api/v1/sensors/{sensor_id}/thresholds",
        "/api/v1/tokens/{token_id}/revoke",
        "/api/v1/share/{connector_id}",
        "/api/v1/connectors",
        "/api/v1/connectors/try",
        "/api/v1/connectors/{connector_id}",
        "/api/v1/connectors/{connector_id}/pause",
        "/api/v1/connectors/{connector_id}/resume",
        "/api/v1/connectors/{connector_id}/poll",
        "/api/v1/connectors/{connector_id}/retake",
        "/api/v1/connectors/{connector_id}/token",
        "/api/v1/connectors/{connector_id}/token/revoke",
        "/api/v1/nodes",
        "/api/v1/nodes/{name}/revoke",
    },
}
# a body that is well-formed, so that what refuses it is the missing permission
BODIES: dict[str, Any] = {
    "/api/v1/tokens": {"permissions": ["dispatch"]},
    "/api/v1/nodes": {"org": "421127"},
    "/api/v1/nodes/{name}/revoke": None,
    "/api/v1/node/rows": {"rows": []},
    "/api/v1/node/hold": {"teams": []},
    "/api/v1/clashes/{clash_id}/decide": {"verdict": "county", "reason": "商定"},
    "/api/v1/device-codes": {"label": "大屏"},
    "/api/v1/reports": {"type": "landslide"},
    "/api/v1/reports/{report_id}/merge": {"incident_id": "I-0001"},
    "/api/v1/reports/{report_id}/dismiss": {"reason": "误报"},
    "/api/v1/incidents": {"report_id": "R-0001"},
    "/api/v1/incidents/{incident_id}": {"name": "改名"},
    "/api/v1/incidents/{incident_id}/grade": {},
    "/api/v1/incidents/{incident_id}/followups": {"text": "续"},
    "/api/v1/incidents/{incident_id}/close": {"reason": "完"},
    "/api/v1/incidents/{incident_id}/responses": {
        "body": "市指挥部", "contingency": "地质灾害预案", "level": "III",
    },
    "/api/v1/responses/{response_id}/end": {},
    "/api/v1/entries": {"text": "一行"},
    "/api/v1/zones": {"kind": "closure", "geometry": {"type": "Point", "coordinates": [114, 30]}},
    "/api/v1/zones/{zone_id}/end": None,
    "/api/v1/flying": {"flying": False, "reason": "大雾"},
    "/api/v1/rules/{name}": {"text": ""},
    "/api/v1/teams/{team_id}": {"people": 5},
    "/api/v1/plans": {"incidents": [{"id": "I-0001"}]},
    "/api/v1/plans/queue": {
        "sites": [{"id": "1", "name": "甲点", "lon": 115.94, "lat": 30.07, "weight": 1,
                   "needs": ["搜救"], "minutes": 30}],
    },
    "/api/v1/dispatches": {"assignments": [{"team": "TM-1", "incident": "I-0001"}]},
    "/api/v1/assignments/{assignment_id}/status": {"status": "accepted"},
    "/api/v1/assignments/{assignment_id}/redirect": {"incident_id": "I-0002", "reason": "急"},
    "/api/v1/transfers/{transfer_id}/status": {"status": "shipped"},
    "/api/v1/positions": [],
    "/api/v1/telemetry": [],
    "/api/v1/quarantine/replay": {"ids": [1]},
    "/api/v1/quarantine/drop": {"ids": [1]},
    "/api/v1/alarms/{alarm_id}/acknowledge": {},
    "/api/v1/alarms/{alarm_id}/handle": {"how": "已派人"},
    "/api/v1/alarms/{alarm_id}/link": {"incident_id": "I-0001"},
    "/api/v1/alarms/{alarm_id}/shelve": {"until": "2020-07-08T12:00:00+08:00", "why": "检修"},
    "/api/v1/alarms/{alarm_id}/report": None,
    "/api/v1/surges/{surge_id}/acknowledge": None,
    "/api/v1/surges/{surge_id}/handle": {"how": "已派人"},
    "/api/v1/surges/{surge_id}/link": {"incident_id": "I-0001"},
    "/api/v1/surges/{surge_id}/shelve": {"until": "2020-07-08T12:00:00+08:00", "why": "检修"},
    "/api/v1/sensors/{sensor_id}/thresholds": {"level": "警戒", "value": 27.3, "reason": "改"},
    "/api/v1/exercise": {"paused": True},
    "/api/v1/contingencies": {"text": "name: 甲预案"},
    "/api/v1/contingencies/{contingency_id}": {"text": "name: 甲预案", "reason": "修订"},
    "/api/v1/contingencies/{contingency_id}/withdraw": {"reason": "换版"},
    "/api/v1/incidents/{incident_id}/responses/start": {
        "contingency_id": "CP-flood", "level": "III",
    },
    "/api/v1/responses/{response_id}/level": {"level": "II", "reason": "险情加重"},
    "/api/v1/tasks": {"title": "勘查现场"},
    "/api/v1/tasks/{task_id}": {"title": "勘查"},
    "/api/v1/tasks/{task_id}/status": {"to": "taken"},
    "/api/v1/tasks/{task_id}/checklist": {"item": 0},
    "/api/v1/incidents/{incident_id}/tasks/carry": {"reason": "续办"},
    "/api/v1/instructions": {"text": "全力搜救"},
    "/api/v1/instructions/{instruction_id}/receive": {},
    "/api/v1/instructions/{instruction_id}/answer": {"words": "已办"},
    "/api/v1/instructions/{instruction_id}/accept": {},
    "/api/v1/instructions/{instruction_id}/return": {"words": "再报"},
    "/api/v1/instructions/{instruction_id}/remind": {},
    "/api/v1/instructions/{instruction_id}/withdraw": {"reason": "误发"},
    "/api/v1/transfers/{transfer_id}/approve": {},
    "/api/v1/transfers/{transfer_id}/pick": {},
    "/api/v1/transfers/{transfer_id}/ship": {},
    "/api/v1/transfers/{transfer_id}/receive": {},
    "/api/v1/transfers/{transfer_id}/use": {"amount": 1},
    "/api/v1/transfers/{transfer_id}/return": {"amount": 1},
    "/api/v1/stock/intake": {"amount": 1, "reason": "采购"},
    "/api/v1/lots/{lot_id}/write-off": {"amount": 1, "reason": "过期"},
    "/api/v1/lots/{lot_id}": {"condition": "完好"},
    "/api/v1/stocktakes": {"depot_id": "D01"},
    "/api/v1/stocktakes/{stocktake_id}/counts": {"counts": []},
    "/api/v1/stocktakes/{stocktake_id}/close": {},
    "/api/v1/stock/norms": {"item_id": "M01", "least": 1, "basis": "假定"},
    "/api/v1/stock/suppliers": {"name": "甲厂", "item_id": "M01", "source": "假定"},
    "/api/v1/incidents/{incident_id}/filings": {"kind": "首报"},
    "/api/v1/filings/{filing_id}": {"progress": "搜救中"},
    "/api/v1/filings/{filing_id}/submit": {},
    "/api/v1/filings/{filing_id}/judge": {"verdict": "pass"},
    "/api/v1/filings/{filing_id}/send": {},
    "/api/v1/filings/{filing_id}/acknowledge": {"to": "420000"},
    "/api/v1/filings/{filing_id}/withdraw": {"reason": "误拟"},
    "/api/v1/clearances/{clearance_id}/review": {"words": "拟同意"},
    "/api/v1/clearances/{clearance_id}/grant": {"words": "同意"},
    "/api/v1/clearances/{clearance_id}/refuse": {"words": "力量另有任务"},
    "/api/v1/support": {"wants": [{"name": "冲锋舟"}], "reason": "被困"},
    "/api/v1/support/{support_id}/receive": {},
    "/api/v1/support/{support_id}/answer": {"verdict": "granted", "words": "同意"},
    "/api/v1/support/{support_id}/finish": {},
    "/api/v1/support/{support_id}/withdraw": {"reason": "误发"},
    "/api/v1/field/state": {"to": "accepted"},
    "/api/v1/field/words": {"text": "道路中断"},
    "/api/v1/field/needs": {"kind": "other", "words": "雨衣"},
    "/api/v1/field/consent": {"agreed": True},
    "/api/v1/field/photos": None,
    "/api/v1/field/positions": {"fixes": []},
    "/api/v1/assignments/{assignment_id}/code": None,
    "/api/v1/needs/{need_id}/answer": {"to": "taken"},
    "/api/v1/needs/{need_id}/task": {},
    "/api/v1/photos/{photo_id}/seen": None,
    "/api/v1/shifts": {"starts_at": "2020-07-08T08:00:00+08:00",
                       "ends_at": "2020-07-08T20:00:00+08:00"},
    "/api/v1/shifts/import": {"rows": []},
    "/api/v1/shifts/{shift_id}": {"note": "换"},
    "/api/v1/shifts/{shift_id}/start": {"by": "甲"},
    "/api/v1/shifts/{shift_id}/cancel": {"reason": "改期"},
    "/api/v1/handovers": {},
    "/api/v1/handovers/{handover_id}/items": {"title": "一事"},
    "/api/v1/handovers/{handover_id}/take": {"key": "note:1", "by": "甲"},
    "/api/v1/handovers/{handover_id}/complete": {"by": "甲"},
    "/api/v1/handovers/{handover_id}/cancel": {"reason": "改期"},
    "/api/v1/log/corrections": {"ref": "#1", "text": "改", "reason": "误"},
    "/api/v1/incidents/{incident_id}/post": {"place": "村委会"},
    "/api/v1/posts/{post_id}": {"place": "镇政府"},
    "/api/v1/posts/{post_id}/groups": {"name": "抢救组"},
    "/api/v1/posts/{post_id}/groups/drop": {"name": "抢救组", "reason": "并"},
    "/api/v1/posts/{post_id}/groups/take": {},
    "/api/v1/posts/{post_id}/close": {"reason": "完"},
    "/api/v1/consultations": {"topic": "研判"},
    "/api/v1/consultations/{consultation_id}": {"topic": "研判"},
    "/api/v1/consultations/{consultation_id}/conclusions": {"text": "加密", "owner": "甲"},
    "/api/v1/consultations/{consultation_id}/end": {"record": "议定"},
    "/api/v1/contacts": {"kind": "body", "name": "某局"},
    "/api/v1/contacts/import": {"rows": []},
    "/api/v1/contacts/{contact_id}": {"kind": "body", "name": "某局"},
    "/api/v1/contacts/{contact_id}/retire": {"reason": "撤并"},
    "/api/v1/calls": {"name": "甲", "words": "说"},
    "/api/v1/calls/{call_id}/settle": {"reason": "已到"},
    "/api/v1/warnings": {"colour": "红", "event": "暴雨"},
    "/api/v1/warnings/cap": None,
    "/api/v1/warnings/{warning_id}": {"headline": "改"},
    "/api/v1/warnings/{warning_id}/update": {"colour": "黄"},
    "/api/v1/warnings/{warning_id}/submit": {},
    "/api/v1/warnings/{warning_id}/sign": {},
    "/api/v1/warnings/{warning_id}/issue": {},
    "/api/v1/warnings/{warning_id}/cancel": {"reason": "雨停"},
    "/api/v1/warnings/{warning_id}/withdraw": {"reason": "误拟"},
    "/api/v1/warnings/{warning_id}/remind": None,
    "/api/v1/deliveries/{delivery_id}/receipt": {},
    "/api/v1/deliveries/{delivery_id}/read": None,
    "/api/v1/deliveries/{delivery_id}/retry": None,
    "/api/v1/deliveries/{delivery_id}/state": {"state": "read"},
    "/api/v1/watches": {"title": "华阳河"},
    "/api/v1/watches/{watch_id}": {"do": "keep"},
    "/api/v1/accounts/{username}/identity": {"subject": "a-subject"},
    "/api/v1/accounts/{username}/role": {"role": "chief"},
    "/api/v1/accounts/{username}/unlock": None,
    "/api/v1/accounts/{username}/totp/reset": None,
    "/api/v1/hazards": {"kind": "slope", "words": "裂缝"},
    "/api/v1/hazards/{hazard_id}/supplement": {"words": "又宽了"},
    "/api/v1/hazards/{hazard_id}/photos": None,
    "/api/v1/hazards/{hazard_id}/verify": {"verdict": "true"},
    "/api/v1/hazards/{hazard_id}/ask": {"words": "多宽？"},
    "/api/v1/hazards/{hazard_id}/reopen": {"reason": "又有人报"},
    "/api/v1/hazards/{hazard_id}/told": {"words": "已告知"},
    "/api/v1/hazards/{hazard_id}/incident": {},
    "/api/v1/hazards/{hazard_id}/rectification": {"owner_body": "某局",
                                                  "due_at": "2040-01-01T00:00:00+08:00"},
    "/api/v1/rectifications/{rectification_id}/progress": {"words": "削坡"},
    "/api/v1/rectifications/{rectification_id}/photos": None,
    "/api/v1/rectifications/{rectification_id}/submit": {"words": "完工"},
    "/api/v1/rectifications/{rectification_id}/accept": {"words": "合格"},
    "/api/v1/rectifications/{rectification_id}/return": {"words": "未通"},
    "/api/v1/rectifications/{rectification_id}/extend": {"due_at": "2040-01-01T00:00:00+08:00",
                                                         "reason": "汛期"},
    "/api/v1/rectifications/{rectification_id}/supervision": {"supervision": "county",
                                                              "reason": "挂牌"},
    "/api/v1/rectifications/{rectification_id}/lift": {"reason": "搬迁"},
    "/api/v1/tokens/{token_id}/revoke": None,
    "/api/v1/share/{connector_id}": {},
    "/api/v1/connectors": {"text": "name: 甲"},
    "/api/v1/connectors/try": {"text": "name: 甲", "sample": "{}"},
    "/api/v1/connectors/{connector_id}": {"text": "name: 甲"},
    "/api/v1/connectors/{connector_id}/pause": {"reason": "数据错"},
    "/api/v1/connectors/{connector_id}/resume": None,
    "/api/v1/connectors/{connector_id}/poll": None,
    "/api/v1/connectors/{connector_id}/retake": None,
    "/api/v1/connectors/{connector_id}/token": {},
    "/api/v1/connectors/{connector_id}/token/revoke": None,
}  # fmt: skip
IDS = {
    "{lot_id}": "EX-L-0001", "{stocktake_id}": "PD-0001",
    "{report_id}": "R-0001", "{incident_id}": "I-0001", "{team_id}": "TM-1", "{zone_id}": "Z-1",
    "{response_id}": "S-1", "{assignment_id}": "A-00001", "{transfer_id}": "T-00001",
    "{alarm_id}": "W-1", "{surge_id}": "BQ-0001", "{sensor_id}": "S-1", "{plan_id}": "P-00001",
    "{task_id}": "TK-00001", "{instruction_id}": "PS-0001", "{filing_id}": "XB-00001",
    "{support_id}": "QQ-0001", "{clearance_id}": "SP-00001",
    "{contingency_id}": "CP-flood", "{need_id}": "XQ-0001", "{photo_id}": "ZP-00001",
    "{shift_id}": "BC-0001", "{handover_id}": "JJ-0001", "{post_id}": "ZB-0001",
    "{consultation_id}": "HS-0001", "{contact_id}": "TX-0001", "{call_id}": "TH-00001",
    "{connector_id}": "GX-001", "{token_id}": "000000000000",
    "{warning_id}": "YJ-0001", "{delivery_id}": "FB-00001", "{watch_id}": "GZ-0001",
    "{hazard_id}": "YH-00001", "{username}": "duty", "{rectification_id}": "ZG-0001",
}  # fmt: skip


@pytest.fixture(scope="module")
def running(tmp_path_factory) -> Iterator[Running]:
    """A real center with two teams, one incident in 黄梅 and one in 武汉."""
    with Running(tmp_path_factory.mktemp("var"), pages={}) as made:
        teams = tuple(
            Team(
                id=key, name=name, area_code=area, lon=lon, lat=lat, people=20,
                provides={"搜救": 20.0}, state=TeamState.STANDBY,
            )
            for key, name, area, lon, lat in (
                ("TM-1", "黄梅一队", "421127", 115.94, 30.07),
                ("TM-2", "武汉一队", "420100", 114.30, 30.60),
            )
        )  # fmt: skip
        made.center.handle(StoreRows(what="测试队伍", things=teams), SYSTEM)
        with made.client("duty") as duty:
            w.incident(duty, "黄梅滑坡")
            w.incident(duty, "武汉火灾", type="fire", place="江岸区", **w.WUHAN)
        yield made


@pytest.fixture(scope="module")
def duty(running):
    """The provincial duty officer."""
    with running.client("duty") as client:
        yield client


def writes(running) -> list[tuple[str, str]]:
    """Every method and path of the OpenAPI document that changes something."""
    with running.client("duty") as client:
        paths = client.get("/api/openapi.json").json()["paths"]
    found = [
        (method.upper(), path)
        for path, methods in paths.items()
        for method in methods
        if method in {"post", "put", "patch", "delete"} and path not in OWN_ACCOUNT
    ]
    assert len(found) >= 20
    return found


@pytest.mark.parametrize("role", READERS)
def test_roles_that_only_watch_cannot_write(running, role):
    """Every write of the document × role: refused as 403 (404 for no exercise), nothing moves."""
    before, failures = w.revision(running), []
    with running.client(role) as client:
        for method, path in writes(running):
            assert path in BODIES, f"{path} is new: say here what body it takes"
            if path in MAY[role]:
                continue
            url = path
            for name, value in IDS.items():
                url = url.replace(name, value)
            answer = client.request(method, url, json=BODIES[path])
            wanted = {403, 404} if path == "/api/v1/exercise" else {403}
            if answer.status_code not in wanted:
                failures.append(f"{method} {path}: {answer.status_code} {answer.text[:80]}")
            else:
                w.problem(answer, answer.status_code)
    assert failures == []
    assert w.revision(running) == before


@pytest.mark.parametrize("method", ["GET", "POST", "PATCH", "DELETE"])
def test_strangers_are_told_401_everywhere(running, method):
    """No path of the document but the probe and the sign-in answers a stranger."""
    with running.client() as client:
        paths = running.server.app.openapi()["paths"]
        for path, methods in paths.items():
            if method.lower() not in methods or (method, path) in {
                ("GET", "/healthz"),
                ("POST", "/api/v1/session"),
            }:
                continue
            w.problem(client.request(method, path), 401)


@pytest.mark.parametrize("name", ["duty.421127", "duty.421100"])
def test_officers_below_see_only_their_own(running, name):
    """Another area's incident, team and dispatch do not exist: not listed, 404, not orderable."""
    with running.client(name) as client:
        assert [i["name"] for i in w.get(client, "/incidents")["items"]] == ["黄梅滑坡"]
        assert [t["id"] for t in w.get(client, "/teams")["items"]] == ["TM-1"]
        w.problem(client.get("/api/v1/incidents/I-0002"), 404)
        assert set(w.get(client, "/situation")["incidents"]) == {"I-0001"}
        rows = w.get(client, "/journal")["items"]
        assert rows
        assert "I-0002" not in {r["incident_id"] for r in rows}
        w.problem(client.post("/api/v1/incidents/I-0002/close", json={"reason": "完"}), 404)
        w.problem(w.send(client, "TM-1", "I-0002"), 404)
        foreign = w.send(client, "TM-2", "I-0001")
        assert foreign.status_code in {403, 404}
        w.problem(foreign, foreign.status_code)
        refused = client.post("/api/v1/reports", json={"type": "fire", **w.WUHAN})
        w.problem(refused, 404)


def test_there_is_no_exercise_in_the_real_center(duty):
    """GET and POST answer 404, in words."""
    w.problem(duty.get("/api/v1/exercise"), 404)
    w.problem(duty.post("/api/v1/exercise", json={"speed": 2}), 404)


def test_an_unknown_field_is_named(duty):
    """errors[] names the field as it was sent, nested ones too."""
    body = {"type": "landslide", "deaths": 3, "casualties": {"dead": 1, "mising": 2}}
    problem = w.problem(duty.post("/api/v1/reports", json=body), 422)
    assert {e["field"] for e in problem["errors"]} == {"deaths", "casualties.mising"}
    assert all(e["message"] and e["remedy"] for e in problem["errors"])


@pytest.mark.parametrize(
    ("body", "field"),
    [
        (b"{", "body"),
        (b"\xff\xfe", "body"),
        (b"[]", "body"),
        (b'"text"', "body"),
        (b'{"type": 5}', "type"),
        (b'{"type": "landslide", "lon": 115.9}', "lat"),
        (b'{"type": "landslide", "lon": 1e999, "lat": 30}', "lon"),
        (b'{"type": "landslide", "lon": "east", "lat": 30}', "lon"),
        (b'{"type": "landslide", "casualties": {"dead": -1}}', "casualties.dead"),
        (b'{"type": "landslide", "casualties": {"dead": 1.5}}', "casualties.dead"),
        (b'{"type": "landslide", "casualties": {"dead": 9999999999999999999999}}',
         "casualties.dead"),
        (b'{"type": "landslide", "occurred_at": "2020-07-08T07:30:00"}', "occurred_at"),
        (b'{"type": "landslide", "occurred_at": "morning"}', "occurred_at"),
        (b'{"type": "landslide", "crs": "UTM"}', "crs"),
        (b'{"type": "landslide", "text": "\\u0000"}', "text"),
        (b'{"type": "earthquake!"}', "type"),
    ],
)  # fmt: skip
def test_what_cannot_be_read_is_refused_by_field(running, duty, body, field):
    """Malformed JSON, wrong types, half positions, times without zone: 422, field named."""
    before = w.revision(running)
    answer = duty.post(
        "/api/v1/reports", content=body, headers={"Content-Type": "application/json"}
    )
    assert field in {e["field"] for e in w.problem(answer, 422)["errors"]}
    assert w.revision(running) == before


@pytest.mark.parametrize("path", sorted(p for p, b in BODIES.items() if b is not None))
def test_every_write_answers_nonsense_with_a_problem(running, duty, path):
    """Broken JSON, a text and a nest of brackets to each write: a Chinese problem, never a 500."""
    changed = {
        "contingencies/{contingency_id}",
        "lots/{lot_id}", "teams/{team_id}", "incidents/{incident_id}", "tasks/{task_id}",
        "filings/{filing_id}", "shifts/{shift_id}", "posts/{post_id}",
        "consultations/{consultation_id}", "contacts/{contact_id}", "warnings/{warning_id}",
    }  # fmt: skip
    method = "PATCH" if path.removeprefix("/api/v1/") in changed else "POST"
    for name, value in IDS.items():
        path = path.replace(name, value)
    before = w.revision(running)
    for body in (b"{", b'"x"', b"[" * 50_000, b'{"' + b"a" * 5000 + b'": 1}'):
        answer = duty.request(
            method, path, content=body, headers={"Content-Type": "application/json"}
        )
        if path == "/api/v1/telemetry" and answer.status_code == 202:
            told = answer.json()  # one line of NDJSON: refused by its number, none accepted
            assert told["accepted"] == 0
            assert "sensor" in told["rejected"][0]["reason"]
            continue
        assert answer.status_code in {400, 403, 404, 422}, answer.text[:200]
        shown = w.problem(answer, answer.status_code)
        assert len(shown["detail"]) < 6000
    assert w.revision(running) == before


def test_a_huge_body_is_refused_unread(duty):
    """More than 10 MB: 413 with a problem; readings alone may come as a longer stream of lines."""
    big = b'{"text": "' + b"x" * 11_000_000 + b'"}'
    for path in ("/api/v1/entries", "/api/v1/positions"):
        answer = duty.post(path, content=big, headers={"Content-Type": "application/json"})
        w.problem(answer, 413)


@pytest.mark.parametrize(
    ("path", "field"),
    [
        ("/journal?limit=abc", "limit"),
        ("/teams?bbox=1,2,3", "bbox"),
        ("/teams?bbox=117,29,115,31", "bbox"),
        ("/situation?at=99999999", "at"),
        ("/situation?at=99999999999999999999999", "at"),
        ("/situation?at=²", "at"),
        ("/situation?at=2020-07-08T08:00:00", "at"),
    ],
)
def test_a_query_that_cannot_be_read_is_refused_by_field(duty, path, field):
    """Numbers, boxes and instants in the address: 422 with the parameter's name."""
    problem = w.problem(duty.get(f"/api/v1{path}"), 422)
    assert [e["field"] for e in problem["errors"]] == [field]


def test_numbers_out_of_range_are_no_server_error(duty):
    """A journal number no engine can hold is 422; negative paging is taken as the start."""
    w.problem(duty.get("/api/v1/journal?after=99999999999999999999999"), 422)
    [first] = w.get(duty, "/teams", limit=1)["items"]
    assert [t["id"] for t in w.get(duty, "/teams", limit=-5, offset=-5)["items"]] == [first["id"]]


def test_unknown_addresses_and_methods_are_problems(duty):
    """404 and 405 in the same shape as everything else."""
    w.problem(duty.get("/api/v1/nothing-here"), 404)
    w.problem(duty.put("/api/v1/teams", json={}), 405)
    w.problem(duty.get("/api/v1/incidents/I-9999"), 404)
    w.problem(duty.get("/api/v1/plans/P-99999"), 404)


def test_a_wrong_password_is_401_without_saying_which(running):
    """An unknown name and a wrong password are answered alike."""
    with running.client() as client:
        said = [
            w.problem(client.post("/api/v1/session", json={"username": u, "password": p}), 401)[
                "detail"
            ]
            for u, p in (("nobody", PASSWORD), ("leader", "wrong-password-1"))
        ]
    assert said[0] == said[1]


def test_an_idempotency_key_has_a_length(duty):
    """A key of 200 characters is refused by name."""
    headers = {"Idempotency-Key": "k" * 200}
    answer = duty.post("/api/v1/entries", json={"text": "一行"}, headers=headers)
    assert w.problem(answer, 422)["errors"][0]["field"] == "Idempotency-Key"
