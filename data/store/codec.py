"""Things to JSON text and back, always the same characters for the same thing."""

from __future__ import annotations

import hashlib
from typing import Any, TypeVar

import msgspec

T = TypeVar("T")


def encode(thing: Any) -> str:
    """Canonical JSON of a thing."""
    return msgspec.json.encode(thing, order="deterministic").decode()


def decode(body: str, cls: type[T]) -> T:
    """A thing of a class from its JSON."""
    return msgspec.json.decode(body, type=cls)


def plain(thing: Any) -> Any:
    """A thing as dicts, lists, strings and numbers."""
    return msgspec.to_builtins(thing)


def digest(*parts: str) -> str:
    """SHA-256 over the parts, each closed by a line feed, in hex."""
    return hashlib.sha256("".join(f"{part}\n" for part in parts).encode()).hexdigest()
