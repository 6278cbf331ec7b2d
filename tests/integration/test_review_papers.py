"""Key steps against targets, who knew what when, proposed beside done, and the papers of it."""

from __future__ import annotations

import io
from dataclasses import replace
from datetime import timedelta

import pytest
import yaml
from docx import Document
from pypdf import PdfReader

from dashboard import takeaway
from dashboard.components import review_ledgers
from dashboard.components.flat import flat
from dashboard.documents.review_papers import after_action_paper, briefing_paper
from dashboard.documents.writing import written
from data.domain.command_post import Attendee, Conclusion, Consultation
from data.domain.deeds import deeds, goods
from data.domain.delivery import Delivery
from data.domain.directory import CallNote, CallResult
from data.domain.dispatch import AssignmentState, Transfer, TransferState
from data.domain.field import FieldNeed
from data.domain.intervals import findings, intervals
from data.domain.knowing import knowing
from data.domain.linking import SupportRequest, Want
from data.domain.messages import AdvanceAssignment, IssueDispatch, WantedTeam
from data.domain.messages import tasks as t
from data.domain.review_targets import read_targets
from data.domain.task import Step, TaskState
from data.domain.warning import Warning  # noqa: A004 - the field's word
from data.ingest.reference import REFERENCE
from tests.integration import plan_world as w

TARGETS = read_targets(yaml.safe_load((REFERENCE / "review.yaml").read_text(encoding="utf-8")))


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
    steps = {s.word: s for s in intervals(seen, incident, TARGETS)}
    assert steps["接报→首次调派"].minutes is not None
    assert steps["接报→首次调派"].target == 15
    assert steps["接报→报出首报"].minutes is None
    assert not steps["接报→报出首报"].late
    assert "自然灾害" in steps["接报→报出首报"].basis
    accident = intervals(seen, replace(incident, type="hazchem"), TARGETS)
    assert "493号" in next(s.basis for s in accident if s.word == "接报→报出首报")
    later = replace(seen, at=seen.at + timedelta(hours=6))
    waiting = {s.word: s for s in intervals(later, incident, TARGETS)}["接报→报出首报"]
    assert (waiting.minutes, waiting.late) == (None, True)
    assert any("仍未完成" in line for line in findings(later, incident, [waiting]))
    known = knowing(seen, center.areas, incident)
    assert known == sorted(known, key=lambda k: (k.at, k.who))
    assert any(k.way == "接令" for k in known)


def test_everything_that_told_somebody_is_known(center):
    """Calls, 会商, requests, tasks, warnings and words from the field, each by who heard it how."""
    seen = w.seen(center)
    here, there = w.incidents(center)
    at, step = seen.at, Step(what="签收", by="演练乙", at=seen.at)
    task = next(iter(seen.tasks.values())).moved(TaskState.TAKEN, "演练甲", at)
    taken = replace(task, owner="安置组").moved(TaskState.DONE, "演练甲", at, "已转移")
    met = Consultation(
        id="C", incident_id=there, org="420000", also=(here,), topic="渗水", starts_at=at,
        attendees=(Attendee(body="省水利厅"),), conclusions=(
            Conclusion(number=1, text="不再开挖", at=at),
        ),
    )  # fmt: skip
    asked = SupportRequest(
        id="S", incident_id=here, org="421127", to="黄冈市", wants=(Want(kind="other", name="犬"),),
        steps=(step,), verdict="partly", answer="2 只", answered_at=at,
    )  # fmt: skip
    warned = Warning(id="W", headline="滑坡红色", incident_id=here)
    signed = Delivery(id="D", warning_id="W", channel="desk", receiver="黄梅县", signed_at=at)
    told = FieldNeed(id="N", incident_id=here, team_id="T", words="路断", received_at=at)
    calls = [
        CallNote(id=str(n), incident_id=here, org="420000", name="演练丙", at=at, words=way,
                 direction=way, result=result)
        for n, (way, result) in enumerate((("out", "spoke"), ("in", "spoke"), ("out", "busy")))
    ]  # fmt: skip
    full = replace(
        seen, tasks={task.id: taken}, consultations={"C": met}, supports={"S": asked},
        warnings={"W": warned}, deliveries={"D": signed}, field_needs={"N": told},
        calls={c.id: replace(c, result=CallResult(c.result)) for c in calls},
    )  # fmt: skip
    held = {(k.what, k.who) for k in knowing(full, center.areas, seen.incidents[here])}
    assert held >= {
        ("任务：转移群众", "安置组"), ("任务办结：转移群众（已转移）", "湖北省"),
        ("会商：渗水", "省水利厅"), ("会商议定：不再开挖", "省水利厅"),
        ("支援请求：犬", "黄冈市"), ("支援答复：部分同意　2 只", "黄梅县"),
        ("预警：滑坡红色", "黄梅县"), ("现场报告：路断", "值班室"),
        ("out", "演练丙"), ("in", "湖北省"),
    }  # fmt: skip
    assert sum(what == "out" for what, _ in held) == 1  # nobody answered the third call
    other = {k.what for k in knowing(full, center.areas, seen.incidents[there])}
    assert {"会商：渗水", "会商议定：不再开挖"} <= other
    assert "预警：滑坡红色" not in other


def test_supplies_proposed_beside_those_sent(center):
    """By item and depot: what the plan gave, what went, what was signed for."""
    seen = w.seen(center)
    incident = seen.incidents[w.incidents(center)[0]]
    lot = next(iter(seen.lots.values()))
    key = {"item_id": lot.item_id, "depot_id": lot.depot_id, "incident_id": incident.id}
    eta = seen.at + timedelta(hours=2)
    answer = {"transfers": [
        {"lot": lot.id, "incident": incident.id, "amount": 5.0, "eta": eta.isoformat()},
        {"lot": lot.id, "incident": "I-other", "amount": 9.0},
    ]}  # fmt: skip
    (unsent,) = goods(seen, incident, [answer])
    assert (unsent.proposed, unsent.sent, unsent.received, unsent.state) == (5, 0, None, "未派")
    assert unsent.expected == eta
    gone = Transfer(
        id="T-1", dispatch_id="D", lot_id=lot.id, amount=4, received=3, eta=eta,
        state=TransferState.RECEIVED, times={"received": eta + timedelta(minutes=30)}, **key,
    )  # fmt: skip
    off = replace(gone, id="T-2", amount=7, received=None, state=TransferState.CANCELLED)
    with_both = replace(seen, transfers={gone.id: gone, off.id: off})
    (sent,) = goods(with_both, incident, [answer])
    assert (sent.proposed, sent.sent, sent.received, sent.late_min) == (5, 4, 3, 30)
    paper = str(after_action_paper(with_both, center.areas, incident, [answer], TARGETS).blocks)
    assert "物资（储备库）" in paper
    folds = flat(review_ledgers.ledgers(with_both, center.areas, [answer]))
    assert sent.depot in folds
    assert folds.count('data-fold="') == 4  # what is unfolded stays so when it is drawn again


def test_proposed_beside_done(center):
    """A team proposed and not sent, and one sent unasked, both stand in the list."""
    seen = w.seen(center)
    incident = seen.incidents[w.incidents(center)[0]]
    sent = seen.assignments_of(incident.id)[0]
    other = next(t for t in seen.available_teams() if t.id != sent.team_id)
    foreseen = seen.at + timedelta(minutes=50)
    row = {"team": other.id, "incident": incident.id, "eta": foreseen.isoformat()}
    answer = {"assignments": [row]}
    found = {d.team: d for d in deeds(seen, incident, [answer])}
    assert (found[other.name].proposed, found[other.name].sent) == (True, False)
    assert (found[other.name].expected, found[other.name].late_min) == (foreseen, None)
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
    paper = after_action_paper(seen, center.areas, incident, [], TARGETS)
    document = Document(io.BytesIO(written(paper, "docx")[0]))
    headings = [p.text for p in document.paragraphs if p.text[:2] in ("一、", "二、", "八、")]
    assert headings == ["一、事件概况", "二、关键用时", "八、复盘线索"]
    assert len(document.inline_shapes) == 1
    heads = [[c.text for c in table.rows[0].cells] for table in document.tables]
    assert ["何时", "谁", "知道什么", "怎么知道"] in heads
    told = findings(seen, incident, intervals(seen, incident, TARGETS))
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
