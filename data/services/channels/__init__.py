"""The table of channels: a plug-in is one file with `name`, `host` and `send`, listed here."""

from __future__ import annotations

from collections.abc import Mapping
from typing import cast

from data.services.channels import filedrop, loudspeaker, mail, sms, webhook
from data.services.channels.base import Channel, Failed, Parcel, Sent
from data.services.channels.settings import ChannelSettings

CHANNELS: Mapping[str, Channel] = {
    each.name: cast("Channel", each) for each in (webhook, loudspeaker, mail, sms, filedrop)
}


def dispatch(parcel: Parcel, channel: str, settings: ChannelSettings) -> tuple[Sent, bool]:
    """Send a parcel by its channel; in an exercise into the exercise's own box instead.

    Only a host that the settings name for exercises is reached from one. The second answer says
    whether the parcel went into the box.

    Raises
    ------
    Failed
    """
    if channel not in CHANNELS:
        raise Failed(f"没有渠道 {channel}", again=False)
    plug = CHANNELS[channel]
    if settings.drill:
        if parcel.status != "Exercise":
            raise Failed("演练中不发实际预警", again=False)
        if plug.host(parcel, settings) not in settings.drill_hosts:
            filedrop.drop(parcel, settings.box / channel)
            return Sent(), True
    return plug.send(parcel, settings), False
