"""Machines of a test's own on one wire: network namespaces joined by a bridge, gone afterwards."""

import contextlib
import ctypes
import os
import shutil
import subprocess
import uuid
from collections.abc import Iterator
from pathlib import Path

CLONE_NEWNET = 0x40000000
_OWN = Path("/proc/thread-self/ns/net")


def why_none() -> str | None:
    """Why no namespaces can be made here, in one sentence, or None when they can."""
    if os.name != "posix" or not _OWN.exists() or shutil.which("ip") is None:
        return "network namespaces need Linux and the program ip (iproute2)"
    if os.geteuid() != 0:
        return "network namespaces need root"
    name = f"hubei-{uuid.uuid4().hex[:6]}"
    made = ["ip", "netns", "add", name]
    if subprocess.run(made, capture_output=True, check=False, timeout=30).returncode:
        return "this machine lets nobody make network namespaces"
    subprocess.run(["ip", "netns", "del", name], check=True, timeout=30)
    return None


class Network:
    """Machines by name, `10.77.0.n` each, on one bridge; a machine's link may be cut."""

    def __init__(self) -> None:
        self.mark = uuid.uuid4().hex[:5]
        self.hosts: dict[str, str] = {}
        _ip("netns", "add", self.space("wire"))
        self._on("wire", "link", "add", "br0", "type", "bridge")
        self._on("wire", "link", "set", "br0", "up")

    def space(self, host: str) -> str:
        """The name of a machine's namespace."""
        return f"hubei-{self.mark}-{host}"

    def add(self, host: str) -> str:
        """A machine on the wire; its address."""
        address = f"10.77.0.{len(self.hosts) + 11}"
        self.hosts[host] = address
        _ip("netns", "add", self.space(host))
        end = ("type", "veth", "peer", "name", "eth0", "netns", self.space(host))
        self._on("wire", "link", "add", "name", f"to-{host}", *end)
        self._on("wire", "link", "set", f"to-{host}", "master", "br0", "up")
        self._on(host, "link", "set", "lo", "up")
        self._on(host, "addr", "add", f"{address}/24", "dev", "eth0")
        self._on(host, "link", "set", "eth0", "up")
        return address

    def cut(self, host: str) -> None:
        """Pull the machine's plug out of the wire: nothing is said to anybody."""
        self._on("wire", "link", "set", f"to-{host}", "down")

    def mend(self, host: str) -> None:
        """Put it back."""
        self._on("wire", "link", "set", f"to-{host}", "up")

    @contextlib.contextmanager
    def inside(self, host: str) -> Iterator[None]:
        """Run this thread, and whatever it starts meanwhile, on that machine."""
        before = os.open(_OWN, os.O_RDONLY)
        there = os.open(f"/run/netns/{self.space(host)}", os.O_RDONLY)
        try:
            _enter(there)
            yield
        finally:
            _enter(before)
            os.close(before)
            os.close(there)

    def close(self) -> None:
        """Remove every machine and the wire."""
        for host in (*self.hosts, "wire"):
            subprocess.run(["ip", "netns", "del", self.space(host)], check=False, timeout=30)

    def _on(self, host: str, *arguments: str) -> None:
        _ip("-n", self.space(host), *arguments)


def _ip(*arguments: str) -> None:
    subprocess.run(["ip", *arguments], check=True, timeout=30)


def _enter(namespace: int) -> None:
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.setns(namespace, CLONE_NEWNET):
        raise OSError(ctypes.get_errno(), "setns")
