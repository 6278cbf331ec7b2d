"""File drop 文件投放: the CAP message and the text in a folder that other programs watch.

It is also the exercise's own box: there everything that would leave is written instead.
"""

from __future__ import annotations

import os
import re
from pathlib import Path

import msgspec

from data.services.channels.base import Failed, Parcel, Sent
from data.services.channels.settings import ChannelSettings

name = "file"
_SAFE = re.compile(r"[^\w.-]+")


def host(_parcel: Parcel, _settings: ChannelSettings) -> str:
    """It reaches nobody."""
    return ""


def send(parcel: Parcel, settings: ChannelSettings) -> Sent:
    """Write the files; each appears whole or not at all, and twice is the same file."""
    folder = settings.box / _SAFE.sub("_", parcel.address or "drop")
    drop(parcel, folder)
    return Sent()


def drop(parcel: Parcel, folder: Path) -> None:
    """Write the parcel as `.json` and its message as `.cap`.

    Raises
    ------
    Failed
    """
    stem = _SAFE.sub("_", f"{parcel.identifier}.{parcel.delivery}")
    try:
        folder.mkdir(parents=True, exist_ok=True)
        _whole(folder / f"{stem}.cap", parcel.cap)
        told = {**parcel.body(), "receiver": parcel.receiver, "address": parcel.address,
                "short": parcel.short}  # fmt: skip
        _whole(folder / f"{stem}.json", msgspec.json.encode(told))
    except OSError as error:
        raise Failed(f"写不进文件夹：{error.strerror or '磁盘有误'}") from error


def _whole(path: Path, body: bytes) -> None:
    part = path.with_name(f".{path.name}.part")
    part.write_bytes(body)
    os.replace(part, path)  # noqa: PTH105
