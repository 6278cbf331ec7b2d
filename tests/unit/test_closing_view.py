"""结束事件 on the desk: what forbids it, what is left to others, and who may press."""

from dataclasses import replace
from datetime import UTC, datetime

from dashboard.components.close_desk import PAGES, TABS, closing_view, command_of
from data.domain.closing import open_ends
from data.domain.filing import Filing, FilingState
from data.domain.incident import Incident
from data.domain.linking import SupportRequest
from data.domain.messages import CloseIncident
from data.domain.messages.tasks import CarryTasks
from data.domain.org import Actor
from data.domain.situation import Situation
from data.domain.task import Instruction, Task, TaskState

T0 = datetime(2020, 7, 8, 0, tzinfo=UTC)
DUTY = Actor.of("duty", "duty", "420000", "王值班")
LEADER = Actor.of("leader", "leader", "420000", "李领导")
HERE = Incident(
    id="I-1", letter="甲", name="滑坡", short_name="滑坡", type="landslide", area_code="421127",
    received_at=T0, opened_at=T0,
)  # fmt: skip
TASK = Task(id="K-1", incident_id="I-1", org="420000", title="核实人数")
PAPER = Filing(id="F-1", incident_id="I-1", org="420000")
SEEN = Situation(
    revision=9, at=T0, incidents={"I-1": HERE}, tasks={"K-1": TASK}, filings={"F-1": PAPER},
)  # fmt: skip


def test_an_open_task_forbids_closing_and_is_carried_over_there():
    """Named with its state, the way to it beside it; the last button cannot be pressed."""
    shown = str(closing_view(SEEN, DUTY, HERE))
    for said in ("须先办结 1 项", "核实人数（待签收）", "转值班室续办", "结束后仍留办 1 项"):
        assert said in shown
    assert PAGES["任务"] in shown
    assert "disabled=True" in shown
    assert command_of({"do": "carry"}, "I-1", "夜里人少") == CarryTasks(
        incident_id="I-1", reason="夜里人少"
    )


def test_what_is_left_is_said_before_the_second_press():
    """Only a draft open: the button carries it, and says so."""
    done = replace(TASK, state=TaskState.DONE)
    shown = str(closing_view(replace(SEEN, tasks={"K-1": done}), DUTY, HERE))
    assert "再按一次：结束事件，留办 报告 1，不能撤销" in shown
    assert "须先办结" not in shown
    asked = {"do": "close", "left": ["F-1"]}
    assert command_of(asked, "I-1", "完") == CloseIncident(
        incident_id="I-1", reason="完", left_open=("F-1",)
    )


def test_nothing_open_is_said_and_who_may_not_close_has_no_button():
    """A leader reads the same list without the button."""
    clean = replace(SEEN, tasks={}, filings={})
    assert "都已办结" in str(closing_view(clean, DUTY, HERE))
    assert "结束事件" in str(closing_view(clean, DUTY, HERE))
    assert "结束事件" not in str(closing_view(clean, LEADER, HERE))


def test_a_report_sent_is_at_its_end_and_one_sent_early_owes_its_signature():
    """Sent and signed is no open end; sent before it was signed is one."""
    sent = replace(PAPER, state=FilingState.SENT, sent_at=T0)
    early = replace(PAPER, id="F-2", state=FilingState.SIGN, sent_at=T0)
    held = replace(SEEN, tasks={}, filings={"F-1": sent, "F-2": early})
    assert [(e.thing, e.state) for e in open_ends(held, HERE)] == [("F-2", "已先报，签发待补")]


def test_each_kind_of_open_end_has_its_way():
    """A kind without a page or a tab would be a button to nowhere."""
    asked = SupportRequest(id="S-1", incident_id="I-1", org="420000", number="1号")
    said = Instruction(id="N-1", incident_id="I-1", org="420000", text="核清人数")
    held = replace(SEEN, supports={"S-1": asked}, instructions={"N-1": said})
    kinds = {e.kind for e in open_ends(held, HERE)}
    assert kinds == {"任务", "批示", "报告", "请求支援"}
    assert kinds <= PAGES.keys() | TABS.keys()
