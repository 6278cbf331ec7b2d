"""Who has a rectification before them is offered what they may do with it, and nothing else."""

from __future__ import annotations

from dataclasses import replace

from dashboard.components.flat import flat
from dashboard.components.rectify_view import _actions
from data.domain.org import Actor, Area, AreaTree
from data.domain.rectification import Rectification

HELD = Rectification(
    id="ZG-0001", state="submitted", area_code="421127", org="421127", owner_person="李四",
    submitted_by="张三", submitted_account="duty.421127",
)  # fmt: skip


AREAS = AreaTree.of(
    [Area(code="421127", name="黄梅县", short_name="黄梅", parent="420000", is_prefecture=False,
          is_county=True)]
)  # fmt: skip


def shown(username: str, held: Rectification = HELD, org: str = "421127") -> str:
    """The buttons and words below it, for one account."""
    role = "chief" if username.startswith("chief") else "duty"
    return flat(_actions(Actor.of(username, role, org), AREAS, held))


def test_who_submitted_is_told_that_another_accepts():
    """No button that would be refused; the reason stands in its place."""
    told = shown("duty.421127")
    assert "验收通过" not in told
    assert "请由另一人验收" in told
    assert "改期" in told


def test_another_accepts_or_returns():
    """Of the same level, not at work on it."""
    told = shown("chief.421127")
    assert "验收通过" in told
    assert "退回" in told


def test_what_a_city_put_up_a_county_does_not_accept():
    """Only the level that put it up may."""
    told = shown("chief.421127", replace(HELD, supervision="city"))
    assert "验收通过" not in told
    assert "市级挂牌督办：延期、验收由挂牌的一级办理" in told
