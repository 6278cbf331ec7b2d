"""The line behind the door for readings: it outlives whatever happens to a group of batches."""

from datetime import UTC, datetime

import pytest

from data.domain.feeding import Columns, Reading
from data.domain.org import SYSTEM
from data.errors import Unavailable
from data.services.feed_line import Batch, Line

WAIT_S = 20
ROW = Reading(sensor="S-1", value=1.0, at=datetime(2020, 7, 8, tzinfo=UTC))


def _batch():
    return Batch(actor=SYSTEM, via="http", source="试", readings=Columns.of([ROW]))


@pytest.fixture
def line():
    """A line whose next group meets what a test puts into `fails`."""
    fails = []

    def store(batches):
        for batch in batches:
            batch.fresh = batch.readings
        if fails:
            raise fails.pop()

    watched = []
    made = Line(store, lambda _actor, readings: watched.extend(readings))
    made.fails, made.watched = fails, watched
    yield made
    made.close()


@pytest.mark.parametrize("error", [MemoryError(), ValueError("kaputt")])
def test_a_group_that_fails_is_given_back_and_the_next_is_stored(line, error):
    """The senders of the one are told to send again; the line takes the other as if nothing was."""
    line.fails.append(error)
    with pytest.raises(Unavailable, match="请稍后重发"):
        line.put(_batch()).result(WAIT_S)
    assert line.put(_batch()).result(WAIT_S).accepted == 1
    assert len(line.watched) == 1


def test_no_memory_for_taking_loses_no_batch(line, monkeypatch):
    """What waits is still there when memory is."""
    from data.services import feed_line

    plain, short = feed_line.islice, [MemoryError(), MemoryError()]

    def scarce(*given):
        if short:
            raise short.pop()
        return plain(*given)

    monkeypatch.setattr(feed_line, "islice", scarce)
    answers = [line.put(_batch()) for _ in range(3)]
    assert [a.result(WAIT_S).accepted for a in answers] == [1, 1, 1]
    assert not short


def test_memory_that_ends_while_answering_is_told_as_a_refusal(line, monkeypatch):
    """Stored all the same; the sender sends again and it counts as a repeat."""
    plain, short = Batch.settle, [MemoryError()]

    def settle(batch):
        if short:
            raise short.pop()
        plain(batch)

    monkeypatch.setattr(Batch, "settle", settle)
    with pytest.raises(Unavailable):
        line.put(_batch()).result(WAIT_S)
    assert line.put(_batch()).result(WAIT_S).accepted == 1
