"""The review's chart of people: each report a step, unknown no point, both side by side."""

from datetime import UTC, datetime, timedelta

from dashboard.components import figures_chart
from data.domain.incident import Casualties, Incident, Report
from data.domain.situation import Situation

T0 = datetime(2020, 7, 8, 0, tzinfo=UTC)


def incident(key: str, letter: str) -> Incident:
    """An open incident."""
    return Incident(
        id=key, letter=letter, name=letter, short_name=letter, type="landslide",
        area_code="421127", received_at=T0, opened_at=T0,
    )  # fmt: skip


def report(key: str, of: str, minutes: int, **people: int) -> Report:
    """A report so many minutes after the first."""
    return Report(
        id=key, type="landslide", incident_id=of, received_at=T0 + timedelta(minutes=minutes),
        casualties=Casualties(**people),
    )  # fmt: skip


SEEN = Situation(
    revision=9, at=T0 + timedelta(hours=3),
    incidents={"I-1": incident("I-1", "甲"), "I-2": incident("I-2", "乙")},
    reports={
        "R-1": report("R-1", "I-1", 0, missing=9),
        "R-2": report("R-2", "I-1", 60, dead=6, missing=3),
    },
)  # fmt: skip


def test_each_report_is_a_step_and_the_last_value_holds_until_now():
    """Nine missing, then three and six dead; what was never stated is not there."""
    found = figures_chart.steps(SEEN, SEEN.incidents["I-1"])
    assert set(found) == {"missing", "dead"}
    assert [v for _, v in found["missing"]] == [9, 3, 3]
    assert found["dead"][0] == (T0 + timedelta(hours=1), 6)
    assert found["dead"][-1] == (SEEN.at, 6)


def test_both_incidents_have_their_own_half():
    """甲's lines stand left in its colour; 乙 without figures says so; the cursor crosses."""
    chart = figures_chart.figure(SEEN, T0 + timedelta(hours=1))
    assert {t.xaxis for t in chart.data} == {"x"}
    assert {t.line.color for t in chart.data} == {figures_chart.COLOURS["甲"]}
    assert [a.text for a in chart.layout.annotations] == ["甲 甲", "乙 乙", "尚无人员数字"]
    # by the paper, in the empty half: an axis without lines is none to the browser
    nothing = chart.layout.annotations[-1]
    low, high = chart.layout.xaxis2.domain
    assert nothing.xref == "paper"
    assert low < nothing.x < high
    assert len(chart.layout.shapes) >= 1


def test_nothing_stated_is_said():
    """No figure in any report: words instead of an empty axis."""
    chart = figures_chart.figure(Situation(revision=1, at=T0), None)
    assert "尚无人员数字" in [a.text for a in chart.layout.annotations]
