"""The exercise's overlay: enough of it, everywhere, and every piece marked as assumed."""

from collections import Counter
from dataclasses import replace

from data.domain.capabilities import CAPABILITIES
from data.domain.depot import Depot, Lot
from data.domain.stock_alerts import OWNERS, owner_of
from data.exercise.overlay import load_overlay
from data.exercise.seating import PREFECTURES
from data.ingest.seeding import reference_things

OVERLAY = load_overlay()


def test_there_is_enough_to_keep_some_back():
    """At least 120 teams, 40 items and 30 depots with stock; three helicopters."""
    assert len(OVERLAY.teams) >= 120
    assert len(OVERLAY.items) >= 40
    assert len({lot.depot_id for lot in OVERLAY.lots}) >= 30
    assert sum(t.provides.get("航空救援", 0) for t in OVERLAY.teams) == 3


def test_everything_is_marked_as_assumed():
    """Each thing is of the exercise and says what it assumes."""
    assert all(thing.origin == "exercise" for thing in OVERLAY.things)
    for thing in (*OVERLAY.teams, *OVERLAY.depots, *OVERLAY.lots):
        assert thing.assumption.startswith("演练假定"), thing.id
    assert all(t.coord_is_stand_in for t in (*OVERLAY.teams, *OVERLAY.depots))


def test_ids_are_unique_and_apart_from_the_real_ones():
    """No id twice, and all begin with EX-."""
    ids = [thing.id for thing in OVERLAY.things]
    assert not [i for i, n in Counter(ids).items() if n > 1]
    assert all(i.startswith("EX-") for i in ids)


def test_names_are_unique():
    """An officer can tell any two teams apart by name."""
    names = Counter(t.name for t in OVERLAY.teams)
    assert not [n for n, count in names.items() if count > 1]


def test_every_team_can_be_planned_with_known_capabilities():
    """Strength, position, known capabilities; nobody provides more people than it has."""
    for team in OVERLAY.teams:
        assert team.plannable, team.name
        for name, amount in team.provides.items():
            assert amount > 0
            assert not CAPABILITIES[name].people or amount <= team.people, (team.name, name)


def test_every_capability_is_provided_by_somebody():
    """No need can arise that nobody in the exercise could ever meet."""
    assert {name for t in OVERLAY.teams for name in t.provides} == set(CAPABILITIES)


def test_every_prefecture_has_teams_and_a_depot():
    """Keeping back matters everywhere."""
    for code, *_ in PREFECTURES:
        assert any(t.area_code == code for t in OVERLAY.teams)
        assert any(d.area_code == code for d in OVERLAY.depots)


def test_all_five_owners_have_stock():
    """中央, 省, 市, 县 and an enterprise: every owner's depot holds something, by its own level."""
    depots = {d.id: d for d in reference_things() if isinstance(d, Depot)}
    depots |= {d.id: d for d in OVERLAY.depots}
    stocked = {owner_of(depots[lot.depot_id].owner_level) for lot in OVERLAY.lots}
    assert stocked == set(OWNERS)


def test_sources_of_last_resort_are_there_and_said_to_be_invented():
    """Producers, a shop and a contract; each named as invented, of a known item."""
    assert {s.way for s in OVERLAY.suppliers} == {"产能", "采购", "协议代储"}
    items = {i.id for i in OVERLAY.items}
    for held in OVERLAY.suppliers:
        assert "虚构" in held.name
        assert held.source.startswith("演练假定")
        assert held.item_id in items
        assert held.per_day or held.stock


def test_lots_keep_something_back():
    """Each lot has stock, and its reserve floor is below it."""
    assert all(0 <= lot.keep < lot.on_hand for lot in OVERLAY.lots)
    assert any(lot.expires for lot in OVERLAY.lots)


def test_a_real_item_of_the_same_name_is_used():
    """The overlay fits itself to the real catalogue, full-width brackets or not."""
    real = replace(OVERLAY.items[0], id="IT-REAL", name="救灾帐篷（12㎡单）", origin="real")
    fitted = load_overlay(items=[real])
    assert len(fitted.items) == len(OVERLAY.items) - 1
    assert any(lot.item_id == "IT-REAL" for lot in fitted.lots)


def test_real_depots_that_cannot_issue_get_no_lots():
    """A depot not yet built stays empty; a real lot is not doubled."""
    closed = Depot(id="D01", name="x", lon=1, lat=1, status="在建")
    open_ = Depot(id="D02", name="x", lon=1, lat=1)
    first = next(lot for lot in OVERLAY.lots if lot.depot_id == "D02")
    real = Lot(id="L", depot_id="D02", item_id=first.item_id, on_hand=1)
    fitted = load_overlay(depots=[closed, open_], lots=[real])
    held = {(lot.depot_id, lot.item_id) for lot in fitted.lots}
    assert "D01" not in {d for d, _ in held}
    assert "D02" in {d for d, _ in held}
    assert ("D02", first.item_id) not in held
