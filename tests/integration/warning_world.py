"""The world that warnings are issued in: a center on either engine, people of three levels."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import yaml

from data.center import Center, build_center
from data.config import Settings
from data.domain.dispatch import Authority
from data.domain.messages import warnings as m
from data.domain.org import Actor
from data.domain.situation import Situation
from tests import postgres

DUTY = Actor.of("duty", "duty", "420000", "王值班")
CHIEF = Actor.of("chief", "chief", "420000", "陈带班")
LEADER = Actor.of("leader", "leader", "420000", "李领导")
CITY = Actor.of("duty.421100", "duty", "421100", "黄冈值班员")
COUNTY = Actor.of("duty.421127", "duty", "421127", "黄梅值班员")
ELSEWHERE = Actor.of("duty.420500", "duty", "420500", "宜昌值班员")
BY_PHONE = Authority(name="张某", post="副省长", way="电话")
DAHE = {
    "type": "Polygon",
    "coordinates": [
        [[115.80, 30.05], [115.88, 30.05], [115.88, 30.13], [115.80, 30.13], [115.80, 30.05]]
    ],
}


def settings_of(
    var: Path, url: str | None = None, *, scenario: str = "none", channels: Any = None
) -> Settings:
    """Settings of a center; `channels` is the content of its channel file."""
    path = None
    if channels is not None:
        path = var / "channels.yaml"
        path.write_text(yaml.safe_dump(channels, allow_unicode=True), encoding="utf-8")
    return Settings(
        var=var, scenario=scenario, database_url=url, exercise_database_url=url, channels=path
    )


@contextmanager
def database_of(server: str | None) -> Iterator[str | None]:
    """The address of an empty database on a server; None, a file in the state folder, without."""
    if server is None:
        yield None
        return
    with postgres.database_of(server) as url:
        yield url


@contextmanager
def opened(settings: Settings) -> Iterator[Center]:
    """A center with reference data; an exercise's clock stands still."""
    center = build_center(settings)
    if settings.is_exercise:
        center.clock.change(paused=True)  # type: ignore[attr-defined]
    try:
        yield center
    finally:
        center.close()


def words(**given: Any) -> m.WarningWords:
    """A blue rainstorm over 黄梅, unless told otherwise."""
    base = {"colour": "蓝", "event": "暴雨", "description": "预计有暴雨", "areas": ("421127",)}
    return m.WarningWords(**{**base, **given})


def issued(center: Center, actor: Actor = DUTY, **given: Any) -> dict[str, Any]:
    """A warning that went out: its answer."""
    authority = given.pop("authorised_by", None)
    command = m.DraftWarning(words=words(**given), issue=True, authorised_by=authority)
    return center.handle(command, actor).body


def drafted(center: Center, actor: Actor = DUTY, **given: Any) -> str:
    """A draft's id."""
    return str(center.handle(m.DraftWarning(words=words(**given)), actor).body["warning"]["id"])


def seen(center: Center, actor: Actor = DUTY) -> Situation:
    """What somebody sees."""
    return center.queries.situation(actor)
