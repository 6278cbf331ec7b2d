"""Machines report with tokens of their own, made by who manages accounts."""

import httpx
import pytest

from tests.serving import Running


@pytest.fixture(scope="module")
def real_center(tmp_path_factory):
    """The real center, seeded."""
    with Running(var=tmp_path_factory.mktemp("real")) as running:
        running.center.seed()
        yield running


def token(running, username, permissions):
    """The answer to asking for a token."""
    with running.client(username) as api:
        return api.post("/api/v1/tokens", json={"label": "水位站", "permissions": permissions})


def test_an_administrator_lets_a_station_report(real_center):
    """The station's token stores readings and can do nothing else."""
    made = token(real_center, "admin", ["read", "telemetry"])
    assert made.status_code in {200, 201}, made.text
    key = {"Authorization": f"Bearer {made.json()['token']}"}
    with httpx.Client(base_url=real_center.base, headers=key, timeout=20) as station:
        now = station.get("/api/v1/situation").json()["at"]
        row = {"sensor": "S07", "at": now, "value": 12.5}
        answer = station.post("/api/v1/telemetry", json=[row])
        assert answer.status_code == 202, answer.text
        assert (answer.status_code, answer.json()["accepted"]) == (202, 1)
        assert station.post("/api/v1/entries", json={"text": "x"}).status_code == 403


def test_nobody_gives_more_than_he_has(real_center):
    """Readings are no leader's to report, so neither is a token for them."""
    assert token(real_center, "leader", ["telemetry"]).status_code == 403
