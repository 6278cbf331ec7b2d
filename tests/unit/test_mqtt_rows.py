"""What MQTT messages bring, by topic and payload."""

from datetime import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from data.domain.feeding import Reading
from data.errors import Invalid
from data.ingest.mqtt_rows import MOST_BYTES, rows_of
from data.ingest.mqtt_settings import MqttSettings
from data.services.feed_check import reading_of

AT = "2020-07-08T07:30:00+08:00"
ROW = {"sensor": "S07", "at": AT, "value": 12.5}
READING = Reading(sensor="S07", at=datetime.fromisoformat(AT), value=12.5)


@pytest.mark.parametrize(
    ("topic", "payload"),
    [
        ("hubei/telemetry", b'{"sensor":"S07","at":"%s","value":12.5}' % AT.encode()),
        ("hubei/telemetry", b'[{"sensor":"S07","at":"%s","value":12.5}]' % AT.encode()),
        ("hubei/telemetry", b'\n{"sensor":"S07","at":"%s","value":12.5}\n\n' % AT.encode()),
        ("hubei/telemetry/S07", b'{"at":"%s","value":12.5}' % AT.encode()),
        ("hubei/telemetry/S07", b"12.5 %s" % AT.encode()),
    ],
)
def test_every_way_to_say_one_reading(topic, payload):
    """One object, a list, a line, or a bare number with its time: the same reading."""
    assert [reading_of(row) for row in rows_of(topic, payload)] == [READING]


def test_whole_readings_are_decoded_at_once():
    """A list or lines of nothing else is never looked at row by row; with one wrong, all are."""
    text = b'{"sensor":"S07","at":"%s","value":12.5}' % AT.encode()
    assert rows_of("hubei/telemetry", b"[%s,%s]" % (text, text)) == [READING, READING]
    assert rows_of("hubei/telemetry", text + b"\n" + text) == [READING, READING]
    mixed = rows_of("hubei/telemetry", b'[%s,{"sensor":"S07","value":1}]' % text)
    assert mixed == [ROW, {"sensor": "S07", "value": 1}]


def test_a_bare_number_takes_its_time_from_the_user_property():
    """MQTT 5 carries the time beside the payload; without it the row has none and is refused."""
    assert rows_of("hubei/telemetry/S07", b"12.5", AT) == [ROW]
    assert rows_of("hubei/telemetry/S07", b"12.5")[0]["at"] == ""


def test_lines_spoil_no_other_lines():
    """A broken line of NDJSON stays text; those around it are rows."""
    good = b'{"sensor":"S07","at":"%s","value":12.5}' % AT.encode()
    rows = rows_of("hubei/telemetry", good + b"\n{broken\n" + good)
    assert rows == [ROW, "{broken", ROW]


def test_a_device_of_its_own_topic():
    """Each number of a foreign message is an element of the device named by its topic."""
    rows = rows_of("plant/7/tank", b'{"at":"%s","level":3.2,"ok":true,"id":"x"}' % AT.encode())
    assert rows == [{"sensor": "mqtt:plant/7/tank/level", "at": AT, "value": 3.2}]


def test_a_row_that_contradicts_its_topic_is_no_row():
    """Who may write to one sensor's topic does not write to another's."""
    (row,) = rows_of("hubei/telemetry/S01", b'{"sensor":"S07","at":"%s","value":1}' % AT.encode())
    assert isinstance(row, str)


def test_a_message_of_ten_megabytes_is_refused_unread():
    """Its size alone is told."""
    (row,) = rows_of("hubei/telemetry", b"[" * (MOST_BYTES * 10))
    assert "10000000 字节" in row


@given(st.binary(max_size=200), st.sampled_from(["hubei/telemetry", "hubei/telemetry/S07", "x/y"]))
def test_no_payload_raises(payload, topic):
    """Anything becomes rows or text."""
    assert isinstance(rows_of(topic, payload), list)


@pytest.mark.parametrize("url", ["broker:1883", "http://x", "mqtt://", "mqtt://x:99999"])
def test_an_address_that_is_none_is_named(url):
    """The variable is named with what to write."""
    with pytest.raises(Invalid) as told:
        MqttSettings.of(url)
    assert told.value.errors[0]["field"] == "HUBEI_MQTT"


def test_user_and_password_stand_in_the_address_or_beside_it():
    """The password of its own variable wins; TLS has its own port."""
    known = MqttSettings.of("mqtts://center:a%40b@broker")
    assert (known.username, known.password, known.port, known.tls) == ("center", "a@b", 8883, True)
    assert MqttSettings.of("mqtt://center:x@broker", password="y").password == "y"
