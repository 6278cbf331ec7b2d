"""A plan proposed, forked, verified and issued, on both engines."""

import json
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from sqlalchemy import select, update

from data.allocation.check import verify
from data.domain.dispatch import AssignmentState, Plan
from data.domain.messages import AdvanceAssignment, IssueDispatch, WantedLot, WantedTeam
from data.domain.messages.standing import SetFlying
from data.errors import Conflict, Forbidden, Invalid, NotFound, Stale
from data.services.certifying import packed, unpacked
from data.store.codec import decode, encode
from data.store.schema import plan as plan_table
from tests.integration import plan_world as w


def _rewrite(center, plan_id, change):
    """Change a stored plan behind the center's back."""
    with center.database.units.transaction() as connection:
        where = plan_table.c.id == plan_id
        body = connection.execute(select(plan_table.c.body).where(where)).scalar_one()
        changed = encode(change(decode(body, Plan)))
        connection.execute(update(plan_table).where(where).values(body=changed))


def test_a_plan_carries_its_certificate_and_is_issued(world):
    """The problem is kept beside the answer, both verify apart, and the order is the plan."""
    made = world.propose(w.DUTY, {"incidents": [{"id": i} for i in w.incidents(world)]})
    told = world.certificate(w.DUTY, made.id)
    assert len(told["checks"]) > 5
    assert all(c["ok"] for c in told["checks"])
    again = verify(json.dumps(told["problem"]), json.dumps(told["plan"]))
    assert all(c["ok"] for c in again)
    assert len(told["problem"]["counties"]) == 103
    done = world.handle(IssueDispatch(plan_id=made.id), w.DUTY).body
    wanted = {(r["team"], r["incident"]) for r in made.answer["assignments"]}
    assert {(a["team"], a["incident"]) for a in done["assignments"]} == wanted
    assert len(done["transfers"]) == len(made.answer["transfers"])


def test_the_weather_switch_stands_in_every_plan_until_it_is_changed(world):
    """Who set it, when and why is told; a request's own word goes before it; a city sets none."""
    asked = {"incidents": [{"id": i} for i in w.incidents(world)]}
    before = world.queries.revision()
    with pytest.raises(Forbidden, match="省级统一调度"):
        world.handle(SetFlying(flying=False), w.COUNTY)
    with pytest.raises(Forbidden):
        world.handle(SetFlying(flying=False), w.LEADER)
    with pytest.raises(Invalid, match="理由超过"):
        world.handle(SetFlying(flying=False, reason="雾" * 61), w.DUTY)
    assert world.queries.revision() == before
    world.handle(SetFlying(flying=False, reason="大雾"), w.DUTY)
    told = w.seen(world).lines[-1]["summary"]
    assert told == "直升机：停飞（大雾）"
    again = world.queries.revision()
    world.handle(SetFlying(flying=False, reason="大雾"), w.DUTY)
    assert world.queries.revision() == again
    made = world.propose(w.DUTY, asked)
    assert made.request["flying"] is False
    (said,) = (a for a in made.answer["assumptions"] if "值班员已停飞" in a)
    assert "王值班" in said
    assert "大雾" in said
    sent = {r["team"] for r in made.answer["assignments"]}
    assert not any(w.seen(world).teams[t].moves_by_air for t in sent)
    assert _air_minutes(world) == {None}
    assert world.propose(w.DUTY, {**asked, "flying": True}).request["flying"] is True
    world.handle(SetFlying(flying=None), w.DUTY)
    assert "flying" not in world.propose(w.DUTY, asked).request
    assert None not in _air_minutes(world)


def _air_minutes(world):
    """What the desk reads of helicopters' ways, to any incident."""
    seen = w.seen(world)
    table = world.eta_table(seen)
    return {m for key, row in table.items() if seen.teams[key].moves_by_air for m in row.values()}


def test_a_plan_nobody_ordered_is_let_go_after_thirty_days(world):
    """Ordered plans and drafts of granted requests stay; younger ones do too."""
    base = world.propose(w.DUTY, {"incidents": [{"id": i} for i in w.incidents(world)]})
    world.handle(IssueDispatch(plan_id=base.id), w.DUTY)
    idle, young = (replace(base, id=f"P-idle-{n}") for n in ("old", "young"))
    later = base.created_at + timedelta(days=31)
    world.database.save_plan(idle)
    world.database.save_plan(replace(young, created_at=base.created_at + timedelta(days=2)))
    world.database.save_plan(replace(base, id="P-idle-new", created_at=later))
    assert world.database.plan(base.id).id == base.id
    assert world.database.plan("P-idle-young").id == "P-idle-young"
    with pytest.raises(NotFound):
        world.database.plan("P-idle-old")


def test_minutes_leaving_and_arrival_add_up(world):
    """Travel, getting ready and consent make the minutes; the order repeats the same instants."""
    made = world.propose(w.DUTY, w.small(world))
    rows = {r["team"]: r for r in made.answer["assignments"]}
    for r in rows.values():
        parts = r["travel_minutes"] + r["ready_minutes"] + r["approval_minutes"]
        assert parts == pytest.approx(r["minutes"], abs=0.11)
        assert bool(r["approval"])
    assert {r["approval_minutes"] for r in rows.values()} > {0.0}
    assert any("报批" in words for words in made.answer["assumptions"])
    done = world.handle(IssueDispatch(plan_id=made.id), w.DUTY).body
    for order in done["assignments"]:
        said = datetime.fromisoformat(rows[order["team"]]["eta"])
        ordered = datetime.fromisoformat(str(order["eta"]))
        assert abs((ordered - said).total_seconds()) < 60


@pytest.mark.parametrize(
    "tamper",
    [
        lambda rows: [{**rows[0], "incident": "I-0002"}, *rows[1:]],
        lambda rows: rows[1:],
        lambda rows: [*rows, {**rows[0], "team": "EX-T-001"}],
        lambda rows: [{**rows[0], "minutes": 1.0}, *rows[1:]],
        lambda rows: [{**rows[0], "roles": {"搜救": 900.0}}, *rows[1:]],
    ],
)
def test_a_plan_changed_in_the_store_is_refused(world, tamper):
    """Another incident, a team taken out or put in, minutes or amounts changed: none is issued."""
    made = world.propose(w.DUTY, w.small(world))
    rows = sorted(made.answer["assignments"], key=lambda r: r["incident"])
    assert rows[0]["incident"] == "I-0001"
    assert "EX-T-001" not in {r["team"] for r in rows}
    _rewrite(world, made.id, lambda p: replace(p, answer={**p.answer, "assignments": tamper(rows)}))
    before = world.queries.revision()
    with pytest.raises(Invalid, match="核验未通过"):
        world.handle(IssueDispatch(plan_id=made.id), w.DUTY)
    assert world.queries.revision() == before


def test_loads_or_the_problem_changed_in_the_store_are_refused(world):
    """A load made greater, one left out, and minutes changed in the problem itself."""
    here, _ = w.incidents(world)
    lot = next(x for x in w.seen(world).lots.values() if x.free > 20)
    wanted = [{"item": lot.item_id, "amount": 10}]
    asked = {"incidents": [{"id": here, "needs": [], "supplies": wanted}], "keep_back": False}
    made = world.propose(w.DUTY, asked)
    rows = made.answer["transfers"]
    more = [{**rows[0], "amount": rows[0]["amount"] + 1}, *rows[1:]]
    problem = json.loads(unpacked(made.problem))
    problem["depot_minutes"] = [[m and m + 5 for m in row] for row in problem["depot_minutes"]]
    for change in (
        lambda p: replace(p, answer={**p.answer, "transfers": more}),
        lambda p: replace(p, answer={**p.answer, "transfers": rows[1:]}),
        lambda p: replace(p, answer={**p.answer, "transfers": rows}, problem=packed(
            json.dumps(problem)
        )),
    ):  # fmt: skip
        _rewrite(world, made.id, change)
        with pytest.raises(Invalid, match="核验未通过"):
            world.handle(IssueDispatch(plan_id=made.id), w.DUTY)


def test_a_plan_without_or_with_a_damaged_problem_is_refused(world):
    """What cannot be verified is not issued, also where the teams are listed by hand."""
    made = world.propose(w.DUTY, w.small(world))
    row = made.answer["assignments"][0]
    by_hand = (WantedTeam(team=row["team"], incident=row["incident"]),)
    for damage, words in (("", "没有随附问题"), ("eJw", "已损坏")):
        _rewrite(world, made.id, lambda p, damage=damage: replace(p, problem=damage))
        for command in (
            IssueDispatch(plan_id=made.id), IssueDispatch(plan_id=made.id, assignments=by_hand),
        ):  # fmt: skip
            with pytest.raises(Invalid, match=words):
                world.handle(command, w.DUTY)
    assert unpacked(packed("问题")) == "问题"


def test_a_what_if_plan_solves_and_cannot_be_issued(world):
    """A third incident and a closed road change the plan; issuing it names what is invented."""
    real = world.propose(w.DUTY, w.ask(world))
    made = world.propose(
        w.LEADER, w.ask(world, what_if=True, extra_incidents=[w.FIRE], previous=real.id)
    )
    assert {r["incident"] for r in made.answer["assignments"]} >= {"假设-1"}
    assert "假设-1" not in made.seen
    assert made.answer["diff"]["added"]
    with pytest.raises(Invalid, match=r"江岸化工火灾.*不能下达") as refused:
        world.handle(IssueDispatch(plan_id=made.id), w.DUTY)
    assert "据实" in refused.value.errors[0]["remedy"]
    _rewrite(world, made.id, lambda p: replace(p, request={}))
    with pytest.raises(Invalid, match="不能下达"):
        world.handle(IssueDispatch(plan_id=made.id), w.DUTY)
    shut = world.propose(w.DUTY, w.ask(world, what_if=True, closures=[w.DAHE]))
    with pytest.raises(Invalid, match="封控 1 处"):
        world.handle(IssueDispatch(plan_id=shut.id), w.DUTY)
    compared = world.compare_plans(real, made)
    assert compared["plans"] == [real.id, made.id]
    assert compared["teams"] == [len(p.answer["assignments"]) for p in (real, made)]
    assert compared["last_arrival"][0] == max(r["eta"] for r in real.answer["assignments"])


def test_a_what_if_without_inventions_may_be_issued(world):
    """A doubled need is an officer's decision, not an invention."""
    here, _ = w.incidents(world)
    asked = {
        "incidents": [
            {"id": here, "needs": [{"capability": "搜救", "amount": 12}], "supplies": []}
        ],
        "what_if": True,
    }
    made = world.propose(w.DUTY, asked)
    done = world.handle(IssueDispatch(plan_id=made.id), w.DUTY).body
    assert done["assignments"]


def _only(world, here, there, team):
    """A request in which a team's capability is wanted at the other incident only."""
    able = next(iter(w.seen(world).teams[team].provides))
    need = {"capability": able, "amount": w.seen(world).teams[team].provides[able]}
    return {
        "incidents": [
            {"id": there, "needs": [need], "supplies": []},
            {"id": here, "needs": [], "supplies": []},
        ],
        "bans": [
            [t.id, there]
            for t in w.seen(world).available_teams()
            if able in t.provides and t.id != team
        ],
    }  # fmt: skip


def test_a_bound_team_stays_unless_it_is_released(world):
    """Ordered teams are not taken away; a released one is moved by the plan and by the order."""
    here, there = w.incidents(world)
    team = next(t for t in w.seen(world).available_teams() if not t.moves_by_air).id
    old = w.bound(world, team, here)
    asked = _only(world, here, there, team)
    kept = world.propose(w.DUTY, asked)
    assert [(r["team"], r["incident"]) for r in kept.answer["standing"]] == [(team, here)]
    assert kept.answer["shortfalls"]
    made = world.propose(w.DUTY, {**asked, "release": [team]})
    row = next(r for r in made.answer["assignments"] if r["team"] == team)
    assert (row["incident"], row["moved_from"]) == (there, here)
    assert row["approval_minutes"] == 0.0
    assert all(c["ok"] for c in made.answer["certificate"])
    done = world.handle(IssueDispatch(plan_id=made.id), w.DUTY).body
    seen = w.seen(world)
    assert seen.assignments[old].state == AssignmentState.REDIRECTED
    assert seen.assignments[old].released_seq is not None
    assert seen.assignment_of_team(team).incident_id == there
    assert [a["team"] for a in done["assignments"]] == [team]
    line = world.queries.journal(w.DUTY, limit=5000)[-1]["summary"]
    assert "改派" in line


def test_a_released_move_that_came_too_late_is_refused_whole(world):
    """Somebody moved the team on since: nothing of the plan is issued, and the team is named."""
    here, there = w.incidents(world)
    team = next(t for t in w.seen(world).available_teams() if not t.moves_by_air)
    old = w.bound(world, team.id, here)
    made = world.propose(w.DUTY, {**_only(world, here, there, team.id), "release": [team.id]})
    world.handle(AdvanceAssignment(assignment_id=old, to="accepted"), w.DUTY)
    before = world.queries.revision()
    with pytest.raises(Stale, match=team.name):
        world.handle(IssueDispatch(plan_id=made.id), w.DUTY)
    world.handle(AdvanceAssignment(assignment_id=old, to="cancelled"), w.DUTY)
    w.bound(world, team.id, there)
    with pytest.raises((Conflict, Stale), match=team.name):
        world.handle(IssueDispatch(plan_id=made.id), w.DUTY)
    assert world.queries.revision() == before + 2


def test_a_released_team_the_plan_does_not_need_is_told_and_left(world):
    """It stands under `freed`, and issuing recalls nobody."""
    here, there = w.incidents(world)
    team = next(t for t in w.seen(world).available_teams() if "搜救" in t.provides).id
    w.bound(world, team, here)
    asked = {
        "incidents": [
            {"id": here, "needs": [], "supplies": []},
            {"id": there, "needs": [{"capability": "通信保障", "amount": 2}], "supplies": []},
        ],
        "release": [team], "bans": [[team, here], [team, there]],
    }  # fmt: skip
    made = world.propose(w.DUTY, asked)
    assert [r["team"] for r in made.answer["freed"]] == [team]
    world.handle(IssueDispatch(plan_id=made.id), w.DUTY)
    assert w.seen(world).assignment_of_team(team).incident_id == here


def test_what_a_hand_changed_of_a_plan_is_told_and_checked_again(world):
    """Journal, order and certificate say what departs; the rules run over what was ordered."""
    here = w.incidents(world)[0]
    made = world.propose(w.DUTY, w.small(world))
    first, *rest = made.answer["assignments"]
    planned = {r["team"] for r in made.answer["assignments"]}
    more = next(t for t in w.seen(world).available_teams()
                if t.id not in planned and "搜救" in t.provides)  # fmt: skip
    wanted = [WantedTeam(team=r["team"], incident=r["incident"]) for r in rest]
    wanted.append(WantedTeam(team=more.id, incident=here))
    done = world.handle(IssueDispatch(plan_id=made.id, assignments=tuple(wanted)), w.DUTY).body
    assert f"增派 {more.name}" in done["by_hand"]
    assert f"未下达 {first['name']}" in done["by_hand"]
    assert "代价较方案 +" in done["by_hand"]
    assert [c for c in done["checks"] if not c["ok"]] == []
    line = world.queries.journal(w.DUTY, limit=5000)[-1]["summary"]
    assert f"方案 {made.id} 经人工改动：增派 {more.name}" in line
    assert "实令核验 9/9 通过" in line
    [order] = world.certificate(w.DUTY, made.id)["orders"]
    assert (order["number"], order["by_hand"]) == (done["number"], done["by_hand"])


def test_an_order_just_as_planned_departs_in_nothing(world):
    """The rows of the plan sent along with its id are the plan."""
    made = world.propose(w.DUTY, w.small(world))
    wanted = tuple(
        WantedTeam(team=r["team"], incident=r["incident"]) for r in made.answer["assignments"]
    )
    done = world.handle(IssueDispatch(plan_id=made.id, assignments=wanted), w.DUTY).body
    assert (done["by_hand"], done["checks"]) == ("", [])
    assert "人工改动" not in world.queries.journal(w.DUTY, limit=5000)[-1]["summary"]


def test_a_plan_keeps_near_the_last_one(world):
    """With `previous` little moves, and the diff says what does."""
    first = world.propose(w.DUTY, w.small(world))
    same = world.propose(w.DUTY, w.small(world, previous=first.id))
    changed = same.answer["diff"]
    assert (changed["added"], changed["dropped"], changed["moved"]) == ([], [], [])
    assert len(changed["kept"]) == len(first.answer["assignments"])
    gone = changed["kept"][0]
    was = {r["team"]: r["incident"] for r in first.answer["assignments"]}
    pair = [gone, was[gone]]
    banned = world.propose(w.DUTY, w.small(world, previous=first.id, bans=[pair]))
    assert gone not in banned.answer["diff"]["kept"]
    with pytest.raises(NotFound):
        world.propose(w.DUTY, w.small(world, previous="PL-9999"))


def test_a_lot_another_officer_drew_on_is_a_conflict_only_when_it_is_short(world):
    """What still suffices is issued; what does not is named with what is free."""
    here, there = w.incidents(world)
    lots = w.seen(world).lots.values()
    lot = next(x for x in lots if x.depot_id.startswith("EX-D") and x.free > 20)
    asked = {
        "incidents": [{"id": here, "needs": [], "supplies": [{"item": lot.item_id, "amount": 10}]}]
    }
    made = world.propose(w.DUTY, asked)
    row = made.answer["transfers"][0]
    free = w.seen(world).lots[row["lot"]].free

    def draw(amount):
        wanted = (WantedLot(lot=row["lot"], incident=there, amount=amount),)
        return world.handle(IssueDispatch(transfers=wanted), w.DUTY)

    draw(1)
    assert world.handle(IssueDispatch(plan_id=made.id), w.DUTY).body["transfers"]
    draw(free - 1 - row["amount"] - 1)
    with pytest.raises(Conflict, match="可调 1"):
        world.handle(IssueDispatch(plan_id=made.id), w.DUTY)
