"""A thread that goes its rounds, whatever one look ran into."""

import logging
from queue import Queue

import pytest

from data.errors import CenterError
from data.rounds import Rounds


@pytest.mark.parametrize("error", [CenterError("数据库暂时不能读取"), ValueError("inner")])
def test_a_look_that_fails_is_logged_and_followed_by_the_next(error, caplog):
    """The second look comes though the first one raised; the log says what it was."""
    looks, first = Queue(), [error]

    def look():
        looks.put(1)
        if first:
            raise first.pop()
        return 60.0

    rounds = Rounds("a watch", look, 0.0)
    with caplog.at_level(logging.WARNING, "hubei.rounds"):
        rounds.start()
        for _ in range(2):
            looks.get(timeout=30)
        rounds.stop()
    assert "a watch" in caplog.text


def test_who_is_woken_looks_at_once():
    """A rest of an hour ends when something wakes it; an end is waited for."""
    looks = Queue()
    rounds = Rounds("a watch", lambda: looks.put(1), 3600.0)
    rounds.start()
    rounds.start()  # begun twice is begun once
    looks.get(timeout=30)
    rounds.wake()
    looks.get(timeout=30)
    rounds.stop(within_s=None)
    assert rounds.ending
    assert looks.empty()
