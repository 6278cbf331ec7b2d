"""Grading: every boundary of every shipped table, the real cases, and what is assumed."""

import json
from dataclasses import fields, replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import data
from data.domain.grading import LEVELS, serious_near_miss, suggest
from data.domain.incident import Casualties
from data.domain.incident_types import INCIDENT_TYPES, incident_type
from data.errors import Invalid

TABLES = json.loads((Path(data.__file__).parent / "reference" / "grading.json").read_text("utf-8"))[
    "tables"
]
TYPE_OF = {"geohazard": "landslide", "production_accident": "hazchem"}

# How a measure is put into a report.
FEEDS = {
    "dead": lambda v: {"casualties": Casualties(dead=v)},
    "dead_missing": lambda v: {"casualties": Casualties(dead=v - v // 2, missing=v // 2)},
    "injured_serious": lambda v: {"casualties": Casualties(injured_serious=v)},
    "poisoned_or_serious": lambda v: {"casualties": Casualties(poisoned=v)},
    "threatened": lambda v: {"casualties": Casualties(threatened=v)},
    "evacuated": lambda v: {"casualties": Casualties(evacuated=v)},
    "loss_wan_yuan": lambda v: {"loss_wan_yuan": v},
    "potential_loss_wan_yuan": lambda v: {"potential_loss_wan_yuan": v},
    "area_ha": lambda v: {"area_ha": v},
    "magnitude_populated": lambda v: {"magnitude": v},
}
WHOLE = {
    "dead", "dead_missing", "injured_serious", "poisoned_or_serious", "threatened", "evacuated"
}  # fmt: skip


def boundaries():
    """(type, measure, value, level): each band's own low end, and the last value below it."""
    for table_id, table in TABLES.items():
        bands = [(lv, table["levels"].get(lv, {})) for lv in LEVELS]
        for level, band in bands:
            for measure in band.keys() & FEEDS.keys():
                low, high = band[measure]
                kind = TYPE_OF.get(table_id, table_id)
                yield kind, measure, low, level
                if high is not None:
                    step = 1 if measure in WHOLE else 0.01
                    yield kind, measure, high - step, level


def grade(kind, casualties=None, **figures):
    """The suggestion by the shipped tables."""
    return suggest(type=kind, casualties=casualties or Casualties(), tables=TABLES, **figures)


@pytest.mark.parametrize(("kind", "measure", "value", "level"), sorted(boundaries()))
def test_every_boundary_holds_its_own_number(kind, measure, value, level):
    """“以上”含本数，“以下”不含本数, in every band of every table."""
    assert grade(kind, **FEEDS[measure](value)).level == level


@pytest.mark.parametrize(
    ("dead", "word"),
    [(2, "一般"), (3, "较大"), (9, "较大"), (10, "重大"), (29, "重大"), (30, "特别重大")]
)  # fmt: skip
def test_deaths_of_an_accident(dead, word):
    """493号令第三条: 3, 10 and 30 deaths begin 较大, 重大 and 特别重大."""
    assert grade("hazchem", Casualties(dead=dead)).word == word


def test_nine_buried_is_a_provisional_medium_geohazard():
    """黄梅滑坡 9 人失联: Ⅲ 中型, like 较大, on the stated assumption."""
    found = grade("landslide", Casualties(missing=9))
    assert (found.level, found.word, found.equivalent) == ("III", "中型", "较大")
    assert found.provisional
    assert "失联 9 人按遇难计" in found.assumptions
    assert found.source
    assert any("死亡 9 人" in m for m in found.measures)


def test_first_and_follow_up_figures_of_the_xiantao_flash():
    """5伤4失联 is 较大 on an assumption; 6死4伤 is 较大 on none."""
    first = grade("hazchem", Casualties(missing=4, injured_minor=5))
    assert first.word == "较大"
    assert first.assumptions
    later = grade("hazchem", Casualties(dead=6, missing=0, injured_minor=4))
    assert later.word == "较大"
    assert not later.assumptions


def test_shiyan_gas_explosion_is_major():
    """26 dead, 37 seriously hurt, 5395.41 万元: 重大 by deaths and by loss."""
    found = grade(
        "gas_explosion", Casualties(dead=26, injured_serious=37), loss_wan_yuan=5395.41
    )  # fmt: skip
    assert found.word == "重大"
    assert len(found.measures) == 2


def test_shaziba_danger_is_the_gravest():
    """8397 people moved from a slide nobody died in: 险情特大型, the assumption told."""
    found = grade("landslide", Casualties(dead=0, evacuated=8397))
    assert (found.level, found.word) == ("I", "特大型")
    assert any("8397" in a for a in found.assumptions)


@pytest.mark.parametrize("kind", [k for k, t in INCIDENT_TYPES.items() if t.table is None])
def test_without_a_sourced_rule_nothing_is_graded(kind):
    """Flood, rain and their like stay 未定级 with the reason, whatever the figures."""
    found = grade(kind, Casualties(dead=14, missing=5))
    assert (found.level, found.word) == (None, "未定级")
    assert found.basis


def test_nothing_known_is_not_graded():
    """A report without figures waits for them."""
    assert grade("hazchem").level is None


def test_people_are_counted_poisoned_as_seriously_injured_by_the_decree():
    """重伤含急性工业中毒."""
    assert grade("hazchem", Casualties(injured_serious=6, poisoned=4)).word == "较大"


def test_a_city_earthquake_says_what_density_it_assumed():
    """A magnitude alone is graded for 人口较密集地区 and says what dense would be."""
    found = grade("earthquake", magnitude=5.2)
    assert found.word == "较大"
    assert "重大" in found.assumptions[0]


@pytest.mark.parametrize(
    ("text", "word"),
    [("设区的市级以上水源地取水中断", "特别重大"), ("县级", "重大"), ("county", "重大")]
)  # fmt: skip
def test_water_supply_cut(text, word):
    """A city's or a county's water source cut off grades by itself."""
    assert grade("environment", water_supply_cut=text).word == word


def test_below_the_tables_lowest_band_is_said():
    """The environment table knows nothing under 较大: 未定级 and why."""
    found = grade("environment", Casualties(dead=1))
    assert found.level is None
    assert "未达到" in found.basis


@pytest.mark.parametrize(
    ("casualties", "is_one"),
    [
        (Casualties(trapped=2), False), (Casualties(trapped=2, missing=1), True),
        (Casualties(evacuated=499), False), (Casualties(evacuated=500), True),
        (Casualties(threatened=9), False), (Casualties(threatened=10), True),
    ],
)  # fmt: skip
def test_serious_near_miss(casualties, is_one):
    """较大涉险: 10 endangered, 3 trapped or missing, 500 evacuated."""
    assert bool(serious_near_miss("mine", casualties)) is is_one


def test_an_unknown_type_is_refused_by_name():
    """The error names the field and the known types."""
    with pytest.raises(Invalid) as refused:
        incident_type("meteor")
    assert refused.value.errors[0]["field"] == "type"


counts = st.none() | st.integers(0, 60000)
people = st.builds(Casualties, **{f.name: counts for f in fields(Casualties)})


@given(
    kind=st.sampled_from(sorted(INCIDENT_TYPES)),
    before=people,
    name=st.sampled_from([f.name for f in fields(Casualties)]),
    more=st.integers(1, 40000),
)
def test_more_casualties_never_lower_the_grade(kind, before, name, more):
    """Adding people to any figure keeps or raises the level."""
    after = replace(before, **{name: (getattr(before, name) or 0) + more})
    rank = [*reversed(LEVELS)]
    levels = [grade(kind, c).level for c in (before, after)]
    lower, higher = (rank.index(v) if v else -1 for v in levels)
    assert higher >= lower
