"""The outbox: sent after the commit and after a crash, never out of an exercise."""

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from select import select

import pytest
from aiosmtpd.controller import Controller
from paho.mqtt import client as mqtt
from paho.mqtt.enums import CallbackAPIVersion

from data.domain.delivery import DeliveryState
from data.domain.messages import warnings as m
from data.errors import IllegalMove
from data.ingest.cap import read_cap
from data.services.channels import webhook
from tests.integration import warning_world as w
from tests.serving import free_port


@pytest.fixture(params=["sqlite", "postgresql"])
def server(request):
    """The address of a database server, or None for a file."""
    return None if request.param == "sqlite" else request.getfixturevalue("postgres_url")


LOCAL = ["127.0.0.0/8"]
WAIT_S = 30


class Gateway(ThreadingHTTPServer):
    """An HTTP receiver that answers as it is told and remembers what came."""

    daemon_threads = True

    def __init__(self):
        super().__init__(("127.0.0.1", 0), _Handler)
        self.answer = (200, b"{}")
        self.got = []
        self.arrived = threading.Semaphore(0)
        self.hold = threading.Event()
        self.hold.set()

    @property
    def base(self):
        """The address."""
        return f"http://127.0.0.1:{self.server_port}"

    def wait(self):
        """Until one more request has come."""
        assert self.arrived.acquire(timeout=WAIT_S)


class _Handler(BaseHTTPRequestHandler):
    def do_POST(self):
        body = self.rfile.read(int(self.headers["content-length"]))
        self.server.got.append((self.path, dict(self.headers), body))
        self.server.arrived.release()
        self.server.hold.wait(WAIT_S)
        status, text = self.server.answer
        self.send_response(status)
        if status in (301, 302, 307):
            self.send_header("Location", f"{self.server.base}/elsewhere")
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        self.wfile.write(text)

    def log_message(self, *_):
        """Nothing."""


@pytest.fixture
def gateway():
    """A receiver on a free port."""
    made = Gateway()
    threading.Thread(target=made.serve_forever, daemon=True).start()
    yield made
    made.shutdown()
    made.server_close()


def hook(gateway, **given):
    """The channel file with one web hook in 黄梅."""
    row = {
        "name": "融媒体中心", "channel": "webhook", "area": "421127", "secret": "秘钥",
        "address": f"{gateway.base}/in",
    }  # fmt: skip
    return {"allow": LOCAL, "timeout_s": 5, "receivers": [{**row, **given}]}


@contextmanager
def world(tmp_path, server, channels, scenario="none"):
    """A center on either engine with a channel file."""
    with w.database_of(server) as url:
        settings = w.settings_of(tmp_path, url, scenario=scenario, channels=channels)
        with w.opened(settings) as center:
            yield center


def outside(center):
    """Deliveries that are not to duty rooms."""
    return [d for d in w.seen(center).deliveries.values() if d.channel != "desk"]


def test_a_web_hook_gets_the_signed_warning_once_and_says_it_was_read(tmp_path, server, gateway):
    """Nothing is sent inside the commit; the receiver works the signature out as well."""
    with world(tmp_path, server, hook(gateway)) as center:
        gateway.answer = (200, b'{"state": "read"}')
        body = w.issued(center)
        assert not gateway.got
        assert [d.state for d in outside(center)] == ["waiting"]
        center.outbox.look(wait=True)
        center.outbox.look(wait=True)
        (path, headers, raw), held = gateway.got[0], outside(center)[0]
        assert len(gateway.got) == 1
        assert (path, held.state, headers["X-Hubei-Delivery"]) == ("/in", "read", held.id)
        at, given = (p.partition("=")[2] for p in headers["X-Hubei-Signature"].split(","))
        assert given == webhook.signature("秘钥", int(at), raw)
        told = json.loads(raw)
        assert read_cap(told["cap"].encode())["identifier"] == body["warning"]["identifier"]
        assert (told["status"], told["colour"]) == ("Actual", "blue")


def test_what_fails_is_tried_again_later_and_what_is_hopeless_is_not(tmp_path, server, gateway):
    """A server error waits its turn; a refusal or a redirect has failed, with the reason."""
    with world(tmp_path, server, hook(gateway)) as center:
        gateway.answer = (503, b"")
        w.issued(center)
        center.outbox.look(wait=True)
        held = outside(center)[0]
        assert (held.state, held.tries, held.reason) == ("waiting", 1, "对方答复 503")
        center.outbox.look(wait=True)
        assert len(gateway.got) == 1
        with pytest.raises(IllegalMove):
            center.handle(m.RetryDelivery(delivery_id=held.id), w.DUTY)
        for answer, reason in (((307, b""), "不跟随"), ((400, b""), "对方答复 400")):
            gateway.answer = answer
            w.issued(center)
            center.outbox.look(wait=True)
            held = outside(center)[-1]
            assert held.state == DeliveryState.FAILED
            assert reason in held.reason
        assert {path for path, *_ in gateway.got} == {"/in"}
        gateway.answer = (200, b"ok")
        center.handle(m.RetryDelivery(delivery_id=held.id), w.DUTY)
        center.outbox.look(wait=True)
        assert outside(center)[-1].state == DeliveryState.DELIVERED


def test_an_address_inside_is_refused_unless_the_settings_list_it(tmp_path, server, gateway):
    """The file's own list decides; the receiver hears nothing."""
    channels = {**hook(gateway), "allow": []}
    with world(tmp_path, server, channels) as center:
        w.issued(center)
        center.outbox.look(wait=True)
        held = outside(center)[0]
        assert (held.state, "内部地址 127.0.0.1" in held.reason) == ("failed", True)
        assert not gateway.got


def test_a_running_outbox_wakes_by_itself(tmp_path, server, gateway):
    """From the commit to the receiver without anybody asking."""
    with world(tmp_path, server, hook(gateway)) as center:
        center.outbox.start()
        w.issued(center)
        gateway.wait()


KILLED = """
import sys
from pathlib import Path
from data.center import build_center
from data.config import Settings
from tests.integration import warning_world as w
url = sys.argv[2] or None
center = build_center(Settings(
    var=Path(sys.argv[1]), scenario="none", database_url=url,
    channels=Path(sys.argv[1]) / "channels.yaml",
))
w.issued(center)
print("committed", flush=True)
if sys.argv[3] == "sending":
    center.outbox.start()
sys.stdin.read()
"""


@pytest.mark.parametrize("moment", ["before", "sending"])
def test_a_kill_between_commit_and_receipt_loses_nothing(tmp_path, server, gateway, moment):
    """Killed before it was sent, or while it was: the next program sends it, under the same id."""
    with w.database_of(server) as url:
        settings = w.settings_of(tmp_path, url, channels=hook(gateway))
        gateway.hold.clear()
        child = subprocess.Popen(
            [sys.executable, "-c", KILLED, str(tmp_path), url or "", moment],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
        )  # fmt: skip
        try:
            assert select([child.stdout], [], [], WAIT_S)[0], "the child committed nothing"
            assert child.stdout.readline() == "committed\n"
            if moment == "sending":
                gateway.wait()
        finally:
            os.kill(child.pid, signal.SIGKILL)
            child.communicate(timeout=20)
        gateway.hold.set()
        with w.opened(settings) as center:
            assert outside(center)[0].state == DeliveryState.WAITING
            center.outbox.look(wait=True)
            held = outside(center)[0]
        assert held.state == DeliveryState.DELIVERED
        ids = [headers["X-Hubei-Delivery"] for _, headers, _ in gateway.got]
        assert ids == [held.id] * (2 if moment == "sending" else 1)
        assert len({headers["Idempotency-Key"] for _, headers, _ in gateway.got}) == 1


def test_only_one_server_on_a_database_sends(tmp_path, server, gateway):
    """The second waits until the first has given the duty back."""
    with w.database_of(server) as url:
        settings = w.settings_of(tmp_path, url, channels=hook(gateway))
        with w.opened(settings) as one, w.opened(settings) as two:
            assert one.outbox.office.holds()
            assert one.outbox.office.holds()
            assert not two.outbox.office.holds()
            one.outbox.stop()
            assert two.outbox.office.holds()
            two.outbox.stop()


def test_the_sms_gateway_takes_the_short_text_and_reports_later(tmp_path, server, gateway):
    """As documented: numbers, text, the same id; its later word moves the delivery on."""
    channels = {
        "allow": LOCAL, "sms": {"url": f"{gateway.base}/sms", "key": "k"},
        "receivers": [{"name": "责任人", "channel": "sms", "area": "421127",
                       "address": "138-0000-0000、13900000000"}],
    }  # fmt: skip
    with world(tmp_path, server, channels) as center:
        w.issued(center)
        center.outbox.look(wait=True)
        _, headers, raw = gateway.got[0]
        told, held = json.loads(raw), outside(center)[0]
        assert headers["Authorization"] == "Bearer k"
        assert told["to"] == ["13800000000", "13900000000"]
        assert told["text"].startswith("【湖北省应急指挥中心】")
        assert (told["id"], held.state) == (held.id, "sent")
        outcome = m.Outcome(delivery_id=held.id, state="delivered")
        center.handle(m.RecordOutcomes(outcomes=(outcome,), at=center.clock.now()), w.DUTY)
        assert outside(center)[0].state == DeliveryState.DELIVERED


@contextmanager
def broker(folder):
    """A Mosquitto on a free port of its own; skipped by name where there is none."""
    program = shutil.which("mosquitto") or shutil.which("mosquitto", path="/usr/sbin")
    if program is None:
        pytest.skip("no mosquitto found: install 'mosquitto'")
    folder.mkdir()
    port = free_port()
    config = folder / "mosquitto.conf"
    config.write_text(f"listener {port} 127.0.0.1\nallow_anonymous true\nuser root\n")
    with subprocess.Popen(
        [program, "-c", str(config)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    ) as process:
        try:
            wait_for_port(port)
            yield port
        finally:
            process.terminate()


def wait_for_port(port):
    """Until somebody listens there."""
    until = time.monotonic() + WAIT_S
    while time.monotonic() < until:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.05)
    raise AssertionError("the broker did not open")


class Letters:
    """What a mail server was given."""

    def __init__(self):
        self.got = []

    async def handle_DATA(self, _server, _session, envelope):  # noqa: N802 - its name
        """Take it."""
        self.got.append(envelope)
        return "250 OK"

    async def handle_RCPT(self, _s, _session, envelope, address, _options):  # noqa: N802
        """Refuse one address for good."""
        if address.startswith("nobody"):
            return "550 no such user"
        envelope.rcpt_tos.append(address)
        return "250 OK"


def test_mail_goes_through_a_real_server_and_a_refused_address_fails(tmp_path, server):
    """The text, the message attached; 550 is not tried again."""
    letters = Letters()
    running = Controller(letters, hostname="127.0.0.1", port=free_port())
    running.start()
    channels = {
        "email": {"host": "127.0.0.1", "port": running.port, "from": "center@example.org"},
        "receivers": [
            {"name": "水利厅", "channel": "email", "address": "duty@example.org"},
            {"name": "无人", "channel": "email", "address": "nobody@example.org"},
        ],
    }
    try:
        with world(tmp_path, server, channels) as center:
            w.issued(center)
            center.outbox.look(wait=True)
            states = {d.receiver: (d.state.value, d.reason) for d in outside(center)}
    finally:
        running.stop()
    assert states["水利厅"] == ("sent", "")
    assert states["无人"][0] == "failed"
    assert "550" in states["无人"][1]
    assert [e.rcpt_tos for e in letters.got] == [["duty@example.org"]]
    assert b"cap+xml" in letters.got[0].content


def test_loudspeakers_hear_the_spoken_text_from_a_real_broker(tmp_path, server):
    """Topic by receiver, the broker's confirmation counts as sent; without a broker it waits."""
    with broker(tmp_path / "broker") as port:
        heard, ready = [], threading.Event()
        arrived = threading.Semaphore(0)
        listener = mqtt.Client(CallbackAPIVersion.VERSION2)
        listener.on_subscribe = lambda *_: ready.set()
        listener.on_message = lambda _c, _u, message: (heard.append(message), arrived.release())
        listener.connect("127.0.0.1", port)
        listener.subscribe("hubei/#", qos=1)
        listener.loop_start()
        assert ready.wait(WAIT_S)
        channels = {
            "mqtt": {"host": "127.0.0.1", "port": port}, "timeout_s": 5,
            "receivers": [{"name": "大河镇", "channel": "mqtt", "area": "421127",
                           "address": "hubei/speakers/421127/dahe"}],
        }  # fmt: skip
        with world(tmp_path, server, channels) as center:
            w.issued(center)
            center.outbox.look(wait=True)
            assert [d.state for d in outside(center)] == ["sent"]
            assert arrived.acquire(timeout=WAIT_S)
        listener.disconnect()
        listener.loop_stop()
    assert heard[0].topic == "hubei/speakers/421127/dahe"
    assert json.loads(heard[0].payload)["spoken"].startswith("请注意，现在播发暴雨蓝色预警。")


def test_an_exercise_reaches_no_receiver(tmp_path, server, gateway):
    """Everything goes into the exercise's own box, marked; the page says so."""
    channels = {
        **hook(gateway), "sms": {"url": f"{gateway.base}/sms"},
        "email": {"host": "127.0.0.1", "port": 1, "from": "c@example.org"},
        "mqtt": {"host": "127.0.0.1", "port": 1},
    }  # fmt: skip
    others = (("sms", "13800000000"), ("email", "a@example.org"), ("mqtt", "hubei/a"),
              ("file", "drop"))  # fmt: skip
    channels["receivers"] += [{"name": c, "channel": c, "address": a} for c, a in others]
    with world(tmp_path, server, channels, scenario="2020-07-08") as center:
        w.issued(center)
        center.outbox.look(wait=True)
        held = outside(center)
        assert {(d.state.value, d.drill) for d in held} == {("sent", True)}
        assert len(held) == 5
        assert not gateway.got
        box = center.settings.outbox
        told = [json.loads(p.read_text(encoding="utf-8")) for p in box.rglob("*.json")]
        assert len(told) == 5
        for one in told:
            assert one["headline"].startswith("【演练】")
            assert all(one[t].startswith("【演练】") for t in ("text", "spoken", "short"))
            assert read_cap(one["cap"].encode())["status"] == "Exercise"
        assert str(box).startswith(str(tmp_path / "exercises"))


def test_an_exercise_may_reach_a_host_that_is_named_for_exercises(tmp_path, server, gateway):
    """Test gear: reached, and marked all the same."""
    channels = {**hook(gateway), "exercise": {"hosts": [f"127.0.0.1:{gateway.server_port}"]}}
    with world(tmp_path, server, channels, scenario="2020-07-08") as center:
        w.issued(center)
        center.outbox.look(wait=True)
        assert json.loads(gateway.got[0][2])["status"] == "Exercise"
