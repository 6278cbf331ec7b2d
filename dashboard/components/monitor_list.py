"""监测: sources and sensors with filters, how each stands, its newest value and age."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from dash import dcc, html

from dashboard.components import alarm_words as aw
from dashboard.components import desk
from dashboard.components import task_words as tw
from dashboard.components.admin_parts import hole
from dashboard.components.desk_words import empty
from dashboard.words import DASH, iso, short_area
from data.domain.alarm import shown
from data.domain.org import AreaTree
from data.domain.sensing import Sensed, Standing, sensors_sensed, sources_sensed
from data.domain.situation import Situation

MOST = 300  # rows of one list; beyond it the officer is asked to filter
WHAT = {"all": "全部", "source": "风险源", "sensor": "监测点"}
STATES = {"": "全部状态", **{s.value: s.word for s in reversed(Standing)}}
SORTS = {"state": "按状态", "name": "按名称", "age": "按最近来数"}
CHARS = {Standing.MISSING: "断", Standing.STUCK: "滞", Standing.UNHEARD: "无", Standing.CALM: "正"}


class Ids(StrEnum):
    """The ids of list and detail."""

    TEXT = "monitor-text"
    WHAT = "monitor-what"
    STATE = "monitor-state"
    SORT = "monitor-sort"
    LIST = "monitor-list"
    CHOSEN = "monitor-chosen"
    DETAIL = "monitor-detail"


@dataclass(frozen=True, kw_only=True)
class Row:
    """One source or sensor of the list."""

    kind: str
    id: str
    name: str
    note: str
    how: Sensed
    value: str
    at: datetime | None


def layout() -> list[Any]:
    """Filters and the list."""
    kept = {"persistence": True, "persistence_type": "local"}
    return [
        html.Div(
            [
                html.Label(html.Kbd("/"), htmlFor=Ids.TEXT, **desk.key("/")),
                dcc.Input(
                    id=Ids.TEXT, type="search", placeholder="名称、市县、河流、监测量、责任人",
                    value="", debounce=0.3, className="filter", autoComplete="off",
                ),
                _pills(Ids.WHAT, WHAT, "all", **kept),
                _pills(Ids.STATE, STATES, ""),
                _pills(Ids.SORT, SORTS, "state", **kept),
            ],
            className="bar",
        ),
        hole(Ids.LIST),
    ]  # fmt: skip


def _pills(name: str, words: Mapping[str, str], value: str, **more: Any) -> Any:
    options = [{"label": w, "value": v} for v, w in words.items()]
    return dcc.RadioItems(id=name, className="pills", options=options, value=value, **more)


def rows(
    seen: Situation, areas: AreaTree, *, text: str, what: str, state: str, sort: str
) -> list[Row]:
    """What fits the filters, in the order asked for."""
    sensors = sensors_sensed(seen)
    found: list[Row] = []
    if what != "sensor":
        found += _sources(seen, areas, sensors)
    if what != "source":
        found += _sensors(seen, areas, sensors)
    found = [r for r in found if state in ("", r.how.standing) and tw.fits(text, r.name, r.note)]
    return sorted(found, key=_order(sort))


def _order(sort: str) -> Any:
    if sort == "name":
        return lambda r: (r.name, r.id)
    if sort == "age":
        return lambda r: (-(r.at.timestamp() if r.at else 0.0), r.id)
    return lambda r: (-r.how.rank[0], -r.how.rank[1], r.kind != "source", r.name, r.id)


def _sources(seen: Situation, areas: AreaTree, sensors: Mapping[str, Sensed]) -> list[Row]:
    points: dict[str, int] = {}
    for sensor in seen.sensors.values():
        if sensor.source_id:
            points[sensor.source_id] = points.get(sensor.source_id, 0) + 1
    return [
        Row(
            kind="source", id=s.id, name=s.name, how=how,
            note=" · ".join(
                x for x in (short_area(areas.name(s.area_code)), s.kind, s.organisation or "",
                            s.person or "") if x
            ),
            value=f"测点 {points.get(s.id, 0)}", at=None,
        )
        for s, how in ((seen.sources[k], h) for k, h in sources_sensed(seen, sensors).items())
    ]  # fmt: skip


def _sensors(seen: Situation, areas: AreaTree, sensors: Mapping[str, Sensed]) -> list[Row]:
    found = []
    for sensor in seen.sensors.values():
        latest, source = seen.readings.get(sensor.id), seen.sources.get(sensor.source_id or "")
        place = short_area(areas.name(sensor.area_code)) if sensor.area_code else ""
        found.append(
            Row(
                kind="sensor", id=sensor.id, name=sensor.name, how=sensors[sensor.id],
                note=" · ".join(
                    x for x in (place, sensor.river or "", sensor.quantity,
                                source.name if source else "") if x
                ),
                value=shown(latest.value, sensor.unit) if latest else DASH,
                at=latest.at if latest else None,
            )
        )  # fmt: skip
    return found


def list_view(found: list[Row], chosen: str) -> Any:
    """How many there are, and a row for each of the first."""
    if not found:
        return empty("没有符合筛选的风险源和监测点", "清空筛选，或在系统管理中导入风险源、监测点")
    more = f"，先列 {MOST} 个，请再筛选" if len(found) > MOST else ""
    count = html.P(f"共 {len(found)} 个{more}", className="count")
    return [count, *(_row(r, on=f"{r.kind}:{r.id}" == chosen) for r in found[:MOST])]


def _row(row: Row, *, on: bool) -> Any:
    char, tone = standing_mark(row.how)
    age = html.Time(**{"data-age-since": iso(row.at)}) if row.at else html.Time(DASH)
    return html.Button(
        [
            html.B(char, className=f"mark {tone}"),
            html.Span([html.Strong(row.name), html.Small(row.note, title=row.note)]),
            html.Span([html.B(row.value), html.Small(age) if row.kind == "sensor" else None],
                      className="val"),
            html.Em(row.how.level or row.how.standing.word),
        ],
        className=f"mon is-{row.how.standing.value}{' on' if on else ''}",
        **{"data-row": row.id},
        **desk.sets({Ids.CHOSEN: {"data": f"{row.kind}:{row.id}"}}),
    )  # fmt: skip


def standing_mark(how: Sensed) -> tuple[str, str]:
    """The character and class of how something stands."""
    if how.standing == Standing.OVER:
        return aw.MARKS.get(how.colour, ("警", ""))
    return CHARS[how.standing], ""


