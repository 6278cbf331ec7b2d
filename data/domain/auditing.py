"""What an auditor looks for: who, what kind, where, when, with what outcome, page by page."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

PAGE = 100  # lines at a time
MOST_EXPORTED = 50_000  # lines of one file

# Kinds of the sign-in log: the outcomes that belong together.
OUTCOMES: Mapping[str, str] = {
    "signed-in": "登录", "refused": "登录被拒", "signed-out": "退出", "revoked": "会话被收回",
    "created": "新建账号", "disabled": "停用账号", "enabled": "启用账号",
    "password-changed": "修改密码", "device-code": "生成设备码", "token-made": "生成令牌",
    "token-revoked": "收回令牌", "stepped-up": "再次验证身份", "step-up-refused": "再次验证未通过",
    "locked": "锁定账号", "unlocked": "解除锁定", "totp-enabled": "启用动态口令",
    "totp-stopped": "停用动态口令", "backup-code": "使用备用码", "role-changed": "变更角色",
    "identity-bound": "绑定统一身份", "identity-unbound": "解除统一身份",
    "chain-verified": "核验通过", "chain-broken": "核验未通过",
}  # fmt: skip
# How lines came out: what was done, and what was refused.
REFUSED = frozenset({"refused", "step-up-refused", "locked", "chain-broken"})
RESULTS: Mapping[str, str] = {"done": "成功", "refused": "被拒"}


@dataclass(frozen=True, kw_only=True)
class AuditFilter:
    """A search; blank parts let everything through.

    `person` is an account's name, of the journal who acted, of the log who it is about or who did
    it. `kind` is a command, or an outcome of the log; `result` one of `RESULTS` (the log alone).
    `before` is the number that all lines must be under: where the last page ended.
    """

    person: str = ""
    kind: str = ""
    area: str = ""
    result: str = ""
    since: datetime | None = None
    until: datetime | None = None
    before: int | None = None
