"""Reads small sites pasted from a table, a message or a CSV file: one site a line."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from data.domain.capabilities import CAPABILITIES

COLUMNS = ("名称", "经度", "纬度", "权重", "能力", "作业分钟")
EAST, NORTH = (105.0, 120.0), (25.0, 36.0)  # what can be a longitude or a latitude hereabouts
MOST_WEIGHT = 10.0  # a lone number above this is minutes, not a weight
_HEADS = {
    "name": ("名称", "地点", "点位", "位置"), "lon": ("经度", "lon"), "lat": ("纬度", "lat"),
    "weight": ("权重", "weight"), "needs": ("能力", "需要", "所需"), "minutes": ("分钟", "时长"),
}  # fmt: skip
_NUMBER = re.compile(r"^([0-9]+(?:\.[0-9]+)?)\s*(分钟|分|小时|时|°?[EN东北]?)?$")


@dataclass(frozen=True, kw_only=True)
class Line:
    """One line of the table: what it says, and what is wrong with it."""

    number: int
    name: str = ""
    lon: float | None = None
    lat: float | None = None
    weight: float = 1.0
    needs: tuple[str, ...] = ()
    minutes: float | None = None
    problem: str = ""
    note: str = field(default="", compare=False)


def read_sites(text: str | None) -> list[Line]:
    """Every line that says something, good or not; a line of headings orders the columns."""
    found: list[Line] = []
    order: list[str] | None = None
    for number, raw in enumerate((text or "").splitlines(), 1):
        cells = [c.strip() for c in _split(raw.lstrip("\ufeff").strip(" \r　"))]
        if not any(cells):
            continue
        heads = _heads(cells)
        if heads is not None:
            order = heads
            continue
        found.append(_by_heads(number, cells, order) if order else _guessed(number, cells))
    return found


def _split(line: str) -> list[str]:
    """Cells by tab, else by comma, else by blanks."""
    for mark in ("\t", ",", "，", ";", "；"):
        if mark in line:
            return line.split(mark)
    return line.split()


def _heads(cells: Iterable[str]) -> list[str] | None:
    """The columns a line of headings names; None when it is none."""
    found = [
        next((key for key, words in _HEADS.items() if any(w in cell for w in words)), "")
        if not re.search(r"\d", cell) and cell not in CAPABILITIES else ""
        for cell in cells
    ]  # fmt: skip
    return found if sum(map(bool, found)) > 1 else None


def _by_heads(number: int, cells: list[str], order: list[str]) -> Line:
    """A line read in the order its headings gave."""
    held = {key: cell for key, cell in zip(order, cells, strict=False) if key and cell}
    line: dict[str, Any] = {"number": number, "name": held.get("name", "")}
    problems = []
    for key in ("lon", "lat", "weight", "minutes"):
        if key in held:
            value = _number(held[key])
            if value is None:
                problems.append(f"“{held[key]}”不是数字")
            line[key] = value if value is not None or key != "weight" else 1.0
    if "needs" in held:
        line["needs"], unknown = _needs(held["needs"])
        problems += [_no_capability(unknown)] if unknown else []
    return _finished(line, problems)


def _guessed(number: int, cells: list[str]) -> Line:
    """A line read by what its cells look like: a name, a place, a weight, capabilities, minutes."""
    line: dict[str, Any] = {"number": number, "name": cells[0]}
    problems: list[str] = []
    numbers: list[float] = []
    for cell in filter(None, cells[1:]):
        value = _number(cell)
        if value is None:
            needs, unknown = _needs(cell)
            line["needs"] = (*line.get("needs", ()), *needs)
            problems += [_no_capability(unknown)] if unknown else []
        elif re.search("[分时]", cell):
            line["minutes"] = value
        elif "lon" not in line and EAST[0] <= value <= EAST[1] and not numbers:
            line["lon"] = value
        elif "lon" in line and "lat" not in line and NORTH[0] <= value <= NORTH[1]:
            line["lat"] = value
        else:
            numbers.append(value)
    if len(numbers) == 1 and numbers[0] > MOST_WEIGHT:
        line.setdefault("minutes", numbers.pop())
    if numbers:
        line["weight"] = numbers.pop(0)
    if numbers:
        line.setdefault("minutes", numbers.pop(0))
    problems += [f"多出的数字 {n:g} 不知何意" for n in numbers]
    return _finished(line, problems)


def _finished(line: dict[str, Any], problems: list[str]) -> Line:
    """The line with its problem in words."""
    if not line["name"]:
        problems.append("没有名称")
    if (line.get("lon") is None) != (line.get("lat") is None):
        problems.append("经度、纬度只有一个")
    for key, word in (("weight", "权重"), ("minutes", "作业分钟")):
        if line.get(key) is not None and line[key] <= 0:
            problems.append(f"{word}应大于 0")
    return Line(**{**line, "problem": "；".join(problems)})


def _number(cell: str) -> float | None:
    """The number a cell says, hours as minutes; None when it says none."""
    found = _NUMBER.match(cell.replace("权重", "").strip())
    if found is None:
        return None
    return float(found[1]) * (60 if found[2] in ("小时", "时") else 1)


def _needs(cell: str) -> tuple[tuple[str, ...], str]:
    """(capabilities, the first word that is none)."""
    words = [w for w in re.split(r"[、/+＋\s]+", cell) if w]
    unknown = next((w for w in words if w not in CAPABILITIES), "")
    return tuple(dict.fromkeys(w for w in words if w in CAPABILITIES)), unknown


def _no_capability(word: str) -> str:
    return f"没有专业能力“{word}”，可写：{'、'.join(CAPABILITIES)}"


def request(lines: Iterable[Line], incidents: Iterable[str], minutes: float) -> dict[str, Any]:
    """The question of the good lines and the open incidents picked."""
    sites: list[Mapping[str, Any]] = [
        {
            "id": f"第{line.number}行", "name": line.name, "lon": line.lon, "lat": line.lat,
            "weight": line.weight, "needs": list(line.needs), "minutes": line.minutes or minutes,
        }
        for line in lines
        if not line.problem
    ]  # fmt: skip
    return {"sites": sites, "incidents": [{"id": i} for i in incidents]}
