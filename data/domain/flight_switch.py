"""Whether helicopters fly: the duty room's word by the weather, standing until changed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

SWITCH = "flying"  # the id of the one there is
WORDS: Mapping[bool | None, str] = {None: "按昼夜飞", True: "可飞（含夜航）", False: "停飞"}


@dataclass(frozen=True, kw_only=True)
class FlightSwitch:
    """The switch as it stands; `flying` None keeps helicopters to daylight, as without a switch."""

    id: str = SWITCH
    flying: bool | None = None
    reason: str = ""
    set_at: datetime | None = None
    set_by: str = ""
    version: int = 0

    @property
    def words(self) -> str:
        """停飞（大雾）."""
        word = WORDS[self.flying]
        return f"{word}（{self.reason}）" if self.reason else word


def switch_of(held: Mapping[str, FlightSwitch]) -> FlightSwitch:
    """The switch of a situation; by daylight where nobody has set one."""
    return held.get(SWITCH) or FlightSwitch()
