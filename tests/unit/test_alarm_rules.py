"""The rules of alarms by themselves: the file, windows, rungs, combinations."""

import random
from copy import deepcopy
from datetime import UTC, datetime, timedelta

import pytest

from data.domain.alarm import Family
from data.domain.rollup import Point, rolled
from data.domain.sensor import LEVELS, Sensor, Threshold
from data.domain.slot import Slot
from data.domain.watch import watched
from data.domain.windows import SumWindow
from data.errors import Invalid
from data.ingest import reference
from data.ingest.rule_book import rule_book
from data.ingest.rule_files import rule_file

BOOK = rule_book()
START = datetime(2026, 7, 1, tzinfo=UTC)


def test_every_rule_names_what_it_rests_on():
    """A source or 假定, for rules, levels, grouping, escalation and quantities alike."""
    for row in (*BOOK.rules, *BOOK.levels, *BOOK.groups, *BOOK.escalation, *BOOK.quantities):
        assert row.source
    assert BOOK.outage.source


def one(raw: dict, rule_id: str) -> dict:
    """A rule of a raw table."""
    return next(r for r in raw["rules"] if r["id"] == rule_id)


def test_the_levels_of_tables_are_those_of_the_rules():
    """Every level that has a colour can be imported and pushed, and no other."""
    assert sorted(LEVELS) == sorted(w.level for w in BOOK.levels)


@pytest.mark.parametrize(
    ("change", "word"),
    [
        (lambda raw: raw["rules"][0].update(hour=3), "不认识的字段 hour"),
        (lambda raw: raw["rules"].append(raw["rules"][0]), "出现两次"),
        (lambda raw: raw["rules"][0].update(quantities=["心情"]), "不在 quantities.csv"),
        (lambda raw: raw["rules"][0].pop("hours"), "缺少 hours"),
        (lambda raw: raw["rules"][0].update(colour="绿"), "colour"),
        (lambda raw: raw["rules"][-1].pop("together"), "组合条件"),
        (lambda raw: raw.pop("outage"), "outage"),
        (lambda raw: raw["rules"].append({**one(raw, "displacement-rise"), "id": "slide"}),
         "displacement-rise 和 slide 都判监测量“位移”的.*合为一条"),
        (lambda raw: raw["rules"].append({**one(raw, "missing"), "id": "lost"}), "missing 和 lost"),
        (lambda raw: one(raw, "river-rise").update(source_kinds=["水库"]),
         "river-rise 写了 source_kinds"),
        (lambda raw: one(raw, "rain-3h-50").update(source_kinds=["水库"]), "删去 source_kinds"),
        (lambda raw: one(raw, "stuck").update(quantities=["水位"]), "stuck 写了 quantities"),
        (lambda raw: one(raw, "hazchem-gas").update(each="item"), "hazchem-gas 的 each 是 item"),
        (lambda raw: one(raw, "hazchem-gas").update(colour="yellow"), "hazchem-gas 的 colour"),
    ],
)
def test_a_rule_that_cannot_be_read_is_named(change, word):
    """A slip of the pen stops the start and says where; nothing is silently left out."""
    raw = deepcopy(reference.read_alarm_rules())
    change(raw)
    with pytest.raises(Invalid, match=word):
        rule_book(raw)


def test_ones_own_rules_take_the_place_of_the_shipped(tmp_path):
    """`rules/alarm_rules.yaml` of the state folder is read first; broken, it is named."""
    assert not rule_file("alarm_rules", tmp_path).own
    mine = tmp_path / "rules" / "alarm_rules.yaml"
    mine.parent.mkdir()
    text = (reference.REFERENCE / "alarm_rules.yaml").read_text("utf-8")
    mine.write_text(text.replace("minutes: 5,", "minutes: 7,"), "utf-8")
    held = rule_file("alarm_rules", tmp_path)
    assert held.own
    assert rule_book(held.content).stages("red")[0].minutes == 7
    mine.write_text(text.replace("family: sum", "family: summe"), "utf-8")
    with pytest.raises(Invalid, match="alarm_rules"):
        rule_file("alarm_rules", tmp_path)


def test_sums_are_those_of_a_plain_count():
    """Random rain over random pauses: each span's sum as counted from the list itself."""
    draw = random.Random(651)
    spans = (3 * 3600.0, 6 * 3600.0, 12 * 3600.0)
    window, fell, at = SumWindow(spans), [], 0.0
    for _ in range(4000):
        at += draw.choice((60, 300, 600, 3600, 9000))
        amount = draw.choice((0.0, 0.5, 2.0, 17.5))
        if amount:
            window.add(at, amount)
            fell.append((at, amount))
        plain = [sum(a for t, a in fell if at - span < t <= at) for span in spans]
        assert window.sums(at) == pytest.approx(plain, abs=1e-6)


def test_the_quick_look_sees_what_the_plain_one_sees():
    """Random walks on both sides of a ladder: the band never hides a change of rung."""
    draw = random.Random(27)
    rungs = (("低低", 0.5, True), ("低", 1.0, True), ("高", 8.0, False), ("高高", 9.0, False))
    levels = tuple(Threshold(level=w, value=v, below=b) for w, v, b in rungs)
    sensor = Sensor(id="T", name="罐", quantity="液位", thresholds=levels)
    slot, held, value = Slot(sensor, BOOK), None, 5.0
    seen: list[str] = []
    plain: list[str] = []
    for n in range(20_000):
        value = round(min(10.0, max(0.0, value + draw.uniform(-0.8, 0.8))), 2)
        at = START + timedelta(seconds=10 * n)
        events = slot.take(at.timestamp(), value) or ()
        seen += [
            f"{e.does} {e.threshold.level} {n}" for e in events if e.family == Family.LEVEL
        ]
        now = watched(sensor, held, value, at.date(), BOOK.hysteresis(sensor, 0.0))
        said = "raise" if now.raises else "ease" if now.eases else "clear" if now.clears else ""
        if said:
            plain.append(f"{said} {(now.rung or held).level} {n}")
        held = now.rung
    assert seen == plain
    assert len(plain) > 100


def points(*colours: str, item: str = "坝体位移", quantity: str = "位移") -> list[Point]:
    """Points of one item."""
    return [Point(quantity=quantity, item=item, colour=c) for c in colours]


def items(*colours: str) -> list[Point]:
    """One point of each of so many items."""
    return [p for n, c in enumerate(colours) for p in points(c, item=f"项目{n}")]


@pytest.mark.parametrize(
    ("held", "rule"),
    [
        (points(*["blue"] * 3), None),
        (points(*["blue"] * 4), "tailings-point-blue"),
        (points(*["blue"] * 3, "yellow"), None),  # the point says as much itself
        (points(*["yellow"] * 3), "tailings-point-yellow"),
        (points("orange", "orange"), "tailings-point-orange"),
        (points("orange", "red"), None),
        ([p for n in range(4) for p in points("blue", item=f"项目{n}")], "tailings-item-blue"),
        ([p for n in range(3) for p in points("blue", item=f"项目{n}")], None),
        ([p for n in range(3) for p in points("yellow", item=f"项目{n}")], "tailings-item-yellow"),
        ([p for n in range(2) for p in points("orange", item=f"项目{n}")], "tailings-item-orange"),
        # three items each lifted to yellow by four blue points are an orange pond
        ([p for n in range(3) for p in points(*["blue"] * 4, item=f"项目{n}")],
         "tailings-item-yellow"),
        # lower colours count upward: 2 yellow and 4 blue are 3 yellow, at both steps
        (points("yellow", "yellow", *["blue"] * 4), "tailings-point-yellow"),
        (points("yellow", "yellow", *["blue"] * 3), None),
        (points("orange", "yellow", "yellow", *["blue"] * 4), "tailings-point-orange"),
        (points("orange", "yellow", "yellow"), None),
        (points(*["blue"] * 12), "tailings-point-yellow"),
        (items("yellow", "yellow", *["blue"] * 4), "tailings-item-yellow"),
        (items("yellow", "yellow", *["blue"] * 3), None),
        (items("orange", "yellow", "yellow", *["blue"] * 4), "tailings-item-orange"),
        (items("orange", "yellow", "yellow"), None),
        (points("", "", ""), None),
    ],
)  # fmt: skip
def test_a_pond_rolls_up_as_its_rule_says(held, rule):
    """From points to items to the pond; a combination no graver than a point adds nothing."""
    for order in (held, held[::-1]):
        found = rolled(BOOK.combinations("尾矿库"), order).rule
        assert (found.id if found else None) == rule


def test_every_item_of_a_pond_that_can_be_measured_has_a_quantity():
    """The text's items but 视频; what counts beside them says that this is assumed."""
    text = {"坝体位移", "浸润线", "干滩长度及坡度", "降水量", "库水位", "库区滑坡体位移"}
    assert text <= {q.item for q in BOOK.quantities}
    assert all("（假定）" in q.note for q in BOOK.quantities if q.item and q.item not in text)
    assert {BOOK.named[q].item for q in ("干滩长度", "干滩坡度")} == {"干滩长度及坡度"}
    assert "暴雨级" in BOOK.by_id["rain-6h-50"].source


def test_two_things_at_once_are_graver_than_each():
    """High water and heavy rain at one reservoir."""
    rules = BOOK.combinations("水库")
    high = points("blue", item="库水位", quantity="水位")
    rain = points("yellow", item="降水量", quantity="雨量")
    assert rolled(rules, high).rule is None
    assert rolled(rules, [*high, *rain]).rule.id == "reservoir-rain"
    counter = points("yellow", item="降水量", quantity="累计雨量")
    assert rolled(rules, [*high, *counter]).rule.id == "reservoir-rain-total"
