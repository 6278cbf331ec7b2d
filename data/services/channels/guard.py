"""HTTP to strangers: the name is resolved once, the address judged, and that address connected."""

from __future__ import annotations

import http.client
import ipaddress
import socket
import ssl
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from threading import Timer
from urllib.parse import SplitResult, urlsplit

from data.services.channels.base import Failed
from data.services.channels.settings import Network

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
Resolve = Callable[[str, int], Iterable[str]]
LARGEST_ANSWER = 64_000
PORTS = {"http": 80, "https": 443}
SERVER_ERROR, TOO_MANY, TIMED_OUT = 500, 429, 408


@dataclass(frozen=True, kw_only=True)
class Answer:
    """What the other side answered."""

    status: int
    body: bytes


def resolved(host: str, port: int) -> list[str]:
    """Every address of a name, as the system's resolver says.

    Raises
    ------
    OSError
    """
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(each[4][0]).partition("%")[0] for each in found))


def parts_of(url: str) -> tuple[SplitResult, str, int]:
    """The parts of an address with host and port.

    Raises
    ------
    Failed
        No http(s) address, or one with a password in it.
    """
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as error:
        raise Failed(f"地址 {url[:80]} 无效", again=False) from error
    if parts.scheme not in PORTS or not parts.hostname:
        raise Failed("只能发往 http 或 https 地址", again=False)
    if parts.username or parts.password:
        raise Failed("地址中不能带用户名和密码", again=False)
    return parts, parts.hostname, port or PORTS[parts.scheme]


def judged(addresses: Iterable[str], allow: Iterable[Network]) -> str:
    """The first address, when every one of them may be reached.

    A name that also points inside is refused as a whole.

    Raises
    ------
    Failed
    """
    found = [ipaddress.ip_address(a) for a in addresses]
    if not found:
        raise Failed("域名没有地址")
    for address in found:
        if not _public(address) and not any(_holds(n, address) for n in allow):
            raise Failed(f"拒绝发往内部地址 {address}；确需发送请列入渠道设置 allow", again=False)
    return str(found[0])


def _holds(network: Network, address: Address) -> bool:
    return address.version == network.version and address in network


def _public(address: Address) -> bool:
    """Whether an address is one of the open Internet, whatever it is wrapped in."""
    if isinstance(address, ipaddress.IPv6Address):
        inner = [address.ipv4_mapped, address.sixtofour, *(address.teredo or ())]
        if address in ipaddress.ip_network("64:ff9b::/96"):
            inner.append(ipaddress.IPv4Address(int(address) & 0xFFFFFFFF))
        wrapped = [each for each in inner if each is not None]
        if wrapped:
            return all(_public(each) for each in wrapped)
    return address.is_global and not (
        address.is_multicast or address.is_reserved or address.is_unspecified
    )


class _Pinned(http.client.HTTPConnection):
    """A connection to one judged address, speaking to the name; the name is not asked again."""

    def __init__(self, host: str, port: int, address: str, timeout_s: float, *, tls: bool) -> None:
        super().__init__(host, port, timeout=timeout_s)
        self.address = address
        self.tls = tls

    def connect(self) -> None:
        """Connect to the address, prove the name."""
        plain = socket.create_connection((self.address, self.port), self.timeout)
        if not self.tls:
            self.sock = plain
            return
        try:
            self.sock = ssl.create_default_context().wrap_socket(plain, server_hostname=self.host)
        except BaseException:
            plain.close()
            raise


def post(
    url: str, body: bytes, headers: Mapping[str, str], *, allow: Iterable[Network],
    timeout_s: float, resolve: Resolve = resolved,
) -> Answer:  # fmt: skip
    """POST once: no redirect is followed, no proxy asked, the whole exchange ends in time.

    Raises
    ------
    Failed
        With the reason in words; a refused address or answer is not worth another try.
    """
    parts, host, port = parts_of(url)
    try:
        address = judged(resolve(host, port), allow)
    except OSError as error:
        raise Failed(f"找不到主机 {host}") from error
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    link = _Pinned(host, port, address, timeout_s, tls=parts.scheme == "https")
    # a peer that drips bytes never trips a socket's own timeout
    watchdog = Timer(timeout_s * 2, lambda: _cut(link))
    watchdog.daemon = True
    watchdog.start()
    try:
        link.request("POST", path, body, dict(headers))
        answer = link.getresponse()
        text = answer.read(LARGEST_ANSWER)
    except (OSError, http.client.HTTPException, AttributeError) as error:
        raise Failed(f"连接失败：{_words(error)}") from error
    finally:
        watchdog.cancel()
        link.close()
    return _accepted(Answer(status=answer.status, body=text))


def _cut(link: http.client.HTTPConnection) -> None:
    held = link.sock
    if held is not None:
        try:
            held.shutdown(socket.SHUT_RDWR)
        except OSError:
            return


def _accepted(answer: Answer) -> Answer:
    """The answer, when it is a yes.

    Raises
    ------
    Failed
    """
    kind = answer.status // 100
    if kind == 2:  # noqa: PLR2004
        return answer
    if kind == 3:  # noqa: PLR2004
        raise Failed(f"对方要求转到别处（{answer.status}），不跟随", again=False)
    again = answer.status >= SERVER_ERROR or answer.status in (TOO_MANY, TIMED_OUT)
    raise Failed(f"对方答复 {answer.status}", again=again)


def _words(error: Exception) -> str:
    if isinstance(error, TimeoutError):
        return "超时"
    if isinstance(error, ssl.SSLError):
        return "证书或加密有误"
    if isinstance(error, ConnectionRefusedError):
        return "对方拒绝连接"
    return "连接中断"
