"""The needs of one incident in its column: what stands against what is wanted, typed in place.

The fields are plain inputs of a flat list; `assets/needs.js` hands a changed one over as data and
keeps what was refused with its reason; `plan_stating` reads it.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from dash import html

from dashboard.components import desk
from dashboard.components.flat import Field
from dashboard.components.plan_rows import Column
from dashboard.components.plan_stating import BY_HINT, stated_text
from dashboard.words import count
from data.domain.capabilities import CAPABILITIES
from data.domain.depot import Item
from data.domain.grading import CROSS_WORDS
from data.domain.incident import ROMAN, Incident
from data.domain.incident_types import type_name
from data.domain.needs import needs_of, supplies_of, template_of
from data.domain.needs_book import OTHER
from data.domain.situation import Situation

AREA = "plan"
PARTS = {"amount": "需要的数量", "by": "要求到位的时间", "people_equivalent": "折合人数"}
HINTS = {
    "amount": "0 即删去此项",
    "by": f"自求解时起多少分钟内，或几点前；{BY_HINT}；空着按通常时限",
    "people_equivalent": "此项全缺时相当于多少人没有到位；空着按数量（以人计的能力）或通常折算",
}  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class _Shown:
    """One line of the box."""

    kind: str
    key: str
    name: str
    unit: str
    have: float
    wanted: float
    assumed: str


def needs(seen: Situation, shown: Column, *, editable: bool = False) -> Any:
    """Every need: what stands against what is wanted; each field can be typed over."""
    lines = [
        _Shown(kind="need", key=n.capability, name=n.capability, unit=n.unit,
               have=n.committed + n.drafted, wanted=n.wanted, assumed=n.assumption)
        for n in shown.needs
    ] + [
        _Shown(kind="supply", key=s.item, name=s.name, unit=s.unit, have=s.have,
               wanted=s.wanted, assumed=s.assumption)
        for s in shown.supplies
    ]  # fmt: skip
    if not lines and not editable:
        return None
    bare = not (shown.rows or shown.standing)
    short = sum(n.gap > 0 for n in shown.needs) + sum(s.gap > 0 for s in shown.supplies)
    words = f"需求 {len(lines)} 项" + ("" if bare else f"，{len(lines) - short} 项已满足")
    told = "虚框为模板假定" + ("，改动即确认" if editable else "")
    note = told if any(line.assumed for line in lines) else ""
    inside = _typed(seen, shown, lines) if editable else [
        html.Div([_told(line) for line in lines], className="pneeds")
    ]  # fmt: skip
    return html.Details(
        [html.Summary([words, html.Small(note)]), *inside],
        className="pneeds-box", open=editable and bare,
        **{"data-fold": f"needs-{shown.incident.id}-{'bare' if bare else 'plan'}"},
    )  # fmt: skip


def _told(line: _Shown) -> Any:
    """One need that is only read: 搜救 48 / 60 人."""
    return html.Label(
        [*_name(line), html.B(count(line.wanted)), html.Small(line.unit)], **_marked(line)
    )


def _name(line: _Shown) -> list[Any]:
    have = html.B(count(min(line.have, line.wanted)), title=f"已有 {count(line.have)} {line.unit}")
    return [html.Span(line.name, title=line.name), have, "/"]


def _marked(line: _Shown) -> dict[str, str]:
    marks = {"lack": line.wanted > line.have, "assumed": bool(line.assumed)}
    title = f"{line.name}：{line.assumed}" if line.assumed else line.name
    return {"className": " ".join(w for w, on in marks.items() if on), "title": title}


def _typed(seen: Situation, shown: Column, lines: list[_Shown]) -> list[Any]:
    """The box of who may state needs: every field, what may be added, and the template."""
    incident = shown.incident
    rows = {("need", str(n["capability"])): n for n in needs_of(incident)}
    rows |= {("supply", str(s["item"])): s for s in supplies_of(incident)}
    drawn = [_row(incident, line, rows.get((line.kind, line.key), {}), seen.at) for line in lines]
    legend = ("需求", "已有/需要", "限时", "折合人数")
    return [
        html.Div([html.Span(w) for w in legend], className="pneeds-legend") if lines else None,
        html.Div(drawn, className="pneeds typed"),
        *_adding(seen, shown),
        _template(incident),
    ]


def _row(incident: Incident, line: _Shown, row: Mapping[str, Any], now: datetime) -> Any:
    """One need with its fields; below it what is wrong with what was typed."""
    parts = [p for p in PARTS if line.kind == "need" or p != "people_equivalent"]
    fields = {p: _field(incident, line, p, stated_text(row, p, now)) for p in parts}
    marks = _marked(line)
    return html.Div(
        [
            *_name(line), fields["amount"], html.Small(line.unit), fields["by"],
            fields.get("people_equivalent"),
            *(html.Small(role="alert", className="pwrong",
                         **{"data-wrong": _id(incident, line.kind, line.key, p)}) for p in parts),
        ],
        className=f"pneed {marks['className']}".strip(), title=marks["title"],
    )  # fmt: skip


def _id(incident: Incident, kind: str, key: str, part: str) -> str:
    return f"plan-{kind}-{incident.id}-{key}-{part}"


def _field(incident: Incident, line: _Shown, part: str, text: str) -> Field:
    """One input; the amount says which need it is, for keys and tests."""
    what = {"incident": incident.id, "kind": line.kind, "key": line.key, "part": part}
    return Field(
        {
            "type": "text", "value": text, "autocomplete": "off", "class": f"p-{part}",
            "inputmode": None if part == "by" else "decimal", "title": HINTS[part],
            "placeholder": {"by": "限时", "people_equivalent": "折合"}.get(part),
            "id": _id(incident, line.kind, line.key, part),
            "aria-label": f"{line.name}{PARTS[part]}",
            "data-states": json.dumps(what, ensure_ascii=False),
            "data-need": line.key if part == "amount" else None,
        }
    )  # fmt: skip


def _adding(seen: Situation, shown: Column) -> list[Any]:
    """A capability and an item nobody asked for yet, each with amount and time."""
    asked = {n.capability for n in shown.needs}
    names = {s.item for s in shown.supplies} | {s.name for s in shown.supplies}
    able = [(c.id, f"{c.id}（{c.unit}）") for c in CAPABILITIES.values() if c.id not in asked]
    items = [(i.id, f"{i.name}（{i.unit}）") for i in _sorted(seen.items.values())
             if not {i.id, i.name} & names]  # fmt: skip
    return [_add(shown.incident, "need", "增加力量…", able),
            _add(shown.incident, "supply", "增加物资…", items)]  # fmt: skip


def _sorted(items: Iterable[Item]) -> list[Item]:
    return sorted(items, key=lambda i: i.id)


def _add(incident: Incident, kind: str, words: str, options: list[tuple[str, str]]) -> Any:
    ids = {part: f"plan-add-{kind}-{incident.id}-{part}" for part in ("key", "amount", "by")}
    plain = {"type": "text", "autocomplete": "off"}
    return html.Div(
        [
            html.Select([html.Option(words, value=""),
                         *(html.Option(said, value=key) for key, said in options)],
                        id=ids["key"], **{"aria-label": words, "data-part": "key"}),
            Field({**plain, "id": ids["amount"], "placeholder": "数量", "inputmode": "decimal",
                   "aria-label": "增加的数量", "data-part": "amount", "class": "p-amount"}),
            Field({**plain, "id": ids["by"], "placeholder": "限时", "title": BY_HINT,
                   "aria-label": "增加项要求到位的时间", "data-part": "by", "class": "p-by"}),
            html.Button("加入 ⏎", className="mini", **{"data-adds": "1"}),
            *(html.Small(role="alert", className="pwrong", **{"data-wrong": ids[part]})
              for part in ids),
        ],
        className="padd",
        **{"data-add": json.dumps({"incident": incident.id, "kind": kind})},
    )  # fmt: skip


def _template(incident: Incident) -> Any:
    """Which template speaks where nobody did, on what it rests, what it says; and the way back."""
    template, scale = template_of(incident)
    level = incident.grading.level
    kind = type_name(OTHER) if OTHER in template.types else type_name(incident.type)
    grade = f"{CROSS_WORDS[level]}（{ROMAN[level]}）" if level else "未定级"
    words = f"模板：{kind} · {grade}，依据：{template.basis}"
    words += "" if scale == 1 else f"，数量按级别 ×{scale:g}"
    rows = [*template.capabilities, *template.items]
    stated = bool(incident.needs or incident.supply_needs)
    back = html.Button(
        "恢复模板", className="mini", title="丢开已填的力量和物资需求，回到模板所列",
        **desk.acts(AREA, do="restore", incident=incident.id),
        **desk.confirm("再按一次：恢复模板"),
    )  # fmt: skip
    return html.Div(
        [
            html.Details(
                [html.Summary(words, title=words),
                 html.Ul([html.Li(f"{name} {count(amount)} · {within:g} 分钟内")
                          for name, amount, within in rows])],
                **{"data-fold": f"template-{incident.id}"},
            ),
            back if stated else None,
        ],
        className="ptemplate",
    )  # fmt: skip
