"""What others read: every layer with GDAL behind the sign-in, as GeoJSON and CSV; CoT."""

import csv
import io
import json
import os
import re
import shutil
import subprocess
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from lxml import etree

from dashboard.api.cot import events
from dashboard.api.layers import as_csv
from data.domain.messages import StoreRows
from data.domain.org import SYSTEM
from data.domain.sensor import Sensor
from data.domain.source import RiskSource
from data.domain.team import Team, TeamState
from layers.catalog import LAYERS
from tests.integration.api_world import HUANGMEI, get, incident, post, send
from tests.map_world import world
from tests.serving import Running

EVIL = '=HYPERLINK("x")'
SQUARE = {
    "type": "Polygon",
    "coordinates": [[[115.8, 30.0], [115.9, 30.0], [115.9, 30.1], [115.8, 30.1], [115.8, 30.0]]],
}


@pytest.fixture(scope="module")
def center(tmp_path_factory):
    """The real center with something in every layer; one source's name is a formula."""
    things = (
        RiskSource(id="RS-1", name=EVIL, area_code="420100", lon=114.3, lat=30.6),
        Sensor(id="RAIN-1", name="雨量站", quantity="雨量", kind="雨量", unit="mm", **HUANGMEI),
        Team(
            id="TM-1", name="甲队", area_code="421100", lon=114.87, lat=30.45, people=20,
            provides={"搜救": 20.0}, state=TeamState.STANDBY,
        ),
    )  # fmt: skip
    with Running(var=tmp_path_factory.mktemp("out"), pages={}) as running:
        running.center.seed()
        running.center.handle(StoreRows(what="测试", things=things), SYSTEM)
        with running.client("duty") as duty:
            fill(duty)
        yield running


def fill(duty):
    """An incident with its post, team, areas and closed road; warnings, a hazard, rain, a list."""
    opened = incident(duty)
    assert send(duty, "TM-1", opened).status_code == 201
    post(duty, f"/incidents/{opened}/post", {"place": "村委会", **HUANGMEI})
    for kind in ("affected", "closure"):
        post(duty, "/zones", {"kind": kind, "geometry": SQUARE, "incident_id": opened})
    post(duty, "/zones", {"kind": "closure", "roads": [get(duty, "/roads")["items"][0]["id"]]})
    words = {"colour": "蓝", "event": "暴雨", "description": "预计有暴雨"}
    post(duty, "/warnings", {**words, "areas": ["421127"]})
    post(duty, "/warnings", {**words, "geometry": SQUARE})
    post(duty, "/hazards", {"kind": "slope", "words": "裂缝", "place": "大河镇", **HUANGMEI})
    now = datetime.now(UTC).isoformat()
    post(duty, "/telemetry", [{"sensor": "RAIN-1", "at": now, "value": 12.5}], status=202)
    norm = {"item_id": "M01", "least": 5, "basis": "假定", "area_code": "421127"}
    post(duty, "/stock/norms", norm, status=200)


@pytest.fixture(scope="module")
def api(center):
    """A duty officer's client."""
    with center.client("duty") as client:
        yield client


@pytest.fixture(scope="module")
def token(center):
    """A token for a GIS program, that may read and nothing else."""
    with center.client("admin") as client:
        body = {"name": "QGIS", "org": "420000", "permissions": ["read"]}
        return post(client, "/tokens", body)["token"]


def ogrinfo(center, token, *arguments):
    """What GDAL's OAPIF driver says; skipped by name where GDAL is missing."""
    program = shutil.which("ogrinfo")
    if program is None:
        pytest.skip("no ogrinfo found: install 'gdal-bin'")
    environment = {**os.environ, "GDAL_HTTP_HEADERS": f"Authorization: Bearer {token}"}
    done = subprocess.run(
        [program, "-ro", *arguments], env=environment, capture_output=True, text=True,
        timeout=240, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-800:]
    return done.stdout, done.stderr


def test_gdal_lists_and_reads_every_collection(center, api, token):
    """Each layer opens, none is empty, and every feature the service counts is read by pages."""
    address = f"OAPIF:{center.base}/ogc"
    said, errors = ogrinfo(center, token, "-al", "-geom=SUMMARY", "-oo", "PAGE_SIZE=50", address)
    titles, found = {}, {}
    for part in re.split(r"^Layer name: ", said, flags=re.MULTILINE)[1:]:
        name = part.split("\n", 1)[0].strip()
        titles[name] = int(re.search(r"^Feature Count: (\d+)$", part, re.MULTILINE)[1])
        found[name] = len(re.findall(r"^OGRFeature\(", part, re.MULTILINE))
    assert set(found) == {layer.id for layer in LAYERS}
    for layer in LAYERS:
        matched = api.get(f"/ogc/collections/{layer.id}/items", params={"limit": 1}).json()
        told = matched["numberMatched"]
        assert found[layer.id] == titles[layer.id] == told > 0, layer.id
    assert "ERROR" not in errors


def test_gdal_reads_features_in_pages_and_by_box(center, token):
    """All stations come through pages of seven; a box leaves those inside it."""
    address = f"OAPIF:{center.base}/ogc"
    said, _ = ogrinfo(center, token, "-oo", "PAGE_SIZE=7", address, "stations")
    names = re.findall(r"^  name \(String\) = (.+)$", said, re.MULTILINE)
    assert len(names) == len(set(names)) > 14  # two pages and more
    assert "汉口" in names
    near, _ = ogrinfo(
        center, token, "-spat", "113.9", "30.3", "114.6", "30.9", address, "stations"
    )
    inside = re.findall(r"^  name \(String\) = (.+)$", near, re.MULTILINE)
    assert "汉口" in inside
    assert len(inside) < len(names)


def test_gdal_without_a_token_reads_nothing(center):
    """The service stands behind the sign-in for GDAL too."""
    program = shutil.which("ogrinfo")
    if program is None:
        pytest.skip("no ogrinfo found: install 'gdal-bin'")
    done = subprocess.run(
        [program, "-ro", f"OAPIF:{center.base}/ogc"], capture_output=True, text=True,
        timeout=60, check=False,
    )  # fmt: skip
    assert done.returncode != 0


@pytest.mark.parametrize("layer", [layer.id for layer in LAYERS])
def test_every_layer_is_a_file_of_both_kinds(api, layer):
    """GeoJSON and CSV hold the same features under the layer's own name."""
    drawn = api.get(f"/api/v1/layers/{layer}.geojson")
    table = api.get(f"/api/v1/layers/{layer}.csv")
    assert f'filename="{layer}.csv"' in table.headers["content-disposition"]
    assert table.content.startswith(b"\xef\xbb\xbf")
    csv.field_size_limit(10_000_000)
    rows = list(csv.reader(io.StringIO(table.content.decode("utf-8-sig"))))
    assert len(rows) - 1 == len(drawn.json()["features"])
    assert all(len(row) == len(rows[0]) for row in rows)


def test_no_cell_of_a_file_is_a_formula(api):
    """A name that begins like a formula is text in the table, and itself in GeoJSON."""
    rows = list(csv.DictReader(io.StringIO(
        api.get("/api/v1/layers/sources.csv").content.decode("utf-8-sig")
    )))  # fmt: skip
    assert [row["name"] for row in rows] == [f"'{EVIL}"]
    assert (rows[0]["lon"], rows[0]["lat"]) == ("114.300000", "30.600000")
    drawn = json.loads(api.get("/api/v1/layers/sources.geojson").content)
    assert drawn["features"][0]["properties"]["name"] == EVIL


def test_an_area_is_well_known_text():
    """Where not every feature is a point, the place is written as WKT."""
    area = {"type": "Polygon", "coordinates": [[[0, 0], [1, 0], [1, 1], [0, 0]]]}
    text = as_csv([{"id": "a", "properties": {"n": None, "b": True}, "geometry": area}])
    assert text.splitlines()[1] == 'a,,1,"POLYGON ((0 0, 1 0, 1 1, 0 0))"'


def test_cot_tells_incidents_and_teams_that_are_out():
    """One event each, with a point, its own time, who it is, and that it is an exercise."""
    found = etree.fromstring(events(world()))
    kinds = {e.get("uid"): e.get("type") for e in found}
    assert kinds["hubei.incident.I-0001"] == "b-m-p-s-m"
    assert kinds["hubei.team.TM-0002"] == "a-f-G-U-C"
    assert "hubei.team.TM-1000" not in kinds  # in reserve at home
    team = next(e for e in found if e.get("uid") == "hubei.team.TM-0002")
    assert (team.find("point").get("lon"), team.find("point").get("lat")) == (
        "115.400000", "30.250000",
    )  # fmt: skip
    assert team.get("start") == "2020-07-08T03:30:00.000Z"
    assert team.get("stale") == "2020-07-08T03:45:00.000Z"
    assert team.find("detail/remarks").text.startswith("演练 ")
    assert len(etree.fromstring(events(world(), "109,29,110,30"))) == 0


def test_cot_survives_names_that_xml_cannot_hold():
    """A control character in a name does not break the message."""
    seen = world()
    broken = {k: replace(i, short_name="坏\x01名<&>") for k, i in seen.incidents.items()}
    found = etree.fromstring(events(replace(seen, incidents=broken)))
    assert found[0].find("detail/contact").get("callsign") == "甲 坏名<&>"


def test_cot_is_asked_for_with_a_token(center, token):
    """A tablet's gateway reads it with a token; a stranger does not."""
    with center.client() as client:
        assert client.get("/api/v1/cot").status_code == 401
        answer = client.get("/api/v1/cot", headers={"Authorization": f"Bearer {token}"})
    assert answer.headers["content-type"] == "application/xml"
    assert etree.fromstring(answer.content).tag == "events"
