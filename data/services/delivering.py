"""What becomes of deliveries: sent, failed, read, signed for, reminded, sent again."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from data.domain.delivery import DESK, Delivery, DeliveryState
from data.domain.messages import Command
from data.domain.messages import warnings as m
from data.domain.org import Permission
from data.domain.warning import Warning  # noqa: A004 - the field's word
from data.errors import IllegalMove, Invalid
from data.services import addressing, checks
from data.services.bus import Handler
from data.services.tools import Tools
from data.store.unit_of_work import Unit

D = DeliveryState


def record_outcomes(unit: Unit, command: m.RecordOutcomes, tools: Tools) -> dict[str, Any]:
    """Note what went out and what failed; a gateway's later word counts like the outbox's own.

    Raises
    ------
    Forbidden, NotFound
    """
    if not unit.actor.may(Permission.TELEMETRY):
        unit.actor.require(Permission.WARN)
    changed = []
    for outcome in command.outcomes:
        held = unit.get(Delivery, outcome.delivery_id)
        tools.areas.require(unit.actor.org, held.orgs)
        if outcome.state == "failed":
            made = held.failed(outcome.reason, command.at, again=outcome.again)
        else:
            made = held.advanced(D(outcome.state), unit.now)
        if made != held:
            changed.append(unit.put(made))
    if changed:
        unit.tell(_summary(changed), area=changed[0].area_code)
    return {"deliveries": changed}


def _summary(changed: list[Delivery]) -> str:
    """预警发送：已发出 3；失败 1（省水利厅值班室：超时）."""
    out = sum(d.state not in (D.WAITING, D.FAILED) for d in changed)
    later = [d for d in changed if d.state == D.WAITING]
    lost = [d for d in changed if d.state == D.FAILED]
    parts = [f"已发出 {out}"] if out else []
    if later:
        parts.append(f"待重发 {len(later)}（{later[0].receiver}：{later[0].reason}）")
    if lost:
        parts.append(f"失败 {len(lost)}（{lost[0].receiver}：{lost[0].reason}）")
    return "预警发送：" + "；".join(parts)


def retry_delivery(unit: Unit, command: m.RetryDelivery, tools: Tools) -> dict[str, Any]:
    """Put a failed delivery back in the queue."""
    unit.actor.require(Permission.WARN)
    held = unit.get(Delivery, command.delivery_id)
    tools.areas.require(unit.actor.org, (held.org,))
    kept = unit.put(held.again())
    unit.tell(f"预警重发：{kept.receiver}", area=kept.area_code)
    return {"delivery": kept}


def read_delivery(unit: Unit, command: m.ReadDelivery, _tools: Tools) -> dict[str, Any]:
    """A duty room has opened a warning; only its own room reads for it."""
    unit.actor.require(Permission.WARN)
    held = unit.get(Delivery, command.delivery_id)
    if held.channel != DESK or held.area_code != unit.actor.org or held.state == D.READ:
        return {"delivery": held}
    kept = unit.put(held.advanced(D.READ, unit.now))
    unit.tell(f"预警已阅：{kept.receiver}", area=kept.area_code)
    return {"delivery": kept}


def sign_receipt(unit: Unit, command: m.SignReceipt, tools: Tools) -> dict[str, Any]:
    """Sign for a warning; for another body by hand, with who said so and how.

    Raises
    ------
    Forbidden, NotFound, Invalid, IllegalMove
    """
    unit.actor.require(Permission.WARN)
    held = unit.get(Delivery, command.delivery_id)
    own = held.channel == DESK and held.area_code == unit.actor.org
    if not own:
        tools.areas.require(unit.actor.org, held.orgs)
    by = command.signed_by.strip() or (unit.actor.name if own else "")
    by = checks.required(by, "signed_by", "签收人", "请写明对方何人签收")
    way = "系统签收" if own else command.way.strip()
    way = checks.required(way, "way", "签收方式", "请写明电话、当面等")
    at = checks.past(command.signed_at, "signed_at", "签收时间", unit.now) or unit.now
    if held.made_at is not None and at < held.made_at.replace(second=0, microsecond=0):
        raise Invalid.field("signed_at", "签收早于发布", "请核对时间")
    kept = unit.put(held.signed(by, way, at))
    unit.tell(f"预警签收：{kept.receiver} {by}（{way}）", area=kept.area_code)
    return {"delivery": kept}


def remind_receivers(unit: Unit, command: m.RemindReceivers, tools: Tools) -> dict[str, Any]:
    """Remind everybody who has not signed yet.

    Raises
    ------
    IllegalMove
        When everybody has.
    """
    unit.actor.require(Permission.WARN)
    warning = unit.get(Warning, command.warning_id)
    tools.areas.require(unit.actor.org, (warning.org,))
    silent = [d for d in unit.find(Delivery, warning_id=warning.id) if d.unsigned]
    if not silent:
        raise IllegalMove("各单位均已签收")
    kept = [unit.put(addressing.reminded(d, unit.now)) for d in silent]
    unit.tell(f"催签收：{warning.headline}，{len(kept)} 处", area=warning.area_code)
    return {"deliveries": kept}


HANDLERS: Mapping[type[Command], Handler] = {
    m.RecordOutcomes: record_outcomes,
    m.RetryDelivery: retry_delivery,
    m.ReadDelivery: read_delivery,
    m.SignReceipt: sign_receipt,
    m.RemindReceivers: remind_receivers,
}
