"""监测: sources and sensors with filters, how each stands, its newest value and age."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from dash import html

from dashboard.components import alarm_words as aw
from dashboard.components import desk, finding
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
    return [
        html.Div(
            [
                *finding.search(Ids.TEXT, "名称、市县、河流、监测量、责任人", kept=False),
                finding.pills(Ids.WHAT, WHAT, "all"),
                finding.pills(Ids.STATE, STATES, "", kept=False),
                finding.pills(Ids.SORT, SORTS, "state"),
            ],
            className="bar",
        ),
        hole(Ids.LIST),
    ]  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class Found:
    """How many fit the filters, and the first of them as rows."""

    total: int
    rows: list[Row]


Pick = tuple[str, Any, Sensed]  # kind, source or sensor, how it stands


def rows(
    seen: Situation, areas: AreaTree, *, text: str, what: str, state: str, sort: str
) -> Found:
    """What fits the filters, in the order asked for; words are made of what is shown alone."""
    sensors = sensors_sensed(seen)
    held: list[Pick] = []
    if what != "sensor":
        sources = sources_sensed(seen, sensors)
        held += [("source", s, sources[k]) for k, s in seen.sources.items()]
    if what != "source":
        held += [("sensor", s, sensors[k]) for k, s in seen.sensors.items()]
    if state:
        held = [p for p in held if p[2].standing == state]
    if text:
        held = [p for p in held if tw.fits(text, p[1].name, _note(seen, areas, p))]
    held.sort(key=_order(seen, sort))
    points = Counter(s.source_id for s in seen.sensors.values() if s.source_id)
    return Found(
        total=len(held), rows=[_made(seen, areas, points, pick) for pick in held[:MOST]]
    )


def _order(seen: Situation, sort: str) -> Any:
    if sort == "name":
        return lambda p: (p[1].name, p[1].id)
    if sort == "age":
        heard = seen.readings

        def age(pick: Pick) -> tuple[float, str]:
            latest = heard.get(pick[1].id) if pick[0] == "sensor" else None
            return (-latest.at.timestamp() if latest else 0.0, pick[1].id)

        return age
    ranks: dict[int, tuple[int, int]] = {}  # most stand alike, and are one and the same thing

    def worst(pick: Pick) -> Any:
        how = pick[2]
        rank = ranks.get(id(how))
        if rank is None:
            rank = ranks[id(how)] = how.rank
        return (-rank[0], -rank[1], pick[0] != "source", pick[1].name, pick[1].id)

    return worst


def _note(seen: Situation, areas: AreaTree, pick: Pick) -> str:
    """Where it is, what it is, whose it is."""
    kind, thing, _ = pick
    place = short_area(areas.name(thing.area_code)) if thing.area_code else ""
    if kind == "source":
        parts = (place, thing.kind, thing.organisation or "", thing.person or "")
    else:
        source = seen.sources.get(thing.source_id or "")
        parts = (place, thing.river or "", thing.quantity, source.name if source else "")
    return " · ".join(x for x in parts if x)


def _made(seen: Situation, areas: AreaTree, points: Mapping[str, int], pick: Pick) -> Row:
    kind, thing, how = pick
    latest = seen.readings.get(thing.id) if kind == "sensor" else None
    value = f"测点 {points.get(thing.id, 0)}" if kind == "source" else DASH
    return Row(
        kind=kind, id=thing.id, name=thing.name, note=_note(seen, areas, pick), how=how,
        value=shown(latest.value, thing.unit) if latest else value,
        at=latest.at if latest else None,
    )  # fmt: skip


def list_view(found: Found, chosen: str) -> Any:
    """How many there are, and a row for each of the first."""
    if not found.rows:
        return empty("没有符合筛选的风险源和监测点", "清空筛选，或在系统管理中导入风险源、监测点")
    more = f"，先列 {MOST} 个，请再筛选" if found.total > MOST else ""
    count = html.P(f"共 {found.total} 个{more}", className="count")
    return [count, *(_row(r, on=f"{r.kind}:{r.id}" == chosen) for r in found.rows)]


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


