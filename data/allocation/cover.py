"""What the going of one more team would take from the counties, in words and person-minutes."""

from __future__ import annotations

from typing import Any

import numpy as np

from data.allocation.model import Choice, Problem


class Cover:
    """The counties whose last or second team of a capability would go next."""

    def __init__(self, problem: Problem, choice: Choice) -> None:
        self.problem = problem
        self.low, self.high = sorted((problem.weights.cover_last, problem.weights.cover_second))
        self._found: dict[int, list[tuple[float, int, str, int]]] = {}
        self._undone: dict[int, list[tuple[float, int, str]]] = {}
        self.known = bool(problem.cover_minutes and problem.counties)
        if not self.known:
            return
        minutes = np.array(problem.cover_minutes, dtype=float)
        free = np.array([t.busy_with is None for t in problem.teams], dtype=bool)
        self.reach = (np.nan_to_num(minutes, nan=np.inf) <= problem.cover_within) & free[:, None]
        self.here = np.array([k not in choice.sent for k in range(len(problem.teams))], dtype=bool)
        self.risk = np.array([c.risk for c in problem.counties])
        self._left: dict[str, tuple[Any, Any]] = {}

    def _counts(self, name: str) -> tuple[Any, Any]:
        """(teams before, teams left) by county for one capability."""
        if name not in self._left:
            having = np.array([t.provides.get(name, 0) > 0 for t in self.problem.teams], dtype=bool)
            reach = self.reach & having[:, None]
            self._left[name] = (reach.sum(axis=0), (reach & self.here[:, None]).sum(axis=0))
        return self._left[name]

    def _losses(self, k: int) -> list[tuple[float, int, str, int]]:
        """What `_work_out` found, kept."""
        if k not in self._found:
            self._found[k] = self._work_out(k)
        return self._found[k]

    def _work_out(self, k: int) -> list[tuple[float, int, str, int]]:
        """(price, county, capability, teams that would be left) for every loss, dearest first."""
        found = []
        for name, most in self.problem.teams[k].provides.items():
            if not self.known or most <= 0:
                continue
            before, left = self._counts(name)
            for j in np.nonzero(self.reach[k] & (left <= 2))[0]:  # noqa: PLR2004 (last and second)
                stays = int(left[j]) - 1
                if stays < min(2, int(before[j])):
                    rate = self.high if stays == 0 and before[j] > 1 else self.low
                    found.append((float(self.risk[j] * rate), int(j), name, stays))
        return sorted(found, key=lambda f: (-f[0], f[1], f[2]))

    def _gains(self, m: int) -> list[tuple[float, int, str]]:
        """(price, county, capability) of every loss that a team sent would undo by coming home."""
        if m not in self._undone:
            self._undone[m] = []
            for name, most in self.problem.teams[m].provides.items():
                if not self.known or most <= 0:
                    continue
                before, left = self._counts(name)
                lost = np.minimum(2, before) - left
                for j in np.nonzero(self.reach[m] & (lost > 0))[0]:
                    rate = self.high if lost[j] > 1 else self.low
                    self._undone[m].append((float(self.risk[j] * rate), int(j), name))
        return self._undone[m]

    def exchange(self, k: int, m: int) -> tuple[float, str]:
        """What cover costs more if one team went and one that is away came home; in words."""
        losses = [x for x in self._losses(k) if not self._guards(m, x[1], x[2])]
        gains = [x for x in self._gains(m) if not self._guards(k, x[1], x[2])]
        price = sum(x[0] for x in losses) - sum(x[0] for x in gains)
        return price, self._words(losses)

    def _guards(self, k: int, j: int, name: str) -> bool:
        """Whether a team counts for a county and capability."""
        return bool(self.reach[k, j]) and self.problem.teams[k].provides.get(name, 0.0) > 0

    def price(self, k: int) -> float:
        """What the cover lost costs if a team that is here goes, in person-minutes."""
        return sum(price for price, *_ in self._losses(k))

    def county(self, k: int) -> str | None:
        """The county that would lose most."""
        losses = self._losses(k)
        return self.problem.counties[losses[0][1]].id if losses else None

    def would_lose(self, k: int) -> str:
        """In words, what would be lost; empty when nothing."""
        return self._words(self._losses(k))

    def _words(self, losses: list[tuple[float, int, str, int]]) -> str:
        """Losses, the dearest by name."""
        if not losses:
            return ""
        _, j, name, stays = losses[0]
        county = self.problem.counties[j].name or self.problem.counties[j].id
        word = "再无" if stays == 0 else "只剩 1 支"
        more = len({j for _, j, _, _ in losses})
        rest = f"等 {more} 县" if more > 1 else ""
        within = f" {self.problem.cover_within:.0f} 分钟内"
        return f"调走则{county}{rest}{within}{word}{name}队伍"
