"""Information reports: carried figures, the chain with its times, early sending, receipts."""

from __future__ import annotations

import io
from datetime import timedelta

import pytest
from docx import Document

from dashboard.documents.filing_paper import filing_paper
from dashboard.documents.word import to_docx
from data.domain.filing import ITEMS, ONCE, conflicts, difference, tally
from data.domain.incident import CASUALTY_WORDS, Casualties
from data.domain.messages import FileFollowup
from data.domain.messages import filing as m
from data.domain.org import Actor
from data.domain.reporting import deadlines, deadlines_in
from data.errors import Conflict, Forbidden, IllegalMove, Invalid, NotFound
from tests.integration import plan_world as w

CHIEF = Actor.of("chief", "chief", "420000", "陈带班")
LEADER = Actor.of("leader", "leader", "420000", "省领导")
CITY = Actor.of("duty.421100", "duty", "421100", "黄冈值班员")
ELSEWHERE = Actor.of("duty.420500", "duty", "420500")


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def center(request, tmp_path_factory):
    """Two incidents in 黄梅, on each engine."""
    server = None if request.param == "sqlite" else request.getfixturevalue("postgres_url")
    with w.opened(tmp_path_factory.mktemp("var"), server) as made:
        yield made


def drafted(center, incident, kind, actor=w.DUTY):
    """A draft's id."""
    command = m.DraftFiling(incident_id=incident, kind=kind)
    return center.handle(command, actor).body["filing"]["id"]


def signed(center, filing):
    """The chain up to the signature."""
    center.handle(m.SubmitFiling(filing_id=filing), w.DUTY)
    center.handle(m.JudgeFiling(filing_id=filing, verdict="pass"), CHIEF)
    center.handle(m.JudgeFiling(filing_id=filing, verdict="pass", words="同意"), LEADER)


def test_from_the_first_report_to_the_next_with_what_changed(center):
    """Figures are carried over, differences shown, the incident and its deadlines follow."""
    here = w.incidents(center)[0]
    with pytest.raises(Invalid, match="还没有首报"):
        drafted(center, here, "续报")
    first = drafted(center, here, "首报")
    with pytest.raises(Conflict, match="正在拟首报"):
        drafted(center, here, "首报")
    center.handle(
        m.SaveFiling(
            filing_id=first,
            items={"place": "大河镇袁山村", "source": "黄冈市值班室", "course": "山体滑坡"},
            casualties=Casualties(missing=4, injured_minor=5), progress="搜救进行中",
        ),
        w.DUTY,
    )  # fmt: skip
    held = w.seen(center).filings[first]
    assert "4人失联5人受伤的首报　搜救进行中" in held.title
    signed(center, first)
    center.handle(m.SendFiling(filing_id=first), w.DUTY)
    seen = w.seen(center)
    sent = seen.filings[first]
    assert [s.what for s in sent.steps if s.what != "修改"] == [
        "拟稿",
        "送审",
        "审核",
        "签发",
        "报出",
    ]
    assert (sent.reviewer, sent.signer, sent.receipts[0].to) == ("陈带班", "省领导", "应急管理部")
    assert seen.incidents[here].casualties.missing == 4
    with pytest.raises(Invalid, match="首报已报出"):
        drafted(center, here, "首报")
    after = drafted(center, here, "续报")
    held = w.seen(center).filings[after]
    assert (held.number, held.casualties.missing, held.items["place"]) == (1, 4, "")
    now = Casualties(dead=6, missing=0, injured_minor=4)
    center.handle(
        m.SaveFiling(filing_id=after, items={"course": "搜救结束"}, casualties=now), w.DUTY
    )
    seen = w.seen(center)
    assert difference(seen.filings[first].casualties, now) == "4失联5轻伤 → 6死4轻伤"
    assert "6人死亡4人受伤的续报（一）" in seen.filings[after].title
    signed(center, after)
    center.handle(m.SendFiling(filing_id=after), w.DUTY)
    seen = w.seen(center)
    assert tally(seen.incidents[here].casualties) == "6死4轻伤"
    rules = center.tools.rules["reporting"]
    clocks = deadlines(seen.incidents[here], seen.reports_of(here), rules, seen.at, center.areas)
    assert any(c.done_at == seen.filings[after].sent_at for c in clocks)


def test_the_chain_refuses_shortcuts_and_the_wrong_hands(center):
    """Not one's own review, not unsigned without the reason, returned only with words."""
    here = w.incidents(center)[1]
    filing = drafted(center, here, "首报", CHIEF)
    fields = {"place": "黄梅县", "source": "县值班室", "course": "水位上涨"}
    center.handle(m.SaveFiling(filing_id=filing, items=fields), CHIEF)
    with pytest.raises(Invalid, match="没有这一要素"):
        center.handle(m.SaveFiling(filing_id=filing, items={"weather": "雨"}), CHIEF)
    center.handle(m.SubmitFiling(filing_id=filing), CHIEF)
    with pytest.raises(IllegalMove, match="请先退回"):
        center.handle(m.SaveFiling(filing_id=filing, progress="完"), CHIEF)
    with pytest.raises(Forbidden, match="拟稿人不能审核"):
        center.handle(m.JudgeFiling(filing_id=filing, verdict="pass"), CHIEF)
    with pytest.raises(Forbidden):
        center.handle(m.JudgeFiling(filing_id=filing, verdict="pass"), w.DUTY)
    with pytest.raises(Invalid, match="先报后签"):
        center.handle(m.SendFiling(filing_id=filing), CHIEF)
    other = Actor.of("chief.2", "chief", "420000", "李带班")
    with pytest.raises(Invalid, match="退回意见"):
        center.handle(m.JudgeFiling(filing_id=filing, verdict="return"), other)
    center.handle(m.JudgeFiling(filing_id=filing, verdict="return", words="补损失"), other)
    assert w.seen(center).filings[filing].editable
    with pytest.raises(NotFound):
        center.handle(m.WithdrawFiling(filing_id="XB-09999", reason="误拟"), w.DUTY)
    center.handle(m.WithdrawFiling(filing_id=filing, reason="误拟"), w.DUTY)
    assert not w.seen(center).filings[filing].open


def test_a_county_reports_early_and_each_level_signs_for_it(center):
    """Sent before its signature the debt stays open; the city's receipt is the city's knowledge."""
    here = w.incidents(center)[1]
    filing = drafted(center, here, "首报", w.COUNTY)
    fields = {"place": "黄梅县", "source": "镇值班室", "course": "江堤出险"}
    center.handle(m.SaveFiling(filing_id=filing, items=fields), w.COUNTY)
    with pytest.raises(Invalid, match="不是上级"):
        center.handle(m.SendFiling(filing_id=filing, to=("宜昌市",), early="险情紧急"), w.COUNTY)
    assert filing not in center.queries.situation(ELSEWHERE).filings
    center.handle(m.SendFiling(filing_id=filing, early="险情紧急"), w.COUNTY)
    sent = center.queries.situation(CITY).filings[filing]
    assert (sent.state, sent.receipts[0].org, sent.early) == ("review", "421100", "险情紧急")
    with pytest.raises(Invalid, match="签收人"):
        center.handle(m.TakeFiling(filing_id=filing, to="421100"), w.COUNTY)
    center.handle(m.TakeFiling(filing_id=filing, to="421100"), CITY)
    seen = w.seen(center)
    assert seen.filings[filing].receipts[0].taken_by == "黄冈值班员"
    assert any(r.org == "421100" for r in seen.reports_of(here))
    assert seen.filings[filing].open
    county_chief = Actor.of("chief.421127", "chief", "421127", "县带班")
    center.handle(m.JudgeFiling(filing_id=filing, verdict="pass"), county_chief)
    center.handle(m.JudgeFiling(filing_id=filing, verdict="pass"), county_chief)
    held = w.seen(center).filings[filing]
    assert (held.state, held.signer, held.open) == ("sent", "县带班", False)
    with pytest.raises(IllegalMove, match="已于"):
        center.handle(m.SendFiling(filing_id=filing, early="再报"), w.COUNTY)


def test_conflicting_sources_stand_side_by_side_on_page_and_paper(center):
    """Who said what when; the report names the one it uses."""
    here = w.incidents(center)[0]
    for source, dead in (("县应急局", 7), ("市卫健委", 8)):
        command = FileFollowup(
            incident_id=here, source=source, casualties=Casualties(dead=dead), text="核对"
        )
        center.handle(command, w.DUTY)
    found = conflicts(w.seen(center).reports_of(here))["dead"]
    assert [(f.source, f.value) for f in found][-2:] == [("县应急局", 7), ("市卫健委", 8)]
    filing = drafted(center, here, "续报")
    center.handle(
        m.SaveFiling(filing_id=filing, items={"course": "核对遇难人数"},
                     casualties=Casualties(dead=7)), w.DUTY,
    )  # fmt: skip
    seen = w.seen(center)
    paper = filing_paper(seen, center.areas, seen.filings[filing])
    document = Document(io.BytesIO(to_docx(paper)))
    texts = [p.text for p in document.paragraphs]
    assert seen.filings[filing].title in texts
    assert any("较续报（一）变化" in t for t in texts)
    rows = [[c.text for c in r.cells] for r in document.tables[-1].rows]
    used = {row[2]: row[4] for row in rows if row[0] == "遇难"}
    assert (used["县应急局"], used["市卫健委"]) == ("采用", "")
    center.handle(m.WithdrawFiling(filing_id=filing, reason="并入下次"), w.DUTY)


def test_a_sent_report_as_word_holds_every_field(center):
    """Title, number, addressee, each item, every figure, the signatures and the day, read back."""
    there = w.incidents(center)[1]
    filing = drafted(center, there, "首报")
    people = {name: n for n, name in enumerate(CASUALTY_WORDS, 2)}
    center.handle(
        m.SaveFiling(
            filing_id=filing, items={name: f"{word}如实填写" for name, word in ITEMS.items()},
            casualties=Casualties(**people), progress="处置进行中", loss_wan_yuan=120.5,
        ), w.DUTY,
    )  # fmt: skip
    signed(center, filing)
    center.handle(m.SendFiling(filing_id=filing), w.DUTY)
    seen = w.seen(center)
    held = seen.filings[filing]
    document = Document(io.BytesIO(to_docx(filing_paper(seen, center.areas, held))))
    texts = [p.text for p in document.paragraphs if p.text]
    assert held.title in texts
    assert "水库" in held.title
    assert any("演练" in t for t in texts[:2])
    assert any(held.id in t and held.name in t for t in texts)
    assert any(t.startswith("应急管理部") and t.endswith("：") for t in texts)
    for name, word in ITEMS.items():
        said = f"{word}如实填写"
        assert (f"{word}：{said}" if name in ONCE else said) in texts
    figures = next(t for t in texts if t.startswith(f"{CASUALTY_WORDS['dead']} "))
    for name, n in people.items():
        assert f"{CASUALTY_WORDS[name]} {n} 人" in figures
    assert "直接经济损失 120.5 万元。" in texts
    assert f"拟稿：{held.author}　审核：{held.reviewer}　签发：{held.signer}" in texts
    assert (held.author, held.reviewer, held.signer) == ("王值班", "陈带班", "省领导")
    assert any(t.startswith("报送：") and "应急管理部" in t for t in texts)
    assert "湖北省应急管理部门" in texts
    assert any(t.startswith("2020年7月5日") for t in texts)


def told_and_taken(center, incident, kind, actor, people, **taken):
    """A report of an incident from its draft to its receipt; the report as it then stands."""
    filing = drafted(center, incident, kind, actor)
    items = {"place": "黄梅县", "source": "现场指挥部", "course": f"{kind}内容"}
    command = m.SaveFiling(filing_id=filing, items=items, casualties=people)
    center.handle(command, actor)
    center.handle(m.SubmitFiling(filing_id=filing), actor)
    chief = Actor.of("chief.x", "chief", actor.org, "另一带班")
    for _ in ("审核", "签发"):
        center.handle(m.JudgeFiling(filing_id=filing, verdict="pass"), chief)
    center.handle(m.SendFiling(filing_id=filing), actor)
    waiting = w.seen(center).filings[filing]
    assert (waiting.state, waiting.open) == ("sent", True)
    center.handle(m.TakeFiling(filing_id=filing, **taken), actor if taken.get("way") else CITY)
    return w.seen(center).filings[filing]


def test_the_last_report_and_the_verified_figures_go_the_whole_way(center):
    """终报 ends follow-ups and starts the 核报 clocks; a 核报 changes figures, ends its own."""
    here, rules = w.incidents(center)[0], center.tools.rules["reporting"]
    by_hand = {"to": "应急管理部", "taken_by": "部值班室 赵", "way": "电话"}
    final = told_and_taken(
        center, here, "终报", w.DUTY, Casualties(dead=7, missing=0, injured_minor=4), **by_hand
    )
    assert (final.name, final.open) == ("终报", False)
    assert (final.receipts[0].taken_by, final.receipts[0].way) == ("部值班室 赵", "电话")
    with pytest.raises(Invalid, match="数字有变化请拟核报"):
        drafted(center, here, "续报")

    def clock(name):
        seen = w.seen(center)
        held = {d.id: d for d in deadlines_in(seen, seen.incidents[here], rules, center.areas)}
        return held[name]

    verify = clock("nd-verify-county")
    assert (verify.starts_at, verify.done_at) == (final.sent_at, None)
    assert clock("nd-verify-prefecture").due_at - final.sent_at == timedelta(days=3)
    right = Casualties(dead=8, missing=0, injured_minor=3)
    checked = told_and_taken(center, here, "核报", w.DUTY, right, **by_hand)
    assert (checked.name, checked.open) == ("核报（一）", False)
    assert "8人死亡3人受伤的核报（一）" in checked.title
    assert w.seen(center).incidents[here].casualties.dead == 8
    assert clock("nd-verify-county").done_at is None  # the province's is not the county's
    own = told_and_taken(center, here, "核报", w.COUNTY, right, to="421100")
    assert own.receipts[0].taken_by == "黄冈值班员"
    assert clock("nd-verify-county").done_at == own.sent_at
