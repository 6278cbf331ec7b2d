"""Step-up: what cannot be called back needs a fresh proof that the officer is still the officer.

A proof is a password or a one-time password, given at sign-in or when asked, and remembered for
some minutes (`HUBEI_STEP_UP_MINUTES`). Programs give theirs when their token is made; the
exercise's own account needs none, since no order of an exercise reaches a team.
"""

from __future__ import annotations

from collections.abc import Mapping
from contextvars import ContextVar

from data.domain.clock import real_now
from data.domain.org import Actor
from data.errors import StepUpNeeded

# Commands by the name of their message; the grade, which depends on its level, asks by itself.
STEP_UP: Mapping[str, str] = {
    "IssueDispatch": "下达调派令",
    "RedirectAssignment": "改派队伍",
    "GrantClearance": "批准调派",
    "IssueWarning": "发布预警",
    "DecideClash": "裁定两级冲突",
}
GRAVE = ("I", "II")  # grades that are confirmed only with a fresh proof

# What was refused for want of a proof in this request; whoever opened the request looks here.
refused: ContextVar[list[StepUpNeeded] | None] = ContextVar("refused", default=None)


def require_proof(actor: Actor, what: str) -> None:
    """Refuse until the person proves again who they are.

    Raises
    ------
    StepUpNeeded
        When the last proof is older than the center remembers one.
    """
    if actor.proved_until is None or real_now() < actor.proved_until:
        return
    error = StepUpNeeded(f"{what}前请再次输入密码或动态口令，以确认是本人操作")
    told = refused.get()
    if told is not None:
        told.append(error)
    raise error


def require_for(command: object, actor: Actor) -> None:
    """Refuse a command of the table above without a fresh proof.

    Raises
    ------
    StepUpNeeded
    """
    what = STEP_UP.get(type(command).__name__)
    if what:
        require_proof(actor, what)
