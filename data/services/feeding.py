"""Takes what machines send, row by row: stores the good, lists the refused, raises alarms."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any

from data.domain.clock import Clock, aware
from data.domain.org import Actor, Permission
from data.domain.sensor import Sensor
from data.domain.situation import Situation
from data.services.bus import Bus
from data.services.hub import Hub
from data.services.watching import Watching
from data.store.queries import Queries
from data.store.telemetry import Fix, Reading, Telemetry

FUTURE = timedelta(minutes=5)
LARGEST = 1e12  # no instrument reads beyond this; infinities and not-a-number fail it too


class Feed:
    """The door for positions and readings; each batch is answered once it is stored."""

    def __init__(
        self, *, queries: Queries, telemetry: Telemetry, bus: Bus, hub: Hub, clock: Clock
    ) -> None:
        self.queries = queries
        self.telemetry = telemetry
        self.bus = bus
        self.hub = hub
        self.clock = clock
        self.watching = Watching(queries=queries, bus=bus)

    def positions(self, actor: Actor, rows: Iterable[Mapping[str, Any]]) -> dict[str, Any]:
        """Store positions of teams the actor may see; the newest of each is pushed."""
        actor.require(Permission.POSITION)
        seen = self.queries.situation(actor)
        good: list[Fix] = []
        rejected: list[dict[str, Any]] = []
        for index, row in enumerate(rows):
            reason = self._position_fault(seen, row)
            if reason:
                rejected.append({"index": index, "reason": reason})
            else:
                good.append(
                    Fix(team=row["team"], lon=row["lon"], lat=row["lat"], at=aware(row["at"]))
                )
        self.telemetry.add_positions(good)
        self.hub.publish_positions(
            [{"team": f.team, "lon": f.lon, "lat": f.lat, "at": f.at.isoformat()} for f in good]
        )
        return {"accepted": len(good), "rejected": rejected}

    def _position_fault(self, seen: Situation, row: Mapping[str, Any]) -> str:
        if row["team"] not in seen.teams:
            return f"没有编号为 {row['team']} 的队伍，或不在本辖区"
        if row["at"] > self.clock.now() + FUTURE:
            return "时间晚于当前时间 5 分钟以上，请核对设备时钟"
        return ""

    def readings(self, actor: Actor, rows: Iterable[Any]) -> dict[str, Any]:
        """Store readings of sensors the actor may see, then raise what alarms follow."""
        actor.require(Permission.TELEMETRY)
        seen = self.queries.situation(actor)
        now = self.clock.now()
        good: list[Reading] = []
        rejected: list[dict[str, Any]] = []
        for index, row in enumerate(rows):
            made = _reading(seen.sensors, row, now)
            if isinstance(made, str):
                rejected.append({"index": index, "reason": made})
            else:
                good.append(made)
        self.telemetry.add_readings(good)
        self.watching.take(actor, good)
        return {"accepted": len(good), "rejected": rejected}


def _reading(sensors: Mapping[str, Sensor], row: Any, now: datetime) -> Reading | str:
    """A reading, or why the row is refused."""
    if not isinstance(row, dict) or not {"sensor", "at", "value"} <= row.keys():
        return "缺少 sensor、at 或 value，请按 {sensor, at, value} 逐行填写"
    if not isinstance(row["sensor"], str) or row["sensor"] not in sensors:
        return f"没有编号为 {row['sensor']} 的监测点，或不在本辖区"
    value = row["value"]
    if isinstance(value, bool) or not isinstance(value, int | float) or not abs(value) < LARGEST:
        return f"数值 {str(value)[:20]} 不是有限的数"
    try:
        at = aware(datetime.fromisoformat(str(row["at"])))
    except ValueError:
        return f"时间 {row['at']!r} 看不懂，请写成 2020-07-08T07:30:00+08:00"
    if at > now + FUTURE:
        return "时间晚于当前时间 5 分钟以上，请核对设备时钟"
    return Reading(sensor=row["sensor"], value=float(value), at=at)
