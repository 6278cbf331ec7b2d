"""Contingencies: kept by edition, started, raised and lowered; tasks and needs follow the level."""

from __future__ import annotations

import pytest

from data.domain.contingency_file import write
from data.domain.incident import Incident
from data.domain.messages import EditIncident, EndResponse, RecordResponse
from data.domain.messages import contingencies as m
from data.domain.messages import tasks as t
from data.domain.org import Actor
from data.errors import Conflict, Forbidden, IllegalMove, Invalid, Stale
from tests.integration import plan_world as w

CITY = Actor.of("duty.421100", "duty", "421100")
SLIDE, OVERLAY = "CP-landslide", "CP-epidemic_overlay"


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def center(request, tmp_path_factory):
    """A landslide and a reservoir in danger in 黄梅, on each engine."""
    server = None if request.param == "sqlite" else request.getfixturevalue("postgres_url")
    with w.opened(tmp_path_factory.mktemp("var"), server) as made:
        yield made


def plan(center, plan_id=SLIDE):
    """A contingency as it is kept."""
    return w.seen(center).contingencies[plan_id]


def tasks_of(center, incident_id, plan_id=SLIDE):
    """The open tasks of a contingency for an incident, by title."""
    held = w.seen(center).tasks.values()
    mine = [x for x in held if x.incident_id == incident_id and x.contingency_id == plan_id]
    return {x.title: x for x in mine if x.open}


def test_a_response_from_start_to_end(center):
    """Ⅲ gives its tasks and needs; Ⅱ adds; Ⅳ calls the untouched off and keeps what is begun."""
    here = w.incidents(center)[0]
    start = m.StartResponse(incident_id=here, contingency_id=SLIDE, level="III", basis="会商")
    made = center.handle(start, w.DUTY, "start-1").body
    response = made["response"]
    assert response["contingency_id"] == SLIDE
    assert made["needs_filled"]
    given = tasks_of(center, here)
    assert set(given) == {x.title for x in plan(center).tasks_at("III")}
    first = given["设二次滑动监测和撤离信号"]
    began = w.seen(center).responses[response["id"]].since
    assert (first.due_at - began).total_seconds() == 60 * 60
    assert (first.source, first.response_id, len(first.checklist)) == ("预案", response["id"], 3)
    needs = {(n["capability"], n["amount"]) for n in w.seen(center).incidents[here].needs}
    assert ("搜救", 150.0) in needs
    assert ("搜救", 60.0) not in needs
    assert center.handle(start, w.DUTY, "start-1").repeated
    assert len(tasks_of(center, here)) == len(given)
    with pytest.raises(IllegalMove, match="正在执行"):
        center.handle(start, w.DUTY)
    with pytest.raises(IllegalMove, match="按预案启动"):
        center.handle(
            RecordResponse(incident_id=here, body=response["body"], level="II",
                           contingency=response["contingency"]), w.DUTY,
        )  # fmt: skip

    done = given["核实人员伤亡、失联和受威胁情况"]
    for n in range(len(done.checklist)):
        center.handle(t.TickTask(task_id=done.id, item=n), w.DUTY)
    center.handle(t.AdvanceTask(task_id=done.id, to="done"), w.DUTY)
    raised = center.handle(
        m.ChangeResponse(response_id=response["id"], level="II", reason="又有失联"), w.DUTY
    ).body
    added = {x["title"] for x in raised["tasks"]}
    assert added == {x.title for x in plan(center).tasks_at("II")} - set(given)
    assert "派出省工作组指导" in {x["title"] for x in raised["cancelled"]}
    needs = {(n["capability"], n["amount"]) for n in w.seen(center).incidents[here].needs}
    assert ("搜救", 300.0) in needs

    begun = tasks_of(center, here)["开设现场指挥部"]
    center.handle(t.AdvanceTask(task_id=begun.id, to="taken"), w.DUTY)
    lowered = center.handle(
        m.ChangeResponse(response_id=raised["response"]["id"], level="IV", reason="搜救结束"),
        w.DUTY,
    ).body
    assert [x["id"] for x in lowered["kept"]] == [begun.id]
    assert "召开指挥部会商并明确前后方分工" in {x["title"] for x in lowered["cancelled"]}
    wanted = {x.title for x in plan(center).tasks_at("IV")}
    assert set(tasks_of(center, here)) == (wanted | {begun.title}) - {done.title}
    gone = w.seen(center).tasks[lowered["cancelled"][0]["id"]]
    assert (gone.state, gone.result) == ("cancelled", "响应由Ⅱ级调整为Ⅳ级：搜救结束")

    ended = center.handle(EndResponse(response_id=lowered["response"]["id"]), w.DUTY).body
    assert [x["id"] for x in ended["kept"]] == [begun.id]
    assert set(tasks_of(center, here)) == {begun.title}
    assert not [r for r in w.seen(center).responses_of(here) if r.contingency_id == SLIDE]

    again = center.handle(
        m.StartResponse(incident_id=here, contingency_id=SLIDE, level="III"), w.DUTY
    ).body
    titles = {x["title"] for x in again["tasks"]}
    assert done.title in titles
    assert begun.title not in titles


def test_stated_needs_are_not_overwritten_and_an_overlay_adds_its_own(center):
    """Somebody's own needs stay; an overlay needs a response under it, and brings materials."""
    there = w.incidents(center)[1]
    own = ({"capability": "排涝", "amount": 777.0},)
    center.handle(EditIncident(incident_id=there, needs=own), w.DUTY)
    lay = m.StartResponse(incident_id=there, contingency_id=OVERLAY, level="II")
    with pytest.raises(IllegalMove, match="叠加"):
        center.handle(lay, w.DUTY)
    center.handle(
        m.StartResponse(incident_id=there, contingency_id="CP-flood", level="III"), w.DUTY
    )
    laid = center.handle(lay, w.DUTY).body
    kept: Incident = w.seen(center).incidents[there]
    assert [dict(n) for n in kept.needs] == [dict(own[0])]
    items = {s["item"]: s["amount"] for s in kept.supply_needs}
    assert items["折叠床"] == 100
    wanted = {"医用口罩": 2000, "医用手套": 2000, "测温仪": 10, "医用防护服": 200}
    assert {k: items.get(k) for k in wanted} == wanted
    assert all("假定" in s["assumption"] for s in kept.supply_needs if s["item"] in wanted)
    catalogue = {i.name: i for i in w.seen(center).items.values()}
    assert all("假定" in catalogue[k].source for k in wanted)
    held = {center_lot.item_id for center_lot in w.seen(center).lots.values()}
    assert {catalogue[k].id for k in wanted} <= held
    given = {x["title"]: [c["text"] for c in x["checklist"]] for x in laid["tasks"]}
    assert any("不超过 6 人（假定）" in c for c in given["限制现场和安置点聚集"])
    assert any("不少于 2 处（假定）" in c for c in given["设置临时隔离点"])
    assert items["编织袋"] == 15000
    assert "设置临时隔离点" in {x["title"] for x in laid["tasks"]}
    assert {r.contingency_id for r in w.seen(center).responses_of(there)} == {"CP-flood", OVERLAY}


def test_an_overlay_ends_with_the_last_response_under_it(center):
    """Ending the base ends what lies over it, with its tasks, in one step; the answer says so."""
    there = w.incidents(center)[1]
    held = {r.contingency_id: r for r in w.seen(center).responses_of(there)}
    assert set(held) == {"CP-flood", OVERLAY}
    ended = center.handle(
        EndResponse(response_id=held["CP-flood"].id, basis="险情解除"), w.DUTY
    ).body
    assert [r["contingency_id"] for r in ended["ended_with_it"]] == [OVERLAY]
    seen = w.seen(center)
    assert seen.responses_of(there) == []
    tasks = [t for t in seen.tasks.values() if t.contingency_id == OVERLAY]
    assert tasks
    assert not any(t.open for t in tasks)
    assert any("一并终止" in line["summary"] for line in seen.lines)


def test_nothing_is_left_behind_by_a_refused_start(center):
    """A material missing from the catalogue refuses the start: no response, no task."""
    here = w.incidents(center)[0]
    before = w.seen(center)
    with pytest.raises(Invalid, match="不适用"):
        center.handle(
            m.StartResponse(incident_id=here, contingency_id="CP-flood", level="II"), w.DUTY
        )
    with pytest.raises(Invalid, match="没有这一级"):
        center.handle(
            m.StartResponse(incident_id=here, contingency_id="CP-overall", level="V"),  # type: ignore[arg-type]
            w.DUTY,
        )
    with pytest.raises(Forbidden):
        center.handle(m.StartResponse(incident_id=here, contingency_id=SLIDE, level="II"), w.COUNTY)
    after = w.seen(center)
    assert (before.revision, before.tasks) == (after.revision, after.tasks)


def test_editions_are_kept_and_a_seed_does_not_take_them_back(center):
    """A revision needs its reason; its text and the shipped one stay; seeding again keeps it."""
    held = plan(center, "CP-mine")
    text = write(held).replace("取得矿图、通风和排水系统图", "调取矿图并复印三份")
    save = m.SaveContingency(contingency_id=held.id, text=text, reason="演练后修订",
                             expect_version=held.version)  # fmt: skip
    with pytest.raises(Invalid, match="修订说明"):
        center.handle(m.SaveContingency(contingency_id=held.id, text=text), w.DUTY)
    center.handle(save, w.DUTY)
    kept = plan(center, "CP-mine")
    assert (kept.edition, [e.number for e in kept.editions]) == (2, [1, 2])
    assert kept.editions[0].text == write(held)
    assert "调取矿图" in kept.editions[1].text
    with pytest.raises(Stale):
        center.handle(m.SaveContingency(contingency_id=held.id, text=write(held), reason="退回",
                                        expect_version=held.version), w.DUTY)  # fmt: skip
    center.seed()
    assert plan(center, "CP-mine") == kept


def test_a_city_keeps_its_own_plan_and_no_other(center):
    """A city's plan is made by the city; the province's is refused, so is a false tier or name."""
    text = "name: 黄冈市地质灾害预案\narea_code: '421100'\ntier: 市级\ntypes: [滑坡]\n"
    text += "triggers:\n- {level: Ⅲ, words: 中型, grades: [III]}\n"
    made = center.handle(m.SaveContingency(text=text), CITY).body["contingency"]
    assert made["editions"][0]["words"] == "首次录入"
    with pytest.raises(Conflict, match="同名"):
        center.handle(m.SaveContingency(text=text), CITY)
    with pytest.raises(Forbidden):
        center.handle(
            m.SaveContingency(contingency_id=SLIDE, text=write(plan(center)), reason="改"), CITY
        )
    with pytest.raises(Invalid, match="层级"):
        center.handle(m.SaveContingency(text=text.replace("市级", "县级")), CITY)
    with pytest.raises(Invalid, match=r"items\[1\].item：没有物资品类“魔毯”"):
        center.handle(m.SaveContingency(text=text + "items: [{item: 魔毯, amount: 1}]\n"), CITY)
    here = w.incidents(center)[0]
    own = m.StartResponse(incident_id=here, contingency_id=made["id"], level="III")
    center.handle(own, CITY)
    center.handle(m.WithdrawContingency(contingency_id=made["id"], reason="换版"), CITY)
    assert not plan(center, made["id"]).suits(w.seen(center).incidents[here], center.areas)
