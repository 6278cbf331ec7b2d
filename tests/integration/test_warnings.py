"""Warnings from draft to end: authority, signature, update, cancel, expiry, receipts, watches."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from data.domain.alarm import Alarm, Family
from data.domain.delivery import DeliveryState
from data.domain.handover import open_items
from data.domain.messages import OpenIncident, ReceiveReport
from data.domain.messages import warnings as m
from data.domain.messages.monitoring import Signal, TakeSignals
from data.domain.org import SYSTEM
from data.domain.sensor import Sensor
from data.errors import Conflict, Forbidden, IllegalMove, Invalid, NotFound, Stale
from data.ingest.cap import read_cap
from data.services.warning_origins import MACHINE
from data.store.blobs import read_blob
from tests.integration import warning_world as w


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def server(request):
    """The address of a database server, or None for a file."""
    return None if request.param == "sqlite" else request.getfixturevalue("postgres_url")


@pytest.fixture(scope="module")
def center(server, tmp_path_factory):
    """The real center, on each engine."""
    with (
        w.database_of(server) as url,
        w.opened(w.settings_of(tmp_path_factory.mktemp("var"), url)) as made,
    ):
        yield made


@pytest.fixture(scope="module")
def drill(server, tmp_path_factory):
    """An exercise whose clock is moved by hand, on each engine."""
    settings = w.settings_of
    with (
        w.database_of(server) as url,
        w.opened(settings(tmp_path_factory.mktemp("var"), url, scenario="2020-07-08")) as made,
    ):
        yield made


def message(center, warning):
    """What a warning's CAP bytes say."""
    return read_cap(read_blob(center.database.reader, warning.message)[0])


def test_a_county_issues_blue_and_the_level_above_has_it(center):
    """Number, message and deliveries stand in the same commit; nobody elsewhere sees it."""
    body = w.issued(center, w.COUNTY)
    held = w.seen(center).warnings[body["warning"]["id"]]
    assert (held.state, held.org, held.counties) == ("issued", "421127", ("421127",))
    assert held.identifier.startswith("42112700000000_")
    assert message(center, held)["identifier"] == held.identifier
    assert [d["area_code"] for d in body["deliveries"]] == ["421100"]
    assert held.id in w.seen(center, w.CITY).warnings
    assert held.id not in w.seen(center, w.ELSEWHERE).warnings


def test_a_draft_is_seen_by_its_own_body_and_those_above(center):
    """The province's draft is nobody else's; a county's can be issued by the province."""
    mine = w.drafted(center)
    assert mine not in w.seen(center, w.COUNTY).warnings
    theirs = w.drafted(center, w.COUNTY, colour="橙")
    with pytest.raises(Forbidden, match="请由省级发布"):
        center.handle(m.IssueWarning(warning_id=theirs, authorised_by=w.BY_PHONE), w.COUNTY)
    with pytest.raises(Forbidden, match="请由省级发布"):
        center.handle(m.IssueWarning(warning_id=theirs, authorised_by=w.BY_PHONE), w.CITY)
    center.handle(m.IssueWarning(warning_id=theirs, authorised_by=w.BY_PHONE), w.DUTY)
    held = w.seen(center, w.COUNTY).warnings[theirs]
    assert (held.org, held.author, held.issuer) == ("420000", "黄梅值班员", "王值班")
    assert [d.area_code for d in w.seen(center, w.COUNTY).deliveries.values()
            if d.warning_id == theirs] == ["421127"]  # fmt: skip


def test_red_needs_a_signature_by_account_or_by_word(center):
    """Asked for, returned with words, signed; an edit takes the signature away."""
    held = w.drafted(center, colour="红")
    with pytest.raises(Invalid, match="须经签发"):
        center.handle(m.IssueWarning(warning_id=held), w.DUTY)
    with pytest.raises(Forbidden):
        center.handle(m.SignWarning(warning_id=held), w.DUTY)
    center.handle(m.SubmitWarning(warning_id=held), w.DUTY)
    with pytest.raises(Invalid, match="退回意见"):
        center.handle(m.SignWarning(warning_id=held, verdict="return"), w.LEADER)
    center.handle(m.SignWarning(warning_id=held, verdict="return", words="写明时段"), w.LEADER)
    assert w.seen(center).warnings[held].state == "draft"
    center.handle(m.SubmitWarning(warning_id=held), w.DUTY)
    center.handle(m.SignWarning(warning_id=held), w.LEADER)
    center.handle(m.EditWarning(warning_id=held, words=m.WarningWords(headline="改")), w.DUTY)
    assert w.seen(center).warnings[held].signature is None
    center.handle(m.SignWarning(warning_id=held), w.LEADER)
    center.handle(m.IssueWarning(warning_id=held), w.DUTY)
    done = w.seen(center).warnings[held]
    assert (done.signature.name, done.signature.account, done.signature_owed) == (
        "李领导",
        "leader",
        False,
    )
    line = center.queries.journal(w.DUTY, 0, 1000)[-1]
    assert "李领导" in line["authority"]


def test_at_four_in_the_morning_a_word_is_enough_and_the_signature_stays_owed(center):
    """Who, post, way and when are asked for; a leader confirms later."""
    held = w.drafted(center, colour="红")
    for given, field in (({"way": ""}, "签发方式"), ({"post": ""}, "职务")):
        said = replace(w.BY_PHONE, **given)
        with pytest.raises(Invalid, match=field):
            center.handle(m.IssueWarning(warning_id=held, authorised_by=said), w.DUTY)
    late = replace(w.BY_PHONE, at=datetime.now(UTC) + timedelta(hours=1))
    with pytest.raises(Invalid, match="签发时间晚于现在"):
        center.handle(m.IssueWarning(warning_id=held, authorised_by=late), w.DUTY)
    center.handle(m.IssueWarning(warning_id=held, authorised_by=w.BY_PHONE), w.DUTY)
    done = w.seen(center).warnings[held]
    assert (done.signature.words(), done.signature_owed) == ("张某（副省长，电话）", True)
    center.handle(m.SignWarning(warning_id=held), w.LEADER)
    assert not w.seen(center).warnings[held].signature_owed


def test_the_chief_on_duty_signs_what_he_issues(center):
    """One person, one step: both permissions are his."""
    body = w.issued(center, w.CHIEF, colour="红")
    assert w.seen(center).warnings[body["warning"]["id"]].signature.account == "chief"


def test_an_update_ends_what_it_updates_and_keeps_the_chain(center):
    """Same references as CAP writes them; one draft of an update at a time."""
    first = w.issued(center)["warning"]["id"]
    draft = center.handle(m.DraftWarning(update_of=first), w.DUTY).body["warning"]["id"]
    with pytest.raises(Conflict, match="正在拟"):
        center.handle(m.DraftWarning(update_of=first), w.DUTY)
    center.handle(m.EditWarning(warning_id=draft, words=m.WarningWords(colour="黄")), w.DUTY)
    assert w.seen(center).warnings[first].state == "issued"
    center.handle(m.IssueWarning(warning_id=draft), w.DUTY)
    seen = w.seen(center)
    old, new = seen.warnings[first], seen.warnings[draft]
    assert (old.state, new.state, new.kind) == ("updated", "issued", "update")
    said = message(center, new)
    assert (said["msg_type"], said["references"]) == ("Update", [old.reference])
    assert said["info"]["headline"].startswith("湖北省应急指挥中心更新")
    with pytest.raises(IllegalMove, match="不能更新"):
        center.handle(m.DraftWarning(update_of=first), w.DUTY)


def test_lifting_a_warning_tells_everybody_who_had_it(center):
    """A message of its own, with both earlier ones in its references."""
    first = w.issued(center, areas=("421127", "421126"))["warning"]["id"]
    update = m.DraftWarning(update_of=first, words=w.words(areas=("421127",)), issue=True)
    second = center.handle(update, w.DUTY).body["warning"]["id"]
    told = {d.area_code for d in w.seen(center).deliveries.values() if d.warning_id == second}
    assert told == {"421100", "421126", "421127"}
    with pytest.raises(Invalid, match="解除理由"):
        center.handle(m.CancelWarning(warning_id=second, reason=" "), w.DUTY)
    with pytest.raises(NotFound):
        center.handle(m.CancelWarning(warning_id=second, reason="雨停"), w.COUNTY)
    body = center.handle(m.CancelWarning(warning_id=second, reason="雨停"), w.DUTY).body
    notice = w.seen(center).warnings[body["warning"]["id"]]
    assert (notice.state, len(notice.references)) == ("notice", 2)
    assert w.seen(center).warnings[second].state == "cancelled"
    assert message(center, notice)["msg_type"] == "Cancel"
    with pytest.raises(IllegalMove):
        center.handle(m.CancelWarning(warning_id=second, reason="雨停"), w.DUTY)


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"colour": ""}, "颜色"), ({"areas": ()}, "范围"), ({"description": " "}, "内容"),
        ({"instruction": ""}, "防御指南"), ({"areas": ("999999",)}, "行政区划"),
        ({"event": "外星人"}, "事件类型"), ({"headline": "长" * 200}, "120"),
        ({"expires": datetime(2020, 1, 1, tzinfo=UTC)}, "失效时间"),
        ({"geometry": {"type": "Point", "coordinates": [114, 30]}}, "多边形"),
        ({"geometry": {"type": "Polygon", "coordinates": [[[1, 1], [2, 1], [2, 2], [1, 1]]]}},
         "不在本辖区"),
    ],
)  # fmt: skip
def test_what_is_missing_or_wrong_is_told_by_field_and_nothing_is_written(center, given, field):
    """Not a draft either: it is one unit of work."""
    before = center.queries.revision()
    with pytest.raises(Invalid, match=field) as caught:
        w.issued(center, **given)
    assert caught.value.errors[0]["field"]
    assert center.queries.revision() == before


def test_a_drawing_is_cut_to_ones_own_area_and_finds_its_counties(center):
    """The province draws over a border, the county only up to it."""
    ring = [[115.6, 29.95], [116.0, 29.95], [116.0, 30.2], [115.6, 30.2], [115.6, 29.95]]
    wide = {"type": "Polygon", "coordinates": [ring]}
    far = w.issued(center, geometry=wide)["warning"]
    assert "421127" in far["counties"]
    assert len(far["counties"]) > 1
    assert far["areas"] == ()
    near = w.issued(center, w.COUNTY, geometry=wide)["warning"]
    assert near["counties"] == ("421127",)
    held = w.seen(center).warnings[near["id"]]
    assert message(center, held)["area"]["geometry"] is not None


def test_two_officers_do_not_overwrite_each_other(center):
    """The second is told by version."""
    held = w.drafted(center)
    center.handle(m.EditWarning(warning_id=held, words=m.WarningWords(headline="一")), w.DUTY)
    with pytest.raises(Stale):
        center.handle(
            m.EditWarning(
                warning_id=held, words=m.WarningWords(headline="二"), expect_version=1
            ),
            w.CHIEF,
        )  # fmt: skip
    with pytest.raises(Stale):
        center.handle(m.IssueWarning(warning_id=held, expect_version=1), w.DUTY)


def test_an_alarm_drafts_its_warning(center):
    """Colour by the level, event by the instrument, the reading in words, the county."""
    now = datetime.now(UTC)
    sensor = Sensor(id="S-T", name="龙坪", kind="河道", area_code="421127")
    alarm = Alarm(
        id="AL-T", sensor_id="S-T", sensor_name="龙坪", level="保证", value=24.61, threshold=24.5,
        raised_at=now, area_code="421127",
    )  # fmt: skip
    with center.database.units.unit("Test", SYSTEM, center.clock) as unit:
        unit.put(sensor)
        unit.put(alarm)
    with pytest.raises(NotFound):
        center.handle(m.DraftWarning(alarm_id="AL-T"), w.ELSEWHERE)
    made = center.handle(m.DraftWarning(alarm_id="AL-T"), w.DUTY).body["warning"]
    assert (made["colour"], made["event"], made["counties"]) == ("orange", "flood", ("421127",))
    assert "24.61 m，达到保证 24.5 m" in made["description"]
    assert made["sample_advice"]


def rising(sensor, name, value, **more):
    """What the watch saw of one station: 保证, unless told otherwise."""
    given = {
        "level": "保证", "threshold": 24.5, "colour": "orange", "family": Family.LEVEL,
        "rule_id": "level", "rule": "水位不低于保证", "unit": "m", "area_code": "421127",
        "group_kind": "flood", "group": "river:长江", "group_title": "长江 洪水过程", **more,
    }  # fmt: skip
    given |= {"subject": sensor, "name": name, "value": value, "at": datetime.now(UTC)}
    return Signal(does="raise", **given)


def test_a_surge_drafts_one_warning_of_all_its_places(center):
    """The gravest alarm's colour, every alarm in words, all counties; none where it is over."""
    signals = (
        rising("S-1", "龙坪", 24.61), rising("S-2", "武穴", 24.2, area_code="421182"),
        rising("S-3", "九江", 22.9, level="警戒", colour="yellow", area_code="421182"),
    )  # fmt: skip
    raised = center.handle(TakeSignals(signals=signals), SYSTEM).body["raised"]
    [surge] = w.seen(center).surges.values()
    made = center.handle(m.DraftWarning(surge_id=surge.id), w.DUTY).body["warning"]
    assert (made["colour"], made["counties"]) == ("orange", ("421127", "421182"))
    assert made["alarm_id"] in raised[:2]
    assert "3 处报警" in made["description"]
    assert all(name in made["description"] for name in ("龙坪", "武穴", "九江"))
    own = center.handle(m.DraftWarning(surge_id=surge.id), w.COUNTY).body["warning"]
    assert own["counties"] == ("421127",)
    assert "武穴" not in own["description"]
    gone = tuple(replace(s, does="clear", level="", colour="") for s in signals)
    center.handle(TakeSignals(signals=gone), SYSTEM)
    with pytest.raises(IllegalMove, match="全部解除"):
        center.handle(m.DraftWarning(surge_id=surge.id), w.DUTY)


def test_a_rule_drafts_the_warning_it_names_and_a_person_issues_it(center):
    """历史最高 drafts a flood warning with whoever may issue red, once; none goes out by itself."""

    def drafts():
        return [x for x in w.seen(center).warnings.values() if x.author == MACHINE]

    record = rising("S-7", "应城", 25.4, level="历史最高", colour="red", area_code="420981")
    lower = rising("S-8", "安陆", 24.6, area_code="420982")
    center.handle(TakeSignals(signals=(record, lower)), SYSTEM)
    [made] = drafts()
    assert (made.state, made.event, made.colour, made.org) == ("draft", "flood", "red", "420000")
    assert not [d for d in w.seen(center).deliveries.values() if d.warning_id == made.id]
    center.handle(TakeSignals(signals=(replace(record, subject="S-9"),)), SYSTEM)
    assert len(drafts()) == 1
    open_now = open_items(w.seen(center), "420000", center.areas, center.tools.rules["reporting"])
    told = {i.key: i.detail for i in open_now}
    assert "应城市" in told[f"warning:{made.id}"]
    center.handle(m.IssueWarning(warning_id=made.id, authorised_by=w.BY_PHONE), w.DUTY)
    held = w.seen(center).warnings[made.id]
    assert (held.state, held.issuer) == ("issued", "王值班")


def test_an_incident_drafts_its_warning(center):
    """Type and areas are the incident's; the colour is for a person to choose."""
    told = center.handle(
        ReceiveReport(type="landslide", place="大河镇", lon=115.83, lat=30.09), w.DUTY
    )
    opened = center.handle(
        OpenIncident(
            report_id=told.body["report"]["id"], name="袁山村滑坡", short_name="袁山村",
            commander="某", lead_body="某", desk="一",
        ),
        w.DUTY,
    )  # fmt: skip
    command = m.DraftWarning(incident_id=opened.body["incident"]["id"])
    made = center.handle(command, w.DUTY).body["warning"]
    assert (made["event"], made["colour"], made["counties"]) == ("landslide", None, ("421127",))
    assert "大河镇" in made["description"]
    center.handle(m.WithdrawWarning(warning_id=made["id"], reason="不需要"), w.DUTY)
    with pytest.raises(IllegalMove):
        center.handle(m.IssueWarning(warning_id=made["id"]), w.DUTY)


def delivery(center, warning, org):
    """The delivery of a warning to a duty room."""
    found = w.seen(center).deliveries.values()
    return next(d for d in found if d.warning_id == warning and d.area_code == org)


def test_receipts_are_given_by_the_room_itself_or_noted_after_a_call(center):
    """Read when opened, signed once; by hand only with who and how."""
    held = w.issued(center)["warning"]["id"]
    county, city = delivery(center, held, "421127"), delivery(center, held, "421100")
    assert (county.state, county.unsigned) == (DeliveryState.DELIVERED, True)
    center.handle(m.ReadDelivery(delivery_id=county.id), w.CITY)
    assert delivery(center, held, "421127").state == "delivered"
    center.handle(m.ReadDelivery(delivery_id=county.id), w.COUNTY)
    assert delivery(center, held, "421127").state == "read"
    center.handle(m.SignReceipt(delivery_id=county.id), w.COUNTY)
    done = delivery(center, held, "421127")
    assert (done.signed_by, done.signed_way) == ("黄梅值班员", "系统签收")
    with pytest.raises(IllegalMove, match="已由黄梅值班员签收"):
        center.handle(m.SignReceipt(delivery_id=county.id), w.COUNTY)
    with pytest.raises(NotFound):
        center.handle(m.SignReceipt(delivery_id=city.id, signed_by="某", way="电话"), w.ELSEWHERE)
    with pytest.raises(Invalid, match="签收人"):
        center.handle(m.SignReceipt(delivery_id=city.id), w.DUTY)
    with pytest.raises(Invalid, match="签收方式"):
        center.handle(m.SignReceipt(delivery_id=city.id, signed_by="赵某"), w.DUTY)
    center.handle(m.SignReceipt(delivery_id=city.id, signed_by="赵某", way="电话"), w.DUTY)
    assert delivery(center, held, "421100").signed_way == "电话"
    with pytest.raises(IllegalMove, match="均已签收"):
        center.handle(m.RemindReceivers(warning_id=held), w.DUTY)


def test_the_clock_ends_warnings_and_reminds_who_keeps_silent(drill):
    """By the exercise's clock; three reminders, then it is for the telephone."""
    at = drill.clock.now()
    body = w.issued(drill, colour="红", authorised_by=w.BY_PHONE, expires=at + timedelta(hours=2))
    held = body["warning"]["id"]
    assert message(drill, w.seen(drill).warnings[held])["status"] == "Exercise"
    assert w.seen(drill).warnings[held].origin == "exercise"
    drill.handle(m.SignReceipt(delivery_id=delivery(drill, held, "421100").id), w.CITY)
    for minutes, reminders in ((5, 0), (11, 1), (15, 1), (22, 2), (33, 3), (60, 3)):
        drill.clock.change(jump_to=at + timedelta(minutes=minutes))
        drill.outbox.look(wait=True)
        assert delivery(drill, held, "421127").reminders == reminders, minutes
    assert delivery(drill, held, "421100").reminders == 0
    before = drill.queries.revision()
    drill.outbox.look(wait=True)
    assert drill.queries.revision() == before
    drill.clock.change(jump_to=at + timedelta(hours=2))
    assert not w.seen(drill).warnings[held].in_force(w.seen(drill).at)
    drill.outbox.look(wait=True)
    assert w.seen(drill).warnings[held].state == "expired"
    drill.clock.change(jump_to=at + timedelta(hours=1))  # the clock was an hour fast
    drill.outbox.look(wait=True)
    back = w.seen(drill).warnings[held]
    assert (back.state, back.ended_at) == ("issued", None)
    assert [s.what for s in back.steps][-2:] == ["到期", "恢复"]
    assert back.in_force(w.seen(drill).at)
    before = drill.queries.revision()
    drill.outbox.look(wait=True)
    assert drill.queries.revision() == before


FOREIGN = (
    '<alert xmlns="urn:oasis:names:tc:emergency:cap:1.2"><identifier>{number}</identifier>'
    "<sender>42110041600000</sender><sent>{sent}</sent><status>{status}</status>"
    "<msgType>{kind}</msgType><scope>Public</scope>{refs}<info><category>Met</category>"
    "<event>暴雨</event><urgency>Expected</urgency><severity>Severe</severity>"
    "<certainty>Likely</certainty><expires>2099-07-08T21:30:00+08:00</expires>"
    "<senderName>黄冈市气象台</senderName><headline>{headline}</headline>"
    "<area><areaDesc>黄梅</areaDesc>{area}</area></info></alert>"
)
CODE = "<geocode><valueName>行政区划代码</valueName><value>421127</value></geocode>"


def foreign(center, number, kind="Alert", refs="", area=CODE, actor=w.DUTY, **given):
    """The answer to a foreign message."""
    base = {"status": "Actual", "sent": "2026-07-08T07:30:00+08:00", "headline": "发布暴雨红色预警"}
    raw = FOREIGN.format(
        number=number, kind=kind, area=area, **{**base, **given},
        refs=f"<references>{refs}</references>" if refs else "",
    ).encode()  # fmt: skip
    return center.handle(m.TakeForeignWarning(raw=raw, read=read_cap(raw)), actor).body


def test_a_foreign_warning_is_kept_verbatim_drawn_and_watched(center):
    """The colour is the headline's, not the severity's; the same message twice is one."""
    area = "<polygon>30.05,115.8 30.05,115.9 30.15,115.9 30.05,115.8</polygon>"
    body = foreign(center, "a1", area=area)
    held = w.seen(center, w.COUNTY).warnings[body["warning"]["id"]]
    assert (held.colour, held.event, held.incoming, held.state) == (
        "red",
        "rainstorm",
        True,
        "issued",
    )
    assert held.counties == ("421127",)
    raw, media = read_blob(center.database.reader, held.message)
    assert raw.startswith(b"<alert")
    assert media == "application/cap+xml"
    watch = w.seen(center, w.COUNTY).watches[body["watch"]["id"]]
    assert (watch.state, watch.title, watch.keeper) == ("open", held.headline, "")
    again = foreign(center, "a1", area=area)
    assert (again["repeated"], again["warning"]["id"]) == (True, held.id)
    with pytest.raises(IllegalMove, match="发布单位更新"):
        center.handle(m.DraftWarning(update_of=held.id), w.DUTY)


def test_foreign_updates_and_cancels_end_what_they_refer_to(center):
    """The watch goes on with the update, and a person closes it with words."""
    first = foreign(center, "b1")
    ref = "42110041600000,b1,2026-07-08T07:30:00+08:00"
    second = foreign(center, "b2", "Update", ref, headline="更新暴雨橙色预警")
    seen = w.seen(center)
    assert seen.warnings[first["warning"]["id"]].state == "updated"
    assert second["watch"]["id"] == first["watch"]["id"]
    assert seen.watches[first["watch"]["id"]].colour == "orange"
    last = foreign(center, "b3", "Cancel", f"{ref} 42110041600000,b2,2026-07-08T07:30:00+08:00")
    seen = w.seen(center)
    assert seen.warnings[second["warning"]["id"]].state == "cancelled"
    assert seen.warnings[last["warning"]["id"]].state == "notice"
    watch = first["watch"]["id"]
    center.handle(m.MoveWatch(watch_id=watch, do="keep"), w.COUNTY)
    with pytest.raises(Invalid, match="结束关注"):
        center.handle(m.MoveWatch(watch_id=watch, do="close"), w.COUNTY)
    center.handle(m.MoveWatch(watch_id=watch, do="note", words="水位平稳"), w.COUNTY)
    center.handle(m.MoveWatch(watch_id=watch, do="close", words="雨停，无险情"), w.COUNTY)
    done = w.seen(center).watches[watch]
    assert (done.state, done.keeper, done.steps[-1].words) == (
        "closed",
        "黄梅值班员",
        "雨停，无险情",
    )
    with pytest.raises(IllegalMove, match="已结束"):
        center.handle(m.MoveWatch(watch_id=watch, do="note", words="又"), w.COUNTY)


def test_foreign_exercises_and_strangers_start_nothing(center):
    """A test is a notice; what lies nowhere in Hubei and what is no warning is refused."""
    body = foreign(center, "c1", status="Exercise")
    assert (body["warning"]["state"], body["watch"]) == ("notice", None)
    with pytest.raises(Invalid, match="看不出在湖北哪里"):
        foreign(center, "c2", area="<polygon>10,10 10,11 11,11 10,10</polygon>")
    with pytest.raises(Invalid, match="Ack 不是预警"):
        foreign(center, "c3", "Ack", "a,b,2026-07-08T07:30:00+08:00")


def test_a_watch_is_begun_by_hand_too(center):
    """Whoever begins it keeps it; outside one's area there is none."""
    made = center.handle(m.OpenWatch(title="华阳河水位", area_code="421127"), w.COUNTY).body
    assert (made["watch"]["keeper"], made["watch"]["org"]) == ("黄梅值班员", "421127")
    assert made["watch"]["id"] in w.seen(center, w.CITY).watches
    rules = center.tools.rules["reporting"]
    items = open_items(w.seen(center, w.COUNTY), "421127", center.areas, rules)
    assert f"watch:{made['watch']['id']}" in {i.key for i in items}
    with pytest.raises(NotFound):
        center.handle(m.OpenWatch(title="x", area_code="420500"), w.COUNTY)
    with pytest.raises(NotFound):
        center.handle(
            m.MoveWatch(watch_id=made["watch"]["id"], do="keep"), w.ELSEWHERE
        )  # fmt: skip
