"""Supply orders above the set amounts wait for an approval; the table is read strictly."""

from __future__ import annotations

import pytest

from dashboard.components.follow_ups import waiting_for
from data.domain.authority import needs_approval, read_limits
from data.domain.messages import IssueDispatch, WantedLot
from data.domain.messages import stock as m
from data.domain.org import Actor
from data.errors import IllegalMove
from data.ingest.reference import read_authority
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


def test_a_large_order_waits_for_a_signature(center):
    """Not picked, not shipped before somebody who may sign approves; then it goes."""
    here = w.incidents(center)[0]
    seen = w.seen(center)
    lot = next(x for x in seen.lots.values() if x.on_hand >= 2)
    item = seen.items[lot.item_id]
    folder = center.settings.var / "rules"
    folder.mkdir()
    line = f"supplies: [{{unit: {item.unit}, over: 1, basis: 本例}}]"
    (folder / "authority.yaml").write_text(line, encoding="utf-8")
    assert center.reread_rules() == 1
    order = IssueDispatch(transfers=(WantedLot(lot=lot.id, incident=here, amount=2),))
    sent = center.handle(order, w.DUTY).body["transfers"][0]["id"]
    limits = read_limits(center.tools.rules["authority"])
    assert needs_approval(limits, item, w.seen(center).transfers[sent])
    for command in (m.PickTransfer(transfer_id=sent), m.ShipTransfer(transfer_id=sent)):
        with pytest.raises(IllegalMove, match=r"超过 1 .*须先审批（本例）"):
            center.handle(command, w.DUTY)
    rows = waiting_for(w.seen(center), CHIEF, center.areas)
    assert any(r.char == "审" and item.name in r.title for r in rows)
    center.handle(m.ApproveTransfer(transfer_id=sent, words="同意"), CHIEF)
    center.handle(m.PickTransfer(transfer_id=sent), w.DUTY)
    assert not any(r.char == "审" for r in waiting_for(w.seen(center), CHIEF, center.areas))
