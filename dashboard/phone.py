"""What the pages of phones share: plain HTML, and a service worker that keeps one version of it.

They are no Dash pages: a Dash page is two megabytes of bundles and a callback for every press, and
opens on no phone that has lost its link. These are a few kilobytes that a service worker keeps.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from html import escape

from dashboard.theme import TITLE


def page(
    name: str, title: str, body: str, scripts: Sequence[str], styles: Sequence[str], mark: str
) -> str:
    """A page; `name` is what its phone's database is called by, `mark` the files' version."""
    links = "\n".join(f'<link rel="stylesheet" href="/assets/{s}.css">' for s in styles)
    loads = "\n".join(f'<script src="/assets/{s}.js" defer></script>' for s in scripts)
    return f"""<!DOCTYPE html>
<html lang="zh-CN" data-version="{escape(mark)}" data-keep="hubei-{name}"><head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1, viewport-fit=cover">
<meta name="color-scheme" content="dark light"><title>{title} · {TITLE}</title>
<link rel="icon" type="image/svg+xml" href="/assets/icon.svg">
{links}</head>
<body>{body}{loads}</body></html>"""


def shell(name: str, scripts: Sequence[str], styles: Sequence[str]) -> tuple[str, ...]:
    """The addresses that the page needs to open without a link."""
    return (
        f"/{name}", "/assets/icon.svg", *(f"/assets/{s}.css" for s in styles),
        *(f"/assets/{s}.js" for s in scripts),
    )  # fmt: skip


WORKER = """"use strict";
// Keeps the shell of one phone page as one version; data are never kept here.
var NAMED = @name, KEEP = NAMED + "-" + @mark, SHELL = @list;
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
      return name.indexOf(NAMED + "-") === 0 && name !== KEEP;
    }).map(function (name) { return caches.delete(name); }));
  }).then(function () { return self.clients.claim(); }));
});
self.addEventListener("fetch", function (event) {
  var url = new URL(event.request.url);
  if (event.request.method !== "GET" || url.origin !== location.origin || url.search ||
      SHELL.indexOf(url.pathname) < 0) return;
  event.respondWith(caches.open(KEEP).then(function (kept) {
    return kept.match(url.pathname).then(function (found) {
      return found || fetch(event.request);
    });
  }));
});
"""


def worker(name: str, mark: str, paths: Sequence[str]) -> str:
    """The service worker of a page, for one version of its files."""
    text = WORKER
    for key, value in (("@name", name), ("@mark", mark), ("@list", paths)):
        text = text.replace(key, json.dumps(value), 1)
    return text
