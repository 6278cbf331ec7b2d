"""Key steps against targets, who knew what when, proposed beside done, and the papers of it."""

from __future__ import annotations

import io
from dataclasses import replace
from datetime import timedelta

import pytest
from docx import Document
from pypdf import PdfReader

from dashboard import takeaway
from dashboard.documents.review_papers import after_action_paper, briefing_paper
from dashboard.documents.writing import written
from data.domain.dispatch import AssignmentState
from data.domain.intervals import deeds, findings, intervals, knowing
from data.domain.messages import AdvanceAssignment, IssueDispatch, WantedTeam
from data.domain.messages import tasks as t
from tests.integration import plan_world as w


@pytest.fixture(scope="module")
def center(tmp_path_factory):
    """Two incidents, one team sent to the first and arrived, an instruction answered."""
    with w.opened(tmp_path_factory.mktemp("var"), None) as made:
        here = w.incidents(made)[0]
        team = next(x for x in w.seen(made).available_teams())
        sent = made.handle(
            IssueDispatch(assignments=(WantedTeam(team=team.id, incident=here),)),
            w.DUTY,
        ).body["assignments"][0]["id"]
        for status in ("accepted", "departed", "arrived"):
            made.handle(AdvanceAssignment(assignment_id=sent, to=status), w.DUTY)
        made.handle(
            t.AddTask(title="转移群众", incident_id=here,
                      due_at=made.clock.now() + timedelta(hours=1)), w.DUTY,
        )  # fmt: skip
        yield made


def test_steps_and_who_knew_what(center):
    """Each step has its minutes and target; what has not happened is unknown, never nought."""
    seen = w.seen(center)
    incident = seen.incidents[w.incidents(center)[0]]
    steps = {s.word: s for s in intervals(seen, incident)}
    assert steps["接报→首次调派"].minutes is not None
    assert steps["接报→首次调派"].target == 15
    assert steps["接报→报出首报"].minutes is None
    assert not steps["接报→报出首报"].late
    assert "自然灾害" in steps["接报→报出首报"].basis
    accident = intervals(seen, replace(incident, type="hazchem"))
    assert "493号" in next(s.basis for s in accident if s.word == "接报→报出首报")
    later = replace(seen, at=seen.at + timedelta(hours=6))
    waiting = {s.word: s for s in intervals(later, incident)}["接报→报出首报"]
    assert (waiting.minutes, waiting.late) == (None, True)
    assert any("仍未完成" in line for line in findings(later, incident, [waiting]))
    known = knowing(seen, center.areas, incident)
    assert known == sorted(known, key=lambda k: (k.at, k.who))
    assert any(k.way == "接令" for k in known)


def test_proposed_beside_done(center):
    """A team proposed and not sent, and one sent unasked, both stand in the list."""
    seen = w.seen(center)
    incident = seen.incidents[w.incidents(center)[0]]
    sent = seen.assignments_of(incident.id)[0]
    other = next(t for t in seen.available_teams() if t.id != sent.team_id)
    answer = {"assignments": [{"team": other.id, "incident": incident.id}]}
    found = {d.team: d for d in deeds(seen, incident, [answer])}
    assert (found[other.name].proposed, found[other.name].sent) == (True, False)
    mine = next(d for d in found.values() if d.sent)
    assert (mine.proposed, mine.arrived) == (False, sent.times["arrived"])
    assert mine.late_min is not None
    gone = replace(sent, id="A-99999", state=AssignmentState.CANCELLED, times={})
    both = replace(seen, assignments=seen.assignments | {gone.id: gone})
    rows = [d for d in deeds(both, incident, [answer]) if d.team == mine.team]
    assert sorted((d.sent, d.arrived is not None) for d in rows) == [(False, False), (True, True)]


def test_the_papers(center):
    """The report names its findings; the briefing stands both side by side, in every way."""
    seen = w.seen(center)
    incident = seen.incidents[w.incidents(center)[0]]
    paper = after_action_paper(seen, center.areas, incident, [])
    document = Document(io.BytesIO(written(paper, "docx")[0]))
    headings = [p.text for p in document.paragraphs if p.text[:2] in ("一、", "二、", "八、")]
    assert headings == ["一、事件概况", "二、关键用时", "八、复盘线索"]
    assert len(document.inline_shapes) == 1
    heads = [[c.text for c in table.rows[0].cells] for table in document.tables]
    assert ["何时", "谁", "知道什么", "怎么知道"] in heads
    told = findings(seen, incident, intervals(seen, incident))
    texts = "".join(p.text for p in document.paragraphs)
    assert all(line in texts for line in told)
    briefing = briefing_paper(seen, center.areas)
    side = next(b for b in briefing.blocks if getattr(b, "heads", None))
    assert [h[:1] for h in side.heads] == ["", "甲", "乙"]
    reader = PdfReader(io.BytesIO(written(briefing, "pdf")[0]))
    assert "处置情况汇报" in reader.pages[0].extract_text()
    page = takeaway.joint_page(center, seen)
    assert page.count('class="brief') == 2
    assert 'src="http' not in page
    assert 'href="http' not in page.replace('href="https://leafletjs.com', "")


def test_the_briefing_after_the_end(center):
    """With none open the papers tell of those closed last, and not of one that ended before."""
    seen = w.seen(center)
    first, second = seen.sided()
    end = seen.at + timedelta(hours=5)
    old = replace(first, id="I-00000", received_at=first.received_at - timedelta(days=9),
                  status="closed", closed_at=first.received_at - timedelta(days=8))  # fmt: skip
    one = replace(seen, incidents=seen.incidents | {first.id: first.closed(seen.at, "止")})
    assert [i.id for i in one.briefed()] == [second.id]
    both = {first.id: first.closed(seen.at, "止"), second.id: second.closed(end, "止")}
    over = replace(seen, at=end, incidents={old.id: old} | both)
    assert over.sided() == []
    assert [i.id for i in over.briefed()] == [first.id, second.id]
    paper = briefing_paper(over, center.areas)
    assert paper.title == "2 起突发事件处置情况汇报"
    state = next(b for b in paper.blocks if getattr(b, "heads", None)).rows[0]
    assert all("结束" in word for word in state[1:])
    page = takeaway.joint_page(center, over)
    assert page.count('class="brief') == 2
    assert page.count("结束</p>") == 2
    team = over.teams[over.assignments_of(first.id)[0].team_id].name
    assert f"<li>{team}" in page
    nothing = replace(over, incidents={})
    assert briefing_paper(nothing, center.areas).title == "当前无突发事件"
