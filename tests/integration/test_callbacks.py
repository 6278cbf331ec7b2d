"""The callbacks that redraw desk and wall answer as Dash asks them, with every output they name."""

from datetime import timedelta

import pytest

from dashboard.app import PAGES
from data.domain.org import Actor
from tests.serving import Running

DUTY = Actor.of("duty", "duty", "420000")


@pytest.fixture(scope="module")
def center(tmp_path_factory):
    """The real center with one station over its level, and nothing but desk and wall."""
    pages = {path: PAGES[path] for path in ("/duty", "/wall")}
    with Running(var=tmp_path_factory.mktemp("callbacks"), pages=pages) as running:
        running.center.seed()
        at = running.center.clock.now() - timedelta(minutes=2)
        row = {"sensor": "S07", "at": at.isoformat(), "value": 28.77}
        running.center.feed.readings(DUTY, [row])
        yield running


def answered(center, user, output, inputs):
    """What the callback with an output answers, asked as the browser asks."""
    with center.client(user) as client:
        known = client.get("/_dash-dependencies").json()
        held = next(one for one in known if output in one["output"])
        parts = (one.rsplit(".", 1) for one in held["output"].strip(".").split("..."))
        named = [{"id": key, "property": prop} for key, prop in parts]
        body = {
            "output": held["output"],
            "outputs": named if held["output"].startswith("..") else named[0],
            "inputs": [{**one, "value": inputs.get(one["id"])} for one in held["inputs"]],
            "changedPropIds": ["live-revision.data"],
        }
        answer = client.post("/_dash-update-component", json=body)
    assert answer.status_code == 200, answer.text[:300]
    return answer.json()["response"]


def test_the_queue_answers_with_a_tone_a_colour(center):
    """One station over 警戒 waits in yellow, and no other colour sounds."""
    told = answered(center, "duty", "alarm-state.data-red", {"live-revision": 1})
    tones = {name: told["alarm-state"][f"data-{name}"] for name in ("red", "yellow", "fault")}
    assert tones == {"red": "0", "yellow": "1", "fault": "0"}
    assert "汉口" in str(told["queue-list"])


def test_the_wall_answers_with_all_its_parts_and_its_class(center):
    """Sides, pool, line and class; without an incident it is calm."""
    told = answered(center, "wall", "wall-ticker.children", {"live-revision": 1})
    assert told["wall"]["className"] == "wall is-calm"
    assert "县域风险" in str(told["wall-left"])
    assert "汉口" in str(told["wall-ticker"])


def test_the_rivers_answer_with_both_profiles_at_the_wall_s_size(center):
    """Two charts; at twice the size the writing is twice as large."""
    sizes = []
    for scale in (1.0, 2.0):
        told = answered(center, "wall", "wall-rivers.children", {"wall-scale": scale})
        charts = told["wall-rivers"]["children"]
        assert len(charts) == 2
        figure = charts[0]["props"]["children"][1]["props"]["figure"]
        sizes.append(figure["layout"]["font"]["size"])
    assert sizes == [20, 40]
