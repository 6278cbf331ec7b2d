"""Warnings over HTTP: issued, read, lifted; CAP in and out byte for byte; receipts; the map."""

from collections.abc import Iterator

import httpx
import pytest

from data.ingest.cap import read_cap, valid
from tests.integration import api_world as w
from tests.serving import Running

CAP = {"content-type": "application/cap+xml"}
SIGNED = """<?xml version="1.0" encoding="UTF-8"?>
<alert xmlns="urn:oasis:names:tc:emergency:cap:1.2"><identifier>{number}</identifier>
<sender>42110041600000</sender><sent>2026-07-08T07:30:00+08:00</sent><status>Actual</status>
<msgType>Alert</msgType><scope>Public</scope><info><category>Met</category><event>洪水</event>
<urgency>Expected</urgency><severity>Severe</severity><certainty>Likely</certainty>
<expires>2099-07-08T21:30:00+08:00</expires><senderName>省水文中心</senderName>
<headline>洪水橙色预警</headline><parameter><valueName>站名</valueName><value>龙坪</value></parameter>
<area><areaDesc>黄梅</areaDesc>
<polygon>30.0,115.9 30.0,116.0 30.1,116.0 30.1,115.9 30.0,115.9</polygon></area>
</info><Signature xmlns="http://www.w3.org/2000/09/xmldsig#"><SignedInfo/></Signature></alert>
"""


@pytest.fixture(scope="module")
def running(tmp_path_factory) -> Iterator[Running]:
    """A real center with an incident in 黄梅."""
    with Running(tmp_path_factory.mktemp("var"), pages={}) as made:
        with made.client("duty") as duty:
            w.incident(duty)
        yield made


@pytest.fixture(scope="module")
def duty(running) -> Iterator[httpx.Client]:
    """The provincial duty officer."""
    with running.client("duty") as client:
        yield client


@pytest.fixture(scope="module")
def county(running) -> Iterator[httpx.Client]:
    """The duty officer of 黄梅."""
    with running.client("duty.421127") as client:
        yield client


def issue(client, **given):
    """A yellow flood warning over 黄梅 that went out."""
    base = {"colour": "yellow", "type": "flood", "area_code": "421127", "description": "水位上涨"}
    return w.post(client, "/warnings", base | given)


def test_a_warning_is_issued_and_given_out_as_valid_cap(duty):
    """In one call, by English or Chinese names; the same key answers alike."""
    key = {"Idempotency-Key": w.fresh_key()}
    body = {"colour": "黄色", "event": "洪水", "areas": ["黄梅县"], "description": "水位上涨"}
    first = w.post(duty, "/warnings", body, headers=key)
    again = w.post(duty, "/warnings", body, headers=key)
    assert first == again
    held = first["warning"]
    assert held["state"] == "issued"
    answer = duty.get(f"/api/v1/warnings/{held['id']}.cap")
    assert answer.headers["content-type"].startswith("application/cap+xml")
    assert not valid(answer.content)
    assert read_cap(answer.content)["identifier"] == held["identifier"]
    shown = w.get(duty, f"/warnings/{held['id']}")
    assert shown["in_force"]
    assert "防御指南" in shown["texts"]["full"]
    assert shown["touched"]["incidents"] == ["I-0001"]
    assert shown["tally"]["wanted"] == 2


def test_a_red_warning_without_a_signature_says_what_to_send(duty):
    """422 naming the field; with the word of a leader it goes."""
    body = {"colour": "red", "type": "flood", "areas": ["421127"], "description": "溃堤"}
    told = w.problem(duty.post("/api/v1/warnings", json=body), 422)
    assert told["errors"][0]["field"] == "authorised_by"
    signed = {"name": "张某", "post": "副省长", "way": "电话", "at": "2020-07-08T04:00:00+08:00"}
    made = w.post(duty, "/warnings", {**body, "authorised_by": signed})
    assert made["warning"]["signature"]["name"] == "张某"


def test_a_draft_goes_through_its_steps(duty, running):
    """Draft, edit, sign by an account, issue, update, lift."""
    body = {
        "colour": "红",
        "event": "滑坡",
        "areas": ["421127"],
        "description": "裂缝",
        "draft": True,
    }
    held = w.post(duty, "/warnings", body)["warning"]["id"]
    answer = duty.patch(f"/api/v1/warnings/{held}", json={"area_words": "大河镇"})
    assert answer.status_code == 200
    assert b"<status>Draft</status>" in duty.get(f"/api/v1/warnings/{held}.cap").content
    w.post(duty, f"/warnings/{held}/submit", {}, status=200)
    with running.client("leader") as leader:
        w.post(leader, f"/warnings/{held}/sign", {}, status=200)
    w.post(duty, f"/warnings/{held}/issue", {}, status=200)
    newer = w.post(duty, f"/warnings/{held}/update", {"colour": "黄"})["warning"]
    assert newer["kind"] == "update"
    w.post(duty, f"/warnings/{newer['id']}/cancel", {"reason": "险情排除"}, status=200)
    assert w.get(duty, f"/warnings/{held}")["state"] == "updated"
    w.problem(duty.post(f"/api/v1/warnings/{held}/issue", json={}), 409)


def test_phone_coordinates_of_a_drawing_are_moved_at_the_door(duty):
    """GCJ-02 in, WGS 84 kept."""
    ring = [[115.8, 30.05], [115.88, 30.05], [115.88, 30.13], [115.8, 30.05]]
    shape = {"type": "Polygon", "coordinates": [ring]}
    kept = issue(duty, geometry=shape, crs="GCJ02")["warning"]["geometry"]["coordinates"][0]
    west = min(point[0] for point in kept)
    assert 0.003 < 115.8 - west < 0.008
    told = w.problem(
        duty.post("/api/v1/warnings", json={"colour": "黄", "geometry": {"type": "Polygon"}}), 422
    )
    assert told["errors"][0]["field"] == "geometry"


def test_a_county_signs_for_what_it_was_warned_of(duty, county):
    """It sees the warning and its own delivery, nobody else's; the province sees the receipt."""
    held = issue(duty)["warning"]["id"]
    mine = w.get(county, "/deliveries", warning=held)["items"]
    assert [d["area_code"] for d in mine] == ["421127"]
    w.post(county, f"/deliveries/{mine[0]['id']}/read", status=200)
    w.post(county, f"/deliveries/{mine[0]['id']}/receipt", {}, status=200)
    told = w.get(duty, "/deliveries", warning=held, unsigned=True)["items"]
    assert [d["area_code"] for d in told] == ["421100"]
    w.problem(county.post(f"/api/v1/warnings/{held}/cancel", json={"reason": "x"}), 404)
    by_hand = {"signed_by": "赵某", "way": "电话"}
    w.post(duty, f"/deliveries/{told[0]['id']}/receipt", by_hand, status=200)
    assert w.get(duty, f"/warnings/{held}")["tally"]["signed"] == 2


def test_foreign_cap_is_kept_and_given_out_byte_for_byte(duty, county):
    """Signature, declaration and line breaks included; seen by the county, watched, matched."""
    raw = SIGNED.format(number="x1").encode()
    made = duty.post("/api/v1/warnings/cap", content=raw, headers=CAP)
    assert made.status_code == 201, made.text
    held = made.json()["warning"]
    assert held["message_signed"]
    assert held["parameters"]["站名"] == "龙坪"
    assert county.get(f"/api/v1/warnings/{held['id']}.cap").content == raw
    again = duty.post("/api/v1/warnings/cap", content=raw, headers=CAP).json()
    assert again["repeated"]
    watch = next(x for x in w.get(county, "/watches")["items"] if x["warning_id"] == held["id"])
    assert watch["touched"]["incidents"] == ["I-0001"]
    w.post(county, f"/watches/{watch['id']}", {"do": "close", "words": "平稳"}, status=200)


@pytest.mark.parametrize(
    ("raw", "word"),
    [
        (b'<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><a>&x;</a>', "DTD"),
        (b"<a>" * 200 + b"</a>" * 200, "嵌套"),
        (SIGNED.format(number="x 2").encode(), "identifier"),
        (b"not xml", "XML"),
    ],
)
def test_hostile_and_wrong_messages_get_named_errors(duty, raw, word):
    """422 by name; nothing is written."""
    before = w.get(duty, "/journal", limit=1000)["items"][-1]["seq"]
    told = w.problem(duty.post("/api/v1/warnings/cap", content=raw, headers=CAP), 422)
    assert word in f"{told['detail']}{told['errors']}"
    assert w.get(duty, "/journal", limit=1000)["items"][-1]["seq"] == before


def test_a_feed_posts_with_a_token_of_its_own(running):
    """Permission `warn` or `telemetry`, nothing else."""
    with running.client("duty") as duty:
        secret = w.post(duty, "/tokens", {"permissions": ["telemetry"]})["token"]
    feed = httpx.Client(base_url=running.base, headers={"Authorization": f"Bearer {secret}"})
    with feed:
        raw = SIGNED.format(number="x3").encode()
        assert feed.post("/api/v1/warnings/cap", content=raw, headers=CAP).status_code == 201
        w.problem(feed.post("/api/v1/warnings", json={"colour": "蓝"}), 403)


def test_warnings_in_force_are_areas_on_the_map_and_a_collection(duty):
    """Coloured, with their character; ended ones are gone."""
    held = issue(duty, colour="橙", authorised_by={"name": "张", "post": "长", "way": "电话"})
    area = duty.get("/api/v1/map").json()["layers"]["warning_areas"]["features"]
    mine = next(f for f in area if f["properties"]["id"] == held["warning"]["id"])
    assert mine["properties"]["char"] == "橙"
    assert mine["geometry"]["type"] in ("Polygon", "MultiPolygon")
    found = duty.get("/ogc/collections/warning_areas/items", params={"limit": 1000}).json()
    assert held["warning"]["id"] in {f["properties"]["id"] for f in found["features"]}
    w.post(duty, f"/warnings/{held['warning']['id']}/cancel", {"reason": "退水"}, status=200)
    area = duty.get("/api/v1/map").json()["layers"]["warning_areas"]["features"]
    assert held["warning"]["id"] not in {f["properties"]["id"] for f in area}
