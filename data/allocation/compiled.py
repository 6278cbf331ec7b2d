"""Functions compiled by numba once and kept on disk, where there is a place to keep them.

Numba looks only at the file of a function to see whether it is newer than its code, not at those
it calls: so the code is kept under a name made of all compiled sources.
"""

from __future__ import annotations

from collections.abc import Callable
from hashlib import sha256
from os import environ
from pathlib import Path
from typing import Any, TypeVar, cast

import numba

F = TypeVar("F", bound=Callable[..., Any])


def place() -> str:
    """Where the code of these sources is kept, or nothing where numba must see for itself."""
    here = Path(__file__).parent
    kept = Path(environ.get("NUMBA_CACHE_DIR") or here / "__pycache__")
    told = [p.read_bytes() for p in sorted(here.glob("*.py"))]
    digest = sha256(b"".join(t for t in told if b"@compiled" in t)).hexdigest()[:16]
    found = kept / f"compiled-{digest}"
    try:
        found.mkdir(parents=True, exist_ok=True)
    except OSError:
        return ""
    return str(found)


numba.config.CACHE_DIR = place()  # type: ignore[attr-defined]


def compiled(function: F) -> F:
    """The function as machine code that lets other threads run while it does."""
    made: Any
    try:
        made = numba.njit(cache=True, nogil=True)(function)
    except RuntimeError:  # nowhere to keep it: compiled anew in every process
        made = numba.njit(nogil=True)(function)
    return cast("F", made)
