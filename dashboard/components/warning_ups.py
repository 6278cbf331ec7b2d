"""What about warnings waits for this account: receipts, signatures, drafts to issue, watches."""

from __future__ import annotations

from collections.abc import Iterable

from dashboard.components.waiting import Waiting
from dashboard.components.warning_words import CHARS
from data.domain.delivery import DESK
from data.domain.org import Actor, AreaTree, Permission
from data.domain.situation import Situation
from data.domain.warning import Warning, WarningState  # noqa: A004 - the field's word
from data.domain.warning_watch import open_watches, over

S = WarningState
PAGE = "/warnings"


def waiting_for(seen: Situation, actor: Actor, areas: AreaTree) -> list[Waiting]:
    """Rows of the queue."""
    rows = list(_signatures(seen, actor, areas))
    if actor.may(Permission.WARN):
        rows += [*_receipts(seen, actor), *_drafts(seen, actor, areas), *_silent(seen, actor),
                 *_watches(seen, actor)]  # fmt: skip
    return rows


def _named(held: Warning) -> str:
    return held.headline or f"{held.event_word}{CHARS.get(held.colour or '', '')}色预警稿"


def _receipts(seen: Situation, actor: Actor) -> Iterable[Waiting]:
    """Warnings that one's own room has not signed for."""
    for each in seen.deliveries.values():
        held = seen.warnings.get(each.warning_id)
        if each.channel != DESK or each.area_code != actor.org or not each.unsigned or not held:
            continue
        if held.state not in (S.ISSUED, S.NOTICE):
            continue
        reminded = f" · 已催 {each.reminders} 次" if each.reminders else ""
        yield Waiting(
            kind="alarm", char=CHARS.get(held.colour or "", "预"), title=_named(held),
            note=f"{held.sender_name} · 待签收{reminded}", since=each.made_at, changes={},
            href=PAGE,
        )  # fmt: skip


def _signatures(seen: Situation, actor: Actor, areas: AreaTree) -> Iterable[Waiting]:
    """Drafts that wait for a signature, and signatures that are owed."""
    if not actor.may(Permission.SIGN):
        return
    for held in seen.warnings.values():
        waits = held.state == S.SIGNING or held.signature_owed
        if waits and areas.covers(actor.org, held.org):
            word = "待补签" if held.signature_owed else "待签发"
            yield Waiting(
                kind="task", char="签", title=_named(held), note=f"{held.author}拟 · 预警{word}",
                since=held.steps[-1].at, changes={}, href=PAGE,
            )  # fmt: skip


def _drafts(seen: Situation, actor: Actor, areas: AreaTree) -> Iterable[Waiting]:
    """Signed ones to be issued, and drafts of one's own body or of one below."""
    for held in seen.warnings.values():
        if held.state in (S.DRAFT, S.SIGNED) and areas.covers(actor.org, held.org):
            signed = held.state == S.SIGNED
            yield Waiting(
                kind="task", char="预", title=_named(held),
                note=f"{areas.name(held.org)} {held.author} · {held.state.word}",
                since=held.steps[-1].at, changes={}, href=PAGE,
                urgent=signed or held.org != actor.org,
            )  # fmt: skip


def _silent(seen: Situation, actor: Actor) -> Iterable[Waiting]:
    """Warnings of ours that somebody has been reminded of and still not signed: telephone."""
    for held in seen.warnings.values():
        if held.state != S.ISSUED or held.org != actor.org:
            continue
        mine = [d for d in seen.deliveries.values() if d.warning_id == held.id]
        silent = [d for d in mine if d.unsigned and d.reminders]
        failed = [d for d in mine if d.state == "failed"]
        if silent or failed:
            silent_one = (silent + failed)[0].receiver
            words = [f"未签收 {len(silent)}" if silent else "",
                     f"发送失败 {len(failed)}" if failed else ""]  # fmt: skip
            yield Waiting(
                kind="task", char="催", title=_named(held),
                note=f"{' · '.join(w for w in words if w)}，请电话通知 {silent_one}",
                since=held.issued_at, changes={}, href=PAGE,
            )  # fmt: skip


def _watches(seen: Situation, actor: Actor) -> Iterable[Waiting]:
    """Watches that nobody keeps, that have lost their cause, or that one keeps oneself."""
    for held in open_watches(seen):
        ended = over(held, seen)
        word = "无人在盯" if not held.keeper else f"{held.keeper}在盯"
        yield Waiting(
            kind="alarm", char="关", title=held.title, changes={}, href=PAGE,
            note=f"关注 · {word}" + (" · 预警已结束" if ended else ""), since=held.opened_at,
            urgent=not held.keeper or (ended and held.keeper == actor.name),
        )  # fmt: skip
