"""Everything the center ships can be written as JSON and read back as the same thing."""

import pytest

from data.exercise.overlay import load_overlay
from data.ingest.seeding import reference_things
from data.store.codec import decode, encode


@pytest.mark.parametrize(
    "things", [reference_things(), load_overlay().things], ids=["real", "drill"]
)
def test_shipped_things_come_back_as_they_were(things):
    """A wrong type in a table is found here, not in the middle of a night."""
    for thing in things:
        assert decode(encode(thing), type(thing)) == thing
