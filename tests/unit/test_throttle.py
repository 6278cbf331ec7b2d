"""Guessing passwords gets slower and slower."""

from datetime import UTC, datetime, timedelta

import pytest

from data.errors import TooMany
from data.services.throttle import FREE_FAILURES, Throttle


class Hand:
    """A clock turned by hand."""

    def __init__(self):
        self.at = datetime(2026, 1, 1, tzinfo=UTC)

    def __call__(self):
        """The time it is turned to."""
        return self.at


def test_after_five_failures_one_waits_and_is_told_how_long() -> None:
    """The sixth attempt is refused with the seconds left; the wait over, one may try again."""
    hand = Hand()
    throttle = Throttle(hand)
    for _ in range(FREE_FAILURES):
        throttle.check("duty", "::1")
        throttle.failed("duty", "::1")
    with pytest.raises(TooMany, match="31 秒"):
        throttle.check("duty", "::1")
    hand.at += timedelta(seconds=30)
    throttle.check("duty", "::1")


def test_somebody_elsewhere_is_not_made_to_wait() -> None:
    """Failures count per account and address: a stranger cannot lock the duty officer out."""
    throttle = Throttle(Hand())
    for _ in range(20):
        throttle.failed("duty", "10.0.0.9")
    throttle.check("duty", "10.0.0.1")


def test_success_forgets() -> None:
    """After signing in the count begins anew."""
    throttle = Throttle(Hand())
    for _ in range(FREE_FAILURES - 1):
        throttle.failed("duty", "::1")
    throttle.passed("duty", "::1")
    throttle.failed("duty", "::1")
    throttle.check("duty", "::1")
