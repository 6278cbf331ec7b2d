"""The rules of warnings, read from a table: colours, who may issue which, identifiers, advice."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal, get_args

from data.domain.clock import SHANGHAI
from data.domain.incident_types import INCIDENT_TYPES
from data.domain.org import AreaTree
from data.errors import Forbidden, Invalid

Colour = Literal["red", "orange", "yellow", "blue"]
COLOURS: tuple[Colour, ...] = get_args(Colour)
LEVELS = {"province": "省级", "prefecture": "市州级", "county": "县级"}
SEQUENCES = 10  # numbers of one second: the last place of an identifier is one digit
_IDENTIFIER = re.compile(r"\d{6}\d{3}\d{3}\d{2}_\d{14}_\d")


@dataclass(frozen=True, kw_only=True)
class ColourRule:
    """One colour: its character and level, how CAP says it, and when it must be signed for."""

    colour: Colour
    char: str
    level: str
    word: str
    severity: str
    urgency: str
    certainty: str
    within_min: float

    @property
    def name(self) -> str:
        """红色."""
        return f"{self.char}色"

    @property
    def within(self) -> timedelta:
        """How long a duty room has to sign before it is reminded."""
        return timedelta(minutes=self.within_min)


@dataclass(frozen=True, kw_only=True)
class AuthorityRule:
    """Which colours a level may issue, and why."""

    level: str
    colours: tuple[Colour, ...]
    basis: str


@dataclass(frozen=True, kw_only=True)
class Advice:
    """What people of a family of hazards should do, to begin with."""

    text: str
    response: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class WarningRules:
    """`data/reference/warnings.yaml`, read."""

    colours: Mapping[str, ColourRule]
    colours_basis: str
    authority: Mapping[str, AuthorityRule]
    signed: frozenset[str]
    signature_basis: str
    body: str
    second: str
    extension: str
    identifier_basis: str
    categories: Mapping[str, str]
    advice: Mapping[str, Advice]
    advice_basis: str
    alarm_colours: Mapping[str, str]
    alarm_events: Mapping[str, str]
    lasts: timedelta
    reminders: int

    def advice_for(self, event: str) -> Advice:
        """What people should do in an event of a type."""
        known = INCIDENT_TYPES.get(event)
        return self.advice.get(known.family if known else "", self.advice[""])

    def event_of(self, instrument: str) -> str:
        """The event an instrument of a kind gives alarm of; other where none is named."""
        return next((e for kind, e in self.alarm_events.items() if kind in instrument), "other")

    def code_of(self, org: str) -> str:
        """The fourteen digits of a body: area, kind of body, second level, extension."""
        return f"{org}{self.body}{self.second}{self.extension}"

    def identifier(self, org: str, at: datetime, taken: Iterable[str]) -> str:
        """The 预警唯一标识 of a body's next message; a second holds ten."""
        used = set(taken)
        moment = at.astimezone(SHANGHAI).replace(microsecond=0)
        while True:
            for number in range(SEQUENCES):
                made = f"{self.code_of(org)}_{moment:%Y%m%d%H%M%S}_{number}"
                if made not in used:
                    return made
            moment += timedelta(seconds=1)

    def colours_of(self, org: str, areas: AreaTree) -> tuple[Colour, ...]:
        """The colours a body may issue."""
        return self.authority[areas.tier(org)].colours

    def require_authority(self, colour: str, org: str, areas: AreaTree) -> AuthorityRule:
        """The rule by which a body issues a colour.

        Raises
        ------
        Forbidden
            When the body may not, naming who may.
        """
        level = areas.tier(org)
        rule = self.authority[level]
        if colour not in rule.colours:
            may = [LEVELS[a.level] for a in self.authority.values() if colour in a.colours]
            mine = "、".join(self.colours[c].name for c in rule.colours)
            raise Forbidden(
                f"{LEVELS[level]}不能发布{self.colours[colour].name}预警（可发布：{mine}）；"
                f"请由{'、'.join(may)}发布，拟好的稿件上级可见。依据：{rule.basis}"
            )
        return rule


def is_identifier(text: str) -> bool:
    """Whether a text has the form of a 预警唯一标识."""
    return bool(_IDENTIFIER.fullmatch(text))


def colour_of(text: str | None) -> Colour | None:
    """A colour by any of its names: red, 红, 红色, 红色预警, Ⅰ, Ⅰ级, 特别严重; None when blank.

    Raises
    ------
    Invalid
        When it is no colour of a warning.
    """
    said = (text or "").strip()
    if not said:
        return None
    found = _NAMES.get(said.lower().removesuffix("预警"))
    if found is None:
        raise Invalid.field("colour", f"没有“{said[:20]}”这种预警颜色", "请填 红、橙、黄 或 蓝")
    return found


_ROWS: tuple[tuple[Colour, str, str, str], ...] = (
    ("red", "红", "ⅰ", "i"), ("orange", "橙", "ⅱ", "ii"), ("yellow", "黄", "ⅲ", "iii"),
    ("blue", "蓝", "ⅳ", "iv"),
)  # fmt: skip
_NAMES: dict[str, Colour] = {
    name: colour
    for colour, char, roman, plain in _ROWS
    for name in (colour, char, f"{char}色", roman, f"{roman}级", plain, f"{plain}级")
}


def read_warning_rules(table: Mapping[str, Any]) -> WarningRules:
    """The table as rules.

    Raises
    ------
    ValueError
        Naming the part that cannot be read.
    """
    try:
        identifier, signature = table["identifier"], table["signature"]
        rules = WarningRules(
            colours={c: ColourRule(colour=c, **table["colours"][c]) for c in COLOURS},
            colours_basis=table["colours_basis"],
            authority={
                row["level"]: AuthorityRule(**{**row, "colours": tuple(row["colours"])})
                for row in table["authority"]
            },
            signed=frozenset(signature["colours"]), signature_basis=signature["basis"],
            body=str(identifier["body"]), second=str(identifier["second"]),
            extension=str(identifier["extension"]), identifier_basis=identifier["basis"],
            categories={key: table["categories"][key] for key in INCIDENT_TYPES},
            advice={
                family: Advice(text=row["text"], response=tuple(row["response"]))
                for family, row in table["advice"].items()
            },
            advice_basis=table["advice_basis"],
            alarm_colours=table["alarms"]["colours"], alarm_events=table["alarms"]["events"],
            lasts=timedelta(hours=table["hours"]), reminders=int(table["reminders"]),
        )  # fmt: skip
    except (KeyError, TypeError, AttributeError, OverflowError) as error:
        raise ValueError(f"warnings.yaml 看不懂：缺少或写错 {error}") from error
    _check(rules)
    return rules


def _check(rules: WarningRules) -> None:
    """Refuse a table with a hole in it."""
    if set(rules.authority) != set(LEVELS):
        raise ValueError(f"warnings.yaml authority：应当写明 {'、'.join(LEVELS)} 三级")
    for colour in COLOURS:
        if not any(colour in row.colours for row in rules.authority.values()):
            raise ValueError(f"warnings.yaml authority：没有哪一级可以发布 {colour}")
    used = {*rules.signed, *rules.alarm_colours.values()}
    if not used <= set(COLOURS) or not set(rules.alarm_events.values()) <= set(INCIDENT_TYPES):
        raise ValueError("warnings.yaml：有不认识的颜色或事件类型")
    if "" not in rules.advice:
        raise ValueError("warnings.yaml advice：缺少通用的一条（空名）")
    for name, digits in (("body", 3), ("second", 3), ("extension", 2)):
        text = getattr(rules, name)
        if len(text) != digits or not text.isdigit():
            raise ValueError(f"warnings.yaml identifier.{name}：应为 {digits} 位数字")
