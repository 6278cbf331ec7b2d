"""A socket that reads ahead gives the same bytes, and says what it still has."""

import random
import ssl

import pytest
from paho.mqtt.enums import CallbackAPIVersion

from data.ingest.mqtt_socket import AHEAD, Client, ReadingAhead


class _Held:
    """A socket that brings `text` in pieces of any size, then nothing yet, then its end."""

    def __init__(self, text, rng, *, tls=0):
        self.text, self.rng, self.asked, self.tls = text, rng, 0, tls
        self.waits = 1

    def recv(self, size):
        self.asked += 1
        if not self.text and self.waits:
            self.waits -= 1
            raise ssl.SSLWantReadError if self.tls else BlockingIOError
        count = self.rng.randint(1, size)
        piece, self.text = self.text[:count], self.text[count:]
        return piece

    def fileno(self):
        return 7


class _Tls(_Held):
    def pending(self):
        return self.tls


@pytest.mark.parametrize("seed", range(5))
def test_every_byte_comes_once_and_in_order(seed):
    """Asked for in pieces of any size, larger than what is read ahead too."""
    rng = random.Random(seed)
    text = rng.randbytes(3 * AHEAD)
    made, got = ReadingAhead(_Held(text, rng)), b""
    while len(got) < len(text):
        size = rng.choice((1, 1, 1, 4, 900, 2 * AHEAD))
        piece = made.recv(size)
        assert 0 < len(piece) <= size
        got += piece
    assert got == text
    assert made.pending() == 0
    with pytest.raises(BlockingIOError):
        made.recv(1)
    assert made.recv(1) == b""  # the end


def test_the_system_is_not_asked_byte_by_byte():
    """What is here is given out, and told as pending: nobody waits for the system to have more."""
    held = _Held(b"abcdef", random.Random(0))
    held.rng.randint = lambda _low, high: high
    made = ReadingAhead(held)
    assert [made.recv(1), made.pending(), made.recv(3), made.recv(9)] == [b"a", 5, b"bcd", b"ef"]
    assert (made.pending(), held.asked) == (0, 1)


def test_what_tls_has_decrypted_is_pending_too():
    """Of the two, what either has; waiting for more is said as the socket says it."""
    held = _Tls(b"abcd", random.Random(0), tls=20)
    held.rng.randint = lambda _low, high: high
    made = ReadingAhead(held)
    made.recv(1)
    assert made.pending() == 23
    made.recv(3)
    with pytest.raises(ssl.SSLWantReadError):
        made.recv(1)
    assert made.fileno() == 7  # everything else is the socket's own


def test_the_client_reads_ahead(monkeypatch):
    """The hook is the client's own: another release of it may do without."""
    held = _Held(b"", random.Random(0))
    monkeypatch.setattr("socket.create_connection", lambda *_, **__: held)
    made = Client(CallbackAPIVersion.VERSION2, client_id="x")
    assert isinstance(made._create_socket(), ReadingAhead)
