"""Alarms over HTTP: what people do about them, surges, levels, rules, and a report made of one."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from data.domain.messages import StoreRows
from data.domain.org import SYSTEM
from data.domain.sensor import Sensor, Threshold
from data.domain.source import RiskSource
from tests.integration import api_world as w
from tests.serving import Running

LEVELS = (Threshold(level="高", value=8.0, source="设计"),)


@pytest.fixture(scope="module")
def running(tmp_path_factory) -> Iterator[Running]:
    """A real center with one plant in 黄梅 and its tanks."""
    with Running(tmp_path_factory.mktemp("var"), pages={}) as made:
        plant = RiskSource(
            id="RS-1", name="甲储罐区", kind="危险化学品", area_code="421127", person="李某",
            organisation="甲公司", phone="0713-1", **w.HUANGMEI,
        )  # fmt: skip
        tanks = (
            Sensor(
                id=f"T-{n}", name=f"{n}号罐", quantity="液位", kind="液位", source_id="RS-1",
                area_code="421127", thresholds=LEVELS,
            )
            for n in range(12)
        )
        made.center.handle(StoreRows(what="测试", things=(plant, *tanks)), SYSTEM)
        yield made


@pytest.fixture(scope="module")
def duty(running) -> Iterator[Any]:
    """The provincial duty officer."""
    with running.client("duty") as client:
        yield client


def over(duty: Any, *tanks: int) -> list[dict[str, Any]]:
    """Fill tanks over their level; the alarms that came, in order of the tanks."""
    at = datetime.now(UTC).isoformat()
    rows = [{"sensor": f"T-{n}", "at": at, "value": 8.5} for n in tanks]
    w.post(duty, "/telemetry", rows, status=202)
    held = {a["sensor_id"]: a for a in w.get(duty, "/alarms", limit=1000)["items"]}
    return [held[f"T-{n}"] for n in tanks]


def test_an_alarm_carries_what_a_warning_is_drafted_from(duty):
    """Id, area, level, colour, the rule in words and its source, the source it is of."""
    (alarm,) = over(duty, 0)
    assert (alarm["area_code"], alarm["level"], alarm["colour"]) == ("421127", "高", "yellow")
    assert "低于 7.95 m 解除" in alarm["rule"]
    assert (alarm["rule_source"], alarm["source_id"]) == ("设计", "RS-1")


def test_handling_linking_and_setting_aside(duty):
    """Each is refused by field when words are missing, and told in the journal."""
    one, two, three = over(duty, 1, 2, 3)
    refused = duty.post(f"/api/v1/alarms/{one['id']}/handle", json={"how": " "})
    assert w.problem(refused, 422)["errors"][0]["field"] == "how"
    done = w.post(duty, f"/alarms/{one['id']}/handle", {"how": "已停泵"}, status=200)
    assert (done["alarm"]["state"], done["alarm"]["handled_how"]) == ("handled", "已停泵")
    late = {"until": "2020-01-01T00:00:00+08:00", "why": "检修"}
    refused = duty.post(f"/api/v1/alarms/{two['id']}/shelve", json=late)
    assert w.problem(refused, 422)["errors"][0]["field"] == "until"
    until = (datetime.now(UTC) + timedelta(hours=1)).isoformat()
    key = {"Idempotency-Key": w.fresh_key()}
    body = {"until": until, "why": "检修"}
    first = duty.post(f"/api/v1/alarms/{two['id']}/shelve", json=body, headers=key).json()
    again = duty.post(f"/api/v1/alarms/{two['id']}/shelve", json=body, headers=key).json()
    assert first == again
    assert first["alarm"]["state"] == "shelved"
    incident = w.incident(duty, "储罐险情", type="hazchem")
    linked = w.post(
        duty, f"/alarms/{three['id']}/link", {"incident_id": incident}, status=200
    )
    assert (linked["alarm"]["state"], linked["alarm"]["incident_id"]) == ("linked", incident)
    lines = [r["summary"] for r in w.get(duty, "/journal", limit=1000)["items"]]
    assert any("已停泵" in line for line in lines)
    w.post(duty, f"/incidents/{incident}/close", {"reason": "测试完"}, status=200)


def test_a_surge_is_dealt_with_as_one(duty):
    """All of it is taken at once; a second time there is nobody left to take."""
    alarms = over(duty, 4, 5, 6)
    surge = alarms[0]["surge_id"]
    assert {a["surge_id"] for a in alarms} == {surge}
    held = next(s for s in w.get(duty, "/surges", state="open")["items"] if s["id"] == surge)
    assert held["title"] == "甲储罐区"
    taken = w.post(duty, f"/surges/{surge}/acknowledge", status=200)
    assert {a["state"] for a in taken["alarms"]} == {"acknowledged"}
    w.problem(duty.post(f"/api/v1/surges/{surge}/acknowledge"), 409)
    w.problem(duty.post("/api/v1/surges/BQ-9999/acknowledge"), 404)


def test_a_report_of_an_alarm_takes_the_alarm_to_its_incident(duty):
    """Place, words and kind come from the register; opening the incident links the alarm."""
    (alarm,) = over(duty, 7)
    made = w.post(duty, f"/alarms/{alarm['id']}/report")
    report = made["report"]
    assert (report["type"], report["place"], report["alarm_id"]) == (
        "hazchem", "甲储罐区", alarm["id"],
    )  # fmt: skip
    assert "甲公司 李某 0713-1" in report["text"]
    w.problem(duty.post(f"/api/v1/alarms/{alarm['id']}/report"), 409)
    body = {"report_id": report["id"], "commander": "甲某", "lead_body": "县应急局", "desk": "一"}
    incident = w.post(duty, "/incidents", body)["incident"]["id"]
    held = {a["id"]: a for a in w.get(duty, "/alarms", limit=1000)["items"]}
    assert (held[alarm["id"]]["state"], held[alarm["id"]]["incident_id"]) == ("linked", incident)


def test_a_level_is_set_over_http(duty):
    """From a day on, with its reason; what is no level is refused by field."""
    body = {"level": "高", "value": 7.5, "reason": "设计变更", "valid_from": "2026-01-01"}
    made = w.post(duty, "/sensors/T-8/thresholds", body, status=200)["sensor"]
    assert [(t["value"], t["valid_to"]) for t in made["thresholds"]] == [
        (8.0, "2025-12-31"), (7.5, None),
    ]  # fmt: skip
    wrong = duty.post("/api/v1/sensors/T-8/thresholds", json={**body, "level": "很高"})
    assert w.problem(wrong, 422)["errors"][0]["field"] == "level"


def test_rules_quantities_and_standing_can_be_read(duty):
    """Every rule with its source; how each sensor and source stands."""
    over(duty, 9)
    rules = w.get(duty, "/alarm-rules")
    assert all(r["source"] for r in rules["rules"])
    assert {q["name"] for q in w.get(duty, "/quantities")["items"]} >= {"水位", "液位", "干滩长度"}
    standing = w.get(duty, "/monitoring")
    assert standing["sensors"]["T-9"]["standing"] == "over"
    assert standing["sensors"]["T-11"]["standing"] == "unheard"
    assert standing["sources"]["RS-1"]["colour"] == "yellow"
    newest = w.get(duty, "/sensors/latest", ids="T-9,T-11,none")
    assert newest["T-9"]["shown"] == "8.50 m"
    assert set(newest) == {"T-9"}
    since = (datetime.now(UTC) - timedelta(hours=1)).isoformat()
    assert [r["value"] for r in w.get(duty, "/sensors/T-9/readings", since=since)["items"]] == [8.5]


def test_another_area_neither_sees_nor_acts(running, duty):
    """Alarms of 黄梅 are nobody's business in a prefecture that does not hold it."""
    (alarm,) = over(duty, 10)
    with running.client("duty.421127") as county:
        assert alarm["id"] in {a["id"] for a in w.get(county, "/alarms", limit=1000)["items"]}
    elsewhere = StoreRows(
        what="测试",
        things=(Sensor(id="X-1", name="武汉罐", quantity="液位", area_code="420102",
                       thresholds=LEVELS),),
    )  # fmt: skip
    running.center.handle(elsewhere, SYSTEM)
    at = datetime.now(UTC).isoformat()
    w.post(duty, "/telemetry", [{"sensor": "X-1", "at": at, "value": 9.0}], status=202)
    foreign = next(a for a in w.get(duty, "/alarms")["items"] if a["sensor_id"] == "X-1")
    with running.client("duty.421127") as county:
        assert foreign["id"] not in {a["id"] for a in w.get(county, "/alarms")["items"]}
        for act, body in (("handle", {"how": "看"}), ("acknowledge", {}), ("report", None)):
            answer = county.post(f"/api/v1/alarms/{foreign['id']}/{act}", json=body)
            w.problem(answer, 404)
        change = {"level": "高", "value": 1.0, "reason": "改"}
        w.problem(county.post("/api/v1/sensors/X-1/thresholds", json=change), 404)
