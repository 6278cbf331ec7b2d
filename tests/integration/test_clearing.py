"""Who may authorise what: orders of one's own go at once, others wait or are confirmed after."""

from __future__ import annotations

from datetime import timedelta

import pytest

from dashboard.components.follow_ups import waiting_for
from data.domain.approval import approval_of
from data.domain.authority import read_table
from data.domain.clearance import ClearanceState
from data.domain.dispatch import Authority
from data.domain.handover import open_items
from data.domain.linking import SupportState, Want
from data.domain.messages import AdvanceAssignment, IssueDispatch, RedirectAssignment, WantedTeam
from data.domain.messages import clearing as m
from data.domain.messages.fielding import GiveFieldCode
from data.domain.messages.linking import AskSupport, WithdrawSupport
from data.domain.org import Actor
from data.errors import Forbidden, IllegalMove, Invalid
from data.ingest.reference import read_authority
from tests.integration import plan_world as w

CHIEF = Actor.of("chief", "chief", "420000", "陈带班")
C = ClearanceState
WORD = Authority(name="李领导", post="厅长", way="电话")


@pytest.fixture(scope="module")
def center(tmp_path_factory):
    """Two incidents in 黄梅 and the exercise's forces."""
    with w.opened(tmp_path_factory.mktemp("var"), None) as made:
        yield made


@pytest.fixture(autouse=True)
def at_home(center):
    """Every team home again after each test."""
    yield
    w.home(center)


def teams(center, kind: str, number: int = 1) -> list[str]:
    """Free teams whose way to the first incident is of a kind."""
    seen = w.seen(center)
    areas = seen.incidents[w.incidents(center)[0]].all_areas
    found = [
        t.id for t in seen.available_teams()
        if approval_of(t, areas, center.areas).key == kind
    ]  # fmt: skip
    assert len(found) >= number, f"the exercise has too few teams of {kind}"
    return found[:number]


def issue(center, keys: list[str], by: Actor = w.DUTY, **more):
    """The answer to one order of teams to the first incident."""
    here = w.incidents(center)[0]
    wanted = tuple(WantedTeam(team=t, incident=here) for t in keys)
    return center.handle(IssueDispatch(assignments=wanted, **more), by).body


def move(center, assignment: str, to: str) -> None:
    """One step of an assignment."""
    center.handle(AdvanceAssignment(assignment_id=assignment, to=to), w.DUTY)


def of(center, answer) -> list:
    """The approvals of an order, as they stand."""
    seen = w.seen(center)
    return [c for c in seen.clearances.values() if c.subject == answer["id"]]


def test_the_shipped_table_names_every_kind_and_its_basis():
    """Each kind of force has its line; each line says what it rests on."""
    table = read_table(read_authority())
    kinds = {"own", "same_prefecture", "other_prefecture", "provincial", "national", "social",
             "enterprise", "army"}  # fmt: skip
    assert {r.kind for r in table.dispatch} == kinds
    assert all(r.basis for r in (*table.dispatch, *table.support))
    assert set(table.consent) == kinds
    assert table.consent["own"].minutes < table.consent["army"].minutes
    assert table.for_request("应急管理部").by == "leader"
    assert table.for_request("江西省应急管理厅") is None


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ({"kind": "navy", "over": 0, "by": "chief", "wait": True, "minutes": 1, "basis": "x"},
         "没有“navy”这类力量"),
        ({"kind": "own", "over": 0, "by": "boss", "wait": True, "minutes": 1, "basis": "x"},
         "by 只能是"),
        ({"kind": "own", "over": 0, "by": "chief", "wait": "no", "minutes": 1, "basis": "x"},
         "wait 应是"),
        ({"kind": "own"}, "请写 kind、over"),
    ],
)  # fmt: skip
def test_a_line_that_cannot_be_read_is_named(row, said):
    """Section, line and remedy, before any order meets it."""
    good = read_authority()["dispatch"][0]
    with pytest.raises(ValueError, match="dispatch 第 2 行") as caught:
        read_table({"dispatch": [good, row]})
    assert said in str(caught.value)


def test_ones_own_force_goes_at_once(center):
    """No approval, no waiting: the team accepts within the same minute."""
    made = issue(center, teams(center, "own"))
    assert made["clearances"] == []
    move(center, made["assignments"][0]["id"], "accepted")


def test_national_teams_wait_until_a_leader_grants(center):
    """Bound and 待批: not accepted, not redirected, no code for a phone; then they go."""
    made = issue(center, [*teams(center, "national"), *teams(center, "own")])
    held, free = made["assignments"]
    assert (held["held"], free["held"]) == (True, False)
    (one,) = of(center, made)
    assert (one.state, one.by, one.kind) == (C.ASKED, "leader", "national")
    assert w.seen(center).assignments[held["id"]].word == "待批"
    with pytest.raises(IllegalMove, match="此令待批"):
        move(center, held["id"], "accepted")
    with pytest.raises(IllegalMove, match="待批"):
        center.handle(
            RedirectAssignment(assignment_id=held["id"], incident_id=w.incidents(center)[1],
                               reason="更急"), w.DUTY)  # fmt: skip
    with pytest.raises(IllegalMove, match="批准后再签发"):
        center.handle(
            GiveFieldCode(assignment_id=held["id"], code_hash="x" * 64,
                          expires_at=center.clock.now() + timedelta(hours=1)), w.DUTY)  # fmt: skip
    move(center, free["id"], "accepted")
    with pytest.raises(Invalid, match="何人、以何种方式"):
        center.handle(m.GrantClearance(clearance_id=one.id), CHIEF)
    center.handle(m.ReviewClearance(clearance_id=one.id, words="拟同意"), CHIEF)
    center.handle(m.GrantClearance(clearance_id=one.id, words="同意"), w.LEADER)
    (one,) = of(center, made)
    assert one.state == C.GRANTED
    assert [s.what for s in one.steps] == ["拟办", "审核", "批准"]
    assert all(s.at is not None for s in one.steps)
    move(center, held["id"], "accepted")


def test_a_word_by_telephone_sends_them_and_is_signed_for_after(center):
    """Named in the order, or noted later: the team goes at once and the signature is owed."""
    first, second = teams(center, "national", 2)
    made = issue(center, [first], authorised_by=WORD)
    (one,) = of(center, made)
    assert one.state == C.BY_WORD
    assert one.authorised_by.name == "李领导"
    move(center, made["assignments"][0]["id"], "accepted")
    later = issue(center, [second])
    (two,) = of(center, later)
    own, blank = Authority(name="王值班", way="电话"), Authority(name="李领导")
    with pytest.raises(Forbidden, match="不能由本人"):
        center.handle(m.GrantClearance(clearance_id=two.id, authorised_by=own), w.DUTY)
    with pytest.raises(Invalid, match="授权方式"):
        center.handle(m.GrantClearance(clearance_id=two.id, authorised_by=blank), w.DUTY)
    center.handle(m.GrantClearance(clearance_id=two.id, authorised_by=WORD), w.DUTY)
    move(center, later["assignments"][0]["id"], "accepted")
    with pytest.raises(Forbidden, match="本人在此签认"):
        center.handle(m.GrantClearance(clearance_id=two.id, authorised_by=WORD), w.DUTY)
    for each in (one, two):
        center.handle(m.GrantClearance(clearance_id=each.id), w.LEADER)
        assert w.seen(center).clearances[each.id].state == C.GRANTED


def test_an_owner_is_asked_by_telephone_and_the_answer_noted(center):
    """The enterprise's team is ordered at once; who there consented is noted by the desk."""
    made = issue(center, teams(center, "enterprise"))
    (one,) = of(center, made)
    assert one.word == "已先行下达，待主管方同意"
    said = Authority(name="周调度", post="企业值班室", way="电话")
    center.handle(m.GrantClearance(clearance_id=one.id, authorised_by=said), w.DUTY)
    assert of(center, made)[0].decided_by == "周调度"


def test_a_refusal_calls_off_who_is_here_and_calls_back_who_left(center):
    """Ordered teams are freed, departed ones become a task to call back."""
    made = issue(center, teams(center, "enterprise", 2))
    here, out = (a["id"] for a in made["assignments"])
    move(center, out, "accepted")
    move(center, out, "departed")
    (one,) = of(center, made)
    said = Authority(name="周调度", way="电话")
    with pytest.raises(Invalid, match="不同意的理由"):
        center.handle(m.RefuseClearance(clearance_id=one.id, words=" "), w.DUTY)
    body = center.handle(
        m.RefuseClearance(clearance_id=one.id, words="装置未稳", authorised_by=said), w.DUTY
    ).body
    assert (body["cancelled"], body["to_recall"]) == ([here], [out])
    seen = w.seen(center)
    assert seen.assignments[here].state == "cancelled"
    assert "召回" in seen.tasks[body["task"]].title
    assert seen.clearances[one.id].state == C.REFUSED


def test_more_than_the_set_number_is_confirmed_after_it_went(center):
    """Six teams of other prefectures go at once; the chief confirms within the hour."""
    made = issue(center, teams(center, "other_prefecture", 6))
    (one,) = of(center, made)
    assert (one.state, one.by) == (C.GONE, "chief")
    assert not any(a["held"] for a in made["assignments"])
    assert one.due_at - one.asked_at == timedelta(minutes=60)
    center.handle(m.GrantClearance(clearance_id=one.id), CHIEF)
    assert of(center, made)[0].state == C.GRANTED


def test_a_chief_who_issues_needs_nobody_elses_word(center):
    """Who may authorise does not ask himself."""
    assert issue(center, teams(center, "other_prefecture", 6), CHIEF)["clearances"] == []


def test_nothing_left_to_decide_closes_the_approval(center):
    """Held teams taken out of the order: the approval lapses, and says so."""
    made = issue(center, teams(center, "national"))
    move(center, made["assignments"][0]["id"], "cancelled")
    (one,) = of(center, made)
    assert one.state == C.VOID
    with pytest.raises(IllegalMove, match="已失效"):
        center.handle(m.GrantClearance(clearance_id=one.id), w.LEADER)


def test_it_is_told_in_queue_journal_and_handover(center):
    """For the leader and for the desk; the journal names the kind; the next shift takes it."""
    made = issue(center, teams(center, "national"))
    seen = w.seen(center)
    for who in (w.LEADER, w.DUTY):
        rows = [r for r in waiting_for(seen, who, center.areas) if r.char == "审"]
        assert any("待批" in r.title and made["number"] in r.title for r in rows)
    assert any("待批：国家级力量 1队" in line["summary"] for line in seen.lines)
    items = open_items(seen, "420000", center.areas, center.tools.rules["reporting"])
    assert any(i.kind == "审批" and i.detail == "待批" for i in items)


def test_a_request_to_the_ministry_waits_for_the_leader(center):
    """Held until granted; by word it goes; taken back, its approval lapses."""
    wants = (Want(kind="队伍", name="国家矿山救援队", amount=1, unit="支"),)
    ask = AskSupport(wants=wants, reason="被困人员多", incident_id=w.incidents(center)[0])
    held = center.handle(ask, w.DUTY).body
    assert held["support"]["state"] == SupportState.HELD
    center.handle(m.GrantClearance(clearance_id=held["clearance"]["id"]), w.LEADER)
    assert w.seen(center).supports[held["support"]["id"]].state == SupportState.SENT
    told = AskSupport(wants=wants, reason="同上", authorised_by=WORD)
    sent = center.handle(told, w.DUTY).body
    assert (sent["support"]["state"], sent["clearance"]["state"]) == ("sent", "by_word")
    center.handle(WithdrawSupport(support_id=sent["support"]["id"], reason="已够"), w.DUTY)
    assert w.seen(center).clearances[sent["clearance"]["id"]].state == C.VOID
