"""Dates running out and lists not met reach queue, handover and 值班快报 in one line."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from dashboard.components import follow_ups
from dashboard.documents import duty_papers
from data.domain.depot import Depot, Item, Lot
from data.domain.handover import open_items
from data.domain.org import Actor
from data.domain.situation import Situation
from data.domain.stock import StockNorm
from data.domain.stock_alerts import OWNERS, kept_for, owner_of, watched
from data.ingest.seeding import area_tree

AREAS = area_tree()
TENT = Item(id="IT-1", name="帐篷", unit="顶")


def seen(have: float = 100, *dates: str) -> Situation:
    """黄梅 keeps tents of a list of 100, and a box by each date."""
    depot = Depot(id="DP-1", name="黄梅库", area_code="421127")
    lots = [Lot(id="L-0", depot_id="DP-1", item_id="IT-1", on_hand=have)]
    lots += [
        Lot(id=f"L-{n}", depot_id="DP-1", item_id="IT-1", on_hand=1, expires=day)
        for n, day in enumerate(dates, 1)
    ]
    norm = StockNorm(id="QD-1", area_code="421127", item_id="IT-1", least=100, basis="县清单")
    return Situation(
        revision=7, at=datetime(2020, 7, 8, tzinfo=UTC), items={"IT-1": TENT},
        depots={"DP-1": depot}, lots={lot.id: lot for lot in lots}, norms={norm.id: norm},
    )  # fmt: skip


def rows(now: Situation, role: str, org: str) -> list[tuple[str, str, bool]]:
    """The queue's lines about stock."""
    held = follow_ups.waiting_for(now, Actor.of(role, role, org), AREAS)
    return [(w.title, w.note, w.urgent) for w in held if w.href == "/supplies#3"]


def test_one_line_says_what_lacks_and_what_runs_out() -> None:
    """A gap and a past date press; a near one is only shown; a date far off is nothing."""
    assert watched(seen(100, "2022-01-01"), AREAS, "421127") is None
    near = rows(seen(100, "2020-08-01"), "keeper", "421127")
    assert near == [("物资90 天内到期 1 批", "最早到期 帐篷 2020-08-01", False)]
    bad = seen(40, "2020-07-01", "2020-08-01")
    for role, org in (("keeper", "421127"), ("duty", "421127"), ("duty", "420000")):
        ((title, note, urgent),) = rows(bad, role, org)
        assert title == "物资低于储备清单 1 项、已过期 1 批、90 天内到期 1 批"
        assert "黄梅县帐篷缺 59 顶" in note
        assert urgent


def test_it_goes_only_to_whom_it_concerns() -> None:
    """A leader counts no boxes, and another county's keeper not these."""
    bad = seen(40, "2020-07-01")
    assert rows(bad, "leader", "420000") == []
    assert rows(bad, "keeper", "421126") == []


def test_the_next_shift_and_the_brief_are_told() -> None:
    """One line of the handover and one of the paper; neither where nothing is amiss."""
    bad, well = seen(40, "2020-07-01"), seen()
    (item,) = (i for i in open_items(bad, "421127", AREAS, {}) if i.kind == "物资预警")
    assert item.key == "stock:421127"
    assert "缺 60 顶" in item.detail
    assert not [i for i in open_items(well, "421127", AREAS, {}) if i.kind == "物资预警"]
    assert item.detail in str(duty_papers.brief(bad, AREAS, "421127", {}))
    assert "储备清单" not in str(duty_papers.brief(well, AREAS, "421127", {}))
    ended = replace(bad.norms["QD-1"], ended=True)
    assert watched(replace(seen(40), norms={"QD-1": ended}), AREAS, "421127") is None


@pytest.mark.parametrize(
    ("level", "owner", "code"),
    [
        ("中央", "中央", ""), ("国家级", "中央", ""), ("省", "省", "420000"),
        ("省级", "省", "420000"), ("市", "市", "421100"), ("市级", "市", "421100"),
        ("州级", "市", "421100"), ("县", "县", "421127"), ("县级", "县", "421127"),
        ("区级", "县", "421127"), ("企业", "企业产能", ""), ("企业产能", "企业产能", ""),
        ("区域", "", "421127"), ("", "", "421127"),
    ],
)  # fmt: skip
def test_each_owner_fills_its_own_list(level: str, owner: str, code: str) -> None:
    """Five owners; a depot in 黄梅 fills the list of its owner's level, none of the centre's."""
    depot = Depot(id="DP-1", name="库", owner_level=level, area_code="421127")
    assert owner_of(level) == owner
    assert owner in {*OWNERS, ""}
    assert kept_for(depot, AREAS) == code


def test_a_place_that_stands_at_both_levels_has_one_list() -> None:
    """仙桃's city and county depots fill 仙桃's list; a county's without a county fills none."""
    for level in ("市级", "县级"):
        depot = Depot(id="DP-1", name="库", owner_level=level, area_code="429004")
        assert kept_for(depot, AREAS) == "429004"
    lost = Depot(id="DP-1", name="库", owner_level="县级", area_code="421100")
    assert kept_for(lost, AREAS) == ""
    assert kept_for(replace(lost, owner_level="", area_code=None), AREAS) == "420000"
