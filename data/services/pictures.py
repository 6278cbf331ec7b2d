"""Makes a photo new: decoded, turned upright, made smaller, and written again without the rest.

What leaves here was painted pixel by pixel by this program: no EXIF, no place, no hidden payload of
the upload survives.
"""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from io import BytesIO

from PIL import Image, ImageOps, UnidentifiedImageError

from data.errors import Invalid

LARGEST_UPLOAD = 8_000_000  # bytes
MOST_PIXELS = 50_000_000  # a phone's camera has 12 to 48 million; beyond it is a bomb
LONGEST_SIDE = 1600  # pixels of what is kept
QUALITY = 82
FORMATS = ("JPEG", "PNG", "WEBP")


@dataclass(frozen=True, kw_only=True)
class Picture:
    """A photo made new: JPEG bytes, width and height in pixels."""

    jpeg: bytes
    width: int
    height: int


def made_new(data: bytes) -> Picture:
    """A JPEG of at most 1600 pixels a side that carries nothing but the picture; slow.

    Raises
    ------
    Invalid
        When it is empty, too large, has too many pixels, or is no readable photo.
    """
    if not data:
        raise Invalid.field("photo", "照片是空的", "请重新拍照后发送")
    if len(data) > LARGEST_UPLOAD:
        raise Invalid.field("photo", "照片超过 8 MB", "请调低相机分辨率后重拍")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            return _painted(data)
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise _too_many() from error
    except (UnidentifiedImageError, OSError, SyntaxError, ValueError) as error:
        raise Invalid.field(
            "photo", "照片读不出来", "请发送 JPEG、PNG 或 WebP 照片，或重新拍照"
        ) from error


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


def _too_many() -> Invalid:
    return Invalid.field("photo", "照片的像素太多", "请调低相机分辨率后重拍")
