"""``backup`` and ``restore``: the journal kept elsewhere, and a center rebuilt from it."""

from __future__ import annotations

import argparse
import time
from datetime import datetime
from pathlib import Path

from data.config import Settings
from data.domain.clock import SHANGHAI, aware
from data.domain.whole_number import whole
from data.errors import Invalid
from data.store.archive import keep
from data.store.restoring import restore

TELEMETRY = "telemetry"


def add_parsers(known: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """The options of both commands."""
    backup = known.add_parser("backup", help="把记录备份到一个目录（可重复执行，只追加新的）")
    backup.add_argument("folder", type=Path, help="备份目录，最好在另一台机器或另一块盘上")
    backup.add_argument("--every", type=float, metavar="秒", help="每隔多少秒再备份一次")
    back = known.add_parser("restore", help="从备份恢复到空的数据库")
    back.add_argument("folder", type=Path, help="备份目录")
    back.add_argument("--until", metavar="编号或时刻", help="只恢复到此编号或时刻（含）")


def back_up(settings: Settings, args: argparse.Namespace) -> None:
    """Keep what is new in the archive, once or again and again."""
    from data.center import open_database, open_telemetry

    database = open_database(settings)
    telemetry = open_telemetry(settings, database)
    try:
        while True:
            made = keep(database, args.folder)
            telemetry.keep(args.folder / TELEMETRY)
            print(f"已备份到第 {made.last} 号记录：{args.folder}", flush=True)
            if not args.every:
                return
            time.sleep(args.every)
    finally:
        telemetry.close()
        database.close()


def bring_back(settings: Settings, args: argparse.Namespace) -> None:
    """Rebuild this instance's empty database."""
    from data.center import open_database, open_telemetry

    database, until = open_database(settings), moment(args.until)
    try:
        database.migrate()
        done = restore(args.folder, database, until)
        telemetry = open_telemetry(settings, database)
        try:
            telemetry.restore(args.folder / TELEMETRY, done.at if until else None)
        finally:
            telemetry.close()
    finally:
        database.close()
    print(f"已恢复到第 {done.seq} 号记录：{done.things} 项，{done.verdict.rows} 行哈希链核对无误。")
    print("监测数据和位置已一并恢复；所有人需重新登录。")


def moment(text: str | None) -> int | datetime | None:
    """A journal number, an instant, or the newest.

    Raises
    ------
    Invalid
        When it is neither.
    """
    if not text:
        return None
    if (number := whole(text)) is not None:
        return number
    try:
        read = datetime.fromisoformat(text)
    except ValueError as error:
        raise Invalid.field(
            "--until", f"{text} 看不懂", "请写编号，或 2020-07-08T07:30:00+08:00 这样的时刻"
        ) from error
    return aware(read if read.tzinfo else read.replace(tzinfo=SHANGHAI))
