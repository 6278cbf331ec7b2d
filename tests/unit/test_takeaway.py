"""The take-away map carries everything it needs and nothing it should not."""

import re
from dataclasses import replace
from html.parser import HTMLParser

import pytest

from dashboard.geo_frames import reference_frames
from dashboard.vendor import leaflet_css_inlined, leaflet_js
from layers.takeaway import takeaway_html
from tests.map_world import A, break_layer, world

MEGABYTE = 1_000_000


class Addresses(HTMLParser):
    """Collects every address a page would fetch."""

    def __init__(self):
        super().__init__()
        self.found = []

    def handle_starttag(self, tag, attrs):
        """Links, scripts, pictures and frames."""
        self.found += [v for k, v in attrs if k in {"src", "href", "srcset", "data"} and tag != "a"]


def make(situation):
    """The page of a situation, over the real geography."""
    return takeaway_html(
        situation, reference_frames(), leaflet_js=leaflet_js(), leaflet_css=leaflet_css_inlined()
    )


@pytest.fixture(scope="module")
def page():
    """The page of the small test world."""
    return make(world())


def test_fetches_nothing(page):
    """No tag and no stylesheet of the page points outside it."""
    parser = Addresses()
    parser.feed(page)
    assert parser.found == []
    assert not re.findall(r"url\(\s*['\"]?(?!data:|#)", page)
    assert "@import" not in page
    assert "cdn." not in page


def test_small(page):
    """The page can be sent as a message's attachment."""
    assert len(page.encode()) < 3 * MEGABYTE


def test_says_what_and_when(page):
    """The moment in Beijing time, the number, the exercise mark and the credits are on it."""
    for text in ("2020-07-08 11:30:00", "记录 #7", "演练", "GeoNames", "黄梅山体滑坡"):
        assert text in page


def test_a_layer_that_fails_is_named_on_the_page_and_the_rest_is_drawn(monkeypatch):
    """Whoever opens the file must know that teams are missing on it, not that there are none."""
    break_layer(monkeypatch, "teams")
    made = make(world())
    assert "图层未能取得：队伍" in made
    assert "黄梅山体滑坡" in made


def test_names_are_text():
    """A hostile name becomes neither markup nor template nor script."""
    bad = "<img src=x onerror=alert(1)>${alert(2)}`{{ 7*7 }}</script>"
    now = world()
    incident = replace(now.incidents[A], name=bad, short_name=bad, place=bad)
    teams = {k: replace(t, name=bad) for k, t in now.teams.items()}
    page = make(replace(now, incidents={**now.incidents, A: incident}, teams=teams))
    assert "<img src=x" not in page
    assert "${alert(2)}`" not in page
    assert page.count("</script>") == page.count("<script")
