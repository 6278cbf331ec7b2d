"""Other bodies' data: pushed with a token of their own or polled, each record once, none lost."""

import threading
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import httpx
import pytest

from data.domain.contingency import Contingency
from data.domain.messages import StoreRows
from data.domain.messages.monitoring import SetThreshold
from data.domain.org import SYSTEM, Actor
from data.domain.sensor import Sensor
from data.domain.source import Neighbours
from data.errors import Invalid, Unavailable
from data.ingest.fetching import fetch
from data.ingest.polling import Poller
from tests.integration.device_world import waited
from tests.serving import Running
from tests.unit.test_mapping_files import SAMPLES, WATER

AT = "2020-07-08 08:00"


@pytest.fixture(scope="module")
def running(tmp_path_factory):
    """A real center with the station 监利 as the water office calls it."""
    with Running(var=tmp_path_factory.mktemp("sharing")) as made:
        sensors = tuple(
            Sensor(id=f"W-{e}", name=f"监利{e}", device="stcd:61512000", element=e) for e in "ZQ"
        )
        made.center.handle(StoreRows(what="测点", things=sensors), SYSTEM)
        yield made


@pytest.fixture
def api(running):
    """The administrator, who may share."""
    with running.client("admin") as client:
        yield client


def connector(api, text=WATER):
    """A new connector; its id."""
    made = api.post("/api/v1/connectors", json={"text": text})
    assert made.status_code == 201, made.text
    return made.json()["connector"]["id"]


def pusher(running, api, key):
    """The body itself, with a token for its own connector."""
    token = api.post(f"/api/v1/connectors/{key}/token").json()["token"]
    return httpx.Client(
        base_url=running.base, headers={"Authorization": f"Bearer {token}"}, timeout=20
    )


def water(*rows):
    """A push of the water office."""
    return {"data": [{"STCD": s, "TM": t, "Z": z} for s, t, z in rows]}


def sample(name, **changes):
    """A shipped sample mapping, some words changed."""
    text = (SAMPLES / f"{name}.yaml").read_text(encoding="utf-8")
    for old, new in changes.items():
        text = text.replace(old, new)
    return text


def test_a_push_is_kept_record_by_record_and_told(running, api):
    """Good ones are readings, refused ones lie as they came in the quarantine, counts stand."""
    key = connector(api)
    body = water(
        ("61512000", AT, 35.71), ("61512000", "gestern", 1), ("99", AT, 2), ("61512000", AT, "x"),
    )  # fmt: skip
    with pusher(running, api, key) as office:
        told = office.post(f"/api/v1/share/{key}", json=body)
        assert told.status_code == 202, told.text
        assert told.json()["accepted"] == 1
        assert [r["index"] for r in told.json()["refused"]] == [1, 2, 3]
        again = office.post(f"/api/v1/share/{key}", json=water(("61512000", AT, 35.71)))
        assert again.json()["accepted"] == 1
    at = datetime(2020, 7, 8, tzinfo=UTC)
    assert [r.value for r in running.center.telemetry.series("W-Z", at, at)] == [35.71]
    held = running.center.feed.quarantine.rows(source=key)
    assert len(held) == 3
    assert any('"gestern"' in h.raw for h in held)
    stands = api.get(f"/api/v1/connectors/{key}").json()["stands"]
    assert (stands["requests"], stands["taken"], stands["refused"]) == (2, 2, 3)
    assert stands["delay_s"] > 0
    assert stands["received_at"]
    assert stands["error"]


def test_a_token_opens_its_own_connector_and_nothing_else(running, api):
    """Not another connector, not reading, not after it was taken back; its use is noted."""
    key, other = connector(api), connector(api)
    with pusher(running, api, key) as office:
        assert office.post(f"/api/v1/share/{key}", json=water()).status_code == 202
        assert office.post(f"/api/v1/share/{other}", json=water()).status_code == 403
        assert office.get("/api/v1/situation").status_code == 403
        assert office.get(f"/api/v1/connectors/{key}").status_code == 403
        listed = api.get("/api/v1/tokens").json()["items"]
        mine = next(t for t in listed if t["scope"] == key)
        assert mine["valid"]
        assert mine["seen_at"]
        assert "token_hash" not in mine
        assert api.post(f"/api/v1/connectors/{key}/token/revoke").status_code == 204
        assert office.post(f"/api/v1/share/{key}", json=water()).status_code == 401


def test_a_token_of_a_program_is_listed_and_taken_back(running, api):
    """What we give out is seen with its last use and ends when taken back."""
    asked = {"label": "电力公司", "permissions": ["read"]}
    token = api.post("/api/v1/tokens", json=asked).json()["token"]
    key = {"Authorization": f"Bearer {token}"}
    assert httpx.get(running.base + "/api/v1/situation", headers=key).status_code == 200
    mine = next(t for t in api.get("/api/v1/tokens").json()["items"] if t["label"] == "电力公司")
    assert mine["seen_at"]
    assert api.post(f"/api/v1/tokens/{mine['id']}/revoke").status_code == 204
    assert httpx.get(running.base + "/api/v1/situation", headers=key).status_code == 401
    with running.client("duty") as duty:
        assert duty.get("/api/v1/tokens").status_code == 403
        assert duty.get("/api/v1/connectors").status_code == 403


def test_a_report_of_another_body_is_received_once(running, api):
    """The same case number again is the same report; changed content is refused and kept."""
    key = connector(api, sample("fire_119"))
    case = {
        "caseNo": "A1", "caseType": "01", "address": "黄梅县大河镇", "remark": "厂房起火",
        "alarmTime": "2020-07-08 08:00:00", "position": {"lng": 115.94, "lat": 30.07},
        "trapped": 2,
    }  # fmt: skip
    with pusher(running, api, key) as office:
        first = office.post(f"/api/v1/share/{key}", json={"incidents": [case]}).json()
        again = office.post(f"/api/v1/share/{key}", json={"incidents": [case]}).json()
        changed = office.post(
            f"/api/v1/share/{key}", json={"incidents": [{**case, "trapped": 3}]}
        ).json()
    assert (first["accepted"], first["repeated"]) == (1, 0)
    assert (again["accepted"], again["repeated"]) == (1, 1)
    assert "新记录号" in changed["refused"][0]["reason"]
    reports = running.center.queries.situation(SYSTEM).reports.values()
    mine = [r for r in reports if r.source == "消防救援部门"]
    assert len(mine) == 1
    assert (mine[0].type, mine[0].casualties.trapped) == ("fire", 2)
    assert running.center.feed.quarantine.rows(source=key)[0].kind == "refused"


def test_risk_sources_of_another_body_are_its_own(running, api):
    """CSV in GB18030; ids cannot meet ours; a code that is not in the list is refused alone."""
    key = connector(api, sample("geology_csv"))
    table = (
        "统一编号,隐患点名称,县级代码,经度,纬度,规模等级,监测责任人,责任人电话\n"
        "420001,袁山村滑坡,421127,115.94,30.07,3,王某,1380000\n"
        "420002,别处滑坡,421127,115.95,30.08,9,李某,\n"
    )
    with pusher(running, api, key) as office:
        told = office.post(f"/api/v1/share/{key}", content=table.encode("gb18030")).json()
        again = office.post(f"/api/v1/share/{key}", content=table.encode("gb18030")).json()
    assert (told["accepted"], again["repeated"]) == (1, 1)
    assert "不在代码表里" in told["refused"][0]["reason"]
    assert told["told"] == []
    source = running.center.queries.situation(SYSTEM).sources[f"{key}.420001"]
    assert (source.name, source.grade, source.source) == ("袁山村滑坡", "中型", "自然资源部门")


def test_alarms_of_another_body_are_raised_and_cleared_by_it(running, api):
    """They stand beside ours under the body's own name, once each."""
    key = connector(api, sample("health_alarm"))
    told = {
        "id": 1, "point": "7", "place": "县医院氧气站", "levelName": "高", "value": 1500,
        "limit": 1200, "ts": 1594166400000, "colour": "2", "state": "on",
    }  # fmt: skip
    over = {**told, "id": 2, "state": "off", "value": 900, "ts": 1594170000000}

    def mine():
        alarms = running.center.queries.situation(SYSTEM).alarms.values()
        return [(a.sensor_name, a.colour, a.open) for a in alarms if a.sensor_id.startswith(key)]

    with pusher(running, api, key) as office:
        for _ in range(2):
            assert office.post(f"/api/v1/share/{key}", json=told).json()["accepted"] == 1
        assert mine() == [("县医院氧气站", "orange", True)]
        assert office.post(f"/api/v1/share/{key}", json=over).json()["accepted"] == 1
    assert mine() == [("县医院氧气站", "orange", False)]


def warnings_of(running, sender):
    """(headline, colour, state) of a body's warnings."""
    seen = running.center.queries.situation(SYSTEM).warnings.values()
    return [(w.headline, w.colour, w.state.value) for w in seen if w.sender == sender]


def test_warnings_in_fields_are_written_as_cap_and_ended_by_their_own(running, api):
    """Raised once with colour and area, lifted by the body's own lifting; its CAP can be had."""
    key = connector(api, sample("flood_fields"))
    told = {
        "warnId": "HS-1", "action": "new", "publishTime": "2026-11-28 08:00:00", "level": "2",
        "title": "长江黄石段洪水橙色预警", "content": "水位将超警戒",
        "endTime": "2040-01-01 00:00:00", "areaCodes": "420200、421127", "areaNames": "黄石、黄梅",
    }  # fmt: skip
    lifted = {**told, "warnId": "HS-2", "action": "end", "relatedId": "HS-1", "title": "解除"}
    with pusher(running, api, key) as office:
        for repeated in (0, 1):
            answer = office.post(f"/api/v1/share/{key}", json=told).json()
            assert (answer["accepted"], answer["repeated"]) == (1, repeated), answer
        assert warnings_of(running, f"{key}@share") == [(told["title"], "orange", "issued")]
        assert office.post(f"/api/v1/share/{key}", json=lifted).json()["accepted"] == 1
        bad = office.post(f"/api/v1/share/{key}", json={**told, "warnId": "H 3"}).json()
        assert "CAP" in bad["refused"][0]["reason"]
    assert warnings_of(running, f"{key}@share")[0][2] == "cancelled"
    made = running.center.queries.situation(SYSTEM).warnings.values()
    first = next(w for w in made if w.identifier == "HS-1")
    with running.client("duty") as duty:
        assert "<identifier>HS-1</identifier>" in duty.get(f"/api/v1/warnings/{first.id}.cap").text


def test_a_cap_message_is_taken_as_it_came(running, api):
    """The weather office pushes CAP; twice is once, and what is none is kept whole."""
    key = connector(api, sample("weather_cap"))
    message = (
        '<?xml version="1.0" encoding="UTF-8"?><alert xmlns="urn:oasis:names:tc:emergency:cap:1.2">'
        "<identifier>W-1</identifier><sender>weather</sender><sent>2026-11-28T08:00:00+08:00</sent>"
        "<status>Actual</status><msgType>Alert</msgType><scope>Public</scope><info>"
        "<language>zh-CN</language><category>Met</category><event>暴雨</event>"
        "<urgency>Immediate</urgency><severity>Severe</severity><certainty>Likely</certainty>"
        "<expires>2040-01-01T00:00:00+08:00</expires><headline>暴雨黄色预警</headline>"
        "<area><areaDesc>黄梅县</areaDesc><geocode><valueName>code</valueName>"
        "<value>421127</value></geocode></area></info></alert>"
    ).encode()
    with pusher(running, api, key) as office:
        first = office.post(f"/api/v1/share/{key}", content=message).json()
        again = office.post(f"/api/v1/share/{key}", content=message).json()
        bomb = office.post(
            f"/api/v1/share/{key}", content=b'<!DOCTYPE a [<!ENTITY x "y">]><alert>&x;</alert>'
        ).json()
    assert (first["accepted"], first["repeated"], again["repeated"]) == (1, 0, 1)
    assert warnings_of(running, "weather") == [("暴雨黄色预警", "yellow", "issued")]
    assert bomb["refused"][0]["reason"]
    assert "ENTITY" in running.center.feed.quarantine.rows(source=key)[0].raw


def test_what_is_no_such_format_is_kept_whole(running, api):
    """The body is told what is wrong; what it sent lies in the quarantine."""
    key = connector(api)
    with pusher(running, api, key) as office:
        told = office.post(f"/api/v1/share/{key}", content=b"<html>502</html>")
        assert told.status_code == 422
        assert "JSON" in told.json()["detail"]
    assert running.center.feed.quarantine.rows(source=key)[0].raw == "<html>502</html>"


def test_refused_records_are_taken_again_once_the_mapping_is_right(running, api):
    """A mapping that looked in the wrong place: mended, and nothing has to be sent again."""
    wrong = WATER.replace("{element: Z, from: Z,", "{element: Z, from: Wasserstand,")
    key = connector(api, wrong)
    with pusher(running, api, key) as office:
        body = water(("61512000", "2020-07-08 10:00", 36.5))
        assert office.post(f"/api/v1/share/{key}", json=body).json()["accepted"] == 0
    assert api.post(f"/api/v1/connectors/{key}", json={"text": WATER}).status_code == 200
    assert api.post(f"/api/v1/connectors/{key}/retake").json()["accepted"] == 1
    assert running.center.feed.quarantine.rows(source=key) == []
    assert running.center.feed.quarantine.rows(source=key, state="replayed")
    at = datetime(2020, 7, 8, 2, tzinfo=UTC)
    assert [r.value for r in running.center.telemetry.series("W-Z", at, at)] == [36.5]


def test_a_paused_connector_takes_nothing(running, api):
    """With its reason; the body hears so and sends again later."""
    key = connector(api)
    assert api.post(f"/api/v1/connectors/{key}/pause", json={"reason": ""}).status_code == 422
    assert api.post(f"/api/v1/connectors/{key}/pause", json={"reason": "数据错"}).status_code == 200
    with pusher(running, api, key) as office:
        assert office.post(f"/api/v1/share/{key}", json=water()).status_code == 409
        assert api.post(f"/api/v1/connectors/{key}/resume").status_code == 200
        assert office.post(f"/api/v1/share/{key}", json=water()).status_code == 202


def test_a_try_out_keeps_nothing(running, api):
    """What would be taken and what refused and why, of a pasted sample."""
    sample_text = '{"data":[{"STCD":"1","TM":"2020-07-08 08:00","Z":1},{"STCD":"2","Z":1}]}'
    before = running.center.queries.revision()
    told = api.post("/api/v1/connectors/try", json={"text": WATER, "sample": sample_text}).json()
    assert (told["total"], told["taken"]) == (2, 1)
    assert told["rows"][0]["sensor"] == "stcd:1/Z"
    assert "没有值" in told["refused"][0]["reason"]
    assert running.center.queries.revision() == before
    bad = api.post("/api/v1/connectors/try", json={"text": "name: x", "sample": ""})
    assert bad.status_code == 422
    assert bad.json()["errors"][0]["field"] == "body"


class Office(BaseHTTPRequestHandler):
    """A body that lets itself be polled, with an ETag; what it was asked is noted."""

    body = b"{}"
    asked = ()
    status = 200

    def do_GET(self):
        """Answer, or say that nothing has changed."""
        type(self).asked.append(dict(self.headers))
        etag = f'"{len(self.body)}"'
        unchanged = self.headers.get("If-None-Match") == etag
        self.send_response(304 if unchanged and self.status == 200 else self.status)
        self.send_header("ETag", etag)
        self.end_headers()
        if self.status == 200 and not unchanged:
            self.wfile.write(self.body)

    def log_message(self, *_):
        """Quiet."""


@pytest.fixture
def office():
    """That body on a free port."""
    made = type("Mine", (Office,), {"asked": [], "body": b"{}", "status": 200})
    server = ThreadingHTTPServer(("127.0.0.1", 0), made)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    made.port = server.server_address[1]
    yield made
    server.shutdown()
    server.server_close()


def polled(office, **more):
    """The water mapping, polled from that body."""
    told = "".join(f", {k}: {v}" for k, v in more.items())
    url = f"http://127.0.0.1:{office.port}/levels"
    return WATER + f"poll: {{url: '{url}', every: 10s, timeout: 5s{told}}}\n"


def test_polling_asks_conditionally_with_its_secret_and_backs_off(running, api, office):
    """Taken once, 304 the next time, failures put the next time off, and all of it is shown."""
    key = connector(api, polled(office, header="X-Key", secret_env="HUBEI_SHARE_WATER"))
    office.body = b'{"data":[{"STCD":"61512000","TM":"2020-07-08 12:00","Z":37.1}]}'
    center = running.center
    poller = Poller(center.sharing, private=True, environ={"HUBEI_SHARE_WATER": "geheim"})
    held = center.sharing.held(key)
    assert poller.poll(held)["accepted"] == 1
    assert poller.poll(held) == {"changed": False}
    assert office.asked[0]["X-Key"] == "geheim"
    assert office.asked[1]["If-None-Match"]
    office.status = 503
    for _ in range(3):
        with pytest.raises(Unavailable):
            poller.poll(held)
    stands = center.sharing.book.of(key)
    assert stands.failures == 3
    assert "503" in stands.error
    later = datetime.fromisoformat(stands.next_at) - datetime.fromisoformat(stands.polled_at)
    assert later.total_seconds() == 80
    office.status = 200
    poller.poll(held)
    assert center.sharing.book.of(key).failures == 0


def test_a_poller_asks_by_itself_while_it_leads(running, api, office):
    """Who does not lead asks nobody; who leads asks who is due."""
    key = connector(api, polled(office))
    office.body = b'{"data":[{"STCD":"61512000","TM":"2020-07-08 13:00","Z":37.2}]}'
    leads = threading.Event()
    poller = Poller(running.center.sharing, private=True)
    poller.start(leads.is_set)
    try:
        leads.set()
        assert waited(lambda: running.center.sharing.book.of(key).taken == 1)
    finally:
        poller.close()
        api.post(f"/api/v1/connectors/{key}/pause", json={"reason": "完"})


def test_private_addresses_are_asked_only_where_that_is_allowed(running, api, office):
    """Unset, an address of this machine or network is refused by name, and noted."""
    key = connector(api, polled(office))
    told = api.post(f"/api/v1/connectors/{key}/poll")
    assert told.status_code == 422
    assert "HUBEI_SHARE_PRIVATE" in told.json()["detail"]
    assert office.asked == []
    assert "内网" in running.center.sharing.book.of(key).error
    for url in ("http://localhost/x", "http://10.0.0.1/x", "http://[::1]/x"):
        with pytest.raises(Invalid):
            fetch(url, timeout_s=1, headers={})


def test_an_answer_without_end_is_cut_off(office):
    """More than eight megabytes are not read."""
    office.body = b" " * 9_000_000
    with pytest.raises(Unavailable) as told:
        fetch(f"http://127.0.0.1:{office.port}/", timeout_s=5, headers={}, private=True)
    assert "超过" in str(told.value)


def test_a_blank_in_a_push_or_a_table_keeps_who_lives_near(running, api, tmp_path):
    """Neighbours are kept one by one: a later file or push without them takes none away."""
    key = connector(api, sample("geology_csv"))
    head, row = "统一编号,隐患点名称,县级代码,经度,纬度,规模等级,监测责任人,责任人电话", "7,滑坡"
    admin, path = Actor.of("admin", "admin", "420000", "系统管理员"), tmp_path / "near.csv"

    def imported(*lines):
        path.write_text("\n".join(lines), encoding="utf-8")
        assert running.center.import_table(admin, "sources", path, write=True)["refused"] == []

    def near():
        return running.center.queries.situation(SYSTEM).sources[f"{key}.7"].neighbours

    with pusher(running, api, key) as office:
        pushed = f"{head}\n{row},421127,115.94,30.07,3,王某,1380000\n"
        assert office.post(f"/api/v1/share/{key}", content=pushed.encode()).json()["accepted"] == 1
        imported("编号,名称,周边人口,周边学校,周边医院", f"{key}.7,滑坡,120,0,1")
        imported("编号,名称,周边人口,周边说明", f"{key}.7,滑坡,,小学在坡下")
        kept = Neighbours(population=120, schools=0, hospitals=1, note="小学在坡下")
        assert near() == kept
        pushed = pushed.replace("王某", "李某")
        assert office.post(f"/api/v1/share/{key}", content=pushed.encode()).json()["accepted"] == 1
        assert running.center.queries.situation(SYSTEM).sources[f"{key}.7"].person == "李某"
        assert near() == kept


RAIN = """
name: 雨量站
body: 气象部门
target: 监测点
format: json
fields: {id: nr, name: name, quantity: what, kind: kind, unit: unit, source_id: at}
"""


def test_sensors_of_another_body_are_made_as_those_of_a_table(running, api):
    """Unit and kind follow the quantity, a blank keeps them, an unknown quantity is refused."""
    key = connector(api, RAIN)

    def told(office, **row):
        return office.post(f"/api/v1/share/{key}", json=row).json()

    def kept(no):
        found = running.center.queries.situation(SYSTEM).sensors[f"{key}.{no}"]
        return found.name, found.quantity, found.kind, found.unit

    with pusher(running, api, key) as office:
        assert told(office, nr="1", name="大河", what="雨量")["accepted"] == 1
        assert kept("1") == ("大河", "雨量", "雨量", "mm")
        assert told(office, nr="1", name="大河站")["accepted"] == 1
        assert kept("1") == ("大河站", "雨量", "雨量", "mm")
        told(office, nr="1", name="大河站", what="雨量", kind="雨量站", unit="毫米")
        assert told(office, nr="1", name="大河站", what="雨量")["repeated"] == 1
        assert kept("1") == ("大河站", "雨量", "雨量站", "毫米")
        strange = told(office, nr="2", name="某处", what="雨")["refused"][0]["reason"]
        assert "没有这个监测量" in strange
        assert "累计雨量" in strange
        assert "codes" in strange
        assert "没有写监测量" in told(office, nr="2", name="某处")["refused"][0]["reason"]
        lost = told(office, nr="2", name="某处", what="雨量", at="无此处")["refused"][0]["reason"]
        assert "没有风险源“无此处”" in lost
    assert len(running.center.feed.quarantine.rows(source=key)) == 3
    row = '{"nr": "1", "name": "x", "what": "雨"}'
    tried = api.post("/api/v1/connectors/try", json={"text": RAIN, "sample": row}).json()
    assert "没有这个监测量" in tried["refused"][0]["reason"]


def test_a_table_keeps_the_unit_it_leaves_blank(running, tmp_path):
    """What somebody wrote as the unit of a sensor stands when the table comes without it."""
    admin, path = Actor.of("admin", "admin", "420000", "系统管理员"), tmp_path / "units.csv"
    for table in ("编号,名称,监测量,单位\nU-1,罐,压力,kPa", "编号,名称,监测量\nU-1,罐一,压力"):
        path.write_text(table, encoding="utf-8")
        assert running.center.import_table(admin, "sensors", path, write=True)["good"] == 1
    kept = running.center.queries.situation(SYSTEM).sensors["U-1"]
    assert (kept.name, kept.unit) == ("罐一", "kPa")


@pytest.mark.parametrize("form", ["csv", "json"])
def test_levels_of_a_water_departments_table(running, api, form):
    """FRZ, WRZ, GRZ and MAXZ are levels; what people set is not taken back by a push."""
    text = sample("hubei_stations").replace("format: csv", f"format: {form}")
    key = connector(api, text)
    row = {
        "STCD": "61512001", "STNM": "监利", "RVNM": "长江", "FRZ": "33.5", "WRZ": "35.5",
        "GRZ": "37.23", "MAXZ": "--",
    }  # fmt: skip

    def push(office):
        csv = "\n".join((",".join(row), ",".join(row.values()))).encode()
        body = {"content": csv} if form == "csv" else {"json": row}
        assert office.post(f"/api/v1/share/{key}", **body).json()["accepted"] == 1
        made = running.center.queries.situation(SYSTEM).sensors[f"{key}.61512001"]
        return made, {t.level: t.value for t in made.thresholds}

    with pusher(running, api, key) as office:
        made, levels = push(office)
        assert levels == {"设防": 33.5, "警戒": 35.5, "保证": 37.23}
        assert (made.river, made.quantity, made.unit) == ("长江", "水位", "m")
        assert {t.source for t in made.thresholds} == {"水文部门"}
        mine = SetThreshold(sensor_id=made.id, level="警戒", value=35.0, reason="堤防加固")
        running.center.handle(mine, Actor.of("duty", "duty", "420000", "王值班"))
        row["FRZ"] = "33.6"
        _, levels = push(office)
        assert levels == {"设防": 33.6, "警戒": 35.0, "保证": 37.23}


def test_who_lives_near_a_cameras_and_the_contingency_come_with_a_source(running, api):
    """As the table of sources has them; what is no camera or contingency is refused by name."""
    text = sample("geology_csv").replace(
        "source:", '  contingency_id: 预案\n  videos: {from: 视频, prefix: "现场|hls|"}\nsource:'
    )
    key = connector(api, text)
    plan = Contingency(id="YA-1", area_code="421127", tier="county", name="甲滑坡预案")
    running.center.handle(StoreRows(what="预案", things=(plan,)), SYSTEM)
    head = "统一编号,隐患点名称,规模等级,威胁人口,威胁对象,预案,视频\n"
    with pusher(running, api, key) as office:
        rows = (
            f"1,甲滑坡,3,120,坡下小学,{plan.name},https://cam.example.org/1.m3u8\n"
            "2,乙滑坡,3,-,,无此预案,\n3,丙滑坡,3,,,,ftp://x\n"
        )
        told = office.post(f"/api/v1/share/{key}", content=(head + rows).encode()).json()
    assert told["accepted"] == 1, told
    assert ["无此预案" in told["refused"][0]["reason"], "视频" in told["refused"][1]["reason"]] == [
        True, True,
    ]  # fmt: skip
    made = running.center.queries.situation(SYSTEM).sources[f"{key}.1"]
    assert made.neighbours == Neighbours(population=120, note="坡下小学")
    assert made.contingency_id == plan.id
    assert [(v.name, v.kind) for v in made.videos] == [("现场", "hls")]


def test_a_kind_no_rule_knows_is_taken_and_named(running, api):
    """In the answer and the try-out, once a kind, with the kinds that the rules know."""
    text = sample("geology_csv").replace("地质灾害隐患点}", "尾矿库（三等）}")
    key, table = connector(api, text), "统一编号,隐患点名称,规模等级\n1,甲库,3\n2,乙库,3\n"
    with pusher(running, api, key) as office:
        answer = office.post(f"/api/v1/share/{key}", content=table.encode()).json()
    tried = api.post("/api/v1/connectors/try", json={"text": text, "sample": table}).json()
    assert answer["accepted"] == 2
    for told in (answer["told"], tried["told"]):
        assert len(told) == 1
        assert told[0].startswith("第 1、2 条：没有规则认得类型“尾矿库（三等）”")


def test_the_traffic_police_close_a_road_and_open_it_again(running, api):
    """By its number near a place: once, changed, opened; what cannot be placed is refused."""
    key = connector(api, sample("traffic_closures", GCJ02="WGS84"))
    event = {
        "eventId": "E1", "state": "1", "updateTime": "1", "section": "大河段", "roadNo": "G70",
        "lng": 115.885, "lat": 30.08, "cause": "3", "planEnd": "2026-12-01 18:00:00",
    }  # fmt: skip

    def told(office, **more):
        body = {"data": [{**event, **more}]}
        return office.post(f"/api/v1/share/{key}", json=body).json()

    def shut(org="420000"):
        now = running.center.queries.situation(Actor.of("duty", "duty", org))
        return [z for z in now.zones.values() if z.foreign == f"{key}.E1" and not z.until]

    with pusher(running, api, key) as office:
        for repeated in (0, 1):
            answer = told(office)
            assert (answer["accepted"], answer["repeated"]) == (1, repeated), answer
        (first,) = shut()
        assert first.closure == {"roads": ["G70:421127-421126"]}
        assert first.label == (
            "封闭 福银高速(黄黄段) 黄梅—蕲春：大河段，道路水毁（预计 12-01 18:00 恢复，交警）"
        )
        assert shut("421100") == [first]
        told(office, updateTime="2", cause="1")
        (second,) = shut()
        assert second.id != first.id
        assert "交通事故" in second.label
        assert told(office, updateTime="3", state="0")["accepted"] == 1
        assert shut() == []
        assert told(office, updateTime="4", state="0")["accepted"] == 1
        for wrong, why in (
            ({"roadNo": "G99"}, "没有“G99”"), ({"eventId": "E2", "state": "0"}, "无从解除"),
            ({"lng": None, "lat": None}, "没有写封在哪里"),
        ):  # fmt: skip
            assert why in told(office, updateTime=why, **wrong)["refused"][0]["reason"]
        assert told(office, updateTime="5", roadNo="", section="")["accepted"] == 1
        (drawn,) = shut()
        assert drawn.closure["type"] == "Polygon"
        assert told(office, updateTime="6", state="0")["accepted"] == 1
    by_id = sample("traffic_closures").replace("  road: roadNo", "  roads: roadNo")
    key = connector(api, by_id)
    with pusher(running, api, key) as office:
        assert told(office, roadNo="G70:421127-421126", lng=None, lat=None)["accepted"] == 1
        assert shut()[0].closure == {"roads": ["G70:421127-421126"]}
        assert told(office, state="0", roadNo="", lng=None, lat=None)["accepted"] == 1
        assert shut() == []
