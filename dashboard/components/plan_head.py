"""What stands above a plan: how good it is, against what, what it changed, what was checked."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from dash import html

from dashboard.components import desk
from dashboard.components.drafting import EVERYWHERE, Draft
from dashboard.components.plan_rows import change_words, letter
from data.domain.dispatch import Dispatch
from data.domain.situation import Situation

AREA = "draft"
PERCENT = 100
MAKESHIFT = "nearest-first"  # the method of a plan made without a solver
OTHERS = (("nearest_first", "就近派遣"), ("severity_first", "先重后轻"),
          ("severity_trimmed", "其去冗后"))  # fmt: skip


def objective(answer: Mapping[str, Any]) -> list[Any]:
    """已证最优 or the distance from it, seconds, first answer, and what others would cost."""
    found = answer.get("objective") or {}
    if not found:
        return [html.Span("还没有方案", className="mu")]
    parts: list[Any] = [html.B(proof(found))]
    if found.get("seconds") is not None:
        first = (found.get("first") or {}).get("seconds")
        words = f"{found['seconds']:.2f} 秒" + (f"（首解 {first:.2f} 秒）" if first else "")
        parts.append(html.Span(words))
    if found.get("value") is not None:
        parts.append(html.Span(f"总代价 {found['value']:,.0f} 人·分"))
    return parts + against(answer)


def proof(found: Mapping[str, Any]) -> str:
    """How far from the best possible, as proven."""
    if found.get("method") == MAKESHIFT:
        return "求解进程不可用：就近优先的临时方案，未统筹"
    if found.get("optimal"):
        return "已证最优"
    gap = found.get("gap")
    return f"与最优差距 ≤ {gap * PERCENT:.2g}%" if gap is not None else "可行方案，未证差距"


def against(answer: Mapping[str, Any]) -> list[Any]:
    """The plan against each way of doing without one, in percent and in full."""
    ours = (answer.get("objective") or {}).get("value")
    compared = answer.get("comparison") or {"nearest_first": answer.get("baseline") or {}}
    parts: list[Any] = []
    for key, words in OTHERS:
        theirs = (compared.get(key) or {}).get("value")
        if ours is None or not theirs:
            continue
        change = (ours - theirs) / abs(theirs) * PERCENT
        sign = "−" if change < 0 else "+" if change > 0 else ""
        parts.append(
            html.Span([f"较{words} ", html.B(f"{sign}{abs(change):.1f}%")],
                      title=f"该做法的总代价 {theirs:,.0f} 人·分")
        )  # fmt: skip
    return parts


def change_line(draft: Draft) -> Any:
    """较上一方案：新增 2 队，改派 1 队，撤出 1 队."""
    words = change_words(draft["change"])
    return html.Span(words, className="pchange") if words else None


def certificate(answer: Mapping[str, Any]) -> Any:
    """The checks, each recomputed from the plan alone; failed ones first and open."""
    return _checks(answer.get("certificate") or [], "校验")


def ordered(order: Dispatch) -> list[Any]:
    """How an order departs from its plan, and the checks of what was really ordered."""
    if not order.by_hand:
        return []
    return [
        html.Span(f"调派 {order.number} 经人工改动：{order.by_hand}", className="pchange"),
        _checks(order.checks, "实令校验"),
    ]


def _checks(rows: Sequence[Mapping[str, Any]], word: str) -> Any:
    """Checks to fold open."""
    if not rows:
        return None
    failed = [r for r in rows if not r.get("ok")]
    words = f"{word} {len(rows) - len(failed)}/{len(rows)} 通过"
    return html.Details(
        [
            html.Summary(words, className="lack" if failed else ""),
            html.Ul(
                [
                    html.Li(
                        [html.B("✓" if r.get("ok") else "✗"), str(r.get("check") or ""),
                         html.Small(str(r.get("detail") or ""))],
                        className="" if r.get("ok") else "lack",
                    )
                    for r in sorted(rows, key=lambda r: bool(r.get("ok")))
                ]
            ),
        ],
        className="pop", open=bool(failed), **{"data-fold": f"certificate-{word}"},
    )  # fmt: skip


def assumptions(answer: Mapping[str, Any]) -> Any:
    """What the plan assumes, in full on demand."""
    rows = answer.get("assumptions") or []
    if not rows:
        return None
    return html.Details(
        [html.Summary(f"假定 {len(rows)} 条"), html.Ul([html.Li(str(r)) for r in rows])],
        className="pop", **{"data-fold": "assumptions"},
    )  # fmt: skip


def limits(seen: Situation, draft: Draft) -> Any:
    """What the officer laid down: locks, bans and releases, each removable."""
    chips = [
        _chip(f"锁 {name(seen, r['team'])} → {letter(seen, r['incident'])}", "放开",
              do="lock", team=r["team"], incident=r["incident"])
        for r in draft["teams"] if r["mark"] == "锁"
    ]  # fmt: skip
    chips += [
        _chip(f"禁 {name(seen, t)} " + ("哪里都不派" if i == EVERYWHERE else
              f"不派{letter(seen, i)}"), "取消", do="unban", team=t, incident=i)
        for t, i in draft["bans"]
    ]  # fmt: skip
    chips += [
        _chip(f"放 {name(seen, t)} 可改派", "收回", do="unrelease", team=t)
        for t in draft["release"]
    ]
    return html.Div(chips, className="plimits") if chips else None


def name(seen: Situation, team_id: str) -> str:
    """A team's name, else its id."""
    team = seen.teams.get(team_id)
    return team.name if team else team_id


def _chip(words: str, undo: str, **act: Any) -> Any:
    return html.Span(
        [
            html.Span(words, title=words),
            html.Button("×", title=undo, className="x", **{"aria-label": f"{undo}：{words}"},
                        **desk.acts(AREA, **act, solve=True)),
        ],
        className="plimit",
    )  # fmt: skip


def since(seen: Situation, draft: Draft) -> Any:
    """What happened since the plan was made that it does not know, each with its way out."""
    if not draft["plan_id"]:
        return None
    words = [
        f"{i.letter} {i.short_name} 情况有更新" for i in seen.sided()
        if i.id in draft["seen"] and i.version != draft["seen"][i.id]
    ]  # fmt: skip
    known, now = draft["closures"], closures(seen)
    if known is not None:
        words += [f"新管制“{label or key}”" for key, label in now.items() if key not in known]
        words += ["管制已解除"] if set(known) - set(now) else []
    new = [i for i in seen.sided() if i.id not in draft["seen"]]
    words += [f"新开事件 {i.letter} {i.short_name}" for i in new]
    parts: list[Any] = []
    if words:
        press = html.Button("按现况重新求解", className="mini", **desk.acts(AREA, do="solve"))
        parts.append(html.Div(["方案提出后：", "；".join(words), press]))
    parts += _closed(seen, draft)
    return html.Div(parts, className="psince") if parts else None


def closures(seen: Situation) -> dict[str, str]:
    """The closures in force: id to label."""
    return {
        z.id: z.label
        for z in seen.zones.values()
        if z.kind == "closure" and (z.until is None or z.until > seen.at)
    }


def _closed(seen: Situation, draft: Draft) -> list[Any]:
    """Rows of the draft whose incident is no longer open."""
    held = {r["incident"] for r in [*draft["teams"], *draft["lots"]]}
    found = []
    for key in sorted(held - {i.id for i in seen.sided()}):
        incident = seen.incidents.get(key)
        label = f"{incident.letter} {incident.short_name} 已结束" if incident else "事件已不可见"
        press = html.Button("移除其队伍与物资", className="mini",
                            **desk.acts(AREA, do="forget", incident=key, solve=True))
        found.append(html.Div([f"{label}，草案中仍有其队伍或物资", press]))
    return found


def freed(answer: Mapping[str, Any]) -> Any:
    """Released teams the plan has no use for any more."""
    rows = answer.get("freed") or []
    words = [f"{r.get('name') or r.get('team')}：{r.get('why') or ''}" for r in rows]
    return html.Div("；".join(words), className="pfreed") if words else None


def contested(seen: Situation, answer: Mapping[str, Any]) -> Any:
    """What several incidents wanted: who got it, why, and the price of deciding otherwise."""
    rows = answer.get("contested") or []
    if not rows:
        return None
    return html.Details(
        [
            html.Summary(f"争用 {len(rows)} 处"),
            html.Ul([html.Li(_contest(seen, r)) for r in rows]),
        ],
        className="pop", **{"data-fold": "contested"},
    )  # fmt: skip


def _contest(seen: Situation, row: Mapping[str, Any]) -> list[Any]:
    """黄石搜救队 甲、乙均需 → 甲 …… 改判代价 +3,200 人·分."""
    wanted = "、".join(letter(seen, str(k)) for k in row.get("wanted_by") or [])
    given = letter(seen, str(row.get("given_to") or "")) or "留守"
    thing = str(row.get("name") or row.get("team") or row.get("lot") or "")
    price, why = row.get("price"), str(row.get("why") or "")
    told = price is not None and f"{price:,.0f}" not in why
    return [
        html.B(thing), html.Span(f"{wanted}均需 → {given}"), html.Span(why),
        html.B(f"改判代价 {price_words(price)}") if told else None,
    ]  # fmt: skip


def price_words(price: float) -> str:
    """A price with its sign: +3,200 人·分."""
    return f"{'+' if price >= 0 else '−'}{abs(price):,.0f} 人·分"
