"""The frames of SL 651 and HJ 212: published ones read and answered byte for byte, others named."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from data.ingest import hj212, sl651
from data.ingest.frames import Fault, FaultKind, FrameError, crc_hj212, crc_modbus
from data.ingest.hj212_server import Hj212Talk
from data.ingest.sl651_server import Sl651Talk

# Published examples: toymoban.com detail-686475; e-com-net 1736683930196697088
LINK = "7E7E01001234567812342F0008020003591011155111036BCA"
TEST = (
    "7E7E010012345678123430002B020003591011154947F1F1001234567848F0F05910111549"
    "20190000052619000005392300000127381211150320FA"
)
TIMED = (
    "7E7E05001122334403E832002B020034170718110016F1F1001122334448F0F01707181100"
    "201900004026190000403923000104903812109903A421"
)
TEST_ANSWER = "7E7E00123456780112343080080200035910111549471B75D4"
TIMED_ANSWER = "7E7E00112233440503E83280080200341707181100161BE5D4"

# HJ 212-2017's own example and its response; a data packet and a response of version 2025
ASKED = (
    "##0101QN=20160801085857223;ST=32;CN=1062;PW=100000;MN=010000A8900016F000169DC0;Flag=5;"
    "CP=&&RtdInterval=30&&1C80\r\n"
)
AIR = (
    "##0453QN=20160801085000001;ST=22;CN=2011;PW=123456;MN=010000A8900016F000169DC0;Flag=7;"
    "CP=&&DataTime=20160801084000;a21005-Rtd=1.1,a21005-Flag=N;a21004-Rtd=112,a21004-Flag=N;"
    "a21026-Rtd=58,a21026-Flag=N;LA-td=50.1,LA-Flag=N;a34004-Rtd=207,a34004-Flag=N;"
    "a34002-Rtd=295,a34002-Flag=N;a01001-Rtd=12.6,a01001-Flag=N;a01002-Rtd=32,a01002-Flag=N;"
    "a01006-Rtd=101.02,a01006-Flag=N;a01007-Rtd=2.1,a01007-Flag=N;a01008-Rtd=120,a01008-Flag=N;"
    "a34001-Rtd=217,a34001-Flag=N;&&C0C1\r\n"
)
AIR_ANSWER = (
    "##0087QN=20160801085000001;ST=91;CN=9014;PW=123456;MN=010000A8900016F000169DC0;Flag=4;"
    "CP=&&&&C241\r\n"
)
ANSWER_2025 = (
    "##0075QN=20260706103512345;ST=91;CN=9014;PW=123456;MN=A110000_0001;Flag=8;CP=&&&&0140\r\n"
)
WATER = (
    "QN=20210320163101890;ST=32;CN=2011;PW=123456;MN=81733553213013;Flag=4;CP=&&"
    "DataTime=20210320013400;w00000-Rtd=181.682,w00000-Flag=N;w21001-SampleTime=20210320005400,"
    "w21001-Rtd=45.160,w21001-Flag=N;w21011-SampleTime=20210320013400,w21011-Rtd=1.970,"
    "w21011-Flag=N;w21003-SampleTime=20210320013400,w21003-Rtd=53.131,w21003-Flag=N;"
    "w01018-SampleTime=20210320013400,w01018-Rtd=194.200,w01018-Flag=N;"
    "w01001-SampleTime=20210320013406,w01001-Rtd=7.496,w01001-Flag=N&&"
)


def frames(*parts):
    """What a splitter makes of these pieces of a stream."""
    splitter = sl651.Splitter()
    return [found for part in parts for found in splitter.feed(part)]


def sealed(head_and_body):
    """A frame of hex text with its right CRC behind it."""
    raw = bytes.fromhex(head_and_body)
    return raw + crc_modbus(raw).to_bytes(2)


def packet(segment):
    """A packet around a data segment."""
    raw = segment.encode()
    return b"##%04d" % len(raw) + raw + b"%04X" % crc_hj212(raw) + b"\r\n"


# ---------------------------------------------------------------- SL 651


def test_the_published_test_report_is_read_and_confirmed():
    """Rain 0.5 mm, total 0.5 mm, level 0.127 m, battery 11.15 V; the answer byte for byte."""
    (frame,) = frames(bytes.fromhex(TEST))
    report = sl651.read_report(frame)
    assert (report.station, report.serial, report.station_type) == ("0012345678", "0003", "48")
    assert [(v.element, v.value) for v in report.values] == [
        ("20", 0.5), ("26", 0.5), ("39", 0.127), ("38", 11.15),
    ]  # fmt: skip
    assert sl651.confirmation(frame, report).hex().upper() == TEST_ANSWER


def test_the_published_timed_report_is_read_and_confirmed():
    """4 mm and 10.49 m at 11:00 in Beijing; the answer byte for byte."""
    (frame,) = frames(bytes.fromhex(TIMED))
    report = sl651.read_report(frame)
    values = {v.element: v.value for v in report.values}
    assert values == {"20": 4.0, "26": 4.0, "39": 10.49, "38": 10.99}
    assert {v.at for v in report.values} == {datetime(2017, 7, 18, 3, 0, tzinfo=UTC)}
    assert sl651.confirmation(frame, report).hex().upper() == TIMED_ANSWER


def test_the_link_report_asks_for_no_answer():
    """2F keeps the line and says nothing more."""
    (heard,) = Sl651Talk().hear(bytes.fromhex(LINK))
    assert (heard.device, heard.rows, heard.answer) == ("sl651:0012345678", (), b"")


@pytest.mark.parametrize("size", [1, 2, 7, 13])
def test_segments_cut_and_glued_make_the_same_frames(size):
    """TCP keeps no borders: any cutting gives the same three frames."""
    stream = bytes.fromhex(LINK + TEST + TIMED)
    pieces = [stream[i : i + size] for i in range(0, len(stream), size)]
    assert [f.function for f in frames(*pieces)] == [0x2F, 0x30, 0x32]


def test_garbage_between_frames_is_named_and_passed():
    """Noise, a lonely start and a broken frame cost none of the good frames around them."""
    bad = bytearray.fromhex(TEST)
    bad[40] ^= 1
    stream = b"\x00\xff" + bytes.fromhex(LINK) + b"~~~" + bytes(bad) + bytes.fromhex(TIMED)
    found = frames(stream)
    assert [f.function for f in found if isinstance(f, sl651.Frame)] == [0x2F, 0x32]
    kinds = {f.kind for f in found if isinstance(f, Fault)}
    assert kinds == {FaultKind.GARBAGE, FaultKind.LENGTH, FaultKind.CRC}


def test_a_truncated_frame_gives_way_to_the_next():
    """The length of a cut frame swallows nothing: once it expires, what came behind is read."""
    splitter = sl651.Splitter()
    cut = sealed("7E7E01001234567812343200FF02" + "00" * 60)[:40]
    assert list(splitter.feed(cut + bytes.fromhex(LINK))) == []
    found = list(splitter.expire())
    assert [f.function for f in found if isinstance(f, sl651.Frame)] == [0x2F]
    assert found[0].kind is FaultKind.TRUNCATED


def test_a_report_in_several_packets_is_joined_in_any_order():
    """Packets of 16H carry total and number; the report is read once all are here."""
    body = bytes.fromhex(TIMED)[14:-3]
    halves = [body[:20], body[20:]]
    parts = [
        sealed(
            f"7E7E05001122334403E832{3 + len(half):04X}16{(2 << 12 | n).to_bytes(3).hex()}"
            f"{half.hex()}{'03' if n == 2 else '17'}"
        )
        for n, half in enumerate(halves, 1)
    ]
    talk = Sl651Talk()
    assert list(talk.hear(parts[1])) == []
    (heard,) = talk.hear(parts[0])
    assert len(heard.rows) == 4
    assert heard.answer.hex().upper() == TIMED_ANSWER


def test_packets_that_never_end_are_let_go():
    """More packets than a report may have are refused by name."""
    one = sealed("7E7E05001122334403E832000516" + (4000 << 12 | 1).to_bytes(3).hex() + "000017")
    (heard,) = Sl651Talk().hear(one)
    assert heard.fault.kind is FaultKind.TOO_LARGE


def element(text):
    """The values of a report that holds these elements."""
    body = f"0001200708073000F1F1001234567848F0F02007080730{text}"
    (frame,) = frames(sealed(f"7E7E010012345678123432{len(body) // 2:04X}02{body}03"))
    return sl651.read_report(frame)


def test_negative_missing_and_hourly_values():
    """FF before a value is minus, AA is none, F4 holds twelve five-minute amounts."""
    assert element("392BFF00000127").values[0].value == -0.127
    assert element("3923AAAAAAAA").unread == (("39", "AAAAAAAA"),)
    rain = element("F460" + "00" * 10 + "05FF").values
    assert len(rain) == 11
    assert rain[-1].value == 0.5
    assert (rain[-1].at.minute, rain[0].at.minute) == (25, 35)


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("39", FaultKind.BODY), ("3923000", FaultKind.BODY), ("39230000", FaultKind.BODY),
        ("F0F02013320730", FaultKind.BODY), ("F0F0201A320730", FaultKind.BODY),
    ],
)  # fmt: skip
def test_a_body_that_breaks_the_protocol_is_named(text, kind):
    """A cut element or a date that is none refuses the frame, whose CRC was right."""
    with pytest.raises(FrameError) as told:
        element(text if len(text) % 2 == 0 else text + "0")
    assert told.value.kind is kind


def test_an_unknown_function_is_kept_and_not_confirmed():
    """What is not understood is no business of a confirmation."""
    (heard,) = Sl651Talk().hear(sealed("7E7E0100123456781234400008020001200708073000" + "03"))
    assert heard.answer == b""
    assert "不支持的功能码：40" in heard.unread


@given(st.lists(st.binary(max_size=80), max_size=12), st.integers(0, 12))
def test_no_bytes_break_the_station_door(noise, where):
    """Whatever comes, the splitter names it, holds little, and finds a good frame behind it."""
    talk = Sl651Talk()
    for piece in noise[:where]:
        list(talk.hear(piece))
    while talk.waiting:
        list(talk.expire())
    heard = list(talk.hear(bytes.fromhex(TIMED)))
    assert heard[-1].answer.hex().upper() == TIMED_ANSWER


@given(st.binary(max_size=120))
def test_no_body_raises_anything_but_its_name(body):
    """A right CRC around any bytes gives a report or a named refusal."""
    raw = sealed(f"7E7E010012345678123432{len(body):04X}02{body.hex()}03")
    for heard in Sl651Talk().hear(raw):
        assert heard.device or heard.fault


# ---------------------------------------------------------------- HJ 212


def test_the_checksums_of_published_packets():
    """The check of HJ 212 is not MODBUS: five published packets agree with it."""
    assert crc_hj212(WATER.encode()) == 0x6E80
    for text in (ASKED, AIR, AIR_ANSWER, ANSWER_2025):
        (found,) = hj212.Splitter().feed(text.encode())
        assert isinstance(found, hj212.Packet)


def test_the_published_air_packet_is_read_and_answered():
    """Twelve factors at 08:40 in Beijing; the response 9014 byte for byte."""
    (heard,) = Hj212Talk().hear(AIR.encode())
    assert heard.device == "hj212:010000A8900016F000169DC0"
    assert heard.rows[4] == {
        "sensor": "hj212:010000A8900016F000169DC0/a34004-Rtd",
        "at": "2016-08-01T00:40:00+00:00", "value": 207.0,
    }  # fmt: skip
    assert len(heard.rows) == 12
    assert heard.answer == AIR_ANSWER.encode()


def test_a_response_keeps_the_version_of_the_packet():
    """Flag 9 is version 2025 and wants an answer; the answer says 8, as the published one."""
    told = (
        "QN=20260706103512345;ST=32;CN=2051;PW=123456;MN=A110000_0001;Flag=9;"
        "CP=&&DataTime=20260706103500;w01010-Avg=28.4,w01010-Flag=N&&"
    )
    (heard,) = Hj212Talk().hear(packet(told))
    assert heard.answer == ANSWER_2025.encode()


def test_without_the_flag_nothing_is_answered():
    """Flag 4 wants none; SampleTime is no number and no reading."""
    (heard,) = Hj212Talk().hear(packet(WATER))
    assert heard.answer == b""
    assert [r["sensor"].split("/")[1] for r in heard.rows] == [
        "w00000-Rtd", "w21001-Rtd", "w21011-Rtd", "w21003-Rtd", "w01018-Rtd", "w01001-Rtd",
    ]  # fmt: skip


def test_a_split_message_keeps_its_time():
    """The second packet of a message has the data time of the first when it says none."""
    head = "QN=20200708080000001;ST=22;CN=2051;PW=1;MN=M1;Flag=7;PNUM=2;PNO={};CP=&&{}&&"
    talk = Hj212Talk()
    stream = packet(head.format(1, "DataTime=20200708080000;a1-Avg=1"))
    first, second = talk.hear(stream + packet(head.format(2, "a2-Avg=2")))
    assert first.rows[0]["at"] == second.rows[0]["at"]
    assert second.answer


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("a1-Rtd=1", "没有 DataTime"), ("DataTime=20201308080000;a1-Rtd=1", "不存在"),
        ("Cipher=abc", "SM4"), ("9f3a77", "SM4"),
    ],
)  # fmt: skip
def test_a_packet_that_cannot_be_read_is_kept_whole(content, said):
    """No time, a date that is none, or cipher text: named, kept, answered since it is kept."""
    told = f"QN=1;ST=22;CN=2011;PW=1;MN=M1;Flag=5;CP=&&{content}&&"
    (heard,) = Hj212Talk().hear(packet(told))
    assert said in heard.unread
    assert heard.answer


@pytest.mark.parametrize(
    ("raw", "kind"),
    [
        (b"##99a9QN=1", FaultKind.LENGTH), (ASKED.replace("1C80", "1C81").encode(), FaultKind.CRC),
        (b"hello\r\n", FaultKind.GARBAGE), (packet("QN=1;CN=2011;CP=&&&&"), FaultKind.BODY),
        (packet("MN=1;CN=2011"), FaultKind.BODY), (ASKED.encode(), FaultKind.FUNCTION),
    ],
)  # fmt: skip
def test_a_packet_that_is_none_is_named(raw, kind):
    """Length, check, garbage, fields and command: each has its name."""
    heard = list(Hj212Talk().hear(raw))
    assert kind in {one.fault.kind for one in heard if one.fault}


@given(st.lists(st.binary(max_size=80) | st.text("#&=;0123456789", max_size=60)))
def test_no_bytes_break_the_logger_door(noise):
    """Whatever comes, it is named, and a good packet behind it is found."""
    talk = Hj212Talk()
    for piece in noise:
        list(talk.hear(piece if isinstance(piece, bytes) else piece.encode()))
    while talk.waiting:
        list(talk.expire())
    heard = list(talk.hear(AIR.encode()))
    assert heard[-1].answer == AIR_ANSWER.encode()
