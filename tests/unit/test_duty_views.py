"""What the duty desk shows for small situations, and how it reads what was typed."""

from datetime import UTC, datetime, timedelta

import pytest

from dashboard.components import (
    filing,
    follow_ups,
    incident_card,
    overview,
    queue,
    timeline,
    toasts,
)
from dashboard.components.alarm_panel import alarm_view
from dashboard.components.report_fields import FIELDS, read_moment, read_report
from dashboard.components.thing_panel import report_view
from data.domain.alarm import Alarm
from data.domain.filing import Filing, FilingState
from data.domain.incident import Casualties, Figure, Grading, Incident, Report
from data.domain.org import Actor, Area, AreaTree
from data.domain.situation import Situation
from data.domain.task import Instruction, Step, Task
from data.errors import Conflict, Invalid

NOW = datetime(2020, 7, 8, 0, 0, tzinfo=UTC)  # 08:00 in Beijing
PLACES = (("420000", "湖北省", None), ("421127", "黄梅县", "420000"))
AREAS = AreaTree.of(
    Area(code=code, name=name, short_name=name[:2], parent=parent, is_prefecture=False,
         is_county=parent is not None)
    for code, name, parent in PLACES
)  # fmt: skip
LONG = "黄梅县大河镇袁山村三组四组交界处山体滑坡掩埋民房并造成道路中断"


def incident(number: int, **given: object) -> Incident:
    """An open incident with nothing known that is not given."""
    base: dict[str, object] = {
        "id": f"I-000{number}", "letter": "甲乙丙"[number - 1], "name": LONG,
        "short_name": f"事件{number}", "type": "landslide", "area_code": "421127",
        "received_at": NOW - timedelta(hours=1), "opened_at": NOW,
    }  # fmt: skip
    return Incident(**(base | given))


def situation(*incidents: Incident, **given: object) -> Situation:
    """A situation of these incidents."""
    return Situation(revision=1, at=NOW, incidents={i.id: i for i in incidents}, **given)


def text(component: object) -> str:
    """All words of a component tree."""
    if component is None:
        return ""
    if isinstance(component, str | int | float):
        return str(component)
    if isinstance(component, list | tuple):
        return " ".join(text(c) for c in component)
    return text(getattr(component, "children", None))


@pytest.mark.parametrize("count", [0, 1, 2, 3])
def test_every_open_incident_has_its_card(count: int) -> None:
    """The strip shows each open incident by letter; that there is none is said once, below it."""
    seen = situation(*(incident(n) for n in range(1, count + 1)))
    words = text(incident_card.strip_view(seen, None))
    assert [letter in words for letter in "甲乙丙"] == [n < count for n in range(3)]
    words += text(overview.overview_view(seen, next(iter(seen.sided()), None), []))
    assert words.count("没有进行中的事件") == (count == 0)


def test_unknown_figures_are_dashes_never_zero() -> None:
    """An incident of which nothing is known shows — in every figure."""
    words = text(overview.overview_view(situation(incident(1)), incident(1), []))
    assert words.count("—") >= 9
    assert " 0 " not in f" {words} "


def test_a_known_zero_is_shown_as_zero() -> None:
    """Zero dead is a fact and is not shown as unknown."""
    known = incident(1, casualties=Casualties(dead=0))
    assert " 0 遇难" in " " + text(overview.overview_view(situation(known), known, []))


def test_differing_figures_stand_side_by_side_with_their_sources() -> None:
    """Two sources that disagree are both shown and the disagreement is named."""
    said = tuple(
        Figure(label="伤亡", value=None, unit="", text=words, source=source)
        for words, source in (("18车82人", "现场"), ("14车100余人", "省厅"))
    )
    known = incident(1, figures=said)
    words = text(overview.overview_view(situation(known), known, []))
    assert all(w in words for w in ("18车82人", "现场", "14车100余人", "省厅", "口径不一"))


def test_a_followup_shows_only_what_it_changes() -> None:
    """5 injured and 4 missing, then 6 dead and 4 injured: the change is spelled out."""
    first = report("R-1", Casualties(injured_minor=5, missing=4), "首报", 1)
    second = report("R-2", Casualties(dead=6, missing=0, injured_minor=4), "续报", 2)
    seen = situation(incident(1), reports={r.id: r for r in (first, second)})
    words = text(filing.filing_view(seen, incident(1), []))
    assert "失联 4 → 0" in words
    assert "轻伤 5 → 4" in words
    assert "遇难 — → 6" in words


def report(key: str, casualties: Casualties, kind: str = "首报", minute: int = 0) -> Report:
    """A report of the first incident."""
    return Report(
        id=key, kind=kind, type="landslide", incident_id="I-0001", state="merged",
        received_at=NOW - timedelta(minutes=30 - minute), casualties=casualties,
    )  # fmt: skip


def waiting_report(**given: object) -> Report:
    """A new report."""
    return Report(id="R-9", type="landslide", place="檀林镇", received_at=NOW, **given)


def test_new_reports_and_alarms_wait_with_number_keys() -> None:
    """What is new stands in the queue, the first with key 1."""
    seen = situation(reports={"R-9": waiting_report()}, alarms={"M-1": alarm()})
    items = queue.waiting(seen, {})
    assert [i.kind for i in items] == ["report", "alarm"]
    assert queue.sounding(seen)["data-orange"] == "1"
    assert text(queue.list_view(items)[0]).rstrip().endswith("1")


def test_an_empty_queue_says_so() -> None:
    """With nothing waiting the queue says so and no tone is due."""
    assert "没有待办事项" in text(queue.list_view(queue.waiting(situation(), {})))
    assert set(queue.sounding(situation()).values()) == {"0"}


def alarm() -> Alarm:
    """A station over its guaranteed level."""
    return Alarm(
        id="M-1", sensor_id="S-1", sensor_name="武穴闸", level="保证", value=24.1, threshold=23.5,
        raised_at=NOW,
    )  # fmt: skip


def test_a_report_shows_its_grade_with_article_and_assumption() -> None:
    """The suggestion names the law, the article, what decided and what it assumes."""
    graded = Grading(
        level="III", word="中型", law="地质灾害防治条例", article="第四条",
        measures=("死亡 9 人",), assumptions=("失联 9 人按遇难计",), equivalent="较大",
    )  # fmt: skip
    words = text(report_view(situation(), waiting_report(suggested=graded), [], []))
    for said in ("Ⅲ 中型", "地质灾害防治条例 第四条", "死亡 9 人", "失联 9 人按遇难计", "较大"):
        assert said in words


def test_an_alarm_taken_offers_no_button() -> None:
    """Only an alarm that waits can be taken."""
    assert "确认报警" in text(alarm_view(situation(), alarm()))
    taken = alarm().acknowledged("duty", NOW, None)
    assert "确认报警" not in text(alarm_view(situation(), taken))


def test_the_timeline_is_honest_when_empty() -> None:
    """No lines, no invented ones."""
    assert "还没有记录" in text(timeline.timeline_view(situation(incident(1)), incident(1)))


def test_open_tasks_name_what_is_missing() -> None:
    """An incident without commander, position and response asks for them."""
    titles = [t for t, _, _ in incident_card.open_tasks(situation(incident(1)), incident(1), [])]
    assert any("指挥长" in t for t in titles)
    assert any("坐标" in t for t in titles)
    assert any("响应" in t for t in titles)


def test_a_conflict_names_holder_and_next_best() -> None:
    """Who was faster, for which incident, and what to take instead."""
    held = {"name": "黄石救援队", "held_by": "duty2", "incident": "I-0002",
            "incident_name": "乙 长江洪水", "next_best": {"name": "大冶救援队"}}  # fmt: skip
    words = text(toasts.refusal(Conflict("已占用", holders=[held])))
    assert all(w in words for w in ("黄石救援队", "duty2", "乙 长江洪水", "大冶救援队"))


def typed(**given: str) -> dict[str, str]:
    """A form with only these fields filled in."""
    usual = {"type": "landslide", "place": "袁山村", "source": "电话"}
    return dict.fromkeys(FIELDS, "") | usual | given


def test_a_report_is_read_with_blank_as_unknown() -> None:
    """Blank figures stay unknown; a typed zero is zero."""
    read = read_report(typed(dead="0", missing="9"), NOW)
    assert (read.casualties.dead, read.casualties.missing, read.casualties.trapped) == (0, 9, None)


def test_all_wrong_fields_are_named_at_once_with_remedies() -> None:
    """Every refused field carries what is wrong and what to do."""
    with pytest.raises(Invalid) as refused:
        read_report(typed(type="", place="", dead="几个", lon="x", occurred_at="昨天"), NOW)
    errors = {e["field"]: e["remedy"] for e in refused.value.errors}
    assert {"type", "dead", "lon", "occurred_at"} <= set(errors)
    assert all(errors.values())


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("04:10", datetime(2020, 7, 7, 20, 10, tzinfo=UTC)),
        ("0410", datetime(2020, 7, 7, 20, 10, tzinfo=UTC)),
        ("23:50", datetime(2020, 7, 7, 15, 50, tzinfo=UTC)),
        ("07-06 12:00", datetime(2020, 7, 6, 4, 0, tzinfo=UTC)),
        ("2020-07-06 12:00", datetime(2020, 7, 6, 4, 0, tzinfo=UTC)),
    ],
)
def test_beijing_times_are_read_the_way_they_are_spoken(words: str, expected: datetime) -> None:
    """A bare time later than now is yesterday's."""
    assert read_moment(words, NOW) == expected


def test_coordinates_of_other_systems_are_brought_to_wgs84() -> None:
    """A position from Amap moves by hundreds of metres, and no more."""
    read = read_report(typed(lon="114.31", lat="30.59", crs="GCJ02"), NOW)
    assert read.lon is not None
    assert 0.003 < abs(read.lon - 114.31) < 0.01


def test_what_follows_a_dispatch_waits_for_whom_it_concerns() -> None:
    """An overdue task is urgent to all above it, a signature only to who may give it."""
    late = Task(id="TK-1", incident_id="I-0001", org="420000", title="转移群众", owner_org="421127",
                due_at=NOW - timedelta(minutes=5), created_at=NOW)  # fmt: skip
    calm = Task(id="TK-2", incident_id=None, org="420000", title="写小结", created_at=NOW)
    asked = Instruction(id="PS-1", incident_id="I-0001", org="420000", owner_org="420000",
                        text="核清人数", given_by="省领导", given_at=NOW)  # fmt: skip
    paper = Filing(id="XB-1", incident_id="I-0001", org="420000", title="首报",
                   state=FilingState.REVIEW,
                   author="甲", steps=(Step(what="送审", by="甲", at=NOW),))  # fmt: skip
    seen = situation(
        incident(1), tasks={t.id: t for t in (late, calm)}, instructions={"PS-1": asked},
        filings={"XB-1": paper},
    )  # fmt: skip
    duty, chief = (Actor.of(n, n, "420000") for n in ("duty", "chief"))
    rows = {w.title: w for w in follow_ups.waiting_for(seen, duty, AREAS)}
    assert rows["甲 转移群众"].urgent
    assert not rows["班 写小结"].urgent
    assert rows["甲 核清人数"].urgent
    assert "首报" not in rows
    assert "首报" in {w.title for w in follow_ups.waiting_for(seen, chief, AREAS)}
    assert follow_ups.overdue_words(seen, "I-0001") == "超时任务 1"
    shown = text(incident_card.tasks_view(seen, incident(1), [], AREAS))
    assert shown.index("转移群众") < shown.index("核清人数")
