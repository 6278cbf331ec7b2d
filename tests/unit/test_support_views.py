"""What is typed as a want is read as one; each side sees its own buttons."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from dashboard.components.flat import flat
from dashboard.components.support_desk import read_wants
from dashboard.components.support_views import actions
from data.domain.linking import SupportRequest, SupportState
from data.domain.org import Actor


@pytest.mark.parametrize(
    ("line", "kind", "name", "amount", "unit"),
    [
        ("装备：冲锋舟 20 艘", "装备", "冲锋舟", 20, "艘"),
        ("地质专家", "其他", "地质专家", None, ""),
        ("物资:帐篷 300顶", "物资", "帐篷", 300, "顶"),
        ("备注：请尽快", "其他", "备注：请尽快", None, ""),
    ],
)
def test_a_line_is_read_as_a_want(line: str, kind: str, name: str, amount: int | None, unit: str):
    """Kind and amount may be left out; an unknown kind stays part of the name."""
    (want,) = read_wants(f"\n{line}\n")
    assert (want.kind, want.name, want.amount, want.unit) == (kind, name, amount, unit)


def test_each_side_sees_its_own_buttons():
    """Who asked takes back or ends; who is asked signs and answers; a watcher does nothing."""
    asked = SupportRequest(
        id="QQ-1", incident_id=None, org="421127", to_org="421100", to="黄冈市",
        asked_at=datetime(2020, 7, 8, tzinfo=UTC),
    )  # fmt: skip
    county, city = (Actor.of(f"duty.{c}", "duty", c) for c in ("421127", "421100"))
    wall = Actor.of("wall", "wall", "421100")
    assert "签收" in flat(actions(city, asked, "support"))
    assert "签收" not in flat(actions(county, asked, "support"))
    assert "撤回" in flat(actions(county, asked, "support"))
    assert actions(wall, asked, "support") == []
    done = SupportRequest(id="QQ-2", incident_id=None, org="421127", state=SupportState.DONE)
    assert actions(county, done, "support") == []
