"""Cuts the Chinese web font once at install, so that no page depends on a machine's own fonts."""

import gzip
import hashlib
import os
import string
import subprocess
import sys
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path

from filelock import FileLock

FAMILY = "Hubei Sans"
ROUTE = "/fonts/"

_RECIPE = 1  # raise it when the way of cutting changes: old cuts are then left alone
_PACKAGE = "justmytype-intl-cjk"
_FONT = "fonts/ofl/notosanssc/NotoSansSC[wght].ttf"
_LICENCE = "fonts/ofl/notosanssc/OFL.txt"
_FIRST_HAN = 0x2E80
# kern and the half-width forms that browsers use to trim Chinese punctuation
_FEATURES = ["ccmp", "locl", "kern", "halt", "palt", "chws"]
_SIGNS = (
    "ⅠⅡⅢⅣⅤⅥⅦⅧⅨⅩⅪⅫ①②③④⑤⑥⑦⑧⑨⑩⑪⑫⑬⑭⑮⑯⑰⑱⑲⑳←↑→↓↔↕↖↗↘↙⇧⌘⏎␣⌃⌥✓"
    "■□▲△●○◎★☆▼▽◆◇▶◀▷◁⌂─│┌┐└┘├┤┬┴┼═║㎡㎥㎞㎏³²°′″±×÷≤≥≈≠…—–·•、。〈〉《》「」『』【】〔〕！（），．：；？～￥％"
)
_ROOT = Path(__file__).resolve().parent.parent
_TEXTS = ("data", "layers", "dashboard", "assets")
_TEXT_SUFFIXES = {".csv", ".json", ".geojson", ".md", ".py", ".js", ".css", ".gz"}


@dataclass(frozen=True, kw_only=True)
class FontSet:
    """The cut fonts: serve ``directory`` at ``/fonts/`` and link ``href`` from every page.

    ``common`` holds what the pages say every day; ``rare`` every other Chinese character of the
    font (names of people: 堃, 喆), which a browser fetches only when a page shows one. ``rare`` may
    appear some minutes later than ``common``: it is cut in the background. All names carry a hash
    of what is inside, so that browsers may keep the files for ever.
    """

    family: str
    directory: Path
    css: Path
    common: Path
    rare: Path

    @property
    def href(self) -> str:
        """The stylesheet's address."""
        return f"{ROUTE}{self.css.name}"


def ensure_fonts(var: Path, say: Callable[[str], object] = print, *, rare: bool = True) -> FontSet:
    """Cut the web fonts unless that was done before, and write their stylesheet.

    The cut lives beside the installed packages it is made from, where they can be written, else
    below ``var``: its name is a hash of the font's version and of the characters in it.

    Parameters
    ----------
    var
        The program's own data folder.
    say
        Told, in Chinese, when the cutting begins and ends; it takes half a minute.
    rare
        Whether to cut the rare characters too, in the background.

    Raises
    ------
    FileNotFoundError
        The font's package is not installed.
    """
    common = common_characters()
    fonts = _font_set(_cache_root(var), common)
    if not fonts.css.exists():
        fonts.directory.mkdir(parents=True, exist_ok=True)
        with FileLock(fonts.directory / ".lock"):
            if not fonts.css.exists():
                say("正在准备中文字体（首次约需半分钟）……")
                cut(common, fonts.common)
                _write(fonts.css, _stylesheet(fonts, common).encode())
                say("中文字体已就绪。")
    if rare and not fonts.rare.exists():
        _cut_rare_in_background(var)
    return fonts


@cache
def font_path() -> Path:
    """Noto Sans SC as installed: one variable TrueType font, weights 100 to 900, SIL OFL 1.1.

    Raises
    ------
    FileNotFoundError
        The package is not installed.
    """
    spec = find_spec(_PACKAGE.replace("-", "_"))
    if spec is None or not spec.submodule_search_locations:
        message = "缺少中文字体:请在项目目录运行 make run,重新安装依赖。"
        raise FileNotFoundError(message)
    return Path(spec.submodule_search_locations[0]) / _FONT


def licence_path() -> Path:
    """The font's licence text, to be shown beside its name."""
    return font_path().parents[3] / _LICENCE


@cache
def font_characters() -> frozenset[str]:
    """Every character the installed font can draw."""
    from fontTools.ttLib import TTFont

    with TTFont(font_path(), lazy=True) as font:
        return frozenset(map(chr, font.getBestCmap()))


def gb2312_characters() -> frozenset[str]:
    """GB/T 2312-1980: 6,763 Chinese characters of levels 1 and 2, and its signs."""
    cells = (bytes((row, cell)) for row in range(0xA1, 0xF8) for cell in range(0xA1, 0xFF))
    return frozenset("".join(cell.decode("gb2312", "ignore") for cell in cells))


def common_characters() -> frozenset[str]:
    """What the pages say: GB 2312, Latin, signs, and whatever stands in our own texts."""
    latin = {*string.printable.strip(), " ", *map(chr, range(0xA0, 0x100))}
    return frozenset(gb2312_characters() | latin | set(_SIGNS) | set(_our_characters()))


def _our_characters() -> Iterator[str]:
    """Characters beyond ASCII in the shipped facts (names of places) and in the program's texts."""
    for room in _TEXTS:
        for path in sorted((_ROOT / room).rglob("*")):
            if path.suffix in _TEXT_SUFFIXES and path.is_file():
                yield from path.stem
                yield from _text(path)


def _text(path: Path) -> set[str]:
    """The different characters of a text file, unpacked when it is gzip; controls left out."""
    raw = gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
    return {c for c in set(raw.decode("utf-8", "ignore")) if c.isprintable()}


def _cache_root(var: Path) -> Path:
    """Where cuts are kept: beside the installed packages, or below ``var`` if that is read-only."""
    if sys.prefix != sys.base_prefix and os.access(sys.prefix, os.W_OK):
        return Path(sys.prefix) / "share" / "hubei-command" / "fonts"
    return var / "fonts"


def _fingerprint(characters: frozenset[str]) -> str:
    """A short name for this cut: changes with the font, the recipe and the characters."""
    parts = (_RECIPE, version(_PACKAGE), version("fonttools"), "".join(sorted(characters)))
    return hashlib.sha256(repr(parts).encode()).hexdigest()[:16]


def _font_set(directory: Path, common: frozenset[str]) -> FontSet:
    """Where the files of a cut are; the rare ones do not change with our texts."""
    name = _fingerprint(common)
    return FontSet(
        family=FAMILY,
        directory=directory,
        css=directory / f"hubei-sans-{name}.css",
        common=directory / f"hubei-sans-{name}.woff2",
        rare=directory / f"hubei-sans-rare-{_fingerprint(gb2312_characters())}.woff2",
    )


def cut(characters: Iterable[str], target: Path) -> None:
    """Write a WOFF2 font that holds these characters at every weight."""
    import io

    from fontTools.subset import Options, Subsetter
    from fontTools.ttLib import TTFont

    options = Options()
    options.layout_features = _FEATURES
    options.hinting = False
    options.glyph_names = False
    options.drop_tables += ["BASE", "DSIG", "STAT", "VORG", "vhea", "vmtx"]
    options.name_IDs = [0, 1, 2, 3, 4, 5, 6, 13, 14]  # copyright and licence stay in the font
    subsetter = Subsetter(options)
    subsetter.populate(unicodes=[ord(c) for c in characters])
    with TTFont(font_path(), lazy=True) as font:
        subsetter.subset(font)
        font.flavor = "woff2"
        packed = io.BytesIO()
        font.save(packed)
    _write(target, packed.getvalue())


def _stylesheet(fonts: FontSet, common: frozenset[str]) -> str:
    """Both faces under one family; their ranges do not overlap, so rare is fetched when needed."""
    faces = (
        (fonts.common, common & font_characters()),
        (fonts.rare, _rare_characters() - common),
    )
    return "".join(
        f'@font-face{{font-family:"{FAMILY}";font-style:normal;font-weight:100 900;'
        f'font-display:swap;src:url("{ROUTE}{path.name}") format("woff2");'
        f"unicode-range:{_ranges(characters)}}}\n"
        for path, characters in faces
    )


def _rare_characters() -> frozenset[str]:
    """The Chinese characters of the font beyond GB 2312."""
    return frozenset(c for c in font_characters() - gb2312_characters() if ord(c) >= _FIRST_HAN)


def _ranges(characters: Iterable[str]) -> str:
    """A CSS ``unicode-range`` value: ``U+41-5A,U+61``."""
    runs: list[list[int]] = []
    for point in sorted(map(ord, characters)):
        if runs and point == runs[-1][1] + 1:
            runs[-1][1] = point
        else:
            runs.append([point, point])
    return ",".join(f"U+{a:X}" if a == b else f"U+{a:X}-{b:X}" for a, b in runs)


def _write(target: Path, content: bytes) -> None:
    """Write a whole file or none: readers never meet half a font."""
    draft = target.with_name(f".{target.name}.{os.getpid()}")
    draft.write_bytes(content)
    draft.replace(target)


def _cut_rare_in_background(var: Path) -> None:
    """Start a process of its own, of low priority, that outlives this one if need be."""
    subprocess.Popen(  # noqa: S603 - our own module, no input from outside
        [sys.executable, "-m", "dashboard.fonts", str(var)],
        cwd=_ROOT,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )


def _cut_rare(var: Path) -> None:
    """Cut the rare characters; a second process that finds the first one at it goes away."""
    from filelock import Timeout

    fonts = _font_set(_cache_root(var), frozenset())
    os.nice(19)
    try:
        with FileLock(fonts.directory / ".lock-rare", timeout=0):
            if not fonts.rare.exists():
                cut(_rare_characters(), fonts.rare)
    except Timeout:
        return


if __name__ == "__main__":
    _cut_rare(Path(sys.argv[1]))
