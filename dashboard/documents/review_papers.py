"""The after-action report of an incident and the briefing of both, as papers."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from dashboard.documents.charts import bars_png
from dashboard.documents.paper import Block, Grid, Heading, Pairs, Paper, Paragraph, Picture
from dashboard.words import DASH, clock_time
from data.domain.clock import SHANGHAI
from data.domain.deeds import Answers, deeds, goods
from data.domain.incident import CASUALTY_WORDS, ROMAN, Incident
from data.domain.incident_types import type_name
from data.domain.intervals import findings, intervals
from data.domain.knowing import knowing
from data.domain.org import PROVINCE, AreaTree
from data.domain.review_targets import Target
from data.domain.situation import Situation

MOST_LINES = 300
MOST_INCIDENTS = 8


def after_action_paper(
    seen: Situation, areas: AreaTree, incident: Incident,
    answers: Answers, targets: Sequence[Target], org: str = PROVINCE,
) -> Paper:  # fmt: skip
    """The 复盘报告 of one incident: facts from the journal only; conclusions are left to people.

    Parameters
    ----------
    answers
        The answers of the plans issued, for what was proposed beside what was done.
    targets
        The table of what each step is measured against.
    """
    steps = intervals(seen, incident, targets)
    known = [(s.word, s.minutes, s.target) for s in steps if s.minutes is not None]
    blocks: list[Block] = [
        Heading(text="一、事件概况"), _facts(seen, incident),
        Heading(text="二、关键用时"), _steps(steps),
        *([Picture(data=bars_png(known, "分"), caption="关键用时，竖线为目标")] if known else []),
        Heading(text="三、力量与物资"), *_forces(seen, incident),
        Heading(text="四、方案与执行对照"), *_deeds(seen, incident, answers),
        Heading(text="五、任务与批示"), _tasks(seen, areas, incident),
        Heading(text="六、谁在何时知道什么"), _knowing(seen, areas, incident),
        Heading(text="七、经过"), _course(seen, incident),
        Heading(text="八、复盘线索"), *_findings(seen, incident, steps),
    ]  # fmt: skip
    return Paper(
        title=f"{incident.name}复盘报告", mark=_drill(seen), blocks=tuple(blocks),
        signed=f"{areas.name(org)}应急指挥中心", date=_day(seen.at),
        foot=(f"系统按记录 #{seen.revision} 自动汇总，结论由复盘会议作出。",),
    )  # fmt: skip


def briefing_paper(seen: Situation, areas: AreaTree, org: str = PROVINCE) -> Paper:
    """The 汇报材料 of a duty room: the incidents side by side, then each by itself.

    After the end it tells of the incidents closed last.
    """
    mine = seen.briefed()
    blocks: list[Block] = [Heading(text="一、总体情况"), _side_by_side(seen, mine)]
    number = iter("二三四五六七八九十")
    for incident in mine[:MOST_INCIDENTS]:
        name = incident.short_name or incident.name
        blocks += [Heading(text=f"{next(number)}、{incident.letter} {name}"),
                   _facts(seen, incident), *_forces(seen, incident),
                   _tasks(seen, areas, incident)]  # fmt: skip
    if len(mine) > MOST_INCIDENTS:
        left = "、".join(f"{i.letter} {i.short_name or i.name}" for i in mine[MOST_INCIDENTS:])
        blocks.append(Paragraph(text=f"另有 {left}，详见系统。"))
    return Paper(
        title=f"{len(mine)} 起突发事件处置情况汇报" if mine else "当前无突发事件",
        mark=_drill(seen), blocks=tuple(blocks), signed=f"{areas.name(org)}应急指挥中心",
        date=_day(seen.at),
        foot=(f"数据截至 {clock_time(seen.at)}，记录 #{seen.revision}。",),
    )  # fmt: skip


def _drill(seen: Situation) -> str:
    return "演练" if seen.exercise else ""


def _day(at: datetime) -> str:
    here = at.astimezone(SHANGHAI)
    return f"{here.year}年{here.month}月{here.day}日"


def _stamp(at: datetime | None) -> str:
    return at.astimezone(SHANGHAI).strftime("%m-%d %H:%M") if at else DASH


def _people(incident: Incident) -> str:
    known = ((w, getattr(incident.casualties, n)) for n, w in CASUALTY_WORDS.items())
    return "、".join(f"{word} {n} 人" for word, n in known if n is not None)


def _responses(seen: Situation, incident: Incident) -> str:
    held = (r for r in seen.responses.values() if r.incident_id == incident.id)
    return "；".join(
        f"{r.body}{r.contingency}{ROMAN[r.level]}级（{_stamp(r.since)}）" for r in held
    )


def _facts(seen: Situation, incident: Incident) -> Pairs:
    """What, where, when, how grave, who leads; unknown stays blank."""
    return Pairs(
        rows=(
            ("类型", type_name(incident.type)), ("地点", incident.place),
            ("发生", _stamp(incident.occurred_at)), ("接报", _stamp(incident.received_at)),
            ("分级", f"{incident.grading.label}　{incident.grading.basis}".strip()),
            ("伤亡与转移", _people(incident)), ("响应", _responses(seen, incident)),
            ("指挥", "，".join(x for x in (incident.commander, incident.lead_body) if x)),
        )
    )  # fmt: skip


def _side_by_side(seen: Situation, mine: list[Incident]) -> Block:
    """One row a question, one column an incident."""
    if not mine:
        return Paragraph(text="当前没有进行中的突发事件。")

    def standing(incident: Incident) -> str:
        return f"已于 {_stamp(incident.closed_at)} 结束" if incident.closed_at else "处置中"

    def moving(incident: Incident) -> str:
        if incident.closed_at:
            return f"先后调派 {len(seen.assignments_of(incident.id))} 支"
        active = seen.assignments_of(incident.id, active=True)
        there = sum(a.state.value in {"arrived", "working"} for a in active)
        return f"到场 {there} 支，在途 {len(active) - there} 支"

    def waiting(incident: Incident) -> str:
        tasks = [t for t in seen.tasks.values() if t.incident_id == incident.id and t.open]
        return f"{len(tasks)} 项，超时 {sum(t.overdue(seen.at) for t in tasks)} 项"

    asked = (
        ("状态", standing), ("分级", lambda i: i.grading.label), ("伤亡与转移", _people),
        ("响应", lambda i: _responses(seen, i)), ("力量", moving), ("未办结任务", waiting),
    )  # fmt: skip
    heads = ("", *(f"{i.letter} {i.short_name or i.name}" for i in mine))
    rows = tuple((word, *(said(i) or DASH for i in mine)) for word, said in asked)
    return Grid(heads=heads, rows=rows, widths=(2, *([5] * len(mine))))


def _steps(steps: list[Any]) -> Grid:
    rows = tuple(
        (
            s.word, _stamp(s.since), _stamp(s.until),
            DASH if s.minutes is None else f"{s.minutes:.0f} 分",
            DASH if s.target is None else f"{s.target:.0f} 分", "超" if s.late else "", s.basis,
        )
        for s in steps
    )  # fmt: skip
    heads = ("环节", "从", "到", "用时", "目标", "", "目标依据")
    return Grid(heads=heads, rows=rows, widths=(8, 7, 7, 4, 4, 2, 9))


def _forces(seen: Situation, incident: Incident) -> list[Block]:
    teams = []
    for order in seen.assignments_of(incident.id):
        team = seen.teams.get(order.team_id)
        times = order.times
        teams.append(
            (team.name if team else order.team_id, order.state.word, _stamp(times.get("ordered")),
             _stamp(times.get("departed")), _stamp(times.get("arrived")))
        )  # fmt: skip
    lots = []
    for transfer in seen.transfers_of(incident.id):
        item = seen.items.get(transfer.item_id)
        got = transfer.received
        lots.append(
            (item.name if item else transfer.item_id,
             f"{transfer.amount:g} {item.unit if item else ''}",
             DASH if got is None else f"{got:g}", transfer.state.word, _stamp(transfer.eta))
        )  # fmt: skip
    found: list[Block] = []
    if teams:
        found.append(Grid(heads=("队伍", "状态", "下达", "出动", "到场"), rows=tuple(teams),
                          widths=(8, 4, 5, 5, 5)))  # fmt: skip
    if lots:
        found.append(Grid(heads=("物资", "调拨", "实收", "状态", "预计到达"), rows=tuple(lots),
                          widths=(8, 4, 4, 4, 5)))  # fmt: skip
    return found or [Paragraph(text="没有调派队伍和物资。")]


def _deeds(seen: Situation, incident: Incident, answers: Answers) -> list[Block]:
    teams = tuple(
        (
            d.team, "是" if d.proposed else "否", "是" if d.sent else "否", _stamp(d.expected),
            _stamp(d.arrived), _late(d.late_min),
        )
        for d in deeds(seen, incident, answers)
    )  # fmt: skip
    lots = tuple(
        (
            f"{g.item}（{g.depot}）", f"{g.proposed:g}", f"{g.sent:g} {g.unit}".strip(),
            DASH if g.received is None else f"{g.received:g}", _stamp(g.expected),
            _stamp(g.arrived), _late(g.late_min),
        )
        for g in goods(seen, incident, answers)
    )  # fmt: skip
    found: list[Block] = []
    if teams:
        heads: tuple[str, ...] = ("队伍", "方案建议", "实际派出", "预计到场", "实际到场", "早晚")
        found.append(Grid(heads=heads, rows=teams, widths=(8, 3, 3, 5, 5, 4)))
    if lots:
        heads = ("物资（储备库）", "建议", "调出", "实收", "预计到", "实到", "早晚")
        found.append(Grid(heads=heads, rows=lots, widths=(8, 2, 3, 2, 5, 5, 3)))
    return found or [Paragraph(text="没有形成联合方案，也没有下达调派。")]


def _late(minutes: float | None) -> str:
    return DASH if minutes is None else f"{minutes:+.0f} 分"


def _tasks(seen: Situation, areas: AreaTree, incident: Incident) -> Block:
    rows = [
        ("任务", t.title, t.owner or areas.name(t.owner_org), _stamp(t.due_at),
         t.state.word + ("（逾期）" if t.late() or t.overdue(seen.at) else ""))
        for t in seen.tasks.values() if incident.id in (t.incident_id, t.carried_from)
    ]  # fmt: skip
    rows += [
        ("批示", n.text, n.owner or areas.name(n.owner_org), _stamp(n.due_at),
         n.state.word + ("（逾期）" if n.late() or n.overdue(seen.at) else ""))
        for n in seen.instructions.values() if n.incident_id == incident.id
    ]  # fmt: skip
    if not rows:
        return Paragraph(text="没有任务和批示。")
    return Grid(
        heads=("", "内容", "承办", "时限", "结果"), rows=tuple(rows), widths=(1, 6, 3, 2, 2)
    )


def _knowing(seen: Situation, areas: AreaTree, incident: Incident) -> Block:
    rows = tuple((_stamp(k.at), k.who, k.what, k.way) for k in knowing(seen, areas, incident))
    if not rows:
        return Paragraph(text="没有记录。")
    return Grid(heads=("何时", "谁", "知道什么", "怎么知道"), rows=rows, widths=(5, 6, 12, 6))


def _course(seen: Situation, incident: Incident) -> Block:
    lines = seen.timeline(incident.id)
    rows = tuple((_stamp(line.at), line.text, line.author) for line in lines[-MOST_LINES:])
    left = len(lines) - len(rows)
    caption = f"只列最近 {MOST_LINES} 行，另有 {left} 行见系统" if left > 0 else ""
    return Grid(heads=("时间", "经过", "记录"), rows=rows, widths=(5, 20, 5), caption=caption)


def _findings(seen: Situation, incident: Incident, steps: list[Any]) -> list[Block]:
    found = findings(seen, incident, steps)
    if not found:
        return [Paragraph(text="没有超目标用时、逾期任务和物资差异。")]
    return [Paragraph(text=f"{n}．{text}。") for n, text in enumerate(found, 1)]
