"""How times, numbers and grades are written on the screens."""

from __future__ import annotations

from datetime import datetime

from data.domain.clock import SHANGHAI
from data.domain.incident import ROMAN, Grading, Response
from data.domain.situation import Situation

DASH = "—"
WEEKDAYS = "一二三四五六日"
GRADE_CLASS = {"I": "g1", "II": "g2", "III": "g3", "IV": "g4", None: "g0"}
# 设防 to 历史最高, shown in the four warning colours, the character always beside them.
RUNG_CLASS = {"设防": "w4", "警戒": "w3", "保证": "w2", "历史最高": "w1"}
RUNG_CHAR = {"设防": "蓝", "警戒": "黄", "保证": "橙", "历史最高": "红"}
TEN_THOUSAND = 10_000


def clock_time(at: datetime | None, now: datetime | None = None) -> str:
    """HH:MM in Shanghai, with the month and day when it is not today's."""
    if at is None:
        return DASH
    local = at.astimezone(SHANGHAI)
    if now is not None and local.date() != now.astimezone(SHANGHAI).date():
        return local.strftime("%m-%d %H:%M")
    return local.strftime("%H:%M")


def count(value: float | None) -> str:
    """A count as a person reads it: — when unknown, 1.2万 from ten thousand on."""
    if value is None:
        return DASH
    if abs(value) >= TEN_THOUSAND:
        return f"{value / TEN_THOUSAND:.2f}".rstrip("0").rstrip(".") + "万"
    return f"{value:g}"


def iso(at: datetime | None) -> str:
    """An instant for the browser's clocks; empty when unknown."""
    return at.isoformat() if at else ""


def grade_chip(grading: Grading) -> tuple[str, str]:
    """The grade's text and the class that colours it."""
    mark = "" if grading.level is None or not grading.provisional else " 初判"
    return f"{grading.label}{mark}", GRADE_CLASS[grading.level]


SHORT_BODIES = (
    ("湖北省", "省"), ("防汛抗旱指挥部", "防指"), ("森林防灭火指挥部", "森防指"),
    ("抗震救灾指挥部", "震防指"), ("减灾委员会", "减灾委"), ("安全生产委员会", "安委会"),
    ("应急管理委员会", "应急委"), ("地质灾害应急指挥部", "地灾指"), ("人民政府", "政府"),
)  # fmt: skip


def short_body(name: str) -> str:
    """A body as the duty room says it: 湖北省防汛抗旱指挥部 is 省防指."""
    for long, short in SHORT_BODIES:
        name = name.replace(long, short)
    return name


def response_words(response: Response) -> str:
    """One response: 省防指 防汛Ⅲ级."""
    return f"{short_body(response.body)} {response.contingency}{ROMAN[response.level]}级"


def responses_words(responses: list[Response]) -> str:
    """Responses in force, the widest body first: 省防指 防汛Ⅲ · 武汉市防指 防汛Ⅱ 排涝Ⅱ."""
    levels: dict[str, list[str]] = {}
    for response in sorted(responses, key=lambda r: (r.org, short_body(r.body)[:1] != "省")):
        level = f"{response.contingency}{ROMAN[response.level]}"
        levels.setdefault(short_body(response.body), []).append(level)
    ordered = sorted(levels.items(), key=lambda pair: not pair[0].startswith(("国", "省")))
    return " · ".join(f"{body} {' '.join(marks)}" for body, marks in ordered)


def identity(seen: Situation, incident_id: str) -> str:
    """The class of an incident's identity colour."""
    incident = seen.incidents.get(incident_id)
    return {"甲": "jia", "乙": "yi"}.get(incident.letter if incident else "", "bing")


def short_area(name: str) -> str:
    """An area's name without its rank, where it stays clear."""
    for ending in ("土家族苗族自治州", "土家族自治县", "林区", "自治县", "市", "县", "区"):
        if name.endswith(ending) and len(name) - len(ending) >= 2:  # noqa: PLR2004
            return name[: -len(ending)]
    return name
