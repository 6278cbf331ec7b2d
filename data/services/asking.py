"""What a plan is asked: the request read strictly, every fault named with its remedy."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from math import isfinite
from typing import Any, TypeVar

from shapely.geometry import mapping

from data.domain.incident import Level
from data.domain.incident_types import incident_type
from data.errors import Invalid
from data.services.needing import checked_needs, checked_supplies
from data.services.zones import NEIGHBOURHOOD, checked_polygon

T = TypeVar("T")
TIME_LIMIT_S, LONGEST_S = 1.0, 30.0
SUPPOSED = "假设-"  # what the id of an invented incident begins with
MOST = {"incidents": 40, "extra_incidents": 10, "closures": 50, "closed_roads": 500}
_INVENTED = ("extra_incidents", "closures", "closed_roads")
_LEVELS = ("I", "II", "III", "IV")
_FIELDS = frozenset(
    {
        "incidents", "keep_back", "time_limit_s", "locks", "bans", "release", "previous",
        "flying", "what_if", "key", *_INVENTED,
    }
)  # fmt: skip
_INCIDENT_FIELDS = frozenset({"id", "needs", "supplies", "weight"})
_EXTRA_FIELDS = _INCIDENT_FIELDS | {"name", "type", "level", "lon", "lat"}


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """What one incident asks of the plan; None is taken from the incident or its template."""

    id: str
    needs: list[dict[str, Any]] | None = None
    supplies: list[dict[str, Any]] | None = None
    weight: float | None = None


@dataclass(frozen=True, kw_only=True)
class Supposed:
    """An incident that is only supposed."""

    wanted: Wanted
    name: str
    type: str
    level: Level | None
    lon: float
    lat: float


@dataclass(frozen=True, kw_only=True)
class PlanRequest:
    """A request for a plan, read and found sound in itself."""

    incidents: tuple[Wanted, ...]
    extra: tuple[Supposed, ...] = ()
    locks: tuple[tuple[str, str], ...] = ()
    bans: tuple[tuple[str, str], ...] = ()
    release: tuple[str, ...] = ()
    closures: tuple[dict[str, Any], ...] = ()
    closed_roads: tuple[str, ...] = ()
    previous: str | None = None
    keep_back: bool = True
    flying: bool | None = None
    what_if: bool = False
    time_limit_s: float = TIME_LIMIT_S

    @property
    def wanted(self) -> tuple[Wanted, ...]:
        """All incidents, the supposed ones last."""
        return (*self.incidents, *(s.wanted for s in self.extra))


def invented(request: Mapping[str, Any]) -> list[str]:
    """What of a stored request is only supposed, in Chinese; empty when all of it is real."""
    extra, closures, roads = (list(request.get(name) or ()) for name in _INVENTED)
    found = [f"假设事件“{row.get('name') or row.get('id')}”" for row in extra]
    if closures:
        found.append(f"假设封控 {len(closures)} 处")
    if roads:
        found.append(f"假设断路 {len(roads)} 段")
    return found


def read(request: Mapping[str, Any]) -> PlanRequest:
    """The request as values.

    Raises
    ------
    Invalid
        Naming the field: unknown, empty, of the wrong kind, negative, not a number, doubled, or
        supposed outside a what-if.
    """
    if not isinstance(request, Mapping):
        raise Invalid.field("request", "方案请求不是对象", "请按接口说明填写")
    for name in request.keys() - _FIELDS:
        raise Invalid.field(str(name), f"方案请求没有字段“{name}”", "请按接口说明填写")
    for name, most in MOST.items():
        if len(_items(request, name)) > most:
            raise Invalid.field(name, f"超过 {most} 项", "请分次求解")
    what_if = _switch(request, "what_if", default=False)
    for name in _INVENTED:
        if _items(request, name) and not what_if:
            raise Invalid.field(
                name, "假设的事件、封控和断路只能用于推演", "请设 what_if 为真，或先据实登记"
            )
    extra = tuple(_supposed(row) for row in _items(request, "extra_incidents"))
    ids = {s.wanted.id for s in extra}
    rows = [_wanted(row, "incidents") for row in _items(request, "incidents")]
    incidents = tuple(w for w in rows if w.id not in ids)
    if not (incidents or extra):
        raise Invalid.field("incidents", "没有指明事件", "请至少选择一起进行中的事件")
    _once("incidents", [w.id for w in incidents], "事件 {} 列了不止一次")
    _once("extra_incidents", [s.wanted.id for s in extra], "假设事件 {} 列了不止一次")
    locks, bans = _pairs(request, "locks"), _pairs(request, "bans")
    _agree(locks, bans)
    if request.get("key") is not None:
        _word(request["key"], "key")
    flying = request.get("flying")
    return PlanRequest(
        incidents=incidents, extra=extra, locks=locks, bans=bans,
        release=tuple(dict.fromkeys(_words(request, "release"))),
        closures=tuple(_closure(row) for row in _items(request, "closures")),
        closed_roads=tuple(dict.fromkeys(_words(request, "closed_roads"))),
        previous=_word(request["previous"], "previous") if request.get("previous") else None,
        keep_back=_switch(request, "keep_back", default=True),
        flying=None if flying is None else _switch(request, "flying", default=True),
        what_if=what_if, time_limit_s=_time_limit(request.get("time_limit_s")),
    )  # fmt: skip


def _items(request: Mapping[str, Any], name: str) -> list[Any]:
    """A list of the request; nothing stated is none."""
    found = request.get(name)
    if found is None:
        return []
    if not isinstance(found, list | tuple):
        raise Invalid.field(name, "应为列表", "请按接口说明填写")
    return list(found)


def _switch(request: Mapping[str, Any], name: str, *, default: bool) -> bool:
    found = request.get(name)
    if found is None:
        return default
    if not isinstance(found, bool):
        raise Invalid.field(name, f"“{found}”不是真或假", "请填 true 或 false")
    return found


def _word(value: Any, field: str) -> str:
    if not isinstance(value, str) or not value.strip():
        raise Invalid.field(field, "编号为空或不是文字", "请填写编号")
    return value


def _words(request: Mapping[str, Any], name: str) -> list[str]:
    return [_word(value, name) for value in _items(request, name)]


def _once(field: str, ids: Sequence[str], message: str) -> None:
    for key in ids:
        if ids.count(key) > 1:
            raise Invalid.field(field, message.format(key), "请只列一次")


def _pairs(request: Mapping[str, Any], name: str) -> tuple[tuple[str, str], ...]:
    """Pairs of team and incident."""
    found = []
    for row in _items(request, name):
        if not isinstance(row, list | tuple) or len(row) != 2:  # noqa: PLR2004
            raise Invalid.field(name, "每项应为 [队伍, 事件]", "请按接口说明填写")
        found.append((_word(row[0], name), _word(row[1], name)))
    return tuple(dict.fromkeys(found))


def _agree(locks: Sequence[tuple[str, str]], bans: Sequence[tuple[str, str]]) -> None:
    """No team locked to two incidents, nor locked where it is banned."""
    held: dict[str, str] = {}
    for team, incident in locks:
        if held.setdefault(team, incident) != incident:
            raise Invalid.field("locks", f"队伍 {team} 被指定到两起事件", "请只保留一处")
        if (team, incident) in bans:
            raise Invalid.field("bans", f"队伍 {team} 同时被指定和禁用", "请取消其中一项")


def _row(row: Any, field: str, known: frozenset[str]) -> Mapping[str, Any]:
    """A row that is an object with known fields and an id."""
    if not isinstance(row, Mapping):
        raise Invalid.field(field, "每项应为对象", "请按接口说明填写")
    for name in row.keys() - known:
        raise Invalid.field(field, f"没有字段“{name}”", f"可填：{'、'.join(sorted(known))}")
    _word(row.get("id"), field)
    return row


def _wanted(row: Any, field: str, known: frozenset[str] = _INCIDENT_FIELDS) -> Wanted:
    """What one incident asks."""
    row = _row(row, field, known)
    return Wanted(
        id=row["id"], weight=_maybe(row.get("weight"), lambda v: positive(v, "weight", "权重")),
        needs=_maybe(row.get("needs"), checked_needs),
        supplies=_maybe(row.get("supplies"), checked_supplies),
    )  # fmt: skip


def _maybe(value: Any, reading: Callable[[Any], T]) -> T | None:
    return None if value is None else reading(value)


def positive(value: Any, field: str, label: str) -> float:
    """A finite number above zero.

    Raises
    ------
    Invalid
        When it is not.
    """
    if isinstance(value, bool) or not isinstance(value, int | float) or not isfinite(value):
        raise Invalid.field(field, f"{label} {value} 不是有效数字", "请填大于 0 的数")
    if value <= 0:
        raise Invalid.field(field, f"{label} {value:g} 有误", "请填大于 0 的数")
    return float(value)


def _time_limit(value: Any) -> float:
    if value is None:
        return TIME_LIMIT_S
    limit = positive(value, "time_limit_s", "求解时限")
    if limit > LONGEST_S:
        raise Invalid.field("time_limit_s", f"求解时限超过 {LONGEST_S:g} 秒", "请填较短的时限")
    return limit


def _supposed(row: Any) -> Supposed:
    """An incident that is only supposed: its id says so, its place lies near the province."""
    wanted = _wanted(row, "extra_incidents", _EXTRA_FIELDS)
    if not wanted.id.startswith(SUPPOSED):
        raise Invalid.field(
            "extra_incidents", f"假设事件的编号 {wanted.id} 不以“{SUPPOSED}”开头", f"如 {SUPPOSED}1"
        )
    level = row.get("level")
    if level is not None and level not in _LEVELS:
        raise Invalid.field("extra_incidents", f"没有级别“{level}”", "请填 I、II、III、IV 或留空")
    lon, lat = row.get("lon"), row.get("lat")
    west, south, east, north = NEIGHBOURHOOD.bounds
    if not (_inside(lon, west, east) and _inside(lat, south, north)):
        raise Invalid.field("extra_incidents", f"{wanted.id} 的位置不在湖北附近", "请在地图上选点")
    return Supposed(
        wanted=wanted, name=str(row.get("name") or wanted.id), level=level,
        type=incident_type(str(row.get("type") or "other")).key, lon=float(lon), lat=float(lat),
    )  # fmt: skip


def _inside(value: Any, low: float, high: float) -> bool:
    number = isinstance(value, int | float) and not isinstance(value, bool)
    return number and low <= value <= high


def _closure(row: Any) -> dict[str, Any]:
    """A supposed closure as a GeoJSON polygon."""
    try:
        return dict(mapping(checked_polygon(row)))
    except Invalid as error:
        raise Invalid.field(
            "closures", f"假设封控有误：{error.errors[0]['message']}", "请在地图上重新画"
        ) from error
