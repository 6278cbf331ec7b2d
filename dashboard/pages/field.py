"""The page of a team leader's phone: plain HTML and small scripts, kept for when the link is gone.

It is no Dash page: a Dash page is two megabytes of bundles and a callback for every press, and
opens on no phone that has lost its link. This one is a few kilobytes that a service worker keeps.
"""

from __future__ import annotations

import json
from html import escape

from dashboard.theme import TITLE

SCRIPTS = ("field_keep", "field_send", "field_show", "field")
SHELL = (
    "/field", "/assets/tokens.css", "/assets/field.css", "/assets/icon.svg",
    *(f"/assets/{name}.js" for name in SCRIPTS),
)  # fmt: skip

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
    scripts = "\n".join(f'<script src="/assets/{name}.js" defer></script>' for name in SCRIPTS)
    return f"""<!DOCTYPE html>
<html lang="zh-CN" data-version="{escape(mark)}"><head><meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1, viewport-fit=cover">
<meta name="color-scheme" content="dark light"><title>现场 · {TITLE}</title>
<link rel="icon" type="image/svg+xml" href="/assets/icon.svg">
<link rel="stylesheet" href="/assets/tokens.css">
<link rel="stylesheet" href="/assets/field.css"></head>
<body>{BODY.format(mark=shown)}{scripts}</body></html>"""


WORKER = """"use strict";
// Keeps the shell of the field page as one version; data are never kept here.
var KEEP = "field-" + MARK, SHELL = LIST;
self.addEventListener("install", function (event) {
  event.waitUntil(caches.open(KEEP).then(function (kept) {
    return kept.addAll(SHELL.map(function (path) {
      return new Request(path, { cache: "reload", credentials: "same-origin" });
    }));
  }).then(function () { return self.skipWaiting(); }));
});
self.addEventListener("activate", function (event) {
  event.waitUntil(caches.keys().then(function (names) {
    return Promise.all(names.filter(function (name) {
      return name.indexOf("field-") === 0 && name !== KEEP;
    }).map(function (name) { return caches.delete(name); }));
  }).then(function () { return self.clients.claim(); }));
});
self.addEventListener("fetch", function (event) {
  var url = new URL(event.request.url);
  if (event.request.method !== "GET" || url.origin !== location.origin ||
      SHELL.indexOf(url.pathname) < 0) return;
  event.respondWith(caches.open(KEEP).then(function (kept) {
    return kept.match(url.pathname).then(function (found) {
      return found || fetch(event.request);
    });
  }));
});
"""


def worker(mark: str) -> str:
    """The service worker of the page, for one version of its files."""
    return WORKER.replace("MARK", json.dumps(mark), 1).replace("LIST", json.dumps(SHELL), 1)
