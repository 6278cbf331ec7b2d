"""The world that plans are made in: the exercise standing still, two incidents, both engines."""

from __future__ import annotations

import atexit
import shutil
import tempfile
import uuid
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from functools import cache
from pathlib import Path
from typing import Any

from data.center import Center, build_center
from data.config import Settings
from data.domain.messages import (
    AdvanceAssignment,
    IssueDispatch,
    OpenIncident,
    ReceiveReport,
    WantedTeam,
)
from data.domain.org import Actor
from data.domain.situation import Situation
from tests.postgres import create_database, database_of

DUTY = Actor.of("duty", "duty", "420000", "王值班")
LEADER = Actor.of("leader", "leader", "420000", "李领导")
COUNTY = Actor.of("duty.421127", "duty", "421127")
DAHE = {
    "type": "Polygon",
    "coordinates": [
        [[115.80, 30.05], [115.88, 30.05], [115.88, 30.13], [115.80, 30.13], [115.80, 30.05]]
    ],
}
FIRE = {"id": "假设-1", "name": "江岸化工火灾", "type": "hazchem", "level": "II",
        "lon": 114.30, "lat": 30.60}  # fmt: skip


@contextmanager
def opened(var: Path, server: str | None) -> Iterator[Center]:
    """The exercise's teams and stock and two open incidents in 黄梅; on SQLite without a server.

    It is made once a run on each engine, and copied.
    """
    kept, template = _kept(server)
    shutil.copytree(kept, var, dirs_exist_ok=True)
    with ExitStack() as stack:
        url = stack.enter_context(database_of(server, template)) if server else None
        center = build_center(Settings(var=var, exercise_database_url=url))
        stack.callback(center.close)
        yield center


@cache
def _kept(server: str | None) -> tuple[Path, str]:
    """The state folder of the world, closed, and its database's name on a server."""
    folder = Path(tempfile.mkdtemp(prefix="hubei-world-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    name = f"world{uuid.uuid4().hex[:12]}" if server else ""
    url = create_database(server, name) if server else None
    center = build_center(Settings(var=folder, exercise_database_url=url))
    try:
        _open_incidents(center)
    finally:
        center.close()
    return folder, name


def _open_incidents(center: Center) -> None:
    """The forces, and two reports made incidents while the clock stands."""
    center.seed()
    assert center.exercise is not None
    center.exercise.clock.change(paused=True)
    for place, kind, lon, lat in (
        ("黄梅县大河镇袁山村", "landslide", 115.83174, 30.09415),
        ("黄梅县永安水库", "reservoir_danger", 115.95, 30.12),
    ):
        told = center.handle(ReceiveReport(type=kind, place=place, lon=lon, lat=lat), DUTY)
        center.handle(
            OpenIncident(
                report_id=told.body["report"]["id"], name=place, short_name=place[:6],
                commander="指挥长", lead_body="黄梅县人民政府", desk="一席",
            ),
            DUTY,
        )  # fmt: skip


def home(center: Center) -> None:
    """Every team home again."""
    for held in seen(center).assignments.values():
        if held.active:
            to = "cancelled" if held.state in ("ordered", "accepted") else "released"
            center.handle(AdvanceAssignment(assignment_id=held.id, to=to), DUTY)
    for held in seen(center).assignments.values():
        if held.state == "released":
            center.handle(AdvanceAssignment(assignment_id=held.id, to="returned"), DUTY)


def seen(center: Center) -> Situation:
    """What the province sees."""
    return center.queries.situation(DUTY)


def incidents(center: Center) -> list[str]:
    """Ids of the open incidents."""
    return [i.id for i in seen(center).sided()]


def ask(center: Center, **more: Any) -> dict[str, Any]:
    """A request for both incidents, their teams only."""
    return {"incidents": [{"id": i, "supplies": []} for i in incidents(center)], **more}


def small(center: Center, **more: Any) -> dict[str, Any]:
    """A request that is proven best at once on any machine: few needs, no cover kept."""
    needs = [{"capability": "搜救", "amount": 40}, {"capability": "医疗救护", "amount": 20}]
    rows = [{"id": i, "needs": needs, "supplies": []} for i in incidents(center)]
    return {"incidents": rows, "keep_back": False, **more}


def bound(center: Center, team: str, incident: str) -> str:
    """The assignment of a team ordered to an incident by hand."""
    wanted = (WantedTeam(team=team, incident=incident),)
    made = center.handle(IssueDispatch(assignments=wanted), DUTY).body
    return str(made["assignments"][0]["id"])
