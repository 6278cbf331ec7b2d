"""Records of the duty room on paper: 值班日志, 交接班记录 and 会商纪要."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from dashboard.documents.duty_papers import mark, room, shift_words, stamp
from dashboard.documents.paper import Block, Grid, Heading, Pairs, Paper, Paragraph
from dashboard.words import clock_time
from data.domain.command_post import LINKS, Consultation
from data.domain.duty_log import LogLine
from data.domain.org import PROVINCE, AreaTree
from data.domain.shift import Handover
from data.domain.situation import Situation


def log_paper(
    seen: Situation, areas: AreaTree, org: str, lines: Sequence[LogLine],
    since: datetime | None, until: datetime | None,
) -> Paper:  # fmt: skip
    """The 值班日志 of a span; corrections stand beside what they correct."""
    rows = []
    for line in lines:
        notes = [f"更正 {line.corrects}：{line.reason}"] if line.corrects else []
        notes += [f"已由 {x} 更正" for x in line.corrected_by]
        notes += [f"{clock_time(line.written_at)} 补记"] if line.late and line.written_at else []
        rows.append((line.ref, stamp(line.at), line.text, line.author, "；".join(notes)))
    span = f"{stamp(since) or '起始'} 至 {stamp(until or seen.at)}"
    body = Grid(
        heads=("编号", "时间", "事项", "记录人", "备注"), rows=tuple(rows),
        widths=(10, 17, 48, 10, 15), caption=f"{span}，共 {len(rows)} 条",
    )  # fmt: skip
    blocks: tuple[Block, ...] = (body,) if rows else (Paragraph(text=f"{span}，无记录。"),)
    return Paper(
        title="值班日志", blocks=blocks, issuer=room(areas, org), mark=mark(seen),
        signed=room(areas, org), date=stamp(seen.at),
    )  # fmt: skip


def handover_paper(seen: Situation, areas: AreaTree, held: Handover) -> Paper:
    """The 交接班记录: what was handed over and who took it, with words and times."""
    leaves, comes = seen.shifts.get(held.from_shift or ""), seen.shifts.get(held.to_shift or "")
    rows = tuple(
        (str(n), i.kind, i.title, stamp(i.due_at), f"{i.by} {stamp(i.at)}".strip(), i.words)
        for n, i in enumerate(held.items, 1)
    )
    return Paper(
        title="交接班记录", issuer=room(areas, held.org), mark=mark(seen), number=held.id,
        blocks=(
            Pairs(
                rows=(
                    ("状态", held.state.word), ("交班", shift_words(leaves)),
                    ("接班", shift_words(comes)), ("开始", stamp(held.opened_at)),
                    ("完成", stamp(held.ended_at)), ("交代", held.words),
                    ("接班意见", held.end_words),
                )
            ),
            Grid(
                heads=("序号", "类别", "事项", "时限", "接收", "说明"), rows=rows,
                widths=(6, 12, 40, 14, 16, 12),
            ) if rows else Paragraph(text="无未办结事项。"),
        ),
        signed=room(areas, held.org), date=stamp(held.ended_at or seen.at),
    )  # fmt: skip


def consultation_paper(seen: Situation, areas: AreaTree, held: Consultation) -> Paper:
    """The 会商纪要: who, when, by which link, what was said, and each conclusion with its task."""
    incidents = [i for k in held.incidents if (i := seen.incidents.get(k))]
    rows = []
    for c in held.conclusions:
        task = seen.tasks.get(c.task_id or "")
        owner = ""
        if task:
            body = areas.name(task.owner_org) if task.owner_org else ""
            owner = " ".join(x for x in (body, task.owner) if x)
        rows.append(
            (str(c.number), c.text, owner, stamp(task.due_at) if task else "",
             task.state.word if task else "不转任务")
        )  # fmt: skip
    who = "、".join(" ".join(x for x in (a.body, a.name) if x) for a in held.attendees)
    blocks: list[Block] = [
        Pairs(
            rows=(
                ("议题", held.topic),
                ("涉及事件", "、".join(f"{i.letter} {i.name}" for i in incidents)),
                ("时间", f"{stamp(held.starts_at)} 至 {stamp(held.ends_at)}".removesuffix(" 至 ")),
                ("方式", LINKS[held.link]), ("主持", held.host), ("参加", who),
                ("记录", held.recorded_by),
            )
        ),
        Heading(text="一、会商情况"),
        *[Paragraph(text=x) for x in (held.record or "未记录。").splitlines() if x.strip()],
        Heading(text="二、议定事项"),
        Grid(
            heads=("序号", "事项", "承办", "时限", "进度"), rows=tuple(rows),
            widths=(7, 47, 20, 16, 10),
        ) if rows else Paragraph(text="无。"),
    ]  # fmt: skip
    org = held.org if held.org in areas.areas else PROVINCE
    return Paper(
        title="会商纪要", blocks=tuple(blocks), issuer=room(areas, org), mark=mark(seen),
        number=held.id, signed=room(areas, org), date=stamp(held.ends_at or seen.at),
    )  # fmt: skip
