"""`import`: check a table of one's own, write it when asked, or export a template to fill in."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from dashboard.commands import roads
from data.config import Settings
from data.domain.org import PROVINCE, Actor
from data.errors import CenterError
from data.ingest.importing import run_import
from data.ingest.tables import TABLES, ImportReport
from data.ingest.templates import write_refused, write_template

SHOWN = 20


def main(settings: Settings, rest: Sequence[str]) -> int:
    """Run the command; 0 when every row is good, 1 when some or all are refused."""
    if rest and rest[0] == "roads":  # no table of rows: a branch of its own
        return roads.main(settings, rest[1:])
    args = _parser().parse_args(rest)
    try:
        if args.template:
            print(f"模板已写入 {write_template(args.kind, args.file)}")
            return 0
        return _import(settings, args)
    except CenterError as error:
        print(f"{error.title}：{error.detail}", file=sys.stderr)
        return 1


def _parser() -> argparse.ArgumentParser:
    """What may be typed."""
    kinds = "、".join(f"{t.kind}（{t.word}）" for t in TABLES.values())
    parser = argparse.ArgumentParser(
        prog="hubei-command import",
        description="导入本单位的表格（.xlsx 或 .csv）。先试读检查，核对后加 --write 写入。"
        "导入路网另用：import roads 区域.osm.pbf",
    )
    parser.add_argument("kind", choices=sorted(TABLES), metavar="表", help=kinds)
    parser.add_argument("file", type=Path, metavar="文件", help="要读的表格，或要写的模板")
    parser.add_argument("--write", action="store_true", help="写入合格的行（默认只试读）")
    parser.add_argument("--dry-run", action="store_true", help="只试读，不写入（默认如此）")
    parser.add_argument("--template", action="store_true", help="导出空白模板到该文件")
    parser.add_argument("--refused", type=Path, metavar="文件", help="把未通过的行写入该文件")
    return parser


def _import(settings: Settings, args: argparse.Namespace) -> int:
    """Read, and write when asked."""
    from data.center import build_center

    actor = Actor.of("import", "admin", PROVINCE, "命令行导入")
    center = build_center(settings)
    try:
        report = run_import(
            center, args.kind, args.file, dry_run=args.dry_run or not args.write, actor=actor,
            progress=_progress,
        )  # fmt: skip
    finally:
        center.close()
    print("\n".join(summary(report)))
    if args.refused and report.refused:
        print(f"未通过的行已写入 {write_refused(report.refused, args.refused)}")
    return 1 if report.refused else 0


def _progress(done: int, total: int) -> None:
    """How far the writing is."""
    print(f"\r已写入 {done}/{total} 行", end="" if done < total else "\n", file=sys.stderr)


def summary(report: ImportReport) -> list[str]:
    """What a person reads after a dry run or an import."""
    good = len(report.rows)
    lines = [f"{report.file}：合格 {good} 行，未通过 {len(report.refused)} 行"]
    if report.unknown_columns:
        lines.append(f"未识别的列（已忽略）：{'、'.join(report.unknown_columns)}")
    lines += [f"注意：{words}" for words in report.told]
    lines += [
        f"  第 {r.line} 行 {r.field}“{r.value}”：{r.reason}。{r.remedy}"
        for r in report.refused[:SHOWN]
    ]
    if len(report.refused) > SHOWN:
        lines.append(f"  其余 {len(report.refused) - SHOWN} 行略，可用 --refused 文件 导出")
    if report.written:
        lines.append(f"已写入：新增 {report.made}，更新 {report.changed}，未变 {report.unchanged}")
    else:
        lines.append("这是试读，没有写入；核对无误后加 --write 写入合格的行")
    return lines
