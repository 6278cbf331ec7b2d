"""`python -m data.exercise.drill URL`: play a running exercise from another process.

The runner's password is read from `HUBEI_RUNNER_PASSWORD`, or from `HUBEI_SEED_PASSWORD`.
"""

from __future__ import annotations

import os
import signal
import sys
import threading

from data.config import with_files
from data.exercise.runner import start_runner


def main(argv: list[str]) -> int:
    """Play against the server at `argv[0]` until interrupted; 2 when called wrongly."""
    known = with_files(os.environ)
    password = known.get("HUBEI_RUNNER_PASSWORD") or known.get("HUBEI_SEED_PASSWORD")
    if len(argv) != 1 or not password:
        sys.stderr.write("用法：HUBEI_RUNNER_PASSWORD=… python -m data.exercise.drill 服务地址\n")
        return 2
    ended = threading.Event()
    for name in (signal.SIGINT, signal.SIGTERM):
        signal.signal(name, lambda *_: ended.set())
    runner = start_runner(argv[0].rstrip("/"), password)
    ended.wait()
    runner.stop()
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
