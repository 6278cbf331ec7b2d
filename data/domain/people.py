"""People as a roster or a command post names them: name, office, telephone."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

_APART = re.compile(r"[、，,；;\n]+")
_PHONE = re.compile(r"[+\d][\d\s\-—()（）转#*]{3,}$")
_FIT = re.compile(r"^\+?[\d\-—()（）转#*\s]{3,30}$")


@dataclass(frozen=True, kw_only=True)
class Person:
    """Somebody by name; blank office or telephone is unknown."""

    name: str
    phone: str = ""
    post: str = ""

    def words(self) -> str:
        """Office, name and telephone in one line."""
        return " ".join(x for x in (self.post, self.name, self.phone) if x)


def read_people(typed: str | None) -> tuple[Person, ...]:
    """People typed as `张某 027-12345678、李某`; the office stands before the name: `局长 张某`."""
    return tuple(p for part in _APART.split(typed or "") if (p := _person(part.strip())))


def typed_people(people: Iterable[Person]) -> str:
    """People as they may be typed again."""
    return "、".join(p.words() for p in people)


def phone_ok(text: str) -> bool:
    """Whether something can be dialled: digits with the usual separators and extensions."""
    return bool(_FIT.match(text)) and sum(c.isdigit() for c in text) >= 3  # noqa: PLR2004


def _person(text: str) -> Person | None:
    """One person; None when nothing was typed."""
    if not text:
        return None
    hit = _PHONE.search(text)
    phone = hit.group().strip() if hit else ""
    rest = text[: hit.start()].strip() if hit else text
    post, _, name = rest.rpartition(" ")
    return Person(name=name or phone, phone=phone if name else "", post=post.strip())
