"""The page of a team leader's phone: its one order, the next step, and what is to be said."""

from __future__ import annotations

from dashboard import phone

SCRIPTS = ("field_keep", "phone_draft", "field_send", "field_show", "field")
STYLES = ("tokens", "field")
SHELL = phone.shell("field", SCRIPTS, STYLES)

BODY = """
<header><span class="org">现场</span><b id="team">应急指挥中心</b>{mark}
  <span id="link" role="status">…</span><button id="sun" type="button"
  aria-label="切换强光或夜间显示">强光</button></header>
<main id="enter" hidden>
  <h1>输入现场码</h1>
  <p>值班员在下达调派时给出的 10 位数字，只能用一次，只对应本队的这一项任务。</p>
  <form><input id="code" inputmode="numeric" autocomplete="one-time-code" maxlength="14"
    aria-label="现场码" placeholder="000 000 0000"><p id="wrong" role="alert"></p>
    <button class="big" type="submit">进入任务</button></form>
  <p id="kept-words" class="mu"></p>
</main>
<p id="insecure" class="insecure" role="status" hidden>此地址不是 HTTPS：
  断网后不能重新打开本页，也不能共享位置。
  已打开的页面仍会保存操作、有网后补发，请不要关闭；请指挥中心改用 HTTPS 地址。</p>
<main id="order" hidden>
  <section id="card"></section>
  <section id="steps" aria-label="进度"></section>
  <section id="facts"></section>
  <section id="answers" aria-label="指挥中心答复"></section>
  <section id="outbox" aria-label="发送情况"></section>
  <p class="foot"><button id="leave" type="button">退出本机登录</button>
    <small>照片去除隐藏信息后保存；操作均有记录。</small></p>
</main>
<nav id="bar" hidden>
  <div class="three"><button type="button" data-open="say">报情况</button>
    <button type="button" data-open="photo">拍照</button>
    <button type="button" data-open="need">提需求</button></div>
  <button class="big" id="next" type="button"></button>
</nav>
<dialog id="sheet"></dialog>
<input id="camera" type="file" accept="image/jpeg,image/png,image/webp" capture="environment"
  hidden aria-hidden="true" tabindex="-1">
<noscript>本页需要启用 JavaScript。</noscript>
"""


def page(*, drill: bool, mark: str) -> str:
    """The page; `mark` names the version of its files."""
    shown = '<span class="drill">演练</span>' if drill else ""
    return phone.page("field", "现场", BODY.format(mark=shown), SCRIPTS, STYLES, mark)


def worker(mark: str) -> str:
    """The service worker of the page, for one version of its files."""
    return phone.worker("field", mark, SHELL)
