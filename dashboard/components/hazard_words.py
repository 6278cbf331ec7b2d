"""What the hazard pages share: cards, facts, photos, and what waits in the duty desk's queue."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from dash import html

from dashboard.components.desk_words import clock
from dashboard.components.waiting import Waiting
from dashboard.words import iso
from data.domain.hazard import URGENCIES, WAYS, HazardPhoto, HazardReport, HazardState
from data.domain.org import Actor, AreaTree, Permission
from data.domain.rectification import SUPERVISIONS, Rectification, RectificationState
from data.domain.situation import Situation

URGENCY_CHARS = {"now": "急", "soon": "快", "plain": "一"}


def waiting_for(seen: Situation, actor: Actor, areas: AreaTree) -> list[Waiting]:
    """Hazards to verify and rectifications that are late; the county's room has them first."""
    if not actor.may(Permission.VERIFY):
        return []
    return [*_hazards(seen, actor, areas), *_rectifications(seen, actor, areas)]


def _hazards(seen: Situation, actor: Actor, areas: AreaTree) -> Iterable[Waiting]:
    held = (h for h in seen.hazards.values() if h.now in (HazardState.REPORTED, HazardState.TRUE))
    for hazard in sorted(held, key=lambda h: (h.received_at or seen.at, h.id)):
        if not areas.covers(actor.org, hazard.area_code):
            continue
        own = first_room(hazard, areas) == actor.org
        late = hazard.overdue(seen.at)
        told = "超时未核实 · " if late else ""
        yield Waiting(
            kind="report", char="隐", title=hazard.title, since=hazard.received_at,
            note=f"{told}{URGENCIES[hazard.urgency].word} · {WAYS[hazard.way]} · "
                 f"{areas.name(hazard.area_code)} · {hazard.now.word}",
            # those above see it at once, and are called on when nobody has looked in time
            urgent=own or late or hazard.urgency == "now", href=f"/hazards?id={hazard.id}",
            changes={},
        )  # fmt: skip


def first_room(hazard: HazardReport, areas: AreaTree) -> str | None:
    """The duty room that verifies first: the county's, or whoever stands nearest above it."""
    return hazard.area_code if hazard.area_code in areas.areas else None


def _rectifications(seen: Situation, actor: Actor, areas: AreaTree) -> Iterable[Waiting]:
    for held in seen.rectifications.values():
        mine = areas.covers(actor.org, held.area_code)
        late, judged = held.overdue(seen.at), held.now == RectificationState.SUBMITTED
        if not held.open or not mine or not (late or judged):
            continue
        word = "超期未整改" if late else "待验收"
        yield Waiting(
            kind="task", char="督" if held.supervision != "none" else "改", title=held.title,
            note=f"{word} · {SUPERVISIONS[held.supervision]} · {held.owner_words}",
            since=held.given_at, due=held.due_at, urgent=late or held.org == actor.org,
            href=f"/hazards?id={held.id}", changes={},
        )  # fmt: skip


def hazard_card(
    seen: Situation, areas: AreaTree, hazard: HazardReport, *, chosen: bool, click: dict[str, str]
) -> Any:
    """One hazard as a card that opens it."""
    late = hazard.overdue(seen.at)
    mark = URGENCY_CHARS[hazard.urgency]
    classes = ["tk", f"urg-{hazard.urgency}", "over" if late else "", "on" if chosen else ""]
    notes = [hazard.kind_name, WAYS[hazard.way], areas.name(hazard.area_code)]
    if hazard.photos:
        notes.append(f"照片 {len(hazard.photos)}")
    when = (
        html.Time(**{"data-due": iso(hazard.due_at)}) if hazard.now.unverified
        else html.Time(clock(hazard.received_at, seen.at))
    )  # fmt: skip
    return html.Button(
        [
            html.B(mark, className="letter"),
            html.Span([html.Strong(hazard.title, title=hazard.title),
                       html.Small(" · ".join(notes))], className="what"),
            html.Span([when, html.Em(hazard.now.word)], className="right"),
        ],
        className=" ".join(filter(None, classes)), **{"data-row": hazard.id}, **click,
    )  # fmt: skip


def rectification_card(
    seen: Situation, areas: AreaTree, held: Rectification, *, chosen: bool, click: dict[str, str]
) -> Any:
    """One rectification as a card that opens it."""
    late = held.overdue(seen.at)
    classes = ["tk", "over" if late else "", "on" if chosen else ""]
    notes = [held.owner_words, SUPERVISIONS[held.supervision], areas.name(held.area_code)]
    when = (
        html.Time(**{"data-due": iso(held.due_at)}) if held.open and held.due_at
        else html.Time(clock(held.ended_at, seen.at))
    )  # fmt: skip
    return html.Button(
        [
            html.B("督" if held.supervision != "none" else "改", className="letter"),
            html.Span([html.Strong(held.title, title=held.title), html.Small(" · ".join(notes))],
                      className="what"),
            html.Span([when, html.Em(held.now.word)], className="right"),
        ],
        className=" ".join(filter(None, classes)), **{"data-row": held.id}, **click,
    )  # fmt: skip


def photo_strip(photos: Sequence[HazardPhoto], address: str) -> Any:
    """Photos that open on their own; `address` takes their number."""
    if not photos:
        return None
    return html.Div(
        [
            html.A(
                html.Img(src=f"{address}/{n}", alt=p.note or f"照片 {n}"),
                href=f"{address}/{n}", target="_blank", rel="noopener",
                title=" ".join(x for x in (p.note, p.by, clock(p.at)) if x),
            )
            for n, p in enumerate(photos, 1)
        ],
        className="shots",
    )  # fmt: skip


def facts(rows: Iterable[tuple[str, Any]]) -> Any:
    """Named facts; blank ones are left out."""
    return html.Dl([x for k, v in rows if v for x in (html.Dt(k), html.Dd(v))])


def columns(groups: Sequence[tuple[str, Sequence[Any], str]]) -> Any:
    """(heading, cards, what an empty one says) side by side."""
    return html.Div(
        [
            html.Section(
                [html.H3([html.Span(head), html.Small(str(len(cards)))]), *cards,
                 *([] if cards else [html.Div(html.P(none), className="empty")])],
                className="col",
            )
            for head, cards, none in groups
        ],
        className="columns",
    )  # fmt: skip


def stamp(at: datetime | None, now: datetime) -> str:
    """A time, with its day when it is another."""
    return clock(at, now)
