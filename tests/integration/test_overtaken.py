"""What happened between a plan and its order: all of it in one refusal, each with its remedy."""

from dataclasses import replace

import pytest

from data.domain.messages import (
    CloseIncident,
    CompleteTeam,
    DrawZone,
    EndZone,
    IssueDispatch,
    StoreRows,
    WantedLot,
    WantedTeam,
)
from data.domain.messages.stock import MarkLot, TakeIn, WriteOff
from data.domain.org import SYSTEM
from data.domain.team import Team, TeamState
from data.errors import Conflict, IllegalMove, Invalid, Overtaken, Stale
from tests.integration import plan_world as w

OUTER, INNER = 0.02, 0.01  # degrees to each side of a team's home
CORNERS = ((-1, -1), (1, -1), (1, 1), (-1, 1), (-1, -1))


@pytest.fixture
def world(world, loaded):
    """With every road open again, too."""
    yield world
    for zone in w.seen(loaded).zones.values():
        if zone.kind == "closure" and zone.until is None:
            loaded.handle(EndZone(zone_id=zone.id), w.DUTY)


def _shut(center, team, label):
    """A belt closed round a team's home: what lies inside a closure may always leave it."""
    rings = [
        [[team.lon + side * x, team.lat + side * y] for x, y in CORNERS] for side in (OUTER, INNER)
    ]
    area = {"type": "Polygon", "coordinates": rings}
    center.handle(DrawZone(kind="closure", geometry=area, label=label), w.DUTY)


def _by_road(center, made):
    """The teams of a plan that go by road, as {team: incident}."""
    teams = w.seen(center).teams
    rows = made.answer["assignments"]
    return {r["team"]: r["incident"] for r in rows if not teams[r["team"]].moves_by_air}


def _completed(center, team, **more):
    """A team's record corrected: its strength."""
    center.handle(CompleteTeam(team_id=team, source="电话核实", **more), w.DUTY)


def test_what_changed_is_told_with_who_did_it(world):
    """A corrected team is stale: the field, both values, the account, and what to do."""
    made = world.propose(w.DUTY, w.small(world))
    key = next(iter(_by_road(world, made)))
    team = w.seen(world).teams[key]
    _completed(world, key, people=team.people + 3)
    with pytest.raises(Stale) as refused:
        world.handle(IssueDispatch(plan_id=made.id), w.DUTY)
    [row] = refused.value.holders
    assert (row["kind"], row["id"], row["thing"]) == ("changed", key, "team")
    assert f"人数 {team.people} → {team.people + 3}" in row["message"]
    assert "现为备勤" in row["message"]
    assert "省级值班员" in row["message"]
    assert row["remedy"] == "请核对后重新下达"


def test_a_way_cut_since_the_plan_is_refused(world):
    """The road, the minutes there were, the closure by name, and who could go instead."""
    made = world.propose(w.DUTY, w.small(world))
    key, incident = next(iter(_by_road(world, made).items()))
    team = w.seen(world).teams[key]
    _shut(world, team, "驻地断路")
    before = world.queries.revision()
    with pytest.raises(Overtaken) as refused:
        world.handle(IssueDispatch(plan_id=made.id), w.DUTY)
    rows = {h["id"]: h for h in refused.value.holders}
    assert rows[key]["kind"] == "cut"
    assert rows[key]["to_incident"] == incident
    assert "无路可通，原方案" in rows[key]["message"]
    assert "驻地断路" in rows[key]["message"]
    assert rows[key]["remedy"]
    assert key not in {b["team"] for b in rows[key]["next_best"]}
    assert world.queries.revision() == before


def test_a_team_sent_by_hand_without_a_way_is_ordered_and_said(world):
    """An order by hand is the officer's: it goes out, and the record says that no way is known."""
    here, _ = w.incidents(world)
    team = next(t for t in w.seen(world).available_teams() if not t.moves_by_air)
    _shut(world, team, "驻地断路")
    world.handle(IssueDispatch(assignments=(WantedTeam(team=team.id, incident=here),)), w.DUTY)
    line = world.queries.journal(w.DUTY, limit=5000)[-1]["summary"]
    assert f"{team.name} 无已知通路，到达时刻不明" in line


def test_teams_and_depots_that_are_not_fit_are_named_together(world):
    """A team of unknown strength and a depot that issues nothing: one refusal, both by field."""
    here, _ = w.incidents(world)
    blank = Team(id="TM-9999", name="未知队", area_code="421127", state=TeamState.STANDBY)
    seen = w.seen(world)
    lot = next(x for x in seen.lots.values() if x.free > 4 and seen.depots[x.depot_id].live)
    depot = seen.depots[lot.depot_id]
    world.handle(StoreRows(what="试验", things=(blank, replace(depot, status="在建"))), SYSTEM)
    with pytest.raises(Invalid) as refused:
        world.handle(
            IssueDispatch(
                assignments=(WantedTeam(team=blank.id, incident=here),),
                transfers=(WantedLot(lot=lot.id, incident=here, amount=1),),
            ),
            w.DUTY,
        )
    assert {h["kind"]: h["id"] for h in refused.value.holders} == {
        "unplannable": blank.id, "idle": lot.id,
    }  # fmt: skip
    assert {e["field"] for e in refused.value.errors} == {"assignments", "transfers"}
    now = w.seen(world).depots[depot.id]
    world.handle(StoreRows(what="试验", things=(replace(now, status=depot.status),)), SYSTEM)


def _with_stock(center):
    """A plan that sends stock to the first incident, and one of its loads."""
    here, _ = w.incidents(center)
    seen = w.seen(center)
    live = [x for x in seen.lots.values() if seen.depots[x.depot_id].live and x.free]
    scarce = {x.item_id for x in live if x.free <= 4}
    item = next(x.item_id for x in live if x.item_id not in scarce)  # whichever lot the plan takes
    rows = [{"id": here, "needs": [], "supplies": [{"item": item, "amount": 2}]}]
    made = center.propose(w.DUTY, {"incidents": rows, "keep_back": False})
    return made, made.answer["transfers"][0]


def test_stock_that_no_longer_suffices_says_what_became_of_it(world):
    """The amount there is, the amount wanted, and how it fell since the plan."""
    made, load = _with_stock(world)
    lot = w.seen(world).lots[load["lot"]]
    world.handle(WriteOff(lot_id=lot.id, amount=lot.free, reason="受潮"), SYSTEM)
    with pytest.raises(Conflict) as refused:
        world.handle(IssueDispatch(plan_id=made.id), w.DUTY)
    row = next(h for h in refused.value.holders if h["id"] == lot.id)
    assert row["kind"] == "short"
    assert f"此后在库 {lot.on_hand:g} → {lot.on_hand - lot.free:g}" in row["message"]
    world.handle(TakeIn(lot_id=lot.id, amount=lot.free, reason="补入"), SYSTEM)


def test_stock_is_stale_for_its_condition_and_not_for_what_others_took(world):
    """Goods found unfit since the plan are told; an amount that still suffices is not."""
    made, load = _with_stock(world)
    lot = w.seen(world).lots[load["lot"]]
    assert lot.free > load["amount"]
    world.handle(WriteOff(lot_id=lot.id, amount=1, reason="抽检"), SYSTEM)
    assert world.handle(IssueDispatch(plan_id=made.id), w.DUTY).body["transfers"]
    made, load = _with_stock(world)
    lot = w.seen(world).lots[load["lot"]]
    world.handle(MarkLot(lot_id=lot.id, condition="待修"), SYSTEM)
    with pytest.raises(Stale) as refused:
        world.handle(IssueDispatch(plan_id=made.id), w.DUTY)
    [row] = refused.value.holders
    assert row["id"] == lot.id
    assert "→ 待修" in row["message"]
    world.handle(MarkLot(lot_id=lot.id, condition=lot.condition or "完好"), SYSTEM)


def test_everything_that_happened_since_is_in_one_refusal(world):
    """An ended incident, a taken team, a cut road and a corrected team: each a row, none hidden."""
    here, there = w.incidents(world)
    made = world.propose(w.DUTY, w.small(world))
    goes = _by_road(world, made)
    taken, cut, changed = [t for t, i in goes.items() if i == here][:3]
    assert there in goes.values()
    seen = w.seen(world)
    _completed(world, changed, people=seen.teams[changed].people + 1)
    w.bound(world, taken, here)
    _shut(world, seen.teams[cut], "驻地断路")
    world.handle(CloseIncident(incident_id=there, reason="险情解除"), w.DUTY)
    before = world.queries.revision()
    with pytest.raises(Overtaken) as refused:
        world.handle(IssueDispatch(plan_id=made.id), w.DUTY)
    kinds = {h["id"]: h["kind"] for h in refused.value.holders}
    words = {h["id"]: h["message"] for h in refused.value.holders}
    assert "已由 王值班（调派" in words[taken]
    assert kinds[there] == "closed"
    assert kinds[taken] == "taken"
    assert kinds[cut] == "cut"
    assert kinds[changed] in {"changed", "cut"}
    assert all(h["message"] and h["remedy"] for h in refused.value.holders)
    assert all(h["message"] in refused.value.detail for h in refused.value.holders)
    assert "险情解除" in refused.value.detail
    assert world.queries.revision() == before
    alone = IssueDispatch(assignments=(WantedTeam(team=changed, incident=there),))
    with pytest.raises(IllegalMove, match="险情解除"):
        world.handle(alone, w.DUTY)
