"""A short version of the fuzzing: nothing sent makes the center fail, hang or change unasked."""

import pytest

from tests.faults import fuzz_api, fuzz_callbacks, fuzz_importers
from tests.faults.fuzz_world import yard


@pytest.fixture(scope="module")
def full(tmp_path_factory):
    """A center with every page, two incidents, and accounts of every role."""
    with yard(tmp_path_factory.mktemp("fuzz"), pages=True) as made:
        yield made


def test_every_operation_answers_whatever_it_is_sent(full):
    """Each operation of the document, bent in one of three ways: no server error, no hang."""
    fuzz_api.bend_all(full, 1, begin=3, ways=1)
    assert full.found == []
    assert full.asked > 300


def test_callbacks_answer_whatever_they_are_sent(full):
    """Each callback thrice: no server error, no hang, and watchers move nothing."""
    fuzz_callbacks.call_all(full, 3, begin=3)
    assert full.found == []


def test_importers_read_or_refuse_by_name():
    """Spoilt files of every kind: read, or refused by a named error."""
    assert fuzz_importers.fuzz_importers(8) == []
