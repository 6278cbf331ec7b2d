"""Mapping files: read strictly, and what they make of records."""

from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from data.domain.mapping_file import read
from data.domain.sharing import SAMPLE
from data.errors import Invalid
from data.ingest import sharing_values
from data.ingest.sharing_records import found_at, records

SAMPLES = Path(__file__).parents[2] / "data" / "reference" / "sharing"
WATER = (SAMPLES / "hubei_water.yaml").read_text(encoding="utf-8")
POSITIONS = """
name: 位置
body: 交警
target: positions
format: FORMAT
rows: ROWS
crs: CRS
fields: {team: id, lon: x, lat: y, at: t}
"""


def rows(text, raw):
    """Every row a mapping makes of what came."""
    known = read(text)
    return [row for record in records(known, raw) for row in sharing_values.made(known, record)]


@pytest.mark.parametrize("path", sorted(SAMPLES.glob("*.yaml")), ids=lambda p: p.stem)
def test_every_shipped_sample_is_readable_and_says_what_it_is(path):
    """A sample without a source says 示例（假定）."""
    text = path.read_text(encoding="utf-8")
    known = read(text, path.name)
    assert SAMPLE in text or "http" in known.source or "github" in known.source


def test_water_levels_of_the_provinces_fields():
    """STCD, TM, Z and Q become readings of the station's elements; blanks are none."""
    raw = (
        '{"data":[{"STCD":"61512000","STNM":"监利","Z":"35.71","Q":"--","TM":"2020-07-08 08:00"},'
        '{"STCD":"61512000","Z":35.7,"Q":41200,"TM":"2020-07-08 09:00"}]}'
    )
    found = rows(WATER, raw.encode())
    assert found == [
        {"sensor": "stcd:61512000/Z", "at": "2020-07-08T00:00:00+00:00", "value": 35.71},
        {"sensor": "stcd:61512000/Z", "at": "2020-07-08T01:00:00+00:00", "value": 35.7},
        {"sensor": "stcd:61512000/Q", "at": "2020-07-08T01:00:00+00:00", "value": 41200.0},
    ]


@pytest.mark.parametrize(
    ("form", "where", "raw"),
    [
        ("json", "a.b", b'{"a":{"b":[{"id":"TM-1","x":114,"y":30,"t":"2020-07-08T08:00:00"}]}}'),
        ("csv", "", "id,x,y,t\nTM-1,114,30,2020-07-08 08:00:00\n".encode("gb18030")),
        (
            "xml", "r.u",
            (b'<?xml version="1.0" encoding="GB2312"?><r xmlns="urn:x"><u><id>TM-1</id><x>114</x>'
            b"<y>30</y><t>2020-07-08T08:00:00</t></u></r>"),
        ),
    ],
)  # fmt: skip
def test_three_formats_make_the_same_row(form, where, raw):
    """JSON by path, CSV by column, XML by element; times of the mapping's zone."""
    text = POSITIONS.replace("FORMAT", form).replace("CRS", "WGS84")
    text = text.replace("rows: ROWS\n", f"rows: {where}\n" if where else "")
    (row,) = rows(text, raw)
    assert row == {
        "team": "TM-1", "lon": 114.0, "lat": 30.0, "at": datetime(2020, 7, 8, tzinfo=UTC),
    }  # fmt: skip


def test_coordinates_of_another_system_are_moved_at_the_door():
    """GCJ-02 is some hundred metres off; the row is WGS 84."""
    text = POSITIONS.replace("FORMAT", "json").replace("rows: ROWS\n", "").replace("CRS", "GCJ02")
    (row,) = rows(text, b'[{"id":"TM-1","x":114.3,"y":30.6,"t":"2020-07-08T08:00:00Z"}]')
    assert 0.001 < abs(row["lon"] - 114.3) < 0.02


def test_units_codes_prefixes_and_epochs():
    """A value may be scaled, a code list put into words, a time counted from 1970."""
    text = (SAMPLES / "health_alarm.yaml").read_text(encoding="utf-8")
    (row,) = rows(
        text,
        b'{"id":1,"point":"7","levelName":"H","value":1500,"limit":"1,200","ts":1594166400000}',
    )
    assert (row["point"], row["value"], row["threshold"]) == ("HLT-7", 1.5, 1.2)
    assert row["at"] == datetime(2020, 7, 8, tzinfo=UTC)


@pytest.mark.parametrize(
    ("record", "said"),
    [
        ({"STCD": "1", "Z": 1}, "at（来自 TM）：没有值"),
        ({"STCD": "1", "TM": "8 July", "Z": 1}, "时间“8 July”看不懂"),
        ({"STCD": "1", "TM": "2020-07-08 08:00", "Z": "high"}, "“high”不是有限的数"),
        ({"STCD": "1", "TM": "2020-07-08 08:00", "Z": "NaN"}, "不是有限的数"),
        ({"STCD": "1", "TM": "2020-07-08 08:00", "Z": 1e308}, "不是有限的数"),
        ({"STCD": {"a": 1}, "TM": "2020-07-08 08:00", "Z": 1}, "是一组内容"),
        ({"STCD": "1", "TM": "2020-07-08 08:00"}, "都没有值"),
        ("text", "这一条不是"),
    ],
)
def test_a_record_that_cannot_be_taken_says_which_field(record, said):
    """The center's field, where it was looked for, and what stood there."""
    with pytest.raises(Invalid) as told:
        sharing_values.made(read(WATER), record)
    assert said in told.value.detail


@pytest.mark.parametrize(
    ("change", "field"),
    [
        (("target: 监测数据", "target: 一切"), "target"),
        (("format: json", "format: cap"), "format"),
        (("fields:", "felder:"), "felder"),
        (("  at: TM\n", ""), "fields.at"),
        (('  - {element: Q, from: Q, blank: ["-", "--"]}', "  - {element: Q}"), "values[2]"),
        (("zone: Asia/Shanghai", "zone: Mars/Base"), "zone"),
        (('time_format: "%Y-%m-%d %H:%M"', "time_format: 昨天"), "time_format"),
        (("rows: data", "poll: {url: 'ftp://x'}\nrows: data"), "poll.url"),
        (("rows: data", "poll: {url: 'http://x', every: 1s}\nrows: data"), "poll.every"),
        (("rows: data", "poll: {url: 'http://x', secret_env: A}\nrows: data"), "poll.secret_env"),
        (("  at: TM", "  at: {from: TM, factor: abc}"), "fields.at.factor"),
        (("  at: TM", "  at: {from: TM, fixed: x}"), "fields.at"),
        (("target: 监测数据", "target: [a"), "text"),
    ],
)  # fmt: skip
def test_a_file_that_is_wrong_names_the_field_and_the_remedy(change, field):
    """Strict: nothing unknown, nothing missing, nothing guessed."""
    text = WATER.replace(*change)
    assert text != WATER
    with pytest.raises(Invalid) as told:
        read(text, "水情.yaml")
    error = told.value.errors[0]
    assert error["field"] == field
    assert error["remedy"]


@pytest.mark.parametrize(
    "raw",
    [
        b'<!DOCTYPE a [<!ENTITY x "y">]><a>&x;</a>',
        b'<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><a>&x;</a>',
        b'<!DOCTYPE l [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;&a;">]><l>&b;&b;</l>',
        b"<a>" * 3000, b"<a" + b" b='c'" * 3 + b"/>", b"\xff\xfe<a/>", b"",
    ],
)  # fmt: skip
def test_hostile_xml_is_refused_by_name(raw):
    """Bombs, external entities, unclosed towers: named, and nothing is opened."""
    text = POSITIONS.replace("FORMAT", "xml").replace("ROWS", "a.b").replace("CRS", "WGS84")
    with pytest.raises(Invalid):
        rows(text, raw)


@pytest.mark.parametrize("raw", [b"[" * 100_000, b"{", b"\x80\x81", b'{"data": 3}', b"null"])
def test_hostile_json_is_refused_by_name(raw):
    """Depth, halves, noise, and rows that are none."""
    with pytest.raises(Invalid):
        rows(WATER, raw)


def test_more_than_a_push_may_hold_is_refused():
    """Ten megabytes are refused by size."""
    with pytest.raises(Invalid) as told:
        rows(WATER, b" " * 10_000_000)
    assert "超过" in told.value.detail


@given(st.recursive(
    st.none() | st.booleans() | st.floats(allow_nan=False) | st.text(max_size=8),
    lambda x: st.lists(x, max_size=3) | st.dictionaries(st.text(max_size=4), x, max_size=3),
    max_leaves=12,
))  # fmt: skip
def test_no_record_raises_anything_but_its_name(record):
    """Any JSON gives rows or a named refusal, and has a key."""
    known = read(WATER)
    sharing_values.key_of(known, record)
    found_at(record, "a.b.0")
    with suppress(Invalid):
        sharing_values.made(known, record)
