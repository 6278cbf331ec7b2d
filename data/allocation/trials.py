"""What a plan would cost with one team more or another in its place, term by term."""

from __future__ import annotations

from data.allocation.check_costs import TERM_WORDS
from data.allocation.figures import Figures
from data.allocation.model import Choice, Problem, terms
from data.allocation.roles import choice_of

_MOST = 40  # trials of one plan; what is asked beyond is told by its first-order numbers
_SMALL = 0.5


class Trials:
    """Changes of a plan tried out, everybody at the scene put to work anew."""

    def __init__(self, problem: Problem, arrays: Figures, choice: Choice) -> None:
        self.problem, self.arrays, self.choice = problem, arrays, choice
        self._left = _MOST
        self._now: dict[str, float] | None = None

    def changed(self, come: int, go: int | None, i: int) -> dict[str, float] | None:
        """What each term rises by when a team comes to an incident and another goes home.

        None when enough was tried.
        """
        if self._left <= 0:
            return None
        self._left -= 1
        if self._now is None:
            self._now = terms(self.problem, self.choice)
        sent = {k: at for k, at in self.choice.sent.items() if k != go} | {come: i}
        then = terms(self.problem, choice_of(self.problem, sent, self.choice.loads, self.arrays))
        return {n: then[n] - self._now[n] for n in TERM_WORDS}

    def told(self, come: int, go: int | None, i: int, guess: float, ended: str) -> str:
        """Why the change was not made, from its terms; `guess` is what it promises to save.

        `ended` tells in words what ended the search, for the change that would have paid.
        """
        word = "加派" if go is None else "换它"
        parts = self.changed(come, go, i)
        if parts is None:
            return f"{word}约可省 {guess:,.0f} 人·分，{ended}，未及排入"
        more = sum(parts.values())
        said = "、".join(f"{TERM_WORDS[n]} {d:+,.0f}" for n, d in parts.items() if abs(d) > _SMALL)
        if more > -_SMALL:
            return f"{word}则{said or '代价不变'}，合计 {more:+,.0f} 人·分"
        return f"{word}可省 {-more:,.0f} 人·分（{said}），{ended}，未及排入"
