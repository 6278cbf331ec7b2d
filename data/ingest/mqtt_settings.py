"""Where the MQTT broker is and who the center is to it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote, urlsplit

from data.errors import Invalid
from data.ingest.mqtt_rows import ROOT

VERSIONS = ("5", "3.1.1")


@dataclass(frozen=True, kw_only=True)
class MqttSettings:
    """Where the broker is and who we are to it."""

    host: str
    port: int
    tls: bool = False
    username: str = ""
    password: str = ""
    ca: str = ""
    certificate: str = ""
    key: str = ""
    version: str = "5"
    client_id: str = "hubei-center"
    group: str = ""
    topics: tuple[str, ...] = (f"{ROOT}/#",)

    @classmethod
    def of(cls, url: str, **other: Any) -> MqttSettings:
        """Settings of an address `mqtt[s]://[user[:password]@]host[:port]`.

        Raises
        ------
        Invalid
            When it is none.
        """
        remedy = "请写成 mqtt://主机:1883 或 mqtts://主机:8883"
        try:
            parts = urlsplit(url)
            port = parts.port
        except ValueError as error:
            raise Invalid.field("HUBEI_MQTT", f"地址 {url} 无效", remedy) from error
        if parts.scheme not in {"mqtt", "mqtts"} or not parts.hostname:
            raise Invalid.field("HUBEI_MQTT", f"地址 {url} 无效", remedy)
        if other.get("version", "5") not in VERSIONS:
            raise Invalid.field("HUBEI_MQTT_VERSION", "协议版本无效", "请填 5 或 3.1.1")
        tls = parts.scheme == "mqtts"
        given = {k: v for k, v in other.items() if v}
        if parts.password and "password" not in given:
            given["password"] = unquote(parts.password)
        return cls(
            host=parts.hostname, port=port or (8883 if tls else 1883), tls=tls,
            username=unquote(parts.username or ""), **given,
        )  # fmt: skip
