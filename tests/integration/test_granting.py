"""A granted request for support becomes a draft that its officer only has to issue."""

from __future__ import annotations

import pytest

from dashboard.components.follow_ups import waiting_for
from data.domain.dispatch import Authority
from data.domain.linking import Want
from data.domain.messages import IssueDispatch
from data.domain.messages import linking as m
from data.domain.org import Actor
from data.errors import Forbidden
from tests.integration import plan_world as w

CITY = Actor.of("duty.421100", "duty", "421100", "黄冈值班员")
WUHAN = Actor.of("duty.420100", "duty", "420100", "武汉值班员")


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def center(request, tmp_path_factory):
    """Two incidents in 黄梅 and the exercise's forces, on either engine."""
    server = request.getfixturevalue("postgres_url") if request.param == "postgresql" else None
    with w.opened(tmp_path_factory.mktemp("var"), server) as made:
        yield made


def granted(center, asker, wants, answerer, to="", **more):
    """A request asked, granted in full, and drafted by the center."""
    ask = m.AskSupport(
        wants=wants, reason="力量不足", incident_id=w.incidents(center)[0], to=to,
        authorised_by=Authority(name="李领导", way="电话"),
    )  # fmt: skip
    key = center.handle(ask, asker).body["support"]["id"]
    center.handle(
        m.AnswerSupport(support_id=key, verdict="granted", words="已安排", **more), answerer
    )
    assert center.attend() == 1
    return w.seen(center).supports[key]


def test_the_city_grants_and_issues_with_one_press(center):
    """Teams of the city but not the county's own; the draft is in the city's queue; it issues."""
    wants = (Want(kind="队伍", name="搜救队伍", amount=2, unit="支"),
             Want(kind="物资", name="帐篷", amount=5, unit="顶"))  # fmt: skip
    held = granted(center, w.COUNTY, wants, CITY)
    assert held.plan_org == "421100"
    plan = center.plan_of(CITY, held.plan_id)
    seen = w.seen(center)
    places = {seen.teams[r["team"]].area_code for r in plan.answer["assignments"]}
    assert places
    assert all(center.areas.covers("421100", p) and p != "421127" for p in places)
    mine = center.queries.situation(CITY)
    rows = [r for r in waiting_for(mine, CITY, center.areas) if "草案待下达" in r.title]
    assert len(rows) == 1
    assert held.plan_id in str(rows[0].changes)
    county = center.queries.situation(w.COUNTY)
    assert not any("草案" in r.title for r in waiting_for(county, w.COUNTY, center.areas))
    sent = center.handle(IssueDispatch(plan_id=held.plan_id), CITY).body
    assert len(sent["assignments"]) == len({r["team"] for r in plan.answer["assignments"]})
    mine = center.queries.situation(CITY)
    assert not any("草案" in r.title for r in waiting_for(mine, CITY, center.areas))


def test_it_is_drafted_once_and_again_only_for_a_new_answer(center):
    """The center looks round every few seconds; nothing is written for nothing."""
    before = center.queries.revision()
    assert center.attend() == 0
    assert center.queries.revision() == before


def test_a_city_beside_grants_and_the_province_issues(center):
    """武汉 cannot send into 黄梅 itself: the level that covers both gets the draft."""
    held = granted(center, CITY, (Want(kind="队伍", name="水域救援", amount=20, unit="人"),),
                   WUHAN, to="武汉市")  # fmt: skip
    assert held.plan_org == "420000"
    plan = center.plan_of(w.DUTY, held.plan_id)
    seen = w.seen(center)
    assert {seen.teams[r["team"]].area_code[:4] for r in plan.answer["assignments"]} == {"4201"}


def test_the_ministry_grants_national_teams(center):
    """The same mechanism upward: its forces in the province become the asking side's draft."""
    names = [
        t.name for t in w.seen(center).available_teams()
        if t.level.startswith("国家") and t.provides
    ]  # fmt: skip
    held = granted(center, w.DUTY, (Want(kind="队伍", name=names[0]),), w.DUTY, by="部值班室 王某")
    assert held.plan_org == "420000"
    plan = center.plan_of(w.DUTY, held.plan_id)
    seen = w.seen(center)
    assert names[0] in [seen.teams[r["team"]].name for r in plan.answer["assignments"]]


def test_what_fits_nothing_is_said(center):
    """Words the center cannot match are named, never dropped."""
    held = granted(center, w.COUNTY, (Want(kind="其他", name="翻译人员", amount=2),), CITY)
    assert held.plan_id is None
    assert "翻译人员" in held.plan_note
    assert held.steps[-1].what == "生成调派草案"


def test_nobody_writes_a_draft_by_hand(center):
    """Only the center itself keeps one."""
    with pytest.raises(Forbidden):
        center.handle(m.KeepDraft(support_id="QQ-0001", org="420000"), w.DUTY)
