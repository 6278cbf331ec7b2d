"""SMS gateway 短信网关: one documented JSON request to the gateway that the department runs.

POST to `sms.url` with `Authorization: Bearer <sms.key>` and
`{"id": "<delivery>", "to": ["138…"], "text": "…", "parts": n}`; 2xx means accepted. A gateway that
knows more tells it later at `POST /api/v1/deliveries/<id>/state`. The same id twice is one message.
"""

from __future__ import annotations

import re

import msgspec

from data.domain.warning_text import sms_parts
from data.services.channels import guard
from data.services.channels.base import Failed, Parcel, Sent
from data.services.channels.settings import ChannelSettings

name = "sms"
_NUMBER = re.compile(r"\+?\d{5,15}")


def host(_parcel: Parcel, settings: ChannelSettings) -> str:
    """Where the gateway listens."""
    _, named, port = guard.parts_of(str(settings.sms.get("url", "")))
    return f"{named}:{port}"


def send(parcel: Parcel, settings: ChannelSettings) -> Sent:
    """Hand the short text to the gateway."""
    body = msgspec.json.encode(
        {
            "id": parcel.delivery, "to": numbers(parcel.address), "text": parcel.short,
            "parts": sms_parts(parcel.short),
        }
    )  # fmt: skip
    headers = {
        "Content-Type": "application/json",
        "Authorization": f"Bearer {settings.sms.get('key', '')}",
        "Idempotency-Key": parcel.delivery,
    }
    guard.post(
        str(settings.sms.get("url", "")), body, headers, allow=settings.allow,
        timeout_s=settings.timeout_s,
    )  # fmt: skip
    return Sent()


def numbers(address: str) -> list[str]:
    """The telephone numbers of an address.

    Raises
    ------
    Failed
        When one is none.
    """
    found = [n for n in re.split(r"[\s,，、;；]+", address.replace("-", "")) if n]
    wrong = [n for n in found if not _NUMBER.fullmatch(n)]
    if wrong or not found:
        raise Failed(f"手机号有误：{'、'.join(wrong) or '未填写'}", again=False)
    return found
