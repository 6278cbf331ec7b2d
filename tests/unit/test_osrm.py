"""Travel by an OSRM server, against a stand-in that speaks its table and route services."""

import json
import re
import threading
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

import pytest
from shapely.geometry import box

from data.allocation import osrm
from data.allocation.osrm import OsrmTravel
from data.allocation.travel import Seat, Travel

SEATS = {"a": Seat(112.0, 30.0), "b": Seat(113.0, 30.0), "c": Seat(114.0, 30.0)}
A, B, C = (112.0, 30.0), (113.0, 30.0), (114.0, 30.0)
WALL = box(112.4, 29.9, 112.6, 30.1)  # over the road from a to b


class Stand(BaseHTTPRequestHandler):
    """A server for which a degree of longitude takes fifty minutes."""

    def do_GET(self):
        """Answer `table` and `route` as OSRM 5 does."""
        url = urlsplit(self.path)
        told = re.fullmatch(r"/(table|route)/v1/driving/([-\d.,;]+)", url.path)
        options = {k: v[0] for k, v in parse_qs(url.query).items()}
        self.server.asked.append((told and told.group(1), options))
        if self.server.broken is not None:
            self.answer(*self.server.broken)
            return
        points = [tuple(map(float, p.split(","))) for p in told.group(2).split(";")]
        if len(points) > 100:
            self.answer(400, {"code": "TooBig", "message": "Too many table coordinates"})
        elif told.group(1) == "table":
            self.table(points, options)
        else:
            self.route(points, options)

    def table(self, points, options):
        """Seconds from each source to each destination; none beyond 115 E."""
        rows = [points[int(k)] for k in options["sources"].split(";")]
        columns = [points[int(k)] for k in options["destinations"].split(";")]
        seconds = [
            [None if x > 115 else round(abs(x - p[0]) * 3000, 1) for x, _ in columns] for p in rows
        ]
        self.answer(200, {"code": "Ok", "durations": seconds})

    def route(self, points, options):
        """Straight, and when alternatives are asked for, a way round by the north as well."""
        (x1, y1), (x2, y2) = points
        if x2 > 115:
            self.answer(400, {"code": "NoRoute", "message": "Impossible route between points"})
            return
        lines = [[[x1, y1], [x2, y2]]]
        if "alternatives" in options:
            lines.append([[x1, y1], [x1, 31.0], [x2, 31.0], [x2, y2]])
        routes = [{"geometry": {"type": "LineString", "coordinates": c}} for c in lines]
        self.answer(200, {"code": "Ok", "routes": routes})

    def answer(self, status, body):
        """Send a body, JSON unless it is bytes."""
        sent = body if isinstance(body, bytes) else json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(sent)))
        self.end_headers()
        self.wfile.write(sent)

    def log_message(self, *_args):
        """Keep quiet."""


@contextmanager
def stand():
    """A running stand-in."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), Stand)
    server.asked, server.broken = [], None
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        thread.join(20)
        server.server_close()


@pytest.fixture
def server():
    """The stand-in."""
    with stand() as running:
        yield running


@pytest.fixture
def local():
    """The graph that stands behind."""
    return Travel(SEATS, [], [("a", "b"), ("b", "c")])


@pytest.fixture
def travel(server, local):
    """Travel by the stand-in."""
    return OsrmTravel(f"http://127.0.0.1:{server.server_port}/", local)


def test_minutes_are_the_servers(travel):
    """Seconds become minutes; unreachable is None."""
    assert travel.minutes([A, B], [B, C, (116.0, 30.0)]) == [[50.0, 100.0, None], [0.0, 50.0, None]]
    assert "OSRM" in travel.describe()


def test_flights_ask_no_server(travel, server, local):
    """By air the straight line counts as everywhere."""
    assert travel.minutes([A], [C], by_air=True) == local.minutes([A], [C], by_air=True)
    assert server.asked == []


def test_a_large_table_is_asked_in_parts_the_server_takes(travel, server):
    """250 origins and 60 targets come whole, each request within the server's limit."""
    origins = [(112 + k / 1000, 30.0) for k in range(250)]
    targets = [(113 + k / 1000, 30.0) for k in range(60)]
    found = travel.minutes(origins, targets)
    assert len(found) == 250
    assert found[249][59] == pytest.approx((113.059 - 112.249) * 50, abs=0.06)
    assert all(
        o["sources"].count(";") + o["destinations"].count(";") + 2 <= 100 for _, o in server.asked
    )


def test_what_was_asked_is_not_asked_again(travel, server):
    """A second question for the same pairs costs no request."""
    travel.minutes([A, B], [C])
    before = len(server.asked)
    assert travel.minutes([B], [C]) == [[50.0]]
    assert len(server.asked) == before


def test_a_closure_adds_what_it_adds_on_the_local_graph(travel, local):
    """The server's time plus the local detour; cut off locally is cut off."""
    round_about = Travel(
        {**SEATS, "n": Seat(112.5, 30.5)}, [], [("a", "b"), ("b", "c"), ("a", "n"), ("n", "b")]
    )
    travel.local = round_about
    closed, free = (round_about.minutes([A], [C], closures=c)[0][0] for c in ([WALL], []))
    longer = closed - free
    assert longer > 0
    assert travel.minutes([A], [C], closures=[WALL])[0][0] == pytest.approx(100 + longer, abs=0.2)
    travel.local = local
    assert travel.minutes([A, B], [C], closures=[WALL]) == [[None], [50.0]]
    assert travel.minutes([A, B], [C], closed_roads=["R:a-b"]) == [[None], [50.0]]


def test_the_route_is_the_servers(travel):
    """Both ends as asked, the server's line between."""
    assert travel.route(A, C) == [A, C]
    assert travel.route(A, (116.0, 30.0)) == []


def test_a_route_that_meets_a_closure_gives_way_to_the_next(travel, server):
    """With a closure the server's alternatives are tried in order."""
    way = travel.route(A, C, [WALL])
    assert (112.0, 31.0) in way
    assert server.asked[-1][1]["alternatives"] == "3"


def test_when_every_route_is_closed_the_local_graph_is_asked(travel, local):
    """No proposal of the server holds: the local graph decides, here that there is none."""
    tall = box(112.4, 29.0, 112.6, 32.0)
    assert travel.route(A, C, [tall]) == local.route(A, C, [tall]) == []


@pytest.mark.parametrize(
    ("broken", "said"),
    [
        ((200, b"<html>not osrm</html>"), "JSON"),
        ((400, {"code": "InvalidQuery", "message": "Query string malformed"}), "InvalidQuery"),
        ((200, {"code": "Ok"}), "时间表"),
    ],
)
def test_a_useless_answer_falls_back_and_says_so(travel, server, local, broken, said):
    """The local graph answers instead, and the description names the reason."""
    server.broken = broken
    assert travel.minutes([A], [C]) == local.minutes([A], [C])
    assert said in travel.describe()
    assert local.describe() in travel.describe()


def test_no_server_at_all_falls_back_and_is_left_alone(local, monkeypatch):
    """A server that is down is asked once, not for each question; later it is tried again."""
    now = [1000.0]
    monkeypatch.setattr(osrm.time, "monotonic", lambda: now[0])
    with stand() as server:
        port = server.server_port
    travel = OsrmTravel(f"http://127.0.0.1:{port}", local)
    assert travel.minutes([A], [C]) == local.minutes([A], [C])
    assert "连不上" in travel.describe()
    with stand() as server:
        travel.url = f"http://127.0.0.1:{server.server_port}"
        assert travel.minutes([A], [C]) == local.minutes([A], [C])
        assert server.asked == []
        now[0] += osrm.REST_S + 1
        version = travel.version
        assert travel.minutes([A], [C]) == [[100.0]]
        assert travel.version > version
        assert "没有应答" not in travel.describe()


def test_one_refused_question_does_not_rest_the_server(travel, server):
    """A point the server cannot place fails alone; the next question is asked."""
    server.broken = (400, {"code": "NoSegment", "message": "Could not find a matching segment"})
    travel.minutes([A], [C])
    server.broken = None
    assert travel.minutes([A], [C]) == [[100.0]]
