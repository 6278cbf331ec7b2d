"""Shifts, handover item by item, command post, consultation, directory and calls."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest

from dashboard.documents import duty_papers, duty_records
from data.center import Center
from data.domain.command_post import Attendee
from data.domain.directory import CallResult, ContactKind
from data.domain.duty_log import duty_log
from data.domain.handover import open_items
from data.domain.messages import CloseIncident, OpenIncident, ReceiveReport, WriteEntry
from data.domain.messages import directing as d
from data.domain.messages import shifts as m
from data.domain.messages import tasks as t
from data.domain.messages.contingencies import StartResponse
from data.domain.messages.stock import SetNorm
from data.domain.people import Person, read_people, typed_people
from data.errors import Conflict, Forbidden, IllegalMove, Invalid, NotFound
from tests.integration import plan_world as w

CHIEF, SITS, NEXT = Person(name="演练甲"), Person(name="演练乙"), Person(name="演练丙")


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def center(request: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Center]:
    """The world of two incidents on either engine."""
    server = request.getfixturevalue("postgres_url") if request.param == "postgresql" else None
    with pytest.MonkeyPatch.context() as patched:
        # these rooms begin without a roster: each test plans its own
        patched.setattr("data.center.load_people", lambda *_: ())
        with w.opened(tmp_path_factory.mktemp("var"), server) as made:
            yield made


def do(center: Center, command: Any, actor: Any = w.DUTY) -> dict[str, Any]:
    """Carry a command out."""
    return center.handle(command, actor).body


def rows(center: Center, *starts: float) -> tuple[m.RosterRow, ...]:
    """Twelve-hour shifts that start so many hours from now."""
    now = w.seen(center).at
    return tuple(
        m.RosterRow(
            starts_at=now + timedelta(hours=h), ends_at=now + timedelta(hours=h + 12),
            chief=CHIEF, officers=(NEXT if n else SITS,),
        )
        for n, h in enumerate(starts)
    )  # fmt: skip


@pytest.fixture(scope="module")
def planned(center: Center) -> list[str]:
    """The ids of the two shifts of the day, for whichever tests need that somebody is planned."""
    return [s["id"] for s in do(center, m.StoreRoster(rows=rows(center, 0, 12)))["shifts"]]


def waiting(center: Center) -> set[str]:
    """Keys of what a handover would list now."""
    rules = center.tools.rules["reporting"]
    return {i.key for i in open_items(w.seen(center), "420000", center.areas, rules)}


def test_a_shift_is_handed_over_only_when_every_open_item_is_taken(
    center: Center, planned: list[str]
) -> None:
    """What ends meanwhile needs nobody; what begins meanwhile must be taken too."""
    first, second = planned
    item = max(w.seen(center).lots.values(), key=lambda lot: lot.on_hand).item_id
    do(center, SetNorm(item_id=item, least=10**9, basis="假定"))
    with pytest.raises(IllegalMove, match="没有在岗班次"):
        do(center, m.OpenHandover())
    with pytest.raises(Invalid, match="不在接班班次"):
        do(center, m.StartShift(shift_id=first, by="路人"))
    do(center, m.StartShift(shift_id=first, by=SITS.name))
    with pytest.raises(Conflict, match="办理交接班"):
        do(center, m.StartShift(shift_id=second, by=NEXT.name))
    ends = do(center, t.AddTask(title="清点编织袋", owner="演练乙"))["task"]
    held = do(center, m.OpenHandover(words="注意水位"))["handover"]
    assert {i["kind"] for i in held["items"]} >= {"事件", "任务", "物资预警"}
    with pytest.raises(Conflict, match="正在办理"):
        do(center, m.OpenHandover())
    do(center, t.CancelTask(task_id=ends["id"], reason="重复"))
    begins = do(center, t.AddTask(title="接替物资清点", owner="演练丙"))["task"]
    do(center, m.NoteItem(handover_id=held["id"], title="三号电话有杂音"))
    with pytest.raises(NotFound, match="已办结"):
        do(center, m.TakeItem(handover_id=held["id"], key=f"task:{ends['id']}", by=NEXT.name))
    keys = [i["key"] for i in held["items"] if i["key"] != f"task:{ends['id']}"]
    for key in (*keys, "note:1"):
        do(center, m.TakeItem(handover_id=held["id"], key=key, by=NEXT.name, words="清楚"))
    with pytest.raises(IllegalMove, match="还有 1 项未接收：“接替物资清点”"):
        do(center, m.CompleteHandover(handover_id=held["id"], by=NEXT.name))
    do(center, m.TakeItem(handover_id=held["id"], key=f"task:{begins['id']}", by=NEXT.name))
    with pytest.raises(Conflict, match="已由演练丙接收"):
        do(center, m.TakeItem(handover_id=held["id"], key="note:1", by=CHIEF.name))
    do(center, m.CompleteHandover(handover_id=held["id"], by=NEXT.name, words="已接清"))
    seen = w.seen(center)
    assert (seen.shifts[first].state, seen.shifts[second].state) == ("off", "on")
    assert seen.shifts[second].took_at == seen.handovers[held["id"]].ended_at
    paper = duty_records.handover_paper(seen, center.areas, seen.handovers[held["id"]])
    assert "三号电话有杂音" in str(paper)
    assert "注意水位" in str(paper)


def test_a_roster_is_taken_whole_or_not_at_all(center: Center) -> None:
    """An overlap names the shift of the table; nothing of it is written; roles are kept apart."""
    before = len(w.seen(center).shifts)
    with pytest.raises(Invalid) as refused:
        do(center, m.StoreRoster(rows=rows(center, 48, 52)))
    assert refused.value.errors[0]["field"] == "rows.1.starts_at"
    assert "第 2 班" in refused.value.errors[0]["message"]
    assert len(w.seen(center).shifts) == before
    with pytest.raises(Forbidden):
        do(center, m.StoreRoster(rows=rows(center, 48)), w.LEADER)
    made = do(center, m.AddShift(**vars(rows(center, 60)[0])))["shift"]
    with pytest.raises(NotFound, match="本值班室"):
        do(center, m.CancelShift(shift_id=made["id"], reason="改期"), w.COUNTY)
    county = do(center, m.AddShift(**vars(rows(center, 60)[0])), w.COUNTY)["shift"]
    assert county["org"] == "421127"  # another room's hours may be the same
    assert made["id"] not in center.queries.situation(w.COUNTY).shifts


@pytest.mark.usefixtures("planned")
def test_a_line_of_the_log_is_corrected_beside_it(center: Center) -> None:
    """The old line stays as it was written; a late line says so; others' areas stay unseen."""
    at = w.seen(center).at - timedelta(minutes=30)
    line = do(center, WriteEntry(incident_id=None, text="水位 25.30 米", at=at))["entry"]
    do(center, m.CorrectLine(ref=line["id"], text="水位 25.80 米", reason="听错"))
    lines = {x.ref: x for x in duty_log(w.seen(center), text="水位 25")}
    old, new = lines[line["id"]], next(x for x in lines.values() if x.corrects)
    assert old.text == "水位 25.30 米"
    assert old.corrected_by == (new.ref,)
    assert old.late
    assert (new.at, new.reason, new.text) == (old.at, "听错", "水位 25.80 米")
    with pytest.raises(NotFound):
        do(center, m.CorrectLine(ref=line["id"], text="x", reason="y"), w.COUNTY)
    with pytest.raises(NotFound):
        do(center, m.CorrectLine(ref="#999999", text="x", reason="y"))
    record = next(x for x in duty_log(w.seen(center), kind="record") if "排班" in x.text)
    do(center, m.CorrectLine(ref=record.ref, text="排班时间以纸质表为准", reason="笔误"))
    assert next(x for x in duty_log(w.seen(center)) if x.ref == record.ref).corrected_by


def test_a_command_post_stands_once_with_its_groups(center: Center) -> None:
    """It takes the incident's commander; a second one is refused; a group keeps its people."""
    incident = w.incidents(center)[0]
    with pytest.raises(Invalid, match="不在湖北"):
        do(center, d.SetUpPost(incident_id=incident, place="村委会", lon=116.4, lat=39.9))
    post = do(center, d.SetUpPost(incident_id=incident, place="袁山村委会"))["post"]
    assert post["commander"]["name"] == "指挥长"
    with pytest.raises(Conflict, match="袁山村委会"):
        do(center, d.SetUpPost(incident_id=incident, place="镇政府"))
    lead = Person(name="演练丁", phone="027-00000000")
    do(center, d.PutGroup(post_id=post["id"], name="现场抢救组", lead=lead))
    do(center, d.PutGroup(post_id=post["id"], name="现场抢救组", lead=lead, duties="搜救"))
    held = w.seen(center).posts[post["id"]]
    assert [(g.name, g.duties) for g in held.groups] == [("现场抢救组", "搜救")]
    with pytest.raises(Invalid, match="没有可带入"):
        do(center, d.TakeGroups(post_id=post["id"]))
    do(
        center,
        StartResponse(incident_id=incident, contingency_id="CP-landslide", level="III"),
    )
    do(center, d.TakeGroups(post_id=post["id"]))
    held = w.seen(center).posts[post["id"]]
    planned = {g.name for g in w.seen(center).contingencies["CP-landslide"].groups}
    assert planned
    assert planned | {"现场抢救组"} == {g.name for g in held.groups}
    assert "现场抢救组" not in held.unmanned
    with pytest.raises(Forbidden):
        do(center, d.ClosePost(post_id=post["id"], reason="完"), w.LEADER)
    do(center, d.ClosePost(post_id=post["id"], reason="转段"))
    with pytest.raises(IllegalMove, match="已撤销"):
        do(center, d.EditPost(post_id=post["id"], phone="027-1234567"))


def test_each_conclusion_becomes_a_task_of_its_incident(center: Center) -> None:
    """A conclusion without owner is refused; the record shows how far its task is."""
    one, two = w.incidents(center)
    held = do(
        center,
        d.HoldConsultation(topic="联合会商", incidents=(one, two),
                           attendees=(Attendee(body="黄冈市"), Attendee(body="省水利厅"))),
    )["consultation"]  # fmt: skip
    with pytest.raises(Invalid, match="没有承办"):
        do(center, d.Conclude(consultation_id=held["id"], text="加密巡查"))
    made = do(
        center,
        d.Conclude(consultation_id=held["id"], text="加密巡查", incident_id=two, owner="巡查组"),
    )
    assert (made["task"]["incident_id"], made["task"]["meeting_id"]) == (two, held["id"])
    do(center, d.Conclude(consultation_id=held["id"], text="暂不扩大转移", task=False))
    do(center, t.AdvanceTask(task_id=made["task"]["id"], to="done", words="已加密"))
    assert f"consultation:{held['id']}" in waiting(center)
    do(center, d.EndConsultation(consultation_id=held["id"], record="两地汇报情况"))
    assert f"consultation:{held['id']}" not in waiting(center)
    with pytest.raises(IllegalMove, match="已结束"):
        do(center, d.Conclude(consultation_id=held["id"], text="再议", owner="甲"))
    seen = w.seen(center)
    words = str(duty_records.consultation_paper(seen, center.areas, seen.consultations[held["id"]]))
    assert "办结" in words
    assert "不转任务" in words
    assert "两地汇报情况" in words
    assert held["id"] in center.queries.situation(w.COUNTY).consultations


def test_the_directory_is_searched_imported_and_called_from(center: Center) -> None:
    """A number that cannot be dialled is refused; a call not answered waits until it is."""
    row = d.ContactRow(kind=ContactKind.EXPERT, name="演练专家", body="演练大学", specialty="滑坡")
    made = do(center, d.AddContact(row=row))["contact"]
    with pytest.raises(Invalid, match="已有"):
        do(center, d.AddContact(row=row))
    bad = d.ContactRow(kind=ContactKind.BODY, name="某局", phone="待查")
    with pytest.raises(Invalid) as refused:
        do(center, d.StoreContacts(rows=(row, bad)))
    assert refused.value.errors[0]["field"] == "rows.1.phone"
    filled = d.ContactRow(kind=ContactKind.EXPERT, name="演练专家", body="演练大学",
                          phone="027-00000001")  # fmt: skip
    assert do(center, d.StoreContacts(rows=(filled,)))["changed"] == 1
    kept = w.seen(center).contacts[made["id"]]
    assert (kept.specialty, kept.phone) == ("滑坡", "027-00000001")
    assert kept.fits("大学 滑坡")
    assert not kept.fits("洪水")
    with pytest.raises(NotFound):
        do(center, d.RetireContact(contact_id=made["id"], reason="调离"), w.COUNTY)
    with pytest.raises(Invalid, match="通话内容"):
        do(center, d.NoteCall(contact_id=made["id"]))
    again = w.seen(center).at + timedelta(minutes=10)
    call = do(
        center, d.NoteCall(contact_id=made["id"], result=CallResult.NO_ANSWER, again_at=again)
    )["call"]
    assert call["number"] == "027-00000001"
    do(center, d.NoteCall(contact_id=made["id"], words="明早到场", answers=call["id"]))
    assert w.seen(center).calls[call["id"]].settled
    with pytest.raises(IllegalMove, match="不待回拨"):
        do(center, d.SettleCall(call_id=call["id"], reason="已到"))


@pytest.mark.usefixtures("planned")
def test_the_brief_says_what_is_true_of_the_day(center: Center) -> None:
    """Open and newly ended incidents, the overdue, the roster; nothing invented."""
    told = do(center, ReceiveReport(type="landslide", place="黄梅县", lon=115.83, lat=30.09))
    opened = OpenIncident(
        report_id=told["report"]["id"], name="黄梅县五祖镇裂缝", short_name="五祖裂缝",
        commander="指挥长", lead_body="黄梅县人民政府", desk="一席",
    )  # fmt: skip
    last = do(center, opened)["incident"]["id"]
    seen = w.seen(center)
    rules = center.tools.rules["reporting"]
    words = str(duty_papers.brief(seen, center.areas, "420000", rules))
    assert all(i.name in words for i in seen.sided())
    assert CHIEF.name in words
    assert "正在处置 3 起，结束 0 起" in words
    do(center, CloseIncident(incident_id=last, reason="险情解除"))
    after = str(duty_papers.brief(w.seen(center), center.areas, "420000", rules))
    assert "正在处置 2 起，结束 1 起" in after
    assert "险情解除" in after


def test_people_are_read_as_they_are_typed() -> None:
    """Office, name, number; and back again."""
    found = read_people("局长 演练甲 027-12345678、演练乙，演练丙 13800000000")
    assert [(p.post, p.name, p.phone) for p in found] == [
        ("局长", "演练甲", "027-12345678"), ("", "演练乙", ""), ("", "演练丙", "13800000000"),
    ]  # fmt: skip
    assert read_people(typed_people(found)) == found
