"""What the tests of devices share: a center with stations, frames with any time, waiting."""

import os
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

from data.center import build_center
from data.config import Settings
from data.domain.clock import SHANGHAI
from data.domain.messages import StoreRows
from data.domain.org import SYSTEM
from data.domain.sensor import Sensor
from data.ingest.frames import crc_modbus
from tests.forked import FORKED
from tests.served import run_program
from tests.serving import PASSWORD, free_port

START = datetime(2020, 7, 8, 0, 0, tzinfo=UTC)
STATIONS = 5


def stations():
    """Five hydrological stations, each with a water level; sensors by id for MQTT."""
    return tuple(
        Sensor(
            id=f"T-{n}", name=f"测站{n}", area_code="421127", device=f"sl651:00000000{n:02d}",
            element="39",
        )
        for n in range(STATIONS)
    )  # fmt: skip


def make_center(var, database_url=None, **settings):
    """A real center that knows the stations."""
    made = build_center(
        Settings(var=Path(var), scenario="none", database_url=database_url, **settings)
    )
    made.handle(StoreRows(what="测站", things=stations()), SYSTEM)
    return made


def level_frame(station, number):
    """A timed report of a station: level `number` mm above zero, `number` minutes after START."""
    at = (START + timedelta(minutes=number)).astimezone(SHANGHAI)
    body = (
        f"{number % 65536:04X}{at:%y%m%d%H%M%S}F1F1{station:010d}48F0F0{at:%y%m%d%H%M}"
        f"3923{number:08d}"
    )
    raw = bytes.fromhex(f"7E7E01{station:010d}123432{len(body) // 2:04X}02{body}03")
    return raw + crc_modbus(raw).to_bytes(2)


def waited(condition, seconds=30.0):
    """Wait until a condition holds; what it was."""
    until = time.monotonic() + seconds
    while not (found := condition()) and time.monotonic() < until:
        time.sleep(0.02)
    return found


class Program:
    """A process of the program itself, which can be killed; its words are in `log`."""

    def __init__(self, var, *arguments, port=None, **variables):
        self.port = port or free_port()
        self.log = Path(var) / f"program-{self.port}.log"
        self.log.touch()
        environment = {
            **os.environ, "HUBEI_VAR": str(var), "HUBEI_PORT": str(self.port),
            "HUBEI_SCENARIO": "none", "HUBEI_SEED_PASSWORD": PASSWORD, "HUBEI_NO_BROWSER": "1",
            **variables,
        }  # fmt: skip
        self.process = FORKED.Process(
            target=run_program, args=(arguments, environment, self.log), daemon=True
        )
        self.process.start()

    def ended(self, seconds):
        """What it ended with by then; None while it runs."""
        self.process.join(seconds)
        return self.process.exitcode

    def kill(self):
        """End it as a power cut would."""
        self.process.kill()
        assert self.ended(20) is not None

    def stop(self):
        """End it, whatever state it is in."""
        self.process.terminate()
        if self.ended(20) is None:
            self.kill()
