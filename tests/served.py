"""What is run in a process of its own, to be killed: a server without pages, or any command."""

import os
import sys
import threading
from collections.abc import Mapping, Sequence
from pathlib import Path

from dashboard.__main__ import main
from tests.serving import Running


def serve(var: Path, port: int, url: str | None) -> None:
    """Serve the real center of a folder until the process ends."""
    Running(var, port=port, seed=False, database_url=url, pages={}).start()
    threading.Event().wait()


def run_program(arguments: Sequence[str], environment: Mapping[str, str], log: Path) -> None:
    """A command of the program with these settings alone; what it says goes to the file."""
    os.environ.clear()
    os.environ.update(environment)
    out = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    for number in (1, 2):
        os.dup2(out, number)
    sys.stdout, sys.stderr = (os.fdopen(number, "w", buffering=1) for number in (1, 2))
    sys.exit(main(list(arguments)))
