"""The file of channels and receivers that an administrator writes; read once, refused by name."""

from __future__ import annotations

import ipaddress
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from data.domain.org import PROVINCE
from data.domain.strict_yaml import loaded
from data.domain.warning_rules import COLOURS
from data.errors import Invalid

Network = ipaddress.IPv4Network | ipaddress.IPv6Network
SENDING = ("webhook", "mqtt", "email", "sms", "file")
_NEEDS = {"mqtt": "mqtt", "email": "email", "sms": "sms"}  # channel -> part of the file it needs


@dataclass(frozen=True, kw_only=True)
class Receiver:
    """Somebody outside this center who gets warnings: name, channel, address, area, colours."""

    name: str
    channel: str
    address: str
    area: str = PROVINCE
    secret: str = field(default="", repr=False)
    colours: tuple[str, ...] = COLOURS
    receipt: bool = False


@dataclass(frozen=True, kw_only=True)
class ChannelSettings:
    """Every channel's own settings, the receivers, and what an exercise may reach.

    `allow` are the private networks that may be reached; `drill_hosts` the hosts (`host:port`)
    that an exercise may reach, none unless they are named; `box` is where files are dropped.
    """

    drill: bool = False
    box: Path = Path("outbox")
    receivers: tuple[Receiver, ...] = ()
    allow: tuple[Network, ...] = ()
    drill_hosts: tuple[str, ...] = ()
    timeout_s: float = 10.0
    mqtt: Mapping[str, Any] = field(default_factory=dict)
    email: Mapping[str, Any] = field(default_factory=dict)
    sms: Mapping[str, Any] = field(default_factory=dict)

    def secret_of(self, channel: str, address: str) -> str:
        """The key that messages to a receiver are signed with; blank without one."""
        held = (r for r in self.receivers if (r.channel, r.address) == (channel, address))
        return next((r.secret for r in held), "")


def read_channels(path: Path | None, *, drill: bool, box: Path) -> ChannelSettings:
    """The settings of a file; without one only duty rooms of this center are reached.

    Raises
    ------
    Invalid
        Naming the line and what to do.
    """
    if path is None:
        return ChannelSettings(drill=drill, box=box)
    try:
        table = loaded(path.read_text(encoding="utf-8")) or {}
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise _bad("HUBEI_CHANNELS", f"{path} 读不出来", "请核对路径和 YAML 格式") from error
    if not isinstance(table, dict):
        raise _bad("HUBEI_CHANNELS", "文件不是一组带名称的值", "请按 docs/monitoring.md 填写")
    known = {"receivers", "allow", "timeout_s", "mqtt", "email", "sms", "exercise"}
    for name in table.keys() - known:
        raise _bad(str(name), "不认识这一项", f"可写：{'、'.join(sorted(known))}")
    rows = _rows(table, "receivers")
    return ChannelSettings(
        drill=drill, box=box,
        receivers=tuple(_receiver(n, row, table) for n, row in enumerate(rows)),
        allow=tuple(_network(text) for text in _rows(table, "allow")),
        drill_hosts=tuple(str(h) for h in _rows(_part(table, "exercise"), "hosts")),
        timeout_s=_seconds(table.get("timeout_s", 10.0)),
        mqtt=_part(table, "mqtt"), email=_part(table, "email"), sms=_part(table, "sms"),
    )  # fmt: skip


def _part(table: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    held = table.get(name) or {}
    if not isinstance(held, dict):
        raise _bad(name, "不是一组带名称的值", "请按 docs/monitoring.md 填写")
    return held


def _rows(table: Mapping[str, Any], name: str) -> list[Any]:
    held = table.get(name) or []
    if not isinstance(held, list):
        raise _bad(name, "不是一列", "请每行以 “- ” 开头，一行一项")
    return held


def _seconds(given: Any) -> float:
    try:
        return float(given)
    except (TypeError, ValueError, OverflowError) as error:
        raise _bad("timeout_s", f"秒数 {given!r:.40} 无效", "请填数字，例如 10") from error


def _receiver(number: int, row: Any, table: Mapping[str, Any]) -> Receiver:
    where = f"receivers[{number}]"
    if not isinstance(row, dict):
        raise _bad(where, "不是一组带名称的值", "请写 name、channel、address")
    try:
        made = Receiver(**{
            **row, "address": str(row["address"]), "area": str(row.get("area", PROVINCE)),
            "colours": tuple(row.get("colours", COLOURS)),
        })  # fmt: skip
    except (KeyError, TypeError) as error:
        raise _bad(where, f"缺少或不认识 {error}", "请写 name、channel、address") from error
    if made.channel not in SENDING:
        raise _bad(f"{where}.channel", f"没有渠道 {made.channel}", f"可写：{'、'.join(SENDING)}")
    if made.channel == "webhook" and not made.secret:
        raise _bad(f"{where}.secret", "网络接口没有签名密钥", "请填写与对方约定的密钥")
    if not all(colour in COLOURS for colour in made.colours):
        raise _bad(f"{where}.colours", "有不认识的颜色", f"可写：{'、'.join(COLOURS)}")
    part = _NEEDS.get(made.channel)
    if part and not table.get(part):
        raise _bad(part, f"{made.name}要用 {made.channel}，但没有写 {part}", "请补上服务器设置")
    return made


def _network(text: Any) -> Network:
    try:
        return ipaddress.ip_network(str(text), strict=False)
    except ValueError as error:
        raise _bad("allow", f"网段 {text} 无效", "请写成 10.1.2.0/24 的形式") from error


def _bad(name: str, message: str, remedy: str) -> Invalid:
    return Invalid.field(name, f"预警渠道设置：{message}", remedy)
