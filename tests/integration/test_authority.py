"""Supply orders above the set amounts wait for an approval; the table is read strictly."""

from __future__ import annotations

import pytest

from dashboard.components.follow_ups import waiting_for
from data.domain.approval import approval_of, assumptions
from data.domain.authority import needs_approval, read_limits
from data.domain.depot import Item
from data.domain.dispatch import Transfer
from data.domain.messages import IssueDispatch, WantedLot
from data.domain.messages import stock as m
from data.domain.messages.clearing import GrantClearance
from data.domain.org import Actor
from data.errors import Forbidden, IllegalMove
from data.exercise.overlay import load_overlay
from data.ingest.reference import read_authority
from data.ingest.seeding import reference_things
from data.services.orders import leave_minutes
from tests.integration import plan_world as w

CHIEF = Actor.of("chief", "chief", "420000", "陈带班")


@pytest.fixture(scope="module")
def center(tmp_path_factory):
    """Two incidents and the depots of the plan's world."""
    with w.opened(tmp_path_factory.mktemp("var"), None) as made:
        yield made


def test_the_shipped_table_says_what_each_figure_rests_on():
    """Every line is read, and none pretends to be a rule."""
    limits = read_limits(read_authority())
    assert limits
    assert all(limit.basis == "假定" and limit.over > 0 for limit in limits)
    with pytest.raises(ValueError, match="第 1 行"):
        read_limits({"supplies": [{"unit": "顶"}]})
    units = {i.unit for i in (*reference_things(), *load_overlay().items) if isinstance(i, Item)}
    assert units <= {limit.unit for limit in limits}


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ({"by": "boss"}, "by 只能是 chief、leader"),
        ({"by": "owner"}, "by 只能是 chief、leader"),
        ({"minutes": 0}, "minutes 应大于 0"),
        ({"minutes": "soon"}, "第 1 行"),
    ],
)
def test_who_may_approve_supplies_is_read_strictly(row, said):
    """Only 带班领导 or 领导, within some minutes."""
    with pytest.raises(ValueError, match=said):
        read_limits({"supplies": [{"unit": "顶", "over": 1, **row}]})


def test_the_largest_amount_exceeded_says_whose_word():
    """Of several lines of one unit and word; a line for a word shuts the general one out."""
    rows = [
        {"unit": "顶", "over": 1, "item": "指挥", "by": "leader"}, {"unit": "顶", "over": 10},
        {"unit": "顶", "over": 100, "by": "leader", "minutes": 20},
    ]  # fmt: skip
    limits = read_limits({"supplies": rows})

    def whose(name, amount):
        order = Transfer(id="T", dispatch_id="D", lot_id="L", depot_id="K", item_id="M",
                         incident_id="I", amount=amount)  # fmt: skip
        found = needs_approval(limits, Item(id="M", name=name, unit="顶"), order)
        return found and (found.by, found.minutes)

    assert [whose("救灾帐篷", n) for n in (10, 11, 101)] == [None, ("chief", 60), ("leader", 20)]
    assert [whose("指挥帐篷", n) for n in (1, 2)] == [None, ("leader", 60)]


def test_a_large_order_waits_for_a_signature(center):
    """Not picked, not shipped before somebody who may sign approves; then it goes."""
    here = w.incidents(center)[0]
    seen = w.seen(center)
    lot = next(x for x in seen.lots.values() if x.on_hand >= 2)
    item = seen.items[lot.item_id]
    folder = center.settings.var / "rules"
    folder.mkdir(exist_ok=True)
    line = f"supplies: [{{unit: {item.unit}, over: 1, basis: 本例}}]"
    (folder / "authority.yaml").write_text(line, encoding="utf-8")
    assert center.reread_rules() == 1
    order = IssueDispatch(transfers=(WantedLot(lot=lot.id, incident=here, amount=2),))
    sent = center.handle(order, w.DUTY).body["transfers"][0]["id"]
    limits = read_limits(center.tools.rules["authority"])
    assert needs_approval(limits, item, w.seen(center).transfers[sent])
    for command in (m.PickTransfer(transfer_id=sent), m.ShipTransfer(transfer_id=sent)):
        with pytest.raises(IllegalMove, match=r"超过 1 .*须先经带班领导审批.*（本例）"):
            center.handle(command, w.DUTY)
    rows = waiting_for(w.seen(center), CHIEF, center.areas)
    assert any(r.char == "审" and item.name in r.title for r in rows)
    center.handle(m.ApproveTransfer(transfer_id=sent, words="同意"), CHIEF)
    center.handle(m.PickTransfer(transfer_id=sent), w.DUTY)
    assert not any(r.char == "审" for r in waiting_for(w.seen(center), CHIEF, center.areas))


def test_the_table_says_who_approves_and_within_how_long(center):
    """A line of one's own for a leader: 带班领导 is refused, a leader may; its clock runs."""
    here = w.incidents(center)[0]
    seen = w.seen(center)
    tent = next(i for i in seen.items.values() if i.unit == "顶")
    lot = next(x for x in seen.lots.values() if x.item_id == tent.id and x.free >= 6)
    bag = next(x for x in seen.lots.values() if seen.items[x.item_id].unit == "条" and x.free >= 6)
    lines = [
        "{unit: 顶, over: 1, by: leader, minutes: 15, basis: 本例}",
        "{unit: 条, over: 1, by: chief, minutes: 40, basis: 本例}",
    ]
    (center.settings.var / "rules").mkdir(exist_ok=True)
    file = center.settings.var / "rules" / "authority.yaml"
    file.write_text("supplies:\n" + "".join(f"  - {x}\n" for x in lines), encoding="utf-8")
    center.reread_rules()
    wanted = tuple(WantedLot(lot=x.id, incident=here, amount=5) for x in (lot, bag))
    made = center.handle(IssueDispatch(transfers=wanted), w.DUTY).body
    seen = w.seen(center)
    held = {c.by: c for c in seen.clearances.values() if c.subject == made["id"]}
    assert {by: (c.due_at - c.asked_at).seconds // 60 for by, c in held.items()} == {
        "leader": 15, "chief": 40,
    }  # fmt: skip
    mine = {t.lot_id: t.id for t in seen.transfers.values() if t.dispatch_id == made["id"]}
    sent = mine[lot.id]
    with pytest.raises(Forbidden, match="请报领导审批"):
        center.handle(m.ApproveTransfer(transfer_id=sent), CHIEF)
    with pytest.raises(IllegalMove, match="请领导在"):
        center.handle(m.PickTransfer(transfer_id=sent), w.DUTY)
    center.handle(GrantClearance(clearance_id=held["leader"].id), w.LEADER)
    center.handle(GrantClearance(clearance_id=held["chief"].id), CHIEF)
    center.handle(m.PickTransfer(transfer_id=sent), w.DUTY)


def test_the_minutes_of_consent_are_the_tables(center):
    """One's own table makes a team's way to departure longer, and a plan says so."""
    here = w.incidents(center)[0]
    seen = w.seen(center)
    team = next(
        t for t in seen.available_teams()
        if approval_of(t, seen.incidents[here].all_areas, center.areas).key == "own"
    )  # fmt: skip
    file = center.settings.var / "rules" / "authority.yaml"
    file.parent.mkdir(exist_ok=True)
    line = "{kind: own, minutes: 25, words: 本辖区力量，报县长, basis: 县文件}"
    file.write_text(f"consent:\n  - {line}\n", encoding="utf-8")
    center.reread_rules()
    incident = seen.incidents[here]
    assert leave_minutes(team, incident, center.tools) == team.ready_minutes + 25
    said = assumptions(center.tools.consents())
    assert "本辖区力量 25" in said
    assert "县文件" in said
    file.unlink()
    center.reread_rules()
    assert leave_minutes(team, incident, center.tools) == team.ready_minutes
