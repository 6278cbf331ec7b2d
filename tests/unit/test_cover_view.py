"""The panel beside a plan: figures before and after, who loses, and nothing made up."""

import json

from dashboard.components.cover_view import panel
from tests.map_world import WorldCenter, actor, world


def text(made):
    """Everything the markup says, in order."""
    found = []

    def walk(node):
        if isinstance(node, dict):
            walk(node.get("props", {}).get("children"))
        elif isinstance(node, list):
            for one in node:
                walk(one)
        elif node is not None:
            found.append(str(node))

    walk(json.loads(json.dumps(made, default=lambda one: one.to_plotly_json())))
    return "|".join(found)


def pair(**given):
    """A plan's cover, small."""
    before = {
        "population_within": {"30": 50_000, "60": 90_000, "90": 90_000},
        "population_known": 100_000,
        "risk_within": {"30": 2, "60": 4, "90": 4}, "risk_known": 5, "population_unknown": 0,
    }  # fmt: skip
    after = before | {
        "population_within": {"30": 20_000, "60": 90_000, "90": 90_000},
        "risk_within": {"30": 1, "60": 4, "90": 4},
    }
    return {"capability": None, "before": before, "after": after, "losses": []} | given


def loss(name, lost, **given):
    """One county that loses."""
    return {
        "area_code": name, "name": name, "lost": lost, "population": 12_000, "risk": 0,
        "scene": None, "before_minutes": 10.0, "after_minutes": 95.0, "before_teams": 1,
        "after_teams": 0,
    } | given  # fmt: skip


def test_what_falls_is_shown_before_and_after():
    """People and risk within each limit, with the share of what is known."""
    said = text(panel(pair()))
    assert "30 分内|5万 → 2万|20.0%（−3万）|2 → 1|20.0%（−1）" in said
    assert "60 分内|9万|90.0%|4|80.0%" in said
    assert "没有县失去" in said


def test_losses_stand_worst_first_and_the_rest_is_counted():
    """The gravest are listed, the others and those reached later are counted, never dropped."""
    rows = [loss("黄梅", "last", scene="甲"), loss("武穴", "second", risk=3),
            loss("蕲春", "second", population=None), loss("阳新", "later")]  # fmt: skip
    said = text(panel(pair(losses=rows), most=2))
    worst = said.index("黄梅|失去最后一支|1.2万人 · 甲 事发地|10 → 95 分")
    assert worst < said.index("武穴|仅剩一支")
    assert "风险点 3" in said
    assert "另有 1 个县失去一支以上；1 个县到达变慢" in said
    assert "人口未知" in text(panel(pair(losses=rows)))


def test_each_capability_says_where_it_runs_out():
    """A capability the plan empties is named with its counties; one it leaves alone is not."""
    rows = [{"capability": "搜救犬", "last": 4, "second": 1, "later": 0},
            {"capability": "灭火", "last": 0, "second": 0, "later": 3}]  # fmt: skip
    said = text(panel(pair(by_capability=rows)))
    assert "分能力：搜救犬 失去最后一支 4 县、仅剩一支 1 县" in said
    assert "灭火" not in said


def test_unknown_is_said_and_not_shown_as_nought():
    """Unknown people are counted as unknown; with no known risk there is a dash, not 0 %."""
    given = pair()
    for when in ("before", "after"):
        given[when] = given[when] | {"population_unknown": 3, "risk_known": 0}
    said = text(panel(given))
    assert "3 个县人口未知，未计入" in said
    assert "尚无已登记的风险源" in said
    assert "30 分内|5万 → 2万|20.0%（−3万）|—" in said


def test_without_cover_it_says_so():
    """A plan made before cover was kept shows no figures."""
    assert "重新求解后显示" in text(panel(None))
    assert "重新求解后显示" in text(panel({}))


def test_it_takes_what_a_plan_carries():
    """The answer of the service is what the panel reads."""
    center = WorldCenter()
    center.plans["P-1"] = tuple(t for t in world().teams if t.startswith("TM-1"))[:28]
    said = text(panel(center.coverage(actor(), plan_id="P-1")))
    assert "失去最后一支" in said
    assert "任意救援力量，方案前 → 后" in said
