"""What the what-if panel does besides drawing: one press, one solve, one result, one keeping."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from dashboard.components import drafting, fork_view, forking, plan
from dashboard.components.flat import flat
from dashboard.components.fork_panel import UNGRADED
from dashboard.components.plan_rows import of_answer
from dashboard.components.plan_view import columns
from data.center import Center
from data.domain.dispatch import Plan
from data.domain.messages import EditIncident
from data.domain.org import Actor
from data.domain.situation import Situation
from data.errors import Invalid, NotFound

NEWEST_WINS = "duty-fork"  # a newer question of the same officer ends the older one's solver
Result = Mapping[str, Any]


@dataclass(frozen=True, kw_only=True)
class Keeping:
    """What keeping a fork does: commands to carry out, and what the draft takes over."""

    kept: forking.Kept
    commands: tuple[EditIncident, ...]


def changed(
    seen: Situation, state: forking.Fork, act: dict[str, Any], typed: tuple[str, str, str]
) -> forking.Fork:
    """The fork after one press.

    Raises
    ------
    Invalid
        When an incident is to be supposed nowhere, or an amount is no number.
    """
    do = act["do"]
    if do == "at":
        return {**state, "at": {name: act[name] for name in ("name", "lon", "lat")}}
    if do == "incident":
        if not state["at"]:
            raise Invalid.field("place", "假设事件还没有地点", "请在“地点”中输入名称并选一项")
        name, kind, level = typed
        return forking.add_incident(state, name, kind, None if level == UNGRADED else level)
    if do == "need":
        amount = act.get("amount")
        if not isinstance(amount, int | float) or amount < 0:
            raise Invalid.field("amount", "数量不是数字", "请填不小于 0 的数")
        return forking.set_need(
            state, seen, str(act["incident"]), str(act["capability"]), float(amount)
        )
    if do == "drop":
        return forking.drop(state, str(act["key"]))
    row = {"kind": do, **{k: act[k] for k in ("road", "name", "team") if k in act}}
    return forking.put(state, row)


def supposed(center: Center, actor: Actor, changes: list[dict[str, Any]]) -> Situation:
    """The situation with the supposed incidents in it; blocking."""
    seen = center.queries.situation(actor)
    asked = forking.supposing(changes)
    return center.supposed(seen, asked) if asked else seen


def solved(
    center: Center, actor: Actor, changes: list[dict[str, Any]], draft: drafting.Draft
) -> dict[str, Any]:
    """The fork's plan and the plan it stands against, solved first where there is none. Blocking.

    Raises
    ------
    CenterError
        What the center refuses; Invalid when nothing is supposed.
    """
    if not changes:
        raise Invalid.field("changes", "还没有任何假设或改动", "请先在左侧添加一项")
    seen = supposed(center, actor, changes)
    base = plan.request(center.queries.situation(actor), draft)
    against = base.get("previous")
    if not against:
        against = center.propose(actor, {**base, "key": NEWEST_WINS}).id
    asked = forking.request(seen, {**base, "previous": against, "key": NEWEST_WINS}, changes)
    made = center.propose(actor, asked)
    return {"owner": actor.username, "plan": made.id, "against": against, "changes": changes}


def plans_of(center: Center, actor: Actor, result: Result | None) -> tuple[Plan, Plan] | None:
    """The plan at hand and the fork's; None where there is no result or it is gone. Blocking."""
    if not result or result.get("owner") != actor.username:
        return None
    try:
        return center.plan_of(actor, result["against"]), center.plan_of(actor, result["plan"])
    except NotFound:
        return None


def drawn(
    center: Center, actor: Actor, result: Result | None, state: forking.Fork
) -> tuple[str, str, str, bool]:
    """The comparison, the columns, what keeping means, and whether it may not be pressed."""
    both = plans_of(center, actor, result)
    if result is None or both is None:
        hint = "添加假设后按 F8：这里显示推演方案与现方案的差别" if state["changes"] else ""
        return flat(fork_view.nothing_yet(hint)), "", "", True
    seen = supposed(center, actor, result["changes"])
    found = center.compare_plans(*both)
    stale = forking.mark(result["changes"]) != forking.mark(state["changes"])
    answers = (both[0].answer, both[1].answer)
    kept = forking.consequences(seen, result["changes"], answers[1], found["diff"])
    return (
        flat(fork_view.compared(seen, found, answers, stale=stale)),
        flat(columns(seen, forking.supposed_last(of_answer(seen, answers[1])))),
        flat(fork_view.keeping(kept)),
        stale or kept.is_empty,
    )


def kept(center: Center, actor: Actor, result: Result) -> Keeping:
    """What keeping a solved fork carries out. Blocking.

    Raises
    ------
    Invalid
        When the plans of the fork are gone.
    """
    both = plans_of(center, actor, result)
    if both is None:
        raise Invalid.field("plan", "推演结果已不在", "请按 F8 重新推演")
    seen = supposed(center, actor, result["changes"])
    diff = center.compare_plans(*both)["diff"]
    found = forking.consequences(seen, result["changes"], both[1].answer, diff)
    commands = tuple(
        EditIncident(
            incident_id=key, expect_version=seen.incidents[key].version, needs=tuple(rows)
        )
        for key, rows in found.needs.items()
    )
    return Keeping(kept=found, commands=commands)
