"""What a plan is asked, read strictly: each fault is named in Chinese with what to do."""

import pytest

from data.errors import Invalid
from data.services import asking

GOOD = {"incidents": [{"id": "I-1"}]}
SQUARE = {
    "type": "Polygon",
    "coordinates": [[[115.8, 30.0], [115.9, 30.0], [115.9, 30.1], [115.8, 30.1], [115.8, 30.0]]],
}
EXTRA = {"id": "假设-1", "name": "假设火灾", "type": "fire", "lon": 114.3, "lat": 30.6}
NAN = float("nan")


def _needs(**row):
    return {"incidents": [{"id": "I-1", "needs": [{"capability": "搜救", "amount": 10, **row}]}]}


def test_what_is_left_out_has_its_default():
    """Cover is kept, daylight decides about flights, nothing is supposed."""
    read = asking.read(GOOD)
    assert (read.keep_back, read.flying, read.what_if) == (True, None, False)
    assert (read.locks, read.release, read.previous) == ((), (), None)
    assert [w.id for w in read.wanted] == ["I-1"]
    assert read.wanted[0].needs is None


def test_nothing_wanted_is_not_the_same_as_nothing_said():
    """An empty list asks for nothing; left out, the template speaks."""
    read = asking.read({"incidents": [{"id": "I-1", "needs": [], "supplies": []}]})
    assert read.wanted[0].needs == []
    assert read.wanted[0].supplies == []


@pytest.mark.parametrize(
    ("request_", "field", "words"),
    [
        ({}, "incidents", "没有指明事件"),
        ({"incidents": []}, "incidents", "没有指明事件"),
        ({"incidents": "I-1"}, "incidents", "应为列表"),
        ({"incidents": [{"id": ""}]}, "incidents", "编号为空"),
        ({"incidents": [{"id": "I-1"}, {"id": "I-1"}]}, "incidents", "不止一次"),
        ({"incidents": [{"id": "I-1", "colour": 1}]}, "incidents", "没有字段“colour”"),
        (GOOD | {"colour": 1}, "colour", "没有字段“colour”"),
        ({"incidents": [{"id": "I-1", "weight": -1}]}, "weight", "有误"),
        ({"incidents": [{"id": "I-1", "weight": NAN}]}, "weight", "不是有效数字"),
        ({"incidents": [{"id": "I-1", "weight": True}]}, "weight", "不是有效数字"),
        (_needs(capability="飞毯"), "needs", "没有专业能力“飞毯”"),
        (_needs(amount=0), "needs", "搜救的数量 0 有误"),
        (_needs(amount=-3), "needs", "有误"),
        (_needs(amount=NAN), "needs", "有误"),
        (_needs(amount="十"), "needs", "有误"),
        (_needs(by=-5), "needs", "为负"),
        (_needs(by="明天"), "needs", "期限“明天”有误"),
        (_needs(by="2020-07-08T07:30:00"), "needs", "期限"),
        (_needs(unit="只"), "needs", "单位不是“只”"),
        (_needs(people_equivalent=-1), "needs", "折合人数"),
        ({"incidents": [{"id": "I-1", "supplies": [{"amount": 3}]}]}, "supplies", "未填物资品类"),
        (GOOD | {"time_limit_s": 0}, "time_limit_s", "有误"),
        (GOOD | {"time_limit_s": 99}, "time_limit_s", "超过 30 秒"),
        (GOOD | {"keep_back": "no"}, "keep_back", "不是真或假"),
        (GOOD | {"flying": 1}, "flying", "不是真或假"),
        (GOOD | {"locks": [["T-1"]]}, "locks", "[队伍, 事件]"),
        (GOOD | {"locks": [["T-1", "I-1"], ["T-1", "I-2"]]}, "locks", "两起事件"),
        (GOOD | {"locks": [["T-1", "I-1"]], "bans": [["T-1", "I-1"]]}, "bans", "同时被指定和禁用"),
        (GOOD | {"release": [7]}, "release", "不是文字"),
        (GOOD | {"closures": [SQUARE]}, "closures", "只能用于推演"),
        (GOOD | {"closed_roads": ["G50:1-2"]}, "closed_roads", "只能用于推演"),
        (GOOD | {"extra_incidents": [EXTRA]}, "extra_incidents", "只能用于推演"),
        (GOOD | {"what_if": True, "closures": [{"type": "Point"}]}, "closures", "假设封控有误"),
    ],
)
def test_every_fault_is_named(request_, field, words):
    """The field, what is wrong in Chinese, and a remedy."""
    with pytest.raises(Invalid) as refused:
        asking.read(request_)
    fault = refused.value.errors[0]
    assert fault["field"] == field
    assert words in fault["message"]
    assert fault["remedy"]


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"id": "I-9"}, "不以“假设-”开头"),
        ({"lon": NAN}, "不在湖北附近"),
        ({"lat": None}, "不在湖北附近"),
        ({"lon": 2.3, "lat": 48.9}, "不在湖北附近"),
        ({"level": "V"}, "没有级别“V”"),
        ({"type": "地外"}, "不认识的事件类型"),
    ],
)
def test_a_supposed_incident_is_checked_too(change, words):
    """Its id says that it is supposed, its place and type make sense."""
    with pytest.raises(Invalid, match=words):
        asking.read({"what_if": True, "extra_incidents": [EXTRA | change]})


def test_what_is_invented_is_told():
    """A stored request says what of it never happened."""
    real = GOOD | {"what_if": True, "release": ["T-1"]}
    assert asking.invented(real) == []
    supposed = real | {"extra_incidents": [EXTRA], "closures": [SQUARE], "closed_roads": ["x"]}
    told = "、".join(asking.invented(supposed))
    assert "假设火灾" in told
    assert "封控 1 处" in told
    assert "断路 1 段" in told
