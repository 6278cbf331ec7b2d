"""The world that plans are made in: the exercise standing still, two incidents, both engines."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import create_engine
from sqlalchemy.engine import make_url

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
    """The exercise's teams and stock and two open incidents in 黄梅; on SQLite without a server."""
    if server is None:
        with _center(var, None) as center:
            yield center
        return
    name = f"p{uuid.uuid4().hex[:12]}"
    admin = create_engine(server, isolation_level="AUTOCOMMIT")
    with admin.connect() as connection:
        connection.exec_driver_sql(f"CREATE DATABASE {name}")
    url = make_url(server).set(database=name).render_as_string(hide_password=False)
    with _center(var, url) as center:
        yield center
    with admin.connect() as connection:
        connection.exec_driver_sql(f"DROP DATABASE {name} WITH (FORCE)")
    admin.dispose()


@contextmanager
def _center(var: Path, url: str | None) -> Iterator[Center]:
    center = build_center(Settings(var=var, exercise_database_url=url))
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
    yield center
    center.close()


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
