"""``archive`` and ``unarchive``: the sign-in log's old lines as signed files, and back again."""

from __future__ import annotations

import argparse
from datetime import timedelta
from pathlib import Path

from data.config import Settings
from data.domain.clock import SHANGHAI
from data.store.heads import PUBLIC
from data.store.record_archive import archive_log, bring_back
from data.store.sign_in_book import KEPT


def add_parsers(known: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """The options of both commands."""
    out = known.add_parser("archive", help="把六个月以前的登录记录移入签名的归档文件")
    out.add_argument("folder", type=Path, help="归档目录，最好在另一台机器或另一块盘上")
    least = f"多少天以前的（至少 {KEPT.days}，默认 400）"
    out.add_argument("--days", type=int, default=400, help=least)
    back = known.add_parser("unarchive", help="把归档的登录记录放回数据库供查询")
    back.add_argument("folder", type=Path, help="归档目录")
    back.add_argument("--key", type=Path, help=f"外部保存的公钥（{PUBLIC}）")


def put_away(settings: Settings, args: argparse.Namespace) -> None:
    """Move what is old enough, in as many parts as it takes."""
    from data.center import open_database

    database = open_database(settings)
    count = 0
    try:
        while made := archive_log(database, args.folder, settings.heads, timedelta(args.days)):
            count += 1
            days = [f"{t.astimezone(SHANGHAI):%Y-%m-%d}" for t in (made.since, made.until)]
            span = " 至 ".join(days)
            print(f"{made.file}：第 {made.first} 至 {made.last} 条，{span}")
    finally:
        database.close()
    if not count:
        print(f"没有 {args.days} 天以前的登录记录，未归档。")
        return
    print(f"请把 {args.folder} 复制到另一台主机；核对：verify --archive {args.folder}")


def take_out(settings: Settings, args: argparse.Namespace) -> None:
    """Put every archived line back, after the whole chain was walked."""
    from data.center import open_database

    key = args.key or settings.heads / PUBLIC
    database = open_database(settings)
    try:
        count = bring_back(database, args.folder, key.read_bytes())
    finally:
        database.close()
    print(f"已放回 {count} 条登录记录，哈希链核对无误；再次 archive 时会移回归档。")
