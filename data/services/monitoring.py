"""Monitoring: alarms raised by sensors, cleared by falling water, acknowledged by people."""

from __future__ import annotations

from typing import Any

from data.domain.alarm import Alarm
from data.domain.messages import AcknowledgeAlarm, RaiseAlarm
from data.domain.org import Permission
from data.domain.sensor import Sensor
from data.domain.watch import watched
from data.services import checks
from data.services.tools import Tools
from data.store.unit_of_work import Unit


def raise_alarm(unit: Unit, command: RaiseAlarm, tools: Tools) -> dict[str, Any]:
    """Raise, keep or clear a sensor's alarm; a wave at one rung is one alarm.

    The value decides, with hysteresis: a higher rung raises a new alarm and clears the lower, a
    value well below the rung clears it. An empty level says that no threshold is reached.
    """
    unit.actor.require(Permission.TELEMETRY)
    sensor = unit.get(Sensor, command.sensor_id)
    if sensor.area_code is not None:
        tools.areas.require(unit.actor.org, [sensor.area_code])
    open_now = [a for a in unit.find(Alarm, sensor_id=sensor.id) if a.state != "cleared"]
    highest = max(open_now, key=lambda a: a.threshold, default=None)
    on = command.at.date()
    seen = watched(sensor, highest.level if highest else None, command.value, on)
    if seen.raises is None and not seen.clears:
        return {"alarm": highest, "raised": False, "cleared": []}
    cleared = [unit.put(a.cleared(command.at, command.value)) for a in open_now]
    if seen.raises is None:
        unit.tell(
            f"报警解除：{sensor.name} {command.value:g} {sensor.unit}，"
            f"已低于{'、'.join(a.level for a in cleared)}",
            area=sensor.area_code,
        )
        return {"alarm": None, "raised": False, "cleared": [a.id for a in cleared]}
    alarm = unit.put(_alarm(unit, sensor, command, seen.raises.level, seen.raises.value))
    unit.tell(
        f"报警：{sensor.name} {alarm.value:g} {alarm.unit}，达{alarm.level} {alarm.threshold:g}",
        area=sensor.area_code,
    )
    return {"alarm": alarm, "raised": True, "cleared": [a.id for a in cleared]}


def _alarm(unit: Unit, sensor: Sensor, command: RaiseAlarm, level: str, threshold: float) -> Alarm:
    """The alarm of a sensor at a rung; what an exercise's runner feeds is the exercise's."""
    return Alarm(
        id=unit.next_id("alarm"), sensor_id=sensor.id, sensor_name=sensor.name, level=level,
        value=command.value, threshold=threshold, unit=sensor.unit, raised_at=command.at,
        area_code=sensor.area_code,
        origin="exercise" if unit.actor.role == "runner" else sensor.origin,
    )  # fmt: skip


def acknowledge_alarm(unit: Unit, command: AcknowledgeAlarm, tools: Tools) -> dict[str, Any]:
    """A person takes an alarm, perhaps linking it to an incident."""
    unit.actor.require(Permission.ALARM)
    alarm = unit.get(Alarm, command.alarm_id)
    if alarm.area_code is not None:
        tools.areas.require(unit.actor.org, [alarm.area_code])
    incident = None
    if command.incident_id is not None:
        incident = checks.open_incident_of(unit, tools, command.incident_id)
    alarm = unit.put(alarm.acknowledged(unit.actor.name, unit.now, command.incident_id))
    linked = f"，关联 {incident.letter} {incident.short_name}" if incident else ""
    unit.tell(
        f"确认报警：{alarm.sensor_name} {alarm.level}{linked}",
        incident_id=command.incident_id, area=alarm.area_code,
    )  # fmt: skip
    return {"alarm": alarm}
