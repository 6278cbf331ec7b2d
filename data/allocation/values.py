"""The values a joint allocation problem is made of, one class each."""

from __future__ import annotations

from dataclasses import dataclass, field


class ProblemError(ValueError):
    """A problem that cannot be posed; `field` names what is wrong with it."""

    def __init__(self, field: str, detail: str) -> None:
        super().__init__(f"{field}: {detail}")
        self.field = field
        self.detail = detail


@dataclass(frozen=True, kw_only=True)
class AskedCapability:
    """A capability and whether its amount is people, who cannot be in two roles."""

    id: str
    unit: str = ""
    people: bool = False


@dataclass(frozen=True, kw_only=True)
class Offer:
    """A team: people, what it provides, and the incident it is bound to already.

    A bound team stays where it is unless it is `movable`: ordered, and released by the officer.
    """

    id: str
    name: str = ""
    people: float = 0.0
    provides: dict[str, float] = field(default_factory=dict)
    busy_with: str | None = None
    movable: bool = False


@dataclass(frozen=True, kw_only=True)
class Need:
    """An amount of a capability wanted within `by` minutes from now."""

    capability: str
    amount: float
    by: float = 120.0
    people_equivalent: float | None = None


@dataclass(frozen=True, kw_only=True)
class Demand:
    """An amount of an item wanted within `by` minutes from now."""

    item: str
    amount: float
    by: float = 240.0


@dataclass(frozen=True, kw_only=True)
class Ask:
    """One incident: its weight, needs and demands."""

    id: str
    name: str = ""
    weight: float = 1.0
    needs: tuple[Need, ...] = ()
    supplies: tuple[Demand, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Stock:
    """A lot: `free` less the `reserve` kept is what may go."""

    id: str
    depot: str
    item: str
    name: str = ""
    free: float
    reserve: float = 0.0
    unit_weight_t: float | None = None
    expires: str | None = None


@dataclass(frozen=True, kw_only=True)
class Store:
    """A depot; vehicles None means that its transport is not known and not limited."""

    id: str
    name: str = ""
    vehicles: int | None = None
    vehicle_t: float | None = None


@dataclass(frozen=True, kw_only=True)
class County:
    """A county whose cover is watched, with its risk."""

    id: str
    name: str = ""
    risk: float = 1.0


@dataclass(frozen=True, kw_only=True)
class Weights:
    """What is paid, in person-minutes, for what is not done.

    Of the two teams a county is to keep, the first that goes costs the lower cover price and the
    second the higher one; where it has a single team, that one costs the lower.
    """

    unmet: float = 2880.0
    cover_last: float = 375.0
    cover_second: float = 150.0
    steady: float = 0.0
