"""Reporting clocks: the right regulation, the right hours, and what is not known."""

import json
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

import data
from data.domain.filing import Filing, Receipt
from data.domain.incident import Casualties, Grading, Incident, Report
from data.domain.org import Area, AreaTree
from data.domain.reporting import deadlines, lasting
from data.domain.situation import Situation

RULES = json.loads((Path(data.__file__).parent / "reference" / "reporting.json").read_text("utf-8"))
AREAS = AreaTree.of(
    Area(code=c, name=n, short_name=n, parent=p, is_prefecture=pre, is_county=cty)
    for c, n, p, pre, cty in (
        ("420000", "湖北省", None, False, False),
        ("421100", "黄冈市", "420000", True, False),
        ("421127", "黄梅县", "421100", False, True),
        ("429004", "仙桃市", "420000", True, True),
    )
)


def beijing(text):
    """An instant from Beijing time."""
    return datetime.fromisoformat(f"{text}+08:00").astimezone(UTC)


SLIDE = Incident(
    id="I-0001", letter="甲", name="黄梅县大河镇袁山村滑坡", short_name="黄梅滑坡",
    type="landslide", area_code="421127", occurred_at=beijing("2020-07-08T04:10"),
    received_at=beijing("2020-07-08T07:18"), opened_at=beijing("2020-07-08T07:20"),
    grading=Grading(level="III", word="中型"), casualties=Casualties(missing=9),
)  # fmt: skip
TOLD = Report(
    id="R-0001", type="landslide", incident_id="I-0001", org="420000",
    received_at=beijing("2020-07-08T07:18"),
)  # fmt: skip
FLASH = replace(
    SLIDE, type="hazchem", area_code="429004", occurred_at=beijing("2020-08-03T17:30"),
    received_at=beijing("2020-08-03T18:00"), opened_at=beijing("2020-08-03T18:01"),
    grading=Grading(level="III", word="较大"), casualties=Casualties(missing=4),
)  # fmt: skip


def run(incident, now, *reports, **more):
    """Deadlines by id."""
    return {d.id: d for d in deadlines(incident, reports, RULES, beijing(now), AREAS, **more)}


def filed(at, to="应急管理部", kind="首报", org="420000", people=SLIDE.casualties):
    """An information report sent at an instant."""
    return Filing(
        id=f"XB-{at}", incident_id="I-0001", org=org, kind=kind, casualties=people,
        sent_at=beijing(at), receipts=(Receipt(to=to, sent_at=beijing(at)),),
    )  # fmt: skip


def test_the_slide_runs_on_natural_disaster_and_geohazard_rules_only():
    """No production-safety clock runs for a landslide; 中型 has 12 hours, not 4."""
    found = run(SLIDE, "2020-07-08T07:30", TOLD)
    assert not any(i.startswith("ps-") for i in found)
    assert "geo-small" in found
    assert "geo-large" not in found
    assert found["geo-small"].due_at == beijing("2020-07-08T16:10")


def test_the_slide_as_the_province_was_told():
    """Slid at 04:10, province told at 07:18: its own two hours end at 09:18."""
    found = run(SLIDE, "2020-07-08T07:30", TOLD)
    assert found["nd-county"].due_at == beijing("2020-07-08T06:10")
    assert found["nd-county"].state == "done"
    assert "未录入" in found["nd-county"].why
    assert found["nd-province"].due_at == beijing("2020-07-08T09:18")
    assert found["nd-province"].state == "running"


def test_unknown_start_has_no_due_time_and_says_why():
    """When the city heard is not on record: no time is invented."""
    found = run(SLIDE, "2020-07-08T07:30", TOLD)
    assert found["nd-prefecture"].due_at is None
    assert "市级接报时间未录入" in found["nd-prefecture"].why
    unknown = run(replace(SLIDE, occurred_at=None), "2020-07-08T07:30")
    assert unknown["nd-county"].due_at is None
    assert "事发时间不详" in unknown["nd-county"].why


@pytest.mark.parametrize(
    ("now", "state"),
    [
        ("2020-07-08T08:47", "running"), ("2020-07-08T08:48", "due_soon"),
        ("2020-07-08T09:18", "due_soon"), ("2020-07-08T09:19", "overdue"),
    ],
)  # fmt: skip
def test_a_clock_counts_down_by_the_time_alone(now, state):
    """Half an hour before it is due soon, a minute after it is overdue."""
    assert run(SLIDE, now, TOLD)["nd-province"].state == state


def test_a_filed_follow_up_stops_the_provinces_clock_in_time_or_late():
    """The province's 续报 is its report upward."""
    for at, state in (("2020-07-08T09:00", "done"), ("2020-07-08T10:00", "late")):
        filed = replace(TOLD, id="R-0002", kind="续报", received_at=beijing(at))
        assert run(SLIDE, "2020-07-08T11:00", TOLD, filed)["nd-province"].state == state


def test_a_report_received_too_late_is_late():
    """The city itself recorded 07:00 where 06:10 was due."""
    city = replace(TOLD, org="421100", received_at=beijing("2020-07-08T07:00"))
    found = run(SLIDE, "2020-07-08T07:30", city, TOLD)
    assert found["nd-county"].state == "late"
    assert found["nd-prefecture"].due_at == beijing("2020-07-08T09:00")
    assert found["nd-prefecture"].state == "done"


def test_daily_zero_reports_from_the_second_day_on():
    """县 9:00, 市 10:00, 省 12:00 Beijing time, every day while open."""
    found = run(SLIDE, "2020-07-08T07:30", TOLD)
    for tier, hour in (("county", 9), ("prefecture", 10), ("province", 12)):
        assert found[f"nd-zero-{tier}"].due_at == beijing(f"2020-07-09T{hour:02}:00")
    third = run(SLIDE, "2020-07-10T12:30", TOLD)
    assert third["nd-zero-province"].due_at == beijing("2020-07-10T12:00")
    assert third["nd-zero-province"].state == "overdue"
    closed = replace(SLIDE, status="closed")
    assert not any(i.startswith("nd-zero") for i in run(closed, "2020-07-10T12:30", TOLD))


def test_an_accident_runs_on_production_safety_rules_only():
    """仙桃 reports straight to the province: no county step; one hour for the quick report."""
    found = run(FLASH, "2020-08-03T18:10")
    assert all(i.startswith("ps-") for i in found)
    assert "ps-county" not in found
    assert "ps-unit" not in found
    assert found["ps-unit-direct"].due_at == beijing("2020-08-03T18:30")
    assert found["ps-quick"].due_at == beijing("2020-08-03T18:30")
    assert found["ps-quick"].state == "due_soon"
    assert "ps-province" not in found


def test_grave_accidents_go_up_to_the_state_and_follow_up_twice_a_day():
    """重大: the province reports on; two 续报 a day, shown as from memory."""
    grave = replace(FLASH, grading=Grading(level="II", word="重大"))
    told = replace(TOLD, type="hazchem", received_at=beijing("2020-08-03T18:00"))
    found = run(grave, "2020-08-04T13:00", told)
    assert found["ps-province"].due_at == beijing("2020-08-03T20:00")
    assert found["ps-follow-2"].due_at == beijing("2020-08-05T00:00")
    assert found["ps-follow-2"].confidence == "memory"
    assert "ps-follow-1" not in found


def test_a_near_miss_has_the_quick_report_whatever_its_grade():
    """较大涉险 counts like 较大."""
    near = replace(
        FLASH, grading=Grading(level="IV", word="一般"), casualties=Casualties(evacuated=500)
    )
    assert "ps-quick" in run(near, "2020-08-03T18:10")
    calm = replace(near, casualties=Casualties(evacuated=499))
    assert "ps-quick" not in run(calm, "2020-08-03T18:10")


def test_later_reports_are_not_known_yet():
    """At 07:00 nobody knows what was told at 07:18."""
    assert run(SLIDE, "2020-07-08T07:00", TOLD)["nd-county"].state == "overdue"


def test_every_rule_names_its_source_and_trust():
    """A deadline without a source may not be shown."""
    for clock in RULES["clocks"]:
        assert clock["basis"]
        assert clock["source"]
        assert clock["confidence"] in {"verified", "memory", "assumed"}
        assert "假定" in clock["basis"] or clock["confidence"] != "assumed"


def test_three_dead_and_a_team_out_is_told_to_the_national_centre():
    """Thirty minutes from the first departure, ended by a report sent there; no team, no clock."""
    out = beijing("2020-07-08T07:40")
    assert "centre-departed" not in run(SLIDE, "2020-07-08T08:00", TOLD)
    held = run(SLIDE, "2020-07-08T08:00", TOLD, departed_at=out)["centre-departed"]
    assert (held.due_at, held.state) == (beijing("2020-07-08T08:10"), "due_soon")
    few = replace(SLIDE, casualties=Casualties(missing=2))
    assert "centre-departed" not in run(few, "2020-07-08T08:00", TOLD, departed_at=out)
    sent = filed("2020-07-08T08:05", "国家应急救援中心")
    done = run(SLIDE, "2020-07-08T08:30", TOLD, departed_at=out, filings=[sent])
    assert done["centre-departed"].done_at == sent.sent_at
    other = filed("2020-07-08T08:05", "应急管理部")
    late = run(SLIDE, "2020-07-08T08:30", TOLD, departed_at=out, filings=[other])
    assert late["centre-departed"].state == "overdue"


def test_unknown_casualties_of_hazardous_chemicals_are_told_too():
    """Where nobody knows who is dead, the clock runs and says on what it depends."""
    out = beijing("2020-08-03T18:10")
    unknown = replace(FLASH, casualties=Casualties())
    found = run(unknown, "2020-08-03T18:20", departed_at=out)["centre-departed"]
    assert "伤亡不明" in found.why
    assert "centre-departed" not in run(
        replace(unknown, type="fire"), "2020-08-03T18:20", departed_at=out
    )


def test_verification_runs_from_the_last_report_and_outlasts_the_incident():
    """核报: two days for the county, three for the prefecture, of what a 终报 or closing ended."""
    assert "nd-verify-county" not in run(SLIDE, "2020-07-09T08:00", TOLD)
    final = filed("2020-07-10T08:00", kind="终报")
    found = run(SLIDE, "2020-07-10T09:00", TOLD, filings=[final])
    assert found["nd-verify-county"].due_at == beijing("2020-07-12T08:00")
    assert found["nd-verify-prefecture"].due_at == beijing("2020-07-13T08:00")
    assert found["nd-verify-county"].outlasts
    county = filed("2020-07-11T10:00", kind="核报", org="421127")
    after = run(SLIDE, "2020-07-13T09:00", TOLD, filings=[final, county])
    assert (after["nd-verify-county"].state, after["nd-verify-prefecture"].state) == (
        "done", "overdue",
    )  # fmt: skip
    closed = replace(SLIDE, status="closed", closed_at=beijing("2020-07-09T12:00"))
    shut = run(closed, "2020-07-09T13:00", TOLD)["nd-verify-county"]
    assert shut.due_at == beijing("2020-07-11T12:00")


def test_what_outlasts_an_incident_is_asked_for_sixty_days():
    """Of a closed incident that was reported the 核报 stands; of an open or an old one nothing."""
    closed = replace(SLIDE, status="closed", closed_at=beijing("2020-07-09T12:00"))

    def left(incident, now, *filings):
        seen = Situation(
            revision=1, at=beijing(now), incidents={incident.id: incident},
            filings={f.id: f for f in filings},
        )  # fmt: skip
        return {k: [d.id for d in held] for k, held in lasting(seen, RULES, AREAS).items()}

    first = filed("2020-07-08T09:00")
    found = left(closed, "2020-07-10T12:00", first)
    assert found == {"I-0001": ["nd-verify-county", "nd-verify-prefecture"]}
    assert left(closed, "2020-07-10T12:00") == {}
    assert left(SLIDE, "2020-07-10T12:00", first) == {}
    assert left(closed, "2020-09-10T12:00", first) == {}


def test_changed_casualties_are_reported_within_thirty_days_or_seven():
    """Once a report is out, other figures are owed; after the days are over nothing is."""
    first = filed("2020-08-03T19:00", people=Casualties(missing=4))
    assert "ps-change" not in run(FLASH, "2020-08-04T08:00", filings=[first])
    moved = replace(FLASH, casualties=Casualties(missing=4, evacuated=90))
    assert "ps-change" not in run(moved, "2020-08-04T08:00", filings=[first])
    dead = replace(FLASH, casualties=Casualties(dead=1, missing=3))
    told = Report(
        id="R-0002", type="hazchem", incident_id="I-0001", org="420000", kind="续报",
        received_at=beijing("2020-08-05T10:00"), casualties=Casualties(dead=1, missing=3),
    )  # fmt: skip
    owed = run(dead, "2020-08-06T08:00", told, filings=[first])["ps-change"]
    assert (owed.starts_at, owed.due_at) == (told.received_at, beijing("2020-09-02T17:30"))
    assert owed.done_at is None
    again = filed("2020-08-06T09:00", kind="核报", people=Casualties(dead=1, missing=3))
    done = run(dead, "2020-08-06T10:00", told, filings=[first, again])["ps-change"]
    assert (done.done_at, done.state) == (again.sent_at, "done")
    road = replace(dead, type="road_traffic")
    found = run(road, "2020-08-06T08:00", told, filings=[first])
    assert "ps-change" not in found
    assert found["ps-change-short"].due_at == beijing("2020-08-10T17:30")
    later = replace(told, received_at=beijing("2020-08-11T10:00"))
    assert "ps-change-short" not in run(road, "2020-08-12T08:00", later, filings=[first])


def test_the_line_nobody_found_for_hubei_runs_only_when_switched_on():
    """30 minutes by phone and one hour in writing are in the table, marked and off."""
    lines = [c for c in RULES["clocks"] if c["id"].startswith("hb-")]
    assert [(c["limit_min"], c["off"], c["confidence"]) for c in lines] == [
        (30, True, "assumed"), (60, True, "assumed"),
    ]  # fmt: skip
    assert not any(i.startswith("hb-") for i in run(SLIDE, "2020-07-08T07:30", TOLD))
    own = {"clocks": [{**c, "off": False} for c in lines]}
    found = deadlines(SLIDE, [TOLD], own, beijing("2020-07-08T07:30"), AREAS)
    assert [d.due_at for d in found] == [beijing("2020-07-08T04:40"), beijing("2020-07-08T05:10")]
