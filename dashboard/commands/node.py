"""`node`: a county's own machine enrolled or revoked at the province, and how its link stands."""

from __future__ import annotations

import argparse
from typing import Any

from data.config import Settings
from data.domain.clock import SHANGHAI
from data.domain.org import PROVINCE, Actor


def add_parser(known: Any) -> None:
    """`node enrol`, `node revoke`, `node status`."""
    node = known.add_parser("node", help="县级节点：登记、注销、查看")
    does = node.add_subparsers(dest="node", required=True)
    enrol = does.add_parser("enrol", help="在省中心登记一个县的机器，令牌只显示这一次")
    enrol.add_argument("org", help="六位行政区划代码")
    enrol.add_argument("--label", default="", help="这台机器叫什么")
    enrol.add_argument("--by", default="admin", help="以哪个管理员账号登记")
    revoke = does.add_parser("revoke", help="注销一台机器，令牌作废")
    revoke.add_argument("name", help="节点名，如 421127-1")
    revoke.add_argument("--by", default="admin", help="以哪个管理员账号注销")
    does.add_parser("status", help="在县里：与省中心的连接；在省里：各节点")


def run(settings: Settings, args: argparse.Namespace) -> None:
    """Do what was asked."""
    from data.center import build_center

    center = build_center(settings)
    try:
        if args.node == "status":
            lines = _status(center)
        else:
            by = Actor.of(args.by, "admin", PROVINCE)
            lines = _enrol(center, by, args) if args.node == "enrol" else _revoke(center, by, args)
    finally:
        center.close()
    print("\n".join(lines))


def _enrol(center: Any, by: Actor, args: argparse.Namespace) -> list[str]:
    made = center.nodes.enrol(by, args.org, args.label)
    return [
        f"已登记 {made.name}。请在县里的机器上设置（令牌只显示这一次）：", "",
        "HUBEI_SCENARIO=none", f"HUBEI_NODE={made.name}", f"HUBEI_NODE_TOKEN={made.token}",
        "HUBEI_PROVINCE=（省中心的 HTTPS 地址）", "HUBEI_PROVINCE_CA=（省中心根证书的 PEM 文件）",
    ]  # fmt: skip


def _revoke(center: Any, by: Actor, args: argparse.Namespace) -> list[str]:
    center.nodes.revoke(by, args.name)
    return [f"已注销 {args.name}，令牌作废；它已上报的记录都在。"]


def _status(center: Any) -> list[str]:
    if center.link:
        stands = center.link.standing
        return [
            f"本机是节点 {stands.name}；省中心 {center.settings.node.province}",
            f"待上报 {stands.waiting} 条，已上报到本机第 {stands.acked} 号",
            f"已同步到省里第 {stands.cursor} 号",
            "连接状态由运行中的服务掌握：看页面顶部，或 GET /api/v1/nodes",
        ]
    held = center.nodes.all(Actor.of("admin", "admin", PROVINCE))
    if not held:
        return ["没有登记县级节点。"]
    return [_line(center, node) for node in held]


def _line(center: Any, node: Any) -> str:
    at = node.contact_at
    heard = f"{at.astimezone(SHANGHAI):%m-%d %H:%M:%S}" if at else "从未联系"
    state = "已注销" if node.revoked_at else "失联" if center.nodes.silent(node) else "在线"
    more = f"　{node.error}" if node.error else ""
    return f"{node.name}　{node.label}　{state}　最近联系 {heard}　待上报 {node.waiting} 条{more}"
