"""A county's own machine works on without the link; all arrives once, clashes are shown."""

from __future__ import annotations

from dataclasses import replace

import pytest

from dashboard.components.queue import waiting
from data.domain import messages as m
from data.domain.incident import Casualties, Incident
from data.domain.messages.nodes import DecideClash
from data.domain.node import LinkState
from data.domain.org import SYSTEM
from data.errors import Conflict, Forbidden, IllegalMove, Stale
from data.services.node_wire import LinkLost
from data.store.blobs import keep_blob, read_blob
from data.store.node_book import own_rows
from tests.integration.node_world import COUNTY_DUTY, PROVINCE_DUTY, World, world


@pytest.fixture
def both(tmp_path):
    """A province with a node."""
    with world(tmp_path, "") as made:
        yield made


@pytest.fixture
def on_each(tmp_path, database_url):
    """A province on each engine with a node."""
    with world(tmp_path, database_url) as made:
        yield made


def clashes(at) -> list:
    """Open conflicts of a center."""
    seen = at.queries.situation(PROVINCE_DUTY if at.link is None else COUNTY_DUTY)
    return [c for c in seen.clashes.values() if c.open]


def own_rows_of(both: World) -> list:
    """All rows of the node's own."""
    with both.node.database.reader.connect() as connection:
        return own_rows(connection, LinkState(), 100)


def decide(both: World, verdict: str) -> None:
    """The one open conflict decided at the province, and brought down."""
    (clash,) = clashes(both.province)
    both.province.handle(
        DecideClash(clash_id=clash.id, verdict=verdict, reason="电话商定"), PROVINCE_DUTY
    )
    both.sync()
    assert not clashes(both.province)
    assert not clashes(both.node)
    both.assert_equal()
    both.assert_sound()


def test_a_node_begins_as_what_the_county_may_see(both):
    """Everything comes down with the first page, and nothing of it goes up again."""
    both.assert_equal()
    assert both.link.standing.waiting == 0
    assert "TM-D1" in both.node.queries.situation(COUNTY_DUTY).teams


def test_work_without_the_link_arrives_once_and_in_order(on_each):
    """Reports and orders given 脱网 come up in their order, with who did them, and come once."""
    both = on_each
    before = both.province.queries.revision()
    both.cut()
    incident = both.incident(both.node, COUNTY_DUTY)
    order = both.order(both.node, COUNTY_DUTY, "TM-D1", incident)
    both.step(both.node, COUNTY_DUTY, order["assignments"][0]["id"], "accepted")
    assert both.link.standing.waiting == 4
    both.wire.up, both.wire.lose_answers = True, 1
    with pytest.raises(LinkLost):
        both.sync()
    both.sync()
    lines = both.province.queries.journal(PROVINCE_DUTY, before)
    assert [x["command"] for x in lines] == [
        "ReceiveReport", "OpenIncident", "IssueDispatch", "AdvanceAssignment"
    ]  # fmt: skip
    assert {x["actor"] for x in lines} == {"duty.421127@421127-1"}
    assert "脱网下达" in lines[2]["summary"]
    seen = both.province.queries.situation(PROVINCE_DUTY)
    assert seen.incidents[incident].letter == "子"
    assert seen.assignments["A-421127-1-00001"].state == "accepted"
    both.assert_equal()
    both.assert_sound()


def test_while_linked_a_team_is_never_ordered_twice(both):
    """The province refuses what it has given away, and keeps what the county is ordering."""
    there = both.incident(both.province, PROVINCE_DUTY, "省里的滑坡")
    both.order(both.province, PROVINCE_DUTY, "TM-D1", there)
    here = both.incident(both.node, COUNTY_DUTY, "县里的火", type="forest_fire")
    with pytest.raises(Conflict, match="已由省里派往"):
        both.order(both.node, COUNTY_DUTY, "TM-D1", here)
    both.wire.keep(["TM-D2"], "县值班员")
    with pytest.raises(Conflict, match="节点（县值班员）正在下达"):
        both.order(both.province, PROVINCE_DUTY, "TM-D2", there)
    both.order(both.node, COUNTY_DUTY, "TM-D2", here)
    both.sync()
    both.assert_equal()
    both.assert_sound()


@pytest.mark.parametrize(
    ("verdict", "county", "province", "state"),
    [
        ("province", "redirected", "ordered", "ordered"),
        ("county", "departed", "cancelled", "departed"),
        ("neither", "redirected", "cancelled", "returning"),
    ],
)
def test_a_team_both_sides_ordered_is_shown_to_a_person(both, verdict, county, province, state):
    """Both orders are kept; until somebody decides neither side loses its own, then both agree."""
    there = both.incident(both.province, PROVINCE_DUTY, "省里的滑坡")
    both.sync()
    both.cut()
    here = both.incident(both.node, COUNTY_DUTY, "县里的火", type="forest_fire")
    mine = both.order(both.node, COUNTY_DUTY, "TM-D1", here)["assignments"][0]["id"]
    both.step(both.node, COUNTY_DUTY, mine, "accepted")
    theirs = both.order(both.province, PROVINCE_DUTY, "TM-D1", there)["assignments"][0]["id"]
    both.mend()
    (clash,) = clashes(both.province)
    assert (clash.kind, clash.subject) == ("team", "黄梅演练队1")
    first = waiting(both.province.queries.situation(PROVINCE_DUTY), {})[0]
    assert (first.title, first.href) == ("队伍两头下令：黄梅演练队1", "/links#3")
    assert clash.county.who == "县值班员"
    assert clash.province.who == "省值班员"
    assert [c.id for c in clashes(both.node)] == [clash.id]
    both.step(both.node, COUNTY_DUTY, mine, "departed")
    both.sync()
    assert both.node.queries.situation(COUNTY_DUTY).assignments[mine].state == "departed"
    assert mine not in both.province.queries.situation(PROVINCE_DUTY).assignments
    both.assert_sound()
    decide(both, verdict)
    seen = both.province.queries.situation(PROVINCE_DUTY)
    assert seen.assignments[mine].state == county
    assert seen.assignments[theirs].state == province
    assert seen.teams["TM-D1"].state == state


@pytest.mark.parametrize(("verdict", "left"), [("province", 50.0), ("county", 30.0)])
def test_a_lot_that_does_not_suffice_for_both_is_shown(on_each, verdict, left):
    """What fits is added up; what does not waits, and the ledger agrees throughout."""
    both = on_each
    there = both.incident(both.province, PROVINCE_DUTY, "省里的滑坡")
    here = both.incident(both.node, COUNTY_DUTY, "县里的火", type="forest_fire")
    both.sync()
    both.cut()
    both.load(both.node, COUNTY_DUTY, "L-D1", here, 30)
    both.load(both.province, PROVINCE_DUTY, "L-D1", there, 50)
    both.mend()
    assert [c.kind for c in clashes(both.province)] == ["lot"]
    both.assert_sound()
    decide(both, verdict)
    assert both.province.queries.situation(PROVINCE_DUTY).lots["L-D1"].reserved == left


def test_amounts_of_one_lot_add_up_where_they_fit(on_each):
    """Two sides that each promised some have promised both, on both sides."""
    both = on_each
    there = both.incident(both.province, PROVINCE_DUTY, "省里的滑坡")
    both.sync()
    both.cut()
    both.load(both.node, COUNTY_DUTY, "L-D1", there, 10)
    both.load(both.province, PROVINCE_DUTY, "L-D1", there, 20)
    both.mend()
    assert not clashes(both.province)
    assert both.node.queries.situation(COUNTY_DUTY).lots["L-D1"].reserved == 30
    both.assert_equal()
    both.assert_sound()


@pytest.mark.parametrize(("verdict", "dead"), [("province", 3), ("county", 2)])
def test_one_figure_told_twice_differently_is_shown(both, verdict, dead):
    """Different figures are both kept; the same one told differently is for a person."""
    incident = both.incident(both.province, PROVINCE_DUTY)
    both.sync()
    both.cut()
    both.node.handle(
        m.FileFollowup(incident_id=incident, casualties=Casualties(dead=2, rescued=4)), COUNTY_DUTY
    )
    both.province.handle(
        m.FileFollowup(incident_id=incident, casualties=Casualties(dead=3)), PROVINCE_DUTY
    )
    both.mend()
    (clash,) = clashes(both.province)
    assert [(f.field, f.ours, f.theirs) for f in clash.fields] == [("casualties.dead", 3, 2)]
    assert both.node.queries.situation(COUNTY_DUTY).incidents[incident].casualties.rescued == 4
    decide(both, verdict)
    assert both.node.queries.situation(COUNTY_DUTY).incidents[incident].casualties.dead == dead


def test_both_ended_it_and_nobody_is_asked(both):
    """Each side ended the same incident in its own minute, with its own words: it is ended."""
    incident = both.incident(both.province, PROVINCE_DUTY)
    both.sync()
    both.cut()
    both.node.handle(m.CloseIncident(incident_id=incident, reason="险情解除"), COUNTY_DUTY)
    both.province.handle(m.CloseIncident(incident_id=incident, reason="已处置完毕"), PROVINCE_DUTY)
    both.mend()
    assert not clashes(both.province)
    both.sync()
    both.assert_equal()
    ended = both.node.queries.situation(COUNTY_DUTY).incidents[incident]
    assert ended.closed_reason == "已处置完毕"


def test_a_person_s_grade_stands_against_one_that_was_reckoned(both):
    """The county confirmed a grade; figures told at the province meanwhile do not undo it."""
    incident = both.incident(both.province, PROVINCE_DUTY)
    both.sync()
    both.cut()
    both.node.handle(
        m.ConfirmGrade(
            incident_id=incident, level="IV", word="一般", basis="现场核实", as_suggested=False
        ),
        COUNTY_DUTY,
    )
    both.province.handle(
        m.FileFollowup(incident_id=incident, casualties=Casualties(dead=11)), PROVINCE_DUTY
    )
    both.mend()
    assert not clashes(both.province)
    both.sync()
    both.assert_equal()
    grading = both.node.queries.situation(COUNTY_DUTY).incidents[incident].grading
    assert (grading.level, grading.provisional) == ("IV", False)


def test_two_grades_of_two_people_are_one_thing_to_decide(both):
    """Both confirmed, differently: one line with both grades, and the verdict takes one whole."""
    incident = both.incident(both.province, PROVINCE_DUTY)
    both.sync()
    both.cut()
    for at, who, level in ((both.node, COUNTY_DUTY, "IV"), (both.province, PROVINCE_DUTY, "III")):
        at.handle(
            m.ConfirmGrade(
                incident_id=incident, level=level, word="级", basis="核实", as_suggested=False
            ),
            who,
        )
    both.mend()
    (clash,) = clashes(both.province)
    assert [f.field for f in clash.fields] == ["grading"]
    assert clash.why == "两头都改了 等级"
    decide(both, "county")
    assert both.node.queries.situation(COUNTY_DUTY).incidents[incident].grading.level == "IV"


@pytest.mark.parametrize("verdict", ["one", "two"])
def test_one_incident_opened_on_both_sides_is_shown(both, verdict):
    """A person says whether they are one; then what hung on the county's hangs on the other."""
    both.cut()
    here = both.incident(both.node, COUNTY_DUTY)
    both.order(both.node, COUNTY_DUTY, "TM-D1", here)
    there = both.incident(both.province, PROVINCE_DUTY)
    both.mend()
    (clash,) = clashes(both.province)
    assert (clash.kind, clash.incident_id, clash.other_id) == ("twice", here, there)
    decide(both, verdict)
    seen = both.province.queries.situation(PROVINCE_DUTY)
    assert seen.incidents[here].status == ("closed" if verdict == "one" else "open")
    goes = there if verdict == "one" else here
    assert seen.assignments["A-421127-1-00001"].incident_id == goes


@pytest.mark.parametrize(("verdict", "status"), [("county", "open"), ("province", "closed")])
def test_an_order_to_an_incident_that_was_closed_is_shown(both, verdict, status):
    """Nothing reopens by itself."""
    incident = both.incident(both.province, PROVINCE_DUTY)
    both.sync()
    both.cut()
    both.order(both.node, COUNTY_DUTY, "TM-D1", incident)
    both.province.handle(m.CloseIncident(incident_id=incident, reason="办结"), PROVINCE_DUTY)
    both.mend()
    decide(both, verdict)
    seen = both.province.queries.situation(PROVINCE_DUTY)
    assert seen.incidents[incident].status == status
    assert seen.teams["TM-D1"].state == ("ordered" if verdict == "county" else "standby")


def test_a_node_put_back_to_an_earlier_day_is_stopped(both):
    """Its new rows under old numbers are not taken for the ones that came; both sides say so."""
    both.incident(both.node, COUNTY_DUTY)
    both.sync()
    (first, *_), before = own_rows_of(both), both.province.queries.revision()
    with pytest.raises(IllegalMove, match="重新登记节点"):
        both.wire.send([replace(first, hash="0" * 64)], {})
    both.wire.send([first], {})
    assert both.province.queries.revision() == before
    (state,) = both.province.nodes.all(PROVINCE_DUTY)
    assert "重新登记节点" in state.error


def test_rows_cannot_be_passed_over(both):
    """A row whose predecessor has not come is refused, and nothing is done."""
    both.cut()
    both.incident(both.node, COUNTY_DUTY)
    both.wire.up = True
    (_, second), before = own_rows_of(both), both.province.queries.revision()
    with pytest.raises(Stale):
        both.wire.send([second], {})
    assert both.province.queries.revision() == before
    both.sync()
    both.assert_equal()


def test_a_row_the_county_has_no_right_to_is_kept_for_a_person(both):
    """A row about another county changes nothing there, and holds up nothing."""
    both.cut()
    both.incident(both.node, COUNTY_DUTY)
    both.wire.up = True
    first, second = own_rows_of(both)
    far = tuple(replace(c, body={**c.body, "area_code": "420500"}) for c in first.changes)
    far = tuple(replace(c, body={**c.body, "org": "420500"}) for c in far)
    (taken,) = both.wire.send([replace(first, changes=far)], {})
    assert taken.outcome == "conflict"
    assert not both.province.queries.situation(PROVINCE_DUTY).reports
    (clash,) = clashes(both.province)
    assert clash.kind == "refused"
    both.province.handle(
        DecideClash(clash_id=clash.id, verdict="aside", reason="查明原因"), PROVINCE_DUTY
    )
    assert both.wire.send([second], {})


def test_what_is_not_the_countys_to_do_is_refused_on_its_machine(both):
    """Only the province decides conflicts; only the county's own officers act on its machine."""
    with pytest.raises(Forbidden, match="请在省中心的页面办理"):
        both.node.handle(DecideClash(clash_id="CT-0001", verdict="county", reason="x"), COUNTY_DUTY)
    with pytest.raises(Forbidden, match="请用本县账号办理"):
        both.incident(both.node, PROVINCE_DUTY)


def test_a_letter_another_county_gave_meanwhile_is_changed_and_said(both):
    """Two counties may both open 子; the second to arrive gets the next, on its machine too."""
    both.cut()
    here = both.incident(both.node, COUNTY_DUTY)
    there = both.incident(both.province, PROVINCE_DUTY, "远处的火", type="forest_fire")
    with both.province.database.units.unit("Test", SYSTEM, both.province.clock) as unit:
        unit.put(replace(unit.get(Incident, there), letter="子"))
    both.mend()
    assert both.province.queries.situation(PROVINCE_DUTY).incidents[here].letter == "丑"
    assert "改为 丑" in both.province.queries.journal(PROVINCE_DUTY)[-1]["summary"]
    both.assert_equal()


def test_files_that_things_name_travel_with_them(both):
    """Up with the row that names one, down when it is named; each is kept once."""
    with both.node.database.units.transaction() as connection:
        up = keep_blob(connection, b"from the county", "text/plain")
    with both.province.database.units.transaction() as connection:
        down = keep_blob(connection, b"from the province", "text/plain")
    told = {"type": "landslide", "area_code": "421127"}
    both.node.handle(m.ReceiveReport(text=up, **told), COUNTY_DUTY)
    both.province.handle(m.ReceiveReport(text=down, **told), PROVINCE_DUTY)
    both.sync()
    assert read_blob(both.province.database.reader, up)[0] == b"from the county"
    assert read_blob(both.node.database.reader, down)[0] == b"from the province"
