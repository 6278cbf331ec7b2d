"""One frame out of a piece of video, by this machine's ffmpeg in a child without a network."""

from __future__ import annotations

import shutil
import subprocess

from data.errors import Unavailable

SECONDS = 10
_ARGS = (
    "-hide_banner", "-loglevel", "error", "-nostdin", "-protocol_whitelist", "pipe",
    "-max_pixels", "50000000", "-i", "pipe:0", "-an", "-frames:v", "1",
    "-vf", "scale='min(1280,iw)':-2", "-f", "image2pipe", "-c:v", "mjpeg", "-threads", "1",
    "pipe:1",
)  # fmt: skip


def can_decode() -> bool:
    """Whether this machine has ffmpeg."""
    return shutil.which("ffmpeg") is not None


def first_frame(piece: bytes) -> bytes:
    """A JPEG of the piece's first picture; blocking.

    Raises
    ------
    Unavailable
        When there is no ffmpeg here, or it finds no picture.
    """
    program = shutil.which("ffmpeg")
    if program is None:
        raise Unavailable("本机没有 ffmpeg，不能从视频流取静态图；请安装 ffmpeg 或登记静态图地址")
    try:
        done = subprocess.run(  # noqa: S603 - fixed arguments, the bytes go in by pipe
            [program, *_ARGS], input=piece, capture_output=True, timeout=SECONDS, check=False
        )
    except subprocess.TimeoutExpired as error:
        raise Unavailable("视频解码超时") from error
    if not done.stdout:
        raise Unavailable("视频片段中没有可用的画面")
    return done.stdout
