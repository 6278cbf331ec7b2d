"""What is typed into the duty room: rosters, directories, people, times of log lines."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from dashboard.components.contact_text import read_contacts
from dashboard.components.room_ups import waiting_in_room
from dashboard.components.roster_text import read_roster, text_of
from dashboard.components.shift_log import command_of
from data.domain.clock import SHANGHAI
from data.domain.directory import CallNote, CallResult, ContactKind
from data.domain.messages import WriteEntry
from data.domain.org import Actor, Area, AreaTree
from data.domain.people import Person
from data.domain.shift import Shift, ShiftState
from data.domain.situation import Situation
from data.errors import Invalid

NOW = datetime(2020, 7, 8, 0, 30, tzinfo=UTC)  # 08:30 in Beijing
AREAS = AreaTree.of(
    [Area(code="420000", name="湖北省", short_name="湖北", parent=None, is_prefecture=False,
          is_county=False),
     Area(code="421127", name="黄梅县", short_name="黄梅", parent="420000", is_prefecture=False,
          is_county=True)]
)  # fmt: skip


def test_a_night_shift_ends_on_the_next_day() -> None:
    """Heading skipped, comma or tab, a year left out is this one."""
    rows = read_roster(
        "日期,上班,下班,带班领导,值班员,备注\n7-8,20:00,08:00,处长 演练甲,演练乙、演练丙,备班", NOW
    )
    assert len(rows) == 1
    assert rows[0].starts_at == datetime(2020, 7, 8, 20, tzinfo=SHANGHAI)
    assert rows[0].ends_at == datetime(2020, 7, 9, 8, tzinfo=SHANGHAI)
    assert [p.name for p in rows[0].officers] == ["演练乙", "演练丙"]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "没有班次"), ("7-8,08:00", "第 1 行：列数不足"),
        ("2-30,08:00,20:00,甲,乙", "第 1 行：没有“2-30 08:00”"),
        ("7-8,8点,20:00,甲,乙", "时间“8点”看不懂"), ("7-8,08:00,20:00,,乙", "带班领导应为一人"),
    ],
)  # fmt: skip
def test_a_roster_that_cannot_be_read_names_its_line(text: str, said: str) -> None:
    """In Chinese, with the line."""
    with pytest.raises(Invalid) as refused:
        read_roster(text, NOW)
    assert said in refused.value.errors[0]["message"]


def test_a_file_in_the_old_encoding_is_read_and_a_picture_is_not() -> None:
    """GB18030 from an office machine; bytes that are no text are refused."""
    import base64

    held = base64.b64encode("日期,上班".encode("gb18030")).decode()
    assert text_of(f"data:text/csv;base64,{held}") == "日期,上班"
    with pytest.raises(Invalid):
        text_of("data:,not base64!")
    with pytest.raises(Invalid):
        text_of("x," + base64.b64encode(b"\x89PNG\x00\x00\xff\xff").decode())


def test_contacts_are_read_by_their_words() -> None:
    """The kind's word, the county's name; an unknown one is named with its line."""
    rows = read_contacts("专家\t演练甲\t演练大学\t教授\t027-1234567\t\t滑坡\t黄梅县", AREAS)
    assert (rows[0].kind, rows[0].area_code, rows[0].specialty) == (
        ContactKind.EXPERT, "421127", "滑坡",
    )  # fmt: skip
    for text, said in (("神仙,甲", "第 1 行：类别“神仙”"), ("专家,", "未填姓名"),
                       ("专家,甲,,,,,,蓬莱", "第 1 行：没有“蓬莱”")):  # fmt: skip
        with pytest.raises(Invalid) as refused:
            read_contacts(text, AREAS)
        assert said in refused.value.errors[0]["message"]


def test_a_bare_time_of_a_log_line_is_the_last_one() -> None:
    """At 08:30, 08:05 is today's and 23:50 is yesterday's; a later day is refused."""
    empty = {"text": "x", "incident_id": "", "ref": "", "reason": ""}
    for typed, day, hour in (("08:05", 8, 8), ("23:50", 7, 23)):
        made = command_of({**empty, "at": typed}, NOW)
        assert isinstance(made, WriteEntry)
        assert made.at is not None
        local = made.at.astimezone(SHANGHAI)
        assert (local.day, local.hour) == (day, hour)
    with pytest.raises(Invalid):
        command_of({**empty, "at": "7-9 08:00"}, NOW)


def test_the_queue_asks_for_the_shift_and_the_call_of_its_own_room() -> None:
    """A shift past its end, one that begun untaken, a call that is due; never another room's."""
    at = NOW
    seen = Situation(
        revision=1, at=at,
        shifts={
            "1": Shift(id="1", org="420000", state=ShiftState.ON, starts_at=at - timedelta(hours=9),
                       ends_at=at - timedelta(hours=1), chief=Person(name="演练甲")),
            "2": Shift(id="2", org="421127", starts_at=at - timedelta(hours=1),
                       ends_at=at + timedelta(hours=1), chief=Person(name="演练乙")),
        },
        calls={
            "3": CallNote(id="3", incident_id=None, org="420000", name="演练丙",
                          result=CallResult.BUSY, at=at, again_at=at - timedelta(minutes=1)),
        },
    )  # fmt: skip
    duty, county = Actor.of("duty", "duty", "420000"), Actor.of("county", "duty", "421127")
    assert [w.title for w in waiting_in_room(seen, duty, AREAS)] == [
        "班 回拨 演练丙", "本班已过下班时间，尚未交接",
    ]  # fmt: skip
    assert [w.title for w in waiting_in_room(seen, county, AREAS)] == ["班次已到，尚未接班"]
    assert not list(waiting_in_room(seen, Actor.of("wall", "wall", "420000"), AREAS))
