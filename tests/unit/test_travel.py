"""Travel times over a small made-up country: symmetric, monotone, closed by closures."""

import pytest
from shapely.geometry import box

from data.allocation.travel import AIR_START_MINUTES, Expressway, Seat, Travel

SEATS = {
    "a": Seat(112.0, 30.0), "b": Seat(113.0, 30.0), "c": Seat(114.0, 30.0),
    "d": Seat(113.0, 31.0), "e": Seat(109.5, 30.0, "422800"), "f": Seat(110.5, 30.0, "422800"),
}  # fmt: skip
WAYS = [["a", "b", "c"]]
PAIRS = [("a", "b"), ("b", "c"), ("a", "d"), ("d", "c"), ("e", "f"), ("f", "a")]
A, C = (112.01, 30.01), (114.01, 30.01)


@pytest.fixture
def travel():
    """Five seats, one expressway, ordinary roads."""
    return Travel(SEATS, WAYS, PAIRS)


def test_the_way_back_takes_as_long(travel):
    """There and back are equal."""
    there, back = travel.minutes([A], [C])[0][0], travel.minutes([C], [A])[0][0]
    assert there == pytest.approx(back, abs=0.2)


def test_further_takes_longer(travel):
    """Along one road a further place takes longer, and being there takes none."""
    near, far, none = travel.minutes([A], [(112.2, 30.0), C, A])[0]
    assert none == 0
    assert 0 < near < far


def test_the_expressway_is_faster_than_the_road():
    """The same country without its expressway is slower."""
    with_it = Travel(SEATS, WAYS, PAIRS).minutes([A], [C])[0][0]
    without = Travel(SEATS, [], PAIRS).minutes([A], [C])[0][0]
    assert with_it < without


def test_mountains_are_slower():
    """A degree of road takes longer in 恩施 than on the plain."""
    travel = Travel(SEATS, [], PAIRS)
    plain = travel.minutes([(112.0, 30.0)], [(113.0, 30.0)])[0][0]
    hills = travel.minutes([(109.5, 30.0)], [(110.5, 30.0)])[0][0]
    assert hills > plain * 1.2


def test_a_closure_lengthens_the_way_and_turns_the_route(travel):
    """A polygon across the direct roads sends the route round by the north."""
    shut = [box(112.4, 29.5, 112.6, 30.4)]
    assert travel.minutes([A], [C], closures=shut)[0][0] > travel.minutes([A], [C])[0][0]
    assert (113.0, 31.0) in travel.route(A, C, shut)
    assert (113.0, 31.0) not in travel.route(A, C)


def test_geojson_closures_count_the_same(travel):
    """A closure may be shapely or GeoJSON."""
    shut = box(112.4, 29.5, 112.6, 30.4)
    plain = {"type": "Polygon", "coordinates": [list(map(list, shut.exterior.coords))]}
    assert travel.minutes([A], [C], closures=[plain]) == travel.minutes([A], [C], closures=[shut])


def test_a_wall_all_round_leaves_no_way(travel):
    """Closed on every side there is no time and no route; by air there is."""
    ring = box(113.5, 29.0, 115.0, 31.5).difference(box(113.8, 29.6, 114.6, 30.4))
    assert travel.minutes([A], [C], closures=[ring]) == [[None]]
    assert travel.route(A, C, [ring]) == []
    assert travel.minutes([A], [C], closures=[ring], by_air=True)[0][0] > AIR_START_MINUTES


def test_rescuers_are_let_into_a_closed_area(travel):
    """A closure that holds the scene itself does not cut the last leg."""
    around = box(113.95, 29.95, 114.05, 30.05)
    assert travel.minutes([(114.2, 30.1)], [C], closures=[around])[0][0] is not None


def test_the_route_starts_and_ends_where_asked(travel):
    """The route holds both ends."""
    route = travel.route(A, C)
    assert (route[0], route[-1]) == (A, C)
    assert len(route) > 2


def test_an_unknown_seat_is_named():
    """A sequence naming a seat that is not there is refused by name."""
    with pytest.raises(ValueError, match="zz"):
        Travel(SEATS, [["a", "zz"]], [])


def test_a_named_road_is_closed_by_its_id_in_either_order():
    """Closing a road by id lengthens the way, whichever seat the id names first."""
    travel = Travel(SEATS, [Expressway("G1", "一号高速", ("a", "b", "c"))], PAIRS)
    open_minutes = travel.minutes([A], [C])[0][0]
    shut = travel.minutes([A], [C], closed_roads=["G1:a-b"])[0][0]
    assert shut > open_minutes
    assert travel.minutes([A], [C], closed_roads=["G1:b-a"])[0][0] == shut
    assert travel.minutes([A], [C], closed_roads=["G9:x-y"])[0][0] == open_minutes


def test_a_stretch_two_expressways_share_closes_by_either_number():
    """Both numbers of a shared stretch name the same road, which counts once."""
    ways = [Expressway("G1", "一号", ("a", "b", "c")), Expressway("S2", "二号", ("b", "a"))]
    travel = Travel(SEATS, ways, PAIRS)
    once = Travel(SEATS, [Expressway("G1", "一号", ("a", "b", "c"))], PAIRS)
    assert travel.minutes([A], [C]) == once.minutes([A], [C])
    by_first = travel.minutes([A], [C], closed_roads=["G1:a-b"])
    assert travel.minutes([A], [C], closed_roads=["S2:a-b"]) == by_first


def test_edges_are_named_and_close_what_they_say(travel):
    """Every edge has an id, a name and a line; closing all of them leaves legs alone."""
    edges = travel.edges()
    assert {e["cls"] for e in edges} == {"motorway", "ordinary"}
    assert all(e["name"] and len(e["line"]) == 2 for e in edges)
    assert len({e["id"] for e in edges}) == len(edges)
    everything = [e["id"] for e in edges]
    assert travel.minutes([A], [C], closed_roads=everything) == [[None]]
    assert travel.route(A, C, closed_roads=everything) == []


def test_edges_near_an_area_are_those_it_meets(travel):
    """Asked for an area, only the roads it meets come."""
    ids = {e["id"] for e in travel.edges(near=[box(112.4, 29.5, 112.6, 30.2)])}
    assert ids == {"X1:a-b", "R:a-b"}


def test_rescuers_get_out_of_a_closed_area(travel):
    """A closure that holds the start does not lock the team in; the way is as if it were not."""
    around = box(111.9, 29.9, 112.2, 30.1)
    assert travel.minutes([A], [C], closures=[around]) == travel.minutes([A], [C])


def test_each_start_is_bound_by_the_closures_that_do_not_hold_it(travel):
    """In one table, a start inside a closure and one outside get their own times."""
    wall = box(112.4, 29.5, 112.6, 30.4)
    inside, outside = (112.5, 30.0), A
    table = travel.minutes([inside, outside], [C], closures=[wall])
    assert table[0] == travel.minutes([inside], [C])[0]
    assert table[1] == travel.minutes([outside], [C], closures=[wall])[0]
    assert table[1][0] > travel.minutes([outside], [C])[0][0]


def test_the_route_takes_as_long_as_the_minutes_say(travel):
    """The way drawn is the way timed: it leaves the closed stretch out."""
    route = travel.route(A, C, closed_roads=["X1:a-b", "R:a-b"])
    assert (113.0, 31.0) in route


def test_it_says_what_it_rests_on(travel):
    """The description names the speeds it assumes."""
    assert "高速 100" in travel.describe()
