"""What the parts of the warnings page share: colour chips, cards, times, the words of receipts."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from dash import html

from dashboard.components.desk_words import clock
from data.domain.delivery import Delivery, tally
from data.domain.org import AreaTree
from data.domain.situation import Situation
from data.domain.warning import KIND_WORDS, Warning  # noqa: A004 - the field's word
from data.domain.warning_rules import WarningRules
from data.domain.warning_text import area_words, made_headline, sender_words

CHARS = {"red": "红", "orange": "橙", "yellow": "黄", "blue": "蓝"}
CLASSES = {"red": "c-red", "orange": "c-orange", "yellow": "c-yellow", "blue": "c-blue"}


def chip(colour: str | None) -> Any:
    """The colour as a box with its character; 未 where none is chosen."""
    return html.B(
        CHARS.get(colour or "", "未"), className=f"wc {CLASSES.get(colour or '', 'c-none')}"
    )


def headline(rules: WarningRules, areas: AreaTree, held: Warning) -> str:
    """The headline as it stands or as it will be made."""
    return held.headline or made_headline(rules, areas, held, sender_words(areas, held.org))


def of_warning(seen: Situation, warning_id: str) -> list[Delivery]:
    """A warning's deliveries: duty rooms first, then by channel."""
    mine = (d for d in seen.deliveries.values() if d.warning_id == warning_id)
    return sorted(mine, key=lambda d: (d.channel != "desk", d.channel, d.id))


def receipt_words(deliveries: Iterable[Delivery]) -> list[tuple[str, str]]:
    """(words, class) of how far deliveries have come: 签收 3/12, 待发 1, 失败 2."""
    found = tally(deliveries)
    words = []
    if found["wanted"]:
        late = "" if found["signed"] == found["wanted"] else "wait"
        words.append((f"签收 {found['signed']}/{found['wanted']}", late))
    if found["waiting"]:
        words.append((f"待发 {found['waiting']}", "wait"))
    if found["failed"]:
        words.append((f"失败 {found['failed']}", "bad"))
    return words


def _what(rules: WarningRules, held: Warning) -> str:
    """What a card leads with, however long its headline is: 暴雨红色预警."""
    colour = rules.colours[held.colour].name if held.colour else ""
    return f"{held.event_word}{colour}预警"


def card(
    seen: Situation, rules: WarningRules, areas: AreaTree, held: Warning, *, chosen: bool,
    click: dict[str, str],
) -> Any:  # fmt: skip
    """One warning as a card that opens it."""
    told = receipt_words(of_warning(seen, held.id)) if not held.incoming else []
    owed = [("待补签", "bad")] if held.signature_owed else []
    until = f"至 {clock(held.expires, seen.at)}" if held.expires else "未定期限"
    where = area_words(areas, held) or "未定范围"
    side = CLASSES.get(held.colour or "", "c-none")
    classes = ["tk", held.state.value, side, "on" if chosen else ""]
    return html.Button(
        [
            chip(held.colour),
            html.Span(
                [
                    html.Strong(_what(rules, held)),
                    html.Span(
                        headline(rules, areas, held), title=held.description, className="said"
                    ),
                    html.Small([f"{where} · ", html.Span(until, className="until")]),
                    html.Span([html.I(w, className=c) for w, c in (*told, *owed)], className="got"),
                ],
                className="what",
            ),
            html.Span(
                [
                    html.Time(clock(held.issued_at or held.steps[0].at, seen.at)),
                    html.Em(held.state.word),
                    html.Em(KIND_WORDS[held.kind]) if held.kind != "alert" else None,
                ],
                className="right",
            ),
        ],
        className=" ".join(filter(None, classes)), **{"data-row": held.id}, **click,
    )  # fmt: skip


