"""The table of deadlines is read strictly; a department's own file replaces the shipped one."""

import json
from copy import deepcopy

import pytest

from dashboard.components.filing_views import rules_view
from data.domain.reporting_rules import read_reporting
from data.errors import Invalid
from data.ingest.reference import read_rules
from data.ingest.rule_files import rule_file

SHIPPED = read_rules("reporting")


def test_the_shipped_table_is_read():
    """Every rule shipped has its basis and its source."""
    assert read_reporting(SHIPPED, "x") is SHIPPED


def test_the_page_says_what_starts_each_clock_and_how_long_it_runs():
    """A line each: from what, for how long, on what basis, and how far it is to be trusted."""
    rows = {}
    for line in rules_view(SHIPPED)[1].children[1].children:
        cells = [str(getattr(cell, "children", "")) for cell in line.children]
        rows[cells[0]] = cells[2:]
    assert rows["出动报国家中心"][:2] == ["首支队伍出动", "30 分钟内"]
    assert rows["核报（县2日内）"][:2] == ["终报报出或事件结束", "2 日内"]
    assert rows["核报（市3日内）"][1] == "3 日内"
    assert rows["伤亡变化补报（30日内）"][:2] == ["事发", "30 日内"]
    assert rows["湖北省1小时书面报告"][:2] == ["事发", "60 分钟内"]
    assert rows["湖北省1小时书面报告"][-1] == "假定，未启用"
    assert all(row[0] and row[2] for row in rows.values())


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"kind": "sometimes"}, "kind 是“sometimes”"),
        ({"basis": ""}, "缺 basis"),
        ({"limit_min": 0}, "limit_min 应是大于 0"),
        ({"start": "yesterday"}, "start 应为"),
        ({"done": "filed:moon"}, "done 应为"),
        ({"tier": "village"}, "tier 是“village”"),
        ({"levels": ["V"]}, "levels 只能含"),
        ({"regulation": "none"}, "regulation 是“none”"),
        ({"limitmin": 5}, "看不懂 limitmin"),
        ({"done": "sent:"}, "sent: 加收文单位"),
        ({"types": ["rain of frogs"]}, "不是事件类型"),
        ({"off": "yes"}, "off 应为"),
        ({"kind": "change"}, "缺 days"),
        ({"kind": "change", "days": 0}, "看不懂"),
        ({"id": "ps-county"}, "id 重复"),
        ({"id": ""}, "没有 id"),
    ],
)
def test_a_rule_that_cannot_be_read_is_named(change, said):
    """File, number, name, field and remedy."""
    rules = deepcopy(SHIPPED)
    rules["clocks"].append({**rules["clocks"][0], "id": "own-1", **change})
    with pytest.raises(ValueError, match=r"own\.json 第") as caught:
        read_reporting(rules, "own.json")
    assert said in str(caught.value)


def test_escalation_is_part_of_the_table():
    """Without it, or with none of its figures, nothing starts."""
    rules = {k: v for k, v in SHIPPED.items() if k != "escalation"}
    with pytest.raises(ValueError, match="没有 escalation"):
        read_reporting(rules, "own.json")
    rules["escalation"] = {"repeat_min": 0, "rounds": 2, "instruction_min": 5, "basis": "x"}
    with pytest.raises(ValueError, match="repeat_min、instruction_min 应大于 0"):
        read_reporting(rules, "own.json")


def test_ones_own_file_takes_the_place_of_the_shipped_one(tmp_path):
    """Under rules/ in the state folder; broken, it is named with what to do."""
    assert not rule_file("reporting", tmp_path).own
    own = deepcopy(SHIPPED)
    own["clocks"][0]["limit_min"] = 30
    folder = tmp_path / "rules"
    folder.mkdir()
    (folder / "reporting.json").write_text(json.dumps(own), "utf-8")
    held = rule_file("reporting", tmp_path)
    assert held.own
    assert held.content["clocks"][0]["limit_min"] == 30
    (folder / "reporting.json").write_text("{", "utf-8")
    with pytest.raises(Invalid, match=r"reporting\.json 读不懂.*移开此文件"):
        rule_file("reporting", tmp_path)
    (folder / "authority.yaml").write_text("dispatch: [{kind: own}]", "utf-8")
    with pytest.raises(Invalid, match="dispatch 第 1 行看不懂"):
        rule_file("authority", tmp_path)
