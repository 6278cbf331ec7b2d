"""The wall as a PNG: like the wall, marked 演练, also at a moment that is past."""

from __future__ import annotations

import io

import pytest
from PIL import Image, ImageDraw

from dashboard.picture import wall
from data.domain.messages import IssueDispatch, WantedTeam
from data.domain.org import Actor
from layers.palette import IDENTITY
from layers.pen import Pen
from tests.integration import api_world as api
from tests.integration import plan_world as w
from tests.map_world import break_layer
from tests.serving import Running

WALL = Actor.of("wall", "wall", "420000")


@pytest.fixture(scope="module")
def center(tmp_path_factory):
    """Two incidents in 黄梅, one team sent to the first."""
    with w.opened(tmp_path_factory.mktemp("var"), None) as made:
        yield made


@pytest.fixture
def written(monkeypatch):
    """Every text that is put on the picture, with where."""
    said = []
    plain = ImageDraw.ImageDraw.text

    def text(self, xy, text, *rest, **more):
        said.append((text, xy))
        return plain(self, xy, text, *rest, **more)

    monkeypatch.setattr(ImageDraw.ImageDraw, "text", text)
    return said


def drawn(center, seen, width=1280, *, replay=False):
    """The picture as an image."""
    return Image.open(io.BytesIO(wall.wall_png(center, WALL, seen, width, replay=replay)))


def test_it_says_what_the_wall_says(center, written):
    """演练, both incidents on their sides, the pool, the moment; at its width and 16:9."""
    seen = w.seen(center)
    image = drawn(center, seen)
    assert image.size == (1280, 720)
    texts = [text for text, _ in written]
    assert "演 练" in texts
    assert "共享力量池（支）" in texts
    assert f"截图 · 记录 #{seen.revision}" in texts
    third = 1280 * 440 / 1920
    assert any(text == "甲" and x < third for text, (x, _) in written)
    assert any(text == "乙" and x > 1280 - third for text, (x, _) in written)
    left = image.getpixel((2, round(66 * 1280 / 1920)))
    right = image.getpixel((1278, round(66 * 1280 / 1920)))
    assert "#{:02x}{:02x}{:02x}".format(*left[:3]) == IDENTITY["甲"]
    assert "#{:02x}{:02x}{:02x}".format(*right[:3]) == IDENTITY["乙"]


def test_a_layer_that_fails_is_named_on_the_picture(center, written, monkeypatch):
    """The picture is drawn without the depots and says so."""
    break_layer(monkeypatch, "depots")
    drawn(center, w.seen(center))
    assert any(text.startswith("图层未能取得：") for text, _ in written)


def test_a_past_moment_shows_what_was_known_then_and_says_so(center, written):
    """A team ordered since is not in the picture of before."""
    before = center.queries.revision()
    here = w.incidents(center)[0]
    team = next(t for t in w.seen(center).available_teams() if t.area_code == "421127")
    order = IssueDispatch(assignments=(WantedTeam(team=team.id, incident=here),))
    center.handle(order, w.DUTY)
    drawn(center, w.seen(center))
    assert any(text.startswith(team.name[:4]) for text, _ in written)
    written.clear()
    drawn(center, center.queries.situation(w.DUTY, before), replay=True)
    assert not any(text.startswith(team.name[:4]) and len(text) > 4 for text, _ in written
                   if "调派" not in text)  # fmt: skip
    assert f"回放截图 · 记录 #{before}" in [text for text, _ in written]


def test_nothing_is_written_outside_the_picture(center, written):
    """Long names are cut to their room."""
    image = drawn(center, w.seen(center))
    pen = Pen(image, 1.0, wall.font_path())
    assert pen.cut("很长很长的名字", 20, 60).endswith("…")
    assert pen.wide(pen.cut("很长很长的名字", 20, 60), 20) <= 60
    assert all(0 <= x <= image.width and 0 <= y <= image.height for _, (x, y) in written)


def test_over_http_for_whoever_may_read(tmp_path):
    """An image with a name that says its moment; a county sees its own wall; nobody unsigned."""
    with Running(tmp_path, pages={}) as running, running.client("duty") as duty:
        api.incident(duty)
        got = duty.get("/api/v1/wall.png", params={"width": 1280})
        assert (got.status_code, got.headers["content-type"]) == (200, "image/png")
        assert got.headers["content-disposition"].endswith('.png"')
        assert Image.open(io.BytesIO(got.content)).size == (1280, 720)
        past = duty.get("/api/v1/wall.png", params={"at": "1", "width": 1280})
        assert past.status_code == 200
        assert past.content != got.content
        assert duty.get("/api/v1/wall.png", params={"width": 17}).status_code == 422
        with running.client() as stranger:
            assert stranger.get("/api/v1/wall.png").status_code == 401
