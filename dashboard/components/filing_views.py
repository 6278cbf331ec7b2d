"""How information reports look: cards by incident, the paper, receipts, sources, rules."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from dash import html

from dashboard.components import desk
from dashboard.components import task_words as tw
from dashboard.components.admin_parts import table
from dashboard.components.desk_words import clock, empty
from dashboard.components.grade_view import deadline_rows
from dashboard.documents.paper import Block, Grid, Heading, Pairs, Paper, Paragraph
from data.domain.filing import KINDS, Filing, FilingState, conflicts, tally
from data.domain.incident import CASUALTY_WORDS, Incident
from data.domain.org import Actor, AreaTree
from data.domain.reporting import Deadline
from data.domain.situation import Situation

DAY_MIN = 1440
SURE = {"verified": "已查证", "memory": "记忆，待核", "assumed": "假定"}
# what a clock runs from, as the table shows it
STARTS = {
    "occurred_at": "事发", "county": "县级接报", "prefecture": "市级接报", "province": "省级接报",
    "departed": "首支队伍出动", "ended": "终报报出或事件结束",
}  # fmt: skip
WAYS = {"docx": "Word", "pdf": "PDF", "txt": "纯文本", "html": "网页"}


def of_incident(seen: Situation, incident_id: str) -> list[Filing]:
    """An incident's reports, the newest first."""
    mine = (f for f in seen.filings.values() if f.incident_id == incident_id)
    return sorted(mine, key=lambda f: f.id, reverse=True)


def board(
    seen: Situation, actor: Actor, areas: AreaTree, clocks: Mapping[str, Sequence[Deadline]],
    chosen: str | None, area: str, click: Any,
) -> Any:  # fmt: skip
    """A column for each incident: its clocks, what may be begun, its reports."""
    incidents = seen.sided()
    ended = {f.incident_id for f in seen.filings.values()} - {i.id for i in incidents}
    incidents += [seen.incidents[i] for i in sorted(filter(None, ended)) if i in seen.incidents]
    if not incidents:
        return empty("当前没有进行中的事件", "在值班台按 N 接报登记，开设事件后在这里拟报")
    return html.Div(
        [
            html.Section(
                [
                    html.H3([html.Span(f"{i.letter}　{i.short_name or i.name}"),
                             html.Small(tally(i.casualties) or "无人员伤亡数字")]),
                    deadline_rows([c for c in clocks.get(i.id, ()) if c.state != "done"], seen.at),
                    _begin(seen, actor, i, area),
                    *[_card(seen, areas, f, chosen, click) for f in of_incident(seen, i.id)],
                ],
                className=f"col {tw.place_of(seen, i.id)[0]}",
            )
            for i in incidents
        ],
        className="columns",
    )  # fmt: skip


def _begin(seen: Situation, actor: Actor, incident: Incident, area: str) -> Any:
    """The kinds of report that may be begun now."""
    mine = [f for f in of_incident(seen, incident.id) if f.org == actor.org]
    if not actor.may("report") or any(  # type: ignore[arg-type]
        f.sent_at is None and f.state != FilingState.WITHDRAWN for f in mine
    ):
        return None
    sent = {f.kind for f in mine if f.sent_at}
    fit = ["首报"] if not sent else [k for k in KINDS[1:] if k == "核报" or "终报" not in sent]
    if incident.status != "open":
        fit = ["核报"] if any(f.sent_at for f in of_incident(seen, incident.id)) else []
    return html.Div(
        [
            html.Button(f"拟{k}", className="btn pri" if n == 0 else "btn",
                        **desk.acts(area, do="draft", incident=incident.id, kind=k))
            for n, k in enumerate(fit)
        ],
        className="bar",
    )  # fmt: skip


def _card(seen: Situation, areas: AreaTree, held: Filing, chosen: str | None, click: Any) -> Any:
    waits = sum(r.taken_at is None for r in held.receipts)
    owed = "先报后签，待补签" if held.sent_at and held.state != FilingState.SENT else ""
    notes = [areas.name(held.org), owed, f"待签收 {waits}" if held.sent_at and waits else ""]
    on = " on" if held.id == chosen else ""
    when = held.sent_at or held.created_at
    return html.Button(
        [
            html.B(held.kind[0], className="letter"),
            html.Span([html.Strong(held.title, title=held.title),
                       html.Small(" · ".join(n for n in (held.name, *notes) if n))],
                      className="what"),
            html.Span([html.Time(clock(when, seen.at)), html.Em(held.state.word)],
                      className="right"),
        ],
        className=f"tk in-{held.state.value}{' over' if owed else ''}{on}", **click(held),
    )  # fmt: skip


def head_view(seen: Situation, held: Filing, change: str) -> Any:
    """Which report is at hand, and what became of the figures."""
    side, letter, name = tw.place_of(seen, held.incident_id)
    return [
        html.P([html.B(letter, className=f"letter {side}"), html.Span(f"{name}　{held.name}"),
                html.Em(held.state.word)], className="of"),
        html.P(["较上一报　", html.B(change)], className="change") if change else None,
    ]  # fmt: skip


def paper_view(paper: Paper) -> Any:
    """A paper on the page, as it will be written."""
    return html.Article(
        [
            html.Small("　".join(x for x in (paper.mark, paper.number) if x)),
            html.H4(paper.title), html.P(paper.to) if paper.to else None,
            *[part for block in paper.blocks for part in _block(block)],
            html.P([paper.signed, html.Br(), paper.date], className="signed"),
            *[html.Small(f) for f in paper.foot],
        ],
        className="paper",
    )  # fmt: skip


def _block(block: Block) -> list[Any]:
    match block:
        case Heading():
            return [html.H5(block.text)]
        case Paragraph():
            return [html.P(t) for t in block.text.split("\n")]
        case Pairs():
            return [html.P([html.B(f"{k}："), v]) for k, v in block.rows]
        case Grid():
            caption = [html.H5(block.caption)] if block.caption else []
            return [*caption, table(block.heads, block.rows, "")]
        case _:
            return []


def downloads(held: Filing) -> Any:
    """The four files of a report."""
    links = [
        html.A(word, className="btn tiny", href=f"/api/v1/filings/{held.id}/document?format={way}")
        for way, word in WAYS.items()
    ]
    return html.Div([html.Span("下载"), *links], className="bar")


def receipts_view(seen: Situation, actor: Actor, held: Filing, area: str) -> Any:
    """To whom it went and who has it; one's own receipt is one press."""
    if not held.receipts:
        return None
    rows = []
    for receipt in held.receipts:
        if receipt.taken_at:
            state: Any = f"{clock(receipt.taken_at, seen.at)} {receipt.taken_by}（{receipt.way}）"
        else:
            own = receipt.org == actor.org
            word = "签收" if own else "登记对方已收到"
            state = html.Button(word, className="btn pri tiny" if own else "btn tiny",
                                **desk.acts(area, do="take", to=receipt.to))  # fmt: skip
        rows.append((receipt.to, clock(receipt.sent_at, seen.at), state))
    return [html.H3("报送去向"), table(("单位", "报出", "签收"), rows, "")]


def conflicts_view(seen: Situation, incidents: Iterable[Incident]) -> Any:
    """Per incident the figures of which sources say different things."""
    parts = []
    for incident in incidents:
        found = conflicts(seen.reports_of(incident.id))
        rows = [
            (
                CASUALTY_WORDS[name],
                f"{f.value} 人",
                f.source,
                clock(f.at, seen.at),
                "现采用" if f.value == getattr(incident.casualties, name) else "",
            )
            for name, figures in found.items()
            for f in figures
        ]
        parts.append(html.H3(f"{incident.letter}　{incident.short_name or incident.name}"))
        parts.append(
            table(("数字", "人数", "谁说的", "何时", ""), rows, "各来源数字一致，没有冲突。")
        )
    return parts or empty("当前没有进行中的事件")


def _span(minutes: float) -> str:
    """So many minutes, whole days as days."""
    days, rest = divmod(minutes, DAY_MIN)
    return f"{days:g} 日内" if days and not rest else f"{minutes:g} 分钟内"


def rules_view(rules: Mapping[str, Any], file: str = "") -> Any:
    """Every reporting deadline the center counts, with its legal basis."""
    rows = []
    for rule in rules.get("clocks", ()):
        limit = (
            _span(rule["limit_min"]) if "limit_min" in rule
            else f"{rule['days']:g} 日内" if "days" in rule
            else f"每日 {rule['hour']} 时" if "hour" in rule
            else f"每日 {rule.get('per_day', '—')} 次"
        )  # fmt: skip
        sure = SURE[rule["confidence"]] + ("，未启用" if rule.get("off") else "")
        begins = STARTS.get(rule.get("start", ""), "事发" if "days" in rule else "每日零时")
        rows.append((rule["label"], f"{rule['actor_body']} → {rule['recipient']}", begins, limit,
                     rule["basis"], rule["source"], sure))  # fmt: skip
    calls = rules.get("escalation") or {}
    said = (
        f"超时即交带班领导，每 {calls['repeat_min']} 分钟催一次，{calls['rounds']} 次未接、"
        f"或接后仍未报的升级至上一级（{calls['basis'].partition('：')[0]}）。" if calls else ""
    )  # fmt: skip
    heads = ("时限", "谁报给谁", "起算", "多久", "依据", "来源", "可信度")
    return [html.P(said + file), table(heads, rows, "没有时限规则。")]
