"""A plain TCP proxy on loopback that a test cuts: at once, or without a word."""

from __future__ import annotations

import contextlib
import socket
import struct
import threading
from typing import Self

BLOCK = 65_536
RESET = struct.pack("ii", 1, 0)  # linger for nothing: closing resets


class TcpProxy:
    """Passes on to a port while the link holds.

    `reset` ends every connection at once, as a device does that was switched off and on. `silence`
    takes what is sent and passes nothing on, as a hung server or a box in between does: nobody is
    told, and keepalives are answered.
    """

    def __init__(self, to_port: int) -> None:
        self.to_port = to_port
        self.listener = socket.create_server(("127.0.0.1", 0), backlog=64)
        self.port: int = self.listener.getsockname()[1]
        self._open: set[socket.socket] = set()
        self._lock = threading.Lock()
        self._passing = threading.Event()
        self._passing.set()
        self._closed = False

    def __enter__(self) -> Self:
        threading.Thread(target=self._accept, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._closed = True
        # waking an accept that waits needs more than closing it
        with contextlib.suppress(OSError):
            self.listener.shutdown(socket.SHUT_RDWR)
        self.listener.close()
        self.reset()
        self._passing.set()

    def reset(self) -> None:
        """Cut what is open; new connections are let in."""
        with self._lock:
            held, self._open = list(self._open), set()
        for one in held:
            with contextlib.suppress(OSError):
                one.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)
            with contextlib.suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)
            one.close()

    def silence(self) -> None:
        """From now on nothing passes and nobody is told."""
        self._passing.clear()

    def heal(self) -> None:
        """The way is free again; what stood open in the silence is gone."""
        self.reset()
        self._passing.set()

    def _accept(self) -> None:
        while not self._closed:
            try:
                near, _ = self.listener.accept()
            except OSError:
                return
            threading.Thread(target=self._join, args=(near,), daemon=True).start()

    def _join(self, near: socket.socket) -> None:
        try:
            far = socket.create_connection(("127.0.0.1", self.to_port), timeout=5)
        except OSError:
            near.close()
            return
        far.settimeout(None)
        with self._lock:
            self._open |= {near, far}
        for a, b in ((near, far), (far, near)):
            threading.Thread(target=self._pass, args=(a, b), daemon=True).start()

    def _pass(self, near: socket.socket, far: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while part := near.recv(BLOCK):
                self._passing.wait()
                far.sendall(part)
        for one in (near, far):
            with contextlib.suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)
            with self._lock:
                self._open.discard(one)
