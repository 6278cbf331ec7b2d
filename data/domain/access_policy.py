"""How people prove who they are: password rules by name, lockout, second factor, limits of time."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta

from data.domain.identity import Provider
from data.errors import Invalid

CLASSES = ("小写字母", "大写字母", "数字", "其他字符")
# Words that everybody who wants in tries here first (ASVS 5.0 V6.1.2, V6.2.11).
CONTEXT_WORDS = (
    "hubei", "wuhan", "yingji", "zhihui", "emergency", "command", "admin", "duty", "湖北", "武汉",
    "应急", "指挥",
)  # fmt: skip
LONGEST = 256


@dataclass(frozen=True, kw_only=True)
class PasswordPolicy:
    """One set of rules; `source` says what it rests on, `assumed` which figures nobody published.

    Parameters
    ----------
    classes
        How many of the four classes of characters it must hold; 0 lets any composition.
    age
        After how long it must be changed; None never.
    history
        How many earlier ones may not come again.
    lock_after, lock_for
        Failures in a row that lock the account, and for how long; 0 never locks, and guessing is
        slowed down by account and address alone.
    """

    key: str
    name: str
    source: str
    assumed: str
    shortest: int
    classes: int = 0
    age: timedelta | None = None
    history: int = 0
    lock_after: int = 0
    lock_for: timedelta = timedelta(0)
    common: bool = True
    context: bool = True

    def check(self, password: str, known: Iterable[str] = ()) -> None:
        """Refuse a password that the rules do not allow.

        Parameters
        ----------
        known
            What belongs to the account: its name, the person's name.

        Raises
        ------
        Invalid
            Naming the rule and what to do.
        """
        if len(password) < self.shortest:
            raise _refusal("密码太短", f"请设置至少 {self.shortest} 个字符的密码，15 个以上更好")
        if len(password) > LONGEST:
            raise _refusal("密码太长", f"请不超过 {LONGEST} 个字符")
        if self.classes and classes_of(password) < self.classes:
            raise _refusal(
                "密码组成太简单", f"请至少使用{'、'.join(CLASSES)}中的 {self.classes} 类"
            )
        if self.context and (word := _context(password, known)):
            remedy = "请换一个与本系统、本账号无关的密码"
            raise _refusal(f"密码主要由“{word}”组成，容易猜到", remedy)
        if self.common and password.lower() in common_passwords():
            raise _refusal("密码在常用密码之列", "请换一个别人不会想到的密码")


def classes_of(password: str) -> int:
    """How many of the four classes of characters a password holds."""
    other = any(not (c.isdecimal() or c.islower() or c.isupper()) for c in password)
    held = (any(c.islower() for c in password), any(c.isupper() for c in password),
            any(c.isdecimal() for c in password), other)  # fmt: skip
    return sum(held)


def common_passwords() -> frozenset[str]:
    """The 30,000 passwords that are tried first, most of them from leaks; read once."""
    if not _COMMON:
        from zxcvbn.frequency_lists import FREQUENCY_LISTS  # type: ignore[import-untyped]

        _COMMON.append(frozenset(FREQUENCY_LISTS["passwords"]))
    return _COMMON[0]


_COMMON: list[frozenset[str]] = []


def _context(password: str, known: Iterable[str]) -> str:
    """The first word of the context that makes up half of the password or more; else nothing."""
    said = password.lower()
    for word in (*CONTEXT_WORDS, *(k.lower() for k in known)):
        if len(word) > 1 and 2 * len(word) * said.count(word) >= len(said):
            return word
    return ""


def _refusal(message: str, remedy: str) -> Invalid:
    return Invalid.field("password", message, remedy)


POLICIES: Mapping[str, PasswordPolicy] = {
    p.key: p
    for p in (
        PasswordPolicy(
            key="asvs5", name="OWASP ASVS 5.0",
            source="OWASP ASVS 5.0.0 V6.2.1–V6.2.12：至少 8 位（强烈建议 15 位），不限组成，"
                   "不要求定期更换，比对常用及泄露密码与语境词",
            assumed="最短 10 位为本系统取值",
            shortest=10,
        ),
        PasswordPolicy(
            key="dengbao3", name="等保三级",
            source="GB/T 22239-2019 8.1.4.1：身份鉴别信息具有复杂度要求并定期更换；"
                   "登录失败处理，限制非法登录次数",
            assumed="10 位、四类取三、90 天、不重复前 5 个、5 次失败锁定 30 分钟为本系统取值，"
                    "标准未给数值",
            shortest=10, classes=3, age=timedelta(days=90), history=5, lock_after=5,
            lock_for=timedelta(minutes=30),
        ),
    )
}  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class AccessPolicy:
    """The center's settings of access.

    `step_up` is how long a proof of identity is remembered before orders that cannot be called
    back; `totp_roles` names the roles that must carry a second factor; `provider` is whom people
    may also sign in with.
    """

    password: PasswordPolicy = field(default_factory=lambda: POLICIES["asvs5"])
    step_up: timedelta = timedelta(minutes=15)
    idle: timedelta = timedelta(hours=2)
    absolute: timedelta = timedelta(hours=26)  # a 24-hour shift and its handover
    totp_roles: frozenset[str] = frozenset()
    provider: Provider | None = None
