"""What a review measures against is a table: sourced or said to be assumed, read strictly."""

from datetime import UTC, datetime, timedelta

import pytest
import yaml

from data.domain.incident import Grading, Incident
from data.domain.intervals import intervals
from data.domain.review_targets import STEPS, read_targets, target_of
from data.domain.situation import Situation
from data.ingest.reference import REFERENCE

SHIPPED = yaml.safe_load((REFERENCE / "review.yaml").read_text(encoding="utf-8"))
AT = datetime(2020, 7, 8, 1, tzinfo=UTC)


def incident(kind: str, level: str | None = "III") -> Incident:
    """An incident of a type and grade, heard of an hour ago."""
    return Incident(
        id="I-1", letter="甲", name="某事件", short_name="某事件", type=kind, area_code="421127",
        received_at=AT, opened_at=AT, grading=Grading(level=level, word="某级"),
    )  # fmt: skip


def test_every_shipped_line_has_a_source_or_says_it_has_none() -> None:
    """What was found names where; what was not says 假定 in both."""
    targets = read_targets(SHIPPED)
    assert targets
    for line in targets:
        assert line.step in STEPS
        assert ("假定" in line.basis) == ("假定" in line.source)
    assert any("493" in line.basis for line in targets)


def test_the_first_line_that_fits_counts() -> None:
    """By regulation and by grade; a step without a line has no target."""
    line = {"step": "接报→定级", "basis": "本例", "source": "本例"}
    targets = read_targets({"targets": [
        {**line, "minutes": 5, "regulation": "production_safety", "levels": ["I", "II"]},
        {**line, "minutes": 7, "regulation": "production_safety"}, {**line, "minutes": 30},
    ]})  # fmt: skip

    def allowed(kind: str, level: str | None) -> float | None:
        found = target_of(targets, "接报→定级", incident(kind, level))
        return found.minutes if found else None

    assert [allowed("hazchem", g) for g in ("I", "III", None)] == [5, 7, 7]
    assert allowed("landslide", "I") == 30
    assert target_of(targets, "发生→接报", incident("hazchem")) is None


def test_steps_are_measured_against_the_table_given() -> None:
    """Another number, another verdict; basis and source go with it."""
    here = incident("landslide")
    seen = Situation(revision=1, at=AT + timedelta(minutes=20), incidents={here.id: here})
    line = {"step": "接报→首次调派", "basis": "本例", "source": "某文件"}
    rows = [{**line, "minutes": m} for m in (15, 25)]
    for row, late in zip(rows, (True, False), strict=True):
        steps = {s.word: s for s in intervals(seen, here, read_targets({"targets": [row]}))}
        found = steps["接报→首次调派"]
        assert (found.late, found.target, found.source) == (late, row["minutes"], "某文件")
        assert steps["接报→定级"].target is None


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"step": "接报→吃饭"}, "step 是"), ({"minutes": 0}, "大于 0"),
        ({"minutes": True}, "大于 0"), ({"basis": ""}, "缺 basis"),
        ({"source": None}, "缺 source"), ({"hours": 1}, "看不懂 hours"),
        ({"regulation": "navy"}, "regulation 是"), ({"levels": ["V"]}, "levels 只能含"),
    ],
)  # fmt: skip
def test_a_line_that_cannot_be_read_is_named(change: dict[str, object], said: str) -> None:
    """Line, fault and remedy."""
    with pytest.raises(ValueError, match="第 2 行") as caught:
        read_targets({"targets": [SHIPPED["targets"][0], {**SHIPPED["targets"][0], **change}]})
    assert said in str(caught.value)
    with pytest.raises(ValueError, match="请写 targets"):
        read_targets({})
