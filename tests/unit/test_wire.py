"""One open stream's queue: in order, all at once when it fell behind, cut when it is too slow."""

import asyncio
from datetime import UTC, datetime

from dashboard.wire import QUEUE, RESUME, Client
from data.domain.org import Actor
from data.services.secret import Session


def a_client():
    """A stream of a provincial duty officer."""
    actor, at = Actor.of("duty", "duty", "420000"), datetime(2020, 7, 8, tzinfo=UTC)
    held = Session(
        key="k", actor=actor, csrf="", kind="person", created_at=at, seen_at=at, expires_at=None
    )
    return Client(session=held)


async def test_what_waits_is_taken_in_order_in_one_piece():
    """Three messages offered while nobody took are one piece, in order, and then nothing waits."""
    client = a_client()
    for text in (b"1", b"2", b"3"):
        client.offer(text)
    assert await client.take() == b"123"
    assert client.waiting == []


async def test_a_taker_waits_for_the_next_message():
    """Nothing waits: the taker sleeps until there is something."""
    client = a_client()
    taking = asyncio.create_task(client.take())
    await asyncio.sleep(0)
    assert not taking.done()
    client.offer(b"1")
    assert await asyncio.wait_for(taking, 5) == b"1"


async def test_who_is_too_slow_is_told_to_resume_and_ends():
    """One message more than the queue holds: the rest is dropped, and the stream ends."""
    client = a_client()
    for _ in range(QUEUE):
        client.offer(b"x")
    assert not client.over
    client.offer(b"x")
    client.offer(b"late")
    assert client.over
    assert await client.take() == RESUME
    assert await client.take() == b""


async def test_an_ended_stream_wakes_its_taker():
    """The session ended while nothing was sent: the taker hears of the end."""
    client = a_client()
    taking = asyncio.create_task(client.take())
    await asyncio.sleep(0)
    client.end()
    assert await asyncio.wait_for(taking, 5) == b""
