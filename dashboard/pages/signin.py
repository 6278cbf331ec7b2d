"""The page where people sign in, and where a wall machine enters its code."""

from __future__ import annotations

from dashboard.theme import TITLE, plain_page

FORM = """
<h1>登录</h1>
<form id="signin" method="post" action="/signin" autocomplete="on">
  <div class="by-name">
    <label>用户名<input name="username" autocomplete="username" autocapitalize="none"
      spellcheck="false" maxlength="64" autofocus></label>
    <label>密码<input name="password" type="password" autocomplete="current-password"
      maxlength="256"></label>
  </div>
  <div class="by-code" hidden>
    <label>设备码<input name="device_code" autocomplete="off" autocapitalize="characters"
      spellcheck="false" maxlength="20" placeholder="XXXX-XXXX-XXXX"></label>
    <p class="hint">设备码由系统管理员签发，只能使用一次；登录后本机一直保持，直到被撤销。</p>
  </div>
  <p class="error" role="alert" hidden></p>
  <button type="submit">登录</button>
  <button type="button" class="other" data-by="code">大屏用设备码登录</button>
</form>
<noscript><p class="error">本系统需要启用 JavaScript，请在浏览器设置中打开后刷新。</p></noscript>
<p class="foot">仅限授权人员使用，登录与操作均有记录</p>
<script src="/assets/signin.js" defer></script>
"""


def page(*, drill: bool) -> str:
    """The sign-in page's HTML."""
    return plain_page(f"登录 · {TITLE}", FORM, drill=drill)
