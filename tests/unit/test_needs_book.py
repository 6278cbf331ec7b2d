"""The table of needs: what is shipped, and what is wrong with a changed one, told by line."""

from __future__ import annotations

import pytest
import yaml

from data.domain.incident_types import INCIDENT_TYPES
from data.domain.needs_book import GRADES, SHIPPED, read_needs, shipped


@pytest.mark.parametrize("kind", list(INCIDENT_TYPES))
def test_every_type_and_grade_has_a_template(kind: str) -> None:
    """No incident is without needs, and a graver one never needs less."""
    wholes = []
    for grade in GRADES[:4]:
        line, growth = shipped().of(kind, grade)
        assert line.capabilities
        wholes.append(growth * sum(amount for _, amount, _ in line.capabilities))
    assert wholes == sorted(wholes, reverse=True)


def test_a_line_for_one_grade_stands_as_it_is() -> None:
    """It is not grown with the grade, and other grades keep the general line."""
    told = yaml.safe_load(SHIPPED.read_text(encoding="utf-8"))
    told["templates"].insert(
        0, {"types": ["mine"], "grade": "I", "basis": "演练", "capabilities": [["搜救", 7, 30]]}
    )
    book = read_needs(told)
    line, growth = book.of("mine", "I")
    assert (line.capabilities, growth) == ((("搜救", 7.0, 30.0),), 1.0)
    assert book.of("mine", "II") == shipped().of("mine", "II")


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("[搜救, 80, 120]", "[搜救, -80, 120]", "搜救的数量 “-80”应为大于 0 的数"),
        ("[搜救, 80, 120]", "[搜救, .nan, 120]", "应为大于 0 的数"),
        ("[搜救, 80, 120]", "[搜救, 80]", "应为 [名称, 数量, 分钟]"),
        ("[搜救, 80, 120]", "[潜水, 80, 120]", "没有“潜水”；可选：搜救"),
        ("[搜救, 80, 120]", "[破拆, 80, 120]", "同一名称写了两次"),
        ("[landslide,", "[lanslide,", "templates 第 1 条的类型 lanslide 不在类型表中"),
        ("none: 1}", "non: 1}", "scale里的 non 不认识"),
        ("[other]", "[mine]", "缺少不分级别的 other"),
        ("basis: 假定", "basis: ''", "templates 第 1 条没有 basis"),
        ("basis: 假定", "basis: 假定\n    grade: V", "grade “V”有误"),
        ("templates:", "template:", "template 不认识"),
    ],
)
def test_what_is_wrong_is_named(old: str, new: str, said: str) -> None:
    """The line, the field and the remedy stand in the message."""
    text = SHIPPED.read_text(encoding="utf-8")
    assert old in text
    with pytest.raises(ValueError, match=r".") as found:
        read_needs(yaml.safe_load(text.replace(old, new, 1)))
    assert said in str(found.value)
