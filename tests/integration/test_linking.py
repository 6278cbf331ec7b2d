"""Support requests up, down and outward; how the levels stand; on both engines."""

from __future__ import annotations

from datetime import timedelta

import pytest

from dashboard.components import levels_view
from dashboard.components.flat import flat
from data.domain.dispatch import Authority
from data.domain.levels import levels, upward
from data.domain.linking import Want
from data.domain.messages import RecordResponse
from data.domain.messages import linking as m
from data.domain.messages import tasks as t
from data.domain.org import Actor
from data.errors import Forbidden, IllegalMove, Invalid
from tests.integration import plan_world as w

CITY = Actor.of("duty.421100", "duty", "421100", "黄冈值班员")
ELSEWHERE = Actor.of("duty.420500", "duty", "420500")
LEADER = Actor.of("leader", "leader", "420000")
BOATS = (Want(kind="装备", name="冲锋舟", amount=20, unit="艘"),)


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def center(request, tmp_path_factory):
    """Two incidents in 黄梅, on each engine."""
    server = None if request.param == "sqlite" else request.getfixturevalue("postgres_url")
    with w.opened(tmp_path_factory.mktemp("var"), server) as made:
        yield made


def asked(center, actor=w.COUNTY, **more):
    """A request made."""
    command = m.AskSupport(**{"wants": BOATS, "reason": "群众被困", **more})
    return center.handle(command, actor).body["support"]


def test_a_county_asks_the_city_and_gets_half(center):
    """Numbered, signed for, answered in part, fulfilled; only the one asked may answer."""
    here = w.incidents(center)[1]
    due = center.clock.now() + timedelta(minutes=30)
    made = asked(center, incident_id=here, due_at=due)
    assert made["number"].endswith("1号")
    assert (made["to_org"], made["to"]) == ("421100", "黄冈市")
    assert made["id"] not in center.queries.situation(ELSEWHERE).supports
    with pytest.raises(Forbidden, match="由黄冈市答复"):
        center.handle(m.TakeSupport(support_id=made["id"]), w.COUNTY)
    with pytest.raises(Forbidden):
        center.handle(m.TakeSupport(support_id=made["id"]), LEADER)
    center.handle(m.TakeSupport(support_id=made["id"]), CITY)
    partly = {"support_id": made["id"], "verdict": "partly", "words": "武穴 10 艘，1 小时到"}
    with pytest.raises(Invalid, match="没有写需要什么"):
        center.handle(m.AnswerSupport(**partly), CITY)
    ten = (Want(kind="装备", name="冲锋舟", amount=10, unit="艘"),)
    center.handle(m.AnswerSupport(**partly, granted=ten), CITY)
    held = w.seen(center).supports[made["id"]]
    assert (held.state, held.granted, held.late()) == ("answered", ten, False)
    with pytest.raises(Forbidden):
        center.handle(m.FinishSupport(support_id=made["id"]), LEADER)
    center.handle(m.FinishSupport(support_id=made["id"], words="10 艘已到"), w.COUNTY)
    assert not w.seen(center).supports[made["id"]].open
    with pytest.raises(IllegalMove, match="办结"):
        center.handle(m.WithdrawSupport(support_id=made["id"], reason="不用了"), w.COUNTY)


def test_the_province_asks_the_ministry_and_notes_who_answered(center):
    """A body outside the center is answered for by hand, named."""
    made = asked(center, w.DUTY, authorised_by=Authority(name="李领导", way="电话"))
    assert (made["to"], made["to_org"]) == ("应急管理部", None)
    answer = {"support_id": made["id"], "verdict": "granted", "words": "已协调江西"}
    with pytest.raises(Invalid, match="何人答复"):
        center.handle(m.AnswerSupport(**answer), w.DUTY)
    center.handle(m.AnswerSupport(**answer, by="部值班室 王某"), w.DUTY)
    held = w.seen(center).supports[made["id"]]
    assert (held.granted, held.steps[-1].by) == (BOATS, "部值班室 王某")
    army = asked(center, w.DUTY, to="省军区")
    assert army["number"].endswith("2号")
    with pytest.raises(Invalid, match="不能向本级"):
        asked(center, w.DUTY, to="湖北省")
    with pytest.raises(Invalid, match="数量不是正数"):
        asked(center, w.DUTY, wants=(Want(kind="装备", name="冲锋舟", amount=-1),))


def test_how_the_levels_stand(center):
    """What waits between us and each city is counted; quiet ones come last."""
    made = asked(center, CITY)
    center.handle(t.AddTask(title="核实险情", owner_org="421127"), w.DUTY)
    rows = levels(w.seen(center), center.areas, "420000")
    assert rows[0].org == "421100"
    assert (rows[0].asked, rows[0].given >= 1, rows[0].incidents) == (1, True, 2)
    assert rows[-1].asked == 0
    center.handle(m.WithdrawSupport(support_id=made["id"], reason="已自行解决"), CITY)
    assert levels(w.seen(center), center.areas, "420000")[0].asked == 0
    assert levels(center.queries.situation(w.COUNTY), center.areas, "421127") == []


def test_a_county_sees_its_own_row_upward(center):
    """What the levels above started, our row as each reads it; elsewhere only that it runs."""
    here, there = w.incidents(center)
    body = {"body": "湖北省防汛抗旱指挥部", "contingency": "湖北省防汛抗旱应急预案"}
    for incident, level in ((here, "III"), (there, "II")):
        begun = RecordResponse(incident_id=incident, level=level, basis="根据", **body)
        center.handle(begun, w.DUTY)
    own = {"body": "黄梅县人民政府", "contingency": "县预案", "level": "II"}
    center.handle(RecordResponse(incident_id=here, **own), w.DUTY)  # noted above, still its own
    made = asked(center, incident_id=here)
    started = center.queries.responses_above(w.COUNTY)
    assert {r.level for r in started} == {"II", "III"}
    assert all(r.incident_id for r in started)  # both incidents are in 黄梅
    hidden = center.queries.responses_above(ELSEWHERE)
    assert {(r.level, r.incident_id, r.basis) for r in hidden} == {("II", "", ""), ("III", "", "")}
    seen = center.queries.situation(w.COUNTY)
    city, province = upward(seen, center.areas, "421127", started)
    assert (city.org, province.org) == ("421100", "420000")
    assert (city.responses, len(province.responses)) == ((), 2)
    assert (city.ours.asked, province.ours.asked) == (1, 0)
    whole = levels(center.queries.situation(CITY), center.areas, "421100")
    assert city.ours == next(row for row in whole if row.org == "421127")
    shown = flat(levels_view.stand(center, seen, w.COUNTY))
    assert "上级看到的本级" in shown
    assert "省防指" in shown
    outside = center.queries.situation(ELSEWHERE)
    assert levels_view.ELSEWHERE in flat(levels_view.stand(center, outside, ELSEWHERE))
    assert upward(w.seen(center), center.areas, "420000", ()) == []
    center.handle(m.WithdrawSupport(support_id=made["id"], reason="已自行解决"), w.COUNTY)
