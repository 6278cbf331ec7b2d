"""An information report as a paper: title, what is told, figures and how they changed."""

from __future__ import annotations

from datetime import datetime

from dashboard.documents.paper import Block, Grid, Heading, Pairs, Paper, Paragraph
from dashboard.words import clock_time
from data.domain.clock import SHANGHAI
from data.domain.filing import (
    ITEMS,
    ONCE,
    Filing,
    FilingState,
    changed_figures,
    difference,
    tally,
)
from data.domain.incident import CASUALTY_WORDS, Casualties
from data.domain.org import AreaTree
from data.domain.situation import Situation

_NUMERALS = "一二三四五六七八九十"


def filing_paper(seen: Situation, areas: AreaTree, held: Filing) -> Paper:
    """The report as it stands, signed or not; an unsigned one says so."""
    before = seen.filings.get(held.before or "")
    body = f"{areas.name(held.org)}应急管理部门"
    unsigned = "" if held.signer else f"（{'先报后签，待补签' if held.sent_at else '未签发稿'}）"
    foot = [
        f"拟稿：{held.author}　审核：{held.reviewer or '—'}　签发：{held.signer or '—'}{unsigned}"
    ]
    if held.receipts:
        foot.append("报送：" + "、".join(r.to for r in held.receipts))
    # nothing written in an exercise leaves it unmarked, whatever its incident was opened from
    drill = seen.exercise is not None or held.origin == "exercise"
    marks = ("演练" if drill else "", "紧急" if held.early else "")
    return Paper(
        title=held.title, mark="　".join(filter(None, marks)), issuer="信息报告",
        number=f"{held.id}　{held.name}", to=_to(held), blocks=tuple(_blocks(held, before)),
        signed=body, date=_day(held.sent_at or seen.at), foot=tuple(foot),
    )  # fmt: skip


def _to(held: Filing) -> str:
    """The addressees, closed by a colon."""
    return "、".join(r.to for r in held.receipts) + "：" if held.receipts else ""


def _day(at: datetime) -> str:
    here = at.astimezone(SHANGHAI)
    return f"{here.year}年{here.month}月{here.day}日{here:%H:%M}"


def _blocks(held: Filing, before: Filing | None) -> list[Block]:
    """The items that say something, numbered; figures after what happened."""
    found: list[Block] = []
    once = tuple((ITEMS[n], held.items[n]) for n in ONCE if held.items.get(n))
    number = iter(_NUMERALS)
    if once:
        found += [Heading(text=f"{next(number)}、基本情况"), Pairs(rows=once)]
    found.append(Heading(text=f"{next(number)}、人员伤亡和损失"))
    found += _figures(held, before)
    for name, word in ITEMS.items():
        text = held.items.get(name, "")
        if name not in ONCE and text:
            found += [Heading(text=f"{next(number)}、{word}"), Paragraph(text=text)]
    if held.sources:
        rows = tuple(
            (CASUALTY_WORDS[f.name], f"{f.value} 人", f.source, clock_time(f.at),
             "采用" if f.used else "")
            for f in held.sources
        )  # fmt: skip
        found.append(
            Grid(heads=("数字", "人数", "来源", "时间", "本报告"), rows=rows,
                 widths=(2, 2, 6, 3, 2), caption="附　不同来源的数字")
        )  # fmt: skip
    return found


def _figures(held: Filing, before: Filing | None) -> list[Block]:
    """All figures known, and for a follow-up what became of them."""
    people = held.casualties
    known = [(w, getattr(people, n)) for n, w in CASUALTY_WORDS.items()]
    said = "、".join(f"{word} {number} 人" for word, number in known if number is not None)
    rows: list[Block] = [Paragraph(text=f"{said or '伤亡情况尚不清楚'}。")]
    if held.loss_wan_yuan is not None:
        rows.append(Paragraph(text=f"直接经济损失 {held.loss_wan_yuan:g} 万元。"))
    was = before.casualties if before else Casualties()
    changed = changed_figures(was, people) if before else []
    if before and changed:
        whole = difference(was, people)
        if whole:
            rows.append(Paragraph(text=f"较{before.name}变化：{whole}。"))
        rows.append(Grid(heads=("数字", before.name, "本次"), rows=tuple(changed)))
    elif before:
        rows.append(Paragraph(text=f"较{before.name}无变化（{tally(was) or '无人员伤亡'}）。"))
    return rows


def unsigned(held: Filing) -> bool:
    """Whether a signature is still owed for something already sent."""
    return held.sent_at is not None and held.state != FilingState.SENT
