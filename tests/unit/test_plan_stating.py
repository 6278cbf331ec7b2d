"""Needs as an officer types them: each field read strictly, only the typed row loses its mark."""

from __future__ import annotations

from datetime import datetime

import pytest

from dashboard.components import plan_needs, plan_rows, plan_stating
from dashboard.components.drafting import blank
from dashboard.components.flat import flat
from data.domain.clock import SHANGHAI
from data.domain.needs import needs_of, supplies_of
from data.errors import Invalid
from tests.unit.test_plan_view import NOW, A, incident, world

BARE = incident("甲", A, needs=())
OWN = incident("甲", A)


def typed(one, text, part="amount", key="搜救", kind="need"):
    """The command for one field typed."""
    act = {"kind": kind, "key": key, "part": part, "text": text}
    return plan_stating.edit(one, act, NOW)


def test_only_the_row_that_was_typed_loses_its_assumption():
    """Nought takes it out, the same changes nothing."""
    rows = needs_of(BARE)
    key = rows[0]["capability"]
    stated = {n["capability"]: n for n in typed(BARE, "33", key=key).needs}
    assert (stated[key]["amount"], "assumption" in stated[key]) == (33, False)
    assert all(stated[r["capability"]].get("assumption") for r in rows[1:])
    assert key not in {n["capability"] for n in typed(BARE, "0", key=key).needs}
    assert typed(OWN, "50") is None


def test_the_time_is_minutes_from_the_planning_or_an_instant():
    """A span moves with each planning, a time of day stands; drawn as they can be typed."""
    (row,) = typed(OWN, "1.5小时", "by").needs
    assert (row["by"], plan_stating.by_text(row["by"], NOW)) == (90, "90分")
    (row,) = typed(OWN, "18:30", "by").needs
    at = datetime.fromisoformat(row["by"]).astimezone(SHANGHAI)
    assert (at.date(), at.hour) == (NOW.astimezone(SHANGHAI).date(), 18)
    assert plan_stating.by_text(row["by"], NOW) == "18:30"
    (row,) = typed(OWN, "6:00", "by").needs  # passed today: tomorrow's
    text = plan_stating.by_text(row["by"], NOW)
    assert text == "2020-07-09 06:00"
    assert typed(incident("甲", A, needs=(row,)), text, "by") is None
    assert "by" not in typed(incident("甲", A, needs=(row,)), "", "by").needs[0]


def test_people_and_supplies_are_stated_too():
    """What a need counts for in people, and an item of the catalogue with amount and time."""
    (row,) = typed(OWN, "120", "people_equivalent").needs
    assert row["people_equivalent"] == 120
    first = supplies_of(BARE)[0]["item"]
    stated = typed(BARE, "7", key=first, kind="supply").supply_needs
    assert (stated[0]["amount"], "assumption" in stated[0]) == (7, False)
    act = {"kind": "supply", "key": "M1", "amount": "30", "by": "60"}
    assert plan_stating.add(BARE, act, NOW).supply_needs[-1] == {
        "item": "M1", "amount": 30, "by": 60,
    }  # fmt: skip
    added = plan_stating.add(OWN, {"kind": "need", "key": "灭火", "amount": "20"}, NOW)
    assert [n["capability"] for n in added.needs] == ["搜救", "灭火"]
    back = plan_stating.restore(OWN)
    assert (back.needs, back.supply_needs) == ((), ())


@pytest.mark.parametrize(
    ("part", "text", "words"),
    [
        ("amount", "很多", "数量“很多”有误"), ("amount", "-1", "有误"), ("amount", "", "未填数量"),
        ("amount", "nan", "有误"), ("amount", "0", "最后一项"), ("by", "明早", "不是时限"),
        ("people_equivalent", "几个", "折合人数“几个”有误"),
    ],
)  # fmt: skip
def test_what_is_no_such_thing_is_refused_by_its_field(part, text, words):
    """The refusal names the field and repeats what was typed."""
    with pytest.raises(Invalid) as refused:
        typed(OWN, text, part)
    (fault,) = refused.value.errors
    assert (fault["field"], words in fault["message"]) == (part, True)


@pytest.mark.parametrize(
    ("act", "field"),
    [
        ({"key": "", "amount": "3"}, "key"), ({"key": "搜救", "amount": "3"}, "key"),
        ({"key": "灭火", "amount": ""}, "amount"), ({"key": "灭火", "amount": "0"}, "amount"),
        ({"key": "灭火", "amount": "3", "by": "x"}, "by"),
    ],
)  # fmt: skip
def test_an_added_row_is_refused_by_its_field(act, field):
    """Nothing chosen, chosen twice, no amount, no time."""
    with pytest.raises(Invalid) as refused:
        plan_stating.add(OWN, {"kind": "need", **act}, NOW)
    assert refused.value.errors[0]["field"] == field


def test_the_box_names_its_template_and_offers_the_way_back_only_where_somebody_stated():
    """模板, its basis and what it lists; a leader has nothing to type."""
    seen = world(1, incidents={A: OWN})
    (column,) = plan_rows.columns(seen, blank("u"), {}, {})
    drawn = flat(plan_needs.needs(seen, column, editable=True))
    assert "模板：滑坡 · 未定级，依据：假定" in drawn
    assert "恢复模板" in drawn
    assert drawn.count("data-states") == 3 + 2 * len(column.supplies)
    bare = world(1, incidents={A: BARE})
    (other,) = plan_rows.columns(bare, blank("u"), {}, {})
    assert "恢复模板" not in flat(plan_needs.needs(bare, other, editable=True))
    read = flat(plan_needs.needs(seen, column))
    assert "<input" not in read
    assert "<select" not in read
