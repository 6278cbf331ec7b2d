"""CAP 1.2: ours is valid for every colour and kind; bad messages are refused by name."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import yaml
from lxml import etree

from data.domain.org import PROVINCE
from data.domain.warning import Warning, WarningState  # noqa: A004
from data.domain.warning_rules import COLOURS, read_warning_rules
from data.errors import Invalid
from data.ingest import cap
from data.ingest.cap import read_cap
from data.ingest.cap_out import write_cap
from data.ingest.seeding import area_tree

RULES = read_warning_rules(yaml.safe_load(Path("data/reference/warnings.yaml").read_text("utf-8")))
AREAS = area_tree()
AT = datetime(2020, 7, 8, 7, 30, tzinfo=UTC)
NS = "urn:oasis:names:tc:emergency:cap:1.2"
RING = [[115.8, 30.05], [115.88, 30.05], [115.88, 30.13], [115.8, 30.05]]
SCHEMA = etree.XMLSchema(etree.parse("data/reference/cap/CAP-v1.2.xsd"))


def warned(**given):
    """A warning that has gone out."""
    base = {
        "id": "YJ-0001", "state": WarningState.ISSUED, "colour": "red", "event": "rainstorm",
        "headline": "省中心发布暴雨红色预警", "description": "预计有特大暴雨 <雷电> & 大风",
        "instruction": "向高处转移", "org": PROVINCE, "areas": ("421127",),
        "counties": ("421127",), "effective": AT, "issued_at": AT,
        "expires": AT + timedelta(hours=6), "sender": "42000000000000",
        "identifier": "42000000000000_20200708153000_0", "sender_name": "湖北省应急指挥中心",
    }  # fmt: skip
    return Warning(**{**base, **given})


def message(
    head="", info="", area="", kind="Alert", status="Actual", expires="2020-07-08T21:30:00"
):
    """A foreign message, good unless something wrong is put in."""
    return f"""<?xml version="1.0" encoding="UTF-8"?>
<alert xmlns="{NS}"><identifier>42000041600000_20200708073000</identifier>
<sender>42000041600000</sender><sent>2020-07-08T07:30:00+08:00</sent><status>{status}</status>
<msgType>{kind}</msgType><scope>Public</scope>{head}
<info><language>zh-CN</language><category>Met</category><event>暴雨</event>
<urgency>Expected</urgency><severity>Severe</severity><certainty>Likely</certainty>{info}
<expires>{expires}+08:00</expires><headline>黄冈市气象台发布暴雨橙色预警</headline>
<area><areaDesc>黄梅县</areaDesc>{area}</area></info></alert>""".encode()


def refused(raw, match):
    """The error a message is refused with."""
    with pytest.raises(Invalid) as caught:
        read_cap(raw)
    text = f"{caught.value.detail} {caught.value.errors}"
    assert match in text, text
    return caught.value


@pytest.mark.parametrize("colour", COLOURS)
@pytest.mark.parametrize("kind", ["alert", "update", "cancel"])
@pytest.mark.parametrize("drawn", [False, True])
def test_ours_is_valid_for_every_colour_kind_and_area(colour, kind, drawn):
    """By the OASIS schema itself and by the rules it cannot say; read back it is the same."""
    geometry = {"type": "MultiPolygon", "coordinates": [[RING], [RING]]} if drawn else None
    refs = () if kind == "alert" else (warned().reference,)
    held = warned(
        colour=colour, kind=kind, geometry=geometry, references=refs,
        areas=() if drawn else ("421127",),
    )  # fmt: skip
    raw = write_cap(held, RULES, AREAS)
    assert SCHEMA.validate(etree.fromstring(raw)), SCHEMA.error_log
    assert not cap.valid(raw)
    read = read_cap(raw)
    assert read["identifier"] == held.identifier
    assert read["sent"] == AT
    assert read["references"] == list(refs)
    assert read["msg_type"].lower() == kind
    assert read["area"]["codes"] == ("421127",)
    assert (read["area"]["geometry"] is not None) == drawn
    assert read["info"]["severity"] == RULES.colours[colour].severity
    assert read["info"]["description"] == held.description
    if drawn:
        assert read["area"]["geometry"]["coordinates"][0][0] == RING


def test_a_message_of_an_exercise_says_so_twice():
    """Status and note."""
    read = read_cap(write_cap(warned(status="Exercise"), RULES, AREAS))
    assert read["status"] == "Exercise"
    assert "演练" in read["note"]


def test_latitude_comes_first_and_circles_become_rings():
    """A circle of ten kilometres reaches ten kilometres north."""
    code = "<valueName>行政区划代码</valueName><value>421127000000 421126</value>"
    area = f"<circle>30.07,115.94 10</circle><geocode>{code}</geocode>"
    found = read_cap(message(area=area))["area"]
    ring = found["geometry"]["coordinates"][0]
    assert max(p[1] for p in ring) == pytest.approx(30.07 + 10 / 111.195, abs=1e-4)
    assert all(115.8 < p[0] < 116.1 for p in ring)
    assert found["codes"] == ("421127", "421126")


def test_positions_of_phones_are_moved_at_the_door():
    """A sender that writes GCJ-02 is told apart by the caller."""
    area = "<polygon>30.05,115.8 30.05,115.88 30.13,115.88 30.05,115.8</polygon>"
    true, moved = (read_cap(message(area=area), crs)["area"] for crs in ("WGS84", "GCJ02"))
    shift = moved["geometry"]["coordinates"][0][0][0] - true["geometry"]["coordinates"][0][0][0]
    assert -0.008 < shift < -0.003


def test_chinese_encodings_and_unknown_parameters_are_kept():
    """GB18030 is read; every parameter stays by its name, repeated ones too."""
    more = "".join(
        f"<parameter><valueName>{k}</valueName><value>{v}</value></parameter>"
        for k, v in (("风力", "8级"), ("未知", "甲"), ("未知", "乙"))
    )
    text = (
        message().decode().replace("</headline>", f"</headline>{more}").replace("UTF-8", "GB18030")
    )
    read = read_cap(text.encode("gb18030"))
    assert read["info"]["parameters"] == {"风力": "8级", "未知": "甲 乙"}
    assert read["info"]["event"] == "暴雨"


HOSTILE = {
    "billion laughs": (
        b'<!DOCTYPE l [<!ENTITY a "ha"><!ENTITY b "&a;&a;">]><alert xmlns="x">&b;</alert>',
        "DTD",
    ),
    "external entity": (
        b'<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><alert>&x;</alert>',
        "DTD",
    ),
    "external dtd": (b'<!DOCTYPE a SYSTEM "http://127.0.0.1/x.dtd"><alert/>', "DTD"),
    "utf-16 disguise": ('<?xml version="1.0"?><!DOCTYPE a []><a/>'.encode("utf-16"), "编码"),
    "other encoding": (b'<?xml version="1.0" encoding="utf-7"?><alert/>', "不支持编码 utf-7"),
    "too deep": (b"<a>" * 5000 + b"</a>" * 5000, "嵌套过深"),
    "too many": (b"<a>" + b"<b/>" * 30_000 + b"</a>", "元素过多"),
    "too large": (b"<a>" + b" " * 2_100_000 + b"</a>", "报文过大"),
    "broken off": (message()[:400], "不是完整的 XML"),
    "no xml": (b"\x00\x01\x02", "不是完整的 XML"),
    "undefined entity": (b"<alert>&nope;</alert>", "不是完整的 XML"),
    "other root": (b"<rss/>", "不符合 CAP 1.2"),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_files_are_refused_by_name(name):
    """Entities, DTDs, depth, size and encodings: each is told what it was."""
    raw, match = HOSTILE[name]
    refused(raw, match)


LATER = "<references>a,b,2020-07-08T07:30:00+08:00</references>"
WRONG = {
    "no references": ({"kind": "Update"}, "references"),
    "half a reference": ({"kind": "Cancel", "head": "<references>a,b</references>"}, "references"),
    "restriction": ({"head": "<restriction>x</restriction>"}, "restriction"),
    "time there is not": ({"expires": "2020-02-30T21:30:00"}, "expires"),
    "ends before it was sent": ({"expires": "2020-07-08T07:00:00"}, "失效时间"),
    "open polygon": ({"area": "<polygon>30,115 31,115 31,116 30.5,115</polygon>"}, "闭合"),
    "three positions": ({"area": "<polygon>30,115 31,115 30,115</polygon>"}, "闭合"),
    "flat polygon": ({"area": "<polygon>30,115 31,115 32,115 30,115</polygon>"}, "没有面积"),
    "longitude first": ({"area": "<polygon>115,30 116,30 116,31 115,30</polygon>"}, "纬度,经度"),
    "words for positions": ({"area": "<polygon>甲 乙 丙 甲</polygon>"}, "不是数字"),
    "negative radius": ({"area": "<circle>30,115 -1</circle>"}, "半径"),
    "no radius": ({"area": "<circle>30,115</circle>"}, "半径"),
    "ceiling alone": ({"area": "<ceiling>3</ceiling>"}, "上限"),
    "blank code": (
        {"area": "<geocode><valueName/><value>421127</value></geocode>"},
        "geocode",
    ),
    "severity out of the list": ({"info": "<severity>Bad</severity>"}, "severity"),
    "unknown status": ({"status": "Real"}, "status"),
}


@pytest.mark.parametrize("name", WRONG)
def test_what_the_schema_or_the_rules_forbid_is_refused_by_field(name):
    """Valid by the schema is not enough."""
    given, match = WRONG[name]
    refused(message(**given), match)


def test_barred_characters_in_the_names_are_refused():
    """A comma in an identifier would break every reference to it."""
    raw = message().replace(b"42000041600000_2020", b"42,000 _2020")
    assert refused(raw, "identifier").errors[0]["field"] == "identifier"


def test_an_alert_without_content_is_refused_though_the_schema_allows_it():
    """Schema-valid and still wrong."""
    raw = message()
    bare = raw[: raw.index(b"<info>")] + b"</alert>"
    assert SCHEMA.validate(etree.fromstring(bare))
    refused(bare, "没有内容")


def test_a_good_update_passes():
    """What the rules ask for is enough."""
    assert read_cap(message(kind="Update", head=LATER))["references"] == [
        "a,b,2020-07-08T07:30:00+08:00"
    ]
