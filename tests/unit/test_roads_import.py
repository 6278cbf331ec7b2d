"""A small road extract made here, compiled, and driven over: classes, one-ways, ramps, closures."""

import os

import osmium
import pytest
from osmium.osm.mutable import Node, Way
from shapely.geometry import box

from data.allocation.roadfile import load_roads, road_travel
from data.errors import Invalid, Unavailable
from data.ingest import osm_graph
from data.ingest.osm import import_roads
from data.ingest.osm_ways import class_of, direction_of, speed_of

X, Y = 114.0, 30.5  # everything stands round here; one step is 0.01 degree
# A town road 1-2-3-4 with a shape node 9 in it, an expressway 5-6-7 reached by ramps from 1 and
# to 4, a one-way street 3-8 and its way back 8-10-3, an island 20-21, a footpath 2-11.
PLACES = {
    1: (0, 0), 9: (1, 0), 2: (2, 0), 3: (4, 0), 4: (6, 0), 5: (0, 1), 6: (3, 1), 7: (6, 1),
    8: (4, -1), 10: (5, -1), 11: (2, -2), 12: (5, 0), 20: (30, 30), 21: (31, 30),
}  # fmt: skip
WAYS = [
    (101, [1, 9, 2], {"highway": "secondary", "name": "东街"}),
    (102, [2, 3, 12, 4], {"highway": "secondary", "name": "东街"}),
    (103, [5, 6, 7], {"highway": "motorway", "ref": "G1"}),
    (104, [1, 5], {"highway": "motorway_link"}),
    (105, [7, 4], {"highway": "motorway_link"}),
    (106, [3, 8], {"highway": "residential", "oneway": "yes"}),
    (107, [3, 10, 8], {"highway": "residential", "oneway": "-1"}),
    (108, [20, 21], {"highway": "unclassified", "maxspeed": "20"}),
    (109, [2, 11], {"highway": "footway"}),
    (110, [3, 999], {"highway": "residential"}),
]


def at(node):
    """Where a node of the small country is."""
    dx, dy = PLACES[node]
    return (round(X + dx / 100, 7), round(Y + dy / 100, 7))


def write_extract(path, places=PLACES, ways=WAYS, where=at):
    """An extract in the form OpenStreetMap gives."""
    with osmium.SimpleWriter(str(path)) as writer:
        for node in sorted(places):
            writer.add_node(Node(id=node, location=where(node)))
        for way, nodes, tags in ways:
            writer.add_way(Way(id=way, nodes=nodes, tags=tags))
    return path


@pytest.fixture
def travel(tmp_path, monkeypatch):
    """Travel over the small country, its island kept."""
    monkeypatch.setattr(osm_graph.compile_graph, "__defaults__", (2,))
    extract = write_extract(tmp_path / "small.osm.pbf")
    import_roads(extract, tmp_path / "roads.npz")
    return road_travel(tmp_path / "roads.npz")


def edge(travel, road_id):
    """One edge by its id."""
    return next(e for e in travel.edges([box(110, 29, 116, 33)]) if e["id"] == road_id)


def test_only_junctions_are_left(travel):
    """Shape nodes, footpaths and ways cut at the border of the extract leave no node."""
    known = set(travel.graph.keys.node.tolist())
    assert known == {1, 2, 3, 4, 5, 7, 8, 20, 21} - {2}
    assert len(edge(travel, "w101:1-3")["line"]) == 4


def test_what_is_known_about_the_graph_is_said(travel, tmp_path):
    """The description names the extract, and the licence of its makers."""
    assert "small.osm.pbf" in travel.describe()
    assert "OpenStreetMap" in travel.describe()
    _, about = load_roads(tmp_path / "roads.npz")
    assert about["one_way"] == 5


def test_a_faster_class_is_faster(travel):
    """The motorway, a little longer by its ramps, beats the town road, and is drawn."""
    way = travel.route(at(1), at(4))
    assert at(6) in way
    assert at(3) not in way
    slow = travel.minutes([at(1)], [at(4)], closed_roads=["w103:5-7"])[0][0]
    assert slow > travel.minutes([at(1)], [at(4)])[0][0]
    assert at(3) in travel.route(at(1), at(4), closed_roads=["w103:7-5"])


def test_an_expressway_is_left_and_joined_at_ramps_alone(travel):
    """From beside the motorway's middle one drives to a town road, not over the fence."""
    beside = at(6)
    assert travel.route(beside, at(4))[1] in {at(n) for n in (1, 3, 4, 8)}


def test_one_ways_hold(travel):
    """There by the short street, back by the long one; the motorway has no way back."""
    there, back = travel.minutes([at(3)], [at(8)])[0][0], travel.minutes([at(8)], [at(3)])[0][0]
    assert there < back
    assert at(10) in travel.route(at(8), at(3))
    assert at(6) not in travel.route(at(4), at(1))


def test_a_closure_cuts_the_roads_it_meets(travel):
    """A polygon over the motorway sends the way through the town, over both leaves none."""
    motorway = box(at(6)[0] - 0.001, at(6)[1] - 0.001, at(6)[0] + 0.001, at(6)[1] + 0.001)
    both = box(at(6)[0] - 0.001, Y - 0.001, at(6)[0] + 0.001, at(6)[1] + 0.001)
    assert at(3) in travel.route(at(1), at(4), [motorway])
    closed = travel.minutes([at(1)], [at(4)], closures=[motorway])[0][0]
    assert closed > travel.minutes([at(1)], [at(4)])[0][0]
    assert travel.minutes([at(1)], [at(4)], closures=[both]) == [[None]]
    assert travel.route(at(1), at(4), [both]) == []


def test_what_is_not_joined_cannot_be_reached(travel):
    """The island has its own roads and no way to the town."""
    assert travel.minutes([at(1)], [at(20)]) == [[None]]
    assert travel.route(at(1), at(20)) == []
    assert travel.minutes([at(21)], [at(20)])[0][0] == pytest.approx(0.957 / 18 * 60, rel=0.02)


def test_small_islands_of_roads_are_left_out(tmp_path):
    """Fragments of a few nodes are mapping errors; without them the nearest town road is used."""
    extract = write_extract(tmp_path / "small.osm.pbf")
    import_roads(extract, tmp_path / "roads.npz")
    graph, _ = load_roads(tmp_path / "roads.npz")
    assert 20 not in graph.keys.node


def test_long_roads_can_be_joined_on_the_way(tmp_path):
    """A road of twenty kilometres without a junction gets nodes every two."""
    places = {n: (n, 0) for n in range(1, 22)}
    ways = [(1, list(places), {"highway": "primary"})]
    extract = write_extract(
        tmp_path / "long.osm.pbf", places, ways, lambda n: (X + n / 100, Y)
    )
    import_roads(extract, tmp_path / "roads.npz")
    graph, _ = load_roads(tmp_path / "roads.npz")
    assert 7 <= len(graph.ends) <= 11
    whole = 20 * 0.9563 / 55 * 60
    assert graph.minutes.sum() == pytest.approx(whole, rel=0.01)


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("roads.osm.pbf", b"this is no extract at all", "不是完整的"),
        ("roads.osm", b'<osm version="0.6"><node id="1" lat="1,,2" lon="3"/></osm>', "不是完整的"),
        ("roads.osm.pbf", b"", "空文件"),
        ("roads.shp", b"x", "不是 OpenStreetMap"),
    ],
)
def test_a_wrong_file_is_named_with_the_remedy(tmp_path, name, content, said):
    """The message names the file and says what to bring."""
    path = tmp_path / name
    path.write_bytes(content)
    with pytest.raises(Invalid, match=said) as caught:
        import_roads(path, tmp_path / "out.npz")
    assert name in str(caught.value)
    assert not (tmp_path / "out.npz").exists()


def test_a_missing_file_is_named(tmp_path):
    """So does one that is not there."""
    with pytest.raises(Invalid, match="找不到文件"):
        import_roads(tmp_path / "none.osm.pbf", tmp_path / "out.npz")


def test_an_extract_of_elsewhere_is_refused(tmp_path):
    """Roads of another place are not Hubei's."""
    extract = write_extract(
        tmp_path / "far.osm.pbf", where=lambda n: (10 + PLACES[n][0] / 100, 50.0)
    )
    with pytest.raises(Invalid, match="湖北"):
        import_roads(extract, tmp_path / "out.npz")


def test_an_extract_without_roads_is_refused(tmp_path):
    """Footpaths alone make no graph."""
    ways = [(1, [1, 2], {"highway": "footway"})]
    extract = write_extract(tmp_path / "paths.osm.pbf", ways=ways)
    with pytest.raises(Invalid, match="没有可行车"):
        import_roads(extract, tmp_path / "out.npz")


def test_an_extract_without_its_nodes_is_refused(tmp_path):
    """Ways whose nodes are not in the file cannot be placed."""
    extract = write_extract(tmp_path / "bare.osm.pbf", places={})
    with pytest.raises(Invalid, match="没有坐标"):
        import_roads(extract, tmp_path / "out.npz")


@pytest.mark.parametrize(
    ("tags", "kind", "direction", "kmh"),
    [
        ({"highway": "motorway"}, "motorway", 1, 95),
        ({"highway": "motorway", "oneway": "no"}, "motorway", 0, 95),
        ({"highway": "primary", "maxspeed": "40"}, "primary", 0, 36),
        ({"highway": "primary", "maxspeed": "120"}, "primary", 0, 66),
        ({"highway": "primary", "maxspeed": "30 mph"}, "primary", 0, pytest.approx(43.45, abs=0.1)),
        ({"highway": "primary", "maxspeed": "signals"}, "primary", 0, 55),
        ({"highway": "tertiary", "junction": "roundabout"}, "tertiary", 1, 35),
        ({"highway": "residential", "oneway": "-1"}, "residential", -1, 25),
        ({"highway": "residential", "access": "no"}, None, 0, 0),
        ({"highway": "residential", "access": "no", "motor_vehicle": "yes"}, "residential", 0, 25),
        ({"highway": "service", "access": "private", "emergency": "yes"}, "service", 0, 15),
        ({"highway": "service", "service": "driveway"}, None, 0, 0),
        ({"highway": "track"}, None, 0, 0),
        ({"highway": "track", "tracktype": "grade1"}, "track", 0, 15),
        ({"highway": "construction"}, None, 0, 0),
    ],
)
def test_tags_mean_what_they_say(tags, kind, direction, kmh):
    """Class, direction and speed of a way by its tags."""
    assert class_of(tags) == kind
    if kind is not None:
        assert direction_of(tags, kind) == direction
        assert speed_of(tags, kind) == kmh


def test_long_ways_are_drawn_with_what_a_map_shows(tmp_path):
    """A winding road of many points keeps its ends and its bends, not each point."""
    places = {n: (n, 0) for n in range(1, 1001)}
    ways = [(1, list(places), {"highway": "primary"})]

    def where(n):
        return (X + n / 10_000, Y + (0.01 if n % 400 == 200 else 0))

    extract = write_extract(tmp_path / "long.osm.pbf", places, ways, where)
    import_roads(extract, tmp_path / "roads.npz")
    way = road_travel(tmp_path / "roads.npz").route(where(1), where(1000))
    assert len(way) < 100
    assert {where(1), where(200), where(600), where(1000)} <= set(way)


def test_a_damaged_graph_says_how_to_make_it_again(tmp_path):
    """A broken compiled file names the command that mends it."""
    (tmp_path / "roads.npz").write_bytes(os.urandom(100))
    with pytest.raises(Unavailable, match="import roads"):
        load_roads(tmp_path / "roads.npz")
