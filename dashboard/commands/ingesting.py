"""`ingest`: a worker that takes devices' messages and hands them to a running center over HTTP."""

from __future__ import annotations

import os
import signal
import sys
import threading
from dataclasses import replace

from data.config import Settings, with_files
from data.domain.feeding import Via
from data.errors import Invalid
from data.ingest.doors import Doors
from data.ingest.remote import RemoteDoor


def main(settings: Settings, *, center: str | None, name: str) -> int:
    """Run until stopped; 1 when no door was asked for.

    Raises
    ------
    Invalid
        Without a token.
    """
    token = with_files(os.environ).get("HUBEI_INGEST_TOKEN", "")
    if not token:
        raise Invalid.field(
            "HUBEI_INGEST_TOKEN", "没有令牌", "请由系统管理员签发“监测数据上报”令牌后填入"
        )
    base = center or f"http://127.0.0.1:{settings.port}"
    known = settings.doors
    if name:  # each worker is a client of its own, by a name that stays
        known = replace(known, mqtt_client=f"{known.mqtt_client}-{name}")
    remote: dict[Via, RemoteDoor] = {}

    def door(via: Via) -> RemoteDoor:
        return remote.setdefault(via, RemoteDoor(base, token))

    doors = Doors(door, known)
    lines = doors.start()
    if not lines:
        print(
            "没有要打开的接入：请设置 HUBEI_MQTT、HUBEI_SL651_PORT 或 HUBEI_HJ212_PORT",
            file=sys.stderr,
        )
        return 1
    print("\n".join((f"数据送往 {base}", *lines)), flush=True)
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    stop.wait()
    doors.close()
    for one in remote.values():
        one.close()
    return 0
