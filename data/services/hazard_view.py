"""What a grid worker's phone shows: what became of each report, and the rectifications near."""

from __future__ import annotations

from typing import Any

from data.domain.hazard import KINDS, URGENCIES, HazardReport, HazardState
from data.domain.org import Actor, AreaTree
from data.domain.rectification import SUPERVISIONS, Rectification
from data.domain.situation import Situation

MOST_TOLD = 60
_SHOWN = ("追问", "补充", "回告", "重新核实")


def choices() -> dict[str, Any]:
    """The kinds and the urgencies a report chooses from."""
    return {
        "kinds": [{"key": k.key, "name": k.name} for k in KINDS.values()],
        "urgencies": [
            {"key": key, "name": u.word, "minutes": int(u.within.total_seconds() // 60)}
            for key, u in URGENCIES.items()
        ],
    }


def told(seen: Situation, hazard: HazardReport) -> dict[str, Any]:
    """One report for who told it: where it stands, the question asked back, what came of it."""
    real = seen.hazards.get(hazard.duplicate_of or "") or hazard
    held = seen.rectifications.get(real.rectification_id or "")
    incident = seen.incidents.get(real.incident_id or "")
    question = next((s.words for s in reversed(hazard.steps) if s.what == "追问"), "")
    return {
        "id": hazard.id, "title": hazard.title, "kind": hazard.kind_name, "words": hazard.words,
        "place": hazard.place, "urgency": URGENCIES[hazard.urgency].word,
        "state": hazard.state, "word": hazard.now.word, "at": hazard.at,
        "received_at": hazard.received_at, "photos": len(hazard.photos),
        "question": question if hazard.now == HazardState.ASKED else "",
        "duplicate_of": hazard.duplicate_of,
        "became": _became(hazard, real, incident.short_name if incident else "", held),
        "steps": [
            {"what": s.what, "by": s.by, "at": s.at, "words": s.words}
            for s in hazard.steps
            if s.what in _SHOWN or s.what.startswith("核实")
        ],
    }  # fmt: skip


def _became(
    hazard: HazardReport, real: HazardReport, incident: str, held: Rectification | None
) -> str:
    """What came of it, in one line."""
    parts = [f"与 {real.id} 重复，现为“{real.now.word}”"] if real is not hazard else []
    if real.now == HazardState.INCIDENT:
        parts.append(f"已作为事件处置：{incident}" if incident else "已转值班台作为事件处置")
    if held is not None:
        parts.append(f"{SUPERVISIONS[held.supervision]}：{held.owner_body}，{held.now.word}")
    return "；".join(parts)


def work(held: Rectification, now: Any) -> dict[str, Any]:
    """One rectification for a phone: what, by whom, by when, how far."""
    return {
        "id": held.id, "title": held.title, "owner": held.owner_words, "state": held.state,
        "word": held.now.word, "supervision": SUPERVISIONS[held.supervision],
        "due_at": held.due_at, "overdue": held.overdue(now), "measures": held.measures,
        "progress": [
            {"words": p.words, "by": p.by, "at": p.at, "photos": len(p.photos)}
            for p in held.progress[-3:]
        ],
    }  # fmt: skip


def phone_view(seen: Situation, areas: AreaTree, actor: Actor) -> dict[str, Any]:
    """Everything the phone shows: one's own reports, the newest first, and the work near."""
    mine = [h for h in seen.hazards.values() if h.reporter == actor.username and h.way == "grid"]
    mine.sort(key=lambda h: h.id, reverse=True)
    near = [
        r for r in seen.rectifications.values() if r.open and areas.covers(actor.org, r.area_code)
    ]
    near.sort(key=lambda r: (r.due_at is None, r.due_at or seen.at, r.id))
    return {
        "now": seen.at, "account": actor.username, "name": actor.name, "org": actor.org,
        "org_name": areas.name(actor.org), "told": [told(seen, h) for h in mine[:MOST_TOLD]],
        "works": [work(r, seen.at) for r in near[:MOST_TOLD]], **choices(),
    }  # fmt: skip
