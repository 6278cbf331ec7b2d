"""The catalogue as a tree by class of GB/T 38565-2020: 大类, 中类, 小类, as far as it is known.

The code has seven digits, 1 + 2 + 2 + 2. Only the three 大类 have a sourced name; 中类 and 小类
show the digits that items carry, and items without a code are 未定码: they stand by what they are
for, under the 大类 that was inferred for them.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from data.domain.depot import Item

STANDARD = "GB/T 38565-2020"
SOURCE = "huanwenwen.com article-55155"
MAJORS: Mapping[str, str] = {
    "1": "基本生活保障物资", "2": "应急装备及配套物资", "3": "工程材料与机械加工设备",
}  # fmt: skip
CODE_DIGITS = 7
_CUTS = ((3, "中类"), (5, "小类"))
UNSORTED = "未归大类"
UNCODED = "未定码"


@dataclass(frozen=True, kw_only=True)
class Branch:
    """One class: its digits (blank where unknown), its name, what lies below, and its own items."""

    code: str
    name: str
    branches: tuple[Branch, ...] = ()
    items: tuple[Item, ...] = ()

    @property
    def count(self) -> int:
        """How many items stand in it and below."""
        return len(self.items) + sum(b.count for b in self.branches)


def catalogue(items: Iterable[Item]) -> tuple[Branch, ...]:
    """Every item in its place, the 大类 in order and what has none last."""
    by_major: dict[str, list[Item]] = {}
    for item in items:
        by_major.setdefault(_major(item), []).append(item)
    order = [*MAJORS, *sorted(set(by_major) - set(MAJORS))]
    return tuple(
        _branch(key, MAJORS.get(key, UNSORTED), by_major[key]) for key in order if key in by_major
    )


def class_words(item: Item) -> str:
    """The item's seven digits with its 大类; without them 未定码, and what is inferred or typed."""
    code, major = _coded(item), _major(item)
    name = MAJORS.get(major, UNSORTED)
    if code:
        return f"{code}（{major} {name}）"
    typed = f"，登记为 {item.code.strip()}" if item.code and item.code.strip() else ""
    inferred = f"大类 {major} {name}，推定" if major in MAJORS else name
    return f"{UNCODED}（{inferred}{typed}）"


def code_of(item: Item) -> str:
    """The item's seven digits, or 未定码."""
    return _coded(item) or UNCODED


def _coded(item: Item) -> str:
    """The item's code when it is one of the standard's form; else blank."""
    code = (item.code or "").strip()
    return code if len(code) == CODE_DIGITS and code.isdigit() else ""


def _major(item: Item) -> str:
    code = _coded(item)
    return code[0] if code else item.major.strip()[:1]


def _branch(code: str, name: str, items: list[Item]) -> Branch:
    """A 大类: its coded items by 中类 and 小类, the others by what they are for."""
    coded = [i for i in items if _coded(i)]
    uses = sorted({i.scenario or "用途未注" for i in items if not _coded(i)})
    rest = tuple(
        Branch(
            code="", name=f"{UNCODED} · {use}",
            items=_sorted(i for i in items if not _coded(i) and (i.scenario or "用途未注") == use),
        )
        for use in uses
    )  # fmt: skip
    return Branch(code=code, name=name, branches=(*_below(coded, 0), *rest))


def _below(items: list[Item], level: int) -> tuple[Branch, ...]:
    """中类 by the first three digits, 小类 by the first five."""
    cut, word = _CUTS[level]
    found = []
    for code in sorted({_coded(i)[:cut] for i in items}):
        mine = [i for i in items if _coded(i).startswith(code)]
        last = level == len(_CUTS) - 1
        found.append(
            Branch(
                code=code, name=f"{word} {code}", branches=() if last else _below(mine, level + 1),
                items=_sorted(mine) if last else (),
            )
        )  # fmt: skip
    return tuple(found)


def _sorted(items: Iterable[Item]) -> tuple[Item, ...]:
    return tuple(sorted(items, key=lambda i: (i.code or "", i.name, i.id)))
