"""Web hook 网络接口: the warning as signed JSON, POSTed to a receiver's own address."""

from __future__ import annotations

import hashlib
import hmac
import time

import msgspec

from data.services.channels import guard
from data.services.channels.base import Failed, Parcel, Sent
from data.services.channels.settings import ChannelSettings

name = "webhook"


def host(parcel: Parcel, _settings: ChannelSettings) -> str:
    """Where the receiver listens."""
    _, named, port = guard.parts_of(parcel.address)
    return f"{named}:{port}"


def send(parcel: Parcel, settings: ChannelSettings) -> Sent:
    """POST the parcel; an answer may say `{"state": "read"}`, else it counts as delivered."""
    body = msgspec.json.encode(parcel.body())
    answer = guard.post(
        parcel.address, body, headers_of(parcel, body, int(time.time())), allow=settings.allow,
        timeout_s=settings.timeout_s,
    )  # fmt: skip
    return Sent(state="read" if _said(answer.body) == "read" else "delivered")


def headers_of(parcel: Parcel, body: bytes, at: int) -> dict[str, str]:
    """The headers; the signature is HMAC-SHA-256 over `<seconds>.<body>`.

    Raises
    ------
    Failed
        When no key was agreed.
    """
    if not parcel.secret:
        raise Failed("没有约定签名密钥", again=False)
    return {
        "Content-Type": "application/json",
        "Idempotency-Key": f"{parcel.identifier}/{parcel.delivery}",
        "X-Hubei-Delivery": parcel.delivery,
        "X-Hubei-Signature": f"t={at},v1={signature(parcel.secret, at, body)}",
    }


def signature(secret: str, at: int, body: bytes) -> str:
    """What the receiver works out as well, in hex."""
    return hmac.new(secret.encode(), f"{at}.".encode() + body, hashlib.sha256).hexdigest()


def _said(body: bytes) -> str:
    try:
        found = msgspec.json.decode(body)
    except msgspec.DecodeError:
        return ""
    return str(found.get("state", "")) if isinstance(found, dict) else ""
