"""Small sites pasted as they come: each line is read, or says what is wrong with it."""

import pytest

from dashboard.components.sites_map import picture
from dashboard.components.sites_text import read_sites, request


def one(text):
    """The only line."""
    (line,) = read_sites(text)
    return line


@pytest.mark.parametrize(
    "text",
    [
        "苦竹乡\t115.86\t30.2\t5\t搜救\t40",
        "苦竹乡，115.86，30.20，5，搜救，40分",
        "苦竹乡 115.86 30.2 5 搜救 40",
        "能力,作业时长,地点,权重,纬度,经度\n搜救,40,苦竹乡,5,30.2,115.86",
    ],
)
def test_a_site_is_read_however_its_columns_are_parted(text):
    """Tabs, commas, blanks and headings in another order say the same."""
    line = one(text)
    assert (line.name, line.lon, line.lat) == ("苦竹乡", 115.86, 30.2)
    assert (line.weight, line.needs, line.minutes) == (5, ("搜救",), 40)
    assert line.problem == ""


def test_what_is_left_out_is_left_open():
    """A name alone is a site; one number is minutes when it says so or is too large a weight."""
    assert one("苦竹乡").minutes is None
    assert (one("苦竹乡 20分").minutes, one("苦竹乡 2小时").minutes) == (20, 120)
    assert one("苦竹乡 45").minutes == 45
    assert (one("苦竹乡 3").weight, one("苦竹乡 3").minutes) == (3, None)
    assert one("停前镇　3　搜救、破拆　30分").needs == ("搜救", "破拆")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("苦竹乡 115.86", "只有一个"), ("苦竹乡 飞行", "没有专业能力“飞行”"),
        ("名称,权重\n苦竹乡,很重", "“很重”不是数字"), ("名称,权重\n苦竹乡,0", "应大于 0"),
        ("\t115.86\t30.2", "没有名称"),
    ],
)  # fmt: skip
def test_a_faulty_line_says_what_is_wrong(text, words):
    """The problem is in words, and the line is not asked."""
    line = one(text)
    assert words in line.problem
    assert request([line], [], 60)["sites"] == []


def test_the_picture_shows_every_stop_and_names_nothing():
    """One circle a stop, one square a team; nothing without points."""
    stops = [{"lon": 115.8, "lat": 30.1}, {"lon": 115.9, "lat": 30.2}]
    drawn = picture([{"team": "t", "stops": stops}], {"t": (115.7, 30.0)}, [(116.0, 30.0)], [])
    assert drawn.startswith("data:image/svg+xml,")
    assert drawn.count("circle") == 2
    assert drawn.count("polyline") == 1
    assert picture([], {}, [], []) == ""
