"""Commands on what stands until somebody changes it: flights by the weather, a table of rules."""

from __future__ import annotations

from dataclasses import dataclass

from data.domain.messages import Command


@dataclass(frozen=True, kw_only=True)
class SetFlying(Command):
    """Ground the helicopters, let them fly by night too, or (None) keep them to daylight."""

    flying: bool | None
    reason: str = ""


@dataclass(frozen=True, kw_only=True)
class SaveRules(Command):
    """Keep a rule table's text, which counts from now on; an empty one gives the file's back.

    `expect_version` is that of the kept text one began from, 0 where there was none.
    """

    name: str
    text: str
    expect_version: int | None = None
