"""The page of a grid worker's phone: tell a hazard, see what came of it, follow its mending."""

from __future__ import annotations

from dashboard import phone

SCRIPTS = (
    "field_keep", "phone_draft", "field_send", "field_show", "hazard_map", "hazard_send",
    "hazard_show", "hazard",
)  # fmt: skip
STYLES = ("tokens", "field", "hazard")
SHELL = phone.shell("hazard", SCRIPTS, STYLES)

BODY = """
<header><span class="org">隐患</span><b id="team">隐患上报</b>{mark}
  <span id="link" role="status">…</span><button id="sun" type="button"
  aria-label="切换强光或夜间显示">强光</button></header>
<main id="enter" hidden>
  <h1>登录</h1>
  <p>用本人的网格员账号登录一次；之后没有网络也能填报，恢复后自动发送。</p>
  <form><label>用户名<input id="name" autocomplete="username" autocapitalize="none"></label>
    <label>密码<input id="password" type="password" autocomplete="current-password"></label>
    <p id="wrong" role="alert"></p>
    <button class="big" type="submit">登录</button></form>
  <p id="kept-words" class="mu"></p>
  <button id="back" class="quiet" type="button" hidden>先填报，稍后登录</button>
</main>
<main id="tell" hidden>
  <p id="again" class="over" hidden><span>登录已过期，填报照常保存，登录后自动发送。</span>
    <button type="button" data-go="enter">登录</button></p>
  <fieldset id="kinds"><legend>哪一类隐患</legend></fieldset>
  <fieldset id="urgencies"><legend>有多急</legend></fieldset>
  <label>情况<textarea id="words" rows="3" maxlength="2000"
    placeholder="看到什么、多大范围、有没有人受影响"></textarea></label>
  <section id="where">
    <label>地点<input id="place" list="places" maxlength="200" autocomplete="off"
      placeholder="乡镇、村、组或单位；可从列表选"></label><datalist id="places"></datalist>
    <div class="two"><button type="button" id="here">用手机位置</button>
      <button type="button" id="pick">在图上点选</button></div>
    <div id="map" hidden><canvas aria-label="小地图：点一下选定位置" role="img"></canvas>
      <div class="zoom"><button type="button" data-zoom="1" aria-label="放大">＋</button>
        <button type="button" data-zoom="-1" aria-label="缩小">－</button></div></div>
    <p id="position" class="mu" role="status"></p>
    <label class="crs">手机坐标<select id="crs"><option value="WGS84">标准（WGS-84）</option>
      <option value="GCJ02">国测局（GCJ-02），位置偏几百米时选它</option></select></label>
  </section>
  <section><div id="photos"></div>
    <button type="button" id="shoot">拍照或选照片</button></section>
  <label>联系方式<input id="contact" maxlength="64" inputmode="tel" autocomplete="tel"
    placeholder="值班室核实时打给谁（可不填）"></label>
  <p id="form-wrong" class="wrong" role="alert"></p>
  <button class="big" id="send" type="button">上报</button>
  <section id="outbox" aria-label="发送情况"></section>
</main>
<main id="mine" hidden><section id="told"></section></main>
<main id="works" hidden><section id="mend"></section></main>
<nav id="bar" hidden><div class="three"><button type="button" data-go="tell">上报</button>
  <button type="button" data-go="mine">我的上报</button>
  <button type="button" data-go="works">整改</button></div></nav>
<dialog id="sheet"></dialog>
<input id="camera" type="file" accept="image/jpeg,image/png,image/webp" capture="environment"
  hidden aria-hidden="true" tabindex="-1">
<noscript>本页需要启用 JavaScript。</noscript>
"""


def page(*, drill: bool, mark: str) -> str:
    """The page; `mark` names the version of its files."""
    shown = '<span class="drill">演练</span>' if drill else ""
    return phone.page("hazard", "隐患上报", BODY.format(mark=shown), SCRIPTS, STYLES, mark)


def worker(mark: str) -> str:
    """The service worker of the page, for one version of its files."""
    return phone.worker("hazard", mark, SHELL)
