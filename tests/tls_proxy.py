"""A small TLS proxy on loopback that a test can cut: the link between a county and the province."""

from __future__ import annotations

import contextlib
import datetime as dt
import ipaddress
import socket
import ssl
import threading
from pathlib import Path
from typing import Self

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

BLOCK = 16_384


def certificate(folder: Path) -> tuple[Path, Path]:
    """A self-signed certificate of 127.0.0.1, and its key; the certificate is its own authority."""
    folder.mkdir(parents=True, exist_ok=True)
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "province.example.org")])
    now = dt.datetime.now(dt.UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - dt.timedelta(days=1))
        .not_valid_after(now + dt.timedelta(days=2))
        .add_extension(
            x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]),
            critical=False,
        )
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    pem, private = folder / "province.pem", folder / "province.key"
    pem.write_bytes(made.public_bytes(serialization.Encoding.PEM))
    private.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )  # fmt: skip
    return pem, private


class TlsProxy:
    """Listens with TLS and passes on to a plain port, while the link holds."""

    def __init__(self, folder: Path, to_port: int) -> None:
        self.pem, key = certificate(folder)
        self.to_port = to_port
        self.context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self.context.load_cert_chain(self.pem, key)
        self.listener = socket.create_server(("127.0.0.1", 0), backlog=64)
        self.port: int = self.listener.getsockname()[1]
        self.up = True
        self.cuts = 0
        self._open: set[socket.socket] = set()
        self._lock = threading.Lock()
        self._closed = False
        self._left: int | None = None  # bytes that still pass before the link is cut

    @property
    def base(self) -> str:
        """The province's address as the county knows it."""
        return f"https://127.0.0.1:{self.port}"

    def start(self) -> Self:
        """Begin."""
        threading.Thread(target=self._accept, daemon=True).start()
        return self

    def cut(self) -> None:
        """End every connection at once, and let none in."""
        self.up, self._left = False, None
        self.cuts += 1
        with self._lock:
            held, self._open = self._open, set()
        for one in held:
            _end(one)

    def cut_after(self, passed: int) -> None:
        """Cut the link when so many more bytes have passed, in the middle of whatever that is."""
        self._left = passed

    def mend(self) -> None:
        """Let connections in again."""
        self._left, self.up = None, True

    def close(self) -> None:
        """End for good."""
        self._closed = True
        self.cut()
        self.listener.close()

    def _accept(self) -> None:
        while not self._closed:
            try:
                plain, _ = self.listener.accept()
            except OSError:
                return
            if not self.up:
                _end(plain)
                continue
            threading.Thread(target=self._serve, args=(plain,), daemon=True).start()

    def _serve(self, plain: socket.socket) -> None:
        try:
            plain.settimeout(10)
            near = self.context.wrap_socket(plain, server_side=True)
            far = socket.create_connection(("127.0.0.1", self.to_port), timeout=10)
        except OSError:
            _end(plain)
            return
        near.settimeout(None)
        far.settimeout(None)
        with self._lock:
            self._open |= {near, far}
        if not self.up:
            _end(near)
            _end(far)
            return
        threading.Thread(target=self._pass, args=(far, near), daemon=True).start()
        self._pass(near, far)

    def _pass(self, source: socket.socket, goal: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while block := source.recv(BLOCK):
                if self._left is not None:
                    self._left -= len(block)
                    if self._left <= 0:
                        self.cut()
                        break
                goal.sendall(block)
        _end(source)
        _end(goal)
        with self._lock:
            self._open -= {source, goal}


def _end(one: socket.socket) -> None:
    with contextlib.suppress(OSError):
        one.shutdown(socket.SHUT_RDWR)
    with contextlib.suppress(OSError):
        one.close()
