"""What a queue over sites is asked: the request read strictly, every fault named by field."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from data.domain.capabilities import CAPABILITIES
from data.domain.incident import Incident
from data.domain.needs import needs_of, weight_of
from data.domain.org import Actor
from data.domain.situation import Situation
from data.errors import Invalid
from data.services.asking import LONGEST_S, TIME_LIMIT_S, positive
from data.services.orders import scene
from data.services.tools import Tools
from data.services.zones import NEIGHBOURHOOD

MOST_SITES = 200
WORK_MINUTES = 60.0  # assumed where an open incident states no minutes of work
_FIELDS = frozenset({"sites", "incidents", "teams", "time_limit_s", "key"})
_SITE = frozenset({"id", "name", "lon", "lat", "weight", "needs", "minutes"})
_INCIDENT = frozenset({"id", "weight", "needs", "minutes"})


@dataclass(frozen=True, kw_only=True)
class Place:
    """One place to be served: where, how grave, what a team must have, minutes of work."""

    id: str
    name: str
    lon: float
    lat: float
    weight: float
    needs: tuple[str, ...]
    minutes: float
    area: str | None
    incident: str | None = None


@dataclass(frozen=True, kw_only=True)
class QueueRequest:
    """A request for a queue; `teams` None means the free ones of the actor's area."""

    places: tuple[Place, ...]
    teams: tuple[str, ...] | None
    time_limit_s: float
    assumptions: tuple[str, ...]


def read(
    situation: Situation, request: Mapping[str, Any], tools: Tools, actor: Actor
) -> QueueRequest:
    """The request as values, its places within the actor's area.

    Raises
    ------
    Invalid
        Naming the field: unknown, missing, of the wrong kind, doubled, out of reach.
    """
    for name in request.keys() - _FIELDS:
        raise Invalid.field(str(name), f"请求没有字段“{name}”", "请按接口说明填写")
    sites, incidents = _rows(request, "sites"), _rows(request, "incidents")
    if not sites and not incidents:
        raise Invalid.field("sites", "没有点位", "请至少填一处点位，或选一起进行中的事件")
    if len(sites) + len(incidents) > MOST_SITES:
        raise Invalid.field("sites", f"点位超过 {MOST_SITES} 处", "请分片排程")
    assumed: list[str] = []
    places = [_site(row, n, tools, actor) for n, row in enumerate(sites)]
    places += [
        _of_incident(situation, row, n, tools, actor, assumed) for n, row in enumerate(incidents)
    ]
    seen: set[str] = set()
    for place in places:
        if place.id in seen:
            raise Invalid.field("sites", f"点位编号 {place.id} 重复", "请改用不同的编号")
        seen.add(place.id)
    limit = request.get("time_limit_s")
    limit = TIME_LIMIT_S if limit is None else positive(limit, "time_limit_s", "求解时限")
    if limit > LONGEST_S:
        raise Invalid.field("time_limit_s", f"求解时限超过 {LONGEST_S:g} 秒", "请填较短的时限")
    return QueueRequest(
        places=tuple(places), teams=_teams(request), time_limit_s=limit,
        assumptions=tuple(assumed),
    )  # fmt: skip


def _rows(request: Mapping[str, Any], name: str) -> list[Mapping[str, Any]]:
    found = request.get(name)
    if found is None:
        return []
    if not isinstance(found, list | tuple) or not all(isinstance(r, Mapping) for r in found):
        raise Invalid.field(name, "应为对象的列表", "请按接口说明填写")
    return list(found)


def _teams(request: Mapping[str, Any]) -> tuple[str, ...] | None:
    found = request.get("teams")
    if found is None:
        return None
    if not isinstance(found, list | tuple) or not all(isinstance(t, str) for t in found):
        raise Invalid.field("teams", "应为队伍编号的列表", "请填写队伍编号，或留空由本中心挑选")
    return tuple(dict.fromkeys(found))


def _known(row: Mapping[str, Any], at: str, fields: frozenset[str]) -> None:
    for name in row.keys() - fields:
        may = f"可填：{'、'.join(sorted(fields))}"
        raise Invalid.field(f"{at}.{name}", f"没有字段“{name}”", may)


def _site(row: Mapping[str, Any], n: int, tools: Tools, actor: Actor) -> Place:
    """A place stated by hand."""
    at = f"sites[{n}]"
    _known(row, at, _SITE)
    name = str(row.get("name") or "").strip()
    key = str(row.get("id") or f"点位-{n + 1}")
    lon = _degrees(row.get("lon"), f"{at}.lon", "经度")
    lat = _degrees(row.get("lat"), f"{at}.lat", "纬度")
    west, south, east, north = NEIGHBOURHOOD.bounds
    if not (west <= lon <= east and south <= lat <= north):
        raise Invalid.field(f"{at}.lon", f"{name or key} 的位置不在湖北附近", "请核对经纬度")
    area = tools.spatial.unit_at(lon, lat)
    if not tools.areas.covers(actor.org, area):
        raise Invalid.field(f"{at}.lon", f"{name or key} 不在本辖区", "请报上级指挥中心排程")
    if row.get("minutes") is None:
        raise Invalid.field(f"{at}.minutes", f"{name or key} 未填作业时长", "请填预计作业分钟数")
    weight = row.get("weight")
    return Place(
        id=key, name=name or key, lon=lon, lat=lat, area=area,
        weight=1.0 if weight is None else positive(weight, f"{at}.weight", "权重"),
        needs=_needs(row.get("needs"), f"{at}.needs"),
        minutes=positive(row["minutes"], f"{at}.minutes", "作业时长"),
    )  # fmt: skip


def _of_incident(
    situation: Situation,
    row: Mapping[str, Any],
    n: int,
    tools: Tools,
    actor: Actor,
    assumed: list[str],
) -> Place:
    """An open incident as a place; what it does not state is assumed and said."""
    at = f"incidents[{n}]"
    _known(row, at, _INCIDENT)
    incident = situation.incidents.get(str(row.get("id")))
    if incident is None or incident.status != "open":
        raise Invalid.field(f"{at}.id", f"事件 {row.get('id')} 不存在或已结束", "请选进行中的事件")
    name = f"{incident.letter} {incident.short_name}"
    if not any(tools.areas.covers(actor.org, code) for code in incident.all_areas):
        raise Invalid.field(f"{at}.id", f"{name} 不在本辖区", "请报上级指挥中心排程")
    here = scene(incident, tools)
    if here is None:
        raise Invalid.field(f"{at}.id", f"{name} 位置未知", "请先在事件中补填位置")
    minutes, weight, needs = row.get("minutes"), row.get("weight"), row.get("needs")
    if minutes is None:
        assumed.append(f"假定：{name}未报作业时长，按 {WORK_MINUTES:g} 分钟计")
    kinds = _main(incident) if needs is None else _needs(needs, f"{at}.needs")
    if needs is None and kinds:
        assumed.append(f"假定：{name}由一支具备{kinds[0]}能力的队伍处置（其所需最多的一项）")
    return Place(
        id=incident.id, name=name, lon=here[0], lat=here[1], area=incident.area_code,
        weight=weight_of(incident) if weight is None else positive(weight, f"{at}.weight", "权重"),
        needs=kinds, incident=incident.id,
        minutes=WORK_MINUTES if minutes is None else positive(minutes, f"{at}.minutes", "作业时长"),
    )  # fmt: skip


def _main(incident: Incident) -> tuple[str, ...]:
    """The capability counted in people that an incident needs most of."""
    rows = [n for n in needs_of(incident) if CAPABILITIES[n["capability"]].people]
    return (max(rows, key=lambda n: n["amount"])["capability"],) if rows else ()


def _needs(rows: Any, field: str) -> tuple[str, ...]:
    found = [] if rows is None else rows
    if not isinstance(found, list | tuple):
        raise Invalid.field(field, "所需能力应为列表", "请填专业能力的名称")
    for name in found:
        if name not in CAPABILITIES:
            words = "、".join(CAPABILITIES)
            raise Invalid.field(field, f"没有专业能力“{name}”", f"可选：{words}")
    return tuple(dict.fromkeys(found))


def _degrees(value: Any, field: str, label: str) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise Invalid.field(field, f"未填{label}或不是数字", f"请填 WGS 84 {label}，单位度")
    return float(value)
