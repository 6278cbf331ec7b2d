"""A server in a process of its own, without pages, to be killed: `python -m tests.served`."""

import sys
import threading
from pathlib import Path

from tests.serving import Running


def main() -> None:
    """Serve the real center of a folder until the process ends."""
    var, port, url = sys.argv[1:4]
    Running(Path(var), port=int(port), seed=False, database_url=url or None, pages={}).start()
    threading.Event().wait()


if __name__ == "__main__":
    main()
