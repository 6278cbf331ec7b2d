"""The certificate of a stored plan: its problem kept beside it, and both verified again."""

from __future__ import annotations

import base64
import json
import zlib
from typing import Any

from data.allocation.check import verify
from data.domain.dispatch import Plan
from data.errors import Invalid
from data.services.asking import invented

_AGAIN = "请重新生成方案"


def packed(text: str) -> str:
    """A text made small: zlib, base64."""
    return base64.b64encode(zlib.compress(text.encode(), 6)).decode()


def unpacked(text: str) -> str:
    """The text again.

    Raises
    ------
    ValueError
        When it is none of `packed`.
    """
    try:
        return zlib.decompress(base64.b64decode(text, validate=True)).decode()
    except (zlib.error, ValueError) as error:
        raise ValueError("packed text is damaged") from error


def solved(plan: Plan) -> dict[str, Any]:
    """The plan as the solver answered it: new orders and standing teams in one list."""
    answer = plan.answer
    rows = [*answer.get("assignments", []), *answer.get("standing", [])]
    return {**answer, "assignments": rows}


def certificate(plan: Plan) -> dict[str, Any]:
    """{problem, plan, checks}: the two files of `python -m data.allocation.check`, and its word.

    Raises
    ------
    Invalid
        When the plan carries no problem, or a damaged one.
    """
    if not plan.problem:
        raise Invalid.field("plan_id", f"方案 {plan.id} 没有随附问题，无法核验", _AGAIN)
    try:
        text = unpacked(plan.problem)
        problem = json.loads(text)
    except ValueError as error:
        raise Invalid.field("plan_id", f"方案 {plan.id} 随附的问题已损坏", _AGAIN) from error
    told = solved(plan)
    checks = verify(text, json.dumps(told, ensure_ascii=False))
    return {"problem": problem, "plan": told, "checks": checks}


def require_sound(plan: Plan) -> None:
    """Refuse to issue a plan that is only supposed, or whose certificate does not hold.

    Raises
    ------
    Invalid
        Naming what is invented, or the first rule the stored plan breaks.
    """
    unreal = invented(plan.request) or plan.answer.get("supposed")
    if unreal:
        raise Invalid.field(
            "plan_id", f"方案 {plan.id} 基于{'、'.join(unreal)}，不能下达",
            "请先据实登记事件或封控，再按实情重新生成方案",
        )  # fmt: skip
    broken = [c for c in certificate(plan)["checks"] if not c["ok"]]
    if broken:
        first = broken[0]
        raise Invalid.field(
            "plan_id", f"方案 {plan.id} 核验未通过：{first['check']}（{first['detail']}）", _AGAIN
        )
