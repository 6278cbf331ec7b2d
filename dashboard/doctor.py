"""Looks at the machine and says what would hurt later."""

from __future__ import annotations

import os
import shutil
import socket
import stat
import sys
from collections.abc import Iterator

from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from dashboard import doctor_record
from data.config import Settings
from data.errors import CenterError
from data.store.engine import SAFE_SQLITE, sqlite_version

Check = tuple[bool, str]
LEAST_FREE_BYTES = 2 * 1024**3
LEAST_POSTGRES = 15


def checks(settings: Settings) -> Iterator[Check]:
    """Each check as (good, what was found and what to do)."""
    yield sys.version_info >= (3, 11), f"Python {sys.version.split()[0]}"
    yield _sqlite()
    settings.var.mkdir(parents=True, exist_ok=True)
    yield from _folder(settings)
    yield _fonts(settings)
    yield from _database(settings)
    yield _roads(settings)
    yield _solver()
    if settings.doors.mqtt:
        yield _broker(settings)
    yield _door(settings)
    if settings.node:
        yield _node(settings)


def _sqlite() -> Check:
    held = sqlite_version()
    told = f"SQLite {'.'.join(map(str, held))}"
    good = held >= SAFE_SQLITE
    return good, told if good else f"{told}：低于 3.51.3，异常断电可能损坏数据；请安装 pysqlite3"


def _folder(settings: Settings) -> Iterator[Check]:
    """The state folder: writable, not readable by everybody, with room."""
    writable = os.access(settings.var, os.W_OK)
    yield writable, f"数据目录 {settings.var}" + ("" if writable else " 不可写，请检查权限")
    mode = stat.S_IMODE(settings.var.stat().st_mode)
    shut = not mode & stat.S_IRWXO
    told = f"数据目录权限 {mode:03o}"
    yield shut, told if shut else f"{told}：本机其他账号可以读取；请执行 chmod o-rwx {settings.var}"
    free = shutil.disk_usage(settings.var).free
    enough = free >= LEAST_FREE_BYTES
    yield enough, f"可用磁盘 {free / 1024**3:.1f} GB" + ("" if enough else "，请清理到 2 GB 以上")


def _fonts(settings: Settings) -> Check:
    """The cut Chinese fonts: without them machines that have none show boxes."""
    held = any(settings.var.rglob("*.woff2"))
    return held, "中文字体已备好" if held else "中文字体尚未备好：请先执行一次 make run"


def _database(settings: Settings) -> Iterator[Check]:
    """That it opens, how it is set, and that the clock agrees with what was written."""
    from data.center import open_database

    database = open_database(settings)
    try:
        if database.file and not database.file.exists():
            yield True, "数据库尚未建立，首次启动时建立"
            return
        with database.reader.connect() as connection:
            if database.file is None:
                yield from _postgres(connection)
                yield from doctor_record.servers(database)
                yield from doctor_record.standby(connection)
                yield from doctor_record.database_clock(connection)
            yield from doctor_record.times(connection)
            yield from doctor_record.newest_record(settings, connection)
    except SQLAlchemyError as error:
        yield False, f"数据库打不开（{type(error).__name__}）：请检查地址、网络和账号"
    finally:
        database.close()


def _postgres(connection: object) -> Iterator[Check]:
    run = connection.execute  # type: ignore[attr-defined]
    version = int(run(text("SHOW server_version_num")).scalar_one()) // 10000
    new = version >= LEAST_POSTGRES
    yield new, f"PostgreSQL {version}" + ("" if new else "：请升级到 15 或更新版本")
    for name in ("fsync", "synchronous_commit", "full_page_writes"):
        value = run(text(f"SHOW {name}")).scalar_one()
        good = value != "off"
        yield good, f"{name} = {value}" + ("" if good else "：断电会丢失已确认的记录；请设为 on")


def _roads(settings: Settings) -> Check:
    """What the travel times will rest on."""
    from data.allocation.roadfile import load_roads
    from data.ingest.geography import build_travel

    try:
        if settings.roads.exists():
            load_roads(settings.roads)
    except CenterError as error:
        return False, error.detail
    return True, build_travel(settings.roads, settings.osrm).describe()


def _solver() -> Check:
    """That a solver process starts and solves."""
    from data.allocation.pool import SolverPool

    pool = SolverPool(1)
    try:
        good = pool.stands()
    finally:
        pool.close()
    told = "方案求解进程"
    return good, told if good else f"{told}起不来：请看运行日志，检查内存和 numba 缓存目录"


def _broker(settings: Settings) -> Check:
    """That somebody listens where the broker of the devices should be."""
    from data.ingest.doors import mqtt_settings

    try:
        known = mqtt_settings(settings.doors)
        socket.create_connection((known.host, known.port), timeout=5).close()
    except (CenterError, OSError) as error:
        return False, f"消息服务器连不上（{error}）：请检查 HUBEI_MQTT 的地址和网络"
    return True, f"消息服务器 {known.host}:{known.port} 应答"


def _door(settings: Settings) -> Check:
    local = settings.host in {"127.0.0.1", "localhost", "::1"}
    good = local or settings.secure_cookies
    told = f"监听 {settings.host}:{settings.port}"
    return good, told if good else f"{told}：对外服务请用 HTTPS，并设 HUBEI_SECURE_COOKIES=1"


def _node(settings: Settings) -> Check:
    """That the province answers this county's machine, over a certificate it trusts."""
    from data.services.node_wire import Wire

    given = settings.node
    if given is None:
        return True, ""
    try:
        wire = Wire(given.province, given.token, given.ca)
        try:
            page = wire.look()
        finally:
            wire.close()
    except CenterError as error:
        return False, f"县级节点 {given.name}：{error.detail}"
    return True, f"县级节点 {given.name}：省中心应答，记录到第 {page} 号"
