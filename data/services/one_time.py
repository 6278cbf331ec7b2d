"""One-time passwords (RFC 6238): which steps a code may stand for, also after the clock jumped."""

from __future__ import annotations

import json
import secrets
from collections.abc import Collection
from datetime import datetime

import pyotp

from data.domain.clock import SHANGHAI

STEP_S = 30
DRIFT_STEPS = 1  # a phone's clock may be half a minute off either way
KEPT = 100  # the last used steps that are remembered; no code is good for longer than three


def used_steps(last: int, kept: str) -> list[int]:
    """The steps used lately, in the order of their use; `last` is what older releases kept."""
    known: list[int] = json.loads(kept)
    return known if not last or last in known else [last, *known]


def fitting_step(secret: str, code: str, now: datetime, used: Collection[int]) -> int | None:
    """The step a code stands for, of those near `now` and later than what was used; else None.

    A step of the future was used while the clock was fast: it stays used, and does not hold up
    the codes of the true time.
    """
    step, one = int(now.timestamp()) // STEP_S, pyotp.TOTP(secret)
    latest = step + DRIFT_STEPS
    floor = max((each for each in used if each <= latest), default=0)
    for each in range(step - DRIFT_STEPS, latest + 1):
        if each > floor and secrets.compare_digest(one.generate_otp(each), code):
            return each
    return None


def kept_with(used: list[int], step: int) -> str:
    """The steps to remember after one more was used."""
    return json.dumps([*used, step][-KEPT:])


def clock_hint(now: datetime, *, backup: bool = True) -> str:
    """What to compare the phone with, and what helps when the two differ."""
    told = f"中心时间 {now.astimezone(SHANGHAI):%m-%d %H:%M:%S}"
    other = "改用备用码，并" if backup else ""
    return f"请等下一个再试；{told}，若与手机不符，请{other}请系统管理员校时"
