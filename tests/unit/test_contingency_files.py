"""Contingency files: what ships can be read and written back; what is wrong is named."""

from __future__ import annotations

import pytest

from data.domain.command_structure import lead_of
from data.domain.contingency import SAMPLE, Contingency
from data.domain.contingency_file import read, write
from data.domain.contingency_lines import lines_of, text_of
from data.domain.incident_types import INCIDENT_TYPES
from data.errors import Invalid
from data.ingest import reference

SHIPPED = reference.read_contingencies()
GOOD = "name: 甲\narea_code: '420000'\ntier: 省级\ntriggers:\n- {level: II, words: 大}\n"


@pytest.mark.parametrize(("stem", "text"), SHIPPED, ids=[s for s, _ in SHIPPED])
def test_a_shipped_file_survives_writing_and_names_every_source(stem, text):
    """Read, written, read again it is the same; each line has a source or says it is assumed."""
    plan = Contingency(id=stem, **read(text, f"{stem}.yaml"))
    assert Contingency(id=stem, **read(write(plan))) == plan
    assert plan.tasks
    assert plan.groups
    assert plan.levels == ("I", "II", "III", "IV")
    lines = [*plan.triggers, *plan.groups, *plan.tasks, *plan.needs, *plan.items]
    assert all(line.source for line in lines)
    assert "示例" in plan.name
    assert SAMPLE in plan.note + plan.source


@pytest.mark.parametrize(("stem", "text"), SHIPPED, ids=[s for s, _ in SHIPPED])
def test_the_form_shows_a_plan_in_lines_and_reads_the_same_plan_back(stem, text):
    """What the form is filled with, saved unchanged, is the plan it was filled with."""
    plan = Contingency(id=stem, **read(text, f"{stem}.yaml"))
    assert Contingency(id=stem, **read(text_of(lines_of(plan)))) == plan


def test_a_line_with_too_many_parts_is_named():
    """The refusal says which list, which line and how a line is written."""
    with pytest.raises(Invalid) as refused:
        text_of({"name": "甲", "needs": "Ⅱ｜搜救｜3｜60｜来源\nⅡ｜搜救｜3｜60｜来源｜多"})
    error = refused.value.errors[0]
    assert error["field"] == "needs[2]"
    assert "第 2 行多出 1 段" in error["message"]


def test_every_sample_asked_for_ships():
    """Flood, landslide, chemicals, forest fire, earthquake, mine, and one laid over others."""
    plans = [Contingency(id=s, **read(x)) for s, x in SHIPPED]
    named = {kind for p in plans for kind in p.types}
    assert {
        "flood",
        "landslide",
        "hazchem",
        "forest_fire",
        "earthquake",
        "mine",
        "tailings",
    } <= named
    assert [p.id for p in plans if p.overlay] == ["epidemic_overlay"]


@pytest.mark.parametrize(
    ("text", "field", "said"),
    [
        ("name: [", "text", "第 1 行"),
        ("- 甲", "text", "内容为空"),
        (GOOD.replace("name: 甲\n", ""), "name", "未填写"),
        (GOOD + "colour: 红\n", "colour", "没有这个字段"),
        (GOOD.replace("II", "五"), "triggers[1].level", "不是响应级别"),
        (GOOD + "types: [外星人]\n", "types[1]", "没有事件类型"),
        (GOOD + "tasks:\n- {title: 核, levels: [I]}\n", "tasks[1].levels", "没有这一级的启动条件"),
        (GOOD + "tasks:\n- {title: 核, levels: [II], minutes: 半小时}\n", "tasks[1].minutes",
         "不是分钟数"),
        (GOOD + "needs:\n- {capability: 搜救, amount: -3}\n", "needs[1].amount", "不是数量"),
        (GOOD + "groups:\n- {name: 综合组}\n- {name: 综合组}\n", "groups", "写了两次"),
        (GOOD + "overlay: 也许\n", "overlay", "不是是或否"),
    ],
)  # fmt: skip
def test_a_bad_file_is_refused_by_file_field_and_remedy(text, field, said):
    """The refusal names the file, where in it, what is wrong and what to do."""
    with pytest.raises(Invalid) as refused:
        read(text, "甲.yaml")
    error = refused.value.errors[0]
    assert error["field"] == field
    assert "甲.yaml" in error["message"]
    assert said in error["message"]
    assert error["remedy"]


def test_no_python_is_run_from_a_file():
    """A YAML tag that would call Python is refused as broken YAML."""
    with pytest.raises(Invalid):
        read("!!python/object/apply:os.system ['true']", "甲.yaml")


def test_each_type_has_one_leading_body_and_each_grade_a_level():
    """三委三部 covers every type once; 较大 is led by the city with a working group above."""
    structure = reference.read_structure()
    names = [name for body in structure["bodies"] for name in body["types"]]
    assert sorted(names) == sorted(t.name for t in INCIDENT_TYPES.values())
    lead = lead_of(structure, "flood", "III")
    assert (lead.group, lead.body, lead.tier) == ("三部", "省防汛抗旱指挥部", "prefecture")
    assert "工作组" in lead.words
    assert lead_of(structure, "flood", None).tier is None
