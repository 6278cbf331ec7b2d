"""The program: serve, seed, drill, import, ingest, doctor, backup, restore, head, verify, …."""

from __future__ import annotations

import argparse
import gc
import sys

from dashboard.commands import backup, heads, node, records, sbom
from data.config import Settings
from data.errors import CenterError


def main(argv: list[str] | None = None) -> int:
    """Run one subcommand; 0 when it went well, 1 when it was refused, 2 when called wrongly."""
    given = sys.argv[1:] if argv is None else argv
    if given[:1] in (["import"], ["simulate"]):  # their own options, not argparse's to take
        args = argparse.Namespace(command=given[0], rest=given[1:])
    else:
        args = _parser().parse_args(given)
    try:
        settings = Settings.from_env()
        return int(_COMMANDS[args.command](settings, args) or 0)
    except CenterError as error:
        print(f"{error.title}：{error.detail}", file=sys.stderr)
        for field in error.errors:
            print(f"  {field['field']}：{field['message']}。{field['remedy']}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="hubei-command", description="湖北省应急指挥中心")
    known = parser.add_subparsers(dest="command", required=True)
    serve = known.add_parser("serve", help="启动服务")
    serve.add_argument("--setup", action="store_true", help="先建库、备字体、装入参考数据和演练")
    known.add_parser("seed", help="装入参考数据和首批账号（可重复执行）")
    drill = known.add_parser("drill", help="从另一进程推演正在运行的演练")
    drill.add_argument("url", nargs="?", help="服务地址，默认本机")
    known.add_parser("import", help="导入本单位的表格", add_help=False)
    ingest = known.add_parser("ingest", help="单独进程接入 MQTT、SL 651、HJ 212，送往运行中的中心")
    ingest.add_argument("--center", help="中心的地址，默认本机")
    ingest.add_argument("--name", default="", help="这个接入进程叫什么；同一组里各不相同")
    known.add_parser("simulate", help="演练：洪水过程和虚拟监测点", add_help=False)
    known.add_parser("doctor", help="检查运行环境")
    backup.add_parsers(known)
    heads.add_parsers(known)
    records.add_parsers(known)
    sbom.add_parser(known)
    node.add_parser(known)
    code = known.add_parser("device-code", help="签发大屏设备码")
    code.add_argument("label", nargs="?", default="大屏", help="这台大屏叫什么")
    return parser


def _serve(settings: Settings, args: argparse.Namespace) -> None:
    gc.disable()  # until the server is open and its memory settled: what a start makes stays
    from dashboard.fonts import ensure_fonts
    from dashboard.serving import Service

    fonts = ensure_fonts(settings.var)
    Service(settings=settings, fonts=fonts, setup=args.setup).run()


def _seed(settings: Settings, _args: argparse.Namespace) -> None:
    from dashboard.serving import first_run
    from data.center import build_center

    center = build_center(settings)
    try:
        lines = first_run(*center.seed())
    finally:
        center.close()
    print("\n".join(("参考数据已是最新。", *lines)))


def _drill(settings: Settings, args: argparse.Namespace) -> int:
    from data.exercise.drill import main as drill

    return drill([args.url or f"http://127.0.0.1:{settings.port}"])


def _import(settings: Settings, args: argparse.Namespace) -> int:
    from dashboard.commands.importing import main as importing

    return importing(settings, args.rest)


def _ingest(settings: Settings, args: argparse.Namespace) -> int:
    from dashboard.commands.ingesting import main as ingesting

    return ingesting(settings, center=args.center, name=args.name)


def _simulate(settings: Settings, args: argparse.Namespace) -> int:
    from dashboard.commands.simulate import main as simulate

    return simulate(settings, args.rest)


def _doctor(settings: Settings, _args: argparse.Namespace) -> int:
    from dashboard.doctor import checks

    found = list(checks(settings))
    for good, line in found:
        print(("  好  " if good else "  注意 ") + line)
    return 0 if all(good for good, _ in found) else 1


def _device_code(settings: Settings, args: argparse.Namespace) -> None:
    from data.center import build_center
    from data.domain.org import SYSTEM

    center = build_center(settings)
    try:
        code = center.accounts.make_device_code(SYSTEM, args.label)
    finally:
        center.close()
    print(f"设备码：{code}（24 小时内有效，只能用一次；在大屏的登录页选“大屏用设备码登录”）")


_COMMANDS = {
    "serve": _serve, "seed": _seed, "drill": _drill, "import": _import,
    "simulate": _simulate, "doctor": _doctor,
    "device-code": _device_code, "backup": backup.back_up, "restore": backup.bring_back,
    "ingest": _ingest,
    "head": heads.keep, "verify": heads.check, "sbom": sbom.show,
    "node": node.run,
    "archive": records.put_away, "unarchive": records.take_out,
}  # fmt: skip

if __name__ == "__main__":
    sys.exit(main())
