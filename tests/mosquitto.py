"""Starts a Mosquitto for tests, set as the documentation says: a free port, its own folder."""

import os
import shutil
import signal
import socket
import subprocess
import time
from dataclasses import dataclass, field
from pathlib import Path

from tests.serving import free_port

SETTINGS = """\
listener {port} 127.0.0.1
allow_anonymous true
persistence true
persistence_location {folder}/
max_queued_messages 0
max_inflight_messages 0
autosave_on_changes true
autosave_interval 1
log_type none
"""


def find_mosquitto():
    """The broker's program, or None."""
    named = os.environ.get("HUBEI_MOSQUITTO")
    return named or shutil.which("mosquitto") or shutil.which("mosquitto", path="/usr/sbin")


@dataclass
class Broker:
    """One broker that can be killed and started again over what it had saved."""

    folder: Path
    port: int = field(default_factory=free_port)
    autosave: bool = True  # to disk at every change; a benchmark measures the consumer instead
    more: str = ""  # further lines of its settings, of the listener
    process: subprocess.Popen | None = None

    def start(self):
        """Open it; returns when it takes connections."""
        text = SETTINGS.format(port=self.port, folder=self.folder)
        if not self.autosave:
            text = text.replace("autosave_on_changes true", "autosave_on_changes false")
            text = text.replace("autosave_interval 1", "autosave_interval 1800")
        text = text.replace("allow_anonymous", f"{self.more}\nallow_anonymous", 1)
        if os.geteuid() == 0:
            text += "user root\n"
        config = self.folder / "mosquitto.conf"
        config.write_text(text)
        self.process = subprocess.Popen(
            [find_mosquitto(), "-c", str(config)],
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip
        until = time.monotonic() + 20
        while time.monotonic() < until:
            with socket.socket() as probe:
                probe.settimeout(0.2)
                if probe.connect_ex(("127.0.0.1", self.port)) == 0:
                    return self
            time.sleep(0.05)
        raise RuntimeError("the broker did not open")

    def kill(self):
        """End it as a power cut would."""
        self.process.send_signal(signal.SIGKILL)
        self.process.wait(10)

    def stop(self):
        """End it, whatever state it is in."""
        if self.process and self.process.poll() is None:
            self.process.terminate()
            self.process.wait(10)
