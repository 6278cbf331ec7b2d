"""Hazards on both engines: told, verified, turned into incidents, put right and accepted."""

from __future__ import annotations

from datetime import timedelta
from io import BytesIO
from typing import Any

import pytest
from PIL import Image

from data.domain.messages import ReceiveReport
from data.domain.messages import hazards as m
from data.domain.org import Actor
from data.errors import Conflict, Forbidden, IllegalMove, Invalid, NotFound, Stale
from data.services import hazard_view
from data.store.blobs import read_blob
from tests.integration import plan_world as w

GRID = Actor.of("grid.li", "grid", "421127", "李网格")
OTHER_GRID = Actor.of("grid.wu", "grid", "421127", "吴网格")
FAR_GRID = Actor.of("grid.far", "grid", "420526", "远网格")
CITY = Actor.of("duty.421100", "duty", "421100", "黄冈值班")
CHIEF = Actor.of("chief.421127", "chief", "421127", "县带班")
ELSEWHERE = Actor.of("duty.420500", "duty", "420500")
HERE = {"lon": 115.94, "lat": 30.07}  # in 421127


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def center(request, tmp_path_factory):
    """Two incidents in 黄梅, on each engine."""
    server = None if request.param == "sqlite" else request.getfixturevalue("postgres_url")
    with w.opened(tmp_path_factory.mktemp("var"), server) as made:
        yield made


def tell(center, by: Actor = GRID, **given: Any) -> dict[str, Any]:
    """A crack above a village, told."""
    base = {"kind": "slope", "words": "屋后山体裂缝 20 米", "place": "大河镇袁山村", **HERE}
    return center.handle(m.TellHazard(**(base | given)), by).body["hazard"]


def give(center, hazard: str, by: Actor = w.COUNTY, **given: Any) -> dict[str, Any]:
    """The hazard given to a body to put right."""
    base = {"owner_body": "黄梅县自然资源局", "owner_person": "赵某", "measures": "削坡、排水"}
    due = center.clock.now() + timedelta(days=5)
    command = m.GiveRectification(hazard_id=hazard, due_at=due, **(base | given))
    return center.handle(command, by).body["rectification"]


def hazard(center, key: str):
    """The hazard as the center has it."""
    return w.seen(center).hazards[key]


def jpeg(center) -> m.Jpeg:
    """A photo made new."""
    out = BytesIO()
    Image.new("RGB", (64, 48), "green").save(out, "PNG")
    return center.photo(out.getvalue(), "现状")


def test_the_county_has_it_first_and_the_levels_above_see_it(center):
    """County, city and province see it; another city sees nothing and may not touch it."""
    told = tell(center)
    assert (told["area_code"], told["state"], told["reporter"]) == ("421127", "reported", "grid.li")
    for viewer in (w.COUNTY, CITY, w.DUTY):
        assert told["id"] in center.queries.situation(viewer).hazards
    assert told["id"] not in center.queries.situation(ELSEWHERE).hazards
    with pytest.raises(NotFound):
        center.handle(m.VerifyHazard(hazard_id=told["id"], verdict="true"), ELSEWHERE)
    with pytest.raises(Forbidden):
        center.handle(m.VerifyHazard(hazard_id=told["id"], verdict="true"), GRID)


def test_a_report_sent_twice_is_one(center):
    """The same key again is answered alike; a photo follows and is kept once."""
    command = m.TellHazard(kind="dike", words="堤脚渗水", **HERE)
    first = center.handle(command, GRID, "phone-1").body["hazard"]["id"]
    assert center.handle(command, GRID, "phone-1").body["hazard"]["id"] == first
    photo = jpeg(center)
    add = m.AddHazardPhoto(hazard_id=first, photo=photo)
    center.handle(add, GRID, "phone-2")
    center.handle(add, GRID, "phone-2")
    [kept] = hazard(center, first).photos
    assert read_blob(center.database.reader, kept.blob_id) == (photo.jpeg, "image/jpeg")


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"kind": "ghost"}, "kind"),
        ({"words": " ", "place": "", "lon": None, "lat": None}, "words"),
        ({"lon": 100.0, "lat": 10.0}, "lon"), ({"words": "长" * 2001}, "words"),
        ({"lat": None}, "lon"),
    ],
)  # fmt: skip
def test_what_cannot_be_taken_is_named(center, given, field):
    """An unknown kind, nothing said, a place outside Hubei, too many words, half a position."""
    with pytest.raises(Invalid) as refused:
        tell(center, **given)
    assert refused.value.errors[0]["field"] == field


def test_a_call_names_who_rang(center):
    """A duty officer takes a call; a grid worker cannot; a call without caller is refused."""
    call = {"way": "public", "caller": "王女士", "caller_phone": "139 0000 0000"}
    told = tell(center, w.COUNTY, kind="gas", **call)
    assert hazard(center, told["id"]).source_words == "群众来电 王女士 139 0000 0000"
    with pytest.raises(Forbidden):
        tell(center, GRID, **call)
    with pytest.raises(Invalid):
        tell(center, w.COUNTY, way="public")


def test_asked_back_and_answered(center):
    """The question is on the reporter's phone until answered; another worker sees neither."""
    key = tell(center, kind="mine")["id"]
    center.handle(m.AskHazard(hazard_id=key, words="裂缝有没有变宽？"), w.COUNTY)
    view = hazard_view.phone_view(w.seen(center), center.areas, GRID)
    assert next(t for t in view["told"] if t["id"] == key)["question"] == "裂缝有没有变宽？"
    other = hazard_view.phone_view(w.seen(center), center.areas, OTHER_GRID)
    assert other["told"] == []
    with pytest.raises(NotFound):
        center.handle(m.SupplementHazard(hazard_id=key, words="冒充"), OTHER_GRID)
    center.handle(m.SupplementHazard(hazard_id=key, words="今早又宽了"), GRID)
    assert hazard(center, key).state == "reported"
    view = hazard_view.phone_view(w.seen(center), center.areas, GRID)
    assert next(t for t in view["told"] if t["id"] == key)["question"] == ""


def test_a_verdict_needs_its_words_and_can_be_taken_back(center):
    """Untrue says why; a stale page is told; taken back it waits again; twice is refused."""
    key = tell(center, kind="forest")["id"]
    with pytest.raises(Invalid):
        center.handle(m.VerifyHazard(hazard_id=key, verdict="false"), w.COUNTY)
    stale = m.VerifyHazard(hazard_id=key, verdict="true", expect_version=9)
    with pytest.raises(Stale):
        center.handle(stale, w.COUNTY)
    center.handle(m.VerifyHazard(hazard_id=key, verdict="false", words="已派人查看"), w.COUNTY)
    with pytest.raises(IllegalMove):
        center.handle(m.VerifyHazard(hazard_id=key, verdict="true"), w.COUNTY)
    center.handle(m.ReopenHazard(hazard_id=key, reason="又有人报"), w.COUNTY)
    assert (hazard(center, key).state, hazard(center, key).verified_by) == ("reported", "")


def test_a_duplicate_points_at_one_that_stands(center):
    """Not at itself, nothing, or another duplicate; its reporter sees the other's end."""
    first, second, third = (tell(center, kind="road")["id"] for _ in range(3))
    for wrong in (None, second, "YH-99999"):
        with pytest.raises(Invalid):
            center.handle(
                m.VerifyHazard(hazard_id=second, verdict="duplicate", duplicate_of=wrong), w.COUNTY
            )
    repeat = m.VerifyHazard(hazard_id=second, verdict="duplicate", duplicate_of=first)
    center.handle(repeat, w.COUNTY)
    with pytest.raises(Invalid):
        center.handle(
            m.VerifyHazard(hazard_id=third, verdict="duplicate", duplicate_of=second), w.COUNTY
        )
    give(center, first)
    told = hazard_view.phone_view(w.seen(center), center.areas, GRID)["told"]
    assert "黄梅县自然资源局" in next(t for t in told if t["id"] == second)["became"]


def test_one_press_makes_an_incident_with_everything_told(center):
    """Words, place, time and source are the report's and the incident's; the link is kept."""
    key = tell(center, kind="slope", contact="0713-1234567")["id"]
    center.handle(m.SupplementHazard(hazard_id=key, words="开始落石"), GRID)
    command = m.HazardToIncident(
        hazard_id=key, commander="县长 某", lead_body="黄梅县人民政府", desk="一席"
    )
    made = center.handle(command, w.COUNTY).body
    seen = w.seen(center)
    held, incident = seen.hazards[key], seen.incidents[made["incident"]["id"]]
    report = seen.reports[held.report_id]
    assert (held.state, held.incident_id) == ("incident", incident.id)
    assert (report.incident_id, report.state, report.type) == (incident.id, "opened", "landslide")
    assert "裂缝" in report.text
    assert "开始落石" in report.text
    assert key in report.source
    assert (incident.lon, incident.lat, incident.area_code) == (115.94, 30.07, "421127")
    with pytest.raises(IllegalMove):
        center.handle(command, w.COUNTY)


def test_it_may_be_merged_or_only_reported(center):
    """Into an open incident, or to the desk, where whoever opens it keeps the link."""
    into = w.incidents(center)[0]
    merged = tell(center)["id"]
    center.handle(m.HazardToIncident(hazard_id=merged, incident_id=into), w.COUNTY)
    assert hazard(center, merged).incident_id == into
    told = tell(center)["id"]
    body = center.handle(m.HazardToIncident(hazard_id=told), w.COUNTY).body
    assert body["incident"] is None
    assert w.seen(center).reports[body["report"]["id"]].state == "new"


def test_a_rectification_is_accepted_by_another_than_its_owner(center):
    """Given, told of with a photo, handed in, returned, handed in late, accepted: 销号."""
    key = tell(center)["id"]
    held = give(center, key, supervision="county", due_reason="县安委会第 3 次会议")
    own = held["id"]
    line = m.TellProgress(rectification_id=own, words="已削坡", photos=(jpeg(center),))
    center.handle(line, GRID)
    with pytest.raises(NotFound):
        center.handle(m.TellProgress(rectification_id=own, words="冒充"), FAR_GRID)
    center.handle(
        m.SubmitRectification(rectification_id=own, words="排水沟完工", by="赵某"), w.COUNTY
    )
    accept = m.AcceptRectification(rectification_id=own, words="现场核验合格")
    with pytest.raises(Forbidden):
        center.handle(accept, w.COUNTY)  # who handed it in does not accept it
    with pytest.raises(Forbidden):
        center.handle(accept, Actor.of("someone", "duty", "421127", "赵某"))  # the owner himself
    center.handle(m.ReturnRectification(rectification_id=own, words="沟未通"), CHIEF)
    assert w.seen(center).rectifications[own].state == "doing"
    center.handle(m.SubmitRectification(rectification_id=own, words="已疏通"), w.COUNTY)
    center.handle(accept, CHIEF)
    seen = w.seen(center)
    assert (seen.rectifications[own].state, seen.hazards[key].state) == ("accepted", "fixed")
    assert seen.rectifications[own].ended_by == "县带班"
    with pytest.raises(IllegalMove):
        center.handle(m.TellProgress(rectification_id=own, words="再填"), GRID)


def test_what_a_higher_level_puts_up_a_lower_one_cannot_move(center):
    """A county neither puts up at the city's level nor extends, accepts or lifts the city's."""
    key = tell(center)["id"]
    with pytest.raises(Invalid):
        give(center, key, supervision="city", due_reason="依据")
    with pytest.raises(Invalid):
        give(center, key, CITY, supervision="city")  # without why by then
    own = give(center, key, CITY, supervision="city", due_reason="市安委办督办通知")["id"]
    later = center.clock.now() + timedelta(days=30)
    for command in (
        m.ExtendRectification(rectification_id=own, due_at=later, reason="来不及"),
        m.AcceptRectification(rectification_id=own, words="好了"),
        m.LiftRectification(rectification_id=own, reason="算了"),
    ):
        with pytest.raises(Forbidden):
            center.handle(command, CHIEF)
    with pytest.raises(Invalid):
        center.handle(m.ExtendRectification(rectification_id=own, due_at=later, reason=" "), CITY)
    center.handle(m.ExtendRectification(rectification_id=own, due_at=later, reason="汛期"), CITY)
    assert [e.reason for e in w.seen(center).rectifications[own].extensions] == ["汛期"]


def test_it_is_not_dropped_quietly(center):
    """Only a leader on duty lifts it, with the reason; the hazard then waits again."""
    key = tell(center)["id"]
    own = give(center, key)["id"]
    with pytest.raises(Forbidden):
        center.handle(m.LiftRectification(rectification_id=own, reason="不做了"), w.COUNTY)
    with pytest.raises(Invalid):
        center.handle(m.LiftRectification(rectification_id=own, reason=""), CHIEF)
    center.handle(m.LiftRectification(rectification_id=own, reason="整村已搬迁"), CHIEF)
    assert hazard(center, key).state == "true"


def test_two_desks_do_not_both_give_it(center):
    """The second order for one hazard is refused by name."""
    key = tell(center)["id"]
    give(center, key)
    with pytest.raises((IllegalMove, Conflict)):
        give(center, key)


def test_a_grid_worker_reads_nothing_else(center):
    """Neither the situation nor a report is theirs."""
    with pytest.raises(Forbidden):
        center.queries.situation(GRID)
    with pytest.raises(Forbidden):
        center.handle(ReceiveReport(type="landslide", place="某地"), GRID)
