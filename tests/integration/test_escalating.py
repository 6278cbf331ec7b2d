"""What is overdue, a report or a word, goes to somebody by name, again, then to the level above."""

from __future__ import annotations

from datetime import timedelta

import pytest

from dashboard.components.live import called_view
from data.domain.approval import approval_of
from data.domain.authority import read_table
from data.domain.escalation import APPROVALS, SOURCE, mine
from data.domain.handover import open_items
from data.domain.incident import Casualties
from data.domain.messages import (
    AdvanceAssignment,
    CloseIncident,
    FileFollowup,
    IssueDispatch,
    WantedTeam,
)
from data.domain.messages import filing as f
from data.domain.messages.clearing import GrantClearance
from data.domain.messages.tasks import (
    AdvanceTask,
    AnswerInstruction,
    CallOverdue,
    GiveInstruction,
)
from data.domain.org import Actor
from data.domain.reporting import deadlines
from data.errors import Forbidden
from tests.integration import plan_world as w

COUNTY_CHIEF = Actor.of("chief.421127", "chief", "421127", "梅承志（演练）")
CITY_CHIEF = Actor.of("chief.421100", "chief", "421100")
CHIEF = Actor.of("chief", "chief", "420000", "陈带班")


@pytest.fixture
def center(tmp_path):
    """The world of two incidents in 黄梅, its clock standing still."""
    with w.opened(tmp_path, None) as made:
        yield made


def later(center, **span):
    """The exercise's clock moved on, and the center having looked round."""
    center.exercise.clock.change(jump_to=center.clock.now() + timedelta(**span))
    return center.attend()


def called(center, letter="甲"):
    """The calls about the first incident, the earliest first."""
    seen = w.seen(center)
    here = next(i for i in seen.incidents.values() if i.letter == letter)
    found = [t for t in seen.tasks.values() if t.clock and t.incident_id == here.id]
    return sorted(found, key=lambda t: t.id)


def overdue_of(center, incident_id):
    """The overdue deadlines of an incident now."""
    seen = w.seen(center)
    rules, here = center.tools.rules["reporting"], seen.incidents[incident_id]
    clocks = deadlines(here, seen.reports_of(incident_id), rules, seen.at, center.areas)
    return [c for c in clocks if c.state == "overdue"]


def test_nothing_overdue_writes_nothing(center):
    """No journal row for a look round that found nothing."""
    before = center.queries.revision()
    assert center.attend() == 0
    assert center.queries.revision() == before


def test_only_the_center_itself_calls(center):
    """No account presses somebody by this command."""
    with pytest.raises(Forbidden, match="自动办理"):
        center.handle(CallOverdue(), w.DUTY)


def test_it_goes_up_by_name_until_somebody_takes_it_and_ends_when_reported(center):
    """带班领导 by the roster, twice; then the leader above; then taken; then reported."""
    assert later(center, hours=2, minutes=1) > 0
    (first,) = [t for t in called(center) if "省级" in t.title]
    assert first.source == SOURCE
    assert (first.owner_org, first.owner) == ("420000", "带班领导 何敬之（演练）")
    assert first in mine(w.seen(center).tasks.values(), CHIEF)
    assert "催报" in str(called_view(w.seen(center), center.areas, CHIEF))
    assert called_view(w.seen(center), center.areas, w.LEADER) is None
    items = open_items(w.seen(center), "420000", center.areas, center.tools.rules["reporting"])
    assert any(i.title == first.title for i in items)

    assert later(center, minutes=5) == 0  # not every five seconds: every ten minutes
    later(center, minutes=5)
    (again,) = [t for t in called(center) if t.id == first.id]
    assert [s.what for s in again.steps] == ["下达", "催办"]
    later(center, minutes=10)
    (above,) = [t for t in called(center) if t.id == first.id]
    assert above.owner == "领导 梁承平（演练）"
    assert above.steps[-1].what == "升级"
    assert above in mine(w.seen(center).tasks.values(), w.LEADER)
    assert above not in mine(w.seen(center).tasks.values(), CHIEF)

    center.handle(AdvanceTask(task_id=first.id, to="taken"), w.DUTY)
    assert above.id not in {t.id for t in mine(w.seen(center).tasks.values(), w.LEADER)}
    center.handle(FileFollowup(incident_id=first.incident_id, text="已报"), w.DUTY)
    center.attend()
    (ended,) = [t for t in called(center) if t.id == first.id]
    assert (ended.state, ended.result) == ("done", "已报")
    told = [line["summary"] for line in w.seen(center).lines if "催报" in line["summary"]]
    assert any("何敬之（演练）" in x for x in told)
    assert any("第 2 次催湖北省带班领导" in x for x in told)
    assert any("升级至湖北省领导 梁承平（演练）" in x for x in told)


def test_taken_and_still_not_reported_is_heard_above(center):
    """Taking a call stops the calls for as long as one takes; a report ends them."""
    later(center, hours=2, minutes=1)
    (task,) = [t for t in called(center) if "省级" in t.title]
    center.handle(AdvanceTask(task_id=task.id, to="taken"), CHIEF)
    later(center, minutes=11)
    (above,) = [t for t in called(center) if t.id == task.id]
    assert (above.owner, above.state) == ("领导 梁承平（演练）", "open")


def reported(center, incident, kind, to=(), by=w.DUTY):
    """A report of an incident out at once, unsigned."""
    body = center.handle(f.DraftFiling(incident_id=incident, kind=kind), by).body
    key = body["filing"]["id"]
    items = {"place": "黄梅县", "source": "县值班室", "course": "滑坡"}
    people = Casualties(dead=3, missing=1)
    center.handle(f.SaveFiling(filing_id=key, items=items, casualties=people), by)
    center.handle(f.SendFiling(filing_id=key, to=to, early="情况紧急"), by)


def test_the_national_centre_must_hear_of_a_departure_and_a_report_there_ends_the_call(center):
    """Three dead and a team on its way: half an hour later the province's room is called."""
    here = w.incidents(center)[0]
    reported(center, here, "首报")
    team = w.seen(center).available_teams()[0].id
    order = w.bound(center, team, here)
    for to in ("accepted", "departed"):
        center.handle(AdvanceAssignment(assignment_id=order, to=to), w.DUTY)
    later(center, minutes=31)
    (call,) = [t for t in called(center) if "出动报国家中心" in t.title]
    assert (call.owner_org, call.state) == ("420000", "open")
    reported(center, here, "续报", ("应急管理部", "国家应急救援中心"))
    center.attend()
    (call,) = [t for t in called(center) if t.id == call.id]
    assert (call.state, call.result) == ("done", "已报")


def test_verified_figures_are_called_for_after_the_incident_is_closed(center):
    """核报 of a closed incident: called when its days are over, ended by the 核报 itself."""
    here = w.incidents(center)[0]
    reported(center, here, "首报")
    reported(center, here, "终报")
    center.handle(CloseIncident(incident_id=here, reason="处置结束"), w.DUTY)
    later(center, days=2, minutes=1)
    (call,) = called(center)
    assert "核报（县2日内）" in call.title
    assert call.owner_org == "421127"
    later(center, days=1, minutes=1)
    assert any("核报（市3日内）" in t.title for t in called(center))
    reported(center, here, "核报", by=w.COUNTY)  # by a room that filed nothing before
    center.attend()
    (call,) = [t for t in called(center) if t.id == call.id]
    assert (call.state, call.result) == ("done", "已报")


def test_a_day_that_is_over_is_said_to_be_missed(center):
    """Yesterday's 零报告 can no longer be filed: the call ends as missed, on record."""
    later(center, hours=26)
    day = {t.id for t in called(center) if "零报告" in t.title}
    assert day
    later(center, hours=24)
    missed = [t for t in called(center) if t.id in day]
    assert {t.state for t in missed} == {"cancelled"}
    assert all("仍未报" in t.result for t in missed)


def test_the_county_is_called_in_its_own_room(center):
    """A county's deadline goes to the county's 带班领导 first, the city's after."""
    later(center, hours=26)
    (mine_,) = [t for t in called(center) if "零报告（县）" in t.title]
    assert (mine_.owner_org, mine_.owner) == ("421127", "带班领导 梅承志（演练）")
    assert mine_ in mine(w.seen(center).tasks.values(), COUNTY_CHIEF)
    later(center, minutes=10)
    later(center, minutes=10)
    (mine_,) = [t for t in called(center) if t.id == mine_.id]
    assert (mine_.owner_org, mine_.owner) == ("421100", "带班领导 汪以诚（演练）")
    assert mine_ in mine(w.seen(center).tasks.values(), CITY_CHIEF)


def test_an_overdue_instruction_is_reminded_of_until_it_is_answered(center):
    """By itself, counted, every half hour; the answer ends it."""
    now = center.clock.now()
    given = GiveInstruction(
        text="核清失联人数", owner="黄梅县", incident_id=w.incidents(center)[0],
        due_at=now + timedelta(minutes=20),
    )  # fmt: skip
    key = center.handle(given, w.LEADER).body["instruction"]["id"]
    assert later(center, minutes=19) == 0
    for number, minutes in enumerate((12, 30), 1):
        assert later(center, minutes=minutes) == 1
        held = w.seen(center).instructions[key]
        assert (held.reminders, held.steps[-1].what) == (number, "催办")
    assert later(center, minutes=10) == 0
    center.handle(AnswerInstruction(instruction_id=key, words="九人"), w.DUTY)
    later(center, minutes=40)
    assert w.seen(center).instructions[key].reminders == 2


def ask_for_national(center) -> str:
    """The approval of one national team's order, which waits for a leader's word."""
    here = w.incidents(center)[0]
    seen = w.seen(center)
    areas = seen.incidents[here].all_areas
    team = next(
        t.id for t in seen.available_teams()
        if approval_of(t, areas, center.areas).key == "national"
    )  # fmt: skip
    order = IssueDispatch(assignments=(WantedTeam(team=team, incident=here),))
    body = center.handle(order, w.DUTY).body
    return next(c.id for c in w.seen(center).clearances.values() if c.subject == body["id"])


def call_of(center, clearance: str):
    """The call about an approval, or None while there is none."""
    tasks = w.seen(center).tasks.values()
    return next((t for t in tasks if t.clock == f"clearance:{clearance}"), None)


def test_an_overdue_approval_is_called_by_name_then_above_and_ends_with_the_word(center):
    """带班领导 by the roster, once more, then the leader; the word given ends the call."""
    held = ask_for_national(center)
    assert later(center, minutes=29) == 0
    assert call_of(center, held) is None
    assert later(center, minutes=2) == 1
    first = call_of(center, held)
    assert (first.source, first.owner) == (APPROVALS, "带班领导 何敬之（演练）")
    assert first.title.startswith("催批：审批 ")
    assert "假定" in first.detail
    assert "催批 1 件待您接办" in str(called_view(w.seen(center), center.areas, CHIEF))
    assert "催批" not in str(called_view(w.seen(center), center.areas, w.LEADER))
    later(center, minutes=10)
    assert [s.what for s in call_of(center, held).steps] == ["下达", "催办"]
    later(center, minutes=10)
    above = call_of(center, held)
    assert (above.owner, above.steps[-1].what) == ("领导 梁承平（演练）", "升级")
    assert "催批 1 件待您接办" in str(called_view(w.seen(center), center.areas, w.LEADER))
    center.handle(GrantClearance(clearance_id=held), w.LEADER)
    center.attend()
    ended = call_of(center, held)
    assert (ended.state, ended.result) == ("done", f"批准 {w.LEADER.name}")
    told = [line["summary"] for line in w.seen(center).lines if "催批" in line["summary"]]
    assert any("仍未批，升级至湖北省领导 梁承平（演练）" in x for x in told)
    assert any("批准" in x and "催批办结" in x for x in told)


def test_an_approval_given_in_time_calls_nobody(center):
    """No task, no line."""
    held = ask_for_national(center)
    center.handle(GrantClearance(clearance_id=held), w.LEADER)
    later(center, minutes=45)
    assert call_of(center, held) is None


@pytest.mark.parametrize("row", [{"repeat_min": 0, "rounds": 2, "basis": "x"}, {"rounds": 1}, 7])
def test_a_pace_that_cannot_be_read_is_named(row):
    """The table says which line, and what belongs there."""
    with pytest.raises(ValueError, match=r"escalation 看不懂.*repeat_min、rounds、basis"):
        read_table({"escalation": row})


def test_a_table_without_a_pace_goes_by_the_assumed_one():
    """Tables written before the line existed still stand."""
    assert read_table({}).escalation.basis == "假定"
