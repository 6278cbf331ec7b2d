"""The cover of a situation: who could still reach which county, now and after a plan."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from collections.abc import Set as AbstractSet
from typing import Any

from data.domain.coverage import Reach, cover, loss_counts, losses, require_capability, scenes
from data.domain.dispatch import Plan
from data.domain.org import Actor
from data.domain.situation import Situation
from data.services.reaching import Table, table_of
from data.services.tools import Tools


def coverage(
    situation: Situation,
    tools: Tools,
    capability: str | None = None,
    without: AbstractSet[str] = frozenset(),
    actor: Actor | None = None,
    *,
    closures: Sequence[Any] = (),
    closed_roads: Collection[Any] = (),
) -> dict[str, Any]:
    """Minutes from the nearest free able team to every county seat, and what lies within them.

    `capability` None means any rescue; teams in `without` count as gone; `actor` bounds counties
    and teams to its area; `closures` and `closed_roads` come on top of those in force. Minutes
    count getting ready, and are those of the newest revision: a team on its way home counts from
    where it was heard of then.

    Raises
    ------
    Invalid
        When there is no such capability.
    """
    capability = require_capability(capability)
    table = table_of(situation, tools, actor, closures, closed_roads)
    return cover(table.reach, table.chosen(capability, without))


def before_after(
    situation: Situation,
    tools: Tools,
    sent_team_ids: Collection[str],
    capability: str | None = None,
    actor: Actor | None = None,
    *,
    closures: Sequence[Any] = (),
    closed_roads: Collection[Any] = (),
    capabilities: Collection[str] = (),
) -> dict[str, Any]:
    """Cover as it is and as a plan that sends these teams would leave it, and who loses.

    `by_capability` counts, for each of `capabilities` in turn, the counties that lose.

    Raises
    ------
    Invalid
        When there is no such capability.
    """
    capability = require_capability(capability)
    table = table_of(situation, tools, actor, closures, closed_roads)
    sent = frozenset(sent_team_ids)
    before, after = _pair(table, capability, sent)
    return {
        "capability": capability, "before": before, "after": after,
        "losses": losses(before, after, scenes(situation, tools.spatial)),
        "by_capability": [
            {"capability": one, **loss_counts(*_pair(table, require_capability(one), sent))}
            for one in sorted(set(capabilities))
        ],
    }  # fmt: skip


def _pair(
    table: Table, capability: str | None, sent: AbstractSet[str]
) -> tuple[dict[str, Any], dict[str, Any]]:
    """Cover with every free team, and without those sent."""
    every, left = table.chosen(capability, frozenset()), table.chosen(capability, sent)
    return cover(table.reach, every), cover(table.reach, left)


def reach(
    situation: Situation,
    tools: Tools,
    actor: Actor | None = None,
    *,
    closures: Sequence[Any] = (),
    closed_roads: Collection[Any] = (),
) -> Reach:
    """Minutes from each free team to each county seat of the actor's area, as they are kept."""
    return table_of(situation, tools, actor, closures, closed_roads).reach


def asked(
    situation: Situation,
    tools: Tools,
    actor: Actor,
    capability: str | None = None,
    plan: Plan | None = None,
) -> dict[str, Any]:
    """The cover an actor asks for, with its moment; with a plan, before it and after.

    Raises
    ------
    Invalid
        When there is no such capability.
    """
    stamp = {"revision": situation.revision, "at": situation.at}
    if plan is None:
        found = coverage(situation, tools, capability, actor=actor)
        return {**stamp, "capability": capability or None, **_named(situation, found)}
    sent = [row["team"] for row in plan.answer.get("assignments") or ()]
    pair = before_after(
        situation, tools, sent, capability, actor,
        closures=plan.request.get("closures") or (),
        closed_roads=plan.request.get("closed_roads") or (),
        capabilities=[
            need["capability"]
            for needs in (plan.answer.get("needs") or {}).values()
            for need in needs
        ],
    )  # fmt: skip
    named = {when: _named(situation, pair[when]) for when in ("before", "after")}
    return {**stamp, "plan": plan.id, **pair, **named}


def _named(situation: Situation, found: dict[str, Any]) -> dict[str, Any]:
    """A cover whose teams have the names people know."""
    rows = [
        {**row, "team_name": situation.teams[row["team"]].name if row["team"] else None}
        for row in found["counties"]
    ]
    return {**found, "counties": rows}
