"""The page where people sign in, and where a wall machine enters its code."""

from __future__ import annotations

from html import escape

from dashboard.theme import TITLE, plain_page

PROVIDER = """
  <a class="provider" href="/oidc/start">用{name}登录</a>"""
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
  <div class="by-second" hidden>
    <label>动态口令<input name="code" inputmode="numeric" autocomplete="one-time-code"
      spellcheck="false" maxlength="10" placeholder="6 位数字，或 8 位备用码"></label>
  </div>
  <div class="by-change" hidden>
    <p class="hint">密码须先更换，才能继续。</p>
    <label>新密码<input name="fresh" type="password" autocomplete="new-password"
      maxlength="256"></label>
    <label>再输一次<input name="again" type="password" autocomplete="new-password"
      maxlength="256"></label>
  </div>
  <div class="by-enrol" hidden>
    <p class="hint">用手机上的动态口令应用扫描，再输入它显示的 6 位数字。</p>
    <div class="qr"></div><p class="hint">不能扫描时手工输入：<code></code></p>
    <label>动态口令<input name="first" inputmode="numeric" autocomplete="one-time-code"
      maxlength="6"></label>
  </div>
  <div class="by-codes" hidden>
    <p class="hint">备用码：手机不在身边时各用一次。只显示这一次，请抄存。</p><ol></ol>
  </div>
  <p class="error" role="alert"{hidden}>{said}</p>
  <button type="submit">登录</button>{provider}
  <button type="button" class="other" data-by="code">大屏用设备码登录</button>
</form>
<noscript><p class="error">本系统需要启用 JavaScript，请在浏览器设置中打开后刷新。</p></noscript>
<p class="foot">仅限授权人员使用，登录与操作均有记录</p>
<script src="/assets/signin.js" defer></script>
"""


def page(*, drill: bool, provider: str = "", said: str = "") -> str:
    """The sign-in page's HTML.

    Parameters
    ----------
    provider
        How the provider is called whom people may also sign in with; none, no button.
    said
        What went wrong on the way back from it, as HTML.
    """
    button = PROVIDER.format(name=escape(provider)) if provider else ""
    form = FORM.format(hidden="" if said else " hidden", said=said, provider=button)
    return plain_page(f"登录 · {TITLE}", form, drill=drill)
