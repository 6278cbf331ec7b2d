"""A joint plan by best value first, then improving swaps: quick, honest, never proven the best."""

from __future__ import annotations

from collections.abc import Iterable
from heapq import heapify, heappop, heappush
from time import monotonic

from data.allocation.model import Choice, Problem, terms

_SMALL = 1e-6


def fill(problem: Problem, i: int, team_numbers: Iterable[int]) -> dict[tuple[int, str], float]:
    """The roles of the teams sent to one incident; people are in one role at a time.

    Teams with one role to choose from are placed first, dear needs before cheap ones.
    """
    ask = problem.incidents[i]
    left = {n.capability: n.amount for n in ask.needs}
    dear = sorted(ask.needs, key=lambda n: -problem.unmet_rate(ask, n))
    roles: dict[tuple[int, str], float] = {}

    def choices(k: int) -> int:
        provides = problem.teams[k].provides
        return sum(n.capability in provides for n in ask.needs)

    for k in sorted(team_numbers, key=lambda k: (choices(k), k)):
        team = problem.teams[k]
        people = team.people
        for need in dear:
            name = need.capability
            amount = min(team.provides.get(name, 0.0), left[name])
            if name in problem.people_capabilities:
                amount = min(amount, people)
                people -= max(amount, 0.0)
            if amount > _SMALL:
                roles[k, name] = amount
                left[name] -= amount
    return roles


class Crew:
    """Teams by incident while a plan is being made, with each incident's cost kept."""

    def __init__(self, problem: Problem) -> None:
        self.problem = problem
        self.at: list[set[int]] = [set() for _ in problem.incidents]
        for k, i in problem.fixed.items():
            self.at[i].add(k)
        self.costs = [self.cost(i, ks) for i, ks in enumerate(self.at)]
        self.rates = sorted((problem.weights.cover_last, problem.weights.cover_second))
        self.groups: dict[int, list[int]] = {}
        for g, (_, ks) in enumerate(problem.cover):
            for k in ks:
                self.groups.setdefault(k, []).append(g)
        self.away = [sum(k in problem.fixed for k in ks) for _, ks in problem.cover]

    @property
    def sent(self) -> dict[int, int]:
        """Where each team goes."""
        return {k: i for i, ks in enumerate(self.at) for k in ks}

    def cost(self, i: int, ks: set[int]) -> float:
        """Travel and unmet needs of one incident served by some teams."""
        problem, ask = self.problem, self.problem.incidents[i]
        met: dict[str, float] = {}
        for (_, name), amount in fill(problem, i, ks).items():
            met[name] = met.get(name, 0.0) + amount
        lacking = sum(
            problem.unmet_rate(ask, n) * max(0.0, n.amount - met.get(n.capability, 0.0))
            for n in ask.needs
        )
        return lacking + sum(problem.arc_cost(k, i) for k in ks)

    def change(self, moves: dict[int, tuple[int | None, int | None]]) -> float:
        """What moving teams (from, to) would change, cover included; negative is better."""
        after = self._after(moves)
        delta = sum(self.cost(i, ks) - self.costs[i] for i, ks in after.items())
        return delta + self._cover_change(moves)

    def price(self, k: int, i: int) -> float:
        """What sending a team costs per person-minute of need it meets; below 1 it pays."""
        cost = self.problem.arc_cost(k, i)
        met = cost - self.change({k: (None, i)})
        return cost / met if met > _SMALL else float("inf")

    def _cover_change(self, moves: dict[int, tuple[int | None, int | None]]) -> float:
        """What the cover lost or regained by the moves changes."""
        gone: dict[int, int] = {}
        for k, (old, new) in moves.items():
            step = (new is not None) - (old is not None)
            for g in self.groups.get(k, ()) if step else ():
                gone[g] = gone.get(g, 0) + step
        return sum(
            self._cover_price(g, self.away[g] + n) - self._cover_price(g, self.away[g])
            for g, n in gone.items()
            if n
        )

    def _cover_price(self, g: int, away: int) -> float:
        """What one county's cover of one capability costs with so many teams away."""
        risk, ks = self.problem.cover[g]
        lost = max(0, min(2, len(ks)) - (len(ks) - away))
        return risk * sum(self.rates[:lost])

    def make(self, moves: dict[int, tuple[int | None, int | None]]) -> None:
        """Move the teams."""
        for k, (old, new) in moves.items():
            for g in self.groups.get(k, ()):
                self.away[g] += (new is not None) - (old is not None)
        for i, ks in self._after(moves).items():
            self.at[i] = ks
            self.costs[i] = self.cost(i, ks)

    def _after(self, moves: dict[int, tuple[int | None, int | None]]) -> dict[int, set[int]]:
        after: dict[int, set[int]] = {}
        for k, (old, new) in moves.items():
            if old is not None:
                after.setdefault(old, set(self.at[old])).discard(k)
            if new is not None:
                after.setdefault(new, set(self.at[new])).add(k)
        return after


def plan_teams(problem: Problem, until: float, only: int | None = None) -> dict[int, int]:
    """Where each team goes: best value first, then swaps until nothing improves or time ends.

    `until` is an instant of `time.monotonic`; `only` plans one incident as if it were alone.
    """
    crew = Crew(problem)
    taken: set[int] = set()
    pairs = [p for p in problem.eligible if p[0] not in problem.fixed and only in (None, p[1])]
    heap = [(price, k, i) for k, i in pairs if (price := crew.price(k, i)) < 1.0]
    heapify(heap)
    while heap:
        _, k, i = heappop(heap)
        # gains only shrink as needs fill up, so an old price is a bound: look again, then decide
        now = crew.price(k, i)
        if k in taken or now >= 1.0:
            continue
        if heap and now > heap[0][0] + _SMALL:
            heappush(heap, (now, k, i))
            continue
        crew.make({k: (None, i)})
        taken.add(k)
    _improve(crew, pairs, until)
    return crew.sent


def _improve(crew: Crew, pairs: list[tuple[int, int]], until: float) -> None:
    """Drop, move, replace and exchange teams while it helps."""
    may = set(pairs)
    better = True
    while better and monotonic() < until:
        better = False
        for moves in _moves(crew, pairs, may):
            if monotonic() > until:
                return
            held = crew.sent
            if any(held.get(k) != old for k, (old, _) in moves.items()):
                continue
            if crew.change(moves) < -_SMALL:
                crew.make(moves)
                better = True


def _moves(
    crew: Crew, pairs: list[tuple[int, int]], may: set[tuple[int, int]]
) -> Iterable[dict[int, tuple[int | None, int | None]]]:
    """Every drop, add or move of one team, then every exchange of two."""
    sent = {k: i for k, i in crew.sent.items() if k not in crew.problem.fixed}
    for k, i in sent.items():
        yield {k: (i, None)}
    for k, i in pairs:
        if sent.get(k) != i:
            yield {k: (sent.get(k), i)}
    for k, i in sent.items():
        for other, to in pairs:
            if to == i and other != k and sent.get(other) != i:
                back = sent.get(other)
                if back is None:
                    yield {k: (i, None), other: (None, i)}
                elif (k, back) in may:
                    yield {k: (i, back), other: (back, i)}


def nearest_first(problem: Problem) -> Choice:
    """The baseline: incident by incident in order of arrival, each need by the nearest teams."""
    sent = dict(problem.fixed)
    for i, ask in enumerate(problem.incidents):
        near = sorted((t, k) for (k, at), t in problem.eligible.items() if at == i)
        for need in ask.needs:
            for _, k in near:
                if k in sent or problem.teams[k].provides.get(need.capability, 0) <= 0:
                    continue
                mine = [team for team, at in sent.items() if at == i]
                roles = fill(problem, i, mine)
                met = sum(a for (_, name), a in roles.items() if name == need.capability)
                if met >= need.amount - _SMALL:
                    break
                sent[k] = i
    order = [(i, d.item) for i, ask in enumerate(problem.incidents) for d in ask.supplies]
    return with_roles(problem, sent, plan_loads(problem, order))


def with_roles(
    problem: Problem, sent: dict[int, int], loads: dict[tuple[int, int], float]
) -> Choice:
    """A whole choice from who goes where and what is loaded."""
    roles: dict[tuple[int, str], float] = {}
    for i in range(len(problem.incidents)):
        roles |= fill(problem, i, [k for k, at in sent.items() if at == i])
    return Choice(sent=sent, roles=roles, loads=loads, trips=trips_of(problem, loads))


def plan_loads(
    problem: Problem, order: list[tuple[int, str]] | None = None
) -> dict[tuple[int, int], float]:
    """What goes from which lot to which incident: the nearest depots, soonest expiry first.

    Demands are served in order of what waiting costs, or in the order given.
    """
    depot = {d.id: n for n, d in enumerate(problem.depots)}
    asks = {(i, d.item): d for i, ask in enumerate(problem.incidents) for d in ask.supplies}
    if order is None:
        order = sorted(
            asks, key=lambda key: (-problem.incidents[key[0]].weight / asks[key].amount, key)
        )
    left = {g: max(0.0, lot.free - lot.reserve) for g, lot in enumerate(problem.lots)}
    room = {
        n: d.vehicles * d.vehicle_t
        for n, d in enumerate(problem.depots)
        if d.vehicles is not None and d.vehicle_t is not None
    }
    loads: dict[tuple[int, int], float] = {}
    for i, item in order:
        want = asks[i, item].amount
        offers = sorted(
            (minutes, lot.expires or "9999", g)
            for g, lot in enumerate(problem.lots)
            if lot.item == item
            and lot.depot in depot
            and (minutes := problem.depot_minutes[depot[lot.depot]][i]) is not None
        )
        for _, _, g in offers:
            lot = problem.lots[g]
            take = min(want, left[g])
            n = depot[lot.depot]
            if n in room and lot.unit_weight_t:
                take = min(take, room[n] / lot.unit_weight_t)
            if take > _SMALL:
                loads[g, i] = take
                left[g] -= take
                want -= take
                if n in room and lot.unit_weight_t:
                    room[n] -= take * lot.unit_weight_t
    return _within_vehicles(problem, loads)


def trips_of(problem: Problem, loads: dict[tuple[int, int], float]) -> dict[tuple[int, int], int]:
    """Trips from each depot (with known vehicles) to each incident."""
    depot = {d.id: n for n, d in enumerate(problem.depots)}
    tonnes: dict[tuple[int, int], float] = {}
    for (g, i), amount in loads.items():
        lot = problem.lots[g]
        n = depot[lot.depot]
        if problem.depots[n].vehicle_t:
            tonnes[n, i] = tonnes.get((n, i), 0.0) + amount * (lot.unit_weight_t or 0.0)
    return {
        (n, i): int(-(-(t - _SMALL) // (problem.depots[n].vehicle_t or 1.0)))
        for (n, i), t in tonnes.items()
        if t > _SMALL
    }


def _within_vehicles(
    problem: Problem, loads: dict[tuple[int, int], float]
) -> dict[tuple[int, int], float]:
    """The loads less what a depot's vehicles cannot carry in whole trips."""
    depot = {d.id: n for n, d in enumerate(problem.depots)}
    for n, store in enumerate(problem.depots):
        while store.vehicles is not None:
            trips = {i: y for (m, i), y in trips_of(problem, loads).items() if m == n}
            if sum(trips.values()) <= store.vehicles:
                break
            last = max(trips, key=lambda i: (-problem.incidents[i].weight, i))
            loads = {
                (g, i): f
                for (g, i), f in loads.items()
                if i != last
                or depot[problem.lots[g].depot] != n
                or not problem.lots[g].unit_weight_t
            }
    return loads


def value(problem: Problem, choice: Choice) -> float:
    """What a choice costs altogether."""
    return terms(problem, choice)["value"]
