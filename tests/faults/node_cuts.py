"""The link between a county's machine and the province cut again and again while both order."""

from __future__ import annotations

import contextlib
import random
import sys
import threading
import time
import uuid
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
from sqlalchemy import select

from data.domain.node import VERDICTS
from data.domain.org import SYSTEM
from data.store.schema import journal
from tests.integration.node_world import COUNTY
from tests.node_pair import Pair, pair, until
from tests.serving import Running

TEAMS, LOT = 4, "L-D1"
LONGEST_S, LONGEST_DOWN_S, MOST_BYTES = 0.6, 0.6, 60_000
SETTLED_S = 300  # what hundreds of cuts left waiting, on a machine with other work
NEXT = {
    "ordered": "accepted", "accepted": "departed", "departed": "arrived", "arrived": "working",
    "working": "released", "released": "returned",
}  # fmt: skip


@dataclass
class Officer:
    """One side's officer at work until told to stop: reports, orders, steps, goods."""

    server: Running
    username: str
    incident: str
    seed: int
    told: dict[str, int] = field(default_factory=dict)  # key: the number that was acknowledged
    stop: threading.Event = field(default_factory=threading.Event)

    def run(self) -> None:
        """Work."""
        draw = random.Random(self.seed)
        with self.server.client(self.username) as client:
            while not self.stop.is_set():
                with contextlib.suppress(httpx.HTTPError):
                    self._once(client, draw)
                self.stop.wait(0.02)

    def _once(self, client: httpx.Client, draw: random.Random) -> None:
        what = draw.random()
        if what < 0.3:
            body = {"type": "flood", "place": "演练", "lon": 115.94, "lat": 30.07, "text": "渗水"}
            self._post(client, "/reports", body)
        elif what < 0.6:
            team = f"TM-D{draw.randint(1, TEAMS)}"
            want = {"assignments": [{"team": team, "incident": self.incident}]}
            self._post(client, "/dispatches", want)
        elif what < 0.7:
            load = {"lot": LOT, "incident": self.incident, "amount": draw.randint(1, 9)}
            self._post(client, "/dispatches", {"transfers": [load]})
        elif what < 0.8:
            self._give_back(client, draw)
        else:
            self._step(client, draw)

    def _step(self, client: httpx.Client, draw: random.Random) -> None:
        held = client.get("/api/v1/assignments").json()["items"]
        mine = [a for a in held if a["incident_id"] == self.incident and a["state"] in NEXT]
        if mine:
            one = draw.choice(mine)
            to = "cancelled" if one["state"] == "ordered" and draw.random() < 0.3 else (
                NEXT[one["state"]]
            )  # fmt: skip
            self._post(client, f"/assignments/{one['id']}/status", {"status": to})

    def _give_back(self, client: httpx.Client, draw: random.Random) -> None:
        seen = self.server.center.queries.situation(SYSTEM)
        mine = [
            t for t in seen.transfers.values()
            if t.incident_id == self.incident and t.state == "ordered"
        ]  # fmt: skip
        if mine:
            path = f"/transfers/{draw.choice(mine).id}/status"
            self._post(client, path, {"status": "cancelled"})

    def _post(self, client: httpx.Client, path: str, body: Any) -> None:
        key = uuid.uuid4().hex
        answer = client.post(f"/api/v1{path}", json=body, headers={"Idempotency-Key": key})
        if answer.is_success:
            self.told[key] = int(answer.json()["revision"])


def cut_link(folder: Path, cuts: int, *, seed: int = 1, url: str | None = None) -> list[str]:
    """Cut the link `cuts` times under two officers who want the same teams; what did not hold."""
    draw = random.Random(seed)
    with pair(folder, teams=TEAMS, url=url) as both:
        officers = _officers(both, seed)
        threads = [threading.Thread(target=o.run, daemon=True) for o in officers]
        for thread in threads:
            thread.start()
        for _ in range(cuts):
            time.sleep(draw.random() * LONGEST_S)  # the moment is drawn
            _cut(both, draw)
            time.sleep(draw.random() * LONGEST_DOWN_S)  # and how long it lasts
            both.link.mend()
        for officer in officers:
            officer.stop.set()
        for thread in threads:
            thread.join(30)
        both.settled(SETTLED_S)
        clashes = _decide_all(both, draw)
        both.settled(SETTLED_S)
        opened = [
            f"{c.id} cannot be decided"
            for c in both.province.center.queries.situation(SYSTEM).clashes.values() if c.open
        ]  # fmt: skip
        return [*opened, *both.faults(), *_judge(both, officers), *_few(officers, clashes, cuts)]


def _officers(both: Pair, seed: int) -> list[Officer]:
    """One in the county on its own machine, one at the province, each with an incident."""
    made = []
    for number, (server, username) in enumerate(
        ((both.node, f"duty.{COUNTY}"), (both.province, "duty"))
    ):
        with server.client(username) as client:
            kind = ("forest_fire", "flood")[number]
            report = client.post(
                "/api/v1/reports",
                json={"type": kind, "place": f"演练{number}", "lon": 115.94, "lat": 30.07},
            ).json()["report"]["id"]
            opened = client.post(
                "/api/v1/incidents",
                json={"report_id": report, "commander": "甲", "lead_body": "乙", "desk": "丙"},
            )  # fmt: skip
            made.append(
                Officer(server, username, opened.json()["incident"]["id"], seed * 10 + number)
            )
    both.settled(SETTLED_S)
    return made


def _cut(both: Pair, draw: random.Random) -> None:
    """At once, or in the middle of a message; with traffic every second it always comes."""
    before = both.link.cuts
    if draw.random() < 0.3:
        both.link.cut()
        return
    both.link.cut_after(draw.randint(1, MOST_BYTES))
    with contextlib.suppress(AssertionError):
        until(lambda: both.link.cuts > before, "no traffic", 2.0)
    if both.link.cuts == before:
        both.link.cut()


def _decide_all(both: Pair, draw: random.Random) -> Counter[str]:
    """A person decides every conflict; how many of each kind there were."""
    with both.province.client("duty") as client:
        held = client.get("/api/v1/clashes").json()["items"]
        for clash in held:
            if clash["state"] != "open":
                continue
            said = []
            for verdict in draw.sample(list(VERDICTS[clash["kind"]]), len(VERDICTS[clash["kind"]])):
                body = {"verdict": verdict, "reason": "演练裁定"}
                done = client.post(f"/api/v1/clashes/{clash['id']}/decide", json=body)
                if done.is_success:
                    break
                said.append(done.text)
            else:
                sys.stdout.write(f"{clash['id']} {clash['kind']}: {said}\n")
    return Counter(clash["kind"] for clash in held)


def _judge(both: Pair, officers: list[Officer]) -> list[str]:
    """Every acknowledged write of the county is at the province once, in order; none is lost."""
    county, province = officers
    own = _rows(both.node)
    there = _rows(both.province)
    found = [f"node lost {k}" for k in county.told if k not in {r[1] for r in own}]
    found += [f"province lost {k}" for k in province.told if k not in {r[1] for r in there}]
    came = [r[1] for r in there if (r[1] or "").startswith(f"{both.name}#")]
    times = Counter(came)
    found += [f"{key} came {n} times" for key, n in times.items() if n > 1]
    wanted = [f"{both.name}#{number}" for number in sorted(county.told.values())]
    found += [f"{key} never came" for key in wanted if key not in times]
    numbers = [int(key.partition("#")[2]) for key in came]
    return found + ([] if numbers == sorted(numbers) else ["not in order"])


def _rows(server: Running) -> list[tuple[int, str | None]]:
    with server.center.database.reader.connect() as connection:
        query = select(journal.c.seq, journal.c.request_id).order_by(journal.c.seq)
        return [(row.seq, row.request_id) for row in connection.execute(query)]


def _few(officers: list[Officer], clashes: Counter[str], cuts: int) -> list[str]:
    """A run in which nothing met shows nothing."""
    found = ["an officer did nothing"] if any(not o.told for o in officers) else []
    if cuts >= 50 and not clashes:
        found.append("no conflict arose: no real test")
    said = ", ".join(str(len(o.told)) for o in officers)
    kinds = ", ".join(f"{kind} {n}" for kind, n in sorted(clashes.items()))
    sys.stdout.write(f"  {cuts} cuts, acknowledged {said}; conflicts: {kinds or 'none'}\n")
    return found
