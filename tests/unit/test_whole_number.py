"""Digits as ids and lengths are written, and what only looks like them."""

import pytest

from data.domain.retention import Retention
from data.domain.whole_number import LONGEST, digits_of, half_width, whole
from data.errors import Invalid
from data.services.channels.settings import read_channels


@pytest.mark.parametrize(("text", "number"), [("0", 0), ("0012", 12), ("9" * LONGEST, 10**18 - 1)])
def test_plain_digits_are_a_number(text, number):
    """Leading noughts and the longest that an engine holds included."""
    assert whole(text) == number


@pytest.mark.parametrize("text", ["", " 1", "-1", "+1", "1.0", "²", "１２", "1_0", "9" * 19])
def test_anything_else_is_none(text):
    """Also what ``str.isdigit`` or ``int`` alone would take."""
    assert whole(text) is None


@pytest.mark.parametrize("text", ["hot=²", "hot=0", "hot=-1", "hot=" + "9" * 5000, "hot"])
def test_retention_refuses_what_is_no_number_of_days(text):
    """In words that name the setting."""
    with pytest.raises(Invalid) as refused:
        Retention.read(text)
    assert refused.value.errors[0]["field"] == "HUBEI_RETENTION"


def test_a_colour_of_a_receiver_may_not_be_a_list(tmp_path):
    """YAML's ``- [红]`` is refused like any unknown colour, at its place."""
    path = tmp_path / "channels.yaml"
    path.write_text(
        "receivers:\n  - {name: 甲, channel: file, address: a, colours: [[red]]}\n", "utf-8"
    )
    with pytest.raises(Invalid) as refused:
        read_channels(path, drill=True, box=tmp_path)
    assert refused.value.errors[0]["field"] == "receivers[0].colours"


def test_typed_digits_are_read_in_any_width():
    """A telephone number with signs, a code in full-width digits; letters and ٣ are none."""
    assert digits_of("０２７-1234 ٣x") == "0271234"
    assert whole(half_width("１２")) == 12
