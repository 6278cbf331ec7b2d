"""Why a plan is as it is: one Chinese sentence a row, made from the numbers that decided."""

from __future__ import annotations

from typing import Any

import numpy as np

from data.allocation.cover import Cover
from data.allocation.figures import Figures, Floats
from data.allocation.model import Ask, Choice, Problem, unmet
from data.allocation.trials import Trials
from data.allocation.values import Need
from data.allocation.words import amount

FEW = 3  # teams of a capability in all the problem are named as such
_SMALL = 1e-6


class Reasons:
    """What can be said of a choice; teams and incidents by index in the problem.

    `ended` tells what ended the search, for changes that would still have paid.
    """

    def __init__(
        self, problem: Problem, arrays: Figures, choice: Choice, ended: str = "求解停止"
    ) -> None:
        self.problem = problem
        self.choice = choice
        self.ended = ended
        self.trials = Trials(problem, arrays, choice)
        self.kept = set(problem.kept_pairs) if problem.weights.steady > 0 else set()
        self.minutes: Floats = np.array(problem.minutes, dtype=float).reshape(
            len(problem.teams), len(problem.incidents)
        )
        self.gaps = unmet(problem, choice)
        self.given: dict[tuple[int, str], float] = {}
        self.givers: dict[tuple[int, str], list[int]] = {}
        self.gives: dict[int, dict[str, float]] = {}
        for (k, name), given in choice.roles.items():
            key = (choice.sent[k], name)
            self.given[key] = self.given.get(key, 0.0) + given
            self.givers.setdefault(key, []).append(k)
            self.gives.setdefault(k, {})[name] = given
        self.units = {c.id: c.unit for c in problem.capabilities}
        self.having: dict[str, list[int]] = {}
        for k, team in enumerate(problem.teams):
            for name, most in team.provides.items():
                if most > 0:
                    self.having.setdefault(name, []).append(k)
        self.cover = Cover(problem, choice)
        self._near: dict[tuple[int, str], list[tuple[float, int]]] = {}
        cost = arrays.pair_cost + problem.weights.steady * arrays.pair_kept
        self.pairs: dict[tuple[int, int], float] = dict(  # with what sending the team costs
            zip(
                zip(
                    arrays.teams[arrays.pair_team].tolist(),
                    arrays.incidents[arrays.pair_incident].tolist(), strict=True,
                ),
                cost.tolist(), strict=True,
            )
        )  # fmt: skip

    # ------------------------------------------------------------ words

    def team(self, k: int) -> str:
        """A team as a person knows it."""
        return self.problem.teams[k].name or self.problem.teams[k].id

    def incident(self, i: int) -> str:
        """An incident as a person knows it."""
        return self.problem.incidents[i].name or self.problem.incidents[i].id

    def with_unit(self, name: str, value: float) -> str:
        """An amount with the unit of its capability."""
        return f"{amount(value)} {self.units.get(name, '')}".strip()

    # ------------------------------------------------------------ who goes

    def assignments(self) -> list[dict[str, Any]]:
        """One row a team: its incident, its main role, all its roles, its minutes and why."""
        rows = []
        sent = self.choice.sent
        for k, i in sorted(sent.items(), key=lambda p: (p[1], self._minutes(*p), p[0])):
            ask, team = self.problem.incidents[i], self.problem.teams[k]
            mine = {n.capability: self.choice.roles[k, n.capability] for n in ask.needs
                    if (k, n.capability) in self.choice.roles}  # fmt: skip
            main = next(iter(mine), None) or next(iter(team.provides), None)
            rows.append(
                {
                    "team": team.id, "name": self.team(k), "incident": ask.id,
                    "capability": main, "amount": mine.get(main or "", 0.0), "roles": mine,
                    "people": team.people, "minutes": round(self._minutes(k, i), 6),
                    "reason": self.why_sent(k, i, mine),
                }
            )  # fmt: skip
        return rows

    def _minutes(self, k: int, i: int) -> float:
        """Minutes door to scene; a bound team without a way is where it is."""
        found = self.minutes[k, i]
        return float(found) if np.isfinite(found) else 0.0

    def why_sent(self, k: int, i: int, mine: dict[str, float]) -> str:
        """Why a team goes where it goes."""
        problem, team = self.problem, self.problem.teams[k]
        here = self._minutes(k, i)
        if team.busy_with == problem.incidents[i].id:
            return f"已在执行，{here:.0f} 分钟内到场" if here else "已在现场执行"
        if (team.id, problem.incidents[i].id) in problem.locks:
            return f"人工指定，{here:.0f} 分钟到场{self._share(i, mine)}"
        main = next(iter(mine), None)
        if main is None:
            return f"{here:.0f} 分钟到场" + ("，沿用上一方案" if problem.previous else "")
        return f"{here:.0f} 分钟到场{self._share(i, mine)}；{self._against(k, i, main, here)}"

    def _share(self, i: int, mine: dict[str, float]) -> str:
        """What it brings of what is wanted, the largest part first."""
        asks = {n.capability: n.amount for n in self.problem.incidents[i].needs}
        parts = sorted(mine, key=lambda name: -mine[name] / asks[name])[:2]
        words = [f"{c} {amount(mine[c])}/{self.with_unit(c, asks[c])}" for c in parts]
        return f"，承担{'、'.join(words)}" if words else ""

    def _against(self, k: int, i: int, main: str, here: float) -> str:
        """The team beside the others that could have come for its main work."""
        ranked = self._ranked(i, main)
        passed = [(t, j) for t, j in ranked if t < here and j != k]
        passed = [(t, j) for t, j in passed if self.choice.sent.get(j) != i]
        if passed:
            t, j = passed[-1]  # the last one passed over is the closest rival
            to = self.choice.sent.get(j)
            if to is not None:
                return f"更近的{self.team(j)}（{t:.0f} 分钟）用于{self.incident(to)}"
            return f"更近的{self.team(j)}（{t:.0f} 分钟）{self._why_not(j, main, k)}"
        if len(self.having[main]) <= FEW:
            return f"全域仅 {len(self.having[main])} 支有{main}"
        after = [(t, j) for t, j in ranked if j != k and j not in self.choice.sent]
        if not after:
            return f"有{main}的队伍已全部用上"
        t, j = after[0]
        place = 1 + sum(s < here for s, m in ranked if m != k)
        rank = "最近" if place == 1 else f"第 {place} 近"
        return f"{rank}，再下一支{self.team(j)}要 {t:.0f} 分钟"

    def _ranked(self, i: int, name: str) -> list[tuple[float, int]]:
        """(minutes, team) of the teams that could come for a capability, the nearest first."""
        if (i, name) not in self._near:
            able = [j for j in self.having[name] if (j, i) in self.pairs]
            self._near[i, name] = sorted((self._minutes(j, i), j) for j in able)
        return self._near[i, name]

    # ------------------------------------------------------------ who does not

    def _why_not(self, j: int, main: str, instead: int) -> str:
        """Why a nearer team stays although another goes: what decided, in numbers.

        The county it guards is told only where that made the difference.
        """
        i = self.choice.sent[instead]
        mine, theirs = self.pairs[j, i], self.pairs.get((instead, i), np.inf)
        price, lost = self.cover.exchange(j, instead) if mine < theirs else (0.0, "")
        if lost and mine < theirs <= mine + price + _SMALL:
            return f"留守：{lost}，代价 {price:,.0f} 人·分，多于省下的 {theirs - mine:,.0f}"
        here, there = self.problem.teams[j], self.problem.teams[instead]
        brings, other = here.provides.get(main, 0.0), self.gives[instead].get(main, 0.0)
        if brings < other:
            return (
                f"只有 {self.with_unit(main, brings)}，抵不上其承担的 {self.with_unit(main, other)}"
            )
        also = [
            f"{c} {self.with_unit(c, v)}"
            for c, v in self.gives[instead].items()
            if v > here.provides.get(c, 0.0)
        ]
        if also:
            return f"不能兼顾其承担的{'、'.join(also[:2])}"
        if mine >= theirs:
            words = f"行程代价 {mine:,.0f} 人·分，高于 {theirs:,.0f}"
            more = here.people > there.people
            return f"要出动 {amount(here.people)} 人，{words}" if more else words
        saved, steady = theirs - mine - price, self.problem.weights.steady
        pair = (self.problem.teams[instead].id, self.problem.incidents[i].id)
        if pair in self.kept and saved <= steady + _SMALL:
            return f"换它省 {saved:,.0f} 人·分，不抵改动上一方案的代价 {steady:,.0f}"
        return self.trials.told(j, instead, i, saved, self.ended)

    def refused(self) -> list[dict[str, Any]]:
        """Capable free teams that stay: nearer than one sent, or where something is missing."""
        return [row for i in range(len(self.problem.incidents)) for row in self._refused_at(i)]

    def _refused_at(self, i: int) -> list[dict[str, Any]]:
        ask = self.problem.incidents[i]
        mine = [k for k, at in self.choice.sent.items() if at == i]
        rows = []
        for need in ask.needs:
            far = max((self._minutes(k, i) for k in mine
                       if (k, need.capability) in self.choice.roles), default=0.0)  # fmt: skip
            short = self.gaps.get((i, need.capability), 0.0) > 0
            for k in self.having.get(need.capability, ()):
                if k in self.choice.sent or self.problem.teams[k].busy_with is not None:
                    continue
                t = self.minutes[k, i]
                if short or (np.isfinite(t) and t < far):
                    rows.append((float(t) if np.isfinite(t) else np.inf, k, need))
        told: dict[int, dict[str, Any]] = {}
        for t, k, need in sorted(rows, key=lambda r: (r[0], r[1])):
            if k not in told:
                told[k] = {
                    "team": self.problem.teams[k].id, "name": self.team(k), "incident": ask.id,
                    "why": self.why_refused(k, i, need, t),
                }  # fmt: skip
        return list(told.values())

    def why_refused(self, k: int, i: int, need: Need, t: float) -> str:
        """Why a team that could serve a need is not sent."""
        problem, team, ask = self.problem, self.problem.teams[k], self.problem.incidents[i]
        if (team.id, ask.id) in problem.bans:
            return "人工指定不派此处"
        if not np.isfinite(t):
            return "现有路况下到不了现场"
        if self.gaps.get((i, need.capability), 0.0) <= 0:
            return f"{t:.0f} 分钟可到，但{self._met(k, i, need, t)}"
        brings = min(team.provides[need.capability], self.gaps[i, need.capability])
        saved, cost, price = self._worth(k, i), problem.arc_cost(k, i), self.cover.price(k)
        words = f"{t:.0f} 分钟可到，能补{need.capability} {self.with_unit(need.capability, brings)}"
        if cost > saved:
            return f"{words}，但行程代价 {cost:,.0f} 高于所补缺口 {saved:,.0f}（人·分）"
        if cost + price > saved:
            return (
                f"{words}，但{self.cover.would_lose(k)}，代价 {price:,.0f} 人·分，"
                f"多于补上后可省的 {saved - cost:,.0f}"
            )
        return f"{words}，但{self.trials.told(k, None, i, saved - cost - price, self.ended)}"

    def _worth(self, k: int, i: int) -> float:
        """What the gaps of an incident that a team could fill would cost, the dearest first."""
        problem, team, ask = self.problem, self.problem.teams[k], self.problem.incidents[i]
        hands, saved = team.people, 0.0
        for need in sorted(ask.needs, key=lambda n: -problem.unmet_rate(ask, n)):
            fills = min(
                team.provides.get(need.capability, 0.0),
                self.gaps.get((i, need.capability), 0.0),
            )
            if need.capability in problem.people_capabilities:
                fills = min(fills, hands)
                hands -= fills
            saved += problem.unmet_rate(ask, need) * fills
        return saved

    def _met(self, k: int, i: int, need: Need, t: float) -> str:
        """That a need is met, by whose hand, and why not by this nearer team."""
        name, ask = need.capability, self.problem.incidents[i]
        given = self.given.get((i, name), 0.0)
        words = f"{name}已有 {amount(given)}/{self.with_unit(name, need.amount)}，再派不减缺口"
        later = [m for m in self.givers.get((i, name), ()) if self._minutes(m, i) > t]
        if not later or (k, i) not in self.pairs:
            return words
        m = max(later, key=lambda m: (not self._given(m, ask), self._minutes(m, i), m))
        far = f"{self.team(m)}（{self._minutes(m, i):.0f} 分钟）"
        if self._given(m, ask):
            return f"{words}；{far}{'已在执行' if self._busy(m) else '为人工指定'}"
        return f"{words}；不换下{far}：{self._why_not(k, name, m)}"

    def _busy(self, k: int) -> bool:
        """Whether a team was under orders before."""
        return self.problem.teams[k].busy_with is not None

    def _given(self, k: int, ask: Ask) -> bool:
        """Whether a team stands where it stands by an order or by the officer's hand."""
        return self._busy(k) or (self.problem.teams[k].id, ask.id) in self.problem.locks
