"""An order that was refused: what was taken, by whom, and what to take instead."""

from __future__ import annotations

from collections.abc import Mapping
from types import SimpleNamespace
from typing import Any

from dash import html

from dashboard.components import desk, drafting
from dashboard.components.desk_words import kbd
from dashboard.components.draft_sides import instant
from dashboard.words import clock_time
from data.errors import CenterError

AREA = "dispatch"
MINUTES_PER_HOUR = 60


def told_of(error: CenterError, draft: drafting.Draft) -> dict[str, Any]:
    """A refusal as plain data, with the draft it refused."""
    return {
        "title": error.title, "detail": error.detail, "errors": error.errors,
        "holders": error.holders, "request_id": draft["request_id"],
    }  # fmt: skip


def still(told: Mapping[str, Any] | None, draft: drafting.Draft) -> Any:
    """The refusal as far as it still holds: what was taken stays told until it is out."""
    if not told:
        return None
    holders = [h for h in told["holders"] if _inside(draft, *_thing(h))]
    if not holders and (told["holders"] or told["request_id"] != draft["request_id"]):
        return None
    return refusal(SimpleNamespace(**{**told, "holders": holders}), draft)


def _thing(row: Mapping[str, Any]) -> tuple[str, str]:
    """Whether what is told is a team, a lot or an incident, and which."""
    kind = str(row.get("thing"))
    return (kind if kind in {"lot", "incident"} else "team"), str(row.get("id"))


def refusal(error: Any, draft: drafting.Draft) -> Any:
    """What was refused and why; each taken thing with its holder and the next best to press."""
    told = [] if error.holders else error.errors  # what is refused as a thing is told there
    lines = [html.Li([e["message"], "。", e["remedy"]]) for e in told]
    lines += [_holder(h, draft) for h in error.holders]
    detail = "" if error.errors or error.holders else error.detail
    whole = "整单未下达，草案原样保留" if error.holders else ""
    return html.Div(
        [
            html.Div([html.B(error.title), html.Span(whole, className="mu")]),
            html.Div(
                [
                    html.Button(f"去掉 {len(error.holders)} 项并重新求解", className="mini pri",
                                **desk.acts("draft", do="exclude", solve=True,
                                            things=[_thing(h)[1] for h in error.holders]))
                    if error.holders else None,
                    html.Button(["知道了 ", kbd("Esc")], className="mini", **desk.key("Escape"),
                                **desk.acts(AREA, do="dismiss")),
                ],
                className="next",
            ),
            html.P(detail) if detail and detail != error.title else None,
            html.Ul(lines) if lines else None,
        ],
        className="short refused",
    )  # fmt: skip


def _holder(row: Mapping[str, Any], draft: drafting.Draft) -> Any:
    """One taken thing: by whom, for which incident, since when, and what to take instead."""
    kind, thing = _thing(row)
    words = [html.B(str(row.get("name") or thing))]
    if row.get("held_by"):
        where = f"{row.get('incident_letter') or ''} {row.get('incident_name') or ''}".strip()
        since = clock_time(instant(row.get("since")))
        words.append(f" 已由 {row['held_by']} 于 {since} 派往 {where}")
    if kind == "lot" or not row.get("held_by"):
        words.append(f" {_without_name(row)}")
    return html.Li([html.Div(words), html.Div(_choices(row, draft), className="next")])


def _without_name(row: Mapping[str, Any]) -> str:
    """What is told of a thing, its name not said twice."""
    return str(row.get("message") or "").removeprefix(str(row.get("name") or "")).strip()


def _choices(row: Mapping[str, Any], draft: drafting.Draft) -> list[Any]:
    """What to press about a refused thing, else what to do."""
    kind, thing = _thing(row)
    if kind == "incident":
        return [html.Button("去掉派往该处的", className="mini",
                            **desk.acts("draft", do="forget", incident=thing))]  # fmt: skip
    best = [b for b in row.get("next_best") or [] if not _inside(draft, kind, str(b.get(kind)))]
    choices: list[Any] = [
        html.Button(f"改用 {_best(b)}", className="mini",
                    **desk.acts("draft", do="swap", **{kind: thing}, to=b[kind]))
        for b in best
    ]  # fmt: skip
    if choices or row.get("kind") == "changed":
        return [*choices, html.Span(row["remedy"])] if row.get("remedy") else choices
    return [html.Span("没有可替代的，请从草案移除或请求上级支援")]


def _inside(draft: drafting.Draft, kind: str, thing: str) -> bool:
    if kind == "incident":
        return any(r["incident"] == thing for r in [*draft["teams"], *draft["lots"]])
    return any(r[kind] == thing for r in draft[f"{kind}s"])


def _best(best: Mapping[str, Any]) -> str:
    """The next best in words: its name and when, or how much."""
    minutes = best.get("eta_minutes")
    if minutes is not None:
        hours, rest = divmod(round(minutes), MINUTES_PER_HOUR)
        return f"{best['name']}（{f'{hours} 时 ' if hours else ''}{rest} 分到）"
    return f"{best['name']}（可调 {best.get('free', 0):g}）"
