"""Sensors 监测点 and their dated thresholds."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from data.domain.incident import Origin

LADDER = ("设防", "警戒", "保证", "历史最高")
# Every level a table or another body may give.
LEVELS = (
    "汛限", *LADDER, "低低", "低", "高", "高高", "一级", "二级", "蓝", "黄", "橙", "红", "四级",
    "五级",
)  # fmt: skip
COUNTED = "累计雨量"  # a counter that only grows
# SL 651 element 20H 当前降水量 begins anew every day. 假定: two published frames give 20 and 26 the
# same value (0.5/0.5, 4.0/4.0) and public simulators say so; the standard's text was not seen.
DAY_TOTAL = ("sl651:", "20")


@dataclass(frozen=True, kw_only=True)
class Threshold:
    """One named level of a sensor, with the dates between which it holds."""

    level: str
    value: float
    valid_from: date | None = None
    valid_to: date | None = None
    source: str = ""
    derived: bool = False
    below: bool = False  # reached by falling to it, as a short beach or an empty tank
    reason: str = ""
    set_by: str = ""

    def reached_by(self, value: float) -> bool:
        """Whether a value stands at the level or beyond it."""
        return value <= self.value if self.below else value >= self.value

    def holds(self, on: date) -> bool:
        """Whether the threshold is in force on a date."""
        after = self.valid_from is None or self.valid_from <= on
        return after and (self.valid_to is None or on <= self.valid_to)


@dataclass(frozen=True, kw_only=True)
class Sensor:
    """A 监测点: one quantity measured at one place, perhaps of a risk source.

    `device` and `element` are how a protocol names it ("sl651:0012345678", "39"); a sensor that
    says how often it should report (`expected_every_s`) is missed when it does not.
    """

    id: str
    name: str
    source_id: str | None = None
    quantity: str = "水位"
    device: str = ""
    element: str = ""
    expected_every_s: int | None = None
    river: str | None = None
    kind: str = "河道"
    unit: str = "m"
    area_code: str | None = None
    lon: float | None = None
    lat: float | None = None
    coord_is_stand_in: bool = False
    coord_source: str = ""
    thresholds: tuple[Threshold, ...] = ()
    note: str = ""
    source: str = ""
    confidence: str = ""
    origin: Origin = "real"
    version: int = 0

    @property
    def counted(self) -> bool:
        """Whether rain is told as a total: what fell is the difference, a fall begins anew."""
        door, element = DAY_TOTAL
        return self.quantity == COUNTED or (
            self.device.startswith(door) and self.element == element
        )

    def in_force(self, on: date) -> tuple[Threshold, ...]:
        """The thresholds in force on a date, lowest rung first."""
        held: dict[str, Threshold] = {}
        for threshold in self.thresholds:
            if threshold.holds(on):
                kept = held.get(threshold.level)
                if kept is None or (threshold.valid_from or date.min) >= (
                    kept.valid_from or date.min
                ):
                    held[threshold.level] = threshold
        return tuple(sorted(held.values(), key=_place))

    def reached(self, value: float, on: date) -> Threshold | None:
        """The furthest threshold a value stands at or beyond on a date, if any.

        Of two with the same value the one named last in the ladder counts.
        """
        ladder = [t for t in self.in_force(on) if t.reached_by(value)]
        if not ladder:
            return None
        return ladder[0] if ladder[0].below else ladder[-1]


def _place(threshold: Threshold) -> tuple[float, int]:
    """Where a rung stands: by value, of two alike by the ladder's order."""
    known = threshold.level in LADDER
    return threshold.value, LADDER.index(threshold.level) if known else 0
