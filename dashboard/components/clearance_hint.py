"""What a draft will need once it is issued: whose word, before or after, said beside the button."""

from __future__ import annotations

from collections import Counter
from typing import Any

from dash import html

from dashboard.components.drafting import Draft
from data.center import Center
from data.domain.approval import approval_of
from data.domain.authority import MAY, read_table
from data.domain.org import Actor
from data.domain.situation import Situation


def view(center: Center, seen: Situation, draft: Draft, actor: Actor, named: bool) -> Any:
    """One line a kind of force that the officer's own word does not cover; None when all is.

    `named` says that the order names who authorised it by word.
    """
    table = read_table(center.tools.rules.get("authority"))
    kinds: Counter[str] = Counter()
    for row in draft["teams"]:
        team, incident = seen.teams.get(row["team"]), seen.incidents.get(row["incident"])
        if team is not None and incident is not None and not row.get("moved_from"):
            kinds[approval_of(team, incident.all_areas, center.areas).key] += 1
    rules = [(table.for_teams(kind, n), n) for kind, n in kinds.items()]
    lines = [
        html.Li([html.B(f"{n} 队"), f" {rule.words()}",
                 html.Em("已填授权人，先行下达") if named and rule.by != "owner"
                 else html.Em("将待批；电话请示后填授权人即先行下达") if rule.wait else ""])
        for rule, n in rules
        if rule is not None and actor.role not in MAY[rule.by]
    ]  # fmt: skip
    return html.Ul(lines, className="clearing") if lines else None
