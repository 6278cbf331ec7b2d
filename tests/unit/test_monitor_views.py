"""The monitoring page's own logic: filters and order, facts, the course, levels typed, rules."""

import re
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from dashboard.components import alarm_board, alarm_panel
from dashboard.components import alarm_words as aw
from dashboard.components import monitor_desk as md
from dashboard.components import monitor_list as ml
from dashboard.components.flat import flat
from dashboard.components.monitor_chart import figure
from dashboard.components.monitor_rules import rules_view
from dashboard.components.monitor_view import detail_view
from data.domain.alarm import Alarm, AlarmState, Escalation, Family
from data.domain.contingency import Contingency
from data.domain.feeding import Latest
from data.domain.history import History, HistoryBucket
from data.domain.org import Actor
from data.domain.sensor import Sensor, Threshold
from data.domain.situation import Situation
from data.domain.source import Neighbours, RiskSource
from data.domain.surge import Surge
from data.errors import Invalid
from data.ingest.rule_book import rule_book
from data.ingest.seeding import area_tree

NOW = datetime(2026, 7, 1, 4, 0, tzinfo=UTC)
AREAS, BOOK = area_tree(), rule_book()
DUTY = Actor.of("duty", "duty", "420000")
RUNGS = (
    Threshold(level="警戒", value=27.3, valid_to=date(2026, 6, 30), source="旧表"),
    Threshold(level="警戒", value=27.5, valid_from=date(2026, 7, 1), reason="新文", set_by="王某"),
)


def alarm(key: str = "AL-1", **more: object) -> Alarm:
    """汉口 over 警戒."""
    given = {
        "id": key, "sensor_id": "S-1", "sensor_name": "汉口", "level": "警戒", "value": 27.6,
        "threshold": 27.5, "raised_at": NOW - timedelta(hours=1), "colour": "yellow",
        "rule": "水位不低于警戒 27.5 m", "rule_source": "省水利厅",
    }  # fmt: skip
    return Alarm(**{**given, **more})  # type: ignore[arg-type]


def seen(**more: object) -> Situation:
    """A plant with one calm tank, a station over its level, a gauge never heard."""
    return Situation(
        revision=1, at=NOW,
        sources={
            "RS-1": RiskSource(
                id="RS-1", name="甲储罐区", kind="危险化学品", area_code="421127", person="李某",
                phone="0713-1", grade="二级", contingency_id="YA-1",
                neighbours=Neighbours(population=1200, schools=2, hospitals=0, note="小学在坡下"),
            )
        },
        contingencies={
            "YA-1": Contingency(id="YA-1", area_code="421127", tier="county", name="危化品预案")
        },
        sensors={
            "S-1": Sensor(
                id="S-1", name="汉口", river="长江", area_code="420102", thresholds=RUNGS
            ),
            "T-1": Sensor(id="T-1", name="1号罐", quantity="液位", source_id="RS-1", kind="液位"),
            "R-1": Sensor(id="R-1", name="柳林", quantity="雨量", unit="mm", kind="雨量站"),
        },
        readings={
            "S-1": Latest(value=27.6, at=NOW - timedelta(minutes=2)),
            "T-1": Latest(value=5.0, at=NOW - timedelta(minutes=1)),
        },
        alarms=more.pop("alarms", {"AL-1": alarm()}), **more,  # type: ignore[arg-type]
    )  # fmt: skip


def names(**filters: str) -> list[str]:
    """The list by name."""
    given = {"text": "", "what": "all", "state": "", "sort": "state", **filters}
    return [r.name for r in ml.rows(seen(), AREAS, **given).rows]


def test_the_worst_stands_first_and_filters_cut():
    """Over a level before the unheard before the calm; text, kind and state narrow."""
    assert names() == ["汉口", "柳林", "甲储罐区", "1号罐"]
    assert names(what="source") == ["甲储罐区"]
    assert names(state="unheard") == ["柳林"]
    assert names(text="长江") == ["汉口"]
    assert names(sort="age", what="sensor") == ["1号罐", "汉口", "柳林"]
    assert "共 4 个" in flat(ml.list_view(ml.rows(seen(), AREAS, text="", what="all", state="",
                                                 sort="state"), "sensor:S-1"))  # fmt: skip
    assert "没有符合筛选" in flat(ml.list_view(ml.Found(total=0, rows=[]), ""))


def test_a_source_of_a_kind_no_rule_knows_says_so():
    """With the kinds that have rules; a kind with rules shows them."""
    now = seen()
    _, below = detail_view(now, AREAS, BOOK, "source:RS-1")
    assert "两处气体探头同时报警" in flat(below)
    strange = replace(now, sources={"RS-1": replace(now.sources["RS-1"], kind="危化品")})
    _, below = detail_view(strange, AREAS, BOOK, "source:RS-1")
    assert "没有规则认得类型“危化品”" in flat(below)
    assert "危险化学品" in flat(below)


def test_a_source_says_whom_to_call_and_a_sensor_what_watches_it():
    """Person and phone, neighbours, sensors; dated levels, rules with their sources."""
    above, _ = detail_view(seen(), AREAS, BOOK, "source:RS-1")
    told = flat(above)
    for said in (
        "甲储罐区", "李某", "tel:0713-1", "二级", "1号罐", "5.00 m",
        "人口 1200 · 学校 2 · 医院 0 · 小学在坡下",
    ):  # fmt: skip
        assert said in told
    assert re.search(r'href="/contingencies"[^>]*>危化品预案', told)
    above, below = detail_view(seen(), AREAS, BOOK, "sensor:S-1")
    assert "27.60 m" in flat(above)
    for said in ("2026-07-01 至 今后", "新文", "起始不详 至 2026-06-30", "水位 1 小时上涨", "假定"):
        assert said in flat(below)
    assert "请在左侧选择" in flat(detail_view(seen(), AREAS, BOOK, "sensor:none")[0])


def test_a_source_offers_the_course_of_each_of_its_sensors():
    """The first that was heard until another is chosen; where there is one there is no choice."""
    alone = seen()
    assert md.courses(alone, "source:RS-1") == md.courses(alone, "sensor:S-1") == []
    more = {
        k: Sensor(id=k, name=n, quantity=q, source_id="RS-1")
        for k, n, q in (("T-0", "0号罐", "液位"), ("P-1", "1号罐", "压力"))
    }
    now = replace(alone, sensors={**alone.sensors, **more})
    assert [(c["label"], c["value"]) for c in md.courses(now, "source:RS-1")] == [
        ("1号罐 压力", "P-1"), ("0号罐 液位", "T-0"), ("1号罐 液位", "T-1"),
    ]  # fmt: skip
    drawn = {of: md.sensor_of(now, "source:RS-1", of) for of in ("", "P-1", "S-1")}
    assert {of: s and s.id for of, s in drawn.items()} == {"": "T-1", "P-1": "P-1", "S-1": "T-1"}
    assert md.sensor_of(now, "sensor:S-1", "P-1") == now.sensors["S-1"]


def test_the_course_shows_the_levels_near_the_values():
    """A level far above would press the course flat and is left off; nothing is said honestly."""
    bucket = HistoryBucket(at=NOW, low=27.4, high=27.6, mean=27.5, last=27.6, count=3)
    span = {"sensor": "S-1", "since": NOW - timedelta(days=1), "until": NOW, "width_s": 240.0,
            "forms": ("raw",)}  # fmt: skip
    sensor = Sensor(id="S-1", name="汉口", thresholds=(*RUNGS, Threshold(level="保证", value=40.0)))
    chart = figure(sensor, History(buckets=(bucket, bucket), **span), BOOK)
    assert [s.y0 for s in chart.layout.shapes] == [27.5]
    rain = Sensor(id="R-1", name="柳林", quantity="雨量", unit="mm")
    total = replace(rain, device="sl651:0012345678", element="20")
    drawn = [figure(s, History(buckets=(bucket,), **span), BOOK).data[-1] for s in (rain, total)]
    assert [d.type for d in drawn] == ["bar", "scatter"]  # a total is a course
    nothing = figure(sensor, History(buckets=(), **span), BOOK)
    assert "没有数据" in nothing.layout.annotations[0].text


def test_levels_are_typed_and_refused_by_field():
    """A number, or 取消; dates as 2026-07-01; what is wrong is named by its field."""
    sensor = seen().sensors["S-1"]
    typed = {"level": "警戒", "value": "27.8", "valid_from": "2026-07-02", "valid_to": "",
             "reason": "改", "source": ""}  # fmt: skip
    made = md.level_command(sensor, typed)
    assert (made.value, made.valid_from, made.expect_version) == (27.8, date(2026, 7, 2), 0)
    assert md.level_command(sensor, {**typed, "value": "取消"}).value is None
    for wrong, field in (
        ({"value": "高"}, "value"), ({"level": ""}, "level"), ({"valid_to": "明天"}, "valid_to"),
    ):  # fmt: skip
        with pytest.raises(Invalid) as refused:
            md.level_command(sensor, {**typed, **wrong})
        assert refused.value.errors[0]["field"] == field


def test_the_span_is_one_of_three_or_typed():
    """24 hours, 7 days, 30 days, or two Beijing times."""
    assert md.span_of("7d", "", "", NOW) == (NOW - timedelta(days=7), NOW)
    start, end = md.span_of("own", "2026-07-01 08:00", "", NOW)
    assert (start.astimezone(UTC), end) == (datetime(2026, 7, 1, 0, 0, tzinfo=UTC), NOW)
    with pytest.raises(Invalid):
        md.span_of("own", "昨天", "", NOW)
    assert md.chosen_by("?sensor=S-1") == "sensor:S-1"
    assert md.chosen_by("?source=RS-1&x=1") == "source:RS-1"
    assert md.chosen_by(None) == ""


def test_a_surge_is_one_row_and_one_panel():
    """Alarms of one surge stand together, the gravest first; acts go to all that still wait."""
    high = alarm("AL-2", sensor_name="黄石", colour="orange", surge_id="BQ-1", level="保证")
    low = alarm("AL-1", surge_id="BQ-1")
    surge = Surge(id="BQ-1", kind="flood", title="长江 洪水过程", alarms=("AL-1", "AL-2"))
    now = seen(alarms={"AL-1": low, "AL-2": high}, surges={"BQ-1": surge})
    assert [len(g) for g in aw.grouped(now.alarms.values())] == [2]
    thing = {"kind": "surge", "id": "BQ-1"}
    view, hidden = alarm_panel.panel(now, DUTY, thing)
    assert not hidden
    told = flat(view)
    assert told.index("黄石") < told.index("汉口")
    assert "全部确认（2）" in told
    acts = alarm_panel.command_of(
        {"do": "ack"}, alarm_panel.picked(now, thing), now, how="", hours="4"
    )
    assert set(acts.alarm_ids) == {"AL-1", "AL-2"}
    with pytest.raises(Invalid):
        alarm_panel.command_of({"do": "ack"}, [], now, how="", hours="4")


def test_an_alarm_says_who_was_called_and_what_was_done():
    """Escalation by name, or that nobody is on the roster; then what people did."""
    call = Escalation(at=NOW, org="420000", name="", post="带班领导", minutes=30, source="假定")
    assert aw.called(alarm(escalations=(call,))) == "30 分钟无人签收，已报 带班领导 （未排班）"
    taken = alarm().handled("王某", NOW, "已上堤")
    assert "已上堤" in aw.done(seen(), taken)
    silent = alarm(family=Family.MISSING, colour="", value=31.0, level="数据中断", unit="分钟")
    assert aw.mark(silent) == ("断", "")
    assert "31 分钟没有来数" in silent.told


def test_the_board_keeps_what_cleared_unseen():
    """What came and went while nobody looked is listed by itself."""
    gone = alarm("AL-9").cleared(NOW, 27.0)
    now = seen(alarms={"AL-9": gone, "AL-1": alarm()})
    assert [a.id for a in alarm_board.picked(now, "", "unseen")] == ["AL-9"]
    assert [a.id for a in alarm_board.picked(now, "", "open")] == ["AL-1"]
    assert gone.state == AlarmState.CLEARED
    assert "已解除" in flat(alarm_board.board_view(now, "", "cleared"))


def test_every_rule_is_shown_with_its_source():
    """Nothing of the rule file is kept from the officer."""
    told = flat(rules_view(BOOK, "执行随附的 data/reference/alarm_rules.yaml"))
    for rule in BOOK.rules:
        assert rule.title in told
        assert rule.source
    for quantity in BOOK.quantities:
        assert quantity.name in told
