"""Reports, incidents, responses, zones, alarms and rows through the bus, on both engines."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from shapely.geometry import box, mapping

from data.domain import messages as m
from data.domain.depot import Depot, Item, Lot
from data.domain.dispatch import Assignment, AssignmentState
from data.domain.filing import Filing
from data.domain.incident import Casualties, Figure, Incident, Report
from data.domain.linking import SupportRequest
from data.domain.org import SYSTEM, Actor, Area, AreaTree
from data.domain.spatial import Spatial
from data.domain.team import Team, TeamState
from data.errors import Conflict, Forbidden, IllegalMove, Invalid, NotFound, Stale, StepUpNeeded
from data.ingest import reference
from data.services import closing, incidents, registering, reports, responding, zones
from data.services.bus import Bus
from data.services.tools import Tools

NOW = datetime(2020, 7, 7, 23, 30, tzinfo=UTC)
AREAS = AreaTree.of(
    Area(code=c, name=n, short_name=s, parent=p, is_prefecture=pre, is_county=cty)
    for c, n, s, p, pre, cty in (
        ("420000", "湖北省", "湖北", None, False, False),
        ("421100", "黄冈市", "黄冈", "420000", True, False),
        ("421127", "黄梅县", "黄梅", "421100", False, True),
        ("420100", "武汉市", "武汉", "420000", True, False),
        ("420102", "江岸区", "江岸", "420100", False, True),
    )
)
SPATIAL = Spatial(
    ["421127", "420102"],
    [box(115.7, 29.7, 116.1, 30.3), box(114.2, 30.5, 114.4, 30.7)],
    {"421127": 100_000},
)
HANDLERS = {
    getattr(m, "".join(part.title() for part in name.split("_"))): getattr(room, name)
    for room, names in (
        (reports, ("receive_report", "merge_report", "dismiss_report", "file_followup")),
        (
            incidents,
            ("open_incident", "edit_incident", "confirm_grade", "write_entry"),
        ),
        (closing, ("close_incident",)),
        (responding, ("record_response", "end_response")),
        (zones, ("draw_zone", "end_zone")),
        (registering, ("complete_team", "store_rows")),
    )
    for name in names
}


class Stopped:
    """A clock that stands still."""

    def now(self):
        """Always the same instant."""
        return NOW


DUTY = Actor.of("duty", "duty", "420000", "王值班")
COUNTY = Actor.of("duty.421127", "duty", "421127")
ELSEWHERE = Actor.of("duty.420102", "duty", "420102")
LEADER = Actor.of("leader", "leader", "420000")
SLIDE = m.ReceiveReport(
    type="landslide", place="黄梅县大河镇袁山村", lon=115.83174, lat=30.09415,
    occurred_at=NOW - timedelta(hours=3), source="黄冈市值班室 电话",
    casualties=Casualties(missing=9),
)  # fmt: skip


@pytest.fixture
def rules():
    """The shipped rules."""
    return {name: reference.read_rules(name) for name in ("grading", "reporting")}


@pytest.fixture
def bus(database, rules):
    """A bus over an empty store with the handlers under test."""
    tools = Tools(areas=AREAS, rules=rules, spatial=SPATIAL, travel=None)
    return Bus(database.units, HANDLERS, tools, Stopped())


@pytest.fixture
def do(bus):
    """Carry a command out and answer its body."""
    return lambda command, actor=DUTY: bus.handle(command, actor).body


@pytest.fixture
def look(database):
    """Read one thing, or all things of a kind."""

    def read(cls, thing_id=None):
        with database.units.unit("look", SYSTEM, Stopped()) as unit:
            return unit.get(cls, thing_id) if thing_id else unit.find(cls)

    return read


@pytest.fixture
def told(database):
    """The summaries of the journal, oldest first."""

    def read():
        from sqlalchemy import select

        from data.store.schema import journal

        with database.units.transaction() as connection:
            return list(
                connection.execute(select(journal.c.summary).order_by(journal.c.seq)).scalars()
            )

    return read


def opened(do, report=SLIDE, **more):
    """An incident opened from a report."""
    report_id = do(report)["report"]["id"]
    people = {"commander": "李某 副市长", "lead_body": "黄冈市人民政府", "desk": "值守一席"}
    return do(m.OpenIncident(report_id=report_id, **{**people, **more}))["incident"]


def test_a_report_is_answered_with_its_grade_and_who_leads(do, told):
    """Area from the position, 中型 provisional, led by the prefecture, told as people write."""
    answer = do(SLIDE)
    assert answer["report"]["area_code"] == "421127"
    assert answer["suggested"]["word"] == "中型"
    assert answer["suggest_command"]["lead_body"] == "黄冈市人民政府"
    assert told() == ["接报：黄梅县大河镇袁山村 滑坡，失联 9 人（黄冈市值班室 电话）"]


def test_a_near_report_of_the_same_family_offers_the_incident(do):
    """A debris flow 2 km away is offered; a fire there is not."""
    incident = opened(do)
    near = do(replace(SLIDE, type="debris_flow", lon=115.85))["candidates"]
    assert [c["incident_id"] for c in near] == [incident["id"]]
    assert near[0]["distance_km"] < 3
    assert not do(replace(SLIDE, type="fire"))["candidates"]


@pytest.mark.parametrize("field", ["commander", "lead_body", "desk"])
def test_an_incident_names_its_three(do, field):
    """Without commander, lead body or desk nothing is opened, and the error names the field."""
    with pytest.raises(Invalid) as refused:
        opened(do, **{field: " "})
    assert refused.value.errors[0]["field"] == field


def test_letters_go_up_and_a_closed_ones_is_free_again(do):
    """甲, 乙; after 甲 closes the next is 甲; a report opens only once."""
    first, second = opened(do), opened(do)
    assert (first["letter"], second["letter"]) == ("甲", "乙")
    assert first["name"] == "黄梅县大河镇袁山村滑坡"
    assert first["short_name"] == "黄梅滑坡"
    do(m.CloseIncident(incident_id=first["id"], reason="搜救结束"))
    assert opened(do)["letter"] == "甲"


def test_a_report_is_settled_once(do):
    """Merged, it cannot be dismissed."""
    incident = opened(do)
    report = do(SLIDE)["report"]["id"]
    do(m.MergeReport(report_id=report, incident_id=incident["id"]))
    with pytest.raises(IllegalMove):
        do(m.DismissReport(report_id=report, reason="重复"))


def test_merging_carries_figures_and_keeps_sources_side_by_side(do):
    """Known figures move on, unknown ones stay; two sources both remain."""
    one = Figure(label="消防力量", value=82, unit="人", text="18车82人", source="消防")
    two = Figure(label="消防力量", value=100, unit="人", text="14车100余人", source="市")
    incident = opened(do, replace(SLIDE, figures=(one,)))
    report = do(replace(SLIDE, casualties=Casualties(dead=1, missing=8), figures=(two,)))["report"]
    answer = do(m.MergeReport(report_id=report["id"], incident_id=incident["id"]))
    assert answer["changes"] == ["遇难 不详→1 人", "失联 9→8 人"]
    assert len(answer["incident"]["figures"]) == 2


def test_followups_are_numbered_and_told_as_changes(do, told):
    """续报一, 续报二; what would count a person twice is warned of."""
    incident = opened(do)["id"]
    answer = do(m.FileFollowup(incident_id=incident, casualties=Casualties(dead=2)))
    assert answer["report"]["number"] == 1
    assert answer["warnings"]
    do(m.FileFollowup(incident_id=incident, casualties=Casualties(missing=7)))
    assert told()[-1].startswith("续报二：甲 黄梅滑坡 失联 9→7 人")
    with pytest.raises(Invalid):
        do(m.FileFollowup(incident_id=incident))


def test_a_confirmed_grade_stays_until_a_person_changes_it(do):
    """Confirmed 中型; ten dead only suggests 大型; another level needs a basis."""
    incident = opened(do)["id"]
    grade = do(m.ConfirmGrade(incident_id=incident))["incident"]["grading"]
    assert (grade["provisional"], grade["confirmed_by"]) == (False, "王值班")
    later = do(m.FileFollowup(incident_id=incident, casualties=Casualties(dead=10, missing=0)))
    assert later["incident"]["grading"]["level"] == "III"
    assert later["suggested"]["level"] == "II"
    with pytest.raises(Invalid):
        do(m.ConfirmGrade(incident_id=incident, level="I", as_suggested=False))
    by_hand = m.ConfirmGrade(incident_id=incident, level="I", as_suggested=False, basis="会商")
    assert do(by_hand)["incident"]["grading"]["word"] == "特大型"


def test_a_stale_edit_is_refused(do):
    """Editing what somebody changed meanwhile is refused."""
    incident = opened(do)
    do(m.EditIncident(incident_id=incident["id"], desk="值守二席", expect_version=1))
    with pytest.raises(Stale):
        do(m.EditIncident(incident_id=incident["id"], desk="值守三席", expect_version=1))


def test_closing_names_the_teams_still_bound(do, database):
    """Closing waits until nobody is bound."""
    incident = opened(do)["id"]
    with database.units.unit("bind", SYSTEM, Stopped()) as unit:
        unit.put(Team(id="TM-1", name="黄冈搜救编队"))
        bound = unit.put(
            Assignment(id="A-1", dispatch_id="D-1", team_id="TM-1", incident_id=incident)
        )
    with pytest.raises(Conflict, match="黄冈搜救编队"):
        do(m.CloseIncident(incident_id=incident, reason="结束"))
    with database.units.unit("free", SYSTEM, Stopped()) as unit:
        unit.put(replace(bound, state=AssignmentState.CANCELLED, released_seq=unit.seq))
    do(m.RecordResponse(incident_id=incident, body="省防指", contingency="防汛", level="III"))
    answer = do(m.CloseIncident(incident_id=incident, reason="结束"))
    assert [r["body"] for r in answer["responses_in_force"]] == ["省防指"]
    with pytest.raises(IllegalMove):
        do(m.ConfirmGrade(incident_id=incident))


def test_closing_knows_what_it_leaves_open(do, told, database):
    """A response, a report and a request may stay: seen and told; what came up since refuses."""
    incident = opened(do)["id"]
    ask = m.RecordResponse(incident_id=incident, body="省防指", contingency="防汛", level="III")
    response = do(ask)["response"]["id"]
    with database.units.unit("paper", SYSTEM, Stopped()) as unit:
        unit.put(Filing(id="F-1", incident_id=incident, org="420000"))
        unit.put(SupportRequest(id="S-1", incident_id=incident, org="420000", number="1号"))
    with pytest.raises(Conflict, match=r"又有未结事项.*报告 首报（拟稿）.*请核对后再结束"):
        do(m.CloseIncident(incident_id=incident, reason="结束", left_open=(response, "S-1")))
    seen = (response, "S-1", "F-1")
    answer = do(m.CloseIncident(incident_id=incident, reason="结束", left_open=seen))
    assert {e["thing"] for e in answer["left_open"]} == set(seen)
    assert told()[-1].endswith("结束；留办：报告 1、请求支援 1、响应 1")


def test_a_grave_incident_is_closed_by_who_proves_it_again(do, database):
    """Ⅰ and Ⅱ ask for a proof; a stale one is refused and nothing changes."""
    incident = opened(do)["id"]
    with database.units.unit("grave", SYSTEM, Stopped()) as unit:
        held = unit.get(Incident, incident)
        unit.put(replace(held, grading=replace(held.grading, level="II")))
    stale = replace(DUTY, proved_until=datetime(2020, 1, 1, tzinfo=UTC))
    with pytest.raises(StepUpNeeded, match="结束Ⅰ级、Ⅱ级事件"):
        do(m.CloseIncident(incident_id=incident, reason="结束"), actor=stale)
    done = do(m.CloseIncident(incident_id=incident, reason="结束"))
    assert done["incident"]["status"] == "closed"


def test_a_response_changes_level_and_ends(do, told):
    """Ⅲ to Ⅱ ends Ⅲ; the same level twice is refused."""
    incident = opened(do)["id"]
    ask = m.RecordResponse(incident_id=incident, body="省防指", contingency="防汛", level="III")
    do(ask)
    with pytest.raises(IllegalMove):
        do(ask)
    answer = do(replace(ask, level="II"))
    assert len(answer["ended"]) == 1
    assert "由Ⅲ级调整为Ⅱ级" in told()[-1]
    ended = m.EndResponse(response_id=answer["response"]["id"])
    do(ended)
    with pytest.raises(IllegalMove):
        do(ended)


def test_roles_and_areas_are_kept(do):
    """A leader takes no reports; another county sees nothing; the county's own does."""
    with pytest.raises(Forbidden):
        do(SLIDE, LEADER)
    with pytest.raises(NotFound):
        do(SLIDE, ELSEWHERE)
    incident = opened(do)["id"]
    with pytest.raises(NotFound):
        do(m.WriteEntry(incident_id=incident, text="到岗"), ELSEWHERE)
    assert do(m.WriteEntry(incident_id=incident, text="到岗"), COUNTY)["entry"]["text"] == "到岗"


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"occurred_at": NOW + timedelta(hours=1)}, "occurred_at"),
        ({"lon": 121.5, "lat": 31.2}, "lon"), ({"lat": None}, "lon"),
        ({"casualties": Casualties(dead=-1)}, "casualties.dead"),
        ({"type": "meteor"}, "type"), ({"area_code": "310000"}, "area_code"),
    ],
)  # fmt: skip
def test_wrong_reports_are_refused_by_field(do, change, field):
    """Each refusal names its field and what to do."""
    with pytest.raises(Invalid) as refused:
        do(replace(SLIDE, **change))
    assert refused.value.errors[0]["field"] == field
    assert refused.value.errors[0]["remedy"]


def test_a_zone_says_what_it_touches(do, database):
    """Half the county, its people by share, and the team inside."""
    with database.units.unit("seat", SYSTEM, Stopped()) as unit:
        unit.put(Team(id="TM-1", name="内", lon=115.8, lat=30.0, area_code="421127"))
        unit.put(Team(id="TM-2", name="外", lon=116.05, lat=30.0, area_code="421127"))
    half = dict(mapping(box(115.7, 29.7, 115.9, 30.3)))
    answer = do(m.DrawZone(kind="affected", geometry=half, label="滑坡区"))
    effects = answer["effects"]
    assert effects["units"][0]["share"] == pytest.approx(0.5, abs=0.001)
    assert effects["people"] == pytest.approx(50_000, abs=100)
    assert "估算" in effects["people_basis"]
    assert [t["id"] for t in effects["teams"]] == ["TM-1"]
    do(m.EndZone(zone_id=answer["zone"]["id"]))
    with pytest.raises(IllegalMove):
        do(m.EndZone(zone_id=answer["zone"]["id"]))


@pytest.mark.parametrize(
    "geometry",
    [
        {}, {"type": "Point", "coordinates": [115, 30]}, {"type": "Polygon", "coordinates": "x"},
        {
            "type": "Polygon",
            "coordinates": [[[115, 30], [116, 31], [116, 30], [115, 31], [115, 30]]],
        },
        dict(mapping(box(0, 0, 1, 1))), dict(mapping(box(108, 29, 117, 34))),
        dict(mapping(box(115, 30, 115.2, 30.2).segmentize(0.0001))),
    ],
)  # fmt: skip
def test_impossible_zones_are_refused(do, geometry):
    """Not a polygon, crossing itself, elsewhere, too large, too many vertices."""
    with pytest.raises(Invalid) as refused:
        do(m.DrawZone(kind="closure", geometry=geometry))
    assert refused.value.errors[0]["field"] == "geometry"


def test_completing_a_team_makes_it_plannable_and_off_duty(do, database):
    """Unknown strength filled in: 备勤; off duty and back; bound: only its contact."""
    with database.units.unit("seat", SYSTEM, Stopped()) as unit:
        unit.put(Team(id="TM-1", name="蓝天队", area_code="421127", provides={"搜救": 10}))
    full = m.CompleteTeam(team_id="TM-1", people=10, lon=115.9, lat=30.0)
    assert do(full)["team"]["state"] == TeamState.STANDBY
    off = m.CompleteTeam(team_id="TM-1", off_duty=True)
    assert do(off)["team"]["state"] == TeamState.OFF_DUTY
    assert do(replace(off, off_duty=False))["team"]["state"] == TeamState.STANDBY
    with database.units.unit("bind", SYSTEM, Stopped()) as unit:
        unit.put(Assignment(id="A-1", dispatch_id="D-1", team_id="TM-1", incident_id="I-1"))
    with pytest.raises(Conflict):
        do(m.CompleteTeam(team_id="TM-1", people=12))
    assert do(m.CompleteTeam(team_id="TM-1", contact="张队"))["team"]["contact"] == "张队"
    with pytest.raises(Invalid):
        do(m.CompleteTeam(team_id="TM-1", provides={"飞天": 1}))


def test_a_second_seed_changes_nothing(do, database, look, told):
    """The same rows again write nothing, and reset neither stock nor what people filled in."""
    things = (
        Depot(id="DP-1", name="武汉库", area_code="420102"),
        Item(id="IT-1", name="帐篷", unit="顶"),
        Lot(id="L-1", depot_id="DP-1", item_id="IT-1", on_hand=200),
        Team(id="TM-1", name="蓝天队", area_code="421127", provides={"搜救": 10}),
    )
    seed = m.StoreRows(what="参考数据", things=things)
    assert do(seed, SYSTEM)["made"] == 4
    do(m.CompleteTeam(team_id="TM-1", people=10, lon=115.9, lat=30.0))
    with database.units.unit("ship", SYSTEM, Stopped()) as unit:
        unit.put(replace(unit.get(Lot, "L-1"), on_hand=150.0, reserved=20.0))
    lines = told()
    assert do(seed, SYSTEM) == {"made": 0, "changed": 0, "unchanged": 4}
    assert told() == lines
    assert look(Team, "TM-1").people == 10
    assert look(Lot, "L-1").on_hand == 150.0


def test_imported_stock_may_not_fall_below_what_is_promised(do, database):
    """A user's table sets the stock, never under the reserved amount; incidents are not rows."""
    with database.units.unit("seat", SYSTEM, Stopped()) as unit:
        unit.put(Lot(id="L-1", depot_id="DP-1", item_id="IT-1", on_hand=200, reserved=50))
    lot = Lot(id="L-1", depot_id="DP-1", item_id="IT-1", on_hand=49)
    with pytest.raises(Invalid):
        do(m.StoreRows(what="批次", things=(lot,)))
    assert do(m.StoreRows(what="批次", things=(replace(lot, on_hand=50),)))["changed"] == 1
    forged = Report(id="R-9", type="flood", received_at=NOW)
    with pytest.raises(Invalid):
        do(m.StoreRows(what="报告", things=(forged,)))


def test_an_incident_keeps_its_first_figures_at_its_opening(do, look):
    """What is opened carries place, time, figures and origin of its report."""
    incident = opened(do, replace(SLIDE, origin="exercise", assumption="演练假定"))
    kept = look(Incident, incident["id"])
    assert (kept.origin, kept.assumption, kept.casualties.missing) == ("exercise", "演练假定", 9)
    assert kept.occurred_at == SLIDE.occurred_at
