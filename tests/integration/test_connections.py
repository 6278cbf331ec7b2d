"""What strangers may send down a connection: heads without end, two lengths, an upgrade."""

import json
import socket
from datetime import UTC, datetime

import pytest

from data.domain.messages import StoreRows
from data.domain.org import SYSTEM
from data.domain.sensor import Sensor
from tests.serving import Running

PIECE = b"a" * 16_384
PIECES = 40  # together ten times what a head may have
CHUNKED = "POST /api/v1/telemetry HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n"


@pytest.fixture(scope="module")
def center(tmp_path_factory):
    """A server without pages, and one sensor."""
    with Running(tmp_path_factory.mktemp("connections"), pages={}) as made:
        sensor = Sensor(id="C-1", name="测试", area_code="421127")
        made.center.handle(StoreRows(what="测试", things=(sensor,)), SYSTEM)
        yield made


@pytest.fixture
def line(center):
    """A connection to it."""
    with socket.create_connection(("127.0.0.1", center.port), timeout=15) as made:
        yield made


def _answer(line):
    """The head and the body of the next answer; empty when the connection has ended."""
    read = line.makefile("rb")
    head = b""
    while (row := read.readline()) not in (b"\r\n", b""):
        head += row.lower()
    at = head.find(b"content-length: ")
    body = read.read(int(head[at + 16 :].split(b"\r\n")[0])) if at >= 0 else b""
    return head, body


def _ends(line, pieces):
    """Whether the connection ends over all this, whatever was answered before."""
    try:
        for piece in pieces:
            line.sendall(piece)
        while line.recv(65_536):
            pass
    except TimeoutError:
        return False
    except OSError:
        return True  # reset while we were still sending
    return True


@pytest.mark.parametrize(
    "began",
    [
        b"GET /healthz HTTP/1.1\r\nHost: x\r\nX-Long: ",
        b"GET /",
        f"{CHUNKED}\r\n5;extension=".encode(),
        f"{CHUNKED}\r\n2\r\n[]\r\n0\r\nX-Trailer: ".encode(),
    ],
    ids=["header", "address", "extension", "trailer"],
)  # fmt: skip
def test_what_has_no_end_ends_the_connection(center, line, began):
    """And nobody else's: the next request is answered."""
    assert _ends(line, [began, *[PIECE] * PIECES])
    with center.client() as client:
        assert client.get("/healthz").status_code == 200


def test_headers_without_end_end_the_connection(line):
    """Many of them, each of a usual size."""
    many = [b"X-%d: %s\r\n" % (n, b"v" * 1000) for n in range(PIECES * 16)]
    assert _ends(line, [b"GET /healthz HTTP/1.1\r\nHost: x\r\n", *many])


def test_small_pieces_of_a_long_body_are_no_long_head(center):
    """Readings in chunks of a few bytes: their frames together are longer than any head may be."""
    at = datetime.now(UTC).isoformat()
    row = json.dumps({"sensor": "C-1", "at": at, "value": 1.5}).encode() + b"\n"
    text = row * 1000
    with center.client("duty") as client:
        answer = client.post(
            "/api/v1/telemetry", content=(text[n : n + 4] for n in range(0, len(text), 4))
        )
    assert answer.status_code == 202, answer.text
    assert (answer.json()["accepted"], answer.json()["duplicates"]) == (1000, 999)


def test_a_head_of_thirty_thousand_bytes_is_read(line):
    """A browser's cookies of many sites under one name."""
    line.sendall(b"GET /healthz HTTP/1.1\r\nHost: x\r\nCookie: a=%s\r\n\r\n" % (b"b" * 30_000))
    assert b" 200 " in _answer(line)[0]


@pytest.mark.parametrize(
    "lengths",
    ["Content-Length: 2\r\nContent-Length: 3\r\n",
     "Content-Length: 2\r\nTransfer-Encoding: chunked\r\n", "Content-Length: 2x\r\n",
     "Transfer-Encoding: xchunked\r\n", "Content-Length : 2\r\n"],
)  # fmt: skip
def test_a_length_that_can_be_read_two_ways_is_refused(line, lengths):
    """Else a proxy and we might not agree where the next request begins."""
    line.sendall(f"POST /api/v1/session HTTP/1.1\r\nHost: x\r\n{lengths}\r\n{{}}".encode())
    head, _ = _answer(line)
    assert b" 400 " in head
    assert _answer(line) == (b"", b"")  # it has ended


def test_an_upgrade_is_not_taken_and_the_connection_goes_on(line, caplog):
    """Some clients offer HTTP/2 with every request."""
    line.sendall(
        b"GET /healthz HTTP/1.1\r\nHost: x\r\nConnection: Upgrade, HTTP2-Settings\r\n"
        b"Upgrade: h2c\r\nHTTP2-Settings: AAMAAABkAAQAAP__\r\n\r\n"
    )
    assert b" 200 " in _answer(line)[0]
    line.sendall(b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n")
    assert b" 200 " in _answer(line)[0]
    assert "upgrade" not in caplog.text.lower()  # nothing that anybody would have to act on


def test_requests_sent_ahead_are_answered_in_order(line):
    """Pipelined: the second is read while the first is still being answered."""
    line.sendall(
        b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n"
        b"GET /api/v1/me HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"
    )
    with line.makefile("rb") as read:
        text = read.read()
    assert [part[:3] for part in text.split(b"HTTP/1.1 ")[1:]] == [b"200", b"401"]
