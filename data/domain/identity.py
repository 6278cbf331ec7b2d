"""The one provider people may also sign in with (OpenID Connect), as the settings name it."""

from __future__ import annotations

import ipaddress
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

from data.errors import Invalid

CALLBACK = "/oidc/callback"
# RFC 8176: how the provider says that more than a password was asked for.
SECOND_FACTORS = frozenset({"mfa", "otp", "hwk", "swk", "sc", "fpt", "face", "iris", "sms", "tel"})


@dataclass(frozen=True, kw_only=True)
class Provider:
    """Who is asked, as which client, and where browsers come back to."""

    issuer: str
    client_id: str
    client_secret: str = field(default="", repr=False)
    home: str  # the address browsers reach this center by
    name: str = "统一身份认证"
    ca: Path | None = None  # of a provider whose certificate a closed network signed itself

    @property
    def redirect_uri(self) -> str:
        """What must be registered with the provider."""
        return self.home + CALLBACK

    @classmethod
    def from_env(cls, env: Mapping[str, str]) -> Provider | None:
        """The provider of `HUBEI_OIDC_*`, or None when none is named.

        Raises
        ------
        Invalid
            When a part is missing or an address is not safe, naming the variable.
        """
        issuer = env.get("HUBEI_OIDC_ISSUER", "").rstrip("/")
        if not issuer:
            return None
        client = env.get("HUBEI_OIDC_CLIENT_ID", "")
        if not client:
            raise Invalid.field("HUBEI_OIDC_CLIENT_ID", "未填写", "请填在认证平台登记的客户端编号")
        home = env.get("HUBEI_PUBLIC_URL", "").rstrip("/")
        for name, value in (("HUBEI_OIDC_ISSUER", issuer), ("HUBEI_PUBLIC_URL", home)):
            if not safe_address(value):
                raise Invalid.field(
                    name, f"地址 {value or '（空）'} 不能使用", "请填 https:// 开头的完整地址"
                )
        ca = env.get("HUBEI_OIDC_CA")
        return cls(
            issuer=issuer, client_id=client, home=home,
            client_secret=env.get("HUBEI_OIDC_CLIENT_SECRET", ""),
            name=env.get("HUBEI_OIDC_NAME") or "统一身份认证",
            ca=Path(ca).resolve() if ca else None,
        )  # fmt: skip


def safe_address(url: str) -> bool:
    """Whether secrets may travel to an address: over TLS, or inside this very machine."""
    parts = urlsplit(url)
    if not parts.hostname or parts.username or parts.query or parts.fragment:
        return False
    return parts.scheme == "https" or (parts.scheme == "http" and _loopback(parts.hostname))


def _loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
