"""The real service in a process of its own, forked so that nothing is imported twice."""

import os
import signal
import sys
import warnings
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from dashboard.app import PAGES, _pages
from dashboard.serving import Service
from data.config import Settings


@dataclass(frozen=True)
class Worker:
    """A running service by its process number."""

    pid: int

    def kill(self) -> None:
        """End it without warning; once is enough."""
        os.kill(self.pid, signal.SIGKILL)

    def wait(self) -> None:
        """Until it is gone."""
        os.waitpid(self.pid, 0)


def host(settings: Mapping[str, str], log: Path) -> Worker:
    """`serve --setup` with these settings, on the machine that this thread is on."""
    _pages(PAGES)  # imported here, once for all of them
    with warnings.catch_warnings():  # newer Pythons warn of threads; the child uses none of them
        warnings.simplefilter("ignore", DeprecationWarning)
        pid = os.fork()
    if pid:
        return Worker(pid)
    try:
        out = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
        for number in (1, 2):
            os.dup2(out, number)
        sys.stdout, sys.stderr = (os.fdopen(number, "w", buffering=1) for number in (1, 2))
        for name in (signal.SIGINT, signal.SIGTERM):
            signal.signal(name, signal.SIG_DFL)
        Service(settings=Settings.from_env(settings), setup=True).run()
    finally:
        os._exit(1)
