"""Who gets a warning: duty rooms of the area and the level above, and the receivers configured."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from data.domain.delivery import DESK, Delivery, DeliveryState
from data.domain.org import PROVINCE, AreaTree
from data.domain.warning import Warning  # noqa: A004 - the field's word
from data.services.channels.settings import ChannelSettings, Receiver
from data.services.tools import Tools
from data.store.unit_of_work import Unit


def address(unit: Unit, tools: Tools, warning: Warning, before: Warning | None) -> list[Delivery]:
    """Make a delivery for everybody who must have the warning, waiting to be sent after the commit.

    Who had the warning that this one updates or cancels has this one too, wherever it holds now.
    """
    channels: ChannelSettings = tools.rules["channels"]
    rooms = set(duty_rooms(tools.areas, warning))
    posts = {_key(r): r for r in receivers_of(channels, tools.areas, warning)}
    for each in unit.find(Delivery, warning_id=before.id) if before else ():
        if each.channel == DESK and each.area_code:
            rooms.add(each.area_code)
        for known in channels.receivers:
            if (known.channel, known.address) == (each.channel, each.address):
                posts[_key(known)] = known
    rooms.discard(warning.org)
    made = [_to_room(unit, tools, warning, code) for code in sorted(rooms)]
    made += [_to_post(unit, channels, warning, post) for _, post in sorted(posts.items())]
    return [unit.put(each) for each in made]


def duty_rooms(areas: AreaTree, warning: Warning) -> tuple[str, ...]:
    """The counties warned, their prefectures, and the level above whoever warns."""
    codes = {*warning.counties}
    codes |= {above for c in warning.counties if (above := areas.prefecture_of(c))}
    if warning.org != PROVINCE:
        codes.add(areas.path(warning.org)[-2])
    return tuple(sorted(codes))


def receivers_of(
    channels: ChannelSettings, areas: AreaTree, warning: Warning
) -> tuple[Receiver, ...]:
    """The configured receivers whose area the warning touches, and who want its colour."""
    return tuple(
        each
        for each in channels.receivers
        if warning.colour in each.colours
        and any(areas.covers(each.area, county) for county in warning.counties)
    )


def _key(receiver: Receiver) -> tuple[str, str]:
    return receiver.channel, receiver.address


def _to_room(unit: Unit, tools: Tools, warning: Warning, code: str) -> Delivery:
    """To a duty room of this center: it has it with the commit, and must sign."""
    return Delivery(
        id=unit.next_id("delivery"), warning_id=warning.id, channel=DESK,
        state=DeliveryState.DELIVERED, receiver=f"{tools.areas.name(code)}值班室", org=warning.org,
        area_code=code, wants_receipt=True, made_at=unit.now, sent_at=unit.now,
        delivered_at=unit.now, origin=warning.origin,
    )  # fmt: skip


def _to_post(
    unit: Unit, channels: ChannelSettings, warning: Warning, receiver: Receiver
) -> Delivery:
    """To a configured receiver: the outbox sends it."""
    return Delivery(
        id=unit.next_id("delivery"), warning_id=warning.id, channel=receiver.channel,
        receiver=receiver.name, address=receiver.address, org=warning.org,
        area_code=receiver.area, wants_receipt=receiver.receipt, made_at=unit.now,
        drill=channels.drill, origin=warning.origin,
    )  # fmt: skip


def reminded(held: Delivery, at: datetime) -> Delivery:
    """The delivery after one more reminder."""
    return replace(held, reminders=held.reminders + 1, reminded_at=at)
