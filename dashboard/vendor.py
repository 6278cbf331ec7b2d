"""Finds Leaflet's own files, installed with its package, to inline into the take-away map."""

import base64
import mimetypes
import re
from functools import cache
from importlib.util import find_spec
from pathlib import Path

_PACKAGE = "js_lib_leaflet"  # PyPI django-js-lib-leaflet: plain files, no Django needed
_SOURCE_MAP = re.compile(r"^//# sourceMappingURL=.*$", re.MULTILINE)
_IMAGE = re.compile(r"url\((?P<path>images/[\w.-]+)\)")


@cache
def leaflet_directory() -> Path:
    """The folder that holds ``leaflet.js``, ``leaflet.css`` and ``images/``.

    Raises
    ------
    FileNotFoundError
        The package is not installed.
    """
    spec = find_spec(_PACKAGE)
    if spec is None or not spec.submodule_search_locations:
        message = "缺少 Leaflet:请在项目目录运行 make run,重新安装依赖。"
        raise FileNotFoundError(message)
    return Path(spec.submodule_search_locations[0]) / "static" / _PACKAGE


@cache
def leaflet_js() -> str:
    """Leaflet's minified script, without the pointer to its source map."""
    text = (leaflet_directory() / "leaflet.js").read_text("utf-8")
    return _SOURCE_MAP.sub("", text).rstrip()


@cache
def leaflet_css_inlined() -> str:
    """Leaflet's stylesheet with every image as a data URI, so that it needs no other file."""
    folder = leaflet_directory()
    text = (folder / "leaflet.css").read_text("utf-8")
    return _IMAGE.sub(lambda found: f"url({data_uri(folder / found['path'])})", text)


def data_uri(path: Path) -> str:
    """A file as a ``data:`` address, base64, with the type its name suggests."""
    kind = mimetypes.guess_type(path.name)[0] or "application/octet-stream"
    return f"data:{kind};base64,{base64.b64encode(path.read_bytes()).decode('ascii')}"
