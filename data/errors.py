"""Every error the center raises by name; each class docstring is the title the operator reads."""

from __future__ import annotations

from typing import Any, ClassVar, TypedDict


class FieldError(TypedDict):
    """One refused field: its name, what is wrong, and what to do about it."""

    field: str
    message: str
    remedy: str


class CenterError(Exception):
    """操作未完成"""

    status: ClassVar[int] = 500
    code: ClassVar[str] = "center-error"

    def __init__(
        self,
        detail: str = "",
        *,
        errors: list[FieldError] | None = None,
        holders: list[dict[str, Any]] | None = None,
    ) -> None:
        super().__init__(detail or self.title)
        self.detail = detail or self.title
        self.errors = errors or []
        self.holders = holders or []

    @property
    def title(self) -> str:
        """The Chinese title: the class docstring's first line."""
        return (type(self).__doc__ or "").strip().splitlines()[0]


class NotSignedIn(CenterError):
    """请先登录"""

    status = 401
    code = "not-signed-in"


class Forbidden(CenterError):
    """没有此项权限"""

    status = 403
    code = "forbidden"


class SecondFactorNeeded(NotSignedIn):
    """还需要动态口令"""

    code = "second-factor-required"


class StepUpNeeded(Forbidden):
    """请再次验证身份"""

    code = "step-up-required"


class NotFound(CenterError):
    """不存在，或不在本辖区"""

    status = 404
    code = "not-found"


class Conflict(CenterError):
    """已被他人占用"""

    status = 409
    code = "conflict"


class Overtaken(Conflict):
    """情况已有变化，不能照原样下达"""


class Stale(CenterError):
    """内容已被他人修改，请核对后重试"""

    status = 409
    code = "stale"


class Superseded(CenterError):
    """已有更新的请求"""

    status = 409
    code = "superseded"


class IllegalMove(CenterError):
    """当前状态不允许此操作"""

    status = 409
    code = "illegal-move"


class Invalid(CenterError):
    """填写内容有误"""

    status = 422
    code = "invalid"

    @classmethod
    def field(cls, field: str, message: str, remedy: str) -> Invalid:
        """One refused field as an error."""
        return cls(
            f"{message}。{remedy}",
            errors=[{"field": field, "message": message, "remedy": remedy}],
        )


class TooMany(CenterError):
    """操作过于频繁，请稍候"""

    status = 429
    code = "too-many"


class Unavailable(CenterError):
    """暂时不可用"""

    status = 503
    code = "unavailable"
