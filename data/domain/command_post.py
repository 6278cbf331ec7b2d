"""The 现场指挥部 of an incident, its groups and people, and 会商 records."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from data.domain.incident import Origin
from data.domain.people import Person


@dataclass(frozen=True, kw_only=True)
class PostGroup:
    """One 工作组 of a post; `source` is the contingency it comes from, `basis` its source."""

    name: str
    lead_body: str = ""
    lead: Person | None = None
    members: tuple[Person, ...] = ()
    bodies: str = ""
    duties: str = ""
    source: str = ""
    basis: str = ""


@dataclass(frozen=True, kw_only=True)
class CommandPost:
    """The 现场指挥部 of one incident: where it is, who commands, which groups work."""

    id: str
    incident_id: str
    org: str
    state: Literal["open", "closed"] = "open"
    name: str = "现场指挥部"
    place: str = ""
    lon: float | None = None
    lat: float | None = None
    phone: str = ""
    link: str = ""
    commander: Person | None = None
    deputies: tuple[Person, ...] = ()
    groups: tuple[PostGroup, ...] = ()
    set_up_at: datetime | None = None
    set_up_by: str = ""
    closed_at: datetime | None = None
    closed_reason: str = ""
    origin: Origin = "real"
    version: int = 0

    def group(self, name: str) -> PostGroup | None:
        """The group of a name."""
        return next((g for g in self.groups if g.name == name), None)

    @property
    def unmanned(self) -> tuple[str, ...]:
        """Groups that nobody leads yet."""
        return tuple(g.name for g in self.groups if g.lead is None)


LINKS: Mapping[str, str] = {
    "video": "视频会商系统", "phone": "电话会议", "site": "现场", "room": "指挥大厅",
    "satellite": "卫星电话",
}  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class Attendee:
    """Who took part in a 会商: the body, and the person if known."""

    body: str
    name: str = ""


@dataclass(frozen=True, kw_only=True)
class Conclusion:
    """One conclusion of a 会商 and the task made of it; an understanding has no task."""

    number: int
    text: str
    task_id: str | None = None
    at: datetime | None = None
    by: str = ""


@dataclass(frozen=True, kw_only=True)
class Consultation:
    """One 会商: who, when, by which link, and what was concluded."""

    id: str
    incident_id: str | None
    org: str
    state: Literal["open", "closed"] = "open"
    also: tuple[str, ...] = ()
    areas: tuple[str, ...] = ()
    topic: str = ""
    link: str = "video"
    host: str = ""
    attendees: tuple[Attendee, ...] = ()
    record: str = ""
    starts_at: datetime | None = None
    ends_at: datetime | None = None
    conclusions: tuple[Conclusion, ...] = ()
    recorded_by: str = ""
    origin: Origin = "real"
    version: int = 0

    @property
    def orgs(self) -> tuple[str, ...]:
        """The organisations it concerns, as area codes."""
        return tuple(dict.fromkeys((self.org, *self.areas)))

    @property
    def incidents(self) -> tuple[str, ...]:
        """The incidents it was about, ids."""
        return tuple(x for x in (self.incident_id, *self.also) if x)

    @property
    def tasks(self) -> tuple[str, ...]:
        """Ids of the tasks its conclusions became."""
        return tuple(c.task_id for c in self.conclusions if c.task_id)
