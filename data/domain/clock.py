"""The injected clock: real time for the center, a steerable one for an exercise."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Protocol
from zoneinfo import ZoneInfo

SHANGHAI = ZoneInfo("Asia/Shanghai")


def real_now() -> datetime:
    """The machine's own time, aware, UTC."""
    return datetime.now(UTC)


def aware(at: datetime) -> datetime:
    """`at` in UTC; a naive time is refused.

    Raises
    ------
    ValueError
        When `at` carries no offset.
    """
    if at.tzinfo is None:
        raise ValueError("时间缺少时区偏移，请写成 2020-07-08T07:30:00+08:00 的形式")
    return at.astimezone(UTC)


class Clock(Protocol):
    """Anything that tells the domain's time."""

    def now(self) -> datetime:
        """The current domain instant, aware, UTC."""
        ...


class RealClock:
    """The machine's time, for the real center."""

    speed: float = 1.0
    paused: bool = False

    def now(self) -> datetime:
        """The current instant, UTC."""
        return real_now()


@dataclass(frozen=True, kw_only=True)
class ClockSetting:
    """Where an exercise clock stands: `shows` at real instant `set_at`, going `speed` times."""

    shows: datetime
    set_at: datetime
    speed: float
    paused: bool

    def at(self, real: datetime) -> datetime:
        """The exercise instant at a real instant."""
        if self.paused:
            return self.shows
        return self.shows + (real - self.set_at) * self.speed

    def changed(
        self,
        real: datetime,
        *,
        speed: float | None = None,
        paused: bool | None = None,
        jump_to: datetime | None = None,
    ) -> ClockSetting:
        """The same clock re-anchored at `real` with what was asked for changed."""
        return replace(
            self,
            shows=aware(jump_to) if jump_to else self.at(real),
            set_at=real,
            speed=self.speed if speed is None else speed,
            paused=self.paused if paused is None else paused,
        )


class ExerciseClock:
    """A clock that runs at a speed, pauses, jumps, and resumes where it stood."""

    def __init__(self, setting: ClockSetting, *, real: Callable[[], datetime] = real_now) -> None:
        self.setting = setting
        self._real = real

    def now(self) -> datetime:
        """The exercise instant now, UTC."""
        return self.setting.at(self._real())

    @property
    def speed(self) -> float:
        """How many exercise seconds pass in a real second."""
        return self.setting.speed

    @property
    def paused(self) -> bool:
        """Whether the exercise stands still."""
        return self.setting.paused

    def change(
        self,
        *,
        speed: float | None = None,
        paused: bool | None = None,
        jump_to: datetime | None = None,
    ) -> ClockSetting:
        """Change the setting from now on and return it, to be kept."""
        self.setting = self.setting.changed(
            self._real(), speed=speed, paused=paused, jump_to=jump_to
        )
        return self.setting


def minutes_between(start: datetime, end: datetime) -> float:
    """Minutes from `start` to `end`."""
    return (end - start) / timedelta(minutes=1)
