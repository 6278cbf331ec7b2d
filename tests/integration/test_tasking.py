"""Tasks and instructions: who may, what is refused, what is late, and that nothing is dropped."""

from __future__ import annotations

from datetime import timedelta

import pytest

from data.domain.messages import CloseIncident
from data.domain.messages import tasks as m
from data.domain.org import Actor
from data.errors import Conflict, Forbidden, IllegalMove, Invalid, NotFound
from tests.integration import plan_world as w

CHIEF = Actor.of("chief", "chief", "420000", "陈带班")
CITY = Actor.of("duty.421100", "duty", "421100")
ELSEWHERE = Actor.of("duty.420500", "duty", "420500")


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def center(request, tmp_path_factory):
    """Two incidents in 黄梅, on each engine."""
    server = None if request.param == "sqlite" else request.getfixturevalue("postgres_url")
    with w.opened(tmp_path_factory.mktemp("var"), server) as made:
        yield made


def added(center, actor=w.DUTY, **more):
    """A task made."""
    return center.handle(m.AddTask(**{"title": "转移下游群众", **more}), actor).body["task"]


def test_a_task_from_order_to_result(center):
    """Taken, its checklist ticked, done; it cannot be done with a line unticked."""
    here = w.incidents(center)[0]
    due = center.clock.now() + timedelta(hours=2)
    task = added(
        center, incident_id=here, owner="黄梅县", owner_org="421127", due_at=due,
        checklist=("清点人数", "上报去向"),
    )  # fmt: skip
    assert task["state"] == "open"
    for to in ("taken", "doing"):
        center.handle(m.AdvanceTask(task_id=task["id"], to=to), w.COUNTY)
    with pytest.raises(IllegalMove, match="清点人数"):
        center.handle(m.AdvanceTask(task_id=task["id"], to="done"), w.COUNTY)
    for item in (0, 1):
        center.handle(m.TickTask(task_id=task["id"], item=item), w.COUNTY)
    center.handle(m.AdvanceTask(task_id=task["id"], to="done", words="转移 40 人"), w.COUNTY)
    kept = w.seen(center).tasks[task["id"]]
    assert (kept.state, kept.result, kept.late()) == ("done", "转移 40 人", False)
    assert [s.what for s in kept.steps] == ["下达", "已签收", "办理中", "办结"]
    with pytest.raises(Invalid, match="重办理由"):
        center.handle(m.AdvanceTask(task_id=task["id"], to="doing"), w.DUTY)


def test_who_may_see_and_move_a_task(center):
    """A county works on its own; another city's does not exist; nobody orders upward."""
    task = added(center, owner_org="421127")
    assert task["id"] in center.queries.situation(w.COUNTY).tasks
    assert task["id"] in center.queries.situation(CITY).tasks
    assert task["id"] not in center.queries.situation(ELSEWHERE).tasks
    with pytest.raises(NotFound):
        center.handle(m.AdvanceTask(task_id=task["id"], to="taken"), ELSEWHERE)
    with pytest.raises(Forbidden, match="上级"):
        center.handle(m.CancelTask(task_id=task["id"], reason="不办"), w.COUNTY)
    with pytest.raises(Forbidden, match="请求支援"):
        added(center, w.COUNTY, owner_org="420000")
    with pytest.raises(Forbidden):
        added(center, w.LEADER)


def test_a_deadline_is_put_off_only_with_a_reason(center):
    """Earlier is free, later needs words; the past is refused."""
    now = center.clock.now()
    task = added(center, due_at=now + timedelta(hours=1))
    later = m.EditTask(task_id=task["id"], due_at=now + timedelta(hours=3))
    with pytest.raises(Invalid, match="延期"):
        center.handle(later, w.DUTY)
    with pytest.raises(Invalid, match="早于现在"):
        added(center, due_at=now - timedelta(minutes=1))
    center.handle(m.EditTask(task_id=task["id"], due_at=now + timedelta(minutes=30)), w.DUTY)
    kept = w.seen(center).tasks[task["id"]]
    assert kept.overdue(now + timedelta(minutes=31))
    assert not kept.overdue(now + timedelta(minutes=29))


def test_an_instruction_ends_only_by_an_accepted_answer(center):
    """Given, signed for, reminded, answered late, returned, answered again, accepted."""
    here = w.incidents(center)[0]
    now = center.clock.now()
    given = center.handle(
        m.GiveInstruction(
            text="全力搜救失联人员", incident_id=here, owner_org="421127",
            due_at=now + timedelta(minutes=30),
        ),
        w.LEADER,
    ).body["instruction"]  # fmt: skip
    key = given["id"]
    center.handle(m.ReceiveInstruction(instruction_id=key, owner="县应急局"), w.COUNTY)
    center.exercise.clock.change(jump_to=now + timedelta(minutes=45))
    assert w.seen(center).instructions[key].overdue(center.clock.now())
    center.handle(m.RemindInstruction(instruction_id=key), w.DUTY)
    first = m.AnswerInstruction(instruction_id=key, words="已搜出 3 人", interim=True)
    center.handle(first, w.COUNTY)
    assert w.seen(center).instructions[key].state == "received"
    done = center.handle(m.AnswerInstruction(instruction_id=key, words="搜救中"), w.COUNTY).body
    assert done["late"]
    with pytest.raises(Forbidden, match="认可"):
        center.handle(m.AcceptAnswer(instruction_id=key), w.DUTY)
    with pytest.raises(Invalid, match="退回意见"):
        center.handle(m.ReturnAnswer(instruction_id=key, words=" "), w.LEADER)
    center.handle(m.ReturnAnswer(instruction_id=key, words="请报人数"), w.LEADER)
    center.handle(m.AnswerInstruction(instruction_id=key, words="9 人全部找到"), w.COUNTY)
    center.handle(m.AcceptAnswer(instruction_id=key, words="好"), CHIEF)
    kept = w.seen(center).instructions[key]
    assert (kept.state, kept.reminders, len(kept.answers), kept.late()) == ("accepted", 1, 3, True)
    with pytest.raises(IllegalMove):
        center.handle(m.WithdrawInstruction(instruction_id=key, reason="误发"), w.LEADER)


def test_an_officer_enters_what_a_leader_said_by_name(center):
    """Entered for a leader it needs the leader's name; a county does not instruct upward."""
    with pytest.raises(Invalid, match="批示领导"):
        center.handle(m.GiveInstruction(text="加强巡堤"), w.DUTY)
    said = m.GiveInstruction(text="加强巡堤", given_by="李副省长", way="电话")
    made = center.handle(said, w.DUTY).body["instruction"]
    assert made["given_by"] == "李副省长"
    with pytest.raises(Invalid, match="本辖区"):
        center.handle(
            m.GiveInstruction(text="请支援", given_by="县长", owner_org="420000"), w.COUNTY
        )
    reason = "领导改为口头安排"
    center.handle(m.WithdrawInstruction(instruction_id=made["id"], reason=reason), w.DUTY)


def test_an_incident_is_not_closed_over_open_tasks(center):
    """Closing names what is open; carried over to the duty room it stays open there."""
    there = w.incidents(center)[1]
    task = added(center, incident_id=there, title="清理堤脚")
    closing = CloseIncident(incident_id=there, reason="险情解除")
    with pytest.raises(Conflict, match="清理堤脚"):
        center.handle(closing, w.DUTY)
    center.handle(m.CarryTasks(incident_id=there, reason="转日常巡查"), w.DUTY)
    center.handle(closing, w.DUTY)
    kept = w.seen(center).tasks[task["id"]]
    assert (kept.incident_id, kept.carried_from, kept.open) == (None, there, True)
