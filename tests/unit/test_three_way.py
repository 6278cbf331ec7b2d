"""Two sides' changes to one thing are joined; what only a person can decide clashes."""

import dataclasses

from data.domain.clash_words import FIELD_WORDS, field_word, value_word
from data.domain.registry import KINDS
from data.domain.three_way import join

OFTEN = ("incident", "assignment", "zone", "team")
SET_BY_THE_PROGRAM = {
    "id", "version", "origin", "org", "source", "assumption", "dispatch_id", "letter",
    "opened_at", "force_id", "coord_is_stand_in", "coord_source", "confidence", "figures_date",
    "kind", "from_lon", "from_lat", "sharing", "foreign",
}  # fmt: skip
GRADED = {"level": "III", "word": "较大", "rule": "a", "provisional": True, "confirmed_by": None}


def test_a_grading_is_of_one_piece():
    """Half of the county's grading on half of the province's would be neither's."""
    ours = {**GRADED, "level": "IV", "word": "一般"}
    theirs = {**GRADED, "level": "II", "rule": "b"}
    joined = join({"grading": GRADED}, {"grading": ours}, {"grading": theirs})
    assert joined.body["grading"] == ours
    assert joined.clashes == (("grading", GRADED, ours, theirs),)


def test_who_and_when_alone_is_nothing_to_decide():
    """Both ended it, each in its own minute: ours stands, nobody is asked."""
    was = {"status": "open", "closed_at": None, "times": {"ordered": 1}}
    ours = {"status": "closed", "closed_at": 5, "times": {"ordered": 1, "accepted": 2}}
    theirs = {"status": "closed", "closed_at": 6, "times": {"ordered": 1, "accepted": 3}}
    joined = join(was, ours, theirs)
    assert joined.body == ours
    assert joined.clashes == ()


def test_who_and_when_is_told_where_the_deed_differs():
    """One side ended it as done, the other as cancelled: decided with its times."""
    was = {"state": "ordered", "released_seq": None}
    ours = {"state": "returned", "released_seq": 8}
    theirs = {"state": "cancelled", "released_seq": 3}
    joined = join(was, ours, theirs)
    assert [c[0] for c in joined.clashes] == ["state", "released_seq"]


def test_fields_and_values_have_words():
    """No name of the program's reaches the officer."""
    assert field_word("times.accepted") == "时刻：接令"
    assert field_word("casualties.dead") == "遇难"
    assert value_word("grading", GRADED) == "Ⅲ 较大（初判）"
    confirmed = {**GRADED, "provisional": False, "confirmed_by": "王芳"}
    assert value_word("grading", confirmed) == "Ⅲ 较大（王芳 定级）"
    assert value_word("state", None) == ""


def test_every_field_that_may_clash_has_a_word():
    """Of each kind a county may write, but for what the program alone sets."""
    known = {field.partition(".")[0] for field in FIELD_WORDS}
    fields = {f.name for kind in OFTEN for f in dataclasses.fields(KINDS[kind])}
    assert fields - known - SET_BY_THE_PROGRAM == set()
