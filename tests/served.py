"""A server for a process of its own, without pages, to be killed."""

import threading
from pathlib import Path

from tests.serving import Running


def serve(var: Path, port: int, url: str | None) -> None:
    """Serve the real center of a folder until the process ends."""
    Running(var, port=port, seed=False, database_url=url, pages={}).start()
    threading.Event().wait()
