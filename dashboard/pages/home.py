"""The entry: the three screens, with the reader's own first."""

from __future__ import annotations

from dashboard.accounts import home_of
from dashboard.theme import TITLE, plain_page
from data.domain.org import Actor

SCREENS = (
    ("/wall", "大屏", "指挥大厅，无人值守"),
    ("/duty", "值班台", "接报、定级、调派、跟踪"),
    ("/review", "研判与复盘", "态势、时间轴、导出"),
)
DESK = ("/admin", "系统管理", "账号、会话、导入")
DESK_ROLES = frozenset({"admin", "security", "auditor"})


def page(actor: Actor, *, drill: bool) -> str:
    """The entry page's HTML."""
    own = home_of(actor.role)
    screens = [*SCREENS, DESK] if actor.role in DESK_ROLES else list(SCREENS)
    links = "".join(
        f'<a class="screen{" own" if path == own else ""}" href="{path}">'
        f"<b>{name}</b><span>{what}</span></a>"
        for path, name, what in sorted(screens, key=lambda screen: screen[0] != own)
    )
    return plain_page(TITLE, f'<h1>选择屏幕</h1><nav class="screens">{links}</nav>', drill=drill)


def missing(*, drill: bool) -> str:
    """What a wrong address shows."""
    body = '<h1>没有这个页面</h1><p class="hint">请核对地址。</p><a class="screen own" href="/"><b>返回入口</b></a>'  # noqa: E501
    return plain_page(f"没有这个页面 · {TITLE}", body, drill=drill)
