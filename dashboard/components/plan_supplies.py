"""What an incident needs of supplies, and how much of it is sent or in the draft."""

from __future__ import annotations

from dataclasses import dataclass

from dashboard.components.drafting import Draft
from data.domain.depot import Item
from data.domain.incident import Incident
from data.domain.needs import supplies_of
from data.domain.situation import Situation


@dataclass(frozen=True, kw_only=True)
class Supply:
    """An item an incident needs: how much, and how much is sent or in the plan."""

    item: str
    name: str
    unit: str
    wanted: float
    have: float
    assumption: str = ""

    @property
    def gap(self) -> float:
        """What is still missing."""
        return max(0.0, self.wanted - self.have)


def supplies(seen: Situation, draft: Draft, incident: Incident) -> list[Supply]:
    """Every item wanted, stated or by template, with what is sent and drafted of it."""
    have: dict[str, float] = {}
    for transfer in seen.transfers_of(incident.id):
        if transfer.state.value != "cancelled":
            have[transfer.item_id] = have.get(transfer.item_id, 0.0) + transfer.amount
    for row in draft["lots"]:
        lot = seen.lots.get(row["lot"])
        if lot and row["incident"] == incident.id:
            have[lot.item_id] = have.get(lot.item_id, 0.0) + row["amount"]
    found = []
    for need in supplies_of(incident):
        item = item_of(seen, str(need.get("item")))
        key = item.id if item else str(need.get("item"))
        found.append(
            Supply(
                item=str(need.get("item")), name=item.name if item else key,
                unit=item.unit if item else "", wanted=float(need.get("amount") or 0),
                have=have.get(key, 0.0), assumption=str(need.get("assumption") or ""),
            )
        )  # fmt: skip
    return found


def item_of(seen: Situation, name: str) -> Item | None:
    """An item by its id or its name."""
    return seen.items.get(name) or next((i for i in seen.items.values() if i.name == name), None)
