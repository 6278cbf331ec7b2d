"""``verify``: walks the journal's chain, and compares it with heads that were kept elsewhere."""

from __future__ import annotations

import argparse
from pathlib import Path

from data.config import Settings
from data.store.heads import PUBLIC, check_heads, keep_head, read_heads
from data.store.journal import verify
from data.store.record_archive import verify_archive
from data.store.sign_in_book import verify_log


def add_parsers(known: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """The options of both commands."""
    known.add_parser("head", help="签发值班记录的当前链头，追加到 heads 目录")
    check = known.add_parser("verify", help="核对值班记录的哈希链，并与外部主机保存的链头比对")
    check.add_argument("--heads", type=Path, nargs="*", default=[], help="外部保存的 heads-*.jsonl")
    check.add_argument("--archive", type=Path, help="登录记录的归档目录，与数据库连起来核对")
    check.add_argument("--key", type=Path, help=f"外部保存的公钥（{PUBLIC}）")


def keep(settings: Settings, _args: argparse.Namespace) -> None:
    """Sign the head now."""
    from data.center import open_database

    database = open_database(settings)
    try:
        with database.reader.connect() as connection:
            made = keep_head(connection, settings.heads)
    finally:
        database.close()
    print(f"链头：第 {made.seq} 号 {made.hash}")
    print(f"请把 {settings.heads} 中的 heads-*.jsonl 和 {PUBLIC} 复制到另一台主机。")


def check(settings: Settings, args: argparse.Namespace) -> int:
    """0 when chains, heads and archive agree, 1 naming the first row that does not hold."""
    from data.center import open_database

    key = args.key or settings.heads / PUBLIC
    database = open_database(settings)
    try:
        with database.reader.connect() as connection:
            chain = verify(connection)
            told = [head for path in args.heads for head in read_heads(path)]
            heads = check_heads(connection, told, key.read_bytes()) if told else None
            log = verify_log(connection)
            parts = (
                verify_archive(connection, args.archive, key.read_bytes()) if args.archive else None
            )
    finally:
        database.close()
    if not chain.ok:
        print(f"哈希链在第 {chain.broken_at} 号断开：{chain.reason}")
    elif not log.ok:
        print(f"登录记录的哈希链在第 {log.broken_at} 条断开：{log.reason}")
    elif heads is not None and not heads.ok:
        print(f"与外部链头不符：{heads.reason}")
    elif parts is not None and not parts.ok:
        print(f"与归档不符：{parts.reason}")
    else:
        more = f"，与外部保存的 {heads.heads} 个链头一致" if heads else ""
        more += f"，连同 {parts.parts} 份归档共 {parts.lines} 条登录记录" if parts else ""
        print(f"{chain.rows} 行哈希链完整，登录记录 {log.rows} 条完整{more}。")
        return 0
    return 1
