"""What an order of a plan has that the plan has not: told, and its rules checked again."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from data.allocation.check_order import verify_order
from data.domain.depot import Item
from data.services.certifying import solved, unpacked
from data.services.holding import Asked
from data.store.unit_of_work import Unit

_SMALL = 1e-6
_NAMED = 3  # things of a kind that are named in the journal


@dataclass(frozen=True, kw_only=True)
class Handwork:
    """What was changed by hand, in words, and every rule over what is really ordered."""

    words: str = ""
    checks: tuple[dict[str, Any], ...] = ()

    def told(self, plan_id: str | None) -> str:
        """As it stands in the journal; nothing where the order is the plan."""
        if not self.words:
            return ""
        failed = [c for c in self.checks if not c["ok"]]
        passed = f"实令核验 {len(self.checks) - len(failed)}/{len(self.checks)} 通过"
        wrong = "".join(f"，{c['check']}：{c['detail']}" for c in failed)
        return f"〔方案 {plan_id} 经人工改动：{self.words}；{passed}{wrong}〕"


def handwork(unit: Unit, asked: Asked) -> Handwork:
    """How an order departs from its plan; nothing for an order without one or just as planned."""
    if asked.plan is None:
        return Handwork()
    answer = asked.plan.answer
    planned = {r["team"]: r for r in answer.get("assignments", [])}
    wanted = {w.team: w.incident for w in asked.teams}
    added = [asked.team[t].name for t in wanted if t not in planned]
    moved = [
        f"{asked.team[t].name}（{_letter(asked, planned[t]['incident'])}→{_letter(asked, i)}）"
        for t, i in wanted.items()
        if t in planned and planned[t]["incident"] != i
    ]
    left = [str(r.get("name") or t) for t, r in planned.items() if t not in wanted]
    said = [
        f"{word} {_few(names)}"
        for word, names in (("增派", added), ("改去向", moved), ("未下达", left))
        if names
    ]
    said += _goods(unit, asked)
    if not said:
        return Handwork()
    return _judged(asked, "；".join(said))


def _judged(asked: Asked, words: str) -> Handwork:
    """The words with what the order costs beside the plan, and its checks."""
    plan = asked.plan
    if plan is None or not plan.problem:
        return Handwork(words=words)
    told = verify_order(
        unpacked(plan.problem), solved(plan),
        [(w.team, w.incident) for w in asked.teams],
        [(w.lot, w.incident, w.amount) for w in asked.lots],
    )  # fmt: skip
    more = told["objective"]["value"] - plan.answer["objective"]["value"]
    beside = f"代价较方案 {more:+,.0f} 人·分" if abs(more) >= 1 else "代价与方案相同"
    names = {t.id: t.name for t in asked.team.values()}
    checks = tuple({**c, "detail": _named(str(c["detail"]), names)} for c in told["checks"])
    return Handwork(words=f"{words}；{beside}", checks=checks)


def _goods(unit: Unit, asked: Asked) -> list[str]:
    """What of the supplies is not as planned."""
    answer = asked.plan.answer if asked.plan else {}
    planned: dict[tuple[str, str], float] = {}
    for row in answer.get("transfers", []):
        key = (row["lot"], row["incident"])
        planned[key] = planned.get(key, 0.0) + row["amount"]
    wanted: dict[tuple[str, str], float] = {}
    for load in asked.lots:
        wanted[load.lot, load.incident] = wanted.get((load.lot, load.incident), 0.0) + load.amount
    changed = []
    for key, amount in wanted.items():
        before = planned.get(key, 0.0)
        if abs(amount - before) > _SMALL:
            lot = asked.lot[key[0]]
            item = unit.get(Item, lot.item_id)
            name = f"{asked.depot[lot.depot_id].name} {item.name}"
            changed.append(f"{name} {before:g} → {amount:g}{item.unit}")
    out = sum(key not in wanted for key in planned)
    said = [f"物资 {_few(changed)}"] if changed else []
    return said + ([f"未下达物资 {out} 批"] if out else [])


def _few(names: list[str]) -> str:
    """The first names, and how many in all."""
    more = f" 等 {len(names)} 项" if len(names) > _NAMED else ""
    return "、".join(names[:_NAMED]) + more


def _letter(asked: Asked, incident_id: str) -> str:
    """An incident of the order by its letter."""
    held = asked.incidents.get(incident_id)
    return held.letter if held else "他处"


def _named(detail: str, names: dict[str, str]) -> str:
    """A detail with the names that people know in the place of ids."""
    for key, name in names.items():
        detail = detail.replace(key, name)
    return detail
