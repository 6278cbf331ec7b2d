"""The gap layer and the catalogue's tree: what is missing where, and every item in its class."""

from dataclasses import replace
from datetime import UTC, datetime

import geopandas as gpd
from shapely.geometry import box

from dashboard.components.flat import flat
from dashboard.components.ledger_alerts import short_view
from dashboard.components.ledger_catalogue import tree_view
from dashboard.geo_gaps import gap_body, gap_frames
from data.domain.depot import Depot, Item, Lot
from data.domain.item_classes import MAJORS, UNSORTED, catalogue, class_words, code_of
from data.domain.org import Actor
from data.domain.situation import Situation
from data.domain.stock import StockNorm
from data.domain.stock_alerts import gaps
from data.ingest.seeding import area_tree, reference_things
from layers import supply_gaps
from layers.base import CRS
from layers.catalog import ASKED, LAYERS, MOVING

AREAS = area_tree()
TENT = Item(id="IT-1", name="帐篷", unit="顶", major="1", scenario="安置")
SAW = Item(id="IT-2", name="油锯", unit="台", major="2", code="2010203")
ODD = Item(id="IT-3", name="杂项", unit="件")


def seen(have: float) -> Situation:
    """黄梅 holds so many tents of a list of 100; 黄冈 has a list it meets."""
    depots = [
        Depot(id="DP-1", name="黄梅库", area_code="421127", lon=115.9, lat=30.0),
        Depot(id="DP-2", name="黄冈库", owner_level="市级", area_code="421102"),
    ]
    lots = [
        Lot(id="L-1", depot_id="DP-1", item_id="IT-1", on_hand=have),
        Lot(id="L-2", depot_id="DP-2", item_id="IT-1", on_hand=1),
    ]
    norms = (
        StockNorm(id="QD-1", area_code="421127", item_id="IT-1", least=100, basis="县清单"),
        StockNorm(id="QD-2", area_code="421100", item_id="IT-1", least=1, basis="市清单"),
    )
    return Situation(
        revision=7, at=datetime(2020, 7, 8, tzinfo=UTC), items={i.id: i for i in (TENT, SAW, ODD)},
        depots={d.id: d for d in depots}, lots={x.id: x for x in lots},
        norms={n.id: n for n in norms},
    )  # fmt: skip


def test_an_area_is_coloured_by_the_line_it_lacks_most_of():
    """A tenth missing, then nine tenths; the city that meets its list is quiet."""
    little, much = (gap_body(seen(n), AREAS, "420000")["areas"] for n in (90, 10))
    assert set(little) == {"421127", "421100"}
    assert little["421127"]["missing"] == 0.1
    assert little["421127"]["label"] == "缺 1 项"
    assert little["421100"]["label"] is None
    assert much["421127"]["colour"] != little["421127"]["colour"]
    assert much["421127"]["dash"]
    assert "帐篷 90 顶" in much["421127"]["tip"]


def test_the_layer_and_the_table_count_by_owner():
    """The centre's tents in 黄梅 fill nobody's list, the county's not the city's: both say so."""
    centre = Depot(id="DP-3", name="中央库", owner_level="中央", area_code="421127")
    now = seen(10)
    now = replace(
        now, depots={**now.depots, "DP-3": centre},
        lots={**now.lots, "L-3": Lot(id="L-3", depot_id="DP-3", item_id="IT-1", on_hand=900),
              "L-2": replace(now.lots["L-2"], on_hand=0)},
    )  # fmt: skip
    drawn = gap_body(now, AREAS, "420000")["areas"]
    listed = {c: [s.gap for s in short] for c, short in gaps(now, AREAS).items()}
    assert listed == {"421100": [1], "421127": [90]}
    assert {c: drawn[c]["label"] for c in listed} == {"421100": "缺 1 项", "421127": "缺 1 项"}
    assert "帐篷 90 顶" in drawn["421127"]["tip"]
    table = str(flat(short_view(now, Actor.of("keeper", "keeper", "420000"), AREAS)))
    assert "90" in table
    assert "中央和企业的库不计入" in table


def test_the_county_lies_over_its_city():
    """Drawn in order: the city first, so that the county's own list is seen."""
    codes = list(gap_frames(seen(10), AREAS, "420000")["supply_gaps"]["code"])
    assert codes == ["421100", "421127"]


def test_a_county_sees_its_own_list_only():
    """The viewer's area cuts the layer as it cuts the table."""
    assert set(gap_body(seen(10), AREAS, "421127")["areas"]) == {"421127"}


def test_it_is_drawn_only_when_asked_for():
    """Off by default, sent by itself, empty without its frame."""
    assert supply_gaps.LAYER in ASKED
    assert supply_gaps.LAYER in LAYERS
    assert supply_gaps.LAYER not in MOVING
    assert not supply_gaps.LAYER.default_on
    assert supply_gaps.frame(seen(1), {}).empty


def test_each_step_has_its_line_in_the_legend():
    """Every area is counted once."""
    rows = [
        {"code": str(n), "name": "x", "missing": m, "lines": 1, "short": int(m > 0), "items": "",
         "geometry": box(0, 0, 1, 1)}
        for n, m in enumerate((0, 0.1, 0.4, 0.7, 1.0))
    ]  # fmt: skip
    given = gpd.GeoDataFrame(rows, geometry="geometry", crs=CRS)
    table = supply_gaps.frame(seen(1), {"supply_gaps": given})
    assert [line["areas"] for line in supply_gaps.key(table)] == [1, 1, 1, 2]


def test_the_catalogue_is_a_tree_by_class():
    """大类 by their sourced names, 中类 and 小类 by the digits items carry, the rest by use."""
    tree = catalogue((SAW, ODD, TENT))
    assert [b.name for b in tree] == [MAJORS["1"], MAJORS["2"], UNSORTED]
    (life, gear, rest) = tree
    (by_use,) = life.branches
    assert (by_use.name, by_use.items) == ("未定码 · 安置", (TENT,))
    (middle,) = gear.branches
    assert (middle.name, middle.branches[0].name) == ("中类 201", "小类 20102")
    assert middle.branches[0].items == (SAW,)
    assert sum(b.count for b in tree) == 3
    assert rest.count == 1


def test_an_item_without_a_code_says_so():
    """Seven digits or 未定码, the 大类 inferred, and what else was typed as a code."""
    assert class_words(SAW) == f"2010203（2 {MAJORS['2']}）"
    assert class_words(TENT) == f"未定码（大类 1 {MAJORS['1']}，推定）"
    assert class_words(ODD) == f"未定码（{UNSORTED}）"
    typed = replace(TENT, code="1-01")
    assert class_words(typed) == f"未定码（大类 1 {MAJORS['1']}，推定，登记为 1-01）"
    assert [code_of(i) for i in (SAW, TENT, typed)] == ["2010203", "未定码", "未定码"]


def test_the_shipped_catalogue_claims_no_code_that_was_not_found():
    """No source gives seven digits, so every shipped item is 未定码 under a sourced 大类."""
    items = [i for i in reference_things() if isinstance(i, Item)]
    assert {code_of(i) for i in items} == {"未定码"}
    assert all(any(name in class_words(i) for name in MAJORS.values()) for i in items)


def test_the_page_shows_every_item_once_and_filters():
    """What is typed is all that stands."""
    whole = str(flat(tree_view(seen(10))))
    assert "未定码" in whole
    assert "油锯" not in str(flat(tree_view(seen(10), "未定码")))
    assert all(whole.count(f">{name}<") == 1 for name in ("帐篷", "油锯", "杂项"))
    assert "油锯" not in str(flat(tree_view(seen(10), "帐篷")))
