"""What happened since an order was thought of, besides what was taken: each with its remedy.

Incidents that ended, teams nobody can plan with, depots that do not issue, ways that are cut, and
things that changed after they were seen. A row has the shape of `holding`'s, with its `kind` and
`remedy`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from data.domain.depot import Depot, Item, Lot
from data.domain.incident import Incident, Zone
from data.domain.messages import IssueDispatch
from data.domain.registry import KIND_OF
from data.domain.team import TeamState
from data.services import orders
from data.services.holding import Asked, Row, other_lots, other_teams, row_of
from data.services.tools import Tools
from data.services.wording import clock_time, titled
from data.store.changes import changed_since
from data.store.codec import plain
from data.store.unit_of_work import Unit

# What of a thing an officer goes by, in his words; the rest is told as 其他资料.
FIELDS: Mapping[str, str] = {
    "state": "状态", "people": "人数", "lon": "驻地经度", "lat": "驻地纬度", "provides": "专业能力",
    "ready_minutes": "准备时间", "vehicles": "车辆", "boats": "舟艇", "equipment": "装备",
    "contact": "联系方式", "name": "名称", "on_hand": "在库", "reserved": "已预留", "keep": "留底",
    "condition": "完好情况", "expires": "有效期", "status": "状态", "needs": "队伍需求",
    "supply_needs": "物资需求", "place": "地点", "grading": "分级", "casualties": "伤亡",
    "commander": "指挥长",
}  # fmt: skip
_PLAIN = (str, int, float)
_QUIET = frozenset({"version"})
_STOCK = frozenset({"on_hand", "reserved", "as_of"})  # what every transfer changes in a lot


def ended_incidents(asked: Asked) -> list[Row]:
    """A row for every incident that is closed."""
    rows = []
    for incident in asked.incidents.values():
        if incident.status == "open":
            continue
        when = f"已于 {clock_time(incident.closed_at)} 结束" if incident.closed_at else "已结束"
        why = f"（{incident.closed_reason}）" if incident.closed_reason else ""
        rows.append(
            row_of("closed", "incident", incident.id, titled(incident))
            | {
                "incident_id": incident.id, "incident_letter": incident.letter,
                "incident_name": incident.short_name,
                "message": f"{titled(incident)} {when}{why}，不能再办理",
                "remedy": "请去掉派往该处的队伍和物资，或查看复盘",
            }
        )  # fmt: skip
    return rows


def unplannable_teams(unit: Unit, asked: Asked, tools: Tools) -> list[Row]:
    """A row for every team nobody can plan with."""
    return [
        row_of("unplannable", "team", team.id, team.name)
        | {
            "message": f"{team.name} 缺少{'、'.join(team.missing_fields)}",
            "remedy": "请先补全再调派，或改用他队",
            "next_best": other_teams(unit, asked, want, tools),
        }
        for want in asked.teams
        if not (team := asked.team[want.team]).plannable
    ]


def idle_depots(unit: Unit, asked: Asked, tools: Tools) -> list[Row]:
    """A row for every lot of a depot that issues nothing."""
    rows = []
    for lot in asked.lot.values():
        depot = asked.depot[lot.depot_id]
        if not depot.live:
            amount = sum(w.amount for w in asked.lots if w.lot == lot.id)
            rows.append(
                row_of("idle", "lot", lot.id, _lot_name(unit, lot, depot))
                | {
                    "message": f"{depot.name} 尚不能发运（{depot.status or '状态不明'}）",
                    "remedy": "请改选其他储备库",
                    "next_best": other_lots(unit, lot, amount, tools),
                }
            )
    return rows


def cut_ways(unit: Unit, asked: Asked, tools: Tools) -> list[Row]:
    """A row for everything the plan had an arrival for and that now has no way there."""
    if asked.plan is None:
        return []
    answer, why = asked.plan.answer, _why_cut(unit, asked)
    rows = []
    planned = {(r["team"], r["incident"]): r for r in answer.get("assignments", [])}
    for want in asked.teams:
        row = planned.get((want.team, want.incident))
        incident, team = asked.incidents[want.incident], asked.team[want.team]
        if row is None or row.get("eta") is None or incident.status != "open":
            continue
        if orders.team_way(unit, team, incident, asked.shut, tools)[1] is None:
            rows.append(
                _cut("team", team.id, team.name, incident, row, why)
                | {
                    "remedy": "请改用他队，或解除封控后重新求解",
                    "next_best": other_teams(unit, asked, want, tools),
                }
            )
    loaded = {(r["lot"], r["incident"]): r for r in answer.get("transfers", [])}
    for load in asked.lots:
        row, lot = loaded.get((load.lot, load.incident)), asked.lot[load.lot]
        incident, depot = asked.incidents[load.incident], asked.depot[lot.depot_id]
        if row is None or row.get("eta") is None or incident.status != "open" or not depot.live:
            continue
        if orders.depot_minutes(depot, incident, asked.shut, tools) is None:
            rows.append(
                _cut("lot", lot.id, _lot_name(unit, lot, depot), incident, row, why)
                | {
                    "remedy": "请改选其他储备库，或解除封控后重新求解",
                    "next_best": other_lots(unit, lot, load.amount, tools),
                }
            )
    return rows


def _cut(
    thing: str, key: str, name: str, incident: Incident, planned: Mapping[str, Any], why: str
) -> Row:
    """One way that is cut: what the plan said, and what happened since."""
    minutes = planned.get("minutes")
    said = f"，原方案 {float(minutes):.0f} 分钟可到" if minutes is not None else "，原方案可到"
    words = f"{name} 到 {titled(incident)} 已无路可通{said}；{why}"
    return row_of("cut", thing, key, name) | {"to_incident": incident.id, "message": words}


def _why_cut(unit: Unit, asked: Asked) -> str:
    """The closures drawn since the plan, by name."""
    made = asked.plan.created_at if asked.plan else unit.now
    new = [
        z.label for z in unit.find(Zone, kind="closure")
        if z.since >= made and (z.until is None or z.until > unit.now)
    ]  # fmt: skip
    return f"此后封控：{'、'.join(new)}" if new else "现有路网与封控下走不通"


def changed_things(
    unit: Unit, command: IssueDispatch, asked: Asked, told: Iterable[str]
) -> list[Row]:
    """A row for everything that changed since it was seen and is not among those told already.

    Incidents change with every follow-up and the amounts of lots with every transfer; a plan is
    not stale for that, and a lot that no longer suffices is short.
    """
    planned = command.plan_id is not None
    things: dict[str, Any] = {**asked.team, **asked.lot}
    if not planned:
        things |= asked.incidents
    known = set(told)
    rows = []
    for key, version in command.seen.items():
        if key in known or key not in things or things[key].version == version:
            continue
        quiet = _QUIET | _STOCK if planned and key in asked.lot else _QUIET
        words = change_words(unit, things[key], version, quiet)
        if words:
            rows.append(_changed(unit, things[key], words, asked))
    return rows


def _changed(unit: Unit, thing: Any, words: str, asked: Asked) -> Row:
    """One thing with what changed."""
    kind = KIND_OF[type(thing)]
    name = _lot_name(unit, thing, asked.depot[thing.depot_id]) if kind == "lot" else ""
    name = name or (titled(thing) if kind == "incident" else thing.name)
    return row_of("changed", kind, thing.id, name) | {
        "message": f"{name} 在您查看之后有变化：{words}", "remedy": "请核对后重新下达",
        "version": thing.version,
    }  # fmt: skip


def change_words(unit: Unit, thing: Any, version: int, quiet: frozenset[str] = _QUIET) -> str:
    """What changed after a version of a thing, who did it, and how it stands now.

    Empty where nothing but `quiet` fields differ, though not when all is as it was again.
    """
    kind = KIND_OF[type(thing)]
    since = changed_since(unit.connection, kind, thing.id, version)
    who = f"（{since.by} {clock_time(since.at)}）" if since.at else ""
    now = f"，现为{thing.state.word}" if kind == "team" else ""
    if since.before is None:
        return f"您看到的是第 {version} 版，现为第 {thing.version} 版{now}{who}"
    said = _differences(since.before, plain(thing), quiet)
    if not said and quiet != _QUIET:
        return ""
    return f"{said or '其间有变动，现已恢复原状'}{now}{who}"


def _differences(before: Mapping[str, Any], now: Mapping[str, Any], quiet: frozenset[str]) -> str:
    """What differs between two bodies of a thing, in words."""
    names = [k for k in now if k not in quiet and before.get(k) != now[k]]
    said = [
        f"{FIELDS[k]} {_word(k, before.get(k))} → {_word(k, now[k])}" for k in names if k in FIELDS
    ]
    if any(k not in FIELDS for k in names):
        said.append("其他资料")
    return "、".join(said)


def _word(name: str, value: Any) -> str:
    """A value as an officer reads it."""
    if value is None or value == "":
        return "未知"
    if name == "state":
        return TeamState(value).word
    if name == "provides":
        return "、".join(f"{k} {v:g}" for k, v in value.items()) or "无"
    return f"{value:g}" if isinstance(value, float) else (
        str(value) if isinstance(value, _PLAIN) else "已改"
    )  # fmt: skip


def _lot_name(unit: Unit, lot: Lot, depot: Depot) -> str:
    """A lot as it is called: its depot and its item."""
    return f"{depot.name} {unit.get(Item, lot.item_id).name}"
