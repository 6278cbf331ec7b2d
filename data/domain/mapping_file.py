"""A connector's mapping as a YAML file people can read: read strictly."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, get_args
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from data.domain.sharing import (
    CRS,
    FIELDS,
    FORMATS,
    TARGET_WORDS,
    MappingFile,
    Poll,
    Taking,
    Target,
    Value,
)
from data.domain.strict_yaml import At, known, parsed

MOST_VALUES, MOST_CODES = 60, 2000
TIME_FORMATS = ("iso", "epoch_s", "epoch_ms")
SHORTEST_POLL_S, LONGEST_POLL_S = 10, 86_400
_SPAN = re.compile(r"^(\d+)\s*(s|m|h)$")
_SECONDS = {"s": 1, "m": 60, "h": 3600}
_ENV = re.compile(r"^HUBEI_SHARE_[A-Z0-9_]{1,40}$")
_TOP = (
    "name", "body", "target", "format", "rows", "key", "fields", "values", "zone", "time_format",
    "crs", "area_code", "poll", "source", "note",
)  # fmt: skip
_TAKING = ("from", "fixed", "prefix", "codes", "factor", "offset", "blank")


def read(text: str, file: str = "映射文件") -> MappingFile:
    """A mapping file as it is understood.

    Raises
    ------
    Invalid
        Naming file, field and remedy.
    """
    whole = parsed(text, file, "请先复制一份样例再改")
    at = At(file)
    known(at, whole, dict.fromkeys(_TOP), ("name", "body", "target", "format"))
    target: Target = _one_of(at.of("target"), whole["target"], get_args(Target))  # type: ignore[assignment]
    made = MappingFile(
        name=_text(at.of("name"), whole["name"], 80), body=_text(at.of("body"), whole["body"], 80),
        target=target, format=_one_of(at.of("format"), whole["format"], FORMATS),
        rows=_text(at.of("rows"), whole.get("rows"), 200), key=_key(at.of("key"), whole.get("key")),
        fields=_fields(at.of("fields"), whole, target),
        values=_values(at.of("values"), whole.get("values")),
        zone=_zone(at.of("zone"), whole.get("zone", "Asia/Shanghai")),
        time_format=_time_format(at.of("time_format"), whole.get("time_format", "iso")),
        crs=_one_of(at.of("crs"), whole.get("crs", "WGS84"), CRS),
        area_code=_text(at.of("area_code"), whole.get("area_code"), 6),
        poll=_poll(at.of("poll"), whole.get("poll")),
        source=_text(at.of("source"), whole.get("source"), 400),
        note=_text(at.of("note"), whole.get("note"), 1000),
    )  # fmt: skip
    _whole(at, made)
    return made


def _whole(at: At, made: MappingFile) -> None:
    """What must hold between the parts."""
    if made.target == "readings" and not made.values:
        raise at.of("values").wrong("没有取值", "至少写一行：element、from")
    if made.target != "readings" and made.values:
        raise at.of("values").wrong("只有监测数据有取值", "请写在 fields 中")
    if made.format == "csv" and made.rows:
        raise at.of("rows").wrong("CSV 不用写 rows", "请删去这一行")


def _text(at: At, value: Any, limit: int) -> str:
    if value is None:
        return ""
    if isinstance(value, bool | list | dict):
        raise at.wrong("应为文字", "请填一句话；含冒号时用引号括起来")
    said = str(value).strip()
    if len(said) > limit:
        raise at.wrong(f"超过 {limit} 字", "请精简")
    return said


def _one_of(at: At, value: Any, choices: tuple[str, ...]) -> str:
    words = {word: name for name, word in TARGET_WORDS.items()}
    said = words.get(str(value), str(value))
    if said not in choices:
        raise at.wrong(f"没有“{str(value)[:40]}”", f"可填：{'、'.join(choices)}")
    return said


def _key(at: At, value: Any) -> tuple[str, ...]:
    if value is None:
        return ()
    paths = value if isinstance(value, list) else [value]
    return tuple(_text(at.nth(n), path, 200) for n, path in enumerate(paths, 1))


def _zone(at: At, value: Any) -> str:
    name = _text(at, value, 60)
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise at.wrong(f"没有时区“{name}”", "如：Asia/Shanghai、UTC") from error
    return name


def _time_format(at: At, value: Any) -> str:
    said = _text(at, value, 60)
    if said not in TIME_FORMATS and "%" not in said:
        raise at.wrong(
            f"看不懂时间格式“{said}”", f"可填：{'、'.join(TIME_FORMATS)}，或 %Y-%m-%d %H:%M:%S 一类"
        )
    return said


def _fields(at: At, whole: Mapping[str, Any], target: Target) -> Mapping[str, Taking]:
    """Where each field of the center stands; a CAP message needs no telling."""
    if whole["format"] == "cap" and target != "warnings":
        raise At(at.file, "format").wrong(
            f"{TARGET_WORDS[target]}与格式 cap 不配", "cap 只用于预警"
        )
    value = whole.get("fields")
    allowed = {} if whole["format"] == "cap" else FIELDS[target]
    needed = tuple(name for name, (_, must) in allowed.items() if must)
    given = value if value is not None else {}
    if not isinstance(given, dict):
        raise at.wrong("应为“字段: 来处”", f"可填：{'、'.join(allowed)}")
    known(at, given, allowed, needed)
    return {name: _taking(at.of(name), held) for name, held in given.items()}


def _values(at: At, value: Any) -> tuple[Value, ...]:
    if value is None:
        return ()
    if not isinstance(value, list) or len(value) > MOST_VALUES:
        raise at.wrong("应为列表", f"每项一行，行首用“- ”，最多 {MOST_VALUES} 项")
    made = []
    for n, row in enumerate(value, 1):
        here = at.nth(n)
        if not isinstance(row, dict):
            raise here.wrong("应为“element: …”和“from: …”", f"可填：element、{'、'.join(_TAKING)}")
        rest = {k: v for k, v in row.items() if k != "element"}
        element = _text(here.of("element"), row.get("element"), 40)
        made.append(Value(element=element, taking=_taking(here, rest)))
    return tuple(made)


def _taking(at: At, value: Any) -> Taking:
    """`STCD` alone is where the value stands; the long form says more."""
    if not isinstance(value, dict):
        path = _text(at, value, 200)
        if not path:
            raise at.wrong("未填写", "请写来处的字段名，或 {fixed: 内容}")
        return Taking(path=path)
    known(at, value, dict.fromkeys(_TAKING), ())
    if ("from" in value) == ("fixed" in value):
        raise at.wrong("from 与 fixed 要写且只写一个", "from 是来处的字段名，fixed 是固定内容")
    blank = value.get("blank", [])
    return Taking(
        path=_text(at.of("from"), value.get("from"), 200),
        fixed=_text(at.of("fixed"), value.get("fixed"), 400),
        prefix=_text(at.of("prefix"), value.get("prefix"), 60),
        codes=_codes(at.of("codes"), value.get("codes")),
        factor=_number(at.of("factor"), value.get("factor", 1)),
        offset=_number(at.of("offset"), value.get("offset", 0)),
        blank=tuple(str(b) for b in (blank if isinstance(blank, list) else [blank])),
    )


def _codes(at: At, value: Any) -> Mapping[str, str]:
    if value is None:
        return {}
    if not isinstance(value, dict) or len(value) > MOST_CODES:
        raise at.wrong("应为“代码: 含义”", f"最多 {MOST_CODES} 项")
    return {str(k): _text(at.of(str(k)), v, 200) for k, v in value.items()}


def _number(at: At, value: Any) -> float:
    good = isinstance(value, int | float) and not isinstance(value, bool)
    if not good or not abs(value) < 1e12:  # noqa: PLR2004
        raise at.wrong(f"“{value}”不是数", "请填数字，如 0.01")
    return float(value)


def _poll(at: At, value: Any) -> Poll | None:
    if value is None:
        return None
    if not isinstance(value, dict):
        raise at.wrong("应为“url: …”和“every: …”", "如 every: 5m")
    known(
        at, value, dict.fromkeys(("url", "every", "timeout", "header", "secret_env")), ("url",)
    )  # fmt: skip
    url = _text(at.of("url"), value["url"], 500)
    if not url.startswith(("http://", "https://")):
        raise at.of("url").wrong("不是 http 地址", "请填 http:// 或 https:// 开头的地址")
    every = _seconds(at.of("every"), value.get("every", "5m"))
    if not SHORTEST_POLL_S <= every <= LONGEST_POLL_S:
        raise at.of("every").wrong("间隔太短或太长", "可填 10s 到 24h")
    timeout = _seconds(at.of("timeout"), value.get("timeout", "20s"))
    env = _text(at.of("secret_env"), value.get("secret_env"), 60)
    if env and not _ENV.match(env):
        raise at.of("secret_env").wrong(f"变量名“{env}”无效", "请用 HUBEI_SHARE_ 开头的大写变量名")
    return Poll(
        url=url, every_s=every, timeout_s=float(min(max(timeout, 1), 120)),
        header=_text(at.of("header"), value.get("header"), 60), secret_env=env,
    )  # fmt: skip


def _seconds(at: At, value: Any) -> int:
    found = _SPAN.match(str(value).strip())
    if not found:
        raise at.wrong(f"看不懂时长“{value}”", "请写成 30s、5m 或 1h")
    return int(found[1]) * _SECONDS[found[2]]
