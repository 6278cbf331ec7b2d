"""Warnings by themselves: identifiers, authority, colours, words, deliveries, what they touch."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import yaml

from data.domain.delivery import BACK_OFF_S, Delivery, DeliveryState, tally
from data.domain.org import PROVINCE
from data.domain.situation import Position, Situation
from data.domain.source import RiskSource
from data.domain.task import Step
from data.domain.team import Team, TeamState
from data.domain.warning import MOVES, Warning, WarningState  # noqa: A004
from data.domain.warning_rules import COLOURS, colour_of, is_identifier, read_warning_rules
from data.domain.warning_text import (
    full_text,
    made_headline,
    short_text,
    sms_parts,
    spoken_text,
)
from data.domain.warning_watch import active, touched, warnings_over
from data.errors import Forbidden, IllegalMove, Invalid
from data.ingest.seeding import area_tree

TABLE = yaml.safe_load(Path("data/reference/warnings.yaml").read_text(encoding="utf-8"))
RULES = read_warning_rules(TABLE)
AREAS = area_tree()
AT = datetime(2020, 7, 8, 7, 30, tzinfo=UTC)
HUANGMEI, HUANGGANG, XIANTAO = "421127", "421100", "429004"


def warned(**given):
    """A red rainstorm warning over 黄梅, in force."""
    base = {
        "id": "YJ-0001", "state": WarningState.ISSUED, "colour": "red", "event": "rainstorm",
        "description": "预计三小时内有特大暴雨", "instruction": "向高处转移", "org": PROVINCE,
        "areas": (HUANGMEI,), "counties": (HUANGMEI,), "effective": AT, "issued_at": AT,
        "expires": AT + timedelta(hours=6), "identifier": "42000000000000_20200708153000_0",
        "sender": "42000000000000",
    }  # fmt: skip
    return Warning(**{**base, **given})


def test_identifiers_have_31_characters_and_never_repeat():
    """ZZZZZZDDDUUUXX_YYYYMMDDhhmmss_N; the eleventh of a second takes the next second."""
    made: list[str] = []
    for _ in range(25):
        made.append(RULES.identifier(HUANGMEI, AT, made))
    assert all(is_identifier(m) and len(m) == 31 for m in made)
    assert len(set(made)) == 25
    assert made[0] == "42112700000000_20200708153000_0"
    assert (made[10], made[24]) == (
        "42112700000000_20200708153001_0",
        "42112700000000_20200708153002_4",
    )


@pytest.mark.parametrize(
    ("org", "may"),
    [
        (PROVINCE, {"red", "orange", "yellow", "blue"}), (HUANGGANG, {"yellow", "blue"}),
        (XIANTAO, {"yellow", "blue"}), (HUANGMEI, {"blue"}),
    ],
)  # fmt: skip
def test_each_level_issues_its_colours_and_the_refusal_names_who_may(org, may):
    """The table decides; a unit directly under the province counts as a prefecture."""
    for colour in COLOURS:
        if colour in may:
            assert RULES.require_authority(colour, org, AREAS).basis
        else:
            with pytest.raises(Forbidden, match="请由省级"):
                RULES.require_authority(colour, org, AREAS)


def test_colours_go_by_every_name_they_have():
    """English, one character, level; anything else is refused by field."""
    names = {"red": "RED 红 红色 红色预警 Ⅰ级 I", "blue": "blue 蓝 蓝色 Ⅳ iv级"}
    for colour, words in names.items():
        assert {colour_of(w) for w in words.split()} == {colour}
    assert colour_of("  ") is None
    with pytest.raises(Invalid, match="没有“紫色”"):
        colour_of("紫色")


def test_the_colours_stand_for_falling_severity():
    """红橙黄蓝 are Extreme, Severe, Moderate and Minor, and say that this is assumed."""
    said = [RULES.colours[c].severity for c in COLOURS]
    assert said == ["Extreme", "Severe", "Moderate", "Minor"]
    assert "假定" in RULES.colours_basis


@pytest.mark.parametrize(
    ("change", "named"),
    [
        ({"authority": TABLE["authority"][1:]}, "province"),
        ({"signature": {"colours": ["紫"], "basis": ""}}, "不认识的颜色"),
        ({"identifier": {**TABLE["identifier"], "body": "12"}}, "3 位数字"),
        ({"colours": {}}, "red"),
        ({"categories": {"flood": "Met"}}, "landslide"),
    ],
)  # fmt: skip
def test_a_table_with_a_hole_is_refused_naming_it(change, named):
    """It stops the start, not a warning at night."""
    with pytest.raises(ValueError, match=named):
        read_warning_rules({**TABLE, **change})


def test_every_text_says_what_where_when_and_what_to_do():
    """Full, spoken and short; the short one counts its parts."""
    held = replace(warned(), headline="湖北省应急指挥中心发布黄冈市黄梅县暴雨红色预警")
    full = full_text(AREAS, held)
    period = "7月8日15时30分至7月8日21时30分"
    for part in ("黄冈市黄梅县", period, "特大暴雨", "高处转移", held.identifier):
        assert part in full
    assert spoken_text(RULES, AREAS, held).startswith("请注意，现在播发暴雨红色预警。")
    assert "_" not in spoken_text(RULES, AREAS, held)
    short = short_text(AREAS, held)
    assert short.startswith("【湖北省应急指挥中心】")
    assert (sms_parts("一" * 70), sms_parts("一" * 71), sms_parts(short)) == (1, 2, 1)


def test_in_an_exercise_every_text_begins_and_ends_with_the_mark():
    """Nobody who hears half of it takes it for real."""
    held = warned(status="Exercise", headline="暴雨红色预警")
    texts = (full_text(AREAS, held), spoken_text(RULES, AREAS, held), short_text(AREAS, held))
    assert all(t.startswith("【演练】") and t.endswith("以上为演练内容。") for t in texts)
    assert not any("演练" in f(AREAS, warned(headline="暴雨")) for f in (full_text, short_text))


def test_headlines_are_made_of_body_place_event_and_colour():
    """Its own whole area is not said twice; many units are counted."""
    assert made_headline(RULES, AREAS, warned(), "省中心") == "省中心发布黄冈市黄梅县暴雨红色预警"
    whole = warned(areas=(PROVINCE,), counties=())
    assert made_headline(RULES, AREAS, whole, "省中心") == "省中心发布暴雨红色预警"
    many = warned(areas=tuple(sorted(AREAS.subtree(HUANGGANG) - {HUANGGANG})))
    assert "等10地" in made_headline(RULES, AREAS, many, "省中心")
    assert made_headline(RULES, AREAS, warned(kind="cancel"), "省中心") == "省中心解除暴雨红色预警"


def test_the_clock_ends_a_warning_and_nothing_issued_becomes_a_draft_again():
    """In force until the very instant of its end; the moves have no way back."""
    held = warned()
    assert held.in_force(AT + timedelta(hours=5, minutes=59))
    assert not held.in_force(AT + timedelta(hours=6))
    step = Step(what="", by="", at=AT)
    for state in (WarningState.DRAFT, WarningState.SIGNED, WarningState.WITHDRAWN):
        with pytest.raises(IllegalMove):
            held.moved(state, step)
    assert not MOVES[WarningState.NOTICE]


def test_a_failed_try_waits_longer_each_time_and_then_has_failed():
    """Back-off by the table; what is refused for good is not tried again."""
    held = Delivery(id="FB-1", warning_id="YJ-0001", channel="webhook")
    waits = []
    while held.state == DeliveryState.WAITING:
        held = held.failed("超时", AT)
        if held.next_try_at:
            waits.append((held.next_try_at - AT).total_seconds())
    assert waits == list(BACK_OFF_S)
    assert (held.state, held.reason, held.tries) == (DeliveryState.FAILED, "超时", 6)
    assert held.again().tries == 0
    with pytest.raises(IllegalMove):
        held.again().again()
    assert held.again().failed("内部地址", AT, again=False).state == DeliveryState.FAILED


def test_a_delivery_never_goes_back_and_a_receipt_is_given_once():
    """A late `sent` does not undo `read`; times of steps passed over are filled."""
    held = Delivery(id="FB-1", warning_id="w", channel="desk", wants_receipt=True, receiver="甲")
    read = held.advanced(DeliveryState.READ, AT)
    assert read.sent_at == read.delivered_at == read.read_at == AT
    assert read.advanced(DeliveryState.SENT, AT) == read
    signed = held.signed("张某", "电话", AT)
    assert (signed.state, signed.unsigned) == (DeliveryState.READ, False)
    with pytest.raises(IllegalMove, match="已由张某签收"):
        signed.signed("李某", "电话", AT)
    assert tally([held, signed]) == {
        "all": 2, "out": 1, "waiting": 1, "failed": 0, "wanted": 2, "signed": 1,
    }  # fmt: skip


def seen_with(warning):
    """A situation with three sources and three teams in and about 黄梅."""
    sources = {
        "a": RiskSource(id="a", name="库区", area_code=HUANGMEI, lon=115.94, lat=30.07),
        "b": RiskSource(id="b", name="无坐标", area_code=HUANGMEI),
        "c": RiskSource(id="c", name="武汉", area_code="420102", lon=114.3, lat=30.6),
    }
    homes = {
        "t": (HUANGMEI, 115.94, 30.05), "u": (HUANGMEI, 115.83, 30.09), "v": ("420102", 114.3, 30.6)
    }  # fmt: skip
    teams = {
        key: Team(
            id=key, name="队", force_id="f", area_code=code, lon=lon, lat=lat,
            state=TeamState.DEPARTED if key == "v" else TeamState.STANDBY,
        )
        for key, (code, lon, lat) in homes.items()
    }  # fmt: skip
    heard = {"v": Position(lon=115.95, lat=30.06, at=AT)}  # 武汉's own team, on its way
    return Situation(
        revision=1, at=AT, warnings={warning.id: warning}, sources=sources, teams=teams,
        positions=heard,
    )  # fmt: skip


def test_units_touch_what_lies_in_their_counties_and_a_drawing_what_lies_inside():
    """Without a position the county decides, in either case; a team counts where it is now."""
    seen = seen_with(warned())
    assert touched(seen, warned()).sources == ("a", "b")
    assert touched(seen, warned()).teams == ("t", "u")
    ring = [[115.9, 30.0], [116.0, 30.0], [116.0, 30.1], [115.9, 30.1], [115.9, 30.0]]
    drawn = warned(areas=(), geometry={"type": "Polygon", "coordinates": [ring]})
    inside = touched(seen_with(drawn), drawn)
    assert (inside.sources, inside.teams) == (("a", "b"), ("t", "v"))
    assert [w.id for w in warnings_over(seen, "t")] == ["YJ-0001"]
    assert [w.id for w in warnings_over(seen_with(drawn), "v")] == ["YJ-0001"]
    assert warnings_over(seen_with(drawn), "u") == []
    assert inside.words() == "风险源 2、队伍 2"


def test_active_warnings_come_gravest_first_without_what_has_ended():
    """Colour, then the newest; expired, cancelled and foreign notices are not there."""
    held = {
        w.id: w
        for w in (
            warned(id="1", colour="blue"), warned(id="2"), warned(id="3", colour=None),
            warned(id="4", expires=AT), warned(id="5", state=WarningState.NOTICE),
            warned(id="6", issued_at=AT + timedelta(minutes=1)),
        )
    }  # fmt: skip
    seen = Situation(revision=1, at=AT, warnings=held)
    assert [w.id for w in active(seen)] == ["6", "2", "1", "3"]
