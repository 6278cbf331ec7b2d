"""Combination rules of a risk source: from its points to items, from items to the whole."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from data.domain.alarm import COLOURS
from data.domain.alarm_rules import Rule

_RANK = {"": -1} | {colour: rank for rank, colour in enumerate(COLOURS)}


@dataclass(frozen=True, kw_only=True)
class Point:
    """One sensor of a source: its quantity, the item it counts to, the colour it stands on."""

    quantity: str
    item: str
    colour: str


@dataclass(frozen=True, kw_only=True)
class Rolled:
    """What the points mean together: the rule that lifts them above each one, and how many."""

    rule: Rule | None = None
    count: int = 0
    item: str = ""

    @property
    def colour(self) -> str:
        """The colour together; blank when the points say as much themselves."""
        return self.rule.colour if self.rule else ""


def rolled(rules: Sequence[Rule], points: Iterable[Point]) -> Rolled:
    """The gravest combination that holds and is graver than every single point.

    Points count by quantity within one item (`each: item`), then items by their own colour, lifted
    where the points lift it (`each: source`). At both steps what the lower colours come to counts
    with the higher: two yellow items and four blue ones are three yellow. A combination no graver
    than a point adds nothing.
    """
    held = [p for p in points if p.colour]
    if not held:
        return Rolled()
    items: defaultdict[str, list[Point]] = defaultdict(list)
    for point in held:
        items[point.item].append(point)
    found: list[Rolled] = []
    standing: dict[str, str] = {}
    for item, mine in items.items():
        lifted = list(_lifted(rules, "item", [p.colour for p in mine], item))
        found += lifted
        standing[item] = _gravest([*(p.colour for p in mine), *(r.colour for r in lifted)])
    found += _lifted(rules, "source", list(standing.values()))
    found += [r for rule in rules if (r := _of_source(rule, held))]
    single = _RANK[_gravest(p.colour for p in held)]
    above = [r for r in found if _RANK[r.colour] > single]
    return max(above, key=lambda r: _RANK[r.colour], default=Rolled())


def _gravest(colours: Iterable[str]) -> str:
    return max(colours, key=_RANK.__getitem__, default="")


def _lifted(
    rules: Sequence[Rule], each: str, colours: Sequence[str], item: str = ""
) -> Iterator[Rolled]:
    """What the rules without quantities make of so many colours, the lower carried upward."""
    steps = [r for r in rules if r.each == each and not (r.together or r.quantities)]
    counted = Counter(colours)
    told: set[str] = set()
    for rule in sorted(steps, key=lambda r: _RANK[r.of]):
        least = sum(_RANK[c] >= _RANK[rule.of] for c in colours)
        count = max(least, counted[rule.of])
        if count >= rule.count:
            yield Rolled(rule=rule, count=count, item=item)
        if rule.of not in told:  # what is carried once is not carried by another rule again
            told.add(rule.of)
            counted[rule.colour] += counted[rule.of] // rule.count


def _of_source(rule: Rule, held: Sequence[Point]) -> Rolled | None:
    """A rule about the whole: points of some quantities, or several things at once."""
    if rule.together:
        met = [
            any(p.quantity == q and _RANK[p.colour] >= _RANK[c] for p in held)
            for q, c in rule.together.items()
        ]
        return Rolled(rule=rule, count=len(met)) if all(met) else None
    if not rule.quantities:
        return None
    count = sum(_RANK[p.colour] >= _RANK[rule.of] for p in held if p.quantity in rule.quantities)
    return Rolled(rule=rule, count=count) if count >= rule.count else None
