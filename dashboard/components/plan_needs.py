"""The needs of one incident in its column: what stands against what is wanted, typed over in place.

The amounts are plain inputs of a flat list; `assets/plan.js` hands a changed one over as data.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from dash import html

from dashboard.components.flat import Field
from dashboard.components.plan_rows import Column
from dashboard.words import count
from data.domain.capabilities import CAPABILITIES
from data.domain.incident import Incident
from data.domain.messages import EditIncident
from data.domain.needs import needs_of, supplies_of


def needs(shown: Column, *, editable: bool = False) -> Any:
    """Every need: what stands against what is wanted; the amounts can be typed over."""
    told = any(n.assumption for n in shown.needs) or any(s.assumption for s in shown.supplies)
    cells = [
        _need(shown, editable=editable, kind="need", key=n.capability, name=n.capability,
              unit=n.unit, have=n.committed + n.drafted, wanted=n.wanted, assumed=n.assumption)
        for n in shown.needs
    ] + [
        _need(shown, editable=editable, kind="supply", key=s.item, name=s.name, unit=s.unit,
              have=s.have, wanted=s.wanted, assumed=s.assumption)
        for s in shown.supplies
    ]  # fmt: skip
    if not cells and not editable:
        return None
    bare = not (shown.rows or shown.standing)
    short = sum(n.gap > 0 for n in shown.needs) + sum(s.gap > 0 for s in shown.supplies)
    words = f"需求 {len(cells)} 项" + ("" if bare else f"，{len(cells) - short} 项已满足")
    note = "虚框为模板假定" + ("，改数即确认" if editable else "") if told else ""
    return html.Details(
        [
            html.Summary([words, html.Small(note)]),
            html.Div(cells, className="pneeds"),
            _add_need(shown) if editable else None,
        ],
        className="pneeds-box", open=editable and bare,
        **{"data-fold": f"needs-{shown.incident.id}-{'bare' if bare else 'plan'}"},
    )  # fmt: skip


def _need(
    shown: Column, *, editable: bool, kind: str, key: str, name: str, unit: str, have: float,
    wanted: float, assumed: str,
) -> Any:  # fmt: skip
    """One need: 搜救 48 / 60 人 缺 12."""
    gap = max(0.0, wanted - have)
    amount = _amount(shown, kind, key, name, wanted) if editable else html.B(count(wanted))
    return html.Label(
        [
            html.Span(name, title=name),
            html.B(count(min(have, wanted)), title=f"已有 {count(have)} {unit}"),
            "/", amount, html.Small(unit),
        ],
        className=" ".join(w for w in ("lack" if gap else "", "assumed" if assumed else "") if w),
        title=f"{name}：{assumed}" if assumed else name,
    )  # fmt: skip


def _amount(shown: Column, kind: str, key: str, name: str, wanted: float) -> Field:
    return Field(
        {
            "type": "number", "min": "0", "step": "any", "value": f"{wanted:g}",
            "id": f"plan-{kind}-{shown.incident.id}-{key}", "aria-label": f"{name}需要的数量",
            "data-need": key, "data-kind": kind, "data-of": shown.incident.id,
            "autocomplete": "off",
        }
    )  # fmt: skip


def _add_need(shown: Column) -> Any:
    """A capability nobody asked for yet, with its amount."""
    have = {n.capability for n in shown.needs}
    options = [html.Option(f"{c.id}（{c.unit}）", value=c.id) for c in CAPABILITIES.values()
               if c.id not in have]  # fmt: skip
    key = shown.incident.id
    return html.Div(
        [
            html.Select([html.Option("增加需求…", value=""), *options], id=f"plan-add-{key}",
                        **{"data-add-need": key, "aria-label": "增加的专业能力"}),
            Field({"type": "number", "min": "0", "step": "any", "placeholder": "数量",
                   "id": f"plan-add-amount-{key}", "data-add-amount": key, "data-of": key,
                   "aria-label": "增加的数量", "autocomplete": "off"}),
        ],
        className="padd",
    )  # fmt: skip


def edit(incident: Incident, act: Mapping[str, Any]) -> EditIncident | None:
    """The command for one amount typed: the whole list with that row stated; None when equal.

    What was taken from a template stays marked as assumed but for the row that was typed; an
    amount of 0 takes the row out.
    """
    is_supply = act.get("kind") == "supply"
    name = "item" if is_supply else "capability"
    rows = supplies_of(incident) if is_supply else needs_of(incident)
    key, amount = str(act.get("key") or ""), float(act.get("amount") or 0)
    before = next((r for r in rows if str(r[name]) == key), None)
    if before is None and amount <= 0:
        return None
    if before is not None and float(before["amount"]) == amount and not before.get("assumption"):
        return None
    stated = {**{k: v for k, v in (before or {}).items() if k != "assumption"}, name: key,
              "amount": amount}  # fmt: skip
    after = [stated if r is before else r for r in rows if r is not before or amount > 0]
    if before is None:
        after.append(stated)
    version = incident.version
    if is_supply:
        return EditIncident(
            incident_id=incident.id, expect_version=version, supply_needs=tuple(after)
        )
    return EditIncident(incident_id=incident.id, expect_version=version, needs=tuple(after))
