"""Two incidents, one pool: plans issued, conflicts named, teams followed home, stock in step."""

from datetime import timedelta

import pytest

from data.center import build_center
from data.config import Settings
from data.domain.dispatch import AssignmentState, Authority
from data.domain.messages import (
    AdvanceAssignment,
    AdvanceTransfer,
    IssueDispatch,
    OpenIncident,
    ReceiveReport,
    RedirectAssignment,
    StoreRows,
    WantedLot,
    WantedTeam,
)
from data.domain.org import SYSTEM, Actor
from data.domain.team import Team, TeamState
from data.errors import Conflict, Forbidden, IllegalMove, Invalid, NotFound, Stale

DUTY = Actor.of("duty", "duty", "420000", "王值班")
COUNTY = Actor.of("duty.421127", "duty", "421127")


@pytest.fixture(scope="module")
def loaded(tmp_path_factory):
    """The exercise's teams and stock with two open incidents."""
    center = build_center(Settings(var=tmp_path_factory.mktemp("var")))
    center.seed()
    for place, kind, lon, lat in (
        ("黄梅县大河镇袁山村", "landslide", 115.83174, 30.09415),
        ("黄梅县永安水库", "reservoir_danger", 115.95, 30.12),
    ):
        report = ReceiveReport(type=kind, place=place, lon=lon, lat=lat)
        made = center.handle(report, DUTY)
        key = made.body.get("id") or made.body["report"]["id"]
        center.handle(
            OpenIncident(
                report_id=key, name=place, short_name=place[:4], commander="指挥长",
                lead_body="黄梅县人民政府", desk="一席",
            ),
            DUTY,
        )  # fmt: skip
    yield center
    center.close()


@pytest.fixture
def world(loaded):
    """The center with every team home again after each test."""
    yield loaded
    for held in _seen(loaded).assignments.values():
        if held.active:
            to = "cancelled" if held.state in ("ordered", "accepted") else "released"
            loaded.handle(AdvanceAssignment(assignment_id=held.id, to=to), DUTY)
    for held in _seen(loaded).assignments.values():
        if held.state == "released":
            loaded.handle(AdvanceAssignment(assignment_id=held.id, to="returned"), DUTY)


def _seen(center):
    return center.queries.situation(DUTY)


def _free(center, capability="搜救"):
    return [t for t in _seen(center).available_teams() if capability in t.provides]


def _order(center, *pairs, actor=DUTY, **more):
    wanted = tuple(WantedTeam(team=team, incident=incident) for team, incident in pairs)
    return center.handle(IssueDispatch(assignments=wanted, **more), actor).body


def _incidents(center):
    return [i.id for i in _seen(center).sided()]


def test_a_plan_for_both_incidents_can_be_issued_whole(world):
    """What the plan proposes is what is ordered; no team goes twice; every check holds."""
    asked = {"incidents": [{"id": i} for i in _incidents(world)]}
    plan = world.propose(DUTY, asked)
    teams = [row["team"] for row in plan.answer["assignments"]]
    assert len(teams) > 5
    assert len(set(teams)) == len(teams)
    assert all(check["ok"] for check in plan.answer["certificate"])
    assert plan.seen.keys() >= set(teams)
    done = world.handle(IssueDispatch(plan_id=plan.id), DUTY).body
    assert sorted(a["team"] for a in done["assignments"]) == sorted(teams)
    assert len(done["transfers"]) == len(plan.answer["transfers"])
    again = world.propose(DUTY, asked)
    assert {r["team"] for r in again.answer["standing"]} == set(teams)
    assert not {r["team"] for r in again.answer["assignments"]} & set(teams)


def test_a_taken_team_is_named_with_its_holder_and_the_next_best(world):
    """Every taken team is named, not the first only, and nothing is written."""
    here, there = _incidents(world)
    one, two, three = [t.id for t in _free(world)[:3]]
    _order(world, (one, here), (two, here))
    before = world.queries.revision()
    with pytest.raises(Conflict) as refused:
        _order(world, (one, there), (two, there), (three, there))
    held = {h["id"]: h for h in refused.value.holders}
    assert held.keys() == {one, two}
    assert held[one]["incident_id"] == here
    assert "王值班" in held[one]["held_by"]
    assert held[one]["since"]
    best = held[one]["next_best"]
    assert best
    assert not {b["team"] for b in best} & {one, two, three}
    assert best == sorted(best, key=lambda b: b["eta_minutes"])
    assert world.queries.revision() == before
    assert _seen(world).teams[three].state == TeamState.STANDBY


def test_the_order_says_who_authorised_it(world):
    """The journal line carries number, teams, letter and authority."""
    here, _ = _incidents(world)
    team = _free(world)[0]
    by = Authority(name="王某", post="带班领导", way="电话")
    made = _order(world, (team.id, here), authorised_by=by)
    line = world.queries.journal(DUTY, limit=5000)[-1]
    assert line["summary"].startswith(f"调派 {made['number']}：{team.name} → ")
    assert "授权：王某 带班领导 电话" in line["summary"]


def test_a_team_goes_out_and_home(world):
    """Assignment and team move in step, and an ended assignment frees the team."""
    here, _ = _incidents(world)
    team = next(t for t in _free(world) if not t.moves_by_air)
    key = _order(world, (team.id, here))["assignments"][0]["id"]
    for to, state in (
        ("accepted", "ordered"), ("departed", "departed"), ("arrived", "arrived"),
        ("working", "working"), ("released", "returning"), ("returned", "standby"),
    ):  # fmt: skip
        world.handle(AdvanceAssignment(assignment_id=key, to=to), DUTY)
        seen = _seen(world)
        assert seen.teams[team.id].state == state
        assert (seen.assignments[key].released_seq is None) == seen.assignments[key].active
    done = seen.assignments[key]
    assert (done.from_lon, done.from_lat) == (team.lon, team.lat)
    assert done.leaves_at == done.times["departed"]
    assert done.eta > done.leaves_at


def test_a_step_cannot_be_skipped_nor_told_before_the_last(world):
    """Illegal moves and times before the last step are refused by name."""
    here, _ = _incidents(world)
    key = _order(world, (_free(world)[0].id, here))["assignments"][0]["id"]
    with pytest.raises(IllegalMove, match="待接令"):
        world.handle(AdvanceAssignment(assignment_id=key, to="arrived"), DUTY)
    early = world.clock.now() - timedelta(days=1)
    with pytest.raises(Invalid, match="早于上一步"):
        world.handle(AdvanceAssignment(assignment_id=key, to="accepted", at=early), DUTY)
    with pytest.raises(Invalid, match="改派"):
        world.handle(AdvanceAssignment(assignment_id=key, to="redirected"), DUTY)


def test_a_returning_team_is_sent_again_and_its_return_closes(world):
    """A team on its way home may be ordered; the old assignment ends as returned."""
    here, there = _incidents(world)
    team = _free(world)[0]
    old = _order(world, (team.id, here))["assignments"][0]["id"]
    for to in ("accepted", "departed", "arrived", "released"):
        world.handle(AdvanceAssignment(assignment_id=old, to=to), DUTY)
    new = _order(world, (team.id, there))["assignments"][0]["id"]
    seen = _seen(world)
    assert seen.assignments[old].state == AssignmentState.RETURNED
    assert seen.assignments[new].active
    assert seen.teams[team.id].state == TeamState.ORDERED


def test_a_redirected_team_is_bound_to_the_other_side_only(world):
    """Old and new assignment change in one unit; a reason is required."""
    here, there = _incidents(world)
    team = _free(world)[0]
    old = _order(world, (team.id, here))["assignments"][0]["id"]
    with pytest.raises(Invalid, match="理由"):
        world.handle(RedirectAssignment(assignment_id=old, incident_id=there, reason=" "), DUTY)
    world.handle(RedirectAssignment(assignment_id=old, incident_id=there, reason="乙侧告急"), DUTY)
    seen = _seen(world)
    assert seen.assignments[old].state == AssignmentState.REDIRECTED
    assert seen.assignments[old].released_seq is not None
    assert seen.assignment_of_team(team.id).incident_id == there


def test_what_changed_since_it_was_seen_is_refused(world):
    """A team edited since the draft was made is stale, though nobody took it."""
    here, _ = _incidents(world)
    team = _free(world)[0]
    with pytest.raises(Stale):
        _order(world, (team.id, here), seen={team.id: team.version + 1})


def test_a_county_sends_only_its_own(world):
    """A county officer cannot send a team of another county."""
    here, _ = _incidents(world)
    areas = world.areas
    other = next(t for t in _free(world) if not areas.covers("421127", t.area_code))
    own = next(t for t in _seen(world).available_teams() if t.area_code == "421127")
    with pytest.raises((Forbidden, NotFound)):
        _order(world, (other.id, here), actor=COUNTY)
    assert _order(world, (own.id, here), actor=COUNTY)["assignments"]


def test_stock_is_reserved_shipped_and_given_back(world):
    """A transfer reserves; shipping takes it out; cancelling gives it back; the floor is kept."""
    here, _ = _incidents(world)
    depots = _seen(world).depots
    lot = next(x for x in _seen(world).lots.values() if x.free > 4 and depots[x.depot_id].live)

    def order(amount):
        wanted = (WantedLot(lot=lot.id, incident=here, amount=amount),)
        return world.handle(IssueDispatch(transfers=wanted), DUTY).body["transfers"][0]["id"]

    def now():
        return _seen(world).lots[lot.id]

    first, second = order(1), order(2)
    assert now().reserved == lot.reserved + 3
    world.handle(AdvanceTransfer(transfer_id=first, to="cancelled"), DUTY)
    world.handle(AdvanceTransfer(transfer_id=second, to="shipped"), DUTY)
    assert (now().reserved, now().on_hand) == (lot.reserved, lot.on_hand - 2)
    with pytest.raises(IllegalMove):
        world.handle(AdvanceTransfer(transfer_id=second, to="cancelled"), DUTY)
    with pytest.raises(Conflict) as refused:
        order(now().free + 1)
    assert refused.value.holders[0]["thing"] == "lot"


def test_a_retry_gets_the_first_answer(world):
    """The same request id orders once."""
    here, _ = _incidents(world)
    team = _free(world)[0]
    command = IssueDispatch(assignments=(WantedTeam(team=team.id, incident=here),))
    first = world.handle(command, DUTY, "same-key")
    again = world.handle(command, DUTY, "same-key")
    assert again.repeated
    assert again.body == first.body
    assert len(_seen(world).assignments_of(here, active=True)) == 1


def test_a_team_of_unknown_strength_cannot_be_ordered(world):
    """The refusal names what must be filled in first."""
    here, _ = _incidents(world)
    blank = Team(id="TM-9999", name="未知队", area_code="421127", state=TeamState.STANDBY)
    world.handle(StoreRows(what="试验", things=(blank,)), SYSTEM)
    with pytest.raises(Invalid, match="缺少"):
        _order(world, ("TM-9999", here))
