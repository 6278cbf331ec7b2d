"""Makes a photo new: decoded, turned upright, made smaller, and written again without the rest.

It is decoded in a child process with limits of memory and time.

What leaves here was painted pixel by pixel by this program: no EXIF, no place, no hidden payload of
the upload survives.
"""

from __future__ import annotations

import sys
import warnings
from dataclasses import dataclass
from io import BytesIO

from PIL import Image, ImageOps, UnidentifiedImageError

from data import confined
from data.errors import Invalid

LARGEST_UPLOAD = 8_000_000  # bytes
MOST_PIXELS = 50_000_000  # a phone's camera has 12 to 48 million; beyond it is a bomb
LONGEST_SIDE = 1600  # pixels of what is kept
QUALITY = 82
CHILD_BYTES = 1024 * 2**20  # a photo of 50 million pixels takes 400 MB at most
CHILD_SECONDS = 30
FORMATS = ("JPEG", "PNG", "WEBP")


@dataclass(frozen=True, kw_only=True)
class Picture:
    """A photo made new: JPEG bytes, width and height in pixels."""

    jpeg: bytes
    width: int
    height: int


def made_new(data: bytes) -> Picture:
    """An upload as a JPEG of at most 1600 pixels a side that carries nothing but the picture.

    Slow: it is decoded in a child of its own.

    Raises
    ------
    Invalid
        When it is empty, too large, has too many pixels, or is no readable photo.
    """
    _check(data)
    try:
        said = confined.run(
            "data.services.pictures", given=data, seconds=CHILD_SECONDS, memory=CHILD_BYTES
        )
    except confined.OverLimits as error:
        raise _unreadable() from error
    return _read(said)


def made_here(data: bytes) -> Picture:
    """The same in this process: for what comes often and from a host of our own, cameras' stills.

    Raises
    ------
    Invalid
    """
    _check(data)
    return _read(_answer(data))


def _check(data: bytes) -> None:
    if not data:
        raise Invalid.field("photo", "照片是空的", "请重新拍照后发送")
    if len(data) > LARGEST_UPLOAD:
        raise Invalid.field("photo", "照片超过 8 MB", "请调低相机分辨率后重拍")


def _read(said: bytes) -> Picture:
    """What `_answer` said."""
    head, _, jpeg = said.partition(b"\n")
    if head == b"too-many":
        raise _too_many()
    if head == b"unreadable":
        raise _unreadable()
    width, height = map(int, head.split())
    return Picture(jpeg=jpeg, width=width, height=height)


def _answer(data: bytes) -> bytes:
    """What the child says: the picture's size and bytes, or why there is none."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            made = _painted(data)
    except (Image.DecompressionBombError, Image.DecompressionBombWarning, Invalid):
        return b"too-many\n"
    except (UnidentifiedImageError, OSError, SyntaxError, ValueError):
        return b"unreadable\n"
    return f"{made.width} {made.height}\n".encode() + made.jpeg


def _painted(data: bytes) -> Picture:
    """Decode, turn, shrink and paint; the size is checked before a pixel is decoded."""
    with Image.open(BytesIO(data), formats=FORMATS) as source:
        width, height = source.size
        if width * height > MOST_PIXELS:
            raise _too_many()
        source.draft("RGB", (LONGEST_SIDE, LONGEST_SIDE))
        upright = ImageOps.exif_transpose(source)
        upright.thumbnail((LONGEST_SIDE, LONGEST_SIDE), Image.Resampling.LANCZOS)
        canvas = Image.new("RGB", upright.size, "white")
        layer = upright.convert("RGBA")
        canvas.paste(layer, (0, 0), layer)
    out = BytesIO()
    canvas.save(out, "JPEG", quality=QUALITY, optimize=True)
    return Picture(jpeg=out.getvalue(), width=canvas.width, height=canvas.height)


def _unreadable() -> Invalid:
    return Invalid.field("photo", "照片读不出来", "请发送 JPEG、PNG 或 WebP 照片，或重新拍照")


def _too_many() -> Invalid:
    return Invalid.field("photo", "照片的像素太多", "请调低相机分辨率后重拍")


if __name__ == "__main__":
    sys.stdout.buffer.write(_answer(sys.stdin.buffer.read()))
