"""Looks at the machine and says what would hurt later."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Iterator

from data.config import Settings
from data.errors import CenterError
from data.store.engine import SAFE_SQLITE, sqlite_version

LEAST_FREE_BYTES = 2 * 1024**3


def checks(settings: Settings) -> Iterator[tuple[bool, str]]:
    """Each check as (good, what was found and what to do)."""
    yield sys.version_info >= (3, 11), f"Python {sys.version.split()[0]}"
    held = sqlite_version()
    text = f"SQLite {'.'.join(map(str, held))}"
    good = held >= SAFE_SQLITE
    yield good, text if good else f"{text}：低于 3.51.3，异常断电可能损坏数据；请安装 pysqlite3"
    settings.var.mkdir(parents=True, exist_ok=True)
    writable = os.access(settings.var, os.W_OK)
    yield writable, f"数据目录 {settings.var}" + ("" if writable else " 不可写，请检查权限")
    free = shutil.disk_usage(settings.var).free
    enough = free >= LEAST_FREE_BYTES
    yield enough, f"可用磁盘 {free / 1024**3:.1f} GB" + ("" if enough else "，请清理到 2 GB 以上")
    yield _roads(settings)
    yield from (_rules(settings, name) for name in ("reporting", "authority"))
    local = settings.host in {"127.0.0.1", "localhost", "::1"}
    yield (
        local or settings.secure_cookies,
        f"监听 {settings.host}:{settings.port}"
        + (
            ""
            if local or settings.secure_cookies
            else "：对外服务请用 HTTPS，并设 HUBEI_SECURE_COOKIES=1"
        ),
    )


def _rules(settings: Settings, name: str) -> tuple[bool, str]:
    """Which table of deadlines, or of authority, is in force."""
    from data.ingest.rule_files import rule_file

    try:
        return True, rule_file(name, settings.var).words
    except CenterError as error:
        return False, error.detail


def _roads(settings: Settings) -> tuple[bool, str]:
    """What the travel times will rest on."""
    from data.allocation.roadfile import load_roads
    from data.ingest.geography import build_travel

    try:
        if settings.roads.exists():
            load_roads(settings.roads)
    except CenterError as error:
        return False, error.detail
    return True, build_travel(settings.roads, settings.osrm).describe()
