"""Who may do what where: actors, roles, permissions and the tree of areas."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Literal

from data.errors import Forbidden, NotFound

PROVINCE = "420000"


class Permission(StrEnum):
    """One thing an account may do."""

    READ = "read"
    REPORT = "report"
    GRADE = "grade"
    RESPOND = "respond"
    DISPATCH = "dispatch"
    FOLLOW = "follow"
    SUPPLY = "supply"
    ENTRY = "entry"
    ZONE = "zone"
    ALARM = "alarm"
    PLAN = "plan"
    EXERCISE = "exercise"
    IMPORT = "import"
    ACCOUNTS = "accounts"
    SESSIONS = "sessions"
    AUDIT = "audit"
    POSITION = "position"
    TELEMETRY = "telemetry"
    TASK = "task"
    INSTRUCT = "instruct"
    REVIEW = "review"
    SIGN = "sign"
    SHIFT = "shift"
    CONTINGENCY = "contingency"
    DIRECTORY = "directory"
    FIELD = "field"
    WARN = "warn"
    HAZARD = "hazard"
    VERIFY = "verify"
    MONITOR = "monitor"
    SHARE = "share"
    NODE = "node"  # a county's own machine, and nobody else


P = Permission
# A duty officer also enters the readings and positions that come in by telephone.
_DUTY = frozenset(
    {
        P.READ, P.REPORT, P.GRADE, P.RESPOND, P.DISPATCH, P.FOLLOW, P.SUPPLY, P.ENTRY, P.ZONE,
        P.ALARM, P.PLAN, P.EXERCISE, P.IMPORT, P.POSITION, P.TELEMETRY, P.TASK, P.SHIFT,
        P.CONTINGENCY, P.DIRECTORY, P.WARN, P.HAZARD, P.VERIFY, P.MONITOR,
    }
)  # fmt: skip

# One row a role. Administrators, security officers and auditors are kept apart: none of them
# can act on an incident, and the auditor only reads.
ROLE_PERMISSIONS: Mapping[str, frozenset[Permission]] = {
    "duty": _DUTY,
    # 带班领导: everything the shift does, and the second and third step of an approval
    "chief": _DUTY | {P.REVIEW, P.SIGN, P.INSTRUCT},
    "leader": frozenset({P.READ, P.ENTRY, P.PLAN, P.INSTRUCT, P.SIGN}),
    "keeper": frozenset({P.READ, P.SUPPLY}),
    # 网格员: tells of hazards, follows what became of them
    "grid": frozenset({P.HAZARD}),
    # a team leader's phone: one order, nothing else
    "field": frozenset({P.FIELD}),
    "wall": frozenset({P.READ}),
    "admin": frozenset({P.READ, P.ACCOUNTS, P.IMPORT, P.MONITOR, P.SHARE}),
    "security": frozenset({P.SESSIONS, P.AUDIT}),
    "auditor": frozenset({P.READ, P.AUDIT}),
    "runner": _DUTY,
}


def grantable(held: frozenset[Permission]) -> frozenset[Permission]:
    """What a token may do when its maker holds these permissions.

    Who manages accounts may also let machines report readings and positions, and counties' own
    machines follow and report.
    """
    if Permission.ACCOUNTS not in held:
        return held
    return held | {Permission.TELEMETRY, Permission.POSITION, Permission.NODE}


ROLE_WORDS: Mapping[str, str] = {
    "duty": "值班员", "chief": "带班领导", "leader": "领导", "keeper": "仓库管理员",
    "grid": "网格员", "field": "队伍负责人", "wall": "大屏", "admin": "系统管理员",
    "security": "安全管理员", "auditor": "审计员", "runner": "演练导演",
}  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class Actor:
    """Who acts: an account with its role, its organisation (an area code) and what it may do."""

    username: str
    name: str
    role: str
    org: str
    permissions: frozenset[Permission] = frozenset()
    order: str = ""  # the one assignment a phone in the field is bound to
    proved_until: datetime | None = None  # of a person's session: how long its proof is remembered

    @classmethod
    def of(cls, username: str, role: str, org: str, name: str = "") -> Actor:
        """An actor with the permissions of its role."""
        return cls(
            username=username,
            name=name or username,
            role=role,
            org=org,
            permissions=ROLE_PERMISSIONS[role],
        )

    def may(self, permission: Permission) -> bool:
        """Whether the actor holds the permission."""
        return permission in self.permissions

    def require(self, permission: Permission) -> None:
        """Refuse unless the actor holds the permission.

        Raises
        ------
        Forbidden
            When it does not.
        """
        if permission not in self.permissions:
            role = ROLE_WORDS.get(self.role, self.role)
            raise Forbidden(f"{role}账号没有此项权限；请由有权限的值班席位办理")


SYSTEM = Actor(
    username="system",
    name="系统",
    role="system",
    org=PROVINCE,
    permissions=frozenset(Permission),
)


@dataclass(frozen=True, kw_only=True)
class Area:
    """One 行政区划 node; 429004 and its like stand at both levels."""

    code: str
    name: str
    short_name: str
    parent: str | None
    is_prefecture: bool
    is_county: bool
    lon: float | None = None
    lat: float | None = None
    population: int | None = None


@dataclass(frozen=True)
class AreaTree:
    """The tree of areas by parent, never by code prefix."""

    areas: Mapping[str, Area]
    _paths: dict[str, tuple[str, ...]] = field(default_factory=dict, repr=False, compare=False)

    @classmethod
    def of(cls, areas: Iterable[Area]) -> AreaTree:
        """A tree of the given areas."""
        return cls({area.code: area for area in areas})

    def tier(self, org: str) -> Literal["province", "prefecture", "county"]:
        """The tier of an organisation; 仙桃 and its like are prefectures."""
        if org == PROVINCE:
            return "province"
        area = self.areas.get(org)
        return "prefecture" if area is not None and area.is_prefecture else "county"

    def path(self, code: str) -> tuple[str, ...]:
        """Codes from the root down to `code`; empty when the code is unknown."""
        if code not in self._paths:
            steps: list[str] = []
            at: str | None = code
            while at is not None and at in self.areas and at not in steps:
                steps.append(at)
                at = self.areas[at].parent
            self._paths[code] = tuple(reversed(steps))
        return self._paths[code]

    def covers(self, org: str, code: str | None) -> bool:
        """Whether `code` lies in the subtree of `org`; a blank code belongs to the province."""
        if org == PROVINCE:
            return True
        return code is not None and org in self.path(code)

    def covers_any(self, org: str, codes: Iterable[str]) -> bool:
        """Whether any of the codes lies in the subtree of `org`."""
        return org == PROVINCE or any(self.covers(org, code) for code in codes)

    def subtree(self, org: str) -> frozenset[str]:
        """All codes in the subtree of `org`, itself included."""
        return frozenset(code for code in self.areas if org in self.path(code))

    def prefecture_of(self, code: str | None) -> str | None:
        """The prefecture-level node above (or at) a code."""
        if code is None:
            return None
        return next((c for c in self.path(code) if self.areas[c].is_prefecture), None)

    def name(self, code: str | None) -> str:
        """The full name of a code, or a dash."""
        return self.areas[code].name if code is not None and code in self.areas else "—"

    def require(self, org: str, codes: Iterable[str]) -> None:
        """Refuse when none of the codes lies in the subtree of `org`.

        Raises
        ------
        NotFound
            Outside one's area things do not exist.
        """
        if not self.covers_any(org, codes):
            raise NotFound("不在本辖区，或不存在")
