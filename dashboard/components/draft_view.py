"""How the draft looks: what is missing first, then each incident's teams and supplies."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from dash import html

from dashboard.components import desk, stock_left
from dashboard.components.desk_words import identity, letter_box
from dashboard.components.draft_sides import Line, Side, with_unit
from dashboard.components.drafting import Draft
from dashboard.words import DASH, clock_time, count
from data.domain.depot import Item
from data.domain.incident import Incident
from data.domain.needs import supplies_of
from data.domain.situation import Situation

AREA = "draft"
PERCENT = 100


def view(seen: Situation, draft: Draft, found: list[Side]) -> list[Any]:
    """The whole draft."""
    if not found:
        return [html.P("没有进行中的事件；受理报告并开设事件后即可调派", className="none")]
    return [
        *plan_cells(draft), gaps(seen, draft, found), *[_side(seen, s, found) for s in found],
        stock_left.of_draft(seen, draft["lots"]),
    ]  # fmt: skip


def plan_cells(draft: Draft) -> list[Any]:
    """Four figures about the plan the draft came from; nothing before there is one."""
    plan = draft.get("plan")
    if not plan:
        return []
    objective, baseline = plan.get("objective") or {}, plan.get("baseline") or {}
    gap, seconds = objective.get("gap"), objective.get("seconds")
    best = "已证最优" if objective.get("optimal") else "可行方案"
    said = f"{seconds:.2f} 秒" if seconds is not None else ""
    said += f" · 差距 {gap * PERCENT:.2f}%" if gap is not None else ""
    fought, short = plan.get("contested") or [], plan.get("shortfalls") or []
    cells = [
        (best, said), (_better(objective, baseline), "对比就近派遣（差值越小越好）"),
        (f"{len(fought)} 处", "争用，均已裁定" if fought else "没有争用"),
        (f"{len(short)} 项", "仍有缺口" if short else "需求全部满足"),
    ]  # fmt: skip
    return [html.Div([html.Div([html.B(b), html.Small(s)]) for b, s in cells], className="sum")]


def _better(objective: Mapping[str, Any], baseline: Mapping[str, Any]) -> str:
    """The plan's value against nearest-first, in percent; — when either is unknown."""
    ours, theirs = objective.get("value"), baseline.get("value")
    if ours is None or not theirs:
        return DASH
    change = (ours - theirs) / abs(theirs) * PERCENT
    return f"{'−' if change < 0 else '+' if change > 0 else ''}{abs(change):.1f}%"


def gaps(seen: Situation, draft: Draft, found: list[Side]) -> Any:
    """What is missing, per incident, in one box; green is not spent on what is covered."""
    lines = []
    for side in found:
        short = [n for n in side.needs if n.gap > 0]
        words = [f"{n.capability} {with_unit(n.capability, n.gap)}{_free(seen, n.capability)}"
                 for n in short]  # fmt: skip
        words += supply_gaps(seen, draft, side)
        if words:
            lines.append(html.Div([html.B(side.incident.letter), " ", "、".join(words)]))
    if lines:
        return html.Div([html.Span("缺口"), html.Div(lines)], className="short", role="status")
    if any(side.needs for side in found):
        return html.Div("需求已由在派和草案覆盖", className="covered")
    return html.Div("尚未列明需求；可在概况中填写需要的能力与数量", className="covered")


def _free(seen: Situation, capability: str) -> str:
    share = next((s for s in seen.pool() if s.capability == capability), None)
    if share is None or not share.reserve_teams:
        return "（全省已无可用）"
    return f"（留守 {share.reserve_teams} 支 {with_unit(capability, share.reserve_amount)}）"


def supply_gaps(seen: Situation, draft: Draft, side: Side) -> list[str]:
    """Items whose stated need neither transfers nor the draft cover, in words."""
    return [words for _, _, words in supply_lacks(seen, draft, side)]


def supply_lacks(seen: Situation, draft: Draft, side: Side) -> list[tuple[Item | None, float, str]]:
    """What lacks of the supplies an incident needs: item, where the catalogue has it, and how much.

    Neither transfers nor the draft cover it.
    """
    have: dict[str, float] = {}
    for transfer in seen.transfers_of(side.incident.id):
        if transfer.state.value != "cancelled":
            have[transfer.item_id] = have.get(transfer.item_id, 0.0) + transfer.amount
    for row in draft["lots"]:
        lot = seen.lots.get(row["lot"])
        if lot and row["incident"] == side.incident.id:
            have[lot.item_id] = have.get(lot.item_id, 0.0) + row["amount"]
    found = []
    for need in supplies_of(side.incident):
        item = next((i for i in seen.items.values() if need.get("item") in {i.id, i.name}), None)
        left = float(need.get("amount") or 0) - have.get(item.id if item else "", 0.0)
        if left > 0:
            name, unit = (item.name, item.unit) if item else (str(need.get("item")), "")
            found.append((item, left, f"{name} {count(left)} {unit}".strip()))
    return found


def _side(seen: Situation, side: Side, found: list[Side]) -> Any:
    words = [f"{side.teams} 队 · {side.people} 人" if side.teams else "草案中没有队伍"]
    lots = len(side.lines) - side.teams
    words += [f"{lots} 批物资"] if lots else []
    words += [f"全部到齐 {clock_time(side.all_there, seen.at)}"] if side.all_there else []
    others = [s.incident for s in found if s is not side]
    return html.Div(
        [
            html.H4([letter_box(side.incident), " · ".join(words)]),
            html.Div(
                [html.Span("需求按模板假定", title=a) for a in _assumed(side)]
                + [_need(n) for n in side.needs],
                className="needs",
            ),
            html.Table(
                [html.Colgroup([html.Col() for _ in range(6)]),
                 html.Tbody([_row(seen, line, others) for line in side.lines])],
                className="lines",
            ),
        ],
        className=f"pl {identity(side.incident)}", key=side.incident.id,
    )  # fmt: skip


def _assumed(side: Side) -> list[str]:
    """Why the needs are an assumption, said once; empty when somebody stated them."""
    return sorted({n.assumption for n in side.needs if n.assumption})[:1]


def _need(need: Any) -> Any:
    """One capability: committed and drafted over wanted; what lacks is marked."""
    have = need.committed + need.drafted
    parts = (need.committed, need.drafted, need.wanted)
    return html.Span(
        [
            need.capability, " ",
            html.B(f"{count(have)}/{count(need.wanted)}"), f" {need.unit}",
            html.I(f"缺 {count(need.gap)}") if need.gap else None,
        ],
        className="lack" if need.gap else "",
        title="在派 {}，草案 {}，需要 {}".format(*map(count, parts)),
        key=need.capability,
    )  # fmt: skip


def _row(seen: Situation, line: Line, others: list[Incident]) -> Any:
    timed = line.leaves_at is not None or line.eta is not None
    return html.Tr(
        [
            html.Td(html.B(line.mark, className="st mark")),
            html.Td([html.Span(line.name, title=line.name), html.Small(line.brings)],
                    className="name", **({} if timed else {"colSpan": 3})),
            *([html.Td(_at(line.leaves_at, seen), className="ar"),
               html.Td(html.B(_at(line.eta, seen)), className="ar")] if timed else []),
            html.Td(_why(line), className="why"),
            html.Td(_buttons(line, others), className="to"),
        ],
        className="hot" if line.trouble or line.mark == "改" else "",
        key=f"{line.thing}@{line.incident}", tabIndex=-1,
        **{"data-row": f"{line.thing}@{line.incident}"},
    )  # fmt: skip


def _at(at: datetime | None, seen: Situation) -> str:
    return clock_time(at, seen.at)


def _why(line: Line) -> list[Any]:
    """What stands in the way and the way out, else why it was chosen."""
    if not line.trouble:
        return [html.Span(line.reason, title=line.reason)]
    out: list[Any] = [html.Span(line.trouble, className="lack", title=line.trouble)]
    if line.instead:
        to, words = line.instead
        out.append(
            html.Button(f"改用 {words}", className="mini", title=words,
                        **desk.acts(AREA, do="swap", **{line.kind: line.thing}, to=to))
        )  # fmt: skip
    return out


def _buttons(line: Line, others: list[Incident]) -> list[Any]:
    """Move to another incident, keep for the plan, take out."""
    what = {line.kind: line.thing, "incident": line.incident}
    out = [
        _mini(f"→{i.letter}", f"移到 {i.short_name}", "data-move", identity(i),
              do="move", to=i.id, **what)
        for i in others[:2]
    ]  # fmt: skip
    if line.kind == "team":
        words = "放开" if line.mark == "锁" else "锁定"
        out.append(_mini(words, "锁定的队伍求解时保持不变（L）", "data-lock", do="lock", **what))
    out.append(_mini("移除", "从草案移除（Delete）", "data-delete", do="remove", **what))
    return out


def _mini(words: str, title: str, mark: str, side: str = "", **act: Any) -> Any:
    """A small button of a row; `mark` says which key presses it while the row has the focus."""
    press = {mark: "1", **desk.acts(AREA, **act)}
    return html.Button(words, title=title, className=f"mini {side}".strip(), **press)


def contests(seen: Situation, draft: Draft) -> list[Any]:
    """What several incidents wanted in the plan, who got it and why."""
    rows = []
    for row in (draft.get("plan") or {}).get("contested") or []:
        thing = str(row.get("team") or row.get("lot") or "")
        team = seen.teams.get(thing)
        wanted = "、".join(_letter(seen, str(k)) for k in row.get("wanted_by") or [])
        given = _letter(seen, str(row.get("given_to") or ""))
        name = team.name if team else str(row.get("name") or thing)
        rows.append(html.Li([html.B(name), f" {wanted} 均需 → {given}　{row.get('why') or ''}"]))
    return rows


def _letter(seen: Situation, incident_id: str) -> str:
    incident = seen.incidents.get(incident_id)
    return incident.letter if incident else "留守"
