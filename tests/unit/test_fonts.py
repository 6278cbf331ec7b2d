"""The web font can draw everything the pages say, on a machine that has no Chinese font."""

from pathlib import Path

import pytest
from fontTools.ttLib import TTFont

from dashboard import fonts

ROMAN = "ⅠⅡⅢⅣⅤⅥⅦⅧⅨⅩⅪⅫ"


@pytest.fixture(scope="module")
def font_set(tmp_path_factory) -> fonts.FontSet:
    """The cut of this checkout; made once, found the next time."""
    return fonts.ensure_fonts(tmp_path_factory.mktemp("var"), lambda _: None, rare=False)


@pytest.fixture(scope="module")
def cut(font_set):
    """The common font, opened."""
    with TTFont(font_set.common, lazy=True) as font:
        yield font


def test_gb2312_is_complete():
    """GB/T 2312 has 6,763 Chinese characters and 682 signs."""
    characters = fonts.gb2312_characters()
    assert len(characters) == 6763 + 682
    assert {"啊", "齄"} <= characters


def test_the_cut_has_all_of_gb2312(cut):
    """No ordinary Chinese text shows a box."""
    assert fonts.gb2312_characters() <= {chr(point) for point in cut.getBestCmap()}


@pytest.mark.parametrize("text", ["甲乙丙", ROMAN, "①⑳", "■□▲△●○◎★☆▼▽◆◇▶◀", "㎡³°′″±×÷≤≥…"])
def test_the_cut_has_the_signs_of_the_pages(cut, text):
    """Letters of incidents, grades, states, shapes and units are in the font."""
    assert [c for c in text if ord(c) not in cut.getBestCmap()] == []


def test_the_cut_has_every_weight(cut):
    """One variable font serves 400 to 800."""
    (axis,) = cut["fvar"].axes
    assert axis.axisTag == "wght"
    assert axis.minValue <= 400
    assert axis.maxValue >= 800


def test_digits_are_tabular(cut):
    """All digits are equally wide: numbers that change do not dance."""
    names = [cut.getBestCmap()[ord(digit)] for digit in "0123456789"]
    assert len({cut["hmtx"][name][0] for name in names}) == 1


def test_the_licence_travels_with_the_font(cut):
    """The font still names its licence, and the package carries its text."""
    assert "SIL Open Font License" in cut["name"].getDebugName(13)
    assert "SIL OPEN FONT LICENSE" in fonts.licence_path().read_text("utf-8")


def test_the_second_call_cuts_nothing(font_set, tmp_path):
    """What was cut is found again, silently."""
    said: list[str] = []
    assert fonts.ensure_fonts(tmp_path, said.append, rare=False) == font_set
    assert said == []


def test_the_stylesheet_asks_only_our_own_server(font_set):
    """Both faces come from ``/fonts/``, under names that carry the cut's hash."""
    css = font_set.css.read_text("utf-8")
    assert css.count("@font-face") == 2
    assert css.count('src:url("/fonts/hubei-sans-') == 2
    assert "//" not in css
    assert font_set.common.name in css
    assert font_set.rare.name in css


def test_no_character_is_in_both_ranges(font_set):
    """A page with ordinary text never fetches the rare characters."""
    css = font_set.css.read_text("utf-8")
    common, rare = (_points(face) for face in css.strip().splitlines())
    assert ord("甲") in common
    assert ord("犇") in rare
    assert not common & rare


def test_a_new_character_in_our_texts_makes_a_new_cut(monkeypatch, tmp_path: Path):
    """A place name with a rare character that arrives with new facts is never a box."""
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "towns.csv").write_text("name\n㵐水镇\n", "utf-8")
    before = fonts.common_characters()
    monkeypatch.setattr(fonts, "_ROOT", tmp_path)
    assert "㵐" not in fonts.gb2312_characters()
    assert "㵐" in fonts.common_characters()
    assert fonts._fingerprint(before) != fonts._fingerprint(fonts.common_characters())


def _points(face: str) -> set[int]:
    """The code points of a face's ``unicode-range``."""
    ranges = face.partition("unicode-range:")[2].rstrip("}").replace("U+", "").split(",")
    ends = [(part.split("-")[0], part.split("-")[-1]) for part in ranges]
    return {point for first, last in ends for point in range(int(first, 16), int(last, 16) + 1)}
