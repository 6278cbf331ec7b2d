"""Asks another body's server, carefully: addresses checked, sizes bounded, nothing sent twice."""

from __future__ import annotations

import ipaddress
import socket
from dataclasses import dataclass
from urllib.parse import urlsplit

import httpx

from data.errors import Invalid, Unavailable
from data.ingest.sharing_records import MOST_BYTES

CHUNK_BYTES = 65_536


@dataclass(frozen=True, kw_only=True)
class Fetched:
    """What was answered; `raw` is None when nothing has changed since."""

    raw: bytes | None
    etag: str = ""
    modified: str = ""


def fetch(
    url: str, *, timeout_s: float, headers: dict[str, str], etag: str = "", modified: str = "",
    private: bool = False,
) -> Fetched:  # fmt: skip
    """One conditional request. Redirects are not followed: they would leave the checked address.

    Parameters
    ----------
    private
        Whether addresses of this machine and of private networks may be asked.

    Raises
    ------
    Invalid
        When the address may not be asked.
    Unavailable
        When there was no usable answer.
    """
    parts = urlsplit(url)
    host = parts.hostname or ""
    port = parts.port or (443 if parts.scheme == "https" else 80)
    address = _checked(host, port, private=private)
    wanted = {**headers, "Host": parts.netloc.rpartition("@")[2], "Accept-Encoding": "gzip"}
    if etag:
        wanted["If-None-Match"] = etag
    if modified:
        wanted["If-Modified-Since"] = modified
    asked = httpx.URL(url).copy_with(host=address)
    try:
        with (
            httpx.Client(timeout=timeout_s, trust_env=False, follow_redirects=False) as client,
            client.stream("GET", asked, headers=wanted, extensions={"sni_hostname": host}) as got,
        ):
            return _read(got)
    except (httpx.HTTPError, httpx.InvalidURL, OSError) as error:
        raise Unavailable(f"对方没有应答：{type(error).__name__} {error}"[:300]) from error


def _read(got: httpx.Response) -> Fetched:
    if got.status_code == httpx.codes.NOT_MODIFIED:
        return Fetched(raw=None)
    if got.status_code != httpx.codes.OK:
        raise Unavailable(f"对方应答 {got.status_code}")
    raw = bytearray()
    for chunk in got.iter_bytes(CHUNK_BYTES):
        raw += chunk
        if len(raw) > MOST_BYTES:
            raise Unavailable(f"对方的数据超过 {MOST_BYTES} 字节")
    return Fetched(
        raw=bytes(raw), etag=got.headers.get("etag", "")[:200],
        modified=got.headers.get("last-modified", "")[:60],
    )  # fmt: skip


def _checked(host: str, port: int, *, private: bool) -> str:
    """The address a name stands for; it is asked itself, so that it cannot change in between."""
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise Unavailable(f"找不到主机 {host}") from error
    addresses = [str(entry[4][0]) for entry in found]
    if not private:
        for address in addresses:
            if not ipaddress.ip_address(address.partition("%")[0]).is_global:
                raise Invalid.field(
                    "poll.url", f"{host} 是内网或本机地址 {address}",
                    "政务内网请由运维设置 HUBEI_SHARE_PRIVATE=1 后重启",
                )  # fmt: skip
    return addresses[0]
