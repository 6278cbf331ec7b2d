"""Two application hosts with two workers each, one PostgreSQL, nginx in front, devices beside.

Every machine is a network namespace; the units' program runs in each, nginx with the shipped
example.
"""

import contextlib
import os
import socket
import subprocess
import sys
import time
import uuid
from dataclasses import dataclass, field
from pathlib import Path
from zlib import crc32

import httpx
import psycopg
import pytest

from data.center import build_center
from data.config import Settings
from data.domain.messages import StoreRows
from data.domain.org import SYSTEM, Actor
from tests import hosted, proxies
from tests.integration.device_world import level_frame, stations
from tests.listening import Listening
from tests.networks import Network, why_none
from tests.postgres import DURABLE, standing_postgres, why_not
from tests.serving import PASSWORD

WHY = why_not() or why_none() or (None if proxies.found("nginx") else "no nginx: install 'nginx'")
pytestmark = [pytest.mark.postgres, pytest.mark.skipif(WHY is not None, reason=WHY or "")]
ROOT = Path(__file__).parents[2]
PORTS = (8051, 8052)
LIMIT_S = 90
OFFICE = crc32(b"hubei:attendant")
REPORT = {
    "type": "flood", "place": "黄梅县", "lon": 115.94, "lat": 30.07, "source": "电话",
    "text": "堤防渗水", "casualties": {},
}  # fmt: skip


@dataclass
class Site:
    """The machines, what runs on them, and how to ask them."""

    net: Network
    folder: Path
    url: str = ""
    workers: dict[str, list[hosted.Worker]] = field(
        default_factory=lambda: {"a": [], "b": []}
    )

    def start(self, host: str, port: int) -> None:
        """A web worker on a machine; workers of one machine share its state folder."""
        told = {
            "HUBEI_SCENARIO": "none", "HUBEI_VAR": str(self.folder / host), "HUBEI_NO_BROWSER": "1",
            "HUBEI_SEED_PASSWORD": PASSWORD, "HUBEI_HOST": self.net.hosts[host],
            "HUBEI_PROXIES": self.net.hosts["proxy"], "HUBEI_LEAST_FREE_MB": "1",
            "HUBEI_PORT": str(port), "HUBEI_DATABASE_URL": self.url,
        }  # fmt: skip
        with self.net.inside(host):
            self.workers[host].append(hosted.host(told, self.folder / f"{host}.log"))

    def client(self, host: str = "", port: int = 0) -> httpx.Client:
        """A signed-in client of a worker, or of nginx; used by whoever is on the client machine."""
        base = f"http://{self.net.hosts[host]}:{port}" if host else self.front
        made = httpx.Client(
            base_url=base, timeout=20, verify=False, headers={"Host": proxies.NAME}, trust_env=False
        )
        answer = made.post("/api/v1/session", json={"username": "duty", "password": PASSWORD})
        answer.raise_for_status()
        made.headers["X-CSRFToken"] = answer.json()["csrf"]
        return made

    @property
    def front(self) -> str:
        """The address that browsers know."""
        return f"https://{self.net.hosts['proxy']}"

    def front_of(self, host: str) -> str:
        """The address of a host's first worker."""
        return f"http://{self.net.hosts[host]}:{PORTS[0]}"

    def health(self, host: str, port: int) -> int:
        """The status of a worker's probe; 0 when it does not answer."""
        with contextlib.suppress(httpx.HTTPError):
            address = f"http://{self.net.hosts[host]}:{port}/healthz"
            return httpx.get(address, timeout=3, trust_env=False).status_code
        return 0

    def leader(self) -> str:
        """The machine that holds the office of the deadline clocks; blank while nobody does."""
        query = (
            "SELECT host(a.client_addr) FROM pg_locks l JOIN pg_stat_activity a USING (pid) "
            "WHERE l.locktype = 'advisory' AND l.granted AND l.classid = 0 AND l.objid = %s::oid"
        )
        with self.net.inside("db"), psycopg.connect(self.url.replace("+psycopg", "")) as asking:
            found = asking.execute(query, (str(OFFICE),)).fetchone()
        known = {address: host for host, address in self.net.hosts.items()}
        return known[found[0]] if found else ""

    def report(self, client: httpx.Client) -> int:
        """File a report, until it is taken; the number it was written under."""
        key = {"Idempotency-Key": uuid.uuid4().hex}
        answer = _until(lambda: _posted(client, key), "no report was taken")
        with self.net.inside("db"), psycopg.connect(self.url.replace("+psycopg", "")) as asking:
            query = "SELECT seq FROM request WHERE request_id LIKE %s"
            [number] = asking.execute(query, ("%" + key["Idempotency-Key"],)).fetchone()
        assert answer.status_code < 300
        return int(number)


def _posted(client, key):
    with contextlib.suppress(httpx.HTTPError):
        answer = client.post("/api/v1/reports", json=REPORT, headers=key)
        return answer if answer.status_code < 500 else None


def _until(true, otherwise):
    until = time.monotonic() + LIMIT_S
    while not (found := true()):
        assert time.monotonic() < until, otherwise
        time.sleep(0.1)
    return found


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    """All four workers are started at once, on a database that has no table yet."""
    with contextlib.ExitStack() as stack:
        net = Network()
        stack.callback(net.close)
        for host in ("db", "a", "b", "proxy", "client"):
            net.add(host)
        made = Site(net, tmp_path_factory.mktemp("site"))
        with net.inside("db"):
            server = stack.enter_context(
                standing_postgres({**DURABLE, "listen_addresses": "*", "max_connections": "120"})
            )
            with (server.folder / "data" / "pg_hba.conf").open("a") as hba:
                hba.write("host all all 10.77.0.0/24 trust\n")
            with psycopg.connect(server.url.replace("+psycopg", ""), autocommit=True) as asking:
                asking.execute("SELECT pg_reload_conf()")
        made.url = server.url.replace("127.0.0.1", net.hosts["db"])
        stack.callback(_end, made)
        for host, port in ((h, p) for h in ("a", "b") for p in PORTS):
            made.start(host, port)
        standing = [f"{net.hosts[host]}:{port}" for host in ("a", "b") for port in PORTS]
        with net.inside("proxy"):
            nginx = proxies.start_nginx(proxies.nginx_of(made.folder / "nginx", standing))
        stack.callback(nginx.terminate)
        with net.inside("client"):
            for host, port in ((h, p) for h in ("a", "b") for p in PORTS):
                _until(lambda h=host, p=port: made.health(h, p) == 200, f"{host}:{port} is not up")
            yield made


def _end(site):
    for worker in (w for some in site.workers.values() for w in some):
        worker.kill()
        worker.wait()


def test_a_stream_through_nginx_hears_every_worker_of_both_hosts(site):
    """Unbuffered, in order, whoever wrote; the cookie of one worker opens all."""
    listening = Listening(site.client())
    numbers = [
        site.report(site.client(host, port)) for host in ("a", "b") for port in PORTS
    ] + [site.report(site.client())]
    heard = [listening.until(lambda said, n=n: said.get("seq") == n) for n in numbers]
    assert [said["command"] for said in heard] == ["ReceiveReport"] * 5


def test_browsers_get_http_2_packed_files_and_events_as_they_come(site):
    """As curl says: the version, the encoding made once by the center, a beat every two seconds."""
    base = ("curl", "-sk", "--max-time", str(LIMIT_S), "--http2", "--noproxy", "*", "--resolve",
            f"{proxies.NAME}:443:{site.net.hosts['proxy']}")  # fmt: skip
    page = f"https://{proxies.NAME}/assets/signin.js"
    asked = ("-H", "Accept-Encoding: br", "-o", os.devnull, "-D", "-", "-w", "%{http_version}")
    done = subprocess.run([*base, *asked, page], stdout=subprocess.PIPE, text=True, check=True)
    told = done.stdout
    assert told.endswith("\n2")
    assert "content-encoding: br" in told.lower()
    client = site.client()
    cookies = "; ".join(f"{c.name}={c.value}" for c in client.cookies.jar)
    stream = f"https://{proxies.NAME}/api/v1/stream"
    with subprocess.Popen(
        [*base, "-N", "-H", f"Cookie: {cookies}", "-D", "-", stream], stdout=subprocess.PIPE,
        text=True,
    ) as reading:  # fmt: skip
        lines = iter(reading.stdout.readline, "")
        assert next(lines).startswith("HTTP/2 200")
        number = site.report(client)
        assert any(line.strip() == f"id: {number}" for line in lines)
        reading.kill()


def test_the_sign_in_log_knows_where_people_are(site):
    """The address is the browser's, not nginx's; what a browser says of itself is not taken."""
    site.client()
    with site.net.inside("db"), psycopg.connect(site.url.replace("+psycopg", "")) as asking:
        query = "SELECT address FROM session ORDER BY created_at DESC LIMIT 1"
        assert asking.execute(query).fetchone() == (site.net.hosts["client"],)


def test_devices_report_to_an_ingest_worker_of_their_own(site):
    """A process apart takes SL 651 frames, confirms what a center kept, and every host shows it."""
    settings = Settings(var=site.folder / "client", scenario="none", database_url=site.url)
    center = build_center(settings)
    center.handle(StoreRows(what="测站", things=stations()), SYSTEM)
    admin = Actor.of("admin", "admin", "420000")
    token = center.accounts.make_token(admin, "接入", ["telemetry"])
    center.close()
    told = {"HUBEI_INGEST_TOKEN": token, "HUBEI_SL651_PORT": "6510", "HUBEI_HOST": "127.0.0.1"}
    program = ("-m", "dashboard", "ingest", "--name", "w1", "--center", site.front_of("a"))
    worker = subprocess.Popen([sys.executable, *program], cwd=ROOT, env=os.environ | told)
    try:
        line = _until(lambda: _connected(("127.0.0.1", 6510)), "the ingest worker did not open")
        line.settimeout(60)
        line.sendall(level_frame(1, 7))
        assert line.recv(64)  # confirmed: it is stored
        line.close()
    finally:
        worker.kill()
        worker.wait()
    for host in ("a", "b"):
        client = site.client(host, PORTS[1])
        _until(lambda c=client: _value(c) == 0.007, f"{host} does not know the reading")


def _connected(address):
    with contextlib.suppress(OSError):
        return socket.create_connection(address, timeout=2)


def _value(client):
    items = client.get("/api/v1/sensors", params={"limit": 1000}).json()["items"]
    [found] = [s for s in items if s["id"] == "T-1"]
    return (found.get("latest") or {}).get("value")


def test_a_host_that_loses_its_link_comes_back_and_catches_up(site):
    """Its office goes to the other host; its own pages stay, and hear what they missed."""
    lost = _until(site.leader, "nobody leads")
    other = "ab".replace(lost, "")
    with site.net.inside(lost):
        listening = Listening(site.client(lost, PORTS[0]))
    site.net.cut(lost)
    numbers = [site.report(site.client(other, port)) for port in PORTS]
    assert _until(lambda: site.leader() != lost and site.leader(), "nobody took over") == other
    number = site.report(site.client())  # nginx passes the lost host over
    site.net.mend(lost)
    heard = listening.numbers(number)
    assert set(numbers) < set(heard)
    assert heard == list(range(heard[0], number + 1))
    assert not listening.over.is_set()
    _until(lambda: site.health(lost, PORTS[0]) == 200, "the host did not come back")


def test_a_host_that_dies_hands_over(site):
    """The leader's workers are killed; the other host leads, the stream resumes without a gap."""
    dying = _until(site.leader, "nobody leads")
    client = site.client()
    first = Listening(client)
    number = site.report(client)
    first.until(lambda said: said.get("seq") == number)
    for worker in site.workers[dying]:
        worker.kill()
    assert _until(lambda: site.leader() != dying and site.leader(), "nobody took over")
    numbers = [site.report(client) for _ in range(3)]
    again = site.client()
    again.headers["Last-Event-ID"] = str(number)
    heard = Listening(again).numbers(numbers[-1])
    assert [n for n in heard if n > number] == list(range(number + 1, numbers[-1] + 1))
