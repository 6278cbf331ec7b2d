"""The lives of assignments, transfers, reports and incidents: every move legal or refused."""

from datetime import UTC, datetime
from itertools import product

import pytest

from data.domain.dispatch import (
    BINDING,
    MOVES,
    TEAM_AFTER,
    TRANSFER_MOVES,
    Assignment,
    AssignmentState,
    Transfer,
    TransferState,
)
from data.domain.incident import Incident, Report
from data.errors import IllegalMove

NOW = datetime(2020, 7, 8, tzinfo=UTC)


@pytest.mark.parametrize(("start", "to"), list(product(AssignmentState, AssignmentState)))
def test_each_assignment_move_is_made_or_refused_by_name(start, to):
    """A legal move keeps its time; an illegal one names both states."""
    held = Assignment(id="A-1", dispatch_id="D-1", team_id="TM-1", incident_id="I-1", state=start)
    if to in MOVES[start]:
        moved = held.moved(to, NOW)
        assert moved.state == to
        assert moved.times[to.value] == NOW
        return
    with pytest.raises(IllegalMove, match=f"{start.word}.*{to.word}"):
        held.moved(to, NOW)


@pytest.mark.parametrize(("start", "to"), list(product(TransferState, TransferState)))
def test_each_transfer_move_is_made_or_refused_by_name(start, to):
    """What has left the depot is not cancelled."""
    held = Transfer(
        id="T-1", dispatch_id="D-1", lot_id="L-1", depot_id="DP-1", item_id="IT-1",
        incident_id="I-1", amount=1, state=start,
    )  # fmt: skip
    if to in TRANSFER_MOVES[start]:
        assert held.moved(to, NOW).state == to
        return
    with pytest.raises(IllegalMove, match=to.word):
        held.moved(to, NOW)


def test_the_tables_are_complete():
    """Every state has its row and word, and every one but 改派 leaves the team somewhere."""
    assert set(MOVES) == set(AssignmentState)
    assert set(TRANSFER_MOVES) == set(TransferState)
    assert all(state.word for state in AssignmentState)
    assert set(TEAM_AFTER) == set(AssignmentState) - {AssignmentState.REDIRECTED}


def test_every_assignment_ends_and_never_binds_again():
    """From each state a way leads out of binding, and no way leads back in."""
    for state in AssignmentState:
        reached, front = {state}, {state}
        while front:
            front = {t for s in front for t in MOVES[s]} - reached
            reached |= front
        assert reached - BINDING
        if state not in BINDING:
            assert not reached & BINDING


def test_a_team_under_way_is_redirected_or_released_never_cancelled():
    """Only what has not left may be called off."""
    for state in (AssignmentState.DEPARTED, AssignmentState.ARRIVED, AssignmentState.WORKING):
        assert AssignmentState.CANCELLED not in MOVES[state]
        assert {AssignmentState.RELEASED, AssignmentState.REDIRECTED} <= MOVES[state]


def test_a_report_is_settled_once():
    """A second merge says what became of it."""
    report = Report(id="R-1", type="flood", received_at=NOW).settled("merged", "I-1")
    with pytest.raises(IllegalMove, match="已并入事件"):
        report.settled("opened", "I-2")


def test_an_incident_closes_once():
    """A closed incident takes no more work."""
    incident = Incident(
        id="I-1", letter="甲", name="洪水", short_name="洪水", type="flood", area_code="420000",
        received_at=NOW, opened_at=NOW,
    )  # fmt: skip
    with pytest.raises(IllegalMove, match="已结束"):
        incident.closed(NOW, "终止").closed(NOW, "再次")
