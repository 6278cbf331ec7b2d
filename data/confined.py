"""Runs one of our modules on a stranger's file in a child process that is cut off at its limits."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

MEMORY_BYTES = 1536 * 2**20
SECONDS = 120
BOOT = """
import runpy, sys
from data.confined import limit
limit({memory}, {seconds})
sys.argv = {arguments!r}
runpy.run_module({module!r}, run_name="__main__")
"""


class OverLimits(Exception):
    """The child took too long, or wanted more memory than it may have, or fell over."""

    def __init__(self, *, slow: bool) -> None:
        super().__init__("too slow" if slow else "ended")
        self.slow = slow


def run(
    module: str, *arguments: str, given: bytes = b"", seconds: int = SECONDS,
    memory: int = MEMORY_BYTES,
) -> bytes:  # fmt: skip
    """What a module prints when it is run with these arguments and this input.

    Raises
    ------
    OverLimits
        When it is killed at its limits, or ends with anything but 0.
    """
    root = str(Path(__file__).resolve().parents[1])
    paths = os.pathsep.join(p for p in (root, os.environ.get("PYTHONPATH", "")) if p)
    # no secret of ours is in the child's environment
    kept = {k: v for k, v in os.environ.items() if not k.startswith("HUBEI_")}
    environment = {**kept, "PYTHONPATH": paths, "OPENPYXL_LXML": "False"}
    code = BOOT.format(
        memory=memory, seconds=seconds, module=module, arguments=[module, *arguments]
    )
    try:
        done = subprocess.run(  # noqa: S603 (our own interpreter, our own module)
            [sys.executable, "-c", code], env=environment, input=given, capture_output=True,
            timeout=seconds, check=False,
        )  # fmt: skip
    except subprocess.TimeoutExpired as error:
        raise OverLimits(slow=True) from error
    if done.returncode != 0:
        raise OverLimits(slow=False)
    return done.stdout


def limit(memory: int, seconds: int) -> None:
    """Bind this process: memory, processor time, and no core file."""
    try:
        import resource
    except ImportError:  # not on this system; the parent's time limit still holds
        return
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
