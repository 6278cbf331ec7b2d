"""One exercise as it runs: its folder, its clock kept on disk, its restart."""

from __future__ import annotations

import json
import os
import threading
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from data.domain.clock import ClockSetting, ExerciseClock, aware, real_now
from data.domain.messages import SetExercise
from data.domain.situation import ExerciseState
from data.errors import Invalid
from data.exercise.scenario import Scenario, load_scenario

SLOWEST, FASTEST = 0.1, 600.0
KEEP_EVERY_S = 2.0


@dataclass(frozen=True, kw_only=True)
class Kept:
    """What `exercise.json` holds."""

    run: str
    shows: datetime
    speed: float
    paused: bool


class Exercise:
    """A scenario with its clock; the clock stands still while nobody serves it."""

    def __init__(
        self,
        scenario: Scenario,
        folder: Path,
        kept: Kept,
        *,
        real: Callable[[], datetime] = real_now,
    ) -> None:
        self.scenario = scenario
        self.dir = folder
        self.run = kept.run
        self._real = real
        self._lock = threading.Lock()
        self._stopping = threading.Event()
        self._keeper: threading.Thread | None = None
        self.clock = ExerciseClock(
            ClockSetting(
                shows=kept.shows, set_at=real(), speed=kept.speed, paused=kept.paused
            ),
            real=real,
        )  # fmt: skip
        self.keep()

    @property
    def name(self) -> str:
        """The scenario's name."""
        return self.scenario.name

    @property
    def title(self) -> str:
        """The scenario's title."""
        return self.scenario.title

    @property
    def starts_at(self) -> datetime:
        """Where the officers' part begins."""
        return self.scenario.starts_at

    @property
    def ends_at(self) -> datetime:
        """Where the script ends; the clock goes on."""
        return self.scenario.ends_at

    @property
    def opened(self) -> bool:
        """Whether the steps before the start have been played."""
        return self.clock.now() >= self.starts_at

    def state(self) -> ExerciseState:
        """The exercise as the situation shows it."""
        return ExerciseState(
            name=self.name, title=self.title, speed=self.clock.speed, paused=self.clock.paused,
            starts_at=self.starts_at, ends_at=self.ends_at,
        )  # fmt: skip

    def describe(self) -> dict[str, Any]:
        """The body of `GET /api/v1/exercise`; only what the script has already told."""
        now = self.clock.now()
        return {
            "name": self.name, "title": self.title, "run": self.run, "now": now.isoformat(),
            "speed": self.clock.speed, "paused": self.clock.paused,
            "starts_at": self.starts_at.isoformat(), "ends_at": self.ends_at.isoformat(),
            "opened": now >= self.starts_at,
            "script": [
                {"id": step.id, "at": step.at.isoformat(), "do": step.do, "source": step.source,
                 "assumption": step.assumption}
                for step in self.scenario.due(now)
            ],
            "steps_to_come": len(self.scenario.steps) - len(self.scenario.due(now)),
        }  # fmt: skip

    def set(self, command: SetExercise) -> dict[str, Any]:
        """Change speed, pause or jump forward, kept at once; a restart is the center's work.

        Raises
        ------
        Invalid
            Speed outside 0.1 to 600, or a jump back in time.
        """
        with self._lock:
            if command.speed is not None and not SLOWEST <= command.speed <= FASTEST:
                raise Invalid.field("speed", "倍速须在 0.1 到 600 之间", "请改用此范围内的倍速")
            jump = None if command.jump_to is None else aware(command.jump_to)
            if jump is not None and jump < self.clock.now():
                raise Invalid.field(
                    "jump_to", "演练时间不能倒退", "请选当前演练时间之后的时刻，或重新开始演练"
                )
            self.clock.change(speed=command.speed, paused=command.paused, jump_to=jump)
        self.keep()
        return self.describe()

    def not_before(self, instant: datetime) -> None:
        """Bring the clock up to an instant already journaled, after a crash lost the last keep."""
        with self._lock:
            if self.clock.now() < instant:
                self.clock.change(jump_to=instant)
        self.keep()

    def start_keeping(self) -> None:
        """Keep the clock on disk every two seconds, until `close`."""
        if self._keeper is None:
            self._keeper = threading.Thread(target=self._keep_on, name="clock", daemon=True)
            self._keeper.start()

    def keep(self) -> None:
        """Write where the clock stands, atomically."""
        with self._lock:
            self.dir.mkdir(parents=True, exist_ok=True)
            body = {
                "name": self.name, "run": self.run, "shows": self.clock.now().isoformat(),
                "speed": self.clock.speed, "paused": self.clock.paused,
            }  # fmt: skip
            part = self.dir / "exercise.json.part"
            part.write_text(json.dumps(body, ensure_ascii=False), "utf-8")
            part.replace(self.dir / "exercise.json")

    def close(self) -> None:
        """Stop keeping, after a last keep."""
        self._stopping.set()
        if self._keeper is not None:
            self._keeper.join(timeout=KEEP_EVERY_S)
            self._keeper = None
        self.keep()

    def _keep_on(self) -> None:
        while not self._stopping.wait(KEEP_EVERY_S):
            self.keep()


def create_or_resume(
    name: str, folder: Path, *, real: Callable[[], datetime] = real_now
) -> Exercise:
    """The exercise of a scenario in its folder: resumed where it stood, or new.

    A new one stands paused at its first step, until the runner has played the opening.

    Raises
    ------
    NotFound
        When there is no such scenario.
    """
    scenario = load_scenario(name)
    kept = _read(folder / "exercise.json") or Kept(
        run=uuid.uuid4().hex[:12], shows=scenario.opens_at, speed=scenario.speed, paused=True
    )
    return Exercise(scenario, folder, kept, real=real)


def set_aside(folder: Path, *, real: Callable[[], datetime] = real_now) -> Path | None:
    """Move an exercise's folder aside with a time stamp, so that the next start is new.

    Call it with the database closed. Returns where the old one is kept, None when there was none.
    """
    if not folder.exists():
        return None
    stamp = real().astimezone(UTC).strftime("%Y%m%dT%H%M%S")
    kept = folder.with_name(f"{folder.name}.{stamp}-{os.getpid()}")
    folder.rename(kept)
    return kept


def _read(path: Path) -> Kept | None:
    """What was kept, or None when there is nothing readable."""
    try:
        body = json.loads(path.read_text("utf-8"))
        return Kept(
            run=body["run"], shows=datetime.fromisoformat(body["shows"]),
            speed=float(body["speed"]), paused=bool(body["paused"]),
        )  # fmt: skip
    except (OSError, ValueError, KeyError):
        return None
